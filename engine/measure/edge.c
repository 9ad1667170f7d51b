#include "engine/measure/edge.h"

#include "engine/measure/normal_table.h"

#include <math.h>

/* The normal distribution and its density. */
struct normal {
  double share, density;
};

/* By Taylor's series about the nearest row of the table, to 1e-10. */
static struct normal normal(double z) {
  double size = z < 0 ? -z : z;
  if (!(size < 9)) return (struct normal){z > 0, 0};
  int row = (int)(size * NORMAL_STEPS + 0.5);
  double at = (double)row / NORMAL_STEPS, t = size - at, square = at * at, density = normal_table[row][1];
  double second = square - 1, third = at * (square - 3), fourth = square * (square - 6) + 3;
  double rise = t * (1 + t * (-at / 2 + t * (second / 6 + t * (-third / 24 + t * fourth / 120))));
  double share = normal_table[row][0] + density * rise;
  density *= 1 + t * (-at + t * (second / 2 + t * (-third / 6 + t * fourth / 24)));
  return (struct normal){z < 0 ? 1 - share : share, density};
}

static struct edge_response straight(double sigma, double box, double d) {
  double far = (d + 0.5 * box) / sigma, near = (d - 0.5 * box) / sigma;
  struct normal p = normal(far), m = normal(near);
  struct edge_response r;
  r.value = sigma * (far * p.share + p.density - near * m.share - m.density) / box;
  r.slope = (p.share - m.share) / box;
  r.by_sigma = (p.density - m.density) / box;
  r.bend = r.by_sigma / sigma;
  return r;
}

/* Where the blur falls back by less along a curved edge, px, its mean place is all there is to see: what else the curve
 * does is about 1e-4 px. */
static const double SLIGHT = 0.08;

/* Blur along the edge: that across, without the smaller part of the pixel, and the pixel's 1/12, whatever its angle. */
static double variance_along(const struct edge_shape *shape) {
  return shape->sigma * shape->sigma + shape->box * shape->box / 12;
}

/* The part of the response at `node` deviations along the edge, where the circle has fallen back. */
static void add_node(const struct edge_shape *shape, double d, double node, double weight, struct edge_response *sum) {
  double k = shape->curvature, variance = node * node * variance_along(shape), root = 1 - k * k * variance;
  double back = -k * variance / (1 + sqrt(root > 0 ? root : 0));
  struct edge_response side = straight(shape->sigma, shape->box, d - back);
  sum->value += weight * side.value;
  sum->slope += weight * side.slope;
  sum->bend += weight * side.bend;
  sum->by_sigma += weight * (side.by_sigma - side.slope * 2 * back * shape->sigma / variance_along(shape));
}

struct edge_response edge_response(const struct edge_shape *shape, double d) {
  double bow = shape->curvature * variance_along(shape);
  if (bow > -SLIGHT && bow < SLIGHT) return straight(shape->sigma, shape->box, d + 0.5 * bow);
  struct edge_response sum = {0, 0, 0, 0};
  add_node(shape, d, 0, 8.0 / 15, &sum);
  add_node(shape, d, 1.3556261799742659, 0.44415184554016907, &sum);
  add_node(shape, d, 2.8569700138728056, 0.02251482112649760, &sum);
  return sum;
}

/* The shape of an edge that lies at `place` of a profile whose circle has the curvature given: a parallel circle. */
static struct edge_shape at_place(const struct edge_shape *shape, double place) {
  struct edge_shape s = *shape;
  double wide = 1 + s.curvature * place;
  if (wide > 0.1) s.curvature /= wide;
  return s;
}

/* Mean distance of a bin's pixels. */
static double bin_place(const struct edge_profile *p, int32_t i) {
  const struct kernel_bin *b = &p->bins[i];
  double fine = ((double)b->place / (double)b->count + 0.5) / 4096;
  return p->first + (i + fine) / KERNEL_PROFILE_SCALE;
}

/* ---- four parameters ---- */

enum { PARAMETERS = 4, ROUNDS = 12 };

/* Solves the 4 x 4 (or smaller) symmetric system in place by Cholesky; `inverse` gets the first diagonal element of the
 * inverse. */
static bool solve_small(double *a, double *b, int n, double *inverse) {
  double e[PARAMETERS] = {1, 0, 0, 0};
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++) {
      double sum = a[i * PARAMETERS + j];
      for (int k = 0; k < j; k++) sum -= a[i * PARAMETERS + k] * a[j * PARAMETERS + k];
      if (i == j) {
        if (!(sum > 1e-12 * a[i * PARAMETERS + i])) return false;
        a[i * PARAMETERS + i] = sqrt(sum);
      } else {
        a[i * PARAMETERS + j] = sum / a[j * PARAMETERS + j];
      }
    }
  *inverse = 0;
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < i; k++) b[i] -= a[i * PARAMETERS + k] * b[k], e[i] -= a[i * PARAMETERS + k] * e[k];
    b[i] /= a[i * PARAMETERS + i], e[i] /= a[i * PARAMETERS + i];
    *inverse += e[i] * e[i];
  }
  for (int i = n - 1; i >= 0; i--) {
    for (int k = i + 1; k < n; k++) b[i] -= a[k * PARAMETERS + i] * b[k];
    b[i] /= a[i * PARAMETERS + i];
  }
  return true;
}

static void add_bin(const double *row, double weight, double residual, int n, double *a, double *b) {
  for (int i = 0; i < n; i++) {
    double w = weight * row[i];
    for (int j = 0; j <= i; j++) a[i * PARAMETERS + j] += w * row[j];
    b[i] += w * residual;
  }
}

/* Level and contrast for a place and sigma: linear. */
static bool fit_levels(const struct edge_profile *p, const struct edge_shape *shape, double place,
                       struct edge_fit *fit) {
  double n = 0, e = 0, ee = 0, v = 0, ev = 0;
  struct edge_shape own = at_place(shape, place);
  for (int32_t i = 0; i < p->count; i++) {
    if (!p->bins[i].count) continue;
    double w = p->bins[i].count, r = edge_response(&own, bin_place(p, i) - place).value;
    double sum = p->bins[i].sum;
    n += w, e += w * r, ee += w * r * r, v += sum, ev += r * sum;
  }
  double determinant = n * ee - e * e;
  if (!(determinant > 1e-6 * n * n)) return false;
  fit->contrast = (n * ev - e * v) / determinant;
  fit->level = (v - fit->contrast * e) / n;
  return true;
}

/* One Gauss-Newton step; how far the place and the blur moved, px, or -1. */
static double fit_step(const struct edge_profile *p, struct edge_shape *shape, struct edge_fit *fit) {
  double a[PARAMETERS * PARAMETERS] = {0}, b[PARAMETERS] = {0}, inverse;
  struct edge_shape own = at_place(shape, fit->place);
  fit->residual = 0, fit->freedom = -PARAMETERS;
  for (int32_t i = 0; i < p->count; i++) {
    const struct kernel_bin *bin = &p->bins[i];
    if (!bin->count) continue;
    struct edge_response r = edge_response(&own, bin_place(p, i) - fit->place);
    double residual = (double)bin->sum / (double)bin->count - fit->level - fit->contrast * r.value;
    double row[PARAMETERS] = {-fit->contrast * r.slope, fit->contrast * r.by_sigma, 1, r.value};
    add_bin(row, bin->count, residual, PARAMETERS, a, b);
    fit->residual += bin->count * residual * residual, fit->freedom++;
  }
  if (fit->freedom < 1 || !solve_small(a, b, PARAMETERS, &inverse)) return -1;
  double most = 0.5 * shape->sigma, blur = b[1] > most ? most : b[1] < -most ? -most : b[1];
  double move = b[0] > 1 ? 1 : b[0] < -1 ? -1 : b[0];
  fit->place += move, fit->level += b[2], fit->contrast += b[3];
  shape->sigma += blur;
  if (shape->sigma < EDGE_LEAST_SIGMA) shape->sigma = EDGE_LEAST_SIGMA;
  fit->spread = sqrt(inverse);
  return fabs(move) > fabs(blur) ? fabs(move) : fabs(blur);
}

bool edge_fit(const struct edge_profile *p, const struct edge_shape *start, double place, double least_contrast,
              struct edge_fit *fit) {
  struct edge_shape shape = *start;
  double end = p->first + (double)p->count / KERNEL_PROFILE_SCALE;
  fit->place = place;
  if (!fit_levels(p, &shape, place, fit)) return false;
  for (int round = 0; round < ROUNDS; round++) {
    double moved = fit_step(p, &shape, fit);
    if (moved < 0 || !(fit->place > p->first && fit->place < end)) return false;
    if (moved < 1e-4 || (moved < 1e-3 && shape.sigma <= EDGE_LEAST_SIGMA)) {
      fit->sigma = shape.sigma;
      return fabs(fit->contrast) >= least_contrast && shape.sigma < 0.5 * (end - p->first);
    }
    if (shape.sigma <= EDGE_LEAST_SIGMA && round > 6 && moved < 0.02) {
      fit->sigma = shape.sigma;
      return fabs(fit->contrast) >= least_contrast;
    }
  }
  return false;
}

/* ---- three parameters, by a table ---- */

void edge_table(const struct edge_shape *shape, double first, int32_t count, double place, struct edge_table *table) {
  struct edge_shape own = at_place(shape, place);
  table->count = count < EDGE_MOST_BINS ? count : EDGE_MOST_BINS;
  for (int32_t i = 0; i < table->count; i++)
    table->at[i] = edge_response(&own, first + (i + 0.5) / KERNEL_PROFILE_SCALE - place);
}

bool edge_fit_near(const struct edge_profile *p, const struct edge_table *table, double place, struct edge_fit *fit) {
  double a[PARAMETERS * PARAMETERS] = {0}, b[PARAMETERS] = {0}, rr = 0, inverse;
  int32_t count = p->count < table->count ? p->count : table->count;
  fit->freedom = -3;
  for (int32_t i = 0; i < count; i++) {
    const struct kernel_bin *bin = &p->bins[i];
    if (!bin->count) continue;
    double w = bin->count, t = ((double)bin->place / w + 0.5) / (4096.0 * KERNEL_PROFILE_SCALE) - 0.125;
    const struct edge_response *r = &table->at[i];
    double mean = (double)bin->sum / w;
    double row[3] = {r->slope + r->bend * t, 1, r->value + (r->slope + 0.5 * r->bend * t) * t};
    add_bin(row, w, mean, 3, a, b);
    rr += w * mean * mean, fit->freedom++;
  }
  double right[3] = {b[0], b[1], b[2]};
  if (fit->freedom < 1 || !solve_small(a, b, 3, &inverse)) return false;
  fit->residual = rr - (b[0] * right[0] + b[1] * right[1] + b[2] * right[2]);
  if (!(fit->residual > 0)) fit->residual = 0;
  fit->level = b[1], fit->contrast = b[2];
  if (!(fabs(b[2]) > 1e-6)) return false;
  fit->place = place - b[0] / b[2];
  fit->spread = sqrt(inverse) / fabs(b[2]);
  return true;
}
