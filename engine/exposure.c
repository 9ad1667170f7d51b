#include "engine/exposure.h"

#include "engine/light.h"

/* Samples that are looked at together. */
enum { AT_ONCE = 64 };

/* Grey levels: white in the photo, and not yet white in the golden. A channel is as good as white a little under 255,
 * where JPEG leaves it. */
enum { WHITE = 250, NOT_WHITE = 240 };

/* Under this the golden itself is too dark to be told from darkness. */
enum { NOT_BLACK = 40 };

struct values {
  int32_t histogram[256], total;
};

static void count(struct values *values, double value) {
  values->histogram[value < 0 ? 0 : value > 255 ? 255 : (int)value]++;
  values->total++;
}

/* The value that a share of them reach. */
static double reached(const struct values *values, double share) {
  int32_t above = 0;
  for (int v = 255; v > 0; v--)
    if ((above += values->histogram[v]) >= share * values->total) return v;
  return 0;
}

static double white(const struct values *values) {
  int32_t white = 0;
  for (int v = WHITE; v < 256; v++) white += values->histogram[v];
  return values->total ? (double)white / values->total : 0;
}

/* At luma pixel (x, y). */
static double brightest(const struct image *image, int32_t x, int32_t y) {
  double rgb[3];
  image_rgb_at(image, image->colour, x, y, rgb);
  double most = rgb[0] > rgb[1] ? rgb[0] : rgb[1];
  return most > rgb[2] ? most : rgb[2];
}

static double ratio(const struct values *photo, const struct values *golden, double share) {
  return (reached(photo, share) + LIGHT_PEDESTAL) / (reached(golden, share) + LIGHT_PEDESTAL);
}

static int32_t step_of(const struct image *image) {
  int32_t longer = image->width > image->height ? image->width : image->height;
  return (longer + EXPOSURE_SIDE - 1) / EXPOSURE_SIDE;
}

static void compare(const struct values *golden, const struct values *photo, struct exposure *e) {
  *e = (struct exposure){0, 0, 1, 1};
  if (!golden->total || !photo->total) return;
  e->lit = ratio(photo, golden, 0.05), e->middle = ratio(photo, golden, 0.5);
}

void exposure_choose(const struct image *golden, const struct plane *labels, struct exposure_golden *g) {
  int32_t step = step_of(golden);
  g->count = 0;
  for (int32_t y = step / 2; y < golden->height; y += step)
    for (int32_t x = step / 2; x < golden->width; x += step)
      if (labels->pixels[(size_t)y * labels->stride + (size_t)x])
        g->spots[g->count++] = (struct exposure_spot){x, y, brightest(golden, x, y)};
}

/* A sample's golden value, and where the photo shows it. */
struct spot {
  double wanted;
  int32_t u, v;
};

/* Samples lie so far apart that each waits for its memory: it is asked for ahead. Part of its caller: the compiler
 * drops the calls of a function that does nothing else. */
static inline __attribute__((always_inline)) void ask_for(const struct image *image, int32_t x, int32_t y) {
  for (int i = 0; i < (image->colour ? 3 : 1); i++) {
    const struct plane *p = &image->planes[i];
    __builtin_prefetch(p->pixels + (size_t)(i ? y / 2 : y) * p->stride + (size_t)(i ? x / 2 : x));
  }
}

/* Those of `count` samples that the photo shows. */
static int find_spots(const struct exposure_spot *from, int count, const struct image *photo,
                      const struct placement *placement, struct spot *spots) {
  int found = 0;
  for (int i = 0; i < count; i++) {
    double x = from[i].x, y = from[i].y;
    struct pose_point d = placement_displacement(placement, x, y), at;
    if (!pose_apply(&placement->pose, x + d.x, y + d.y, &at)) continue;
    if (!(at.x >= 0 && at.y >= 0 && at.x <= photo->width - 1 && at.y <= photo->height - 1)) continue;
    struct spot spot = {from[i].value, (int32_t)(at.x + 0.5), (int32_t)(at.y + 0.5)};
    ask_for(photo, spot.u, spot.v);
    spots[found++] = spot;
  }
  return found;
}

void exposure_look(const struct exposure_golden *golden, const struct image *photo, const struct placement *placement,
                   struct exposure *e) {
  struct values from = {{0}, 0}, to = {{0}, 0};
  int32_t clipped = 0, shaded = 0;
  for (int first = 0; first < golden->count; first += AT_ONCE) {
    struct spot spots[AT_ONCE];
    int left = golden->count - first;
    int found = find_spots(golden->spots + first, left < AT_ONCE ? left : AT_ONCE, photo, placement, spots);
    for (int i = 0; i < found; i++) {
      double wanted = spots[i].wanted, is = brightest(photo, spots[i].u, spots[i].v);
      clipped += is >= WHITE && wanted < NOT_WHITE;
      shaded += wanted > NOT_BLACK && is + LIGHT_PEDESTAL < EXPOSURE_SHADED * (wanted + LIGHT_PEDESTAL);
      count(&from, wanted), count(&to, is);
    }
  }
  compare(&from, &to, e);
  if (from.total) e->clipped = (double)clipped / from.total, e->shaded = (double)shaded / from.total;
}

void exposure_look_blindly(const struct exposure_golden *golden, const struct image *photo, struct exposure *e) {
  struct values from = {{0}, 0}, to = {{0}, 0};
  int32_t step = step_of(photo);
  for (int i = 0; i < golden->count; i++) count(&from, golden->spots[i].value);
  for (int32_t y = step / 2; y < photo->height; y += step)
    for (int32_t x = step / 2; x < photo->width; x += step) count(&to, brightest(photo, x, y));
  compare(&from, &to, e);
  double more = white(&to) - white(&from);
  e->clipped = more > 0 ? more : 0;
}
