#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/gauge_picture.h"
#include "cli/interrupt.h"
#include "cli/measure_explain.h"
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

static void print_value(const struct measured *m) {
  bool coloured = text_coloured(stdout);
  enum text_style style = m->verdict == VERDICT_PASS   ? STYLE_GREEN
                          : m->verdict == VERDICT_FAIL ? STYLE_RED
                                                       : STYLE_YELLOW;
  char value[96], limits[96];
  printf("  %-24s ", m->spec->name);
  if (!m->found) {
    printf("cannot be measured: %s\n", m->why);
    return;
  }
  value_text(m, "+-", value, sizeof value);
  value_limits_text(m->spec, limits, sizeof limits);
  printf("%-28s %s%s%s  %s\n", value, coloured ? text_style(style) : "", verdict_name(m->verdict),
         coloured ? text_style(STYLE_PLAIN) : "", *limits ? limits : "no limits");
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
    if (measure->given->explain) measure_explain_value(&g.values[i]);
  }
  for (size_t i = 0; i < g.gauge_count && measure->given->explain; i++) measure_explain_gauge(&g, &g.gauges[i]);
  if (measure->given->explain) measure_explain_scale(&measure->golden->spec);
}

/* ---- for programs ---- */

/* The result's line; --explain adds budgets and gauges behind its last field. */
static enum status print_json(const struct measure *measure, const struct result *result, struct fault *fault) {
  struct inspect_gauges g = {0};
  if (!measure->given->explain) return output_result(result, fault);
  json_t *json = result_to_json(result);
  inspect_gauges(measure->inspection, &g);
  measure_explain_json(&g, json);
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
  measure.photos.leave_out[0] = measure.given->out;
  if (!status) status = photo_paths_add_all(&measure.photos, operands->items + 1, operands->count - 1, fault);
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
        "With --json one result a line, as from run; --explain adds \"budgets\": [{\"name\", \"unit\", \"budget\":\n"
        "[{\"from\", \"u\", \"freedom\"}], \"u\", \"freedom\", \"factor\", \"expanded\"}] (u: standard\n"
        "uncertainty in the value's unit) and \"gauges\": [{\"name\", \"found\", \"why\", \"edges\", \"blur_px\",\n"
        "\"noise\", \"hidden_px\", \"steps\": [{\"width_px\", \"share\"}], \"left_out\": [{\"state\", \"x\", "
        "\"y\"}]}].\n"
        "Exit code 0 all pass, 1 some fail, 2 some cannot be judged and none fails.",
    .example = "  assay measure bracket photo.jpg --explain\n"
               "  assay measure bracket photos/ --json --out pictures > results.jsonl",
    .operands = {.usage = "GOLDEN PHOTO|FOLDER...", .least = 2, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct measure_options),
    .run = run,
};
