#include "tests/fault/wrap.h"

#include <jansson.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>

WRAP(void *, malloc, (size_t size), (size), FAIL(ENOMEM, NULL))
WRAP(void *, calloc, (size_t count, size_t size), (count, size), FAIL(ENOMEM, NULL))
WRAP(void *, realloc, (void *memory, size_t size), (memory, size), FAIL(ENOMEM, NULL))
WRAP(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size), FAIL(ENOMEM, NULL))
WRAP(char *, strdup, (const char *text), (text), FAIL(ENOMEM, NULL))
WRAP(char *, strndup, (const char *text, size_t size), (text, size), FAIL(ENOMEM, NULL))
WRAP(char *, realpath, (const char *path, char *resolved), (path, resolved), FAIL(ENOMEM, NULL))
WRAP(char *, getcwd, (char *path, size_t size), (path, size), FAIL(ENOMEM, NULL))
WRAP(int, vasprintf, (char **text, const char *format, va_list args), (text, format, args), FAIL(ENOMEM, -1))
WRAP(int, pthread_create, (pthread_t * thread, const pthread_attr_t *how, void *(*run)(void *), void *argument),
     (thread, how, run, argument), return EAGAIN;)
WRAP(int, eventfd, (unsigned value, int flags), (value, flags), FAIL(EMFILE, -1))
WRAP(int, pipe2, (int ends[2], int flags), (ends, flags), FAIL(EMFILE, -1))
WRAP(int, sodium_init, (void), (), return -1;)

/* Those of jansson that make something. A value that is given over is ended also where it fails. */
WRAP(json_t *, json_object, (void), (), return NULL;)
WRAP(json_t *, json_array, (void), (), return NULL;)
WRAP(json_t *, json_string, (const char *text), (text), return NULL;)
WRAP(json_t *, json_stringn, (const char *text, size_t size), (text, size), return NULL;)
WRAP(json_t *, json_integer, (json_int_t number), (number), return NULL;)
WRAP(json_t *, json_real, (double number), (number), return NULL;)
WRAP(char *, json_dumps, (const json_t *json, size_t flags), (json, flags), return NULL;)

int __real_json_array_append_new(json_t *array, json_t *value);
int __wrap_json_array_append_new(json_t *array, json_t *value);
int __wrap_json_array_append_new(json_t *array, json_t *value) {
  if (!inject("json_array_append_new", __builtin_return_address(0))) return __real_json_array_append_new(array, value);
  json_decref(value);
  return -1;
}

int __real_json_object_set_new(json_t *object, const char *key, json_t *value);
int __wrap_json_object_set_new(json_t *object, const char *key, json_t *value);
int __wrap_json_object_set_new(json_t *object, const char *key, json_t *value) {
  if (!inject("json_object_set_new", __builtin_return_address(0)))
    return __real_json_object_set_new(object, key, value);
  json_decref(value);
  return -1;
}

int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __real_vasprintf(char **text, const char *format, va_list args);
int __wrap_asprintf(char **text, const char *format, ...) {
  if (inject("asprintf", __builtin_return_address(0))) FAIL(ENOMEM, -1)
  va_list args;
  va_start(args, format);
  int length = __real_vasprintf(text, format, args);
  va_end(args);
  return length;
}

void *__real_malloc(size_t size);
static void *within_jansson(size_t size) {
  return inject_inside("jansson", INSIDE_JANSSON) ? NULL : __real_malloc(size);
}

void inject_into_jansson(void) {
  json_set_alloc_funcs(within_jansson, free);
}
