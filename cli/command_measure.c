#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/gauge_picture.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/photos.h"
#include "cli/text.h"

#include "engine/inspect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct measure_options {
  struct common_options common;
  bool explain;
  const char *out;
};

static const struct option options[] = {
    {.name = "explain",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct measure_options, explain),
     .help = "the budget of uncertainty of each value, and what each gauge saw"},
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct measure_options, out),
     .argument = "FOLDER",
     .help = "write a picture a photo: the gauges where they were measured, with values and limits"},
    {.name = NULL}};

struct measure {
  const struct measure_options *given;
  struct golden *golden;
  struct inspector *inspector;
  struct inspection *inspection;
  struct photo_paths photos;
  struct tally tally;
};

/* ---- for people ---- */

static void print_limits(const struct spec_dimension *spec) {
  if (!isnan(spec->lower) && !isnan(spec->upper))
    printf("  %g .. %g", spec->lower, spec->upper);
  else if (!isnan(spec->lower))
    printf("  at least %g", spec->lower);
  else if (!isnan(spec->upper))
    printf("  at most %g", spec->upper);
}

static void print_value(const struct measured *m) {
  bool coloured = text_coloured(stdout);
  enum text_style style = m->verdict == VERDICT_PASS   ? STYLE_GREEN
                          : m->verdict == VERDICT_FAIL ? STYLE_RED
                                                       : STYLE_YELLOW;
  printf("  %-24s ", m->spec->name);
  if (!m->found) {
    printf("cannot be measured: %s\n", m->why);
    return;
  }
  printf("%12.4f +- %-8.4f %-3s  %s%s%s", m->value, m->budget.expanded, m->spec->unit,
         coloured ? text_style(style) : "", verdict_name(m->verdict), coloured ? text_style(STYLE_PLAIN) : "");
  print_limits(m->spec);
  printf("\n");
}

static void print_freedom(double freedom) {
  if (isfinite(freedom))
    printf("%10.0f", floor(freedom));
  else
    printf("%10s", "inf");
}

static void print_budget(const struct measured *m) {
  const struct budget *b = &m->budget;
  if (!m->found) return;
  printf("    %-20s %12s %10s\n", "from", "u", "freedom");
  for (int i = 0; i < b->count; i++) {
    printf("    %-20s %12.6f ", b->line[i].name, b->line[i].u);
    print_freedom(b->line[i].freedom);
    printf("\n");
  }
  printf("    %-20s %12.6f ", "combined", b->u);
  print_freedom(b->freedom);
  printf("   expanded %.6f = %.4f u (95.45 %%)\n", b->expanded, b->factor);
}

static void print_gauge(const struct inspect_gauges *g, const struct gauge *gauge) {
  size_t number[EDGE_BESIDE + 1] = {0};
  for (size_t i = 0; i < gauge->count; i++) number[g->edges[gauge->first + i].state]++;
  printf("  gauge %-18s ", gauge->spec->name);
  if (!gauge->found) {
    printf("not found: %s\n", gauge->why);
    return;
  }
  if (gauge->spec->gauge == GAUGE_COUNT) {
    printf("%d counted\n", gauge->number);
    return;
  }
  printf("%zu edges (weak %zu, outside %zu, outliers %zu, beside them %zu), blur %.2f px, noise %.2f grey levels\n",
         number[EDGE_FOUND], number[EDGE_WEAK], number[EDGE_OUTSIDE], number[EDGE_OUTLIER], number[EDGE_BESIDE],
         gauge->sigma, gauge->noise);
  for (size_t i = 0; i < gauge->count; i++) {
    const struct gauge_edge *e = &g->edges[gauge->first + i];
    if (e->state != EDGE_FOUND) printf("    %s at (%.1f, %.1f)\n", edge_state_name(e->state), e->x, e->y);
  }
}

static void print_text(const struct measure *measure, const struct result *result) {
  struct inspect_gauges g;
  char *name = text_clean(result->photo, 0, false);
  printf("%s: %s\n", name ? name : "", verdict_name(result->verdict));
  free(name);
  for (size_t i = 0; i < result->reason_count; i++) printf("  %s\n", result->reasons[i].text);
  if (!inspect_gauges(measure->inspection, &g)) return;
  for (size_t i = 0; i < g.value_count; i++) {
    print_value(&g.values[i]);
    if (measure->given->explain) print_budget(&g.values[i]);
  }
  for (size_t i = 0; i < g.gauge_count && measure->given->explain; i++) print_gauge(&g, &g.gauges[i]);
}

/* ---- for programs ---- */

static json_t *finite_or_null(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *budget_json(const struct measured *m) {
  const struct budget *b = &m->budget;
  json_t *lines = json_array();
  for (int i = 0; i < b->count; i++)
    json_array_append_new(lines, json_pack("{s:s, s:f, s:o}", "from", b->line[i].name, "u", b->line[i].u, "freedom",
                                           finite_or_null(b->line[i].freedom)));
  return json_pack("{s:s, s:o, s:o, s:o, s:f}", "name", m->spec->name, "budget", lines, "u",
                   finite_or_null(m->found ? b->u : NAN), "freedom", finite_or_null(b->freedom), "factor", b->factor);
}

/* The result's line; --explain adds the budgets behind its last field. */
static enum status print_json(const struct measure *measure, const struct result *result, struct fault *fault) {
  struct inspect_gauges g = {0};
  if (!measure->given->explain) return output_result(result, fault);
  json_t *json = result_to_json(result), *budgets = json_array();
  if (inspect_gauges(measure->inspection, &g))
    for (size_t i = 0; i < g.value_count; i++) json_array_append_new(budgets, budget_json(&g.values[i]));
  json_object_set_new(json, "budgets", budgets);
  return output_json(json, fault);
}

/* ---- the work ---- */

static enum status write_picture(const struct measure *measure, const struct result *result, size_t index,
                                 struct fault *fault) {
  struct inspect_gauges g;
  if (!measure->given->out || !inspect_gauges(measure->inspection, &g)) return STATUS_OK;
  const char *slash = strrchr(result->photo, '/'), *name = slash ? slash + 1 : result->photo;
  char *path = NULL;
  if (asprintf(&path, "%s/%04zu-%s.png", measure->given->out, index + 1, name) < 0)
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = gauge_picture_write(result, &g, path, fault);
  free(path);
  return status;
}

static enum status measure_file(struct measure *measure, size_t index, struct fault *fault) {
  const char *path = measure->photos.items[index];
  struct photo photo = {0};
  struct result result = {0};
  struct fault why = {0};
  enum status read = photo_read(path, 0, &photo, &why), status = STATUS_OK;
  if (read == STATUS_MEMORY) return fault_set(fault, read, "%s", why.text);
  if (read) photo = (struct photo){.path = strdup(path)};
  if (!photo.path) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  status = inspect_measure(measure->inspection, &photo, &result, fault);
  if (!status && read && result.reason_count)
    snprintf(result.reasons[0].text, sizeof result.reasons[0].text, "%s", why.text);
  if (!status) {
    tally_add(&measure->tally, result.verdict);
    progress_hide();
    if (measure->given->common.json)
      status = print_json(measure, &result, fault);
    else
      print_text(measure, &result);
  }
  if (!status) status = output_flush(fault);
  if (!status) status = write_picture(measure, &result, index, fault);
  result_free(&result);
  photo_free(&photo);
  return status;
}

static enum status open_golden(struct measure *measure, struct fault *fault) {
  const struct common_options *common = &measure->given->common;
  const struct inspect_options inspect = {.backend = common->backend, .cpu = common->cpu};
  const char *path = common->operands.items[0];
  enum status status = golden_open(path, &measure->golden, fault);
  if (status) return status;
  size_t measures = 0;
  for (size_t i = 0; i < measure->golden->spec.dimension_count; i++)
    measures += measure->golden->spec.dimensions[i].measure != MEASURE_NONE;
  if (!measures)
    return fault_set(fault, STATUS_INVALID, "%s: its spec has no measures; expected dimensions with measure: ...",
                     path);
  status = inspector_open(measure->golden, &inspect, &measure->inspector, fault);
  return status ? status : inspection_open(measure->inspector, &measure->inspection, fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  struct measure measure = {.given = values};
  const struct words *operands = &measure.given->common.operands;
  enum status status = open_golden(&measure, fault);
  for (size_t i = 1; i < operands->count && !status; i++)
    status = photo_paths_add(&measure.photos, operands->items[i], NULL, fault);
  if (!status && measure.given->out) status = folder_make(measure.given->out, fault);
  interrupt_watch();
  progress_begin("measuring", measure.photos.count);
  for (size_t i = 0; i < measure.photos.count && !status; i++) {
    if (interrupt_signal())
      status = fault_set(fault, STATUS_STOPPED, "stopped; %zu of %zu photos were measured", i, measure.photos.count);
    else
      status = measure_file(&measure, i, fault);
    progress_set(i + 1, measure.photos.count);
  }
  progress_end();
  if (!status) *exit_code = tally_exit_code(&measure.tally);
  inspection_close(measure.inspection);
  inspector_close(measure.inspector);
  if (measure.golden) golden_close(measure.golden);
  photo_paths_free(&measure.photos);
  return status;
}

const struct command command_measure = {
    .name = "measure",
    .summary = "measure the dimensions that a golden's spec asks for",
    .text =
        "Aligns each photo, measures the spec's gauges in the photo's own pixels and judges the dimensions alone\n"
        "(run compares the pixels too). Each value has its expanded uncertainty (95.45 %); one that lies within it\n"
        "of a limit is not judged, as ISO 14253-1 asks, unless the spec says rule: simple.\n"
        "With --json one result a line, as from run; --explain adds \"budgets\": [{\"name\", \"budget\": [{\"from\",\n"
        "\"u\", \"freedom\"}], \"u\", \"freedom\", \"factor\"}].\n"
        "Exit code 0 all pass, 1 some fail, 2 some cannot be judged and none fails.",
    .example = "  assay measure bracket photo.jpg --explain\n"
               "  assay measure bracket photos/ --json --out pictures > results.jsonl",
    .operands = {.usage = "GOLDEN PHOTO|FOLDER...", .least = 2, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct measure_options),
    .run = run,
};
