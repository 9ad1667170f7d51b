#include "engine/mosaic.h"

#include "kernels/pixel.h"

#include <stdlib.h>

/* Golden pixels to each side in which the opposite is looked for, and over which detail is taken. */
enum { AROUND = 10, NEAR = 3 };

/* Grey levels that the golden's luma spans, as a mean over the finding: print of strokes a few pixels wide. The
 * opposite's share of what is used of the tolerance: of a tint, which has one sign, a seventh at most. */
static const double FINE = 40, LEAST_OPPOSITE = 0.25;

/* Of a chroma plane about the finding, with a row and a column of pixels more to each side where there are any. */
struct part {
  enum aligned_plane plane;
  int32_t left, top, width, height;
  uint8_t *photo, *map;
  uint16_t *mean;
  void *memory;
};

static enum status fetch(struct device *device, const struct reference *reference, const struct aligned *photo,
                         const struct comparison *c, const struct finding *f, struct part *p, struct fault *fault) {
  const struct reference_plane *whole = &reference->plane[p->plane];
  const int level = aligned_level(p->plane);
  p->left = f->left > AROUND ? (f->left - AROUND) >> level : 0;
  p->top = f->top > AROUND ? (f->top - AROUND) >> level : 0;
  const int32_t right = (f->right + AROUND) >> level, bottom = (f->bottom + AROUND) >> level;
  p->width = (right < whole->width ? right : whole->width - 1) - p->left + 1;
  p->height = (bottom < whole->height ? bottom : whole->height - 1) - p->top + 1;
  const size_t count = (size_t)p->width * (size_t)p->height;
  p->memory = p->mean = malloc(count * (sizeof *p->mean + 2));
  if (!p->memory) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  p->photo = (uint8_t *)(p->mean + count), p->map = p->photo + count;
  enum status status =
      device_download_part(device, &photo->plane[p->plane], 1, p->left, p->top, p->width, p->height, p->photo, fault);
  if (!status)
    status = device_download_part(device, &c->map[p->plane], 1, p->left, p->top, p->width, p->height, p->map, fault);
  return status ? status
                : reference_mean(device, reference, p->plane, p->left, p->top, p->width, p->height, p->mean, fault);
}

/* Whether the photo has more of it than the golden: through the 3 x 3 binomial mean, as they are compared. */
static bool is_more(const struct part *p, int32_t x, int32_t y) {
  const uint8_t *here = p->photo + (size_t)y * (size_t)p->width + (size_t)x, *above = here - p->width;
  const uint8_t *below = here + p->width;
  return pixel_binomial(above, here, below, 1, 1) > p->mean[(size_t)y * (size_t)p->width + (size_t)x];
}

/* How much of the tolerance what is notable uses with either sign, and at most under the finding. */
struct uses {
  double more, less;
  int32_t most;
};

static struct uses uses_in(const struct part *p, const struct finding *f, int32_t limit) {
  const int level = aligned_level(p->plane);
  struct uses uses = {0, 0, 0};
  for (int32_t y = 1; y + 1 < p->height; y++)
    for (int32_t x = 1; x + 1 < p->width; x++) {
      const uint8_t use = p->map[(size_t)y * (size_t)p->width + (size_t)x];
      const int32_t u = (p->left + x) << level, v = (p->top + y) << level;
      if (u >= f->left && u <= f->right && v >= f->top && v <= f->bottom && use > uses.most) uses.most = use;
      if (4 * use < limit) continue;
      if (is_more(p, x, y))
        uses.more += use;
      else
        uses.less += use;
    }
  return uses;
}

/* Of the plane that shows most of the finding: the share that has the other sign, 0..1. */
static enum status find_opposite(struct device *device, const struct reference *reference, const struct aligned *photo,
                                 const struct comparison *c, const struct finding *f, double *opposite,
                                 struct fault *fault) {
  double most = 0;
  enum status status = STATUS_OK;
  *opposite = 0;
  for (int i = ALIGNED_CB; i < c->planes && !status; i++) {
    struct part p = {.plane = (enum aligned_plane)i};
    status = fetch(device, reference, photo, c, f, &p, fault);
    if (!status) {
      const struct uses uses = uses_in(&p, f, c->limit[i]);
      const double peak = (double)uses.most / c->limit[i], other = uses.more < uses.less ? uses.more : uses.less;
      if (4 * uses.most >= c->limit[i] && peak > most) most = peak, *opposite = other / (uses.more + uses.less);
    }
    free(p.memory);
  }
  return status;
}

/* Grey levels that the golden's luma spans about a pixel. */
static double detail_at(const struct surroundings *s, int32_t x, int32_t y) {
  float low = 256, high = 0;
  for (int32_t v = y - NEAR; v <= y + NEAR; v++)
    for (int32_t u = x - NEAR; u <= x + NEAR; u++) {
      if (u < s->left || v < s->top || u >= s->left + s->width || v >= s->top + s->height) continue;
      const float value = s->golden[surroundings_at(s, u, v)];
      low = value < low ? value : low, high = value > high ? value : high;
    }
  return high - low;
}

static double detail_under(const struct surroundings *s, const struct finding *f) {
  double sum = 0, pixels = 0;
  for (int32_t y = f->top; y <= f->bottom && y < s->top + s->height; y++)
    for (int32_t x = f->left; x <= f->right && x < s->left + s->width; x++) sum += detail_at(s, x, y), pixels++;
  return pixels > 0 ? sum / pixels : 0;
}

enum status mosaic_shown(struct device *device, const struct reference *reference, const struct aligned *photo,
                         const struct comparison *c, const struct finding *f, const struct surroundings *s, bool *shown,
                         struct fault *fault) {
  double opposite;
  *shown = false;
  enum status status = find_opposite(device, reference, photo, c, f, &opposite, fault);
  if (!status) *shown = opposite >= LEAST_OPPOSITE && detail_under(s, f) >= FINE;
  return status;
}
