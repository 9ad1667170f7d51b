/* Results for people: a line a photo, and the sum a factory and shift. */
#ifndef ASSAY_CLI_REPORT_H
#define ASSAY_CLI_REPORT_H

#include "cli/command.h"
#include "cli/table.h"
#include "models/result.h"

#include <stdio.h>

/* The table of results: photo, verdict, score, worst finding. */
struct report {
  struct column columns[4];
  struct table table;
};

/* Prints the head. `widest` is the width of the longest photo name to come. */
void report_begin(struct report *report, FILE *out, size_t widest);
void report_row(const struct report *report, const struct result *result);

/* The worst finding in words, never empty: the strongest region, else the first reason, else "-". */
void report_finding(const struct result *result, char *text, size_t size);

/* The regions by falling peak, in the numbering of tables and pictures; the caller frees the array, which points into
 * the result. NULL: out of memory. */
const struct region **report_strongest(const struct result *result);

/* Everything about one result: verdict, reasons, alignment, regions, dimensions. */
void report_detail(FILE *out, const struct result *result);

const char *verdict_words(enum verdict verdict);
enum text_style verdict_style(enum verdict verdict);

/* Counts by factory and shift, in the order in which they first came. All zero is empty. */
struct summary_group {
  char *factory, *shift; /* NULL: unknown */
  struct tally tally;
};
struct summary {
  struct summary_group *groups;
  size_t count;
  struct tally total;
};

/* `job` may be NULL. False when out of memory. */
bool summary_add(struct summary *summary, const struct job *job, enum verdict verdict);
void summary_free(struct summary *summary);
void summary_print(const struct summary *summary, FILE *out);
/* {"photos", "pass", "fail", "cannot_judge", "fail_share", "groups": [{"factory", "shift", ...}]}; fail_share is of
 * those judged, null where none was. The caller ends with json_decref; NULL: out of memory. */
json_t *summary_to_json(const struct summary *summary);

#endif
