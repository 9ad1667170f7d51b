#include "engine/pose.h"

#include "engine/solve.h"

#include <math.h>
#include <string.h>

struct pose pose_identity(void) {
  return (struct pose){{1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

static bool normalise(double *h) {
  double last = h[8];
  if (!(fabs(last) > 1e-12)) return false;
  for (int i = 0; i < 9; i++) {
    h[i] /= last;
    if (!isfinite(h[i])) return false;
  }
  return true;
}

static void multiply(const double *a, const double *b, double *out) {
  double c[9];
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) c[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
  memcpy(out, c, sizeof c);
}

bool pose_compose(const struct pose *outer, const struct pose *inner, struct pose *pose) {
  multiply(outer->h, inner->h, pose->h);
  return normalise(pose->h);
}

bool pose_invert(const struct pose *pose, struct pose *inverse) {
  const double *m = pose->h;
  double c[9] = {m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                 m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                 m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  double determinant = m[0] * c[0] + m[1] * c[3] + m[2] * c[6];
  if (!(fabs(determinant) > 1e-12)) return false;
  memcpy(inverse->h, c, sizeof c);
  return normalise(inverse->h);
}

/* x_n = (x + 0.5) / 2^n - 0.5 as a matrix, and its inverse for negative n. */
static struct pose level_pose(int n) {
  double s = n >= 0 ? 1.0 / (double)(1 << n) : (double)(1 << -n);
  return (struct pose){{s, 0, 0.5 * s - 0.5, 0, s, 0.5 * s - 0.5, 0, 0, 1}};
}

static struct pose between(const struct pose *pose, int golden_level, int photo_level) {
  struct pose golden = level_pose(-golden_level), photo = level_pose(photo_level), out;
  multiply(pose->h, golden.h, out.h);
  multiply(photo.h, out.h, out.h);
  normalise(out.h);
  return out;
}

struct pose pose_to_levels(const struct pose *pose, int golden_level, int photo_level) {
  return between(pose, golden_level, photo_level);
}

struct pose pose_from_levels(const struct pose *pose, int golden_level, int photo_level) {
  return between(pose, -golden_level, -photo_level);
}

double pose_scale_at(const struct pose *pose, double x, double y) {
  const double *h = pose->h;
  struct pose_point p;
  if (!pose_apply(pose, x, y, &p)) return 0;
  double w = h[6] * x + h[7] * y + h[8];
  double xx = (h[0] - p.x * h[6]) / w, xy = (h[1] - p.x * h[7]) / w;
  double yx = (h[3] - p.y * h[6]) / w, yy = (h[4] - p.y * h[7]) / w;
  double determinant = xx * yy - xy * yx;
  return determinant > 0 ? sqrt(determinant) : 0;
}

bool pose_plausible(const struct pose *pose, int width, int height) {
  double least = 0, most = 0;
  for (int i = 0; i < 9; i++) {
    double s = pose_scale_at(pose, (i % 3) * 0.5 * (width - 1), (i / 3) * 0.5 * (height - 1));
    if (!(s > 0.125 && s < 8)) return false;
    if (i == 0 || s < least) least = s;
    if (i == 0 || s > most) most = s;
  }
  return most <= 4 * least;
}

/* ---- least squares ---- */

struct frame {
  double x, y, scale; /* normalised = (p - middle) * scale */
};

static bool frame_of(const struct pose_point *p, const double *weight, size_t count, struct frame *frame) {
  double sum = 0, x = 0, y = 0, spread = 0;
  for (size_t i = 0; i < count; i++) sum += weight[i], x += weight[i] * p[i].x, y += weight[i] * p[i].y;
  if (!(sum > 0)) return false;
  x /= sum, y /= sum;
  for (size_t i = 0; i < count; i++) spread += weight[i] * ((p[i].x - x) * (p[i].x - x) + (p[i].y - y) * (p[i].y - y));
  spread = sqrt(spread / sum);
  *frame = (struct frame){x, y, spread > 1e-9 ? 1 / spread : 1};
  return true;
}

/* Translation, rotation and, unless `rigid`, scale: closed form (Umeyama's in the plane). */
static bool fit_similarity(const struct pose_point *from, const struct pose_point *to, const double *weight,
                           size_t count, bool rigid, struct pose *pose) {
  struct frame a, b;
  if (!frame_of(from, weight, count, &a) || !frame_of(to, weight, count, &b)) return false;
  double dot = 0, cross = 0, norm = 0;
  for (size_t i = 0; i < count; i++) {
    double ux = from[i].x - a.x, uy = from[i].y - a.y, vx = to[i].x - b.x, vy = to[i].y - b.y;
    dot += weight[i] * (ux * vx + uy * vy);
    cross += weight[i] * (ux * vy - uy * vx);
    norm += weight[i] * (ux * ux + uy * uy);
  }
  double length = rigid ? sqrt(dot * dot + cross * cross) : norm;
  if (!(length > 1e-12)) return false;
  double c = dot / length, s = cross / length;
  *pose = (struct pose){{c, -s, b.x - c * a.x + s * a.y, s, c, b.y - s * a.x - c * a.y, 0, 0, 1}};
  return true;
}

static bool fit_affine(const struct pose_point *from, const struct pose_point *to, const double *weight, size_t count,
                       struct pose *pose) {
  struct frame f;
  if (!frame_of(from, weight, count, &f)) return false;
  double a[9] = {0}, bx[3] = {0}, by[3] = {0};
  for (size_t i = 0; i < count; i++) {
    double r[3] = {(from[i].x - f.x) * f.scale, (from[i].y - f.y) * f.scale, 1};
    for (int j = 0; j < 3; j++) {
      for (int k = 0; k < 3; k++) a[3 * j + k] += weight[i] * r[j] * r[k];
      bx[j] += weight[i] * r[j] * to[i].x;
      by[j] += weight[i] * r[j] * to[i].y;
    }
  }
  if (!solve_symmetric(a, bx, 3, bx) || !solve_symmetric(a, by, 3, by)) return false;
  struct pose linear = {{bx[0], bx[1], bx[2], by[0], by[1], by[2], 0, 0, 1}};
  struct pose into = {{f.scale, 0, -f.x * f.scale, 0, f.scale, -f.y * f.scale, 0, 0, 1}};
  return pose_compose(&linear, &into, pose);
}

/* Direct linear transform in normalised coordinates with the ninth element 1; two rounds, the second weighted so that
 * distances are measured in the photo. */
static bool fit_homography(const struct pose_point *from, const struct pose_point *to, const double *weight,
                           size_t count, struct pose *pose) {
  struct frame f, t;
  if (!frame_of(from, weight, count, &f) || !frame_of(to, weight, count, &t)) return false;
  double p[8] = {0};
  for (int round = 0; round < 2; round++) {
    double a[64] = {0}, b[8] = {0};
    for (size_t i = 0; i < count; i++) {
      double u = (from[i].x - f.x) * f.scale, v = (from[i].y - f.y) * f.scale;
      double x = (to[i].x - t.x) * t.scale, y = (to[i].y - t.y) * t.scale;
      double depth = 1 + p[6] * u + p[7] * v;
      if (!(depth > 1e-3)) depth = 1e-3;
      double w = weight[i] / (depth * depth);
      double rx[8] = {u, v, 1, 0, 0, 0, -u * x, -v * x}, ry[8] = {0, 0, 0, u, v, 1, -u * y, -v * y};
      for (int j = 0; j < 8; j++) {
        for (int k = 0; k <= j; k++) a[8 * j + k] += w * (rx[j] * rx[k] + ry[j] * ry[k]);
        b[j] += w * (rx[j] * x + ry[j] * y);
      }
    }
    if (!solve_symmetric(a, b, 8, p)) return false;
  }
  struct pose linear = {{p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], 1}};
  struct pose into = {{f.scale, 0, -f.x * f.scale, 0, f.scale, -f.y * f.scale, 0, 0, 1}};
  struct pose back = {{1 / t.scale, 0, t.x, 0, 1 / t.scale, t.y, 0, 0, 1}};
  return pose_compose(&linear, &into, &linear) && pose_compose(&back, &linear, pose);
}

size_t pose_minimum(enum motion motion) {
  switch (motion) {
  case MOTION_TRANSLATION:
    return 1;
  case MOTION_RIGID:
  case MOTION_SIMILARITY:
    return 2;
  case MOTION_AFFINE:
    return 3;
  case MOTION_HOMOGRAPHY:
    return 4;
  }
  return 4;
}

bool pose_fit(enum motion motion, const struct pose_point *from, const struct pose_point *to, const double *weight,
              size_t count, struct pose *pose) {
  if (count < pose_minimum(motion)) return false;
  if (motion == MOTION_TRANSLATION) {
    struct frame a, b;
    if (!frame_of(from, weight, count, &a) || !frame_of(to, weight, count, &b)) return false;
    *pose = (struct pose){{1, 0, b.x - a.x, 0, 1, b.y - a.y, 0, 0, 1}};
    return true;
  }
  if (motion == MOTION_AFFINE) return fit_affine(from, to, weight, count, pose);
  if (motion == MOTION_HOMOGRAPHY) return fit_homography(from, to, weight, count, pose);
  return fit_similarity(from, to, weight, count, motion == MOTION_RIGID, pose);
}

/* ---- small motions ---- */

size_t pose_parameters(enum motion motion) {
  switch (motion) {
  case MOTION_TRANSLATION:
    return 2;
  case MOTION_RIGID:
    return 3;
  case MOTION_SIMILARITY:
    return 4;
  case MOTION_AFFINE:
    return 6;
  case MOTION_HOMOGRAPHY:
    return 8;
  }
  return 8;
}

void pose_basis(enum motion motion, double u, double v, double *basis) {
  size_t n = pose_parameters(motion);
  double *x = basis, *y = basis + n;
  memset(basis, 0, 2 * n * sizeof *basis);
  x[0] = 1, y[1] = 1;
  if (motion == MOTION_RIGID || motion == MOTION_SIMILARITY) x[2] = -v, y[2] = u;
  if (motion == MOTION_SIMILARITY) x[3] = u, y[3] = v;
  if (motion == MOTION_AFFINE || motion == MOTION_HOMOGRAPHY) x[2] = u, x[3] = v, y[4] = u, y[5] = v;
  if (motion == MOTION_HOMOGRAPHY) x[6] = u * u, x[7] = u * v, y[6] = u * v, y[7] = v * v;
}

bool pose_move(enum motion motion, const double *p, double cx, double cy, double unit, struct pose *pose) {
  double m[9] = {1, 0, p[0], 0, 1, p[1], 0, 0, 1};
  if (motion == MOTION_RIGID || motion == MOTION_SIMILARITY) {
    /* A true rotation from the small angle, by half-angle tangents: rational, so the same on every processor. */
    double t = 0.5 * p[2], c = (1 - t * t) / (1 + t * t), s = 2 * t / (1 + t * t);
    double scale = motion == MOTION_SIMILARITY ? 1 + p[3] : 1;
    if (!(scale > 0.5 && scale < 2)) return false;
    m[0] = scale * c, m[1] = -scale * s, m[3] = scale * s, m[4] = scale * c;
  } else if (motion == MOTION_AFFINE || motion == MOTION_HOMOGRAPHY) {
    m[0] = 1 + p[2], m[1] = p[3], m[3] = p[4], m[4] = 1 + p[5];
    if (motion == MOTION_HOMOGRAPHY) m[6] = -p[6], m[7] = -p[7];
  }
  struct pose small, into = {{1 / unit, 0, -cx / unit, 0, 1 / unit, -cy / unit, 0, 0, 1}};
  struct pose back = {{unit, 0, cx, 0, unit, cy, 0, 0, 1}};
  memcpy(small.h, m, sizeof m);
  struct pose moved;
  if (!pose_compose(&small, &into, &moved) || !pose_compose(&back, &moved, &moved) ||
      !pose_compose(pose, &moved, &moved))
    return false;
  *pose = moved;
  return true;
}

double pose_corner_error(const struct pose *a, const struct pose *b, int width, int height) {
  double sum = 0;
  for (int corner = 0; corner < 4; corner++) {
    double x = corner & 1 ? width - 1 : 0, y = corner & 2 ? height - 1 : 0;
    struct pose_point p, q;
    if (!pose_apply(a, x, y, &p) || !pose_apply(b, x, y, &q)) return INFINITY;
    sum += sqrt((p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y));
  }
  return sum / 4;
}
