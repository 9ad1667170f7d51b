#include "engine/group_tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUM, SQUARE, COUNT };
static const size_t ELEMENT[] = {sizeof(uint32_t), sizeof(uint32_t), sizeof(uint16_t)};

static size_t pixels_of(const struct group_layer *layer) {
  return (size_t)layer->width * (size_t)layer->height;
}

static enum status host_reserve(struct group_tally *tally, size_t bytes, struct fault *fault) {
  if (bytes <= tally->host_size) return STATUS_OK;
  uint8_t *larger = realloc(tally->host, bytes);
  if (!larger) return fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  tally->host = larger, tally->host_size = bytes;
  return STATUS_OK;
}

static enum status zero(struct device *device, struct group_tally *tally, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < GROUP_PLANES && !status; i++)
    for (int k = SUM; k <= COUNT && !status; k++) {
      size_t bytes = pixels_of(&tally->shape.layer[i]) * ELEMENT[k];
      if (!bytes) continue;
      status = host_reserve(tally, bytes, fault);
      if (!status) memset(tally->host, 0, bytes);
      if (!status) status = device_upload(device, &tally->layer[i].memory[k], tally->host, bytes, fault);
    }
  tally->photos = 0;
  return status;
}

static enum status begin(struct device *device, struct group_tally *tally, int32_t width, int32_t height, bool colour,
                         struct fault *fault) {
  struct group_image shape;
  enum status status = group_image_begin(&shape, width, height, colour, fault);
  if (status) return status;
  free(shape.memory);
  shape.memory = NULL;
  tally->shape = shape;
  status = zero(device, tally, fault);
  for (int i = 0; i < GROUP_PLANES; i++) {
    struct group_tally_layer *layer = &tally->layer[i];
    int32_t w = shape.layer[i].width, h = shape.layer[i].height;
    layer->sum = device_view(&layer->memory[SUM], w, h);
    layer->square = device_view(&layer->memory[SQUARE], w, h);
    layer->count = device_view(&layer->memory[COUNT], w, h);
  }
  size_t points = pixels_of(&shape.layer[GROUP_SHADE]);
  if (!status) status = host_reserve(tally, points, fault);
  if (!status) memset(tally->host, 255, points);
  if (!status) status = device_upload(device, &tally->grid_seen, tally->host, points, fault);
  if (status) tally->shape.width = 0;
  return status;
}

/* Halves a plane and what is seen of it `levels` times. */
static enum status halve(struct device *device, struct group_tally *tally, int levels, struct kernel_image *plane,
                         struct kernel_image *seen, struct fault *fault) {
  const struct kernel_operations *ops = &device->backend->operations;
  enum status status = STATUS_OK;
  for (int i = 0; i < levels && !status; i++) {
    int32_t width = (plane->width + 1) / 2, height = (plane->height + 1) / 2;
    struct device_memory *to = tally->halved[i % 2];
    for (int k = 0; k < 2 && !status; k++)
      status = device_reserve(device, &to[k], (size_t)width * (size_t)height, fault);
    if (status) return status;
    struct kernel_halve call = {.from = *plane, .to = device_view(&to[0], width, height)};
    struct kernel_halve_mask mask = {.from = *seen, .to = device_view(&to[1], width, height)};
    status = device_check(ops->halve(device->context, &call), "halve", fault);
    if (!status) status = device_check(ops->halve_mask(device->context, &mask), "halve_mask", fault);
    *plane = call.to, *seen = mask.to;
  }
  return status;
}

static enum status add_plane(struct device *device, struct group_tally *tally, enum group_plane plane,
                             const struct kernel_image *photo, const struct kernel_image *seen, struct fault *fault) {
  struct group_tally_layer *layer = &tally->layer[plane];
  struct kernel_accumulate call = {
      .photo = *photo, .seen = *seen, .sum = layer->sum, .square = layer->square, .count = layer->count};
  return device_check(device->backend->operations.accumulate(device->context, &call), "accumulate", fault);
}

static uint8_t code(double value, enum group_plane plane) {
  double v = floor(value * group_unit(plane) + group_zero(plane) + 0.5);
  return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* A field on the grid of the image; NULL: zero everywhere. */
static enum status add_field(struct device *device, struct group_tally *tally, enum group_plane plane,
                             const struct field *field, struct fault *fault) {
  const struct group_layer *grid = &tally->shape.layer[plane];
  size_t points = pixels_of(grid);
  enum status status = host_reserve(tally, points, fault);
  if (status) return status;
  for (size_t i = 0; i < points; i++) {
    struct pose_point at = {0, 0};
    if (field && field->columns)
      at = field_at(field, grid->origin + grid->step * (double)(i % (size_t)grid->width),
                    grid->origin + grid->step * (double)(i / (size_t)grid->width));
    tally->host[i] = code(plane == GROUP_SHIFT_Y ? at.y : at.x, plane);
  }
  status = device_upload(device, &tally->grid, tally->host, points, fault);
  if (status) return status;
  struct kernel_image value = device_view(&tally->grid, grid->width, grid->height),
                      seen = device_view(&tally->grid_seen, grid->width, grid->height);
  return add_plane(device, tally, plane, &value, &seen, fault);
}

enum status group_tally_add(struct device *device, struct group_tally *tally, const struct aligned *photo,
                            const struct placement *placement, bool colour, struct fault *fault) {
  const struct kernel_image *luma = &photo->plane[ALIGNED_LUMA];
  enum status status = STATUS_OK;
  if (!tally->shape.width) status = begin(device, tally, luma->width, luma->height, colour, fault);
  if (!status && tally->photos >= GROUP_TALLY_MOST)
    status = fault_set(fault, STATUS_LIMIT, "group image: %d photos wait; expected at most %d", tally->photos,
                       (int)GROUP_TALLY_MOST);
  for (int i = GROUP_LUMA; i <= (tally->shape.colour && photo->planes > 1 ? GROUP_CR : GROUP_LUMA) && !status; i++) {
    struct kernel_image plane = photo->plane[i], seen = photo->seen[i];
    status = halve(device, tally, tally->shape.level, &plane, &seen, fault);
    if (!status) status = add_plane(device, tally, (enum group_plane)i, &plane, &seen, fault);
  }
  for (int i = GROUP_SHADE; i < GROUP_PLANES && !status; i++) {
    const struct field *field = !placement ? NULL : i == GROUP_SHADE ? &photo->light.shade : &placement->field;
    status = add_field(device, tally, (enum group_plane)i, field, fault);
  }
  if (!status) tally->photos++;
  return status;
}

static enum status fetch(struct device *device, const struct group_tally *tally, const struct group_tally_layer *from,
                         int what, size_t pixels, struct fault *fault) {
  return device_download(device, &from->memory[what], tally->host, pixels * ELEMENT[what], fault);
}

static enum status take_layer(struct device *device, struct group_tally *tally, enum group_plane plane,
                              struct group_layer *to, struct fault *fault) {
  const struct group_tally_layer *from = &tally->layer[plane];
  size_t pixels = pixels_of(to);
  const uint32_t *wide = (const void *)tally->host;
  const uint16_t *narrow = (const void *)tally->host;
  enum status status = fetch(device, tally, from, SUM, pixels, fault);
  for (size_t i = 0; i < pixels && !status; i++) to->sum[i] += wide[i];
  if (!status) status = fetch(device, tally, from, SQUARE, pixels, fault);
  for (size_t i = 0; i < pixels && !status; i++) to->square[i] += wide[i];
  if (!status) status = fetch(device, tally, from, COUNT, pixels, fault);
  for (size_t i = 0; i < pixels && !status; i++) to->count[i] += narrow[i];
  return status;
}

enum status group_tally_take(struct device *device, struct group_tally *tally, struct group_image *into,
                             struct fault *fault) {
  if (!tally->photos) return STATUS_OK;
  enum status status = host_reserve(tally, pixels_of(&tally->shape.layer[GROUP_LUMA]) * sizeof(uint32_t), fault);
  for (int i = 0; i < GROUP_PLANES && !status; i++)
    if (into->layer[i].width) status = take_layer(device, tally, (enum group_plane)i, &into->layer[i], fault);
  if (!status) into->photos += tally->photos;
  return status ? status : zero(device, tally, fault);
}

void group_tally_free(struct device *device, struct group_tally *tally) {
  for (int i = 0; i < GROUP_PLANES; i++)
    for (int k = SUM; k <= COUNT; k++) device_release(device, &tally->layer[i].memory[k]);
  for (int i = 0; i < 2; i++)
    for (int k = 0; k < 2; k++) device_release(device, &tally->halved[i][k]);
  device_release(device, &tally->grid);
  device_release(device, &tally->grid_seen);
  free(tally->host);
  memset(tally, 0, sizeof *tally);
}
