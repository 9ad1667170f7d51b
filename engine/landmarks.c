#include "engine/landmarks.h"

#include "engine/select.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cells across the longer side; an edge stands out from LEAST_STEP grey levels between neighbours on, well over most
 * noise and texture. */
enum { CELLS = 28, LEAST_STEP = 20 };

/* Of a line of two pixels it is 0.88; of noise 0.3, or 0.6 where neighbours share it. */
static const double LEAST_STRUCTURE = 0.8;

/* A landmark is confirmed when its surroundings correlate so much with the golden's. */
static const double LEAST_LIKENESS = 0.6;

/* An edge of which a pixel takes half of the rise is as sharp as a photo's is. A drawing's is sharper. */
static const double SHARPEST = 0.5;

/* Parts across, each with so many landmarks at least to be asked, and familiar from such a share of them on. */
enum { PARTS = 4, LEAST_OF_PART = 4 };
static const double FAMILIAR = 0.85;

/* Edges of one direction: so many at least to be asked, and known from such a share of them on. Of a fluke some 0.1 to
 * 0.45 are confirmed. */
enum { LEAST_OF_WAY = 12 };
static const double KNOWN_WAY = 0.7;

/* Looking at a photo waits for its memory: the surroundings of so many landmarks are asked for ahead. */
enum { AHEAD = 4 };

static void take_patch(const struct plane *luma, struct landmark *landmark) {
  memset(landmark->patch, 0, sizeof landmark->patch);
  for (int j = 0; j < LANDMARK_SIDE; j++)
    for (int i = 0; i < LANDMARK_SIDE; i++)
      landmark->patch[j][i] = luma->pixels[(size_t)(landmark->y + j - LANDMARK_REACH) * luma->stride +
                                           (size_t)(landmark->x + i - LANDMARK_REACH)];
}

/* Grey levels about a landmark, Q4; behind each row 0. */
struct patch {
  int16_t v[LANDMARK_SIDE][LANDMARK_ROW];
};

static void golden_patch(const struct landmark *landmark, struct patch *patch) {
  for (int j = 0; j < LANDMARK_SIDE; j++)
    for (int i = 0; i < LANDMARK_ROW; i++) patch->v[j][i] = (int16_t)(16 * landmark->patch[j][i]);
}

/* Correlation, and the mean of each in grey levels. */
struct likeness {
  double correlation, golden, photo;
};

struct sums {
  uint32_t g, p, gg, pp, gp;
};

/* Of rows first..end - 1, which are half of a patch at most: squares of Q4 are under 2^24. */
static void add_rows(const struct patch *golden, const struct patch *photo, int first, int end, struct sums *s) {
  int32_t g = 0, p = 0, gg = 0, pp = 0, gp = 0;
  for (int j = first; j < end; j++)
    for (int i = 0; i < LANDMARK_ROW; i++) {
      int32_t a = golden->v[j][i], b = photo->v[j][i];
      g += a, p += b, gg += a * a, pp += b * b, gp += a * b;
    }
  s->g += (uint32_t)g, s->p += (uint32_t)p;
  s->gg += (uint32_t)gg, s->pp += (uint32_t)pp, s->gp += (uint32_t)gp;
}

static struct likeness compare(const struct patch *golden, const struct patch *photo) {
  struct sums s = {0, 0, 0, 0, 0};
  add_rows(golden, photo, 0, LANDMARK_SIDE / 2, &s);
  add_rows(golden, photo, LANDMARK_SIDE / 2, LANDMARK_SIDE, &s);
  double n = LANDMARK_SIDE * LANDMARK_SIDE;
  double vg = s.gg / n - s.g / n * (s.g / n), vp = s.pp / n - s.p / n * (s.p / n), cov = s.gp / n - s.g / n * (s.p / n);
  struct likeness likeness = {0, s.g / n / 16, s.p / n / 16};
  if (vg > 0 && vp > 0) likeness.correlation = cov / sqrt(vg * vp);
  return likeness;
}

/* Whether a landmark's surroundings stay what they are when each pixel is the mean of the nine about it: an edge, or a
 * line of two pixels, does, a camera's noise does not. */
static bool is_structure(const struct landmark *landmark) {
  struct patch patch, smooth = {{{0}}};
  golden_patch(landmark, &patch);
  for (int j = 0; j < LANDMARK_SIDE; j++)
    for (int i = 0; i < LANDMARK_SIDE; i++) {
      int sum = 0, n = 0;
      for (int v = j > 0 ? j - 1 : 0; v <= j + 1 && v < LANDMARK_SIDE; v++)
        for (int u = i > 0 ? i - 1 : 0; u <= i + 1 && u < LANDMARK_SIDE; u++) sum += patch.v[v][u], n++;
      smooth.v[j][i] = (int16_t)((sum + n / 2) / n);
    }
  return compare(&patch, &smooth).correlation >= LEAST_STRUCTURE;
}

/* Between neighbours across an edge. */
static int step_at(const uint8_t *p, size_t stride, bool upright) {
  return upright ? p[1] - p[0] : p[stride] - p[0];
}

/* Of the line and the two beside it, in all. */
static int step_of_three(const uint8_t *p, size_t stride, bool upright) {
  size_t beside = upright ? stride : 1;
  return abs(step_at(p - beside, stride, upright) + step_at(p, stride, upright) + step_at(p + beside, stride, upright));
}

/* Whether all of the surroundings are compared. */
static bool is_inside(const struct plane *labels, int32_t x, int32_t y) {
  if (x < LANDMARK_REACH || y < LANDMARK_REACH || x + LANDMARK_REACH + 1 >= labels->width ||
      y + LANDMARK_REACH + 1 >= labels->height)
    return false;
  for (int32_t v = -LANDMARK_REACH; v <= LANDMARK_REACH; v += LANDMARK_REACH)
    for (int32_t u = -LANDMARK_REACH; u <= LANDMARK_REACH; u += LANDMARK_REACH)
      if (!labels->pixels[(size_t)(y + v) * labels->stride + (size_t)(x + u)]) return false;
  return true;
}

/* The largest step from one of a row's pixels to the right or down. */
static int steepest(const uint8_t *restrict row, size_t stride, int32_t count) {
  uint8_t most = 0;
  for (int32_t i = 0; i < count; i++) {
    uint8_t here = row[i], next = row[i + 1], below = row[(size_t)i + stride];
    uint8_t across = here > next ? (uint8_t)(here - next) : (uint8_t)(next - here);
    uint8_t down = here > below ? (uint8_t)(here - below) : (uint8_t)(below - here);
    uint8_t more = across > down ? across : down;
    most = most > more ? most : more;
  }
  return most;
}

/* The largest step of three of a row's pixels, each way. */
static int steepest_of_three(const uint8_t *restrict row, size_t stride, int32_t count) {
  const uint8_t *restrict above = row - stride, *restrict below = row + stride;
  int16_t most = 0;
  for (int32_t i = 0; i < count; i++) {
    int16_t across = (int16_t)(above[i + 1] + row[i + 1] + below[i + 1] - above[i] - row[i] - below[i]);
    int16_t down = (int16_t)(below[i - 1] + below[i] + below[i + 1] - row[i - 1] - row[i] - row[i + 1]);
    across = (int16_t)(across < 0 ? -across : across), down = (int16_t)(down < 0 ? -down : down);
    int16_t more = across > down ? across : down;
    most = most > more ? most : more;
  }
  return most;
}

/* Raises *most, and sets *best, to the strongest of a row's places from (left, y) on. */
static void look_along(const struct plane *luma, const struct plane *labels, int32_t left, int32_t y, int32_t count,
                       int *most, struct landmark *best) {
  for (int32_t x = left; x < left + count; x++) {
    const uint8_t *p = luma->pixels + (size_t)y * luma->stride + (size_t)x;
    for (int upright = 0; upright < 2; upright++) {
      /* Few lines are so steep that the dearer questions are worth asking. */
      if (6 * abs(step_at(p, luma->stride, upright == 1)) <= *most || !is_inside(labels, x, y)) continue;
      int step = step_of_three(p, luma->stride, upright == 1);
      if (step <= *most) continue;
      *most = step;
      best->x = x, best->y = y, best->upright = upright == 1;
    }
  }
}

/* Of most parts of a row nothing is worth a look: PART pixels of it at a time are asked. */
enum { PART = 32 };

/* Rows of a cell are short, so that the processor does not see which memory comes next. */
enum { ROWS_AHEAD = 8, LINE = 64 };

static bool strongest(const struct plane *luma, const struct plane *labels, int32_t left, int32_t top, int32_t size,
                      struct landmark *best) {
  int most = 3 * LEAST_STEP - 1;
  int32_t right = left + size, bottom = top + size;
  if (left < LANDMARK_REACH) left = LANDMARK_REACH;
  if (top < LANDMARK_REACH) top = LANDMARK_REACH;
  if (right > luma->width - LANDMARK_REACH - 1) right = luma->width - LANDMARK_REACH - 1;
  if (bottom > luma->height - LANDMARK_REACH - 1) bottom = luma->height - LANDMARK_REACH - 1;
  for (int32_t y = top; y < bottom; y++) {
    const uint8_t *row = luma->pixels + (size_t)y * luma->stride;
    if (y + ROWS_AHEAD < bottom)
      for (int32_t x = left; x < right + LINE; x += LINE)
        __builtin_prefetch(row + ROWS_AHEAD * luma->stride + (x < right ? x : right));
    for (int32_t x = left; x < right; x += PART) {
      /* The last part begins in the one before, of which nothing more comes. */
      int32_t first = x + PART <= right || right - left < PART ? x : right - PART;
      int32_t count = right - first < PART ? right - first : PART;
      if (6 * steepest(row + first, luma->stride, count) > most &&
          steepest_of_three(row + first, luma->stride, count) > most)
        look_along(luma, labels, first, y, count, &most, best);
    }
  }
  return most >= 3 * LEAST_STEP;
}

void landmarks_choose(const struct plane *luma, const struct zones *zones, struct landmarks *landmarks) {
  int32_t longer = luma->width > luma->height ? luma->width : luma->height, size = (longer + CELLS - 1) / CELLS;
  if (size < 2 * LANDMARK_SIDE) size = 2 * LANDMARK_SIDE;
  landmarks->golden = luma, landmarks->count = 0;
  for (int32_t top = 0; top < luma->height; top += size)
    for (int32_t left = 0; left < luma->width && landmarks->count < LANDMARKS_MOST; left += size) {
      struct landmark *best = &landmarks->items[landmarks->count];
      if (!strongest(luma, &zones->labels, left, top, size, best)) continue;
      take_patch(luma, best);
      landmarks->count += is_structure(best);
    }
}

static bool is_within(const struct plane *plane, double x, double y) {
  return x >= 0 && y >= 0 && x <= plane->width - 1 && y <= plane->height - 1;
}

/* Along one axis the pixel before a place (Q16) within `size` pixels, and how far behind it, Q8. */
static int32_t before(int32_t at, int32_t size, int32_t *rest) {
  int32_t last = (size - 1) << 16;
  at = at < 0 ? 0 : at > last ? last : at;
  int32_t i = at >> 16 < size - 2 ? at >> 16 : size - 2;
  *rest = (at - (i << 16)) >> 8;
  return i;
}

/* Bilinear, Q4, at a place (Q16). */
static int16_t sample(const struct plane *plane, int32_t x, int32_t y) {
  int32_t u, v, i = before(x, plane->width, &u), j = before(y, plane->height, &v);
  const uint8_t *p = plane->pixels + (size_t)j * plane->stride + (size_t)i, *q = p + plane->stride;
  int32_t top = p[0] * (256 - u) + p[1] * u, bottom = q[0] * (256 - u) + q[1] * u;
  return (int16_t)((top * (256 - v) + bottom * v + 2048) >> 12);
}

static bool place(const struct placement *placement, double x, double y, struct pose_point *at) {
  struct pose_point d = placement_displacement(placement, x, y);
  return pose_apply(&placement->pose, x + d.x, y + d.y, at);
}

/* Where a photo shows a landmark's surroundings: their middle, and what one golden pixel to the right and one down is.
 */
struct view {
  bool whole;
  struct pose_point at, right, down;
};

static struct pose_point place_in(const struct view *v, double right, double down) {
  return (struct pose_point){v->at.x + right * v->right.x + down * v->down.x,
                             v->at.y + right * v->right.y + down * v->down.y};
}

static struct view view_of(const struct plane *photo, const struct placement *placement,
                           const struct landmark *landmark) {
  struct view v = {.whole = false};
  struct pose_point right, below;
  double x = landmark->x, y = landmark->y, reach = LANDMARK_REACH;
  if (!place(placement, x, y, &v.at) || !place(placement, x + reach, y, &right) ||
      !place(placement, x, y + reach, &below))
    return v;
  v.right = (struct pose_point){(right.x - v.at.x) / reach, (right.y - v.at.y) / reach};
  v.down = (struct pose_point){(below.x - v.at.x) / reach, (below.y - v.at.y) / reach};
  /* What lies between the corners is no further out. */
  for (int k = 0; k < 4; k++) {
    struct pose_point corner = place_in(&v, k % 2 ? reach : -reach, k / 2 ? reach : -reach);
    if (!is_within(photo, corner.x, corner.y)) return v;
  }
  v.whole = true;
  return v;
}

/* Part of its caller: the compiler drops the calls of a function that does nothing but ask ahead. */
static inline __attribute__((always_inline)) void ask_for(const struct plane *photo, const struct view *v) {
  for (int j = -LANDMARK_REACH; j <= LANDMARK_REACH && v->whole; j++)
    for (int i = -LANDMARK_REACH; i <= LANDMARK_REACH; i += 2 * LANDMARK_REACH) {
      struct pose_point p = place_in(v, i, j);
      __builtin_prefetch(photo->pixels + (size_t)p.y * photo->stride + (size_t)p.x);
    }
}

static int32_t fixed(double v) {
  return (int32_t)floor(v * 65536 + 0.5);
}

/* The four pixels about each place of a patch: two of one row and, in the upper half, two of the next, the left one in
 * the low byte. Behind each row 0. */
struct corners {
  uint32_t v[LANDMARK_SIDE][LANDMARK_ROW];
};

/* Places (Q16) that are all before the photo's last pixel either way. All rows are read before any is worked on: what
 * was just stored piece by piece is not ready to be taken as a whole. */
static void read_corners(const struct plane *photo, const int32_t left[2], const int32_t across[2],
                         const int32_t down[2], struct corners *restrict corners) {
  const size_t stride = photo->stride;
  for (int j = 0; j < LANDMARK_SIDE; j++) {
    int32_t x = left[0] + j * down[0], y = left[1] + j * down[1];
    for (int i = 0; i < LANDMARK_SIDE; i++, x += across[0], y += across[1]) {
      const uint8_t *p = photo->pixels + (size_t)(y >> 16) * stride + (size_t)(x >> 16);
      uint16_t top, bottom;
      memcpy(&top, p, 2), memcpy(&bottom, p + stride, 2);
      corners->v[j][i] = (uint32_t)bottom << 16 | top;
    }
  }
}

static void blend_row(const uint32_t *restrict corners, int32_t x, int32_t y, const int32_t across[2],
                      int16_t *restrict to) {
  for (int i = 0; i < LANDMARK_ROW; i++) {
    uint16_t top = (uint16_t)corners[i], bottom = (uint16_t)(corners[i] >> 16);
    uint16_t u = ((x + i * across[0]) >> 8) & 255, v = ((y + i * across[1]) >> 8) & 255, rest = (uint16_t)(256 - v);
    /* 256 left + (right - left) u, which fits 16 bits though its parts do not. */
    uint16_t a = (uint16_t)((top << 8) + ((top >> 8) - (top & 255)) * u);
    uint16_t b = (uint16_t)((bottom << 8) + ((bottom >> 8) - (bottom & 255)) * u);
    to[i] = (int16_t)(((uint32_t)a * rest + (uint32_t)b * v + 2048) >> 12);
  }
}

/* Whether the places (Q16) of a patch's corners are before the photo's last pixel, and so all between them. */
static bool is_before_end(const struct plane *photo, const int32_t left[2], const int32_t across[2],
                          const int32_t down[2]) {
  const int32_t reach = LANDMARK_SIDE - 1;
  for (int k = 0; k < 4; k++) {
    int32_t x = left[0] + (k % 2 ? reach * across[0] : 0) + (k / 2 ? reach * down[0] : 0);
    int32_t y = left[1] + (k % 2 ? reach * across[1] : 0) + (k / 2 ? reach * down[1] : 0);
    if (x < 0 || y < 0 || x >> 16 >= photo->width - 1 || y >> 16 >= photo->height - 1) return false;
  }
  return true;
}

/* In the golden's pixels; how many photo pixels one of them is wide. `corners`: behind each row 0. */
static double fetch(const struct plane *photo, const struct view *v, struct corners *corners, struct patch *patch) {
  struct pose_point corner = place_in(v, -LANDMARK_REACH, -LANDMARK_REACH);
  int32_t across[2] = {fixed(v->right.x), fixed(v->right.y)}, down[2] = {fixed(v->down.x), fixed(v->down.y)};
  int32_t left[2] = {fixed(corner.x), fixed(corner.y)};
  if (is_before_end(photo, left, across, down)) {
    read_corners(photo, left, across, down, corners);
    for (int j = 0; j < LANDMARK_SIDE; j++)
      blend_row(corners->v[j], left[0] + j * down[0], left[1] + j * down[1], across, patch->v[j]);
  } else {
    for (int j = 0; j < LANDMARK_SIDE; j++)
      for (int i = 0; i < LANDMARK_SIDE; i++)
        patch->v[j][i] = sample(photo, left[0] + j * down[0] + i * across[0], left[1] + j * down[1] + i * across[1]);
  }
  return sqrt(fabs(v->right.x * v->down.y - v->right.y * v->down.x));
}

/* The largest step across the edge within two pixels of it, at most `sharpest` of the rise there, as the mean of three
 * lines. */
static double steepness(const struct patch *patch, bool upright, double sharpest) {
  enum { M = LANDMARK_REACH };
  double most = 0, at = 0, low = 0, high = 0;
  for (int k = M - 2; k <= M + 2; k++) {
    double step = 0;
    for (int l = M - 1; l <= M + 1; l++)
      step += upright ? patch->v[l][k + 1] - patch->v[l][k] : patch->v[k + 1][l] - patch->v[k][l];
    at += step;
    if (at < low) low = at;
    if (at > high) high = at;
    if (fabs(step) > most) most = fabs(step);
  }
  return (most < sharpest * (high - low) ? most : sharpest * (high - low)) / (3 * 16);
}

/* Seen and confirmed, of the whole, of a part, or of what lies in the dark. */
struct tally {
  size_t seen, confirmed;
};

static double share(const struct tally *tally) {
  return tally->seen ? (double)tally->confirmed / (double)tally->seen : 0;
}

static void count(struct tally *tally, bool confirmed) {
  tally->seen++;
  tally->confirmed += confirmed;
}

static double share_of_strange(const struct tally *parts) {
  int judged = 0, strange = 0;
  for (int i = 0; i < PARTS * PARTS; i++) {
    if (parts[i].seen < LEAST_OF_PART) continue;
    judged++;
    strange += share(&parts[i]) < FAMILIAR;
  }
  return judged ? (double)strange / judged : 0;
}

/* The edges of one direction, confirmed or not. */
struct direction {
  struct tally tally;
  double ratios[LANDMARKS_MOST];
};

static double smeared(struct direction ways[2]) {
  for (int k = 0; k < 2; k++) {
    const struct tally *soft = &ways[k].tally, *sharp = &ways[1 - k].tally;
    if (soft->seen < LEAST_OF_WAY || sharp->seen < LEAST_OF_WAY) continue;
    if (share(soft) < KNOWN_WAY && share(sharp) >= KNOWN_WAY)
      return select_value(ways[k].ratios, soft->seen, soft->seen / 2);
  }
  return 1;
}

void landmarks_look(const struct landmarks *l, const struct plane *luma, const struct placement *placement,
                    const struct light *light, struct sighting *s) {
  struct patch golden, photo = {{{0}}};
  struct corners corners = {{{0}}};
  double ratios[LANDMARKS_MOST];
  struct tally all = {0, 0}, shaded = {0, 0}, parts[PARTS * PARTS] = {{0, 0}};
  struct direction ways[2] = {{.tally = {0, 0}}, {.tally = {0, 0}}};
  struct view views[LANDMARKS_MOST];
  for (size_t i = 0; i < l->count; i++) views[i] = view_of(luma, placement, &l->items[i]);
  for (size_t i = 0; i < l->count; i++) {
    const struct landmark *at = &l->items[i];
    if (i + AHEAD < l->count) ask_for(luma, &views[i + AHEAD]);
    if (!views[i].whole) continue;
    double size = fetch(luma, &views[i], &corners, &photo);
    golden_patch(at, &golden);
    struct likeness like = compare(&golden, &photo);
    bool confirmed = like.correlation >= LEAST_LIKENESS;
    struct direction *way = &ways[at->upright];
    double step = steepness(&photo, at->upright, 1) / steepness(&golden, at->upright, SHARPEST);
    double ratio = step / light_gain(light, at->x, at->y) / (size < 1 ? size : 1);
    if (confirmed) ratios[all.confirmed] = ratio;
    way->ratios[way->tally.seen] = ratio;
    count(&way->tally, confirmed);
    count(&all, confirmed);
    count(&parts[PARTS * at->y / l->golden->height * PARTS + PARTS * at->x / l->golden->width], confirmed);
    if (like.photo + LIGHT_PEDESTAL < LANDMARK_SHADED * (like.golden + LIGHT_PEDESTAL)) count(&shaded, confirmed);
  }
  *s = (struct sighting){all.seen, share(&all), share_of_strange(parts), 1, smeared(ways), shaded.seen, share(&shaded)};
  if (all.confirmed) s->sharpness = select_value(ratios, all.confirmed, all.confirmed / 2);
}
