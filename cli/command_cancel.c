#include "cli/commands.h"
#include "cli/service.h"

struct cancel_options {
  struct common_options common;
  struct service_options service;
};

static const struct option options[] = {SERVICE_OPTIONS(struct cancel_options), {.name = NULL}};

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct cancel_options *given = values;
  return service_change_jobs(&given->common, &given->service, client_cancel, "cancelled", fault);
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
