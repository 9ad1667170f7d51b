#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/service.h"

#include "ipc/client.h"

#include <stdio.h>

struct retry_options {
  struct common_options common;
  struct service_options service;
};

static const struct option options[] = {SERVICE_OPTIONS(struct retry_options), {.name = NULL}};

static enum status ask(const struct service_access *access, const char *submission, int64_t *jobs,
                       struct fault *fault) {
  void *context = NULL;
  struct client *client = NULL;
  enum status status = socket_context_open(&context, fault);
  if (status) return status;
  const struct client_options how = {.context = context,
                                     .endpoint = access->endpoint,
                                     .security = &access->security,
                                     .stop_fd = interrupt_descriptor()};
  status = client_open(&how, &client, fault);
  if (!status) status = client_retry(client, submission, jobs, fault);
  client_close(client);
  socket_context_close(context);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct retry_options *given = values;
  const struct words *operands = &given->common.operands;
  const char *submission = operands->count ? operands->items[0] : NULL;
  struct service_access access = {0};
  int64_t jobs = 0;
  interrupt_watch();
  enum status status = service_check_submission(operands, fault);
  if (!status) status = service_access_open(&given->service, &access, fault);
  if (!status) status = ask(&access, submission, &jobs, fault);
  if (!status && given->common.json)
    status = output_json(json_pack("{s:s?, s:I}", "submission", submission, "retried", (json_int_t)jobs), fault);
  else if (!status)
    printf("%lld jobs retried\n", (long long)jobs);
  service_access_close(&access);
  return status;
}

const struct command command_retry = {
    .name = "retry",
    .summary = "try again what was set aside",
    .text =
        "A job that three workers were lost on, or that three could not judge, is set aside with the errors (assay\n"
        "results shows them). When the cause is gone, this puts such jobs back into the queue: of a submission, also\n"
        "those that were cancelled, or all that were set aside.\n\n"
        "With --json one line {\"submission\" or null, \"retried\": how many jobs}.",
    .example = "  assay retry\n  assay retry 0123456789abcdef0123456789abcdef",
    .operands = {.usage = "[SUBMISSION]", .least = 0, .most = 1},
    .options = options,
    .values_size = sizeof(struct retry_options),
    .run = run,
};
