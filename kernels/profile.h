/* The arithmetic of kernel_profiles, shared by every backend (C and CUDA), so that it exists once. Double with + - x /
 * sqrt in a fixed order and never contracted: the same bits everywhere. */
#ifndef ASSAY_KERNELS_PROFILE_H
#define ASSAY_KERNELS_PROFILE_H

#include "kernels/kernels.h"

#include <math.h>

#ifdef __CUDACC__
#define PROFILE_FN static __host__ __device__ inline
#else
#define PROFILE_FN static inline
#endif

enum { PROFILE_FINE = 4096 };

PROFILE_FN int profile_valid(const struct kernel_profile *p) {
  double norm = p->nx * p->nx + p->ny * p->ny, span = (double)KERNEL_PROFILE_BINS / KERNEL_PROFILE_SCALE;
  return norm > 0.999999 && norm < 1.000001 && p->x > -1e6 && p->x < 1e6 && p->y > -1e6 && p->y < 1e6 &&
         p->curvature >= -1 && p->curvature <= 1 && p->length > 0 && p->length <= 1e5 && p->first >= -span &&
         p->first <= span && p->bins >= 1 && p->bins <= KERNEL_PROFILE_BINS && p->at >= 0;
}

/* The bin of pixel (x, y), and what of a bin lies before it, in 1 / PROFILE_FINE; -1 where the profile does not have
 * it. */
PROFILE_FN int32_t profile_bin(const struct kernel_profile *p, int32_t x, int32_t y, uint32_t *fine) {
  double u = x - p->x, v = y - p->y;
  double across = u * p->nx + v * p->ny, along = v * p->nx - u * p->ny;
  double length = p->length * (1 + p->curvature * across), distance = across;
  if (!(along >= -length && along < length)) return -1;
  if (p->curvature != 0) {
    double q = 2 * across + p->curvature * (along * along + across * across), root = 1 + p->curvature * q;
    distance = q / (1 + sqrt(root > 0 ? root : 0));
  }
  double bin = (distance - p->first) * KERNEL_PROFILE_SCALE;
  if (!(bin >= 0 && bin < p->bins)) return -1;
  int32_t whole = (int32_t)bin;
  *fine = (uint32_t)((bin - whole) * PROFILE_FINE);
  return whole;
}

/* By so much the reach is larger than it need be, px: more than rounding can be off. */
#define PROFILE_MARGIN 0.001

/* Two strips of the plane, lying crosswise, that together hold every pixel of the profile: in the row that is v below
 * the place, columns from low + slope v to high + slope v of each, counted from the place. */
struct profile_reach {
  double along, across_low, across_high;
  double low[2], high[2], slope[2];
};

PROFILE_FN struct profile_reach profile_reach_of(const struct kernel_profile *p) {
  double first = p->first, last = p->first + (double)p->bins / KERNEL_PROFILE_SCALE;
  double wide = 1 + p->curvature * (p->curvature > 0 ? last : first);
  struct profile_reach r = {wide > 0 ? p->length * wide : 0, first, last, {-1e9, -1e9}, {1e9, 1e9}, {0, 0}};
  /* By how much an arc falls short of its tangent: (1 - cos t) <= tan^2 t / 2. */
  double sagitta = 0.5 * p->curvature * p->length * r.along;
  if (sagitta > 0) r.across_low -= sagitta;
  if (sagitta < 0) r.across_high -= sagitta;
  if (fabs(p->nx) > 1e-6) {
    double s = r.across_low / p->nx, t = r.across_high / p->nx;
    r.low[0] = s < t ? s : t, r.high[0] = s < t ? t : s, r.slope[0] = -p->ny / p->nx;
  }
  if (fabs(p->ny) > 1e-6) {
    double t = r.along / fabs(p->ny);
    r.low[1] = -t, r.high[1] = t, r.slope[1] = p->nx / p->ny;
  }
  return r;
}

/* The whole numbers from low to high, within 0..size, as *first <= i < *end. */
PROFILE_FN void profile_range(double low, double high, int32_t size, int32_t *first, int32_t *end) {
  low -= PROFILE_MARGIN, high += PROFILE_MARGIN;
  int32_t i = low >= size ? size : low <= 0 ? 0 : (int32_t)low;
  *first = i < low && i < size ? i + 1 : i;
  *end = high >= size ? size : high < 0 ? 0 : (int32_t)high + 1;
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
  double v = y - p->y, across = r->slope[0] * v, along = r->slope[1] * v;
  double low = r->low[0] + across, high = r->high[0] + across, other = r->low[1] + along, last = r->high[1] + along;
  profile_range(p->x + (low > other ? low : other), p->x + (high < last ? high : last), width, first, end);
}

#endif
