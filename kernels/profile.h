/* The arithmetic of kernel_profiles, shared by every backend (C and CUDA), so that it exists once. What decides a
 * pixel's bin is single precision with + - x / sqrt in a fixed order and never contracted: the same bits everywhere.
 * Places are counted from the pixel that holds the profile's, so that they are right to some 1e-5 px. */
#ifndef ASSAY_KERNELS_PROFILE_H
#define ASSAY_KERNELS_PROFILE_H

#include "kernels/kernels.h"

#include <math.h>

#ifdef __CUDACC__
#define PROFILE_FN static __host__ __device__ inline
#else
#define PROFILE_FN static inline
#endif

PROFILE_FN int profile_valid(const struct kernel_profile *p) {
  double norm = p->nx * p->nx + p->ny * p->ny, span = (double)KERNEL_PROFILE_BINS / KERNEL_PROFILE_SCALE;
  if (!(norm > 0.999999 && norm < 1.000001 && p->x > -1e6 && p->x < 1e6 && p->y > -1e6 && p->y < 1e6 &&
        p->curvature >= -1 && p->curvature <= 1 && p->length > 0 && p->first >= -span && p->first <= span &&
        p->bins >= 1 && p->bins <= KERNEL_PROFILE_BINS && p->at >= 0))
    return 0;
  double near = 1 + p->curvature * p->first;
  double far = near + p->curvature * ((double)p->bins / KERNEL_PROFILE_SCALE), wide = near > far ? near : far;
  return p->length * (wide > 1 ? wide : 1) <= KERNEL_PROFILE_LENGTH;
}

/* A profile as its pixels need it. */
struct profile_frame {
  int32_t x, y; /* a pixel near the place; what follows is counted from it */
  float rest_x, rest_y, nx, ny, curvature, length, first, end;
};

PROFILE_FN struct profile_frame profile_frame_of(const struct kernel_profile *p) {
  struct profile_frame f;
  f.x = (int32_t)p->x, f.y = (int32_t)p->y;
  f.rest_x = (float)(p->x - f.x), f.rest_y = (float)(p->y - f.y);
  f.nx = (float)p->nx, f.ny = (float)p->ny;
  f.curvature = (float)p->curvature, f.length = (float)p->length, f.first = (float)p->first;
  f.end = (float)p->bins * KERNEL_PROFILE_FINE;
  return f;
}

/* Place of a pixel in the bins, in 1 / KERNEL_PROFILE_FINE of one; below 0 where the profile does not have it.
 * u = x - x of the place; vn = v ny, vt = v nx. */
PROFILE_FN int32_t profile_place(const struct profile_frame *f, float u, float vn, float vt) {
  float across = u * f->nx + vn, along = vt - u * f->ny;
  float half = f->length * (1.0f + f->curvature * across), distance = across;
  if (f->curvature != 0.0f) {
    float q = 2.0f * across + f->curvature * (along * along + across * across), root = 1.0f + f->curvature * q;
    distance = q / (1.0f + sqrtf(root > 0.0f ? root : 0.0f));
  }
  float place = (distance - f->first) * (KERNEL_PROFILE_SCALE * KERNEL_PROFILE_FINE);
  int inside = (along >= -half) & (along < half) & (place >= 0.0f) & (place < f->end);
  return (int32_t)(inside ? place : -1.0f);
}

PROFILE_FN float profile_u(const struct profile_frame *f, int32_t x) {
  return (float)(x - f->x) - f->rest_x;
}

PROFILE_FN float profile_v(const struct profile_frame *f, int32_t y) {
  return (float)(y - f->y) - f->rest_y;
}

/* What a pixel adds to the bin of its place. */
PROFILE_FN uint64_t profile_word(int32_t place, uint8_t value) {
  return 1u | (uint32_t)value << 16 | (uint64_t)(uint32_t)(place % KERNEL_PROFILE_FINE) << 40;
}

/* By so much the reach is larger than it need be, px: more than rounding can be off. */
#define PROFILE_MARGIN 0.05

/* A strip and two half planes that together hold every pixel of the profile: in the row that is v below the place,
 * columns from low + low_slope v to high + high_slope v of each, counted from the place. */
enum { PROFILE_SIDES = 3 };
struct profile_reach {
  double along, across_low, across_high;
  double low[PROFILE_SIDES], low_slope[PROFILE_SIDES], high[PROFILE_SIDES], high_slope[PROFILE_SIDES];
};

/* The half plane u a + v b <= c. */
PROFILE_FN void profile_side(struct profile_reach *r, int side, double a, double b, double c) {
  double each = 1 / a;
  if (a > 1e-6) r->high[side] = c * each, r->high_slope[side] = -b * each;
  if (a < -1e-6) r->low[side] = c * each, r->low_slope[side] = -b * each;
}

PROFILE_FN struct profile_reach profile_reach_of(const struct kernel_profile *p) {
  double first = p->first, last = p->first + (double)p->bins / KERNEL_PROFILE_SCALE;
  double wide = 1 + p->curvature * (p->curvature > 0 ? last : first), nx = p->nx, ny = p->ny;
  struct profile_reach r = {
      wide > 0 ? p->length * wide : 0, first, last, {-1e9, -1e9, -1e9}, {0}, {1e9, 1e9, 1e9}, {0}};
  /* By how much an arc falls short of its tangent: (1 - cos t) <= tan^2 t / 2. */
  double sagitta = 0.5 * p->curvature * p->length * r.along;
  if (sagitta > 0) r.across_low -= sagitta;
  if (sagitta < 0) r.across_high -= sagitta;
  r.along += PROFILE_MARGIN, r.across_low -= PROFILE_MARGIN, r.across_high += PROFILE_MARGIN;
  if (fabs(nx) > 1e-6) {
    double each = 1 / nx, s = r.across_low * each, t = r.across_high * each;
    r.low[0] = s < t ? s : t, r.high[0] = s < t ? t : s;
    r.low_slope[0] = r.high_slope[0] = -ny * each;
  }
  /* Where |along| <= length + spread across. */
  double spread = p->length * p->curvature, limit = p->length + PROFILE_MARGIN * sqrt(1 + spread * spread);
  profile_side(&r, 1, -ny - spread * nx, nx - spread * ny, limit);
  profile_side(&r, 2, ny - spread * nx, -nx - spread * ny, limit);
  return r;
}

/* The whole numbers from low to high, within 0..size, as *first <= i < *end. */
PROFILE_FN void profile_range(double low, double high, int32_t size, int32_t *first, int32_t *end) {
  low = low < 0 ? 0 : low > size ? size : low;
  high = high < -1 ? -1 : high > size - 1 ? size - 1 : high;
  *first = (int32_t)low + ((int32_t)low < low);
  *end = (int32_t)(high + 1);
}

/* Rows that may have pixels of the profile: *first <= y < *end, within 0..height. */
PROFILE_FN void profile_rows(const struct kernel_profile *p, const struct profile_reach *r, int32_t height,
                             int32_t *first, int32_t *end) {
  double a = r->along * fabs(p->nx), b = r->across_low * p->ny, c = r->across_high * p->ny;
  profile_range(p->y + (b < c ? b : c) - a, p->y + (b < c ? c : b) + a, height, first, end);
}

/* Columns of row y that may have: *first <= x < *end, within 0..width. */
PROFILE_FN void profile_columns(const struct kernel_profile *p, const struct profile_reach *r, int32_t y, int32_t width,
                                int32_t *first, int32_t *end) {
  double v = y - p->y, low = -1e9, high = 1e9;
  for (int i = 0; i < PROFILE_SIDES; i++) {
    double from = r->low[i] + r->low_slope[i] * v, to = r->high[i] + r->high_slope[i] * v;
    if (from > low) low = from;
    if (to < high) high = to;
  }
  profile_range(p->x + low, p->x + high, width, first, end);
}

#endif
