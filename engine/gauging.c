/* The engine's dimensions: measured on the aligned photo, then weighed with what the comparison found. */
#include "engine/inspector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fill_dimension(const struct measured *m, struct dimension_result *out) {
  memset(out, 0, sizeof *out);
  memcpy(out->name, m->spec->name, sizeof out->name);
  memcpy(out->unit, m->spec->unit, sizeof out->unit);
  out->value = m->value;
  out->uncertainty = m->found ? m->budget.expanded : NAN;
  out->lower = m->spec->lower, out->upper = m->spec->upper;
  out->verdict = m->verdict;
}

enum status gauging_measure(struct inspection *work, struct result *result, struct fault *fault) {
  const struct inspector *in = work->inspector;
  size_t asked = dimensions_asked(in->spec);
  if (!asked) return STATUS_OK;
  double width = in->image.width, height = in->image.height;
  const struct kernel_image *aligned = &work->alignment.photo.level[0];
  struct image photo = work->photo;
  struct kernel_image luma = *aligned;
  if (work->straightened) photo.planes[0] = work->as_taken.planes[0];
  enum status status = STATUS_OK;
  if (work->straightened)
    status = device_upload_plane(&work->device, &work->as_taken_memory, &photo.planes[0], &luma, fault);
  if (status) return status;
  const struct dimensions_call call = {.spec = in->spec,
                                       .calibration = in->golden ? in->golden->calibration : NULL,
                                       .photo = &photo,
                                       .device = &work->device,
                                       .luma = &luma,
                                       .straightened = work->straightened ? aligned : NULL,
                                       .placement = &work->alignment.placement,
                                       .residual_px = work->alignment.residual_px,
                                       .golden_size = 0.5 * sqrt(width * width + height * height)};
  status = dimensions_measure(&work->dimensions, &call, fault);
  if (status) return status;
  result->dimensions = calloc(asked, sizeof *result->dimensions);
  if (!result->dimensions) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
  for (size_t i = 0; i < asked; i++) fill_dimension(&work->dimensions.values[i], &result->dimensions[i]);
  result->dimension_count = asked;
  work->measured = true;
  return STATUS_OK;
}

/* "hole_radius is 24.4712 px +- 0.0213; expected 21 to 23" */
static void describe(const struct measured *m, char *text, size_t room) {
  char limits[96], value[96];
  const struct spec_dimension *s = m->spec;
  if (!m->found) {
    snprintf(text, room, "%s cannot be measured: %s", s->name, m->why);
    return;
  }
  value_text(m, "+-", value, sizeof value);
  value_limits_text(s, limits, sizeof limits);
  snprintf(text, room, "%s is %s; expected %s", s->name, value, limits);
}

/* The worst of the dimensions with a verdict, and how many have it. */
static const struct measured *worst(const struct dimensions *d, enum verdict verdict, size_t *count) {
  const struct measured *found = NULL;
  double most = -1;
  *count = 0;
  for (size_t i = 0; i < d->count; i++) {
    const struct measured *m = &d->values[i];
    if (m->verdict != verdict) continue;
    double use = m->found ? limits_use(m->value, m->spec->lower, m->spec->upper) : 1e9;
    ++*count;
    if (found && use <= most) continue;
    found = m, most = use;
  }
  return found;
}

static double largest_use(const struct dimensions *d) {
  double most = 0;
  for (size_t i = 0; i < d->count; i++) {
    const struct measured *m = &d->values[i];
    double use = m->found ? limits_use(m->value, m->spec->lower, m->spec->upper) : 0;
    if (use > most) most = use;
  }
  return most;
}

/* What would let a value be judged that lies too near to a limit. */
static const char *remedy(const struct measured *m) {
  const struct budget_line *largest = &m->budget.line[0];
  if (!m->found) return "";
  for (int i = 1; i < m->budget.count; i++)
    if (m->budget.line[i].u > largest->u) largest = &m->budget.line[i];
  if (m->budget.count && !strcmp(largest->name, "camera curve"))
    return ", and it lies within its uncertainty of a limit, most of which is that the golden does not say whether the "
           "camera's levels are linear or those of sRGB: set photo.curve in golden.yaml";
  return ", and it lies within its uncertainty of a limit: measure it with a larger photo or other means";
}

void gauging_judge(const struct inspection *work, struct result *result) {
  const struct dimensions *d = &work->dimensions;
  char text[320];
  size_t failed, doubtful;
  if (!work->measured) return;
  const struct measured *bad = worst(d, VERDICT_FAIL, &failed), *open = worst(d, VERDICT_CANNOT_JUDGE, &doubtful);
  double use = largest_use(d), score = use < 2 ? 100 * (1 - 0.5 * use) : 0;
  if (result->verdict == VERDICT_CANNOT_JUDGE || score < result->score) result->score = score;
  if (bad) {
    describe(bad, text, sizeof text);
    result_add_reason(result, REASON_DIMENSION, "%zu %s: %s", failed,
                      failed == 1 ? "dimension is out of tolerance" : "dimensions are out of tolerance, the worst",
                      text);
    result->verdict = VERDICT_FAIL;
  }
  if (!open) return;
  describe(open, text, sizeof text);
  result_add_reason(result, REASON_DIMENSION, "%zu %s cannot be judged: %s%s", doubtful,
                    doubtful == 1 ? "dimension" : "dimensions", text, remedy(open));
  if (result->verdict == VERDICT_PASS) result->verdict = VERDICT_CANNOT_JUDGE;
}
