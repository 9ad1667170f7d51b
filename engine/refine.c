#include "engine/refine.h"

#include "engine/field.h"
#include "engine/solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Residuals at an edge are mostly misplacement and light that does not fit yet. A cut that is nearer trims one side of
 * the edge more than the other and pulls the pose after it, further with every step. */
static const double CUT_SIGMAS = 8, LEAST_CUT = 8, MOST_CUT = 127;

/* A field that moved by less, in pixels of the level, is where it wants to be: before that corners lag behind, which
 * the robust weights hold for parts that moved by themselves. One that moved and left not at least FIELD_GAIN less of
 * the residuals is drawn by a texture of the photo's own. One that moves by FIELD_FAR at once is too far for this
 * level: it is looked for on the one above first, where it has LEAST_TILES either way. */
static const double FIELD_STILL = 0.03, FIELD_GAIN = 0.01, FIELD_FAR = 0.2;
enum { LEAST_TILES = 6, FAR_ROUNDS = 3 };

/* Reweighting of the light on the way to the pose, where the next step finds another. */
enum { ROUGH_ROUNDS = 3 };

/* The 99.9 % quantile of chi-squared with two degrees of freedom. */
static const double PERSPECTIVE_CHI = 13.816;

/* How far a tile's own gain and offset may lie from the fitted light: a local gloss or shade, not a defect. */
static const double GAIN_SPREAD = 0.05, OFFSET_SPREAD = 3.0;

struct tile_equation tile_equation(const int64_t *sums, const int32_t *light, double sigma) {
  /* Sums are in units of: weight 1/64, gradient 1/2 level a pixel, residual 1/16 level. */
  double gain = light[0] / 4096.0, w = 1.0 / 64;
  double g = w * 0.5 * gain;
  double xg = g * (double)sums[SUM_XG], x = g * (double)sums[SUM_X];
  double yg = g * (double)sums[SUM_YG], y = g * (double)sums[SUM_Y];
  double noise = sigma * sigma;
  double gg = w * (double)sums[SUM_GG] + noise / (GAIN_SPREAD * GAIN_SPREAD), g1 = w * (double)sums[SUM_G];
  double one = w * (double)sums[SUM_W] + noise / (OFFSET_SPREAD * OFFSET_SPREAD);
  double ge = w * (double)sums[SUM_GE] / 16, e = w * (double)sums[SUM_E] / 16;
  double determinant = gg * one - g1 * g1;
  /* An even tile without noise, which can tell nothing from its own gain and offset. */
  if (!(determinant > 0)) return (struct tile_equation){0, 0, 0, 0, 0};
  double gain_e = (one * ge - g1 * e) / determinant, offset_e = (gg * e - g1 * ge) / determinant;
  double gain_x = (one * xg - g1 * x) / determinant, offset_x = (gg * x - g1 * xg) / determinant;
  double gain_y = (one * yg - g1 * y) / determinant, offset_y = (gg * y - g1 * yg) / determinant;
  struct tile_equation q;
  q.xx = 0.5 * gain * g * (double)sums[SUM_XX] - (xg * gain_x + x * offset_x);
  q.xy = 0.5 * gain * g * (double)sums[SUM_XY] - (xg * gain_y + x * offset_y);
  q.yy = 0.5 * gain * g * (double)sums[SUM_YY] - (yg * gain_y + y * offset_y);
  q.bx = g * (double)sums[SUM_XE] / 16 - (xg * gain_e + x * offset_e);
  q.by = g * (double)sums[SUM_YE] / 16 - (yg * gain_e + y * offset_e);
  return q;
}

static const int64_t *tile_sums(const struct tiles *t, int column, int row) {
  return t->sums + ((size_t)row * (size_t)t->columns + (size_t)column) * KERNEL_SUMS;
}

static const int32_t *tile_light(const struct tiles *t, int column, int row) {
  return t->light + ((size_t)row * (size_t)t->columns + (size_t)column) * 2;
}

/* Spread of residuals, correlation within tiles, and how much was seen. */
static void judge(struct refine *r) {
  const struct tiles *t = r->tiles;
  double weight = 0, squares = 0, golden = 0, photo = 0, both = 0, seen = 0;
  for (int j = 0; j < t->rows; j++)
    for (int i = 0; i < t->columns; i++) {
      const int64_t *s = tile_sums(t, i, j);
      seen += (double)s[SUM_SEEN];
      if (s[SUM_W] < 64 * 16) continue;
      double w = (double)s[SUM_W], gain = tile_light(t, i, j)[0] / 4096.0;
      double var = (double)s[SUM_GG] - (double)s[SUM_G] * (double)s[SUM_G] / w;
      double cov = ((double)s[SUM_GE] - (double)s[SUM_G] * (double)s[SUM_E] / w) / 16;
      double err = ((double)s[SUM_EE] - (double)s[SUM_E] * (double)s[SUM_E] / w) / 256;
      weight += w, squares += (double)s[SUM_EE] / 256;
      golden += var, both += gain * var + cov, photo += gain * gain * var + 2 * gain * cov + err;
    }
  r->seen = seen;
  r->sigma = weight > 0 ? 1.1 * sqrt(squares / weight) : 127;
  r->correlation = golden > 0 && photo > 0 ? both / sqrt(golden * photo) : 0;
  r->variance[0] = weight > 0 ? golden / weight : 0, r->variance[1] = weight > 0 ? photo / weight : 0;
}

/* The light from the tiles' means. */
static enum status relight(struct refine *r, int order, int rounds, struct fault *fault) {
  const struct tiles *t = r->tiles;
  size_t count = 0;
  struct light_sample *samples = malloc((size_t)t->columns * (size_t)t->rows * sizeof *samples);
  if (!samples) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  for (int j = 0; j < t->rows; j++)
    for (int i = 0; i < t->columns; i++) {
      const int64_t *s = tile_sums(t, i, j);
      const int32_t *l = tile_light(t, i, j);
      if (s[SUM_W] < 64 * 16) continue;
      double w = (double)s[SUM_W], golden = (double)s[SUM_G] / w;
      double photo = golden * l[0] / 4096 + l[1] / 16.0 + (double)s[SUM_E] / w / 16;
      samples[count++] = (struct light_sample){tiles_middle(t, i), tiles_middle(t, j), golden, photo, w / 64};
    }
  enum status status = light_fit(samples, count, order, rounds, &r->light, fault);
  free(samples);
  return status;
}

/* `light_only`: what tells the light alone, which the rest is not judged by. */
static enum status measure(struct refine *r, int level, bool light_only, struct fault *fault) {
  int photo_level = placement_photo_level(r->placement, level, r->golden->level[0].width, r->golden->level[0].height,
                                          r->photo->count);
  struct tiles_call call = {.golden = &r->golden->level[level],
                            .mask = r->mask && level < r->mask->count ? &r->mask->level[level] : NULL,
                            .photo = &r->photo->level[photo_level],
                            .golden_level = level,
                            .photo_level = photo_level,
                            .placement = r->placement,
                            .light = &r->light,
                            .cut = r->cut,
                            .light_only = light_only};
  enum status status = tiles_measure(r->device, r->tiles, &call, fault);
  r->measured = r->placement->pose, r->still = false, r->photo_level = photo_level;
  if (!status && !light_only) judge(r);
  return status;
}

enum status refine_measure(struct refine *r, int level, struct fault *fault) {
  return measure(r, level, false, fault);
}

void refine_next_cut(struct refine *r) {
  double cut = (r->trim > 0 ? r->trim : CUT_SIGMAS) * r->sigma;
  r->cut = cut < LEAST_CUT ? LEAST_CUT : cut > MOST_CUT ? MOST_CUT : cut;
}

/* The normalised coordinates of a motion's parameters: about the golden's middle, half its larger side long. */
struct frame {
  double width, height, cx, cy, unit;
};

static struct frame frame_of(const struct refine *r) {
  double width = (double)r->golden->level[0].width, height = (double)r->golden->level[0].height;
  return (struct frame){width, height, 0.5 * (width - 1), 0.5 * (height - 1), 0.5 * (width > height ? width : height)};
}

/* Normal equations of the motion's parameters, in pixels of the level: a x = b, a's lower triangle, row by row. */
static void normal_equations(const struct refine *r, const struct frame *f, double *a, double *b) {
  const struct tiles *t = r->tiles;
  size_t n = pose_parameters(r->motion);
  double basis[16];
  for (int j = 0; j < t->rows; j++)
    for (int i = 0; i < t->columns; i++) {
      const int64_t *s = tile_sums(t, i, j);
      if (s[SUM_W] < 64 * 16) continue;
      struct tile_equation q = tile_equation(s, tile_light(t, i, j), r->sigma);
      pose_basis(r->motion, (tiles_middle(t, i) - f->cx) / f->unit, (tiles_middle(t, j) - f->cy) / f->unit, basis);
      const double *x = basis, *y = basis + n;
      for (size_t k = 0; k < n; k++) {
        double qx = q.xx * x[k] + q.xy * y[k], qy = q.xy * x[k] + q.yy * y[k];
        for (size_t l = 0; l <= k; l++) a[k * n + l] += qx * x[l] + qy * y[l];
        b[k] -= q.bx * x[k] + q.by * y[k];
      }
    }
}

/* One step of the pose. Returns how far the golden's corners moved, in pixels of the level; negative: no step. */
static double step(struct refine *r) {
  const struct tiles *t = r->tiles;
  const struct frame f = frame_of(r);
  size_t n = pose_parameters(r->motion);
  double a[64] = {0}, b[8] = {0};
  normal_equations(r, &f, a, b);
  for (size_t k = 0; k < n; k++) a[k * n + k] *= 1 + 1e-9;
  if (!solve_symmetric(a, b, n, b)) return -1;
  /* In units of `unit` golden pixels; the equations are in pixels of the level. */
  double scale = (double)(1 << t->level) / f.unit;
  for (size_t k = 0; k < n; k++) b[k] *= scale;
  struct pose before = r->placement->pose;
  if (!pose_move(r->motion, b, f.cx, f.cy, f.unit, &r->placement->pose) ||
      !pose_plausible(&r->placement->pose, (int)f.width, (int)f.height)) {
    r->placement->pose = before;
    return -1;
  }
  double moved = 0;
  for (int corner = 0; corner < 4; corner++) {
    double x = corner & 1 ? f.width - 1 : 0, y = corner & 2 ? f.height - 1 : 0;
    struct pose_point p, q;
    if (!pose_apply(&before, x, y, &p) || !pose_apply(&r->placement->pose, x, y, &q)) continue;
    double d = sqrt((p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y));
    if (d > moved) moved = d;
  }
  double size = pose_scale_at(&r->placement->pose, f.cx, f.cy) * (double)(1 << t->level);
  return size > 0 ? moved / size : -1;
}

enum status refine_pose(struct refine *r, int level, int rounds, double still, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int round = 0; round < rounds; round++) {
    status = refine_measure(r, level, fault);
    if (status) return status;
    double moved = step(r);
    status = relight(r, round || r->light.order ? 2 : 0, ROUGH_ROUNDS, fault);
    if (status || moved < 0) return status;
    refine_next_cut(r);
    r->still = moved < still;
    if (r->still) break;
  }
  return status;
}

enum status refine_light(struct refine *r, int level, struct fault *fault) {
  enum status status = measure(r, level, true, fault);
  if (!status) status = relight(r, LIGHT_MAX_ORDER, LIGHT_ROUNDS, fault);
  return status ? status : refine_measure(r, level, fault);
}

bool refine_perspective_told(const struct refine *r) {
  enum { N = 8, FIRST = 6 };
  const struct frame f = frame_of(r);
  const double *h = r->placement->pose.h;
  double a[N * N] = {0}, b[N] = {0}, rest[2][FIRST], scale = f.unit / (double)(1 << r->tiles->level);
  /* Along the golden the depth goes as 1 - p u - q v. */
  double depth = h[6] * f.cx + h[7] * f.cy + 1;
  const double p[2] = {-h[6] * f.unit / depth * scale, -h[7] * f.unit / depth * scale};
  double left[FIRST * FIRST], chi = 0;
  normal_equations(r, &f, a, b);
  for (int i = 0; i < FIRST; i++) memcpy(&left[i * FIRST], &a[i * N], FIRST * sizeof *left);
  for (int k = 0; k < 2; k++)
    if (!solve_symmetric(left, &a[(FIRST + k) * N], FIRST, rest[k])) return true;
  /* What is left of the two parameters' information when the other six are free. */
  for (int k = 0; k < 2; k++)
    for (int l = 0; l < 2; l++) {
      double information = l <= k ? a[(FIRST + k) * N + FIRST + l] : a[(FIRST + l) * N + FIRST + k];
      for (int i = 0; i < FIRST; i++) information -= a[(FIRST + k) * N + i] * rest[l][i];
      chi += p[k] * information * p[l];
    }
  return chi > PERSPECTIVE_CHI * r->sigma * r->sigma;
}

/* What takes the present pose back to that of the last measurement, which was without a field. */
static void fill_back(const struct refine *r) {
  const struct tiles *t = r->tiles;
  struct field *field = &r->placement->field;
  struct pose back;
  struct pose_point at;
  if (!r->still || !pose_invert(&r->placement->pose, &back) || !pose_compose(&back, &r->measured, &back)) return;
  for (int j = 0; j < t->rows; j++)
    for (int i = 0; i < t->columns; i++) {
      double x = tiles_middle(t, i), y = tiles_middle(t, j);
      if (!pose_apply(&back, x, y, &at)) continue;
      size_t k = (size_t)j * (size_t)t->columns + (size_t)i;
      field->x[k] = at.x - x, field->y[k] = at.y - y;
    }
}

/* Brings the field to the points of the last measurement: from none, or what it is, which `kept` has memory for. */
static enum status fit_field(struct refine *r, int level, bool zero, struct field *kept, struct fault *fault) {
  const struct tiles *t = r->tiles;
  struct field *field = &r->placement->field, before = *kept;
  double spacing = KERNEL_CELL * (double)(1 << level);
  if (zero) {
    enum status status = field_reserve(field, t->columns, t->rows, spacing, tiles_middle(t, 0), fault);
    if (!status) fill_back(r);
    return status;
  }
  if (field->spacing == spacing) return STATUS_OK;
  *kept = *field, *field = before;
  enum status status = field_reserve(field, t->columns, t->rows, spacing, tiles_middle(t, 0), fault);
  for (int j = 0; j < t->rows && !status; j++)
    for (int i = 0; i < t->columns; i++) {
      struct pose_point d = field_at(kept, tiles_middle(t, i), tiles_middle(t, j));
      size_t at = (size_t)j * (size_t)t->columns + (size_t)i;
      field->x[at] = d.x, field->y[at] = d.y;
    }
  return status;
}

static bool has_coarser(const struct refine *r, int level) {
  if (level + 1 >= r->golden->count) return false;
  const struct kernel_image *image = &r->golden->level[level + 1];
  return KERNEL_TILES(image->width) >= LEAST_TILES && KERNEL_TILES(image->height) >= LEAST_TILES;
}

/* Up to so many rounds; `zero`: from no field; `measured`: the last measurement is of this level and no field. *far: it
 * stopped at the first one, which went too far for the level. */
static enum status field_rounds(struct refine *r, int level, int rounds, double bound, bool zero, bool measured,
                                struct field *kept, double *rms, bool *far, struct fault *fault) {
  enum status status = STATUS_OK;
  bool done = false, may_be_far = zero && has_coarser(r, level);
  double before = 0, moved;
  *far = false;
  for (int round = 0; !done; round++) {
    if (round || !measured) status = refine_measure(r, level, fault);
    if (status) return status;
    done = round && r->sigma > (1 - FIELD_GAIN) * before;
    before = r->sigma;
    if (!round) status = fit_field(r, level, zero, kept, fault);
    if (!status && !done) {
      status = field_step(r->tiles, r->sigma, bound, &r->placement->field, rms, &moved, fault);
      *far = may_be_far && !round && moved > FIELD_FAR * (double)(1 << level);
      done = round + 1 >= rounds || moved < FIELD_STILL * (double)(1 << level);
    }
    if (status || *far) return status;
    status = relight(r, LIGHT_MAX_ORDER, done ? LIGHT_ROUNDS : ROUGH_ROUNDS, fault);
    if (status) return status;
    refine_next_cut(r);
  }
  return STATUS_OK;
}

enum status refine_field(struct refine *r, int level, int rounds, double bound, double *rms, struct fault *fault) {
  struct field kept = {.columns = 0};
  bool far = true;
  int at = level;
  enum status status = STATUS_OK;
  *rms = 0;
  for (; far && !status; at++) {
    r->placement->field.columns = 0;
    status = field_rounds(r, at, at == level ? rounds : FAR_ROUNDS, bound, true, at == level, &kept, rms, &far, fault);
  }
  for (at -= 2; at >= level && !status; at--)
    status = field_rounds(r, at, at == level ? rounds : FAR_ROUNDS, bound, false, false, &kept, rms, &far, fault);
  field_free(&kept);
  return status;
}
