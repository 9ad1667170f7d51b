/* What alignment found of a photo's pose and light, as its result tells it. */
#include "engine/inspector.h"

#include <math.h>
#include <string.h>

void inspection_tell_alignment(const struct inspection *work, struct result *result) {
  const struct alignment *a = &work->alignment;
  result->aligned = a->aligned;
  if (!a->aligned) return;
  double n = work->photo.reduction > 1 ? work->photo.reduction : 1;
  struct pose enlarge = {{n, 0, 0.5 * n - 0.5, 0, n, 0.5 * n - 0.5, 0, 0, 1}}, full = a->placement.pose;
  if (!pose_compose(&enlarge, &a->placement.pose, &full)) full = a->placement.pose;
  memcpy(result->homography, full.h, sizeof full.h);
  result->residual_px = a->residual_px;
  result->overlap = a->overlap < 1 ? a->overlap : 1;
  result->has_local = placement_local(&a->placement, &work->inspector->zones.labels, &result->local_mean,
                                      &result->local_largest, result->local_at);
}

/* Of the luma, tile by tile as alignment measured them: what the light makes of the golden, and what that leaves. */
static void split_difference(const struct alignment *a, struct result *result) {
  const struct tiles *t = &a->tiles;
  double light = 0, product = 0, weights = 0;
  for (int j = 0; j < t->rows; j++) {
    struct light_row row = light_row(&a->light, tiles_middle(t, j));
    for (int i = 0; i < t->columns; i++) {
      const int64_t *s = t->sums + ((size_t)j * (size_t)t->columns + (size_t)i) * KERNEL_SUMS;
      double w = (double)s[SUM_W];
      if (!(w > 0)) continue;
      double golden = (double)s[SUM_G] / w, rest = (double)s[SUM_E] / w / 16;
      double gain = light_row_gain(&row, tiles_middle(t, i));
      double lit = light_on(gain, a->light.offset, golden) - golden;
      light += w * lit * lit, product += w * rest * rest, weights += w;
    }
  }
  result->has_split = weights > 0;
  result->light_rms = weights > 0 ? sqrt(light / weights) : 0;
  result->product_rms = weights > 0 ? sqrt(product / weights) : 0;
}

void inspection_tell_light(const struct inspection *work, struct result *result) {
  const struct inspector *in = work->inspector;
  const struct aligned_light *light = &work->aligned.light;
  double least = 1e9, most = 0;
  result->has_light = true;
  result->light_channels = light->channels;
  for (int i = 0; i < light->channels; i++) {
    result->gain[i] = light_gain(&light->channel[i], light->luma.cx, light->luma.cy);
    result->offset[i] = light->channel[i].offset;
  }
  const struct plane *labels = &in->zones.labels;
  for (int32_t y = 0; y < labels->height; y += 16) {
    struct light_row row = light_row(&light->luma, y);
    for (int32_t x = 0; x < labels->width; x += 16) {
      if (!labels->pixels[(size_t)y * labels->stride + (size_t)x]) continue;
      double gain = light_row_gain(&row, x);
      if (gain < least) least = gain;
      if (gain > most) most = gain;
    }
  }
  result->unevenness = most > 0 && most > least ? (most - least) / most : 0;
  split_difference(&work->alignment, result);
}
