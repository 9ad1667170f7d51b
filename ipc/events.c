#include "ipc/events.h"

#include <pthread.h>
#include <stddef.h>

static struct event_sink sink;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

const char *event_level_name(enum event_level level) {
  static const char *const names[] = {"debug", "info", "warning", "error"};
  return (unsigned)level < sizeof names / sizeof *names ? names[level] : "unknown";
}

void events_go_to(const struct event_sink *to) {
  sink = to ? *to : (struct event_sink){0};
}

bool event_wanted(enum event_level level) {
  return sink.write && level >= sink.least;
}

void event_tell(enum event_level level, const char *event, json_t *fields) {
  if (event_wanted(level)) {
    pthread_mutex_lock(&mutex);
    sink.write(sink.context, level, event, fields);
    pthread_mutex_unlock(&mutex);
  }
  json_decref(fields);
}
