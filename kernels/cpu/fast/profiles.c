#include "kernels/cpu/fast/fast.h"
#include "kernels/profile.h"

#include <string.h>

enum { PART = 32 };

/* The bin of each pixel of a part of a row, with its fraction, or -1: profile_bin for many at once, the same operations
 * in the same order. */
static void straight_bins(const struct kernel_profile *p, int32_t x, int32_t y, int32_t n, double *restrict bins) {
  double v = y - p->y, vn = v * p->ny, vt = v * p->nx, nx = p->nx, ny = p->ny, px = p->x;
  double curvature = p->curvature, half = p->length, first = p->first, count = p->bins;
  for (int32_t i = 0; i < n; i++) {
    double u = x + i - px, across = u * nx + vn, along = vt - u * ny;
    double length = half * (1 + curvature * across), bin = (across - first) * KERNEL_PROFILE_SCALE;
    bins[i] = (along >= -length) & (along < length) & (bin >= 0) & (bin < count) ? bin : -1;
  }
}

static void curved_bins(const struct kernel_profile *p, int32_t x, int32_t y, int32_t n, double *restrict bins) {
  double v = y - p->y, vn = v * p->ny, vt = v * p->nx, nx = p->nx, ny = p->ny, px = p->x;
  double curvature = p->curvature, half = p->length, first = p->first, count = p->bins;
  for (int32_t i = 0; i < n; i++) {
    double u = x + i - px, across = u * nx + vn, along = vt - u * ny;
    double length = half * (1 + curvature * across);
    double q = 2 * across + curvature * (along * along + across * across), root = 1 + curvature * q;
    double distance = q / (1 + sqrt(root > 0 ? root : 0)), bin = (distance - first) * KERNEL_PROFILE_SCALE;
    bins[i] = (along >= -length) & (along < length) & (bin >= 0) & (bin < count) ? bin : -1;
  }
}

static void add_part(const double *at, const uint8_t *row, int32_t n, struct kernel_bin *bins) {
  for (int32_t i = 0; i < n; i++) {
    if (!(at[i] >= 0)) continue;
    int32_t whole = (int32_t)at[i];
    struct kernel_bin *bin = &bins[whole];
    bin->count++;
    bin->sum += row[i];
    bin->place += (uint32_t)((at[i] - whole) * PROFILE_FINE);
  }
}

enum kernel_status FAST(cpu_profiles)(struct kernel_context *context, const struct kernel_profiles *call) {
  (void)context;
  if (!profiles_fit(call)) return KERNEL_ARGUMENT;
  double at[PART];
  for (int32_t i = 0; i < call->count; i++) {
    const struct kernel_profile *p = &call->profiles[i];
    struct kernel_bin *bins = (struct kernel_bin *)call->bins->bytes + p->at;
    struct profile_reach reach = profile_reach_of(p);
    int32_t top, bottom, left, right;
    memset(bins, 0, (size_t)p->bins * sizeof *bins);
    profile_rows(p, &reach, call->photo.height, &top, &bottom);
    for (int32_t y = top; y < bottom; y++) {
      profile_columns(p, &reach, y, call->photo.width, &left, &right);
      for (int32_t x = left; x < right; x += PART) {
        int32_t n = right - x < PART ? right - x : PART;
        if (p->curvature != 0)
          curved_bins(p, x, y, n, at);
        else
          straight_bins(p, x, y, n, at);
        add_part(at, cpu_row8(&call->photo, y) + x, n, bins);
      }
    }
  }
  return KERNEL_OK;
}
