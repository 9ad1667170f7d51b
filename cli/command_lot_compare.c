#include "cli/commands.h"
#include "cli/comparison.h"
#include "cli/output.h"
#include "engine/lots/rows.h"

struct compare_options {
  struct common_options common;
  const char *by;
  bool details;
};

static const struct option options[] = {{.name = "by",
                                         .kind = OPTION_WORD,
                                         .offset = offsetof(struct compare_options, by),
                                         .argument = "shift|line|factory|lot|stage|view|golden",
                                         .fallback = "shift",
                                         .help = "what makes a group"},
                                        {.name = "details",
                                         .kind = OPTION_FLAG,
                                         .offset = offsetof(struct compare_options, details),
                                         .help = "also the tables of what is alike in all groups"},
                                        {.name = NULL}};

static enum status take_row(void *compare, const struct row *row, struct fault *fault) {
  return compare_add(compare, row, fault);
}

static enum status show(const struct compare_options *given, const struct compare *compare, struct fault *fault) {
  struct compare_results results;
  enum status status = compare_work_out(compare, &results, fault);
  if (status) return status;
  if (given->common.json)
    status = output_json(comparison_to_json(compare, &results), fault);
  else
    comparison_print(stdout, compare, &results, given->details);
  compare_results_free(&results);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct compare_options *given = values;
  struct compare compare = {.units = {.by = ROW_SHIFT, .across = true}};
  struct rows_tally tally;
  row_key_parse(given->by, &compare.units.by);
  enum status status =
      rows_read(given->common.operands.items, given->common.operands.count, take_row, &compare, &tally, fault);
  if (!status) status = compare_end(&compare, fault);
  if (!status && !compare.units.count)
    status = fault_set(fault, STATUS_INVALID, "no results: there is nothing to compare");
  if (!status) status = show(given, &compare, fault);
  compare_free(&compare);
  return status;
}

#define TEXT                                                                                                           \
  "Of each group: mean, spread and Cpk of every dimension, the mean colour difference of every zone and the share "    \
  "of\n"                                                                                                               \
  "defective units, with 95 % intervals.\n"                                                                            \
  "Which groups differ: means by Welch's test and, pair by pair, Games and Howell; rates by Fisher's exact test;\n"    \
  "both corrected for many comparisons (Holm). With more than ten groups each is compared with all the others\n"       \
  "together. How much of the variance lies between factories, between shifts of a factory and within."
#define OPERANDS                                                                                                       \
  { .usage = "STORE|FILE.jsonl...", .least = 1, .most = SIZE_MAX }

const struct command command_lot_compare = {
    .name = "lot compare",
    .summary = "compare shifts, lines, factories or lots",
    .text = TEXT,
    .example = "  assay lot compare inspection/store --by factory\n"
               "  assay lot compare results.jsonl --by shift --json",
    .operands = OPERANDS,
    .options = options,
    .values_size = sizeof(struct compare_options),
    .run = run,
};

const struct command command_compare = {
    .name = "compare",
    .summary = "the same as lot compare",
    .text = TEXT,
    .example = "  assay compare --by line inspection/store",
    .operands = OPERANDS,
    .options = options,
    .values_size = sizeof(struct compare_options),
    .run = run,
};
