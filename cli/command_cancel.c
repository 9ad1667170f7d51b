#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/service.h"

#include "ipc/client.h"

#include <stdio.h>

struct cancel_options {
  struct common_options common;
  struct service_options service;
};

static const struct option options[] = {SERVICE_OPTIONS(struct cancel_options), {.name = NULL}};

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
  if (!status) status = client_cancel(client, submission, jobs, fault);
  client_close(client);
  socket_context_close(context);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct cancel_options *given = values;
  const struct words *operands = &given->common.operands;
  const char *submission = operands->count ? operands->items[0] : NULL;
  struct service_access access = {0};
  int64_t jobs = 0;
  interrupt_watch();
  enum status status = service_check_submission(operands, fault);
  if (!status) status = service_access_open(&given->service, &access, fault);
  if (!status) status = ask(&access, submission, &jobs, fault);
  if (!status && given->common.json)
    status = output_json(json_pack("{s:s?, s:I}", "submission", submission, "cancelled", (json_int_t)jobs), fault);
  else if (!status)
    printf("%lld jobs cancelled\n", (long long)jobs);
  service_access_close(&access);
  return status;
}

const struct command command_cancel = {
    .name = "cancel",
    .summary = "cancel what a submission has waiting",
    .text = "Jobs of the submission that wait and that no other submission asks for are judged no more; what is being\n"
            "judged is finished. Who hands the same photos in again wants them after all. A client may cancel what it\n"
            "handed in, an admin everything.\n\n"
            "With --json one line {\"submission\", \"cancelled\": how many jobs}.",
    .example = "  assay cancel 0123456789abcdef0123456789abcdef",
    .operands = {.usage = "SUBMISSION", .least = 1, .most = 1},
    .options = options,
    .values_size = sizeof(struct cancel_options),
    .run = run,
};
