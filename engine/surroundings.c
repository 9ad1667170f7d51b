#include "engine/surroundings.h"

#include "kernels/pixel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* FLAT: grey levels that a flat place spans. NOTABLE: from which a pixel is asked whether the golden is flat under it.
 */
enum { MOST_PIXELS = 1 << 20, FLAT = 12, NOTABLE = 6 };

void surroundings_free(struct surroundings *s) {
  free(s->memory);
  memset(s, 0, sizeof *s);
}

/* 3 x 3 binomial means are made of columns of three, and edges are repeated. Of what photos, goldens and their
 * differences hold every sum is exact. */
static void photo_columns(const uint8_t *restrict above, const uint8_t *restrict here, const uint8_t *restrict below,
                          int32_t width, float *restrict columns) {
  for (int32_t x = 0; x < width; x++) columns[x] = (float)(above[x] + 2 * here[x] + below[x]);
}

static void difference_columns(const struct surroundings *s, int32_t y, float *restrict columns) {
  size_t w = (size_t)s->width, here = (size_t)y * w, above = y ? here - w : here;
  size_t below = y + 1 < s->height ? here + w : here;
  const float *restrict smooth = s->smooth, *restrict golden = s->golden;
  for (size_t x = 0; x < w; x++)
    columns[x] = (smooth[above + x] - golden[above + x]) + 2 * (smooth[here + x] - golden[here + x]) +
                 (smooth[below + x] - golden[below + x]);
}

/* columns[-1] and columns[width] are set here. */
static void mean_row(float *restrict columns, int32_t width, float *restrict to) {
  columns[-1] = columns[0], columns[width] = columns[width - 1];
  for (int32_t x = 0; x < width; x++) to[x] = (columns[x - 1] + 2 * columns[x] + columns[x + 1]) * 0.0625F;
}

/* What is fetched for the rest to be made of. It lies where that will be: each page that a finding takes anew costs as
 * much as looking at what is on it. */
struct sources {
  uint8_t *photo;
  uint16_t *mean;
  int16_t *bend;
};

/* A row to make another in, with a value on either side. */
static float *row_of(const struct surroundings *s) {
  return s->difference + (size_t)s->width * (size_t)s->height + 1;
}

static enum status reserve(struct surroundings *s, struct sources *from, struct fault *fault) {
  size_t count = (size_t)s->width * (size_t)s->height, row = (size_t)s->width + 2;
  float *values = malloc((3 * count + row) * sizeof *values + count);
  if (!values) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  s->memory = values;
  s->golden = values, s->smooth = values + count, s->difference = values + 2 * count;
  s->map = (uint8_t *)(values + 3 * count + row);
  from->bend = (int16_t *)(void *)s->golden;
  from->mean = (uint16_t *)(void *)s->difference;
  from->photo = (uint8_t *)(from->mean + count);
  return STATUS_OK;
}

/* As kernel_compare takes the golden. */
static void refocus(const struct surroundings *s, uint16_t *mean, const int16_t *bend, int32_t focus) {
  size_t count = (size_t)s->width * (size_t)s->height;
  for (size_t i = 0; i < count; i++) mean[i] = (uint16_t)pixel_clamp(mean[i] + pixel_defocus(bend[i], focus), 0, 65535);
}

static void take(struct surroundings *s, const struct sources *from) {
  const size_t w = (size_t)s->width, count = w * (size_t)s->height;
  for (int32_t y = 0; y < s->height; y++) {
    const uint8_t *here = from->photo + (size_t)y * w, *below = y + 1 < s->height ? here + w : here;
    photo_columns(y ? here - w : here, here, below, s->width, row_of(s));
    mean_row(row_of(s), s->width, s->smooth + (size_t)y * w);
  }
  const uint16_t *restrict mean = from->mean;
  float *restrict golden = s->golden;
  for (size_t i = 0; i < count; i++) golden[i] = (float)mean[i] * 0.0625F;
}

void surroundings_derive(struct surroundings *s) {
  for (int32_t y = 0; y < s->height; y++) {
    difference_columns(s, y, row_of(s));
    mean_row(row_of(s), s->width, s->difference + (size_t)y * (size_t)s->width);
  }
}

enum status surroundings_fetch(struct device *device, const struct reference *reference, const struct aligned *photo,
                               const struct comparison *comparison, const struct finding *f, int32_t margin,
                               struct surroundings *s, bool *small, struct fault *fault) {
  const struct reference_plane *p = &reference->plane[ALIGNED_LUMA];
  int32_t right = f->right + margin, bottom = f->bottom + margin;
  memset(s, 0, sizeof *s);
  s->left = f->left > margin ? f->left - margin : 0, s->top = f->top > margin ? f->top - margin : 0;
  s->width = (right < p->width ? right : p->width - 1) - s->left + 1;
  s->height = (bottom < p->height ? bottom : p->height - 1) - s->top + 1;
  *small = (int64_t)s->width * s->height <= MOST_PIXELS;
  struct sources from = {NULL, NULL, NULL};
  if (!*small) return STATUS_OK;
  enum status status = reserve(s, &from, fault);
  if (!status)
    status = device_download_part(device, &photo->plane[ALIGNED_LUMA], 1, s->left, s->top, s->width, s->height,
                                  from.photo, fault);
  if (!status)
    status = device_download_part(device, &comparison->map[ALIGNED_LUMA], 1, s->left, s->top, s->width, s->height,
                                  s->map, fault);
  if (!status)
    status = reference_mean(device, reference, ALIGNED_LUMA, s->left, s->top, s->width, s->height, from.mean, fault);
  if (!status && photo->bend.buffer) {
    status = device_download_part(device, &photo->bend, sizeof *from.bend, s->left, s->top, s->width, s->height,
                                  from.bend, fault);
    if (!status) refocus(s, from.mean, from.bend, photo->focus);
  }
  if (!status)
    take(s, &from);
  else
    surroundings_free(s);
  return status;
}

enum { PART = 64, AROUND = 2 };

/* Least and largest of the golden's columns around pixels of a row. */
struct columns {
  float low[PART + 2 * AROUND], high[PART + 2 * AROUND];
};

static void range_row(const float *restrict row, int32_t count, float *restrict low, float *restrict high) {
  for (int32_t i = 0; i < count; i++) {
    low[i] = row[i] < low[i] ? row[i] : low[i];
    high[i] = row[i] > high[i] ? row[i] : high[i];
  }
}

/* Whether the golden has no edge at each of `count` pixels, where a small misplacement would make the difference steep.
 */
static void find_flat(const struct surroundings *s, int32_t x, int32_t y, int32_t count, bool flat[PART]) {
  struct columns c;
  for (int32_t i = 0; i < PART + 2 * AROUND; i++) c.low[i] = 256, c.high[i] = 0;
  int32_t left = x - AROUND > s->left ? x - AROUND : s->left, right = x + count + AROUND;
  if (right > s->left + s->width) right = s->left + s->width;
  int32_t top = y - AROUND > s->top ? y - AROUND : s->top, bottom = y + AROUND;
  if (bottom >= s->top + s->height) bottom = s->top + s->height - 1;
  int32_t skip = left - (x - AROUND);
  for (int32_t v = top; v <= bottom; v++)
    range_row(s->golden + surroundings_at(s, left, v), right - left, c.low + skip, c.high + skip);
  for (int32_t i = 0; i < count; i++) {
    float low = 256, high = 0;
    for (int32_t k = i; k <= i + 2 * AROUND; k++) {
      low = c.low[k] < low ? c.low[k] : low;
      high = c.high[k] > high ? c.high[k] : high;
    }
    flat[i] = high - low < FLAT;
  }
}

double surroundings_softness(const struct surroundings *s, const struct finding *f) {
  double high = 0, steep = 0, all = 0, flats = 0;
  bool even_part[PART];
  for (int32_t y = f->top; y <= f->bottom; y++)
    for (int32_t x = f->left; x <= f->right; x++) {
      const float *d = s->difference + surroundings_at(s, x, y);
      int32_t at = (x - f->left) % PART;
      if (!at) find_flat(s, x, y, f->right - x + 1 < PART ? f->right - x + 1 : PART, even_part);
      bool even = even_part[at];
      if (fabs(d[0]) >= NOTABLE) all++, flats += even;
      if (!even) continue;
      bool across = x > s->left && x + 1 < s->left + s->width, along = y > s->top && y + 1 < s->top + s->height;
      double dx = across ? 0.5 * fabs(d[1] - d[-1]) : 0;
      double dy = along ? 0.5 * fabs(d[s->width] - d[-s->width]) : 0;
      if (dx > steep) steep = dx;
      if (dy > steep) steep = dy;
      if (fabs(d[0]) > high) high = fabs(d[0]);
    }
  return flats >= 0.4 * all && steep > 0 ? high / steep : 0;
}
