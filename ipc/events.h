/* What the service's parts tell the operator as it happens, for the log: an event has a name and fields. Who runs them
 * says where events go; by default nowhere. Thread-safe. */
#ifndef ASSAY_IPC_EVENTS_H
#define ASSAY_IPC_EVENTS_H

#include <jansson.h>
#include <stdbool.h>

enum event_level {
  EVENT_DEBUG,   /* each job */
  EVENT_INFO,    /* peers that come and go, submissions */
  EVENT_WARNING, /* a job that was lost, a stranger who was turned away */
  EVENT_ERROR    /* the service cannot do what it is there for */
};

const char *event_level_name(enum event_level level);

struct event_sink {
  enum event_level least; /* less than that is not told */
  void (*write)(void *context, enum event_level level, const char *event, const json_t *fields);
  void *context;
};

/* Before there are threads; copied. NULL: nowhere. */
void events_go_to(const struct event_sink *sink);

bool event_wanted(enum event_level level);
/* Takes `fields` over, an object (NULL: out of memory; the event is told without). */
void event_tell(enum event_level level, const char *event, json_t *fields);

/* The fields are made only where the event is wanted. */
#define EVENT(level, event, fields)                                                                                    \
  do {                                                                                                                 \
    if (event_wanted(level)) event_tell(level, event, fields);                                                         \
  } while (0)

#endif
