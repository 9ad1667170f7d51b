#include "cli/commands.h"
#include "cli/output.h"
#include "cli/table.h"

#include "engine/lots/rows.h"
#include "engine/lots/series.h"
#include "engine/statistics/capability.h"
#include "models/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct capability_options {
  struct common_options common;
  const char *by, *subgroup, *confidence;
};

static const struct option options[] = {
    {.name = "by",
     .kind = OPTION_WORD,
     .offset = offsetof(struct capability_options, by),
     .argument = "all|lot|factory|line|shift|stage",
     .fallback = "lot",
     .help = "whose capability: that of each lot, factory ..., or of all results together"},
    {.name = "subgroup",
     .kind = OPTION_WORD,
     .offset = offsetof(struct capability_options, subgroup),
     .argument = "none|lot|factory|line|shift|stage|unit",
     .fallback = "shift",
     .help = "what made one after the other belongs together: Cp and Cpk are from the spread within; none, or but one "
             "subgroup: the moving range"},
    {.name = "confidence",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct capability_options, confidence),
     .argument = "P",
     .fallback = "0.95",
     .help = "of the intervals, two-sided"},
    {.name = NULL}};

/* What a series came to: NAN, and why, where it cannot be told. */
struct outcome {
  struct capability capability;
  struct fault fault;
};

static enum status work_out(struct series *series, bool subgrouped, double confidence, struct outcome *outcome,
                            struct fault *fault) {
  double *values = calloc(series->count, sizeof *values);
  size_t *groups = calloc(series->count, sizeof *groups), others = 0;
  enum status status = values && groups ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "capability: out of memory");
  series_sort(series);
  for (size_t i = 0; i < series->count && !status; i++) {
    values[i] = series->values[i].value;
    groups[i] = series->values[i].subgroup;
    others += groups[i] != groups[0];
  }
  const struct capability_input input = {.values = values,
                                         .groups = subgrouped && others ? groups : NULL,
                                         .count = series->count,
                                         .lower = series->lower,
                                         .upper = series->upper,
                                         .confidence = confidence};
  if (!status && capability(&input, &outcome->capability, &outcome->fault) == STATUS_MEMORY)
    status = fault_set(fault, STATUS_MEMORY, "%s", outcome->fault.text);
  free(values);
  free(groups);
  return status;
}

/* Six digits are more than any lot bears, and the same on every machine. */
static json_t *real(double value) {
  char text[NUMBER_CHARS];
  return number_significant(text, value, 6) ? json_real(strtod(text, NULL)) : json_null();
}

static json_t *index_json(const struct outcome *outcome, const struct capability_index *index) {
  if (outcome->fault.status || isnan(index->value)) return json_null();
  return json_pack("{s:o, s:o, s:o}", "value", real(index->value), "low", real(index->low), "high", real(index->high));
}

static enum status print_json(const struct series_set *set, const struct series *s, const struct outcome *outcome,
                              struct fault *fault) {
  const struct capability *c = &outcome->capability;
  const bool bad = outcome->fault.status;
  return output_json(json_pack("{s:s?, s:s?, s:s?, s:s?, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s?}",
                               "group", names_text(&set->names, s->group), "golden", names_text(&set->names, s->golden),
                               "dimension", names_text(&set->names, s->name), "unit", names_text(&set->names, s->unit),
                               "values", (json_int_t)s->count, "lower", real(s->lower), "upper", real(s->upper), "mean",
                               bad ? json_null() : real(c->mean), "within", bad ? json_null() : real(c->within),
                               "overall", bad ? json_null() : real(c->overall), "cp", index_json(outcome, &c->cp),
                               "cpk", index_json(outcome, &c->cpk), "pp", index_json(outcome, &c->pp), "ppk",
                               index_json(outcome, &c->ppk), "why", bad ? outcome->fault.text : NULL),
                     fault);
}

enum { CELL = 40 };

/* Three digits are more than such an index is known to. */
static int decimals_of(double index) {
  const double size = fabs(index);
  return size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
}

static void index_cell(char cell[CELL], const struct outcome *outcome, const struct capability_index *index) {
  if (outcome->fault.status || isnan(index->value))
    snprintf(cell, CELL, "-");
  else
    snprintf(cell, CELL, "%.*f [%.*f, %.*f]", decimals_of(index->value), index->value, decimals_of(index->low),
             index->low, decimals_of(index->high), index->high);
}

static void number_cell(char cell[CELL], const char *unit, double value) {
  if (isnan(value))
    snprintf(cell, CELL, "-");
  else
    snprintf(cell, CELL, "%.5g %s", value, unit ? unit : "");
}

/* "-12.34 [-15.11, -10.00]" */
enum { INDEX = 23 };

static const struct column columns[] = {{.title = "group", .width = 12},
                                        {.title = "dimension", .width = 24},
                                        {.title = "n", .width = 6, .right = true},
                                        {.title = "mean", .width = 12, .right = true},
                                        {.title = "Cp", .width = INDEX, .right = true},
                                        {.title = "Cpk", .width = INDEX, .right = true},
                                        {.title = "Pp", .width = INDEX, .right = true},
                                        {.title = "Ppk", .width = INDEX, .right = true},
                                        {.title = ""}};

static void print_row(const struct table *table, const struct series_set *set, const struct series *s,
                      const struct outcome *outcome) {
  const struct capability *c = &outcome->capability;
  const char *group = names_text(&set->names, s->group);
  char count[CELL], mean[CELL], cp[CELL], cpk[CELL], pp[CELL], ppk[CELL];
  snprintf(count, sizeof count, "%zu", s->count);
  number_cell(mean, names_text(&set->names, s->unit), outcome->fault.status ? NAN : c->mean);
  index_cell(cp, outcome, &c->cp);
  index_cell(cpk, outcome, &c->cpk);
  index_cell(pp, outcome, &c->pp);
  index_cell(ppk, outcome, &c->ppk);
  table_row(table, (const struct cell[]){{.text = group ? group : "all"},
                                         {.text = names_text(&set->names, s->name)},
                                         {.text = count},
                                         {.text = mean},
                                         {.text = cp},
                                         {.text = cpk},
                                         {.text = pp},
                                         {.text = ppk},
                                         {.text = outcome->fault.text}});
}

/* Groups in the order of their names; the dimensions of each as they were read. */
static int by_group(const void *a, const void *b, void *set) {
  const struct series *x = a, *y = b;
  const struct names *names = &((const struct series_set *)set)->names;
  const char *p = names_text(names, x->group), *q = names_text(names, y->group);
  int order = p && q ? strverscmp(p, q) : !p - !q;
  return order ? order : (x->name > y->name) - (x->name < y->name);
}

static enum status report(const struct capability_options *given, struct series_set *set, double confidence,
                          struct fault *fault) {
  const struct table table = {stdout, columns, sizeof columns / sizeof *columns, text_coloured(stdout)};
  if (!given->common.json) {
    printf("values [%g %% intervals]\n\n", 100 * confidence);
    table_head(&table);
  }
  enum status status = STATUS_OK;
  for (size_t i = 0; i < set->count && !status; i++) {
    struct outcome outcome = {0};
    status = work_out(&set->items[i], set->subgrouped, confidence, &outcome, fault);
    if (status) break;
    if (given->common.json)
      status = print_json(set, &set->items[i], &outcome, fault);
    else
      print_row(&table, set, &set->items[i], &outcome);
  }
  return status ? status : output_flush(fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct capability_options *given = values;
  const struct words *places = &given->common.operands;
  struct series_set set = {0};
  struct rows_tally tally;
  double confidence;
  if (!number_parse(given->confidence, strlen(given->confidence), &confidence) || !(confidence > 0) ||
      !(confidence < 1))
    return fault_set(fault, STATUS_USAGE, "--confidence %s; expected a number between 0 and 1", given->confidence);
  set.grouped = row_key_parse(given->by, &set.group_key);
  set.subgrouped = row_key_parse(given->subgroup, &set.subgroup_key);
  enum status status = rows_read(places->items, places->count, series_take, &set, &tally, fault);
  if (!status && !set.count)
    status = fault_set(fault, STATUS_INVALID, "%s: no dimension was measured; expected results with dimensions",
                       places->items[0]);
  if (!status) qsort_r(set.items, set.count, sizeof *set.items, by_group, &set);
  if (!status) status = report(given, &set, confidence, fault);
  series_free(&set);
  return status;
}

const struct command command_lot_capability = {
    .name = "lot capability",
    .summary = "Cp, Cpk, Pp and Ppk of each dimension, with confidence intervals",
    .text =
        "From the dimensions of results, taken for normally distributed. Cp and Cpk use the spread within subgroups\n"
        "(pooled), or the mean moving range in order of capture where there are none; Pp and Ppk the overall spread.\n"
        "Intervals: chi-square for Cp and Pp, Bissell's approximation (1990) for Cpk and Ppk. STORE is the folder of\n"
        "a service, or of assay run --out.\n\n"
        "With --json a line a group and dimension: {\"group\", \"golden\", \"dimension\", \"unit\", \"values\", "
        "\"lower\",\n"
        "\"upper\", \"mean\", \"within\", \"overall\", \"cp\", \"cpk\", \"pp\", \"ppk\": {\"value\", \"low\", "
        "\"high\"} or null,\n"
        "\"why\": null, or why there is none}.",
    .example =
        "  assay lot capability results.jsonl\n  assay lot capability inspection --by line --subgroup shift --json",
    .operands = {.usage = "STORE|FILE.jsonl...", .least = 1, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct capability_options),
    .run = run,
};
