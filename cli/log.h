/* The log of the service's parts on standard error: a line an event, as text for people or JSON for machines. */
#ifndef ASSAY_CLI_LOG_H
#define ASSAY_CLI_LOG_H

#include "cli/options.h"
#include "models/status.h"

struct log_options {
  const char *log, *log_level;
};

/* For a table whose struct has a member `log` of this type. */
#define LOG_OPTIONS(type, level)                                                                                       \
  {.name = "log",                                                                                                      \
   .kind = OPTION_WORD,                                                                                                \
   .offset = offsetof(type, log.log),                                                                                  \
   .argument = "text|json|none",                                                                                       \
   .fallback = "text",                                                                                                 \
   .help = "what happens, a line an event with the ids of its jobs, on standard error"},                               \
  {                                                                                                                    \
    .name = "log-level", .kind = OPTION_WORD, .offset = offsetof(type, log.log_level),                                 \
    .argument = "debug|info|warning|error", .fallback = level, .help = "what is told: debug tells of each job"         \
  }

/* Sends the events of ipc/events.h there. Before there are threads. */
void log_begin(const struct log_options *options);

#endif
