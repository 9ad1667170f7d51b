#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/results.h"
#include "cli/service.h"

#include <stdio.h>
#include <stdlib.h>

struct results_options {
  struct common_options common;
  struct service_options service;
  bool follow;
};

static const struct option options[] = {{.name = "follow",
                                         .kind = OPTION_FLAG,
                                         .offset = offsetof(struct results_options, follow),
                                         .help = "go on with what comes, until Ctrl-C"},
                                        SERVICE_OPTIONS(struct results_options),
                                        {.name = NULL}};

enum { NAME_WIDTH = 48 }; /* what is to come is not known */

static enum status show(void *context, const struct client_outcome *outcome, struct fault *fault) {
  return results_show(context, outcome, fault);
}

static enum status ask(const struct results_options *given, struct service_access *access, struct results *results,
                       struct fault *fault) {
  const char *submission = given->common.operands.count ? given->common.operands.items[0] : NULL;
  const struct client_query query = {.submission = submission,
                                     .by_position = submission && !given->follow,
                                     .after = submission && !given->follow ? -1 : 0,
                                     .follow = given->follow,
                                     .outcome = show,
                                     .context = results};
  enum status status = service_connect(access, fault);
  if (!status && !results->json) report_begin(&results->report, stdout, NAME_WIDTH);
  if (!status) status = client_results(access->client, &query, fault);
  service_disconnect(access);
  /* To follow until Ctrl-C is what was asked. */
  return status == STATUS_STOPPED && given->follow ? STATUS_OK : status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct results_options *given = values;
  struct results results = {.json = given->common.json};
  struct service_access access = {0};
  interrupt_watch();
  enum status status = service_check_submission(&given->common.operands, fault);
  if (!status) status = service_access_open(&given->service, &access, fault);
  if (!status) status = ask(given, &access, &results, fault);
  if (!status && !results.json) {
    putchar('\n');
    summary_print(&results.summary, stdout);
  }
  *exit_code = tally_exit_code(&results.summary.total);
  results_end(&results);
  service_access_close(&access);
  return status;
}

const struct command command_results = {
    .name = "results",
    .summary = "the results that the service has",
    .text =
        "Of one submission, in its order, or of all, in the order in which they were judged. Exit code as assay run.",
    .example = "  assay results --json > results.jsonl\n"
               "  assay results 0123456789abcdef0123456789abcdef",
    .operands = {.usage = "[SUBMISSION]", .least = 0, .most = 1},
    .options = options,
    .values_size = sizeof(struct results_options),
    .run = run,
};
