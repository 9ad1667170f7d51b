#include "cli/commands.h"
#include "cli/output.h"
#include "cli/table.h"

#include "engine/statistics/gauge_study.h"
#include "models/number.h"
#include "models/study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES = 5, COMPONENTS = 6 };

struct gauge_study_options {
  struct common_options common;
  const char *part, *operator_, *value, *dimension, *model, *significance, *tolerance;
};

static const struct option options[] = {
    {.name = "part",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct gauge_study_options, part),
     .argument = "COLUMN",
     .fallback = "part",
     .help = "the column that names the part"},
    {.name = "operator",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct gauge_study_options, operator_),
     .argument = "COLUMN",
     .fallback = "operator",
     .help = "the column that names the operator, camera or station; none: there was but one"},
    {.name = "value",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct gauge_study_options, value),
     .argument = "COLUMN",
     .fallback = "value",
     .help = "the column of the measured value"},
    {.name = "dimension",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct gauge_study_options, dimension),
     .argument = "COLUMN",
     .help = "the column that names the dimension, where the list has several: a study each"},
    {.name = "interaction",
     .kind = OPTION_WORD,
     .offset = offsetof(struct gauge_study_options, model),
     .argument = "auto|with|without",
     .fallback = "auto",
     .help = "whether operators by parts stay in the model; auto: where they are significant"},
    {.name = "significance",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct gauge_study_options, significance),
     .argument = "P",
     .fallback = "0.05",
     .help = "level of the F tests"},
    {.name = "tolerance",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct gauge_study_options, tolerance),
     .argument = "WIDTH",
     .help = "upper minus lower limit: 6 standard deviations are given in per cent of it too"},
    {.name = NULL}};

struct asked {
  const struct gauge_study_options *given;
  struct gauge_study_input input;
  double tolerance; /* NAN: none */
};

struct named_row {
  const char *name, *key;
  const struct gauge_study_row *row;
};

struct component {
  const char *name, *key;
  double variance;
};

static void list_sources(const struct gauge_study *study, struct named_row rows[SOURCES]) {
  const struct named_row all[SOURCES] = {{"Appraiser", "appraiser", &study->operator_},
                                         {"Parts", "parts", &study->part},
                                         {"Appraiser by part", "interaction", &study->interaction},
                                         {"Equipment", "equipment", &study->equipment},
                                         {"Total", "total", &study->total}};
  memcpy(rows, all, sizeof all);
}

static void list_components(const struct gauge_study *study, struct component components[COMPONENTS]) {
  const struct component all[COMPONENTS] = {{"Repeatability (EV)", "repeatability", study->repeatability},
                                            {"Reproducibility (AV)", "reproducibility", study->reproducibility},
                                            {"Appraiser by part (INT)", "interaction", study->interacting},
                                            {"Gauge R&R (GRR)", "gauge", study->gauge},
                                            {"Part-to-part (PV)", "parts", study->parts},
                                            {"Total (TV)", "total", study->whole}};
  memcpy(components, all, sizeof all);
}

static double of_total(const struct gauge_study *study, double variance) {
  return 100 * sqrt(variance / study->whole);
}

/* MSA's rule of thumb for %GRR. */
static const char *assessment(const struct gauge_study *study) {
  double percent = of_total(study, study->gauge);
  return percent < 10 ? "acceptable" : percent <= 30 ? "marginal" : "not acceptable";
}

static json_int_t categories(const struct gauge_study *study) {
  return study->categories < 1 ? 1 : (json_int_t)floor(study->categories);
}

/* Six digits are more than any study bears, and the same on every machine. */
static json_t *real(double value) {
  char text[NUMBER_CHARS];
  return number_significant(text, value, 6) ? json_real(strtod(text, NULL)) : json_null();
}

static enum status print_json(const struct study *measured, const struct asked *asked, const struct gauge_study *study,
                              struct fault *fault) {
  json_t *rows = json_array(), *parts = json_array();
  struct named_row sources[SOURCES];
  struct component components[COMPONENTS];
  list_sources(study, sources);
  list_components(study, components);
  for (int i = 0; i < SOURCES; i++)
    json_array_append_new(rows, json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "source", sources[i].key, "df",
                                          real(sources[i].row->df), "ss", real(sources[i].row->sum), "ms",
                                          real(sources[i].row->mean), "f", real(sources[i].row->f), "p",
                                          real(sources[i].row->p)));
  for (int i = 0; i < COMPONENTS; i++) {
    double variance = components[i].variance, deviation = sqrt(variance);
    json_array_append_new(parts, json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "component", components[i].key, "variance",
                                           real(variance), "deviation", real(deviation), "of_total",
                                           real(of_total(study, variance)), "contribution",
                                           real(100 * variance / study->whole), "of_tolerance",
                                           real(100 * 6 * deviation / asked->tolerance)));
  }
  return output_json(json_pack("{s:s?, s:I, s:I, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "dimension",
                               *measured->name ? measured->name : NULL, "parts", (json_int_t)measured->parts.count,
                               "operators", (json_int_t)measured->operators.count, "trials",
                               (json_int_t)measured->trials, "interaction", study->kept ? "kept" : "pooled", "anova",
                               rows, "components", parts, "grr_percent", real(of_total(study, study->gauge)), "ndc",
                               isfinite(study->categories) ? json_integer(categories(study)) : json_null(),
                               "ndc_unrounded", real(study->categories), "assessment", assessment(study)),
                     fault);
}

enum { CELL = 32 };

static void write_cell(char cell[CELL], const char *format, double value) {
  /* Formats of this file only. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  if (isfinite(value))
    snprintf(cell, CELL, format, value);
  else
    cell[0] = 0;
#pragma GCC diagnostic pop
}

static void print_sources(const struct gauge_study *study, double significance) {
  const struct column columns[] = {{.title = "source", .width = 18},
                                   {.title = "DF", .width = 6, .right = true},
                                   {.title = "SS", .width = 12, .right = true},
                                   {.title = "MS", .width = 12, .right = true},
                                   {.title = "F", .width = 10, .right = true},
                                   {.title = "p", .width = 7, .right = true},
                                   {.title = ""}};
  const struct table table = {stdout, columns, sizeof columns / sizeof *columns, text_coloured(stdout)};
  struct named_row sources[SOURCES];
  list_sources(study, sources);
  table_head(&table);
  for (int i = 0; i < SOURCES; i++) {
    const struct gauge_study_row *row = sources[i].row;
    char df[CELL], sum[CELL], mean[CELL], f[CELL], p[CELL];
    write_cell(df, "%.0f", row->df);
    write_cell(sum, "%.6g", row->sum);
    write_cell(mean, "%.6g", row->mean);
    write_cell(f, "%.2f", row->f);
    write_cell(p, "%.4f", row->p);
    table_row(&table, (const struct cell[]){{.text = sources[i].name},
                                            {.text = df},
                                            {.text = sum},
                                            {.text = mean},
                                            {.text = f},
                                            {.text = p},
                                            {.text = row->p < significance ? "*" : ""}});
  }
  printf("* significant at %g. ", significance);
  if (study->kept)
    printf("The interaction stays in the model.\n\n");
  else
    printf("Interaction and equipment are pooled: %.0f degrees of freedom, mean square %.6g.\n\n", study->pooled.df,
           study->pooled.mean);
}

static void print_components(const struct gauge_study *study, double tolerance) {
  const struct column columns[] = {{.title = "component", .width = 24},
                                   {.title = "variance", .width = 12, .right = true},
                                   {.title = "std dev", .width = 12, .right = true},
                                   {.title = "% total", .width = 8, .right = true},
                                   {.title = "% contribution", .width = 14, .right = true},
                                   {.title = "% tolerance", .width = 11, .right = true}};
  const struct table table = {stdout, columns, isnan(tolerance) ? 5 : 6, text_coloured(stdout)};
  struct component components[COMPONENTS];
  list_components(study, components);
  table_head(&table);
  for (int i = 0; i < COMPONENTS; i++) {
    double value = components[i].variance;
    char variance[CELL], deviation[CELL], total[CELL], contribution[CELL], of_tolerance[CELL];
    write_cell(variance, "%.6g", value);
    write_cell(deviation, "%.6g", sqrt(value));
    write_cell(total, "%.2f", of_total(study, value));
    write_cell(contribution, "%.2f", 100 * value / study->whole);
    write_cell(of_tolerance, "%.2f", 100 * 6 * sqrt(value) / tolerance);
    table_row(&table, (const struct cell[]){{.text = components[i].name},
                                            {.text = variance},
                                            {.text = deviation},
                                            {.text = total},
                                            {.text = contribution},
                                            {.text = of_tolerance}});
  }
}

static void print_text(const struct study *measured, const struct asked *asked, const struct gauge_study *study) {
  char *name = text_clean(measured->name, 0, false);
  if (name && *name) printf("%s: ", name);
  printf("%zu parts, %zu operators, %zu trials\n\n", measured->parts.count, measured->operators.count,
         measured->trials);
  free(name);
  print_sources(study, asked->input.significance);
  print_components(study, asked->tolerance);
  printf("\n%%GRR %.2f of the total variation: %s (under 10 acceptable, over 30 not)\n", of_total(study, study->gauge),
         assessment(study));
  if (isfinite(study->categories))
    printf("number of distinct categories (ndc) %lld, from %.2f (5 or more are expected)\n",
           (long long)categories(study), study->categories);
  else
    printf("number of distinct categories (ndc): without bound, the gauge does not vary\n");
}

static enum status read_number(const char *text, const char *option, double above, double most, double *value,
                               struct fault *fault) {
  if (number_parse(text, strlen(text), value) && *value > above && *value <= most) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "--%s %s; expected a number above %g%s", option, text, above,
                   most == 1 ? ", at most 1" : "");
}

static enum status read_asked(const struct gauge_study_options *given, struct asked *asked, struct fault *fault) {
  *asked = (struct asked){.given = given, .tolerance = NAN};
  asked->input.model = !strcmp(given->model, "with")      ? GAUGE_STUDY_WITH
                       : !strcmp(given->model, "without") ? GAUGE_STUDY_WITHOUT
                                                          : GAUGE_STUDY_AUTO;
  enum status status = read_number(given->significance, "significance", 0, 1, &asked->input.significance, fault);
  if (!status && given->tolerance)
    status = read_number(given->tolerance, "tolerance", 0, 1e300, &asked->tolerance, fault);
  return status;
}

static enum status study_one(const struct study *measured, struct asked *asked, struct fault *fault) {
  struct gauge_study study;
  asked->input.values = measured->values;
  asked->input.parts = measured->parts.count;
  asked->input.operators = measured->operators.count;
  asked->input.trials = measured->trials;
  enum status status = gauge_study(&asked->input, &study, fault);
  const char *path = asked->given->common.operands.items[0];
  if (status)
    return *measured->name ? fault_prefix(fault, "%s: %s", path, measured->name) : fault_prefix(fault, "%s", path);
  if (asked->given->common.json) return print_json(measured, asked, &study, fault);
  print_text(measured, asked, &study);
  return output_flush(fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct gauge_study_options *given = values;
  struct asked asked;
  struct studies studies;
  const struct study_columns columns = {.part = given->part,
                                        .operator_ = strcmp(given->operator_, "none") != 0 ? given->operator_ : NULL,
                                        .value = given->value,
                                        .dimension = given->dimension};
  enum status status = read_asked(given, &asked, fault);
  if (!status) status = studies_read(given->common.operands.items[0], &columns, &studies, fault);
  if (status) return status;
  for (size_t i = 0; i < studies.count && !status; i++) {
    if (i && !given->common.json) putchar('\n');
    status = study_one(&studies.items[i], &asked, fault);
  }
  studies_free(&studies);
  return status;
}

const struct command command_gauge_study = {
    .name = "gauge-study",
    .summary = "gauge R&R: how much of the variation is the gauge's own",
    .text =
        "A crossed study by analysis of variance (AIAG, Measurement Systems Analysis, 4th edition, ANOVA method).\n"
        "FILE.csv has a header and one measurement a line; every part is measured by every operator (or camera)\n"
        "equally often. The F values are against the equipment, as in the manual. Components that would be negative\n"
        "are 0; ndc is cut to a whole number.\n\n"
        "With --json, one line a dimension: {\"dimension\", \"parts\", \"operators\", \"trials\", \"interaction\":\n"
        "\"kept|pooled\", \"anova\": [{\"source\", \"df\", \"ss\", \"ms\", \"f\", \"p\"}], \"components\": "
        "[{\"component\",\n"
        "\"variance\", \"deviation\", \"of_total\", \"contribution\", \"of_tolerance\"}], \"grr_percent\", \"ndc\",\n"
        "\"ndc_unrounded\", \"assessment\"}; shares in per cent.",
    .example = "  assay gauge-study study.csv --tolerance 0.2\n"
               "  assay gauge-study study.csv --operator camera --dimension dimension --json",
    .operands = {.usage = "FILE.csv", .least = 1, .most = 1},
    .options = options,
    .values_size = sizeof(struct gauge_study_options),
    .run = run,
};
