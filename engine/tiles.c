#include "engine/tiles.h"

#include "engine/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double tiles_middle(const struct tiles *tiles, int index) {
  return (index * KERNEL_CELL + 0.5 * KERNEL_CELL) * (double)(1 << tiles->level) - 0.5;
}

static enum status reserve(struct tiles *tiles, const struct kernel_image *golden, struct fault *fault) {
  tiles->width = golden->width, tiles->height = golden->height;
  tiles->columns = KERNEL_TILES(golden->width), tiles->rows = KERNEL_TILES(golden->height);
  size_t count = (size_t)tiles->columns * (size_t)tiles->rows;
  size_t nodes = (size_t)KERNEL_NODES(golden->width) * (size_t)KERNEL_NODES(golden->height);
  if (count > tiles->capacity || nodes > tiles->grid_capacity) {
    free(tiles->sums), free(tiles->light), free(tiles->grid);
    tiles->capacity = tiles->grid_capacity = 0;
    tiles->sums = malloc(count * KERNEL_SUMS * sizeof *tiles->sums);
    tiles->light = malloc(count * 2 * sizeof *tiles->light);
    tiles->grid = malloc(nodes * 2 * sizeof *tiles->grid);
    if (!tiles->sums || !tiles->light || !tiles->grid)
      return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
    tiles->capacity = count, tiles->grid_capacity = nodes;
  }
  return STATUS_OK;
}

static void fill_light(struct tiles *tiles, const struct light *light) {
  int32_t *out = tiles->light;
  for (int j = 0; j < tiles->rows; j++) {
    struct light_row row = {.offset = 0};
    if (light) row = light_row(light, tiles_middle(tiles, j));
    for (int i = 0; i < tiles->columns; i++) {
      double gain = light ? light_row_gain(&row, tiles_middle(tiles, i)) : 1;
      double offset = light ? (gain - 1) * LIGHT_PEDESTAL + light->offset : 0;
      *out++ = fixed_round(4096 * gain, 1 << 18);
      *out++ = fixed_round(16 * offset, 1 << 14);
    }
  }
}

enum status tiles_measure(struct device *device, struct tiles *tiles, const struct tiles_call *call,
                          struct fault *fault) {
  enum status status = reserve(tiles, call->golden, fault);
  if (status) return status;
  tiles->level = call->golden_level;
  size_t count = (size_t)tiles->columns * (size_t)tiles->rows;
  size_t nodes = (size_t)KERNEL_NODES(tiles->width) * (size_t)KERNEL_NODES(tiles->height);
  placement_grid(call->placement, call->golden_level, tiles->width, tiles->height, call->photo_level, tiles->grid);
  fill_light(tiles, call->light);
  const size_t bytes = count * KERNEL_SUMS * sizeof *tiles->sums;
  status = device_lend(device, &tiles->device_grid, tiles->grid, nodes * 2 * sizeof(int32_t), fault);
  if (!status) status = device_lend(device, &tiles->device_light, tiles->light, count * 2 * sizeof(int32_t), fault);
  if (!status) status = device_lend_answer(device, &tiles->device_sums, tiles->sums, bytes, fault);
  if (status) return status;
  struct kernel_tile_sums sums = {.golden = *call->golden,
                                  .photo = *call->photo,
                                  .place = tiles->device_grid.buffer,
                                  .light = tiles->device_light.buffer,
                                  .cut = fixed_round(16 * call->cut, 2032),
                                  .light_only = call->light_only,
                                  .sums = tiles->device_sums.buffer};
  if (call->mask) sums.mask = *call->mask;
  status = device_check(device->backend->operations.tile_sums(device->context, &sums), "tile_sums", fault);
  return status ? status : device_answer(device, &tiles->device_sums, tiles->sums, bytes, fault);
}

void tiles_free(struct device *device, struct tiles *tiles) {
  free(tiles->sums), free(tiles->light), free(tiles->grid);
  device_release(device, &tiles->device_sums);
  device_release(device, &tiles->device_light);
  device_release(device, &tiles->device_grid);
  memset(tiles, 0, sizeof *tiles);
}
