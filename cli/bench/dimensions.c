/* Photos as cameras make them (mosaic, sharpening, sRGB's curve, JPEG, brushed metal, units of other colours), and how
 * often a dimension's true value lies within the uncertainty that is stated. */
#include "cli/bench/figures.h"
#include "cli/bench/make_set.h"
#include "cli/bench/synthetic.h"
#include "cli/folders.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 2, PHOTOS_A_RUN = 5, LEAST_PHOTOS = 120, SEASON = 12000 };

struct tally {
  const char *names[NAMES];
  double count[NAMES], inside[NAMES], sum[NAMES], stated[NAMES];
};

static void add(struct tally *t, const json_t *dimension, const struct result *result) {
  const char *name = json_string_value(json_object_get(dimension, "name"));
  const double truth = json_number_value(json_object_get(dimension, "value"));
  for (size_t i = 0; i < result->dimension_count; i++) {
    const struct dimension_result *d = &result->dimensions[i];
    if (!name || strcmp(d->name, name) != 0 || isnan(d->value)) continue;
    for (int k = 0; k < NAMES; k++) {
      if (strcmp(t->names[k], name) != 0) continue;
      t->count[k]++, t->inside[k] += fabs(d->value - truth) <= d->uncertainty;
      t->sum[k] += d->value - truth, t->stated[k] += d->uncertainty;
    }
  }
}

static enum status visit(void *context, const json_t *truth, const struct result *result, struct fault *fault) {
  (void)fault;
  const json_t *dimensions = json_object_get(truth, "dimensions");
  if (!json_is_null(json_object_get(truth, "spoiled"))) return STATUS_OK;
  for (size_t i = 0; i < json_array_size(dimensions); i++) add(context, json_array_get(dimensions, i), result);
  return STATUS_OK;
}

static enum status report(const struct tally *t, struct bench_figures *figures, struct fault *fault) {
  enum status status = STATUS_OK;
  char what[96];
  for (int k = 0; k < NAMES && !status; k++) {
    if (!(t->count[k] > 0))
      return fault_set(fault, STATUS_INTERNAL, "benchmark: %s was measured on no photo", t->names[k]);
    snprintf(what, sizeof what, "drawn photos of a camera, %s: true value within the uncertainty", t->names[k]);
    status = bench_figures_add(figures, what, 100 * t->inside[k] / t->count[k], 94, NAN, "%", fault);
    snprintf(what, sizeof what, "drawn photos of a camera, %s: mean uncertainty", t->names[k]);
    if (!status) status = bench_figures_add(figures, what, t->stated[k] / t->count[k], NAN, NAN, "mm", fault);
    snprintf(what, sizeof what, "drawn photos of a camera, %s: bias", t->names[k]);
    if (!status) status = bench_figures_add(figures, what, t->sum[k] / t->count[k], NAN, NAN, "mm", fault);
  }
  return status;
}

enum status bench_dimensions(long runs, struct bench_figures *figures, struct fault *fault) {
  char photos[24], *folder = NULL;
  /* They are chosen evenly from a season's units, with six of each lot at least. */
  long count = runs < SEASON / PHOTOS_A_RUN ? runs * PHOTOS_A_RUN : SEASON;
  snprintf(photos, sizeof photos, "%ld", count > LEAST_PHOTOS ? count : LEAST_PHOTOS);
  const char *how[] = {"--season",     "--product", "plate",     "--seed", "3",         "--count", photos,
                       "--megapixels", "0.3",       "--goldens", "5",      "--threads", "2",       NULL};
  const struct common_options common = {.backend = "auto"};
  struct tally tally = {.names = {"pitch", "hole"}};
  const struct synthetic_visit each = {visit, &tally};
  struct synthetic set = {0};
  enum status status = make_set(how, &folder, fault);
  if (!status) status = synthetic_open(folder, 5, NULL, &set, fault);
  if (!status) status = synthetic_judge(&set, &common, &each, fault);
  if (!status) status = report(&tally, figures, fault);
  synthetic_close(&set);
  if (folder) folder_remove(folder);
  free(folder);
  return status;
}
