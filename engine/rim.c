#include "engine/rim.h"

#include "engine/surroundings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So near an outline is a zone drawn by hand, and the outline's blur with it: golden pixels. Nothing is told where the
 * ground beyond is not at least CONTRAST grey levels from what is inside; a pixel is the ground's from SHARE of the way
 * to it, within STRAY beyond, and what is next to one is mixed with it. */
enum { REACH = 5, CONTRAST = 12 };
static const double SHARE = 0.25, STRAY = 0.25;

static bool touches(const struct plane *labels, const struct finding *f) {
  for (int32_t y = f->top - REACH; y <= f->bottom + REACH; y++) {
    if (y < 0 || y >= labels->height) continue;
    int32_t first = f->left > REACH ? f->left - REACH : 0, end = f->right + REACH + 1;
    if (end > labels->width) end = labels->width;
    const uint8_t *row = labels->pixels + (size_t)y * labels->stride;
    if (memchr(row + first, 0, (size_t)(end - first))) return true;
  }
  return false;
}

static bool is_inside(const struct surroundings *s, int32_t x, int32_t y) {
  return x >= s->left && y >= s->top && x < s->left + s->width && y < s->top + s->height;
}

/* What is not compared around a pixel: how much, where in the middle, and its mean values. */
struct beyond {
  double count, x, y, golden, photo;
};

static struct beyond beyond_at(const struct surroundings *s, const struct plane *labels, int32_t x, int32_t y) {
  struct beyond b = {0, 0, 0, 0, 0};
  for (int32_t v = y - REACH; v <= y + REACH; v++)
    for (int32_t u = x - REACH; u <= x + REACH; u++) {
      if (!is_inside(s, u, v) || labels->pixels[(size_t)v * labels->stride + (size_t)u]) continue;
      size_t at = surroundings_at(s, u, v);
      b.count++, b.x += u - x, b.y += v - y, b.golden += s->golden[at], b.photo += s->smooth[at];
    }
  return b;
}

static bool is_ground(const struct surroundings *s, const float *values, int32_t x, int32_t y, double inside,
                      double ground) {
  double way = ground - inside;
  if (fabs(way) < CONTRAST) return false;
  for (int32_t v = y - 1; v <= y + 1; v++)
    for (int32_t u = x - 1; u <= x + 1; u++) {
      if (!is_inside(s, u, v)) continue;
      double share = (values[surroundings_at(s, u, v)] - inside) / way;
      if (share >= SHARE && share <= 1 + STRAY) return true;
    }
  return false;
}

static bool shows_ground(const struct surroundings *s, const struct plane *labels, int32_t x, int32_t y) {
  struct beyond b = beyond_at(s, labels, x, y);
  double length = sqrt(b.x * b.x + b.y * b.y);
  if (!(length > 0)) return false;
  int32_t u = x - (int32_t)floor(REACH * b.x / length + 0.5), v = y - (int32_t)floor(REACH * b.y / length + 0.5);
  if (!is_inside(s, u, v) || !labels->pixels[(size_t)v * labels->stride + (size_t)u]) return false;
  size_t at = surroundings_at(s, u, v);
  return is_ground(s, s->golden, x, y, s->golden[at], b.golden / b.count) ||
         is_ground(s, s->smooth, x, y, s->smooth[at], b.photo / b.count);
}

/* Least labels of the surroundings' columns, of the rows within REACH. */
static void least_labels(const struct surroundings *s, const struct plane *labels, int32_t y, uint8_t *restrict least) {
  int32_t top = y - REACH > s->top ? y - REACH : s->top, bottom = y + REACH;
  if (bottom >= s->top + s->height) bottom = s->top + s->height - 1;
  memset(least, 255, (size_t)s->width);
  for (int32_t v = top; v <= bottom; v++) {
    const uint8_t *restrict row = labels->pixels + (size_t)v * labels->stride + s->left;
    for (int32_t i = 0; i < s->width; i++) least[i] = row[i] < least[i] ? row[i] : least[i];
  }
}

/* Whether anything within REACH of a pixel is not compared: beyond_at looks there pixel by pixel. */
static bool is_near(const struct surroundings *s, const uint8_t *least, int32_t x) {
  int32_t first = x - REACH > s->left ? x - REACH : s->left, end = x + REACH + 1;
  if (end > s->left + s->width) end = s->left + s->width;
  return memchr(least + (first - s->left), 0, (size_t)(end - first)) != NULL;
}

/* `least` is room for a row. */
static bool clear(struct surroundings *s, const struct plane *labels, const struct finding *f, int32_t limit,
                  int32_t *levels, uint8_t *least) {
  bool cleared = false;
  for (int32_t y = f->top; y <= f->bottom; y++) {
    least_labels(s, labels, y, least);
    if (!memchr(least, 0, (size_t)s->width)) continue;
    for (int32_t x = f->left; x <= f->right; x++) {
      uint8_t *value = &s->map[surroundings_at(s, x, y)];
      if (*value < limit / 2 || !is_near(s, least, x) || !shows_ground(s, labels, x, y)) continue;
      levels[*value]--, levels[0]++;
      *value = 0;
      cleared = true;
    }
  }
  return cleared;
}

enum status rim_clear(struct device *device, const struct reference *reference, const struct plane *labels,
                      const struct aligned *photo, struct comparison *c, bool *cleared, struct fault *fault) {
  const struct kernel_image *map = &c->map[ALIGNED_LUMA];
  *cleared = false;
  uint8_t *least = malloc((size_t)labels->width);
  enum status status = least ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  for (size_t i = 0; i < c->count && !status; i++) {
    const struct finding *f = &c->findings[i];
    struct surroundings s;
    bool small;
    if (!touches(labels, f)) continue;
    status = surroundings_fetch(device, reference, photo, c, f, REACH, &s, &small, fault);
    if (!status && small && clear(&s, labels, f, c->limit[ALIGNED_LUMA], c->levels[ALIGNED_LUMA], least)) {
      *cleared = true;
      status = device_upload_part(device, map, 1, s.left, s.top, s.width, s.height, s.map, fault);
    }
    surroundings_free(&s);
  }
  free(least);
  return status;
}
