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

/* A rectangle about the place, along its axes, that holds every pixel of the profile. */
struct profile_reach {
  double along, across_low, across_high;
};

PROFILE_FN struct profile_reach profile_reach_of(const struct kernel_profile *p) {
  double low = p->first, high = p->first + (double)p->bins / KERNEL_PROFILE_SCALE;
  double wide = 1 + p->curvature * (p->curvature > 0 ? high : low);
  struct profile_reach r = {wide > 0 ? p->length * wide : 0, low, high};
  /* By how much an arc falls short of its tangent: (1 - cos t) <= tan^2 t / 2. */
  double sagitta = 0.5 * p->curvature * p->length * r.along;
  if (sagitta > 0) r.across_low -= sagitta;
  if (sagitta < 0) r.across_high -= sagitta;
  return r;
}

PROFILE_FN int32_t profile_whole(double v, int32_t most) {
  return v >= most ? most : v <= 0 ? 0 : (int32_t)v;
}

/* Rows that may have pixels of the profile: *low <= y < *high, within 0..height. */
PROFILE_FN void profile_rows(const struct kernel_profile *p, const struct profile_reach *r, int32_t height,
                             int32_t *low, int32_t *high) {
  double a = r->along * fabs(p->nx), b = r->across_low * p->ny, c = r->across_high * p->ny;
  *low = profile_whole(floor(p->y + (b < c ? b : c) - a - 1), height);
  *high = profile_whole(floor(p->y + (b < c ? c : b) + a + 2), height);
}

/* Columns of row y that may have: *low <= x < *high, within 0..width. */
PROFILE_FN void profile_columns(const struct kernel_profile *p, const struct profile_reach *r, int32_t y, int32_t width,
                                int32_t *low, int32_t *high) {
  double v = y - p->y, least = -1e9, most = 1e9;
  if (fabs(p->nx) > 1e-6) {
    double s = (r->across_low - v * p->ny) / p->nx, t = (r->across_high - v * p->ny) / p->nx;
    least = s < t ? s : t, most = s < t ? t : s;
  }
  if (fabs(p->ny) > 1e-6) {
    double s = (v * p->nx - r->along) / p->ny, t = (v * p->nx + r->along) / p->ny;
    double first = s < t ? s : t, last = s < t ? t : s;
    if (first > least) least = first;
    if (last < most) most = last;
  }
  *low = profile_whole(floor(p->x + least - 1), width);
  *high = profile_whole(floor(p->x + most + 2), width);
}

#endif
