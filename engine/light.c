#include "engine/light.h"

#include "engine/solve.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 8 };

struct light light_none(int width, int height) {
  struct light light = {.cx = 0.5 * (width - 1), .cy = 0.5 * (height - 1)};
  light.unit = 0.5 * (width > height ? width : height);
  light.coefficient[0] = 1;
  return light;
}

static size_t terms_of(int order) {
  return (size_t)((order + 1) * (order + 2) / 2);
}

static void powers(int order, double u, double v, double *out) {
  for (int degree = 0; degree <= order; degree++) {
    double *row = out + degree * (degree + 1) / 2;
    if (!degree) {
      row[0] = 1;
      continue;
    }
    const double *before = out + (degree - 1) * degree / 2;
    for (int i = 0; i < degree; i++) row[i] = before[i] * u;
    row[degree] = before[degree - 1] * v;
  }
}

double light_gain(const struct light *light, double x, double y) {
  double p[LIGHT_MAX_TERMS] = {0}, gain = 0;
  powers(light->order, (x - light->cx) / light->unit, (y - light->cy) / light->unit, p);
  for (size_t i = 0; i < terms_of(light->order); i++) gain += light->coefficient[i] * p[i];
  return gain < 0.05 ? 0.05 : gain > 20 ? 20 : gain;
}

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double residual(const struct light *light, const struct light_sample *s) {
  return s->photo + LIGHT_PEDESTAL - light_gain(light, s->x, s->y) * (s->golden + LIGHT_PEDESTAL) - light->offset;
}

/* Median absolute residual, as a standard deviation; at least half a grey level. */
static double scale_of(const struct light *light, const struct light_sample *samples, size_t count, double *scratch) {
  for (size_t i = 0; i < count; i++) scratch[i] = fabs(residual(light, &samples[i]));
  qsort(scratch, count, sizeof *scratch, compare_doubles);
  double scale = 1.4826 * scratch[count / 2];
  return scale < 0.5 ? 0.5 : scale;
}

/* One weighted least-squares round; the bumps are held back a little, the offset (which a uniform gain can mimic) more.
 */
static bool solve_round(const struct light_sample *samples, size_t count, double reach, struct light *light) {
  size_t terms = terms_of(light->order), n = terms + 1;
  double a[SOLVE_MAX * SOLVE_MAX] = {0}, b[SOLVE_MAX] = {0}, total = 0;
  for (size_t i = 0; i < count; i++) {
    const struct light_sample *s = &samples[i];
    double share = reach > 0 ? residual(light, s) / reach : 0;
    if (!(share < 1 && share > -1)) continue;
    double w = s->weight * (1 - share * share) * (1 - share * share);
    double row[SOLVE_MAX];
    powers(light->order, (s->x - light->cx) / light->unit, (s->y - light->cy) / light->unit, row);
    for (size_t j = 0; j < terms; j++) row[j] *= s->golden + LIGHT_PEDESTAL;
    row[terms] = 1;
    for (size_t j = 0; j < n; j++) {
      for (size_t k = 0; k <= j; k++) a[j * n + k] += w * row[j] * row[k];
      b[j] += w * row[j] * (s->photo + LIGHT_PEDESTAL);
    }
    total += w;
  }
  if (!(total > 0)) return false;
  for (size_t j = 1; j < terms; j++) a[j * n + j] += 1e-4 * a[0] + 1e-9;
  a[0] += 1e-9;
  a[terms * n + terms] += 0.05 * total;
  if (!solve_symmetric(a, b, n, b)) return false;
  for (size_t j = 0; j < terms; j++) light->coefficient[j] = b[j];
  light->offset = b[terms];
  return true;
}

enum status light_fit(const struct light_sample *samples, size_t count, int order, struct light *light,
                      struct fault *fault) {
  if (!count) return STATUS_OK;
  double *scratch = malloc(count * sizeof *scratch);
  if (!scratch) return fault_set(fault, STATUS_MEMORY, "light: out of memory");
  struct light fit = *light;
  while (order > 0 && count < 8 * terms_of(order)) order--;
  fit.order = order;
  memset(fit.coefficient, 0, sizeof fit.coefficient);
  bool ok = solve_round(samples, count, 0, &fit);
  for (int round = 0; ok && round < ROUNDS; round++)
    ok = solve_round(samples, count, 4.685 * scale_of(&fit, samples, count, scratch), &fit);
  if (ok) *light = fit;
  free(scratch);
  return STATUS_OK;
}
