#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/service.h"

#include "ipc/broker.h"
#include "ipc/watch.h"
#include "models/number.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct serve_options {
  struct common_options common;
  const char *data;
  struct words listen;
  const char *findings, *on_finding, *budget;
};

static const struct option options[] = {
    {.name = "data",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, data),
     .argument = "FOLDER",
     .help = "jobs, results and photos are kept there (default: $XDG_DATA_HOME/assay or ~/.local/share/assay)"},
    {.name = "listen",
     .kind = OPTION_LIST,
     .offset = offsetof(struct serve_options, listen),
     .argument = "ENDPOINT",
     .help = "tcp://HOST:PORT or ipc://PATH (default: ipc:// in the data folder); nothing checks who connects to "
             "tcp://, so "
             "only listen where all are trusted"},
    {.name = "findings",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, findings),
     .argument = "ENDPOINT",
     .help = "each new finding of drift is published there once, ZeroMQ PUB, frames \"finding\" and a line of JSON as "
             "of assay lot drift (default: ipc://findings.ipc in the data folder)"},
    {.name = "on-finding",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, on_finding),
     .argument = "COMMAND",
     .help = "run by /bin/sh for each new finding, its line of JSON on standard input"},
    {.name = "budget",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct serve_options, budget),
     .argument = "B",
     .fallback = "0.05",
     .help = "findings to be expected, over all looks at all charts, where nothing changes; 0.0001 to 1"},
    {.name = NULL}};

static enum status announce(const struct broker *broker, const char *findings, size_t count, bool json,
                            struct fault *fault) {
  if (!json) {
    for (size_t i = 0; i < count; i++) message_note("the broker listens at %s", broker_endpoint(broker, i));
    if (*findings) message_note("findings of drift are published at %s", findings);
    return STATUS_OK;
  }
  json_t *endpoints = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(endpoints, json_string(broker_endpoint(broker, i)));
  return output_json(
      json_pack("{s:o, s:o}", "listening", endpoints, "findings", *findings ? json_string(findings) : json_null()),
      fault);
}

/* --- The watch, on a thread of its own --- */

struct watching {
  struct watch *watch;
  pthread_t thread;
  bool started;
  int stop_fd;
};

static void warn(const char *text) {
  message_warning("%s", text);
}

static void *watch_thread(void *argument) {
  struct watching *watching = argument;
  struct fault fault = {0};
  /* The broker goes on without it. */
  if (watch_run(watching->watch, &fault)) message_warning("drift is not watched any more: %s", fault.text);
  return NULL;
}

static enum status open_watch(const struct serve_options *given, void *context, const char *data,
                              struct watching *watching, struct fault *fault) {
  double budget;
  if (!number_parse(given->budget, strlen(given->budget), &budget) || budget < 1e-4 || budget > 1)
    return fault_set(fault, STATUS_USAGE, "--budget %s: expected a number from 0.0001 to 1", given->budget);
  char *own = NULL;
  if (asprintf(&own, "ipc://%s/findings.ipc", data) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  watching->stop_fd = eventfd(0, EFD_CLOEXEC);
  struct watch_options how = {.context = context,
                              .store = data,
                              .endpoint = given->findings ? given->findings : own,
                              .command = given->on_finding,
                              .budget = budget,
                              .stop_fd = watching->stop_fd,
                              .note = warn};
  enum status status = watching->stop_fd < 0
                           ? fault_set(fault, STATUS_INTERNAL, "cannot make an eventfd: %s", strerror(errno))
                           : watch_open(&how, &watching->watch, fault);
  if (status == STATUS_USAGE && !given->findings) {
    message_warning("findings are not published: %s", fault->text);
    how.endpoint = NULL;
    status = watch_open(&how, &watching->watch, fault);
  }
  free(own);
  return status;
}

static enum status start_watch(struct watching *watching, struct fault *fault) {
  int code = pthread_create(&watching->thread, NULL, watch_thread, watching);
  if (code) return fault_set(fault, STATUS_INTERNAL, "cannot start a thread: %s", strerror(code));
  watching->started = true;
  return STATUS_OK;
}

static void end_watch(struct watching *watching) {
  uint64_t one = 1;
  while (watching->started && write(watching->stop_fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
  if (watching->started) pthread_join(watching->thread, NULL);
  watch_close(watching->watch);
  if (watching->stop_fd >= 0) close(watching->stop_fd);
}

static enum status serve(const struct serve_options *given, const char *data, const char *endpoint,
                         struct fault *fault) {
  const char *const *endpoints = given->listen.count ? given->listen.items : &endpoint;
  const size_t count = given->listen.count ? given->listen.count : 1;
  void *context = NULL;
  struct broker *broker = NULL;
  struct watching watching = {.stop_fd = -1};
  enum status status = folder_make(data, fault);
  if (!status) status = socket_context_open(&context, fault);
  if (status) return status;
  interrupt_watch();
  const struct broker_options how = {.context = context,
                                     .store = data,
                                     .endpoints = endpoints,
                                     .endpoint_count = count,
                                     .stop_fd = interrupt_descriptor()};
  status = broker_open(&how, &broker, fault);
  if (!status) status = open_watch(given, context, data, &watching, fault);
  if (!status) status = start_watch(&watching, fault);
  if (!status) status = announce(broker, watch_endpoint(watching.watch), count, given->common.json, fault);
  if (!status) status = broker_run(broker, fault);
  end_watch(&watching);
  broker_close(broker);
  socket_context_close(context);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct serve_options *given = values;
  char *data = given->data ? strdup(given->data) : folder_data(), *endpoint = NULL;
  enum status status =
      data ? service_endpoint(data, &endpoint, fault) : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = serve(given, data, endpoint, fault);
  free(endpoint);
  free(data);
  return status;
}

const struct command command_serve = {
    .name = "serve",
    .summary = "the service: keeps jobs and results, gives work to workers",
    .text =
        "Runs the broker until Ctrl-C. A job is on disk before it is acknowledged, and a result is stored once; the\n"
        "broker may be killed and started again at any time. It judges nothing itself: start workers.\n\n"
        "It looks for drift in the results as they arrive, as assay lot drift does, and tells each new finding once,\n"
        "also when it is started again: see --findings and --on-finding.\n\n"
        "With --json one line {\"listening\": [...], \"findings\"} tells when clients may come.",
    .example = "  assay serve --data /srv/assay --listen tcp://127.0.0.1:7420",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct serve_options),
    .run = run,
};
