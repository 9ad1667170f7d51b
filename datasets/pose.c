#include "datasets/pose.h"

#include "datasets/number.h"

#include <math.h>
#include <string.h>

void homography_apply(const double h[9], double x, double y, double result[2]) {
  double w = h[6] * x + h[7] * y + h[8];
  result[0] = (h[0] * x + h[1] * y + h[2]) / w;
  result[1] = (h[3] * x + h[4] * y + h[5]) / w;
}

static void multiply(const double a[9], const double b[9], double product[9]) {
  for (int i = 0; i < 9; i++)
    product[i] = a[i / 3 * 3] * b[i % 3] + a[i / 3 * 3 + 1] * b[3 + i % 3] + a[i / 3 * 3 + 2] * b[6 + i % 3];
}

static void invert(const double m[9], double inverse[9]) {
  double c[9] = {m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                 m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                 m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  double determinant = m[0] * c[0] + m[1] * c[3] + m[2] * c[6];
  for (int i = 0; i < 9; i++) inverse[i] = c[i] / determinant;
}

void mapping_make(struct mapping *mapping, const struct pose *pose, double product_width, double product_height,
                  int photo_width, int photo_height) {
  double focal = 1.3 * photo_width, distance = focal / pose->scale; /* px, mm */
  double ca = number_cos(pose->tilt[0]), sa = number_sin(pose->tilt[0]);
  double cb = number_cos(pose->tilt[1]), sb = number_sin(pose->tilt[1]);
  double cr = number_cos(pose->rotate), sr = number_sin(pose->rotate);
  /* Product centred, turned in its plane, then tilted about x and y; the plane's z is 0, so two columns are left. */
  double u[3] = {cr, sr, 0}, v[3] = {-sr, cr, 0};
  double columns[2][3];
  for (int i = 0; i < 2; i++) {
    const double *p = i ? v : u;
    double y = ca * p[1], z = sa * p[1];
    columns[i][0] = cb * p[0] + sb * z, columns[i][1] = y, columns[i][2] = -sb * p[0] + cb * z;
  }
  double plane[9] = {focal * columns[0][0], focal * columns[1][0], 0,
                     focal * columns[0][1], focal * columns[1][1], 0,
                     columns[0][2],         columns[1][2],         distance};
  double place[9] = {1, 0, pose->centre[0], 0, 1, pose->centre[1], 0, 0, 1};
  double across = pose->mirrored ? -1 : 1;
  double centred[9] = {across, 0, -across * product_width / 2, 0, 1, -product_height / 2, 0, 0, 1};
  double placed[9];
  multiply(place, plane, placed);
  multiply(placed, centred, mapping->forward);
  for (int i = 0; i < 9; i++) mapping->forward[i] /= distance;
  invert(mapping->forward, mapping->inverse);
  mapping->middle[0] = (photo_width - 1) / 2.0, mapping->middle[1] = (photo_height - 1) / 2.0;
  double half = (double)photo_width * photo_width / 4 + (double)photo_height * photo_height / 4;
  mapping->curvature = pose->distortion / half;
  double per_mm = 2 * NUMBER_PI * pose->waves / sqrt(product_width * product_width + product_height * product_height);
  mapping->push[0] = pose->bend * number_cos(pose->bend_towards);
  mapping->push[1] = pose->bend * number_sin(pose->bend_towards);
  mapping->wave[0] = per_mm * number_cos(pose->bend_along), mapping->wave[1] = per_mm * number_sin(pose->bend_along);
  mapping->phase = pose->bend_phase;
}

/* A point of the flat product, where the bent one's has come to. */
static void bend(const struct mapping *mapping, const double product[2], double bent[2]) {
  double s = number_sin(mapping->wave[0] * product[0] + mapping->wave[1] * product[1] + mapping->phase);
  bent[0] = product[0] + mapping->push[0] * s, bent[1] = product[1] + mapping->push[1] * s;
}

static bool is_bent(const struct mapping *mapping) {
  return mapping->push[0] != 0 || mapping->push[1] != 0;
}

/* The other way: the wave is so flat that a few steps are enough. */
static void flatten(const struct mapping *mapping, double product[2]) {
  double bent[2] = {product[0], product[1]}, at[2];
  for (int i = 0; i < 20; i++) {
    bend(mapping, product, at);
    product[0] += bent[0] - at[0], product[1] += bent[1] - at[1];
  }
}

void mapping_unproject(const struct mapping *mapping, double x, double y, double product[2]) {
  double dx = x - mapping->middle[0], dy = y - mapping->middle[1];
  double shrink = 1 - mapping->curvature * (dx * dx + dy * dy);
  homography_apply(mapping->inverse, mapping->middle[0] + dx * shrink, mapping->middle[1] + dy * shrink, product);
  if (is_bent(mapping)) flatten(mapping, product);
}

void mapping_project(const struct mapping *mapping, double x, double y, double photo[2]) {
  double ideal[2];
  double flat[2] = {x, y}, at[2] = {x, y};
  if (is_bent(mapping)) bend(mapping, flat, at);
  homography_apply(mapping->forward, at[0], at[1], ideal);
  double ix = ideal[0] - mapping->middle[0], iy = ideal[1] - mapping->middle[1], dx = ix, dy = iy;
  for (int i = 0; i < 40; i++) {
    double shrink = 1 - mapping->curvature * (dx * dx + dy * dy);
    dx = ix / shrink, dy = iy / shrink;
  }
  photo[0] = mapping->middle[0] + dx, photo[1] = mapping->middle[1] + dy;
}

/* Gauss elimination with row pivots; false when singular. */
static int solve(double a[8][9], double x[8]) {
  for (int k = 0; k < 8; k++) {
    int pivot = k;
    for (int i = k + 1; i < 8; i++) pivot = fabs(a[i][k]) > fabs(a[pivot][k]) ? i : pivot;
    if (fabs(a[pivot][k]) < 1e-14) return 0;
    for (int j = 0; j < 9; j++) {
      double swap = a[k][j];
      a[k][j] = a[pivot][j], a[pivot][j] = swap;
    }
    for (int i = k + 1; i < 8; i++)
      for (int j = 8; j >= k; j--) a[i][j] -= a[k][j] * a[i][k] / a[k][k];
  }
  for (int k = 7; k >= 0; k--) {
    x[k] = a[k][8];
    for (int j = k + 1; j < 8; j++) x[k] -= a[k][j] * x[j];
    x[k] /= a[k][k];
  }
  return 1;
}

/* Gauss-Newton on the reprojection error; starts from the identity, which the normalisation makes near enough. */
static int fit_normalised(const double (*from)[2], const double (*to)[2], int count, double h[9]) {
  static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  memcpy(h, identity, sizeof identity);
  for (int step = 0; step < 30; step++) {
    double normal[8][9] = {{0}}, change[8];
    for (int i = 0; i < count; i++) {
      double x = from[i][0], y = from[i][1], at[2];
      double w = h[6] * x + h[7] * y + h[8];
      homography_apply(h, x, y, at);
      for (int axis = 0; axis < 2; axis++) {
        double row[9] = {0};
        row[3 * axis] = x / w, row[3 * axis + 1] = y / w, row[3 * axis + 2] = 1 / w;
        row[6] = -at[axis] * x / w, row[7] = -at[axis] * y / w, row[8] = to[i][axis] - at[axis];
        for (int a = 0; a < 8; a++)
          for (int b = 0; b < 9; b++) normal[a][b] += row[a] * row[b];
      }
    }
    if (!solve(normal, change)) return 0;
    for (int i = 0; i < 8; i++) h[i] += change[i];
  }
  return 1;
}

double homography_fit(const double (*from)[2], const double (*to)[2], int count, double homography[9]) {
  enum { MOST = 128 };
  double a[MOST][2] = {{0}}, b[MOST][2] = {{0}}, norms[2][9], inverse[9], inner[9], half[9];
  if (count < 4 || count > MOST) return -1;
  for (int side = 0; side < 2; side++) {
    const double(*points)[2] = side ? to : from;
    double(*out)[2] = side ? b : a;
    double mean[2] = {0, 0}, spread = 0;
    for (int i = 0; i < count; i++) mean[0] += points[i][0] / count, mean[1] += points[i][1] / count;
    for (int i = 0; i < count; i++)
      spread = fmax(spread, fmax(fabs(points[i][0] - mean[0]), fabs(points[i][1] - mean[1])));
    if (!(spread > 0)) return -1;
    for (int i = 0; i < count; i++)
      out[i][0] = (points[i][0] - mean[0]) / spread, out[i][1] = (points[i][1] - mean[1]) / spread;
    double norm[9] = {1 / spread, 0, -mean[0] / spread, 0, 1 / spread, -mean[1] / spread, 0, 0, 1};
    memcpy(norms[side], norm, sizeof norm);
  }
  if (!fit_normalised((const double(*)[2])a, (const double(*)[2])b, count, inner)) return -1;
  invert(norms[1], inverse);
  multiply(inverse, inner, half);
  multiply(half, norms[0], homography);
  double ninth = homography[8], sum = 0;
  for (int i = 0; i < 9; i++) homography[i] /= ninth;
  for (int i = 0; i < count; i++) {
    double at[2];
    homography_apply(homography, from[i][0], from[i][1], at);
    sum += (at[0] - to[i][0]) * (at[0] - to[i][0]) + (at[1] - to[i][1]) * (at[1] - to[i][1]);
  }
  return sqrt(sum / count);
}
