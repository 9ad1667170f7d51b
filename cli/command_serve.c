#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/service.h"

#include "ipc/broker.h"

#include <stdlib.h>
#include <string.h>

struct serve_options {
  struct common_options common;
  const char *data;
  struct words listen;
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
    {.name = NULL}};

static enum status announce(const struct broker *broker, size_t count, bool json, struct fault *fault) {
  if (!json) {
    for (size_t i = 0; i < count; i++) message_note("the broker listens at %s", broker_endpoint(broker, i));
    return STATUS_OK;
  }
  json_t *endpoints = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(endpoints, json_string(broker_endpoint(broker, i)));
  return output_json(json_pack("{s:o}", "listening", endpoints), fault);
}

static enum status serve(const struct serve_options *given, const char *data, const char *endpoint,
                         struct fault *fault) {
  const char *const *endpoints = given->listen.count ? given->listen.items : &endpoint;
  const size_t count = given->listen.count ? given->listen.count : 1;
  void *context = NULL;
  struct broker *broker = NULL;
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
  if (!status) status = announce(broker, count, given->common.json, fault);
  if (!status) status = broker_run(broker, fault);
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
        "With --json one line {\"listening\": [...]} tells when clients may come.",
    .example = "  assay serve --data /srv/assay --listen tcp://127.0.0.1:7420",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct serve_options),
    .run = run,
};
