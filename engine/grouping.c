#include "engine/inspector.h"

#include <stdlib.h>

enum status inspector_tally(struct inspection *work, bool golden, struct fault *fault) {
  return group_tally_add(&work->device, &work->tally, &work->aligned, golden ? NULL : &work->alignment.placement,
                         work->inspector->image.colour, fault);
}

/* The zone of each pixel of the group image's luma: of its middle, 0 where any of what it stands for is not compared.
 */
static enum status make_labels(struct inspector *in, struct fault *fault) {
  const struct group_layer *luma = &in->group.layer[GROUP_LUMA];
  const struct plane *labels = &in->zones.labels;
  int32_t step = 1 << in->group.level;
  in->group_labels = malloc((size_t)luma->width * (size_t)luma->height);
  if (!in->group_labels) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  uint8_t *to = in->group_labels;
  for (int32_t j = 0; j < luma->height; j++)
    for (int32_t i = 0; i < luma->width; i++, to++) {
      int32_t right = (i + 1) * step < labels->width ? (i + 1) * step : labels->width,
              bottom = (j + 1) * step < labels->height ? (j + 1) * step : labels->height;
      *to =
          labels->pixels[(size_t)((j * step + bottom - 1) / 2) * labels->stride + (size_t)((i * step + right - 1) / 2)];
      for (int32_t y = j * step; y < bottom; y++)
        for (int32_t x = i * step; x < right; x++)
          if (!labels->pixels[(size_t)y * labels->stride + (size_t)x]) *to = 0;
    }
  return STATUS_OK;
}

enum status inspector_groups(struct inspector *in, struct inspection *work, struct fault *fault) {
  enum status status = group_image_begin(&in->group, in->image.width, in->image.height, in->image.colour, fault);
  if (!status) status = group_tally_take(&work->device, &work->tally, &in->group, fault);
  return status ? status : make_labels(in, fault);
}

const struct group_image *inspection_golden_group(const struct inspection *work, const uint8_t **labels) {
  const struct inspector *in = work->inspector;
  if (labels) *labels = in->group_labels;
  return in->groups ? &in->group : NULL;
}

enum status inspect_group_add(struct inspection *work, bool *added, struct fault *fault) {
  *added = work->judged && work->inspector->groups;
  return *added ? inspector_tally(work, false, fault) : STATUS_OK;
}

enum status inspect_group_take(struct inspection *work, struct group_image *into, struct fault *fault) {
  return group_tally_take(&work->device, &work->tally, into, fault);
}
