#include "cli/bench/lot_trial.h"

#include "cli/bench/make_set.h"
#include "cli/folders.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_GOLDENS = 256 };

static const double FINDS = 2, FALSE_FROM = 10;

/* x, y, width, height. */
static bool touch(const double *p, const double *q, double margin) {
  return p[0] < q[0] + q[2] + margin && q[0] < p[0] + p[2] + margin && p[1] < q[1] + q[3] + margin &&
         q[1] < p[1] + p[3] + margin;
}

static void box_of(const json_t *defect, double *box) {
  const json_t *from = json_object_get(defect, "golden_box");
  for (size_t i = 0; i < 4; i++) box[i] = json_number_value(json_array_get(from, i));
}

static bool is_zone(const struct result *result, const struct region *region) {
  for (size_t i = 0; i < result->zone_count && region->class_ == CLASS_COLOUR; i++)
    if (!strcmp(result->zones[i].name, region->zone) && result->zones[i].verdict == VERDICT_FAIL) return true;
  return false;
}

static bool region_touches(const struct region *region, const json_t *defect, double margin) {
  double box[4], own[4];
  box_of(defect, box);
  for (int i = 0; i < 4; i++) own[i] = region->golden_box[i];
  return touch(own, box, margin);
}

const struct region *lot_trial_region(const struct result *result, const json_t *defect) {
  const struct region *best = NULL;
  for (size_t i = 0; i < result->region_count; i++) {
    const struct region *region = &result->regions[i];
    if (is_zone(result, region) || !region_touches(region, defect, FINDS)) continue;
    if (!best || region->peak > best->peak) best = region;
  }
  return best;
}

bool lot_trial_finds(const struct result *result, const json_t *defect) {
  return lot_trial_region(result, defect) != NULL;
}

bool lot_trial_is_false(const struct result *result, const struct region *region, const json_t *truth) {
  const json_t *defects = json_object_get(truth, "defects");
  bool near = is_zone(result, region);
  for (size_t k = 0; k < json_array_size(defects) && !near; k++)
    near = region_touches(region, json_array_get(defects, k), FALSE_FROM);
  return !near;
}

size_t lot_trial_false_regions(const struct result *result, const json_t *truth) {
  size_t count = 0;
  for (size_t i = 0; i < result->region_count; i++) count += lot_trial_is_false(result, &result->regions[i], truth);
  return count;
}

enum status lot_trial_run(const struct lot_trial *how, const struct synthetic_visit *visit, struct fault *fault) {
  char *folder = NULL;
  struct synthetic set = {.folder = NULL};
  enum status status = make_set(how->synth, &folder, fault);
  if (!status) status = synthetic_open(folder, MOST_GOLDENS, NULL, &set, fault);
  if (!status) status = synthetic_judge(&set, how->common, visit, fault);
  synthetic_close(&set);
  if (folder) folder_remove(folder);
  free(folder);
  return status;
}
