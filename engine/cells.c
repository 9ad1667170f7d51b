#include "engine/cells.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Finer is of no use for a mean, and takes longer. */
static const double MOST_PIXELS = 0.2e6;

/* A zone of which less than a share is calm and away from its rim is taken whole. */
static const double LEAST_CALM = 0.2;

/* Brightness is told apart in steps of 32 grey levels; a calm pixel's neighbours differ by at most so much. */
enum { MIXED = 0, LABELS = 256, TONES = 8, CALM_RANGE = 10, TILES = 80, LEAST_SIDE = 8 };

enum ground { CALM, RESTLESS, RIM };

static int level_of(const struct cells_photo *golden) {
  int level = 1;
  int most = golden->luma->count <= golden->cb->count ? golden->luma->count : golden->cb->count + 1;
  while (level + 1 < most &&
         (double)golden->luma->level[level].width * (double)golden->luma->level[level].height > MOST_PIXELS)
    level++;
  return level;
}

/* Whether all of a few labels are this one: words of them, since a call takes longer than they do. */
static bool are_all(const uint8_t *labels, size_t count, uint8_t label) {
  const uint64_t all = label * UINT64_C(0x0101010101010101);
  uint64_t eight;
  size_t i = 0;
  for (; i + sizeof eight <= count; i += sizeof eight) {
    memcpy(&eight, labels + i, sizeof eight);
    if (eight != all) return false;
  }
  for (; i < count; i++)
    if (labels[i] != label) return false;
  return true;
}

/* The label that all full-size pixels under one of the level have, or MIXED. */
static uint8_t label_under(const struct plane *labels, int level, int32_t x, int32_t y) {
  int32_t left = x << level, top = y << level, right = left + (1 << level), bottom = top + (1 << level);
  if (right > labels->width) right = labels->width;
  if (bottom > labels->height) bottom = labels->height;
  const uint8_t *first = labels->pixels + (size_t)top * labels->stride + (size_t)left;
  size_t width = (size_t)(right - left);
  for (const uint8_t *row = first; top < bottom; top++, row += labels->stride)
    if (!are_all(row, width, first[0])) return MIXED;
  return first[0];
}

/* Whether all neighbours have the same label, and whether about the same brightness too. */
static enum ground ground_at(const uint8_t *pure, const uint8_t *luma, int32_t width, int32_t height, int32_t x,
                             int32_t y) {
  if (x < 1 || y < 1 || x + 1 >= width || y + 1 >= height) return RIM;
  size_t here = (size_t)y * (size_t)width + (size_t)x;
  int low = 255, high = 0;
  for (int32_t v = y - 1; v <= y + 1; v++)
    for (int32_t u = x - 1; u <= x + 1; u++) {
      size_t at = (size_t)v * (size_t)width + (size_t)u;
      if (pure[at] != pure[here]) return RIM;
      if (luma[at] < low) low = luma[at];
      if (luma[at] > high) high = luma[at];
    }
  return high - low <= CALM_RANGE ? CALM : RESTLESS;
}

/* Leaves the pixels that count, and what each is of: their zone's but for its rim, or all, `mixed`, where its calm ones
 * are few. */
static void drop_rims(const uint8_t *pure, const uint8_t *luma, int32_t width, int32_t height, uint8_t *kept,
                      uint8_t *grounds, bool mixed[LABELS]) {
  size_t calm[LABELS] = {0}, all[LABELS] = {0}, count = (size_t)width * (size_t)height;
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      size_t at = (size_t)y * (size_t)width + (size_t)x;
      grounds[at] = (uint8_t)ground_at(pure, luma, width, height, x, y);
      calm[pure[at]] += grounds[at] == CALM, all[pure[at]]++;
    }
  for (int label = 0; label < LABELS; label++) mixed[label] = (double)calm[label] < LEAST_CALM * (double)all[label];
  for (size_t at = 0; at < count; at++) {
    bool whole = mixed[pure[at]];
    kept[at] = grounds[at] != RIM || whole ? pure[at] : MIXED;
    if (whole) grounds[at] = CALM;
  }
}

/* Sums of where a cell's pixels lie, until it is finished. */
static struct cell *cell_at(struct cells *cells, size_t *capacity, uint8_t label) {
  if (cells->count == *capacity) {
    size_t larger = *capacity ? 2 * *capacity : 64;
    struct cell *grown = realloc(cells->cell, larger * sizeof *grown);
    if (!grown) return NULL;
    cells->cell = grown, *capacity = larger;
  }
  struct cell *cell = &cells->cell[cells->count++];
  *cell = (struct cell){.label = label};
  return cell;
}

/* Numbers the cells of one tile. False: out of memory. */
static bool cut_tile(const uint8_t *kept, const uint8_t *luma, const uint8_t *grounds, int32_t left, int32_t top,
                     int32_t side, struct cells *cells, size_t *capacity, uint16_t *numbers) {
  uint16_t number[2][LABELS][TONES] = {{{0}}};
  int32_t right = left + side < cells->width ? left + side : cells->width;
  int32_t bottom = top + side < cells->height ? top + side : cells->height;
  for (int32_t y = top; y < bottom; y++)
    for (int32_t x = left; x < right; x++) {
      size_t at = (size_t)y * (size_t)cells->width + (size_t)x;
      uint8_t label = kept[at];
      bool restless = grounds[at] == RESTLESS;
      uint16_t *of = &number[restless][label][restless ? 0 : luma[at] * TONES / 256];
      if (label == MIXED || (!*of && cells->count == UINT16_MAX)) continue;
      if (!*of) {
        if (!cell_at(cells, capacity, label)) return false;
        *of = (uint16_t)cells->count;
        cells->cell[cells->count - 1].restless = restless;
      }
      struct cell *cell = &cells->cell[*of - 1];
      cell->pixels++, cell->x += x, cell->y += y;
      numbers[at] = *of;
    }
  return true;
}

static int32_t side_of(const struct cells *cells) {
  int32_t side = (int32_t)(sqrt((double)cells->width * (double)cells->height / TILES) + 0.5);
  return side < LEAST_SIDE ? LEAST_SIDE : side;
}

static enum status cut(struct device *device, const struct plane *labels, const struct kernel_image *golden,
                       struct cells *cells, struct fault *fault) {
  size_t count = (size_t)cells->width * (size_t)cells->height, capacity = 0;
  uint8_t *pure = malloc(4 * count), *kept = pure + count, *luma = kept + count, *grounds = luma + count;
  uint16_t *numbers = calloc(count, sizeof *numbers);
  bool mixed[LABELS] = {false};
  enum status status = pure && numbers ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "colours: out of memory");
  if (!status) {
    struct plane plane = {luma, cells->width, cells->height, (size_t)cells->width};
    status = device_download_plane(device, golden, &plane, fault);
  }
  if (!status) {
    for (int32_t y = 0; y < cells->height; y++)
      for (int32_t x = 0; x < cells->width; x++)
        pure[(size_t)y * (size_t)cells->width + (size_t)x] = label_under(labels, cells->level, x, y);
    drop_rims(pure, luma, cells->width, cells->height, kept, grounds, mixed);
  }
  int32_t side = side_of(cells);
  for (int32_t y = 0; y < cells->height && !status; y += side)
    for (int32_t x = 0; x < cells->width && !status; x += side)
      if (!cut_tile(kept, luma, grounds, x, y, side, cells, &capacity, numbers))
        status = fault_set(fault, STATUS_MEMORY, "colours: out of memory");
  for (size_t i = 0; i < cells->count; i++) cells->cell[i].mixed = mixed[cells->cell[i].label];
  if (!status) status = device_upload(device, &cells->memory, numbers, count * sizeof *numbers, fault);
  if (!status) cells->image = device_view(&cells->memory, cells->width, cells->height);
  for (size_t i = 0; i < cells->count; i++) {
    struct cell *cell = &cells->cell[i];
    double unit = (double)(1 << cells->level), n = (double)cell->pixels;
    cell->x = unit * (cell->x / n + 0.5) - 0.5, cell->y = unit * (cell->y / n + 0.5) - 0.5;
  }
  free(pure);
  free(numbers);
  return status;
}

enum status cells_open(struct device *device, const struct plane *labels, const struct cells_photo *golden,
                       struct cells *cells, struct fault *fault) {
  struct cells_work work = {0};
  struct placement here = {.pose = pose_identity()};
  memset(cells, 0, sizeof *cells);
  cells->level = level_of(golden);
  cells->width = golden->luma->level[cells->level].width, cells->height = golden->luma->level[cells->level].height;
  enum status status = cut(device, labels, &golden->luma->level[cells->level], cells, fault);
  if (!status && cells->count) status = cells_measure(device, cells, &here, golden, &work, fault);
  for (size_t i = 0; i < cells->count && !status; i++)
    memcpy(cells->cell[i].colour, work.colour[i].colour, sizeof work.colour[i].colour);
  cells_work_free(device, &work);
  if (status) cells_close(device, cells);
  return status;
}

void cells_close(struct device *device, struct cells *cells) {
  device_release(device, &cells->memory);
  free(cells->cell);
  memset(cells, 0, sizeof *cells);
}

static enum status reserve(struct device *device, const struct cells *cells, size_t nodes, struct cells_work *work,
                           struct fault *fault) {
  if (nodes > work->grid_size || cells->count > work->count) {
    cells_work_free(device, work);
    work->grid = malloc(nodes * 2 * sizeof *work->grid);
    work->sums = malloc(cells->count * KERNEL_CELL_SUMS * sizeof *work->sums);
    work->colour = malloc(cells->count * sizeof *work->colour);
    if (!work->grid || !work->sums || !work->colour) return fault_set(fault, STATUS_MEMORY, "colours: out of memory");
    work->grid_size = nodes, work->count = cells->count;
  }
  return device_lend_answer(device, &work->device_sums, work->sums,
                            cells->count * KERNEL_CELL_SUMS * sizeof *work->sums, fault);
}

/* The three means of what was summed, where any pixel was seen. */
static bool means_of(const int64_t *sums, double means[3]) {
  double n = 16.0 * (double)sums[CELL_SEEN];
  for (int k = 0; k < 3 && n > 0; k++) means[k] = (double)sums[CELL_LUMA + k] / n;
  return n > 0;
}

/* Sums of three pictures of one size, whose pixels are those of the photo's pyramid at a level, into work->sums. */
static enum status sum_cells(struct device *device, const struct cells *cells, const struct placement *placement,
                             int level, const struct kernel_image pictures[3], struct cells_work *work,
                             struct fault *fault) {
  size_t nodes = (size_t)KERNEL_NODES(cells->width) * (size_t)KERNEL_NODES(cells->height);
  size_t bytes = cells->count * KERNEL_CELL_SUMS * sizeof *work->sums;
  placement_grid(placement, cells->level, cells->width, cells->height, level, work->grid);
  enum status status = device_lend(device, &work->device_grid, work->grid, nodes * 2 * sizeof *work->grid, fault);
  if (status) return status;
  struct kernel_cell_sums call = {.cells = cells->image,
                                  .luma = pictures[0],
                                  .cb = pictures[1],
                                  .cr = pictures[2],
                                  .place = work->device_grid.buffer,
                                  .cell_count = (int32_t)cells->count,
                                  .sums = work->device_sums.buffer};
  status = device_check(device->backend->operations.cell_sums(device->context, &call), "cell_sums", fault);
  return status ? status : device_answer(device, &work->device_sums, work->sums, bytes, fault);
}

/* What the file's means are beyond the planes'. */
static enum status add_fractions(struct device *device, const struct cells *cells, const struct placement *placement,
                                 const struct image *image, struct cells_work *work, struct fault *fault) {
  struct kernel_image pictures[3];
  enum status status = STATUS_OK;
  int level = 0;
  while (image->reduction << level < IMAGE_FRACTION_SIDE) level++;
  for (int k = 0; k < 3 && !status; k++)
    status = device_upload_plane(device, &work->fraction[k], &image->fraction[k], &pictures[k], fault);
  if (!status) status = sum_cells(device, cells, placement, level, pictures, work, fault);
  for (size_t i = 0; i < cells->count && !status; i++) {
    double off[3] = {0};
    if (!means_of(work->sums + i * KERNEL_CELL_SUMS, off)) continue;
    for (int k = 0; k < 3; k++) work->colour[i].colour[k] += (off[k] - 128) / IMAGE_FRACTION_UNIT;
  }
  return status;
}

enum status cells_measure(struct device *device, const struct cells *cells, const struct placement *placement,
                          const struct cells_photo *photo, struct cells_work *work, struct fault *fault) {
  size_t nodes = (size_t)KERNEL_NODES(cells->width) * (size_t)KERNEL_NODES(cells->height);
  enum status status = reserve(device, cells, nodes, work, fault);
  if (status) return status;
  bool grey = photo->cb == photo->luma;
  int most = grey || photo->luma->count <= photo->cb->count ? photo->luma->count : photo->cb->count + 1;
  int level =
      placement_photo_level(placement, cells->level, cells->width << cells->level, cells->height << cells->level, most);
  if (level < 1) level = 1;
  const struct kernel_image *luma = &photo->luma->level[level];
  const struct kernel_image pictures[3] = {*luma, grey ? *luma : photo->cb->level[level - 1],
                                           grey ? *luma : photo->cr->level[level - 1]};
  status = sum_cells(device, cells, placement, level, pictures, work, fault);
  for (size_t i = 0; i < cells->count && !status; i++) {
    const int64_t *sums = work->sums + i * KERNEL_CELL_SUMS;
    work->colour[i] = (struct cell_colour){.pixels = sums[CELL_SEEN]};
    means_of(sums, work->colour[i].colour);
  }
  if (!status && !grey && photo->image->fractions)
    status = add_fractions(device, cells, placement, photo->image, work, fault);
  for (size_t i = 0; i < cells->count && !status; i++) {
    double *c = work->colour[i].colour;
    if (work->colour[i].pixels) image_rgb_of(c[0], grey ? 0 : c[1] - 128, grey ? 0 : c[2] - 128, c);
  }
  return status;
}

void cells_work_free(struct device *device, struct cells_work *work) {
  device_release(device, &work->device_grid);
  device_release(device, &work->device_sums);
  for (int k = 0; k < 3; k++) device_release(device, &work->fraction[k]);
  free(work->grid);
  free(work->sums);
  free(work->colour);
  memset(work, 0, sizeof *work);
}
