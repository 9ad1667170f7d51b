#include "engine/landmarks.h"

#include "models/ascending.h"

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

static void golden_patch(const struct plane *luma, const struct landmark *landmark,
                         double patch[LANDMARK_SIDE][LANDMARK_SIDE]) {
  for (int j = 0; j < LANDMARK_SIDE; j++)
    for (int i = 0; i < LANDMARK_SIDE; i++)
      patch[j][i] = luma->pixels[(size_t)(landmark->y + j - LANDMARK_REACH) * luma->stride +
                                 (size_t)(landmark->x + i - LANDMARK_REACH)];
}

/* Correlation, and the mean of each. */
struct likeness {
  double correlation, golden, photo;
};

static struct likeness compare(double golden[LANDMARK_SIDE][LANDMARK_SIDE],
                               double photo[LANDMARK_SIDE][LANDMARK_SIDE]) {
  double n = LANDMARK_SIDE * LANDMARK_SIDE, g = 0, p = 0, gg = 0, pp = 0, gp = 0;
  for (int j = 0; j < LANDMARK_SIDE; j++)
    for (int i = 0; i < LANDMARK_SIDE; i++) {
      double a = golden[j][i], b = photo[j][i];
      g += a, p += b, gg += a * a, pp += b * b, gp += a * b;
    }
  double vg = gg / n - g / n * (g / n), vp = pp / n - p / n * (p / n), cov = gp / n - g / n * (p / n);
  struct likeness likeness = {0, g / n, p / n};
  if (vg > 0 && vp > 0) likeness.correlation = cov / sqrt(vg * vp);
  return likeness;
}

/* Whether a landmark's surroundings stay what they are when each pixel is the mean of the nine about it: an edge, or a
 * line of two pixels, does, a camera's noise does not. */
static bool is_structure(const struct plane *luma, const struct landmark *landmark) {
  double patch[LANDMARK_SIDE][LANDMARK_SIDE], smooth[LANDMARK_SIDE][LANDMARK_SIDE];
  golden_patch(luma, landmark, patch);
  for (int j = 0; j < LANDMARK_SIDE; j++)
    for (int i = 0; i < LANDMARK_SIDE; i++) {
      double sum = 0, n = 0;
      for (int v = j > 0 ? j - 1 : 0; v <= j + 1 && v < LANDMARK_SIDE; v++)
        for (int u = i > 0 ? i - 1 : 0; u <= i + 1 && u < LANDMARK_SIDE; u++) sum += patch[v][u], n++;
      smooth[j][i] = sum / n;
    }
  return compare(patch, smooth).correlation >= LEAST_STRUCTURE;
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
      *best = (struct landmark){x, y, upright == 1};
    }
  }
}

/* Of most parts of a row nothing is worth a look: PART pixels of it at a time are asked. */
enum { PART = 32 };

static bool strongest(const struct plane *luma, const struct plane *labels, int32_t left, int32_t top, int32_t size,
                      struct landmark *best) {
  int most = 3 * LEAST_STEP - 1;
  int32_t right = left + size < luma->width - 1 ? left + size : luma->width - 1;
  for (int32_t y = top; y < top + size && y + 1 < luma->height; y++) {
    const uint8_t *row = luma->pixels + (size_t)y * luma->stride;
    int32_t x = left;
    for (; x + PART <= right; x += PART)
      if (6 * steepest(row + x, luma->stride, PART) > most) look_along(luma, labels, x, y, PART, &most, best);
    look_along(luma, labels, x, y, right - x, &most, best);
  }
  return most >= 3 * LEAST_STEP;
}

void landmarks_choose(const struct plane *luma, const struct zones *zones, struct landmarks *landmarks) {
  int32_t longer = luma->width > luma->height ? luma->width : luma->height, size = (longer + CELLS - 1) / CELLS;
  if (size < 2 * LANDMARK_SIDE) size = 2 * LANDMARK_SIDE;
  landmarks->golden = luma, landmarks->count = 0;
  for (int32_t top = 0; top < luma->height; top += size)
    for (int32_t left = 0; left < luma->width; left += size)
      if (landmarks->count < LANDMARKS_MOST &&
          strongest(luma, &zones->labels, left, top, size, &landmarks->items[landmarks->count]) &&
          is_structure(luma, &landmarks->items[landmarks->count]))
        landmarks->count++;
}

static bool is_within(const struct plane *plane, double x, double y) {
  return x >= 0 && y >= 0 && x <= plane->width - 1 && y <= plane->height - 1;
}

/* Bilinear, at a place within. */
static double sample(const struct plane *plane, double x, double y) {
  int32_t i = (int32_t)x, j = (int32_t)y;
  if (i > plane->width - 2) i = plane->width - 2;
  if (j > plane->height - 2) j = plane->height - 2;
  double u = x - i, v = y - j;
  const uint8_t *p = plane->pixels + (size_t)j * plane->stride + (size_t)i, *q = p + plane->stride;
  return (1 - v) * ((1 - u) * p[0] + u * p[1]) + v * ((1 - u) * q[0] + u * q[1]);
}

static bool place(const struct placement *placement, double x, double y, struct pose_point *at) {
  struct pose_point d = placement_displacement(placement, x, y);
  return pose_apply(&placement->pose, x + d.x, y + d.y, at);
}

/* A landmark's surroundings as the photo shows them, in the golden's pixels, and how many photo pixels one of them is
 * wide. */
static bool fetch(const struct plane *photo, const struct placement *placement, const struct landmark *landmark,
                  double patch[LANDMARK_SIDE][LANDMARK_SIDE], double *size) {
  struct pose_point at, right, below;
  double x = landmark->x, y = landmark->y, reach = LANDMARK_REACH;
  if (!place(placement, x, y, &at) || !place(placement, x + reach, y, &right) ||
      !place(placement, x, y + reach, &below))
    return false;
  double xu = (right.x - at.x) / reach, yu = (right.y - at.y) / reach;
  double xv = (below.x - at.x) / reach, yv = (below.y - at.y) / reach;
  *size = sqrt(fabs(xu * yv - xv * yu));
  /* What lies between the corners is no further out. */
  for (int k = 0; k < 4; k++) {
    double u = k % 2 ? reach : -reach, v = k / 2 ? reach : -reach;
    if (!is_within(photo, at.x + u * xu + v * xv, at.y + u * yu + v * yv)) return false;
  }
  for (int j = 0; j < LANDMARK_SIDE; j++)
    for (int i = 0; i < LANDMARK_SIDE; i++) {
      double u = i - LANDMARK_REACH, v = j - LANDMARK_REACH;
      patch[j][i] = sample(photo, at.x + u * xu + v * xv, at.y + u * yu + v * yv);
    }
  return true;
}

/* The largest step across the edge within two pixels of it, at most `sharpest` of the rise there, as the mean of three
 * lines. */
static double steepness(double patch[LANDMARK_SIDE][LANDMARK_SIDE], bool upright, double sharpest) {
  enum { M = LANDMARK_REACH };
  double most = 0, at = 0, low = 0, high = 0;
  for (int k = M - 2; k <= M + 2; k++) {
    double step = 0;
    for (int l = M - 1; l <= M + 1; l++)
      step += upright ? patch[l][k + 1] - patch[l][k] : patch[k + 1][l] - patch[k][l];
    at += step;
    if (at < low) low = at;
    if (at > high) high = at;
    if (fabs(step) > most) most = fabs(step);
  }
  return (most < sharpest * (high - low) ? most : sharpest * (high - low)) / 3;
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

void landmarks_look(const struct landmarks *l, const struct plane *luma, const struct placement *placement,
                    const struct light *light, struct sighting *s) {
  double golden[LANDMARK_SIDE][LANDMARK_SIDE], photo[LANDMARK_SIDE][LANDMARK_SIDE], ratios[LANDMARKS_MOST];
  struct tally all = {0, 0}, shaded = {0, 0}, parts[PARTS * PARTS] = {{0, 0}};
  for (size_t i = 0; i < l->count; i++) {
    const struct landmark *at = &l->items[i];
    double size;
    if (!fetch(luma, placement, at, photo, &size)) continue;
    golden_patch(l->golden, at, golden);
    struct likeness like = compare(golden, photo);
    bool confirmed = like.correlation >= LEAST_LIKENESS;
    if (confirmed) {
      double step = steepness(photo, at->upright, 1) / steepness(golden, at->upright, SHARPEST);
      ratios[all.confirmed] = step / light_gain(light, at->x, at->y) / (size < 1 ? size : 1);
    }
    count(&all, confirmed);
    count(&parts[PARTS * at->y / l->golden->height * PARTS + PARTS * at->x / l->golden->width], confirmed);
    if (like.photo + LIGHT_PEDESTAL < LANDMARK_SHADED * (like.golden + LIGHT_PEDESTAL)) count(&shaded, confirmed);
  }
  *s = (struct sighting){all.seen, share(&all), share_of_strange(parts), 1, shaded.seen, share(&shaded)};
  if (!all.confirmed) return;
  qsort(ratios, all.confirmed, sizeof *ratios, ascending);
  s->sharpness = ratios[all.confirmed / 2];
}
