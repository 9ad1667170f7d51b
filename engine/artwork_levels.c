#include "engine/artwork_levels.h"

#include <stddef.h>
#include <string.h>

/* Near a level: within NEAR of the contrast. */
static const double NEAR = 0.1;

/* A golden: at least LEAST_CONTRAST grey levels, and per crossed pair at most OFF_PER_CROSSING pixels near neither
 * level (an edge that falls between pixel centres has one), plus STRAY of all. A photo: half of the contrast, and
 * the same of the pixels in the middle between the levels. */
static const double LEAST_CONTRAST = 64, OFF_PER_CROSSING = 1.2, STRAY = 0.001, OFF_PER_CROSSING_PHOTO = 4,
                    STRAY_PHOTO = 0.05;

/* Pixels whose rows tell a photo from artwork where so many times as much as artwork may have is near neither level; a
 * picture that has not FEW_ROWS times as many is looked at as a whole. */
enum { ENOUGH = 1 << 19, FEW_ROWS = 4 };
static const double CLEARLY = 3;

static int threshold_of(const int64_t *histogram, int64_t count) {
  int64_t below = 0, sum = 0, all = 0;
  double best = -1;
  int threshold = 0;
  for (int v = 0; v < 256; v++) all += v * histogram[v];
  for (int v = 0; v < 255; v++) {
    below += histogram[v], sum += v * histogram[v];
    if (!below || below == count) continue;
    double apart = (double)(all - sum) / (double)(count - below) - (double)sum / (double)below;
    double between = (double)below * (double)(count - below) * apart * apart;
    if (between > best) best = between, threshold = v;
  }
  return threshold;
}

/* The value of `from`..`to` with the most pixels within 2 of it. */
static int mode_of(const int64_t *histogram, int from, int to) {
  int64_t most = -1;
  int mode = from;
  for (int v = from; v <= to; v++) {
    int64_t near = 0;
    for (int w = v - 2; w <= v + 2; w++) near += w >= from && w <= to ? histogram[w] : 0;
    if (near > most) most = near, mode = v;
  }
  return mode;
}

/* Black and white end, and begin, so near the ends of the scale. */
enum { BLANK = 16 };

static void find_blank(const int64_t *histogram, struct artwork_levels *levels) {
  int least = 0, most = 255;
  while (least < 255 && !histogram[least]) least++;
  while (most > 0 && !histogram[most]) most--;
  levels->blank = most >= least && (most < BLANK || least > 255 - BLANK);
  if (!levels->blank) return;
  int level = mode_of(histogram, least, most);
  levels->low = least > 255 - BLANK ? 0 : level, levels->high = least > 255 - BLANK ? level : 255;
}

/* Several tables, so that equal values behind each other do not wait for each other. */
enum { TABLES = 4 };

static void count_row(const uint8_t *row, const uint8_t *used, int32_t width, uint32_t tables[TABLES][256]) {
  if (used)
    for (int32_t x = 0; x < width; x++) tables[x % TABLES][row[x]] += used[x] != 0;
  else
    for (int32_t x = 0; x < width; x++) tables[x % TABLES][row[x]]++;
}

/* Neighbours to the right and below that are on the other side of `middle`. */
static uint32_t crossings_of(const uint8_t *restrict row, const uint8_t *restrict below, const uint8_t *restrict used,
                             int32_t width, uint8_t middle) {
  uint32_t crossed = 0;
  for (int32_t x = 0; x + 1 < width; x++) {
    uint8_t high = row[x] > middle, n = (uint8_t)((high ^ (row[x + 1] > middle)) + (high ^ (below[x] > middle)));
    crossed += used[x] ? n : 0;
  }
  return crossed;
}

/* Of every so many rows, each with the one below it. */
static struct artwork_levels levels_of_rows(const struct plane *plane, const struct plane *mask, int32_t step) {
  uint8_t all[IMAGE_MAX_SIDE];
  uint32_t tables[TABLES][256] = {{0}};
  memset(all, 1, sizeof all);
  int64_t histogram[256] = {0}, count = 0, crossed = 0, near = 0, between = 0;
  for (int32_t y = 0; y < plane->height; y += step)
    count_row(plane->pixels + (size_t)y * plane->stride, mask ? mask->pixels + (size_t)y * mask->stride : NULL,
              plane->width, tables);
  for (int v = 0; v < 256; v++)
    for (int k = 0; k < TABLES; k++) histogram[v] += tables[k][v];
  for (int v = 0; v < 256; v++) count += histogram[v];
  int threshold = threshold_of(histogram, count);
  struct artwork_levels levels = {
      .low = mode_of(histogram, 0, threshold), .high = mode_of(histogram, threshold + 1, 255), .pixels = (double)count};
  find_blank(histogram, &levels);
  double reach = NEAR * (levels.high - levels.low);
  int middle = (levels.low + levels.high) / 2;
  for (int v = 0; v < 256; v++)
    if ((v >= levels.low - reach && v <= levels.low + reach) || (v >= levels.high - reach && v <= levels.high + reach))
      near += histogram[v];
  int quarter = (levels.high - levels.low) / 4;
  for (int v = levels.low + quarter + 1; v < levels.high - quarter; v++) between += histogram[v];
  for (int32_t y = 0; y + 1 < plane->height; y += step) {
    const uint8_t *row = plane->pixels + (size_t)y * plane->stride, *below = row + plane->stride;
    const uint8_t *used = mask ? mask->pixels + (size_t)y * mask->stride : all;
    crossed += crossings_of(row, below, used, plane->width, (uint8_t)middle);
  }
  if (!count) return levels;
  levels.off = (double)(count - near) / (double)count, levels.between = (double)between / (double)count;
  levels.crossed = (double)crossed / (double)count;
  return levels;
}

struct artwork_levels artwork_levels_of(const struct plane *plane, const struct plane *mask) {
  return levels_of_rows(plane, mask, 1);
}

bool artwork_levels_rule_out(const struct plane *plane, const struct plane *mask) {
  int64_t pixels = (int64_t)plane->width * plane->height;
  if (pixels < FEW_ROWS * (int64_t)ENOUGH) return false;
  struct artwork_levels l = levels_of_rows(plane, mask, (int32_t)(pixels / ENOUGH));
  return !l.blank && l.off > CLEARLY * (OFF_PER_CROSSING * l.crossed + STRAY);
}

bool artwork_levels_are_artwork(const struct artwork_levels *l) {
  if (l->blank) return true;
  return l->high - l->low >= LEAST_CONTRAST && l->crossed > 0 && l->off <= OFF_PER_CROSSING * l->crossed + STRAY;
}

bool artwork_levels_are_two(const struct artwork_levels *l) {
  return l->high - l->low >= 0.5 * LEAST_CONTRAST && l->between <= OFF_PER_CROSSING_PHOTO * l->crossed + STRAY_PHOTO;
}

void artwork_levels_even(const struct artwork_levels *l, const struct plane *from, uint8_t *to) {
  uint8_t table[256];
  int32_t contrast = l->high > l->low ? l->high - l->low : 1;
  for (int32_t v = 0; v < 256; v++) {
    int32_t at = v < l->low ? 0 : v > l->high ? contrast : v - l->low;
    table[v] = (uint8_t)(ARTWORK_LOW + (ARTWORK_CONTRAST * at + contrast / 2) / contrast);
  }
  for (int32_t y = 0; y < from->height; y++) {
    const uint8_t *row = from->pixels + (size_t)y * from->stride;
    uint8_t *out = to + (size_t)y * (size_t)from->width;
    for (int32_t x = 0; x < from->width; x++) out[x] = table[row[x]];
  }
}
