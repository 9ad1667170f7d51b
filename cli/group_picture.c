#include "cli/group_images.h"

#include <math.h>

/* Signed strength of what differs at a luma pixel, in uncertainties; of the planes the strongest. */
static double differs(const struct group_finding *finding, int32_t i, int32_t j) {
  const struct group_map *map = &finding->map;
  const struct group_layer *luma = &finding->group->image.layer[GROUP_LUMA];
  double strongest = 0;
  for (int p = 0; p < GROUP_PLANES; p++) {
    const struct group_layer *layer = &finding->group->image.layer[p];
    if (!layer->width) continue;
    int32_t x = (int32_t)floor((luma->origin + luma->step * i - layer->origin) / layer->step + 0.5);
    int32_t y = (int32_t)floor((luma->origin + luma->step * j - layer->origin) / layer->step + 0.5);
    x = x < 0 ? 0 : x >= layer->width ? layer->width - 1 : x;
    y = y < 0 ? 0 : y >= layer->height ? layer->height - 1 : y;
    size_t at = (size_t)y * (size_t)layer->width + (size_t)x;
    if (!map->significant[p][at]) continue;
    double s = (double)map->difference[p][at] / (double)map->uncertainty[p][at];
    if (fabs(s) > fabs(strongest)) strongest = s;
  }
  return strongest;
}

static uint32_t blend(double grey, double strength) {
  enum { FULL = 12 }; /* uncertainties from which the colour is full */
  static const double more[3] = {200, 30, 40}, less[3] = {20, 70, 200};
  double share = strength == 0 ? 0 : 0.45 + 0.55 * fmin(1, fabs(strength) / FULL);
  const double *colour = strength > 0 ? more : less;
  uint32_t pixel = 0;
  for (int k = 0; k < 3; k++) pixel = pixel << 8 | (uint32_t)floor((1 - share) * grey + share * colour[k] + 0.5);
  return pixel;
}

cairo_surface_t *group_finding_picture(const struct group_finding *finding) {
  const struct group_image *image = &finding->group->image;
  const struct group_layer *luma = &image->layer[GROUP_LUMA];
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, luma->width, luma->height);
  if (cairo_surface_status(surface)) {
    cairo_surface_destroy(surface);
    return NULL;
  }
  cairo_surface_flush(surface);
  unsigned char *pixels = cairo_image_surface_get_data(surface);
  int stride = cairo_image_surface_get_stride(surface);
  for (int32_t j = 0; j < luma->height; j++) {
    uint32_t *row = (void *)(pixels + (ptrdiff_t)j * stride);
    for (int32_t i = 0; i < luma->width; i++) {
      double mean, variance, grey = 255;
      if (group_image_at(image, GROUP_LUMA, (size_t)j * (size_t)luma->width + (size_t)i, &mean, &variance))
        grey = 110 + 145 * mean / 255;
      row[i] = blend(grey, differs(finding, i, j));
    }
  }
  cairo_surface_mark_dirty(surface);
  return surface;
}
