#include "engine/measure/target_fit.h"

#include "engine/measure/edge.h"
#include "engine/measure/target_strips.h"
#include "engine/solve.h"
#include "models/ascending.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALL = TARGET_PARAMETERS + 1, SPREAD = TARGET_PARAMETERS, PASSES = 3, ROUNDS = 12 };

struct work {
  const struct target *target;
  const struct target_photo *photo;
  struct target_strips strips;
  double cx, cy, unit; /* normalised coordinates u = (x - cx) / unit */
  double p[ALL];       /* plane in normalised coordinates, row by row without the ninth, which is 1; then the spread */
  double normal[ALL * ALL], scale_squared; /* of the last round: inverse covariance but for this factor */
  size_t kept;
};

/* Place in the plane of a straightened photo point, and what each parameter changes of its coordinate. */
static bool place_of(const struct work *w, double x, double y, double place[2], double *depth) {
  const double u = (x - w->cx) / w->unit, v = (y - w->cy) / w->unit;
  const double d = w->p[6] * u + w->p[7] * v + 1;
  if (!(d > 1e-6)) return false;
  place[0] = (w->p[0] * u + w->p[1] * v + w->p[2]) / d;
  place[1] = (w->p[3] * u + w->p[4] * v + w->p[5]) / d;
  *depth = d;
  return true;
}

/* Residual in mm of a strip, its gradient by the parameters, and mm a photo pixel across the edge. */
static bool residual_of(const struct work *w, const struct target_strip *s, double *residual, double *row,
                        double *mm_per_px) {
  double place[2], ahead[2], depth, unused;
  if (!place_of(w, s->straight.x, s->straight.y, place, &depth) ||
      !place_of(w, s->beyond.x, s->beyond.y, ahead, &unused))
    return false;
  const int axis = s->edge->upright ? 0 : 1;
  const double u = (s->straight.x - w->cx) / w->unit, v = (s->straight.y - w->cy) / w->unit;
  /* Black spreads towards white: a rising edge lies further along. */
  const double sign = s->edge->rising ? 1 : -1;
  memset(row, 0, ALL * sizeof *row);
  row[3 * axis] = u / depth, row[3 * axis + 1] = v / depth, row[3 * axis + 2] = 1 / depth;
  row[6] = -place[axis] * u / depth, row[7] = -place[axis] * v / depth;
  row[SPREAD] = -sign;
  *residual = place[axis] - s->edge->at - sign * w->p[SPREAD];
  *mm_per_px = fabs(ahead[axis] - place[axis]);
  return *mm_per_px > 0;
}

/* One Gauss-Newton step over the strips that are kept; false where they do not determine the map. */
static bool step(struct work *w, double *moved) {
  double right[ALL] = {0}, sum = 0;
  memset(w->normal, 0, sizeof w->normal);
  w->kept = 0;
  for (size_t i = 0; i < w->strips.count; i++) {
    const struct target_strip *s = &w->strips.items[i];
    double residual, row[ALL], mm;
    if (s->left_out || !residual_of(w, s, &residual, row, &mm)) continue;
    const double weight = 1 / (mm * mm * s->spread * s->spread);
    for (int a = 0; a < ALL; a++) {
      for (int b = 0; b <= a; b++) w->normal[a * ALL + b] += weight * row[a] * row[b];
      right[a] -= weight * row[a] * residual;
    }
    sum += weight * residual * residual;
    w->kept++;
  }
  if (w->kept <= ALL || !solve_symmetric(w->normal, right, ALL, right)) return false;
  w->scale_squared = sum / (double)(w->kept - ALL);
  *moved = 0;
  for (int a = 0; a < ALL; a++) {
    w->p[a] += right[a];
    const double relative = fabs(right[a]) / (fabs(w->p[a]) + 1e-6 * w->target->width);
    if (relative > *moved) *moved = relative;
  }
  return true;
}

/* Leaves out the strips whose residual is far beyond the others', and takes back those that are not. */
static enum status sift(struct work *w, struct fault *fault) {
  enum { MOST = 4 };
  double *sizes = calloc(w->strips.count + 1, sizeof *sizes), row[ALL], mm;
  if (!sizes) return fault_set(fault, STATUS_MEMORY, "marker: out of memory");
  for (size_t i = 0; i < w->strips.count; i++) {
    const struct target_strip *s = &w->strips.items[i];
    sizes[i] = residual_of(w, s, &sizes[i], row, &mm) ? fabs(sizes[i]) / mm : 1e9;
  }
  double *sorted = malloc((w->strips.count + 1) * sizeof *sorted);
  if (sorted) {
    memcpy(sorted, sizes, w->strips.count * sizeof *sorted);
    qsort(sorted, w->strips.count, sizeof *sorted, ascending);
    /* The median of a normal variable's size is 0.6745 standard deviations. */
    const double deviation = fmax(sorted[w->strips.count / 2] / 0.6745, 1e-3);
    for (size_t i = 0; i < w->strips.count; i++) w->strips.items[i].left_out = sizes[i] > MOST * deviation;
  }
  free(sizes);
  if (!sorted) return fault_set(fault, STATUS_MEMORY, "marker: out of memory");
  free(sorted);
  return STATUS_OK;
}

static bool settle(struct work *w) {
  for (int round = 0; round < ROUNDS; round++) {
    double moved;
    if (!step(w, &moved)) return false;
    if (moved < 1e-12) break;
  }
  return true;
}

/* The fitted map for photo pixels, from the one in normalised coordinates, or a change of it (last 0). */
static void to_pixels(const struct work *w, const double *p, double last, double h[9]) {
  for (int r = 0; r < 3; r++) {
    const double a = p[3 * r], b = p[3 * r + 1], c = r == 2 ? last : p[3 * r + 2];
    h[3 * r] = a / w->unit;
    h[3 * r + 1] = b / w->unit;
    h[3 * r + 2] = c - (a * w->cx + b * w->cy) / w->unit;
  }
}

static void from_start(struct work *w, const struct pose *start) {
  struct pose plane;
  struct pose_point middle = {0, 0}, corner = {0, 0};
  pose_apply(start, 0.5 * w->target->width, 0.5 * w->target->height, &middle);
  pose_apply(start, 0, 0, &corner);
  w->cx = middle.x, w->cy = middle.y;
  const double dx = corner.x - middle.x, dy = corner.y - middle.y;
  w->unit = fmax(sqrt(dx * dx + dy * dy), 1);
  pose_invert(start, &plane);
  const double *h = plane.h;
  double n[9];
  for (int r = 0; r < 3; r++) {
    n[3 * r] = h[3 * r] * w->unit, n[3 * r + 1] = h[3 * r + 1] * w->unit;
    n[3 * r + 2] = h[3 * r] * w->cx + h[3 * r + 1] * w->cy + h[3 * r + 2];
  }
  for (int i = 0; i < TARGET_PARAMETERS; i++) w->p[i] = n[i] / n[8];
  w->p[SPREAD] = 0;
}

void target_factor(const double *a, int n, double *l) {
  memset(l, 0, (size_t)n * (size_t)n * sizeof *l);
  for (int j = 0; j < n; j++) {
    double pivot = a[j * n + j];
    for (int k = 0; k < j; k++) pivot -= l[j * n + k] * l[j * n + k];
    if (!(pivot > 1e-14 * a[j * n + j]) || !(pivot > 0)) continue;
    l[j * n + j] = sqrt(pivot);
    for (int i = j + 1; i < n; i++) {
      double sum = a[i * n + j];
      for (int k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = sum / l[j * n + j];
    }
  }
}

/* What the strips of one edge say together. */
struct edge_sum {
  double weight, first, second; /* sums of the weights, of weighted residuals and of their squares, px */
  double pull[ALL];             /* what a shift of the whole edge by 1 px pulls at the parameters */
  size_t count;
};

/* The sums of the edge whose strips begin at *at, which moves behind them. */
static struct edge_sum sum_edge(const struct work *w, size_t *at) {
  struct edge_sum sum = {0};
  const struct target_edge *edge = w->strips.items[*at].edge;
  for (; *at < w->strips.count && w->strips.items[*at].edge == edge; ++*at) {
    const struct target_strip *s = &w->strips.items[*at];
    double residual, row[ALL], mm;
    if (s->left_out || !residual_of(w, s, &residual, row, &mm)) continue;
    const double weight = 1 / (s->spread * s->spread), px = residual / mm;
    sum.weight += weight, sum.first += weight * px, sum.second += weight * px * px;
    for (int a = 0; a < ALL; a++) sum.pull[a] += weight * row[a] / mm;
    sum.count++;
  }
  return sum;
}

/* Edges lie off as a whole, too, by uneven print and by what the edge's model leaves out: the variance between them,
 * px^2, beyond what their strips explain (DerSimonian and Laird, Controlled Clinical Trials 7, 1986). 0 where there is
 * none; *within is the strips' own, as scale_squared. `pulls` gets the sum of the edges' pulls, each with its
 * transpose. */
static double between_edges(const struct work *w, double *within, double *pulls) {
  double inside = 0, between = 0, weights = 0, squares = 0;
  size_t edges = 0, strips = 0;
  memset(pulls, 0, ALL * ALL * sizeof *pulls);
  for (size_t at = 0; at < w->strips.count;) {
    const struct edge_sum sum = sum_edge(w, &at);
    if (!sum.count) continue;
    const double mean = sum.first / sum.weight;
    inside += sum.second - mean * sum.first;
    between += sum.weight * mean * mean;
    weights += sum.weight, squares += sum.weight * sum.weight;
    for (int a = 0; a < ALL; a++)
      for (int b = 0; b < ALL; b++) pulls[a * ALL + b] += sum.pull[a] * sum.pull[b];
    edges++, strips += sum.count;
  }
  if (edges <= ALL || strips <= edges) return 0;
  *within = inside / (double)(strips - edges);
  return fmax(0, (between - (double)(edges - ALL) * *within) / (weights - squares / weights));
}

/* The covariance of the map's parameters, the spread being unknown too: N^-1 (s^2 N + t^2 P) N^-1 for the variance s^2
 * of strips and t^2 of edges, whose pulls are P. */
static bool covariance_of(const struct work *w, double c[TARGET_PARAMETERS * TARGET_PARAMETERS]) {
  double pulls[ALL * ALL], inverse[ALL][ALL], within = w->scale_squared;
  const double shared = between_edges(w, &within, pulls), own = shared > 0 ? within : w->scale_squared;
  for (int j = 0; j < ALL; j++) {
    memset(inverse[j], 0, sizeof inverse[j]);
    inverse[j][j] = 1;
    if (!solve_symmetric(w->normal, inverse[j], ALL, inverse[j])) return false;
  }
  for (int i = 0; i < TARGET_PARAMETERS; i++)
    for (int j = 0; j <= i; j++) {
      double sum = own * inverse[i][j];
      for (int a = 0; a < ALL; a++)
        for (int b = 0; b < ALL; b++) sum += shared * inverse[i][a] * pulls[a * ALL + b] * inverse[b][j];
      c[i * TARGET_PARAMETERS + j] = c[j * TARGET_PARAMETERS + i] = sum;
    }
  return true;
}

static bool marker_modes(const struct work *w, struct target_fit *fit) {
  double c[TARGET_PARAMETERS * TARGET_PARAMETERS], l[TARGET_PARAMETERS * TARGET_PARAMETERS];
  if (!covariance_of(w, c)) return false;
  target_factor(c, TARGET_PARAMETERS, l);
  for (int j = 0; j < TARGET_PARAMETERS; j++) {
    struct scale_mode *mode = &fit->modes[fit->mode_count++];
    double column[TARGET_PARAMETERS];
    for (int i = 0; i < TARGET_PARAMETERS; i++) column[i] = l[i * TARGET_PARAMETERS + j];
    *mode = (struct scale_mode){.name = "marker", .freedom = (double)(w->kept - ALL)};
    to_pixels(w, column, 0, mode->plane);
  }
  return true;
}

/* One standard deviation along each mode of the lens moves the straightened points, and the map with them. */
static bool lens_modes(struct work *w, struct target_fit *fit) {
  const struct target_photo *photo = w->photo;
  double l[LENS_VALUES * LENS_VALUES], kept[ALL], plane[9];
  if (!photo->lens) return true;
  target_factor(photo->lens_covariance, LENS_VALUES, l);
  memcpy(kept, w->p, sizeof kept);
  to_pixels(w, kept, 1, plane);
  bool good = true;
  for (int j = 0; j < LENS_VALUES && good; j++) {
    struct scale_mode mode = {.name = "calibration", .freedom = photo->lens_freedom};
    struct lens varied = *photo->lens;
    double size = 0, moved;
    for (int i = 0; i < LENS_VALUES; i++) {
      mode.lens[i] = l[i * LENS_VALUES + j];
      varied.value[i] += mode.lens[i];
      size += fabs(mode.lens[i]);
    }
    if (!(size > 0)) continue;
    good = target_strips_straighten(&w->strips, &varied) && step(w, &moved) && step(w, &moved);
    to_pixels(w, w->p, 1, mode.plane);
    for (int i = 0; i < 9; i++) mode.plane[i] -= plane[i];
    memcpy(w->p, kept, sizeof kept);
    fit->modes[fit->mode_count++] = mode;
  }
  return target_strips_straighten(&w->strips, photo->lens) && good;
}

static double residual_px(const struct work *w) {
  double sum = 0, row[ALL], residual, mm;
  size_t count = 0;
  for (size_t i = 0; i < w->strips.count; i++) {
    const struct target_strip *s = &w->strips.items[i];
    if (s->left_out || !residual_of(w, s, &residual, row, &mm)) continue;
    sum += residual * residual / (mm * mm);
    count++;
  }
  return count ? sqrt(sum / (double)count) : 0;
}

/* Whether what was measured is the target: most of its strips, and in line. */
static bool credible(const struct work *w, char *why, size_t room) {
  if (w->strips.count < ALL + 8 || 2 * w->strips.count < w->strips.sought) {
    snprintf(why, room, "only %zu of the marker's %zu edges are clear; expected it sharp, whole and evenly lit",
             w->strips.count, w->strips.sought);
    return false;
  }
  if (10 * w->kept < 7 * w->strips.count) {
    snprintf(why, room,
             "%zu of the marker's %zu edges are not where the others say; expected it flat, clean and of "
             "the stated kind",
             w->strips.count - w->kept, w->strips.count);
    return false;
  }
  return true;
}

static enum status fit_passes(struct work *w, bool *found, char *why, size_t room, struct fault *fault) {
  *found = false;
  for (int pass = 0; pass < PASSES; pass++) {
    double plane[9];
    struct pose map, back;
    to_pixels(w, w->p, 1, plane);
    memcpy(map.h, plane, sizeof map.h);
    if (!pose_invert(&map, &back)) break;
    enum status status = target_strips_measure(&w->strips, w->target, w->photo, &back, pass == 0, fault);
    if (status) return status;
    if (!settle(w)) break;
    for (int k = 0; k < 2; k++) {
      status = sift(w, fault);
      if (status) return status;
      if (!settle(w)) break;
    }
    if (!credible(w, why, room)) return STATUS_OK;
    *found = pass + 1 == PASSES;
  }
  if (!*found) snprintf(why, room, "the marker's edges do not determine its place; expected it sharp and whole");
  return STATUS_OK;
}

enum status target_fit(const struct target *target, const struct target_photo *photo, const struct pose *start,
                       struct target_fit *fit, bool *found, char *why, size_t room, struct fault *fault) {
  struct work w = {.target = target, .photo = photo};
  *fit = (struct target_fit){0};
  from_start(&w, start);
  enum status status = fit_passes(&w, found, why, room, fault);
  if (!status && *found) {
    to_pixels(&w, w.p, 1, fit->plane.h);
    fit->strips = w.strips.count;
    fit->outliers = w.strips.count - w.kept;
    fit->residual_px = residual_px(&w);
    fit->spread_mm = w.p[SPREAD];
    *found = marker_modes(&w, fit) && lens_modes(&w, fit);
    if (!*found) snprintf(why, room, "the marker's edges do not determine its place; expected it sharp and whole");
  }
  target_strips_free(&w.strips);
  return status;
}
