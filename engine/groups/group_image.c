#include "engine/groups/group_image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SIDE = 32000, LEAST_STEP = 16, WEIGHT = 16 };

static const struct {
  const char *name;
  double zero, unit;
} planes[GROUP_PLANES] = {{"luma", 0, 1},    {"cb", 0, 1},         {"cr", 0, 1},
                          {"shade", 128, 8}, {"shift_x", 128, 32}, {"shift_y", 128, 32}};

double group_zero(enum group_plane plane) {
  return planes[plane].zero;
}

double group_unit(enum group_plane plane) {
  return planes[plane].unit;
}

const char *group_plane_name(enum group_plane plane) {
  return planes[plane].name;
}

static int32_t longer(int32_t width, int32_t height) {
  return width > height ? width : height;
}

static void shape_halved(struct group_layer *layer, int32_t width, int32_t height, int level) {
  for (int i = 0; i < level; i++) width = (width + 1) / 2, height = (height + 1) / 2;
  layer->width = width, layer->height = height;
  layer->step = (double)(1 << level);
  layer->origin = 0.5 * layer->step - 0.5;
}

static void shape_grid(struct group_layer *layer, int32_t width, int32_t height) {
  int32_t step = (longer(width, height) + GROUP_GRID - 1) / GROUP_GRID;
  if (step < LEAST_STEP) step = LEAST_STEP;
  layer->width = (width + step - 1) / step, layer->height = (height + step - 1) / step;
  layer->step = step;
  layer->origin = 0.5 * step - 0.5;
}

static size_t pixels_of(const struct group_layer *layer) {
  return (size_t)layer->width * (size_t)layer->height;
}

static size_t all_pixels(const struct group_image *image) {
  size_t all = 0;
  for (int i = 0; i < GROUP_PLANES; i++) all += pixels_of(&image->layer[i]);
  return all;
}

enum { PIXEL_BYTES = sizeof(uint64_t) + 2 * sizeof(uint32_t) };

enum status group_image_begin(struct group_image *image, int32_t width, int32_t height, bool colour,
                              struct fault *fault) {
  *image = (struct group_image){.width = width, .height = height, .colour = colour};
  if (width < 1 || height < 1 || width > MOST_SIDE || height > MOST_SIDE)
    return fault_set(fault, STATUS_LIMIT, "group image: %d x %d pixels; expected 1 to %d a side", (int)width,
                     (int)height, (int)MOST_SIDE);
  while ((longer(width, height) >> image->level) > GROUP_SIDE) image->level++;
  shape_halved(&image->layer[GROUP_LUMA], width, height, image->level);
  for (int i = GROUP_CB; i <= GROUP_CR && colour; i++) shape_halved(&image->layer[i], width, height, image->level + 1);
  for (int i = GROUP_SHADE; i < GROUP_PLANES; i++) shape_grid(&image->layer[i], width, height);
  size_t all = all_pixels(image);
  image->memory = calloc(all, PIXEL_BYTES);
  if (!image->memory) return fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  uint64_t *square = image->memory;
  uint32_t *rest = (uint32_t *)(square + all);
  for (int i = 0; i < GROUP_PLANES; i++) {
    size_t pixels = pixels_of(&image->layer[i]);
    image->layer[i].square = square, image->layer[i].sum = rest, image->layer[i].count = rest + pixels;
    square += pixels, rest += 2 * pixels;
  }
  return STATUS_OK;
}

void group_image_clear(struct group_image *image) {
  memset(image->memory, 0, all_pixels(image) * PIXEL_BYTES);
  image->photos = 0;
}

void group_image_free(struct group_image *image) {
  free(image->memory);
  memset(image, 0, sizeof *image);
}

enum status group_image_add(struct group_image *into, const struct group_image *image, struct fault *fault) {
  if (into->width != image->width || into->height != image->height || into->colour != image->colour)
    return fault_set(fault, STATUS_INVALID, "group images of %d x %d and %d x %d pixels cannot be added",
                     (int)into->width, (int)into->height, (int)image->width, (int)image->height);
  if (into->photos + image->photos > GROUP_MOST_PHOTOS)
    return fault_set(fault, STATUS_LIMIT, "a group image of %lld photos; expected at most %d",
                     (long long)(into->photos + image->photos), (int)GROUP_MOST_PHOTOS);
  for (int i = 0; i < GROUP_PLANES; i++) {
    struct group_layer *to = &into->layer[i];
    const struct group_layer *from = &image->layer[i];
    for (size_t k = 0; k < pixels_of(to); k++)
      to->sum[k] += from->sum[k], to->square[k] += from->square[k], to->count[k] += from->count[k];
  }
  into->photos += image->photos;
  return STATUS_OK;
}

bool group_image_at(const struct group_image *image, enum group_plane plane, size_t pixel, double *mean,
                    double *variance) {
  const struct group_layer *layer = &image->layer[plane];
  double n = layer->count[pixel], sum = layer->sum[pixel], square = (double)layer->square[pixel];
  if (layer->count[pixel] == 0) return false;
  double unit = planes[plane].unit * WEIGHT, v = n > 1 ? (square - sum * sum / n) / (n - 1) : INFINITY;
  double rounding = (double)WEIGHT * WEIGHT / 12;
  *mean = (sum / n - WEIGHT * planes[plane].zero) / unit;
  *variance = (v < rounding ? rounding : v) / (unit * unit);
  return true;
}
