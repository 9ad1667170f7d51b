#include "engine/artwork.h"

#include "engine/artwork_depth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A change this deep is a finding where the spec does not say; how much of the border is not compared: half a pixel of
 * it is what resampling makes of what lies outside. Units. */
static const double DEEP = 2.5;
enum { BORDER = 2, MOST_UNIT = 20 };

/* The unit is a share of the finest part's width and of the picture's side, whichever is less: what is drawn coarsely
 * in a small picture is still seen as sharply as the picture is. */
static const double WIDTH_UNITS = 6, SIDE_UNITS = 640;

/* A part is as wide as the disc that still fits; parts that fill less than SPECK of the picture are none. */
static const double SPECK = 0.002, WIDTH_PIXELS = 1.0e6;

static bool is_material(const struct artwork *a, int value) {
  return (value <= (a->levels.low + a->levels.high) / 2) == a->dark;
}

static enum status binarise(const struct plane *luma, const struct plane *labels, struct artwork *a,
                            struct fault *fault) {
  size_t width = (size_t)luma->width, count = width * (size_t)luma->height;
  a->material = malloc(count), a->compared = malloc(count), a->squared = malloc(count * sizeof *a->squared);
  if (!a->material || !a->compared || !a->squared) return fault_set(fault, STATUS_MEMORY, "artwork: out of memory");
  uint8_t table[256];
  for (int v = 0; v < 256; v++) table[v] = is_material(a, v);
  int32_t border = (int32_t)ceil(BORDER * a->unit);
  for (int32_t y = 0; y < luma->height; y++) {
    const uint8_t *row = luma->pixels + (size_t)y * luma->stride, *label = labels->pixels + (size_t)y * labels->stride;
    bool inner = y >= border && y < luma->height - border;
    for (int32_t x = 0; x < luma->width; x++) {
      size_t i = (size_t)y * width + (size_t)x;
      a->material[i] = table[row[x]];
      a->compared[i] = inner && x >= border && x < luma->width - border && label[x];
    }
  }
  return STATUS_OK;
}

/* Share of the picture that no disc of `radius` inside either level covers. */
static enum status share_thinner(const uint8_t *material, int32_t width, int32_t height, int32_t radius, double *share,
                                 struct fault *fault) {
  size_t count = (size_t)width * (size_t)height, thin = 0;
  uint16_t *squared = malloc(count * sizeof *squared);
  uint8_t *middle = malloc(count);
  enum status status = squared && middle ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "artwork: out of memory");
  if (!status) status = artwork_depth(material, width, height, radius + 1, squared, fault);
  for (size_t i = 0; i < count && !status; i++) middle[i] = squared[i] > radius * radius;
  if (!status) status = artwork_depth(middle, width, height, radius + 1, squared, fault);
  for (size_t i = 0; i < count && !status; i++) thin += !middle[i] && squared[i] > radius * radius;
  *share = (double)thin / (double)count;
  free(squared), free(middle);
  return status;
}

/* The largest unit, in whole pixels, that the picture's size allows and its finest parts still have WIDTH_UNITS of. */
static enum status find_unit(const struct plane *luma, struct artwork *a, struct fault *fault) {
  double side = luma->width < luma->height ? luma->width : luma->height, most = floor(side / SIDE_UNITS);
  a->unit = 1;
  if (most < 2) return STATUS_OK;
  int32_t step = 1;
  while ((double)luma->width * luma->height > WIDTH_PIXELS * step * step) step++;
  int32_t width = luma->width / step, height = luma->height / step;
  uint8_t *small = malloc((size_t)width * (size_t)height);
  if (!small) return fault_set(fault, STATUS_MEMORY, "artwork: out of memory");
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++)
      small[(size_t)y * (size_t)width + (size_t)x] =
          is_material(a, luma->pixels[(size_t)(y * step + step / 2) * luma->stride + (size_t)(x * step + step / 2)]);
  enum status status = STATUS_OK;
  for (int unit = most < MOST_UNIT ? (int)most : MOST_UNIT; unit > 1 && !status; unit--) {
    double share = 0;
    int32_t radius = (int32_t)floor(0.5 * WIDTH_UNITS * unit / step - 0.5);
    if (radius > 0) status = share_thinner(small, width, height, radius, &share, fault);
    if (!status && share <= SPECK) {
      a->unit = unit;
      break;
    }
  }
  free(small);
  return status;
}

static enum status even_pyramid(struct device *device, const struct plane *luma, struct artwork *a,
                                struct fault *fault) {
  uint8_t *even = malloc((size_t)luma->width * (size_t)luma->height);
  if (!even) return fault_set(fault, STATUS_MEMORY, "artwork: out of memory");
  artwork_levels_even(&a->levels, luma, even);
  struct plane plane = {even, luma->width, luma->height, (size_t)luma->width};
  enum status status = pyramid_build_copy(device, &a->even, &plane, PYRAMID_LEVELS, fault);
  free(even);
  return status;
}

enum status artwork_open(struct device *device, const struct plane *luma, const struct plane *labels,
                         const struct spec *spec, struct artwork *a, struct fault *fault) {
  memset(a, 0, sizeof *a);
  /* A part that is measured lies as it was put down, not in the frame of its photo. */
  if (spec->artwork == ARTWORK_NEVER || spec->dimension_count) return STATUS_OK;
  if (artwork_levels_rule_out(luma, labels)) return STATUS_OK;
  a->levels = artwork_levels_of(luma, labels);
  a->found = artwork_levels_are_artwork(&a->levels);
  if (!a->found) return STATUS_OK;
  a->dark = spec->artwork != ARTWORK_LIGHT;
  enum status status = find_unit(luma, a, fault);
  a->deep = isnan(spec->tolerance.edge) ? DEEP * a->unit : spec->tolerance.edge;
  if (!isnan(spec->tolerance.scale)) a->deep *= spec->tolerance.scale;
  if (a->deep < ARTWORK_CORE * a->unit) a->deep = ARTWORK_CORE * a->unit;
  if (!status) status = binarise(luma, labels, a, fault);
  if (!status)
    status =
        artwork_depth(a->material, luma->width, luma->height, (int32_t)(ARTWORK_REACH * a->unit), a->squared, fault);
  if (!status) status = even_pyramid(device, luma, a, fault);
  if (status) artwork_close(device, a);
  return status;
}

void artwork_close(struct device *device, struct artwork *a) {
  free(a->material), free(a->compared), free(a->squared);
  pyramid_release(device, &a->even);
  memset(a, 0, sizeof *a);
}

enum status artwork_limits(struct device *device, const struct artwork *a, struct reference *reference,
                           struct fault *fault) {
  struct reference_plane *p = &reference->plane[ALIGNED_LUMA];
  size_t width = (size_t)p->width, count = width * (size_t)p->height;
  uint16_t *limit = malloc(count * sizeof *limit);
  if (!limit) return fault_set(fault, STATUS_MEMORY, "artwork: out of memory");
  double contrast = 16.0 * (a->levels.high - a->levels.low), core = ARTWORK_CORE * a->unit, far = 4 * a->unit;
  for (size_t i = 0; i < count; i++) {
    double depth = sqrt(a->squared[i]);
    bool used = a->compared[i] && depth > core;
    limit[i] = used ? (uint16_t)((KERNEL_MAP_UNIT << 16) * ((depth < far ? depth : far) / (contrast * a->deep))) : 0;
  }
  const struct kernel_memory *m = &device->backend->memory;
  const struct kernel_image *views[2] = {&p->rise, &p->fall};
  enum status status = STATUS_OK;
  for (int k = 0; k < 2; k++)
    for (size_t y = 0; y < (size_t)p->height && !status; y++)
      status = device_check(m->upload(device->context, views[k]->buffer,
                                      (views[k]->offset + y * (size_t)views[k]->stride) * sizeof *limit,
                                      limit + y * width, width * sizeof *limit),
                            "upload", fault);
  free(limit);
  return status;
}
