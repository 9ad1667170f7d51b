#include "cli/log.h"

#include "cli/message.h"

#include "ipc/clock.h"
#include "ipc/events.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_line(const char *level, const char *event, const json_t *fields) {
  char time[CLOCK_TEXT_MAX];
  clock_text(clock_wall_ms(), time);
  json_t *line = json_pack("{s:s, s:s, s:s}", "time", time, "level", level, "event", event);
  if (line && fields) json_object_update(line, (json_t *)(uintptr_t)fields);
  char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
  if (text) fprintf(stderr, "%s\n", text);
  free(text);
  json_decref(line);
}

static void write_json(void *context, enum event_level level, const char *event, const json_t *fields) {
  (void)context;
  write_line(event_level_name(level), event, fields);
}

/* What is said to people is a line like all others: who reads the log reads JSON. */
static void write_message(const char *level, const char *text) {
  json_t *fields = json_pack("{s:s}", "text", text);
  write_line(level, "message", fields);
  json_decref(fields);
}

static void write_value(FILE *out, const char *key, const json_t *value) {
  const char *text = json_string_value(value);
  bool plain = text && *text && !text[strcspn(text, " \"=\\")];
  if (json_is_object(value)) {
    const char *inner;
    const json_t *item;
    json_object_foreach((json_t *)(uintptr_t)value, inner, item) {
      write_value(out, inner, item);
    }
    return;
  }
  char *encoded = plain ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  fprintf(out, " %s=%s", key, plain ? text : encoded ? encoded : "?");
  free(encoded);
}

static void write_text(void *context, enum event_level level, const char *event, const json_t *fields) {
  (void)context;
  char time[CLOCK_TEXT_MAX], *line = NULL;
  size_t size = 0;
  clock_text(clock_wall_ms(), time);
  FILE *out = open_memstream(&line, &size);
  if (!out) return;
  fprintf(out, "%s %-7s %s", time, event_level_name(level), event);
  const char *key;
  const json_t *value;
  json_object_foreach((json_t *)(uintptr_t)fields, key, value) {
    write_value(out, key, value);
  }
  if (!fclose(out)) fprintf(stderr, "%s\n", line);
  free(line);
}

static enum event_level level_of(const char *word) {
  for (int level = EVENT_DEBUG; level <= EVENT_ERROR; level++)
    if (!strcmp(word, event_level_name((enum event_level)level))) return (enum event_level)level;
  return EVENT_INFO;
}

void log_begin(const struct log_options *options) {
  if (!strcmp(options->log, "none")) return;
  const struct event_sink sink = {.least = level_of(options->log_level),
                                  .write = strcmp(options->log, "json") != 0 ? write_text : write_json};
  events_go_to(&sink);
  message_go_to(sink.write == write_json ? write_message : NULL);
}
