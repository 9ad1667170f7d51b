#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/table.h"

#include "engine/drift/findings.h"
#include "engine/drift/run_rules.h"
#include "engine/drift/signals.h"
#include "engine/lots/rows.h"
#include "models/number.h"
#include "models/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct drift_options {
  struct common_options common;
  const char *budget, *rules, *limits, *run_length;
  long reference, subgroup, sample;
  bool charts;
};

#define FIELD(name) offsetof(struct drift_options, name)
static const struct option options[] = {
    {.name = "budget",
     .kind = OPTION_TEXT,
     .offset = FIELD(budget),
     .argument = "B",
     .fallback = "0.05",
     .help = "findings to be expected, over all charts, where nothing has changed; 0.0001 to 1"},
    {.name = "charts", .kind = OPTION_FLAG, .offset = FIELD(charts), .help = "also every control chart, by line"},
    {.name = "rules",
     .kind = OPTION_WORD,
     .offset = FIELD(rules),
     .argument = "limits|western-electric|nelson",
     .fallback = "limits",
     .help = "run rules of individuals and means; limits: one point outside alone"},
    {.name = "limits",
     .kind = OPTION_WORD,
     .offset = FIELD(limits),
     .argument = "reference|spec",
     .fallback = "reference",
     .help = "control limits from each line's first photos, or from the tolerance (3 sigma each side)"},
    {.name = "reference",
     .kind = OPTION_NUMBER,
     .offset = FIELD(reference),
     .argument = "N",
     .fallback = "100",
     .least = 20,
     .most = 100000,
     .help = "photos of a line that give its limits"},
    {.name = "subgroup",
     .kind = OPTION_NUMBER,
     .offset = FIELD(subgroup),
     .argument = "N",
     .fallback = "5",
     .least = 2,
     .most = 25,
     .help = "consecutive values a mean (X-bar/S)"},
    {.name = "sample",
     .kind = OPTION_NUMBER,
     .offset = FIELD(sample),
     .argument = "N",
     .fallback = "50",
     .least = 2,
     .most = 100000,
     .help = "consecutive photos a share (p, u)"},
    {.name = "run-length",
     .kind = OPTION_TEXT,
     .offset = FIELD(run_length),
     .argument = "N",
     .fallback = "370",
     .help = "points between false signals of EWMA and CUSUM, 10 to 100000"},
    {.name = NULL}};

static enum status read_number(const char *option, const char *text, double least, double most, double *number,
                               struct fault *fault) {
  if (number_parse(text, strlen(text), number) && *number >= least && *number <= most) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "--%s %s: expected a number from %g to %g", option, text, least, most);
}

static enum status read_options(const struct drift_options *given, double *budget, struct signal_options *out,
                                struct fault *fault) {
  *out = (struct signal_options){.rules = !strcmp(given->rules, "nelson")             ? RULES_NELSON
                                          : !strcmp(given->rules, "western-electric") ? RULES_WESTERN_ELECTRIC
                                                                                      : RULES_NONE,
                                 .reference = (size_t)given->reference,
                                 .from_spec = !strcmp(given->limits, "spec"),
                                 .subgroup = (size_t)given->subgroup,
                                 .sample = (size_t)given->sample};
  enum status status = read_number("budget", given->budget, 1e-4, 1, budget, fault);
  return status ? status : read_number("run-length", given->run_length, 10, 1e5, &out->run_length, fault);
}

static enum status take_row(void *context, const struct row *row, struct fault *fault) {
  return season_add(context, row, fault);
}

static enum status read_season(const struct words *places, struct season *season, struct fault *fault) {
  struct rows_tally tally;
  enum status status = rows_read(places->items, places->count, take_row, season, &tally, fault);
  if (!status && !season->count) status = fault_set(fault, STATUS_INVALID, "no results in %s", places->items[0]);
  if (status) return status;
  if (season->timeless)
    message_warning("%zu of %zu photos have no time of capture; they stand where they were read", season->timeless,
                    season->count);
  return season_sort(season, fault);
}

/* --- JSON --- */

static void put_chart(struct text *out, enum signal_chart chart, const struct signal_count *count) {
  text_put(out, "{\"chart\":");
  text_json_string(out, signal_chart_name(chart));
  text_put(out, ",\"lower\":");
  text_json_significant(out, count->limits.lower, 6);
  text_put(out, ",\"upper\":");
  text_json_significant(out, count->limits.upper, 6);
  text_put(out, ",\"points\":");
  text_json_integer(out, (int64_t)count->points);
  text_put(out, ",\"signals\":");
  text_json_integer(out, (int64_t)count->signals);
  text_put(out, ",\"first\":");
  char time[20] = "";
  if (count->signals) finding_time(count->first, time);
  text_json_string(out, *time ? time : NULL);
  text_put(out, count->out ? ",\"out\":true}" : ",\"out\":false}");
}

static enum status print_charts_json(const struct season *season, const struct line_charts *c, struct fault *fault) {
  const struct season_quantity *q = &season->quantities[c->quantity];
  struct text out = {0};
  const struct {
    const char *key, *value;
  } texts[] = {{"{\"golden\":", names_text(&season->names, q->golden)},
               {",\"quantity\":", quantity_kind_name(q->kind)},
               {",\"name\":", *q->name ? q->name : NULL},
               {",\"factory\":", names_text(&season->names, c->cell.factory)},
               {",\"line\":", names_text(&season->names, c->cell.line)}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    text_put(&out, texts[i].key);
    text_json_string(&out, texts[i].value);
  }
  text_put(&out, ",\"photos\":");
  text_json_integer(&out, (int64_t)c->values);
  text_put(&out, ",\"centre\":");
  text_json_significant(&out, c->centre, 6);
  text_put(&out, ",\"sigma\":");
  text_json_significant(&out, c->sigma, 6);
  text_put(&out, ",\"charts\":[");
  bool any = false;
  for (int k = 0; k < SIGNAL_CHARTS; k++) {
    if (!c->charts[k].used) continue;
    if (any) text_put(&out, ",");
    put_chart(&out, (enum signal_chart)k, &c->charts[k]);
    any = true;
  }
  text_put(&out, "]}");
  char *line = text_take(&out);
  if (!line) return fault_set(fault, STATUS_MEMORY, "out of memory");
  puts(line);
  free(line);
  return output_flush(fault);
}

static enum status print_json(const struct season *season, const struct findings *findings,
                              const struct signals *signals, const struct signal_options *how, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < findings->count && !status; i++) {
    char *line = finding_write(season, &findings->items[i]);
    if (!line) return fault_set(fault, STATUS_MEMORY, "out of memory");
    puts(line);
    free(line);
  }
  for (size_t i = 0; i < signals->count && !status; i++) status = print_charts_json(season, &signals->items[i], fault);
  if (status) return status;
  printf("{\"photos\":%zu,\"looked_at\":%zu,\"budget\":%g,\"findings\":%zu", season->count, findings->charts,
         findings->budget, findings->count);
  if (signals->count)
    printf(",\"run_length\":{\"rules\":%g,\"ewma\":%g,\"cusum\":%g}", run_rules_length(how->rules), how->run_length,
           how->run_length);
  puts("}");
  return output_flush(fault);
}

/* --- Text --- */

static void put_clean(const char *text) {
  char *clean = text_clean(text, 0, false);
  puts(clean ? clean : "?");
  free(clean);
}

static void name_line(const struct season *season, const struct season_cell *cell, char *text, size_t room) {
  const char *factory = names_text(&season->names, cell->factory), *line = names_text(&season->names, cell->line);
  snprintf(text, room, "%s%s%s", factory ? factory : "", factory && line ? "/" : "", line ? line : "");
}

static void print_chart_row(const struct season *season, const struct line_charts *c, const struct table *table) {
  const struct season_quantity *q = &season->quantities[c->quantity];
  char quantity[96], line[96], centre[32], sigma[32];
  snprintf(quantity, sizeof quantity, "%s %s", quantity_kind_name(q->kind), q->name);
  name_line(season, &c->cell, line, sizeof line);
  snprintf(centre, sizeof centre, "%.5g", c->centre);
  snprintf(sigma, sizeof sigma, "%.3g", c->sigma);
  for (int k = 0; k < SIGNAL_CHARTS; k++) {
    const struct signal_count *n = &c->charts[k];
    if (!n->used) continue;
    char lower[32], upper[32], points[32], signals[32], first[20] = "";
    snprintf(lower, sizeof lower, "%.5g", n->limits.lower);
    snprintf(upper, sizeof upper, "%.5g", n->limits.upper);
    snprintf(points, sizeof points, "%zu", n->points);
    snprintf(signals, sizeof signals, "%zu", n->signals);
    if (n->signals) finding_time(n->first, first);
    const struct cell cells[] = {
        {quantity, STYLE_PLAIN}, {line, STYLE_PLAIN},   {signal_chart_name((enum signal_chart)k), STYLE_PLAIN},
        {centre, STYLE_PLAIN},   {sigma, STYLE_PLAIN},  {lower, STYLE_PLAIN},
        {upper, STYLE_PLAIN},    {points, STYLE_PLAIN}, {signals, n->signals ? STYLE_YELLOW : STYLE_DIM},
        {first, STYLE_PLAIN}};
    table_row(table, cells);
  }
}

static void print_charts(const struct season *season, const struct signals *signals, const struct signal_options *how) {
  static const struct column columns[] = {{.title = "quantity", .width = 20},
                                          {.title = "line", .width = 10},
                                          {.title = "chart", .width = 12},
                                          {.title = "centre", .width = 9, .right = true},
                                          {.title = "sigma", .width = 8, .right = true},
                                          {.title = "lower", .width = 9, .right = true},
                                          {.title = "upper", .width = 9, .right = true},
                                          {.title = "points", .width = 7, .right = true},
                                          {.title = "signals", .width = 7, .right = true},
                                          {.title = "first"}};
  const struct table table = {
      .out = stdout, .columns = columns, .count = sizeof columns / sizeof *columns, .coloured = text_coloured(stdout)};
  printf(
      "\nControl charts. In control EWMA (weight %g, reach %.3f) and CUSUM (k %g, h %.2f) signal once in %.0f points,\n"
      "individuals and means by these rules once in %.0f; a signal is no finding.\n\n",
      signals->ewma_weight, signals->ewma_reach, signals->cusum_k, signals->cusum_h, how->run_length,
      run_rules_length(how->rules));
  table_head(&table);
  for (size_t i = 0; i < signals->count; i++) print_chart_row(season, &signals->items[i], &table);
}

static void print_findings(const struct season *season, const struct findings *findings) {
  for (size_t i = 0; i < findings->count; i++) put_clean(findings->items[i].text);
  if (!findings->count) puts("No drift found.");
  printf("\n%zu photos, %zu places looked at; where nothing changes, %g findings are to be expected in all.\n",
         season->count, findings->charts, findings->budget);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct drift_options *given = values;
  struct season season = {0};
  struct findings findings = {0};
  struct signals signals = {0};
  struct signal_options how;
  double budget;
  enum status status = read_options(given, &budget, &how, fault);
  if (!status) status = read_season(&given->common.operands, &season, fault);
  if (!status) status = findings_look(&season, budget, &findings, fault);
  if (!status && given->charts) status = signals_look(&season, &how, &signals, fault);
  if (!status && given->common.json) {
    status = print_json(&season, &findings, &signals, &how, fault);
  } else if (!status) {
    print_findings(&season, &findings);
    if (given->charts) print_charts(&season, &signals, &how);
    status = output_flush(fault);
  }
  *exit_code = findings.count > 0;
  signals_free(&signals);
  findings_free(&findings);
  season_free(&season);
  return status;
}

const struct command command_lot_drift = {
    .name = "lot drift",
    .summary = "what has drifted: which line, shift, factory or lot, since when, how much",
    .text =
        "Looks through results in order of capture time: every dimension, the colour of every zone, the share of\n"
        "photos with each class of defect, that cannot be judged or that failed, and the score; against every\n"
        "factory, line, shift and lot. A finding is what chance hardly explains over all of them together (--budget);\n"
        "it names the group, the quantity, the time with its 95 % interval and the size. STORE is the folder of a\n"
        "service, or of assay run --out. Exit code 1 where something is found, else 0.\n\n"
        "With --json a line for each finding, with --charts one for each line's charts, and a last one\n"
        "{\"photos\", \"looked_at\", \"budget\", \"findings\"}, with --charts also \"run_length\": points between "
        "false\n"
        "signals of {\"rules\" (individuals and means), \"ewma\", \"cusum\"}.",
    .example = "  assay lot drift results.jsonl\n  assay lot drift /srv/assay --charts --rules nelson --json",
    .operands = {.usage = "STORE|FILE.jsonl...", .least = 1, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct drift_options),
    .run = run,
};
