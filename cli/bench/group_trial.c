#include "cli/bench/group_trial.h"

#include "cli/group_keeper.h"

#include <stdlib.h>
#include <string.h>

static const struct group_view close_up = {1, 1};

enum status group_trial_open(const struct inspect_options *options, struct group_trial *trial, struct fault *fault) {
  struct inspect_options how = *options;
  struct group_art art = {0};
  const struct group_drift none = {0};
  how.groups = true;
  enum status status = group_art_draw(&none, &art, fault);
  if (!status) status = group_photo_take(&art, &close_up, 0, &trial->golden, fault);
  if (!status) status = inspector_open_photo(&trial->golden, &how, &trial->inspector, fault);
  if (!status) status = inspection_open(trial->inspector, &trial->inspection, fault);
  group_art_free(&art);
  return status;
}

void group_trial_close(struct group_trial *trial) {
  inspection_close(trial->inspection);
  inspector_close(trial->inspector);
  photo_free(&trial->golden);
  memset(trial, 0, sizeof *trial);
}

static enum status judge(struct group_trial *trial, const struct group_art *art, uint64_t unit,
                         struct group_image *into, int *failed, struct fault *fault) {
  struct photo photo = {.size = 0};
  struct result result = {0};
  bool added = false;
  enum status status = group_photo_take(art, &close_up, unit, &photo, fault);
  if (!status) photo.path = strdup("drawn");
  if (!status && !photo.path) status = fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (!status) status = inspect_photo(trial->inspection, &photo, NULL, &result, fault);
  if (!status && result.verdict != VERDICT_PASS) ++*failed;
  if (!status) status = inspect_group_add(trial->inspection, &added, fault);
  if (!status && added) status = inspect_group_take(trial->inspection, into, fault);
  result_free(&result);
  photo_free(&photo);
  return status;
}

enum status group_trial_lot(struct group_trial *trial, const struct group_drift *drift, uint64_t lot, int photos,
                            struct group_image halves[2], int *failed, struct fault *fault) {
  struct group_art art = {0};
  *failed = 0;
  memset(halves, 0, 2 * sizeof *halves);
  enum status status = group_art_draw(drift, &art, fault);
  for (int i = 0; i < 2 && !status; i++)
    status = group_image_begin(&halves[i], GROUP_PHOTO_WIDTH, GROUP_PHOTO_HEIGHT, true, fault);
  for (int i = 0; i < photos && !status; i++)
    status = judge(trial, &art, (lot << 20) + (uint64_t)i + 1, &halves[i % 2], failed, fault);
  group_art_free(&art);
  return status;
}

static bool meets(const int32_t box[4], double x, double y, double width, double height) {
  return box[0] < x + width && box[0] + box[2] > x && box[1] < y + height && box[1] + box[3] > y;
}

enum status group_trial_compare(const struct group_trial *trial, const struct group_image *a,
                                const struct group_image *b, const struct group_drift *planted, int *found,
                                int *elsewhere, struct fault *fault) {
  struct group_terms terms = {.rate = GROUP_RATE, .least = GROUP_LEAST_PHOTOS, .golden = !a};
  const struct group_image *golden = inspection_golden_group(trial->inspection, &terms.labels);
  struct group_map map;
  enum status status = group_compare(a ? a : golden, b, &terms, &map, fault);
  if (status) return status;
  *found = *elsewhere = 0;
  for (size_t i = 0; i < map.area_count; i++) {
    const int32_t *box = map.areas[i].box;
    bool met = (planted->label_px > 0 && meets(box, 138, 50, 56, 36)) ||
               (planted->zone_delta_e > 0 && meets(box, 18, 82, 68, 28));
    if (met)
      ++*found;
    else
      ++*elsewhere;
  }
  group_map_free(&map);
  return STATUS_OK;
}
