#include "tests/fault/inject.h"

#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int file, const void *bytes, size_t size);

enum { PLACES = 8192, DEPTH = 24 };

static struct place {
  const char *name;
  uintptr_t at;
  unsigned long calls;
} places[PLACES];

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static uintptr_t wanted;
static unsigned long wanted_call;
static const char *log_path;

static void write_log(const char *line) {
  int file = log_path ? __real_open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
  if (file < 0) return;
  if (__real_write(file, line, strlen(line)) < 0) abort();
  close(file);
}

/* The place, and from where it was called, as far as that is in the program itself. */
static void say_failed(const struct place *place) {
  char line[400];
  void *frames[DEPTH];
  extern const char __executable_start, etext;
  int count = backtrace(frames, DEPTH),
      size = snprintf(line, sizeof line, "failed %s %jx", place->name, (uintmax_t)place->at);
  for (int i = 3; i < count && size < (int)sizeof line - 20; i++)
    if ((char *)frames[i] > &__executable_start && (char *)frames[i] < &etext)
      size += snprintf(line + size, sizeof line - (size_t)size, " %tx", (char *)frames[i] - &__executable_start - 1);
  snprintf(line + size, sizeof line - (size_t)size, "\n");
  write_log(line);
}

static void say_calls(void) {
  for (size_t i = 0; i < PLACES; i++)
    if (places[i].calls) {
      char line[100];
      snprintf(line, sizeof line, "calls %s %jx %lu\n", places[i].name, (uintmax_t)places[i].at, places[i].calls);
      write_log(line);
    }
}

__attribute__((constructor)) static void begin(void) {
  const char *fault = getenv("ASSAY_FAULT");
  char *end = NULL;
  log_path = getenv("ASSAY_FAULT_LOG");
  if (fault) {
    wanted = (uintptr_t)strtoull(fault, &end, 16);
    wanted_call = *end == ':' ? strtoul(end + 1, NULL, 10) : 1;
  } else if (log_path) {
    atexit(say_calls);
  }
  inject_into_sqlite();
  inject_into_jansson();
}

/* A table with open addresses; a full one ends the program. */
static struct place *find(const char *name, uintptr_t at) {
  for (size_t i = 0, slot = at * 0x9E3779B97F4A7C15u >> 51; i < PLACES; i++, slot++) {
    struct place *place = &places[slot % PLACES];
    if (!place->calls) *place = (struct place){.name = name, .at = at};
    if (place->at == at && !strcmp(place->name, name)) return place;
  }
  abort();
}

static bool decide(const char *name, uintptr_t at) {
  if (wanted && at != wanted) return false;
  pthread_mutex_lock(&mutex);
  struct place *place = find(name, at);
  bool fails = ++place->calls == wanted_call && wanted;
  if (fails) say_failed(place);
  pthread_mutex_unlock(&mutex);
  return fails;
}

bool inject(const char *name, const void *caller) {
  extern const char __executable_start;
  return decide(name, (uintptr_t)caller - (uintptr_t)&__executable_start);
}

bool inject_inside(const char *name, enum inside library) {
  return decide(name, library);
}
