#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/service.h"
#include "cli/table.h"

#include "ipc/client.h"

#include <stdio.h>
#include <stdlib.h>

struct status_options {
  struct common_options common;
  struct service_options service;
};

static const struct option options[] = {SERVICE_OPTIONS(struct status_options), {.name = NULL}};

static long long number_of(const json_t *json, const char *key) {
  return json_integer_value(json_object_get(json, key));
}

static void print_workers(const json_t *workers) {
  const struct column columns[] = {{.title = "worker", .width = 40},
                                   {.title = "has", .width = 6, .right = true},
                                   {.title = "done", .width = 8, .right = true},
                                   {.title = "heard of, s ago", .width = 15, .right = true}};
  const struct table table = {stdout, columns, sizeof columns / sizeof *columns, text_coloured(stdout)};
  table_head(&table);
  size_t i;
  const json_t *worker;
  json_array_foreach(workers, i, worker) {
    char holds[24], done[24], seen[32];
    snprintf(holds, sizeof holds, "%lld", number_of(worker, "holds"));
    snprintf(done, sizeof done, "%lld", number_of(worker, "done"));
    snprintf(seen, sizeof seen, "%.1f", (double)number_of(worker, "seen_ms") / 1000);
    table_row(&table, (const struct cell[]){
                          {.text = output_text_of(worker, "name")}, {.text = holds}, {.text = done}, {.text = seen}});
  }
}

static void print_status(const json_t *status) {
  const json_t *jobs = json_object_get(status, "jobs"), *workers = json_object_get(status, "workers");
  printf("broker     %s\nclients    %lld\nwaiting    %lld\nin work    %lld\ndone       %lld\nset aside  %lld\n",
         output_text_of(status, "broker"), number_of(status, "clients"), number_of(jobs, "waiting"),
         number_of(jobs, "leased"), number_of(jobs, "done"), number_of(jobs, "set_aside"));
  if (!json_array_size(workers)) {
    puts("no worker: nothing is judged until one is started (assay worker)");
    return;
  }
  putchar('\n');
  print_workers(workers);
}

static enum status ask(const struct status_options *given, const struct service_access *access, json_t **answer,
                       struct fault *fault) {
  void *context = NULL;
  struct client *client = NULL;
  enum status status = socket_context_open(&context, fault);
  if (status) return status;
  const struct client_options how = {.context = context,
                                     .endpoint = access->endpoint,
                                     .security = &access->security,
                                     .stop_fd = interrupt_descriptor()};
  const char *submission = given->common.operands.count ? given->common.operands.items[0] : NULL;
  status = client_open(&how, &client, fault);
  if (!status) status = client_status(client, submission, answer, fault);
  client_close(client);
  socket_context_close(context);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct status_options *given = values;
  struct service_access access = {0};
  json_t *answer = NULL;
  interrupt_watch();
  enum status status = service_check_submission(&given->common.operands, fault);
  if (!status) status = service_access_open(&given->service, &access, fault);
  if (!status) status = ask(given, &access, &answer, fault);
  if (!status && given->common.json)
    status = output_json(json_incref(answer), fault);
  else if (!status)
    print_status(answer);
  json_decref(answer);
  service_access_close(&access);
  return status;
}

const struct command command_status = {
    .name = "status",
    .summary = "how things stand at the service",
    .text = "Jobs that wait, are in work, done and set aside, of all or of one submission, and the workers.",
    .example = "  assay status\n"
               "  assay status --broker tcp://10.0.0.5:7420 --key desk.key --broker-key broker.key.pub",
    .operands = {.usage = "[SUBMISSION]", .least = 0, .most = 1},
    .options = options,
    .values_size = sizeof(struct status_options),
    .run = run,
};
