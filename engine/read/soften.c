#include "engine/read/soften.h"

#include <stdlib.h>
#include <string.h>

/* The step that the steepest hundredth of all steps between neighbours reaches. */
static int steepest(const struct plane *plane) {
  int64_t count[256] = {0}, total = 0;
  for (int32_t y = 0; y < plane->height; y++) {
    const uint8_t *row = plane->pixels + (size_t)y * plane->stride;
    const uint8_t *below = y + 1 < plane->height ? row + plane->stride : row;
    for (int32_t x = 0; x + 1 < plane->width; x++) {
      count[abs(row[x + 1] - row[x])]++, count[abs(below[x] - row[x])]++;
      total += 2;
    }
  }
  int step = 255;
  for (int64_t above = count[255]; step > 0 && above <= total / 100;) above += count[--step];
  return step;
}

/* 1 2 1 along a line of `count` values `stride` apart; `line` has room for them. */
static void smooth_line(uint8_t *values, size_t stride, int32_t count, uint8_t *line) {
  for (int32_t i = 0; i < count; i++) line[i] = values[(size_t)i * stride];
  for (int32_t i = 0; i < count; i++) {
    int before = line[i ? i - 1 : 0], after = line[i + 1 < count ? i + 1 : i];
    values[(size_t)i * stride] = (uint8_t)((before + 2 * line[i] + after + 2) / 4);
  }
}

enum status soften(struct plane *plane, double share, struct fault *fault) {
  /* A deviation of 8 pixels: by then nothing of a code is left. */
  enum { MOST_PASSES = 128 };
  int32_t longer = plane->width > plane->height ? plane->width : plane->height;
  double most = share * steepest(plane);
  uint8_t *line = malloc((size_t)longer);
  if (!line) return fault_set(fault, STATUS_MEMORY, "zone: out of memory");
  for (int pass = 0; pass < MOST_PASSES && steepest(plane) > most; pass++) {
    for (int32_t y = 0; y < plane->height; y++)
      smooth_line(plane->pixels + (size_t)y * plane->stride, 1, plane->width, line);
    for (int32_t x = 0; x < plane->width; x++) smooth_line(plane->pixels + x, plane->stride, plane->height, line);
  }
  free(line);
  return STATUS_OK;
}
