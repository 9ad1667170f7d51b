#include "tests/alloc.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The linker's --wrap sends calls of NAME to __wrap_NAME, and __real_NAME to NAME. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Of all threads. */
static atomic_size_t left;
static atomic_bool failed;

void alloc_fail_at(size_t n) {
  left = n;
  failed = false;
}

void alloc_count_jansson(bool counted) {
  json_set_alloc_funcs(counted ? __wrap_malloc : __real_malloc, free);
}

bool alloc_has_failed(void) {
  return failed;
}

static bool fails(void) {
  size_t count = left;
  while (count && !atomic_compare_exchange_weak(&left, &count, count - 1)) {
  }
  if (count != 1) return false;
  failed = true;
  return true;
}

void *__wrap_malloc(size_t size) {
  return fails() ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size) {
  return fails() ? NULL : __real_calloc(count, size);
}
void *__wrap_realloc(void *memory, size_t size) {
  return fails() ? NULL : __real_realloc(memory, size);
}
char *__wrap_strdup(const char *text) {
  return fails() ? NULL : __real_strdup(text);
}
char *__wrap_strndup(const char *text, size_t size) {
  return fails() ? NULL : __real_strndup(text, size);
}

int __wrap_asprintf(char **text, const char *format, ...) {
  if (fails()) return -1;
  va_list args;
  va_start(args, format);
  int length = vasprintf(text, format, args);
  va_end(args);
  return length;
}
