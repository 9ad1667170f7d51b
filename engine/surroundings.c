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

/* 3 x 3 binomial mean, edges repeated. Of what photos, goldens and their differences hold every sum is exact. */
static void smooth(const double *restrict from, int32_t width, int32_t height, double *restrict to) {
  size_t w = (size_t)width;
  for (int32_t y = 0; y < height; y++, to += w) {
    const double *here = from + (size_t)y * w, *above = y ? here - w : here, *below = y + 1 < height ? here + w : here;
    for (size_t x = 0; x < w; x++) to[x] = above[x] + 2 * here[x] + below[x];
    double before = to[0];
    for (size_t x = 0; x < w; x++) {
      double at = to[x], after = x + 1 < w ? to[x + 1] : at;
      to[x] = (before + 2 * at + after) * 0.0625;
      before = at;
    }
  }
}

static enum status reserve(struct surroundings *s, uint16_t **mean, int16_t **bend, struct fault *fault) {
  size_t count = (size_t)s->width * (size_t)s->height;
  double *values = malloc(count * (3 * sizeof *values + sizeof **mean + sizeof **bend + 2));
  if (!values) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  s->memory = values;
  s->golden = values, s->smooth = values + count, s->difference = values + 2 * count;
  *mean = (uint16_t *)(void *)(values + 3 * count);
  *bend = (int16_t *)(*mean + count);
  s->photo = (uint8_t *)(*bend + count), s->map = s->photo + count;
  return STATUS_OK;
}

/* As kernel_compare takes the golden. */
static void refocus(const struct surroundings *s, uint16_t *mean, const int16_t *bend, int32_t focus) {
  size_t count = (size_t)s->width * (size_t)s->height;
  for (size_t i = 0; i < count; i++) mean[i] = (uint16_t)pixel_clamp(mean[i] + pixel_defocus(bend[i], focus), 0, 65535);
}

static void derive(struct surroundings *s, const uint16_t *mean) {
  size_t count = (size_t)s->width * (size_t)s->height;
  for (size_t i = 0; i < count; i++) s->difference[i] = s->photo[i];
  smooth(s->difference, s->width, s->height, s->smooth);
  /* The golden's place holds the plain difference until that is smoothed. */
  for (size_t i = 0; i < count; i++) s->golden[i] = s->smooth[i] - mean[i] / 16.0;
  smooth(s->golden, s->width, s->height, s->difference);
  for (size_t i = 0; i < count; i++) s->golden[i] = mean[i] / 16.0;
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
  uint16_t *mean = NULL;
  int16_t *bend = NULL;
  if (!*small) return STATUS_OK;
  enum status status = reserve(s, &mean, &bend, fault);
  if (!status)
    status = device_download_part(device, &photo->plane[ALIGNED_LUMA], 1, s->left, s->top, s->width, s->height,
                                  s->photo, fault);
  if (!status)
    status = device_download_part(device, &comparison->map[ALIGNED_LUMA], 1, s->left, s->top, s->width, s->height,
                                  s->map, fault);
  if (!status)
    status = reference_mean(device, reference, ALIGNED_LUMA, s->left, s->top, s->width, s->height, mean, fault);
  if (!status && photo->bend.buffer) {
    status =
        device_download_part(device, &photo->bend, sizeof *bend, s->left, s->top, s->width, s->height, bend, fault);
    if (!status) refocus(s, mean, bend, photo->focus);
  }
  if (!status)
    derive(s, mean);
  else
    surroundings_free(s);
  return status;
}

enum { PART = 64, AROUND = 2 };

/* Least and largest of the golden's columns around pixels of a row. */
struct columns {
  double low[PART + 2 * AROUND], high[PART + 2 * AROUND];
};

static void range_row(const double *restrict row, int32_t count, double *restrict low, double *restrict high) {
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
    double low = 256, high = 0;
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
      const double *d = s->difference + surroundings_at(s, x, y);
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
