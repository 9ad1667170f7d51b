#include "engine/surroundings.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PIXELS = 1 << 20 };

void surroundings_free(struct surroundings *s) {
  free(s->memory);
  memset(s, 0, sizeof *s);
}

/* 3 x 3 binomial mean, edges repeated. */
static void smooth(const double *from, int32_t width, int32_t height, double *to) {
  static const double weight[3] = {0.25, 0.5, 0.25};
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      double sum = 0;
      for (int32_t v = -1; v <= 1; v++)
        for (int32_t u = -1; u <= 1; u++) {
          int32_t i = x + u < 0 ? 0 : x + u >= width ? width - 1 : x + u;
          int32_t j = y + v < 0 ? 0 : y + v >= height ? height - 1 : y + v;
          sum += weight[v + 1] * weight[u + 1] * from[(size_t)j * (size_t)width + (size_t)i];
        }
      to[(size_t)y * (size_t)width + (size_t)x] = sum;
    }
}

static enum status reserve(struct surroundings *s, uint16_t **mean, struct fault *fault) {
  size_t count = (size_t)s->width * (size_t)s->height;
  double *values = malloc(count * (3 * sizeof *values + sizeof **mean + 2));
  if (!values) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  s->memory = values;
  s->golden = values, s->smooth = values + count, s->difference = values + 2 * count;
  *mean = (uint16_t *)(void *)(values + 3 * count);
  s->photo = (uint8_t *)(*mean + count), s->map = s->photo + count;
  return STATUS_OK;
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
                               const struct comparison *comparison, const struct finding *f, struct surroundings *s,
                               bool *small, struct fault *fault) {
  enum { MARGIN = SURROUNDINGS_MARGIN };
  const struct reference_plane *p = &reference->plane[ALIGNED_LUMA];
  int32_t right = f->right + MARGIN, bottom = f->bottom + MARGIN;
  memset(s, 0, sizeof *s);
  s->left = f->left > MARGIN ? f->left - MARGIN : 0, s->top = f->top > MARGIN ? f->top - MARGIN : 0;
  s->width = (right < p->width ? right : p->width - 1) - s->left + 1;
  s->height = (bottom < p->height ? bottom : p->height - 1) - s->top + 1;
  *small = (int64_t)s->width * s->height <= MOST_PIXELS;
  uint16_t *mean = NULL;
  if (!*small) return STATUS_OK;
  enum status status = reserve(s, &mean, fault);
  if (!status)
    status = device_download_part(device, &photo->plane[ALIGNED_LUMA], 1, s->left, s->top, s->width, s->height,
                                  s->photo, fault);
  if (!status)
    status = device_download_part(device, &comparison->map[ALIGNED_LUMA], 1, s->left, s->top, s->width, s->height,
                                  s->map, fault);
  if (!status)
    status = device_download_part(device, &p->mean, sizeof *mean, s->left, s->top, s->width, s->height, mean, fault);
  if (!status)
    derive(s, mean);
  else
    surroundings_free(s);
  return status;
}
