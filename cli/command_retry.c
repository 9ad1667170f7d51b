#include "cli/commands.h"
#include "cli/service.h"

struct retry_options {
  struct common_options common;
  struct service_options service;
};

static const struct option options[] = {SERVICE_OPTIONS(struct retry_options), {.name = NULL}};

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct retry_options *given = values;
  return service_change_jobs(&given->common, &given->service, client_retry, "retried", fault);
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
