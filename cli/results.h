/* What comes back from workers, put in the order of submission and written where it is wanted: lines of JSON or a table
 * on standard output, results.jsonl, and the summary. */
#ifndef ASSAY_CLI_RESULTS_H
#define ASSAY_CLI_RESULTS_H

#include "cli/report.h"
#include "cli/submission.h"
#include "ipc/client.h"

#include <stdbool.h>
#include <stdio.h>

struct results {
  bool json;
  FILE *file;                          /* gets every line too; NULL: none */
  bool as_they_come;                   /* in order of completion */
  struct report report;                /* begun where not `json` */
  struct summary summary;              /* of what was written */
  const struct submission *submission; /* names the photos; NULL: not known */
  size_t set_aside;                    /* jobs that have no result, as each try to judge them failed */

  char **waiting; /* by position: lines that came before their turn */
  size_t count, next, received;
};

/* For `count` positions. The other members are set by the caller beforehand. */
enum status results_begin(struct results *results, size_t count, struct fault *fault);
void results_end(struct results *results);

/* Writes an outcome at once: for those whose number and order are not known. Needs no results_begin. */
enum status results_show(struct results *results, const struct client_outcome *outcome, struct fault *fault);

/* Counts a job that the broker refused among those without a result, and says why. */
void results_refuse(struct results *results, int64_t position, const char *code, const char *text);

/* Takes an outcome: the `outcome` function of a struct client_run, whose context is a struct results. */
enum status results_take(void *results, const struct client_outcome *outcome, struct fault *fault);

#endif
