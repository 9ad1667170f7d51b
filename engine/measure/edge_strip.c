#include "engine/measure/edge_strip.h"

#include "kernels/profile.h"

#include <math.h>

enum { MOST_REACH = EDGE_MOST_BINS / (2 * KERNEL_PROFILE_SCALE), STRETCH = 3 * KERNEL_PROFILE_SCALE / 2 };

static const double LEAST_CONTRAST = 15, SETTLED = 1e-4;

/* The mean profile of a strip, as kernel_profiles makes it. False where the strip leaves the photo. */
static bool profile_of(const struct plane *luma, const struct kernel_profile *p, struct edge_sums *sums) {
  const double reach = p->length + fabs(p->first) + 2;
  if (!(p->x > reach && p->y > reach && p->x < luma->width - 1 - reach && p->y < luma->height - 1 - reach))
    return false;
  const struct profile_reach limits = profile_reach_of(p);
  const struct profile_frame frame = profile_frame_of(p);
  int32_t top, bottom, left, right;
  *sums = (struct edge_sums){.count = p->bins, .first = p->first};
  profile_rows(p, &limits, luma->height, &top, &bottom);
  for (int32_t y = top; y < bottom; y++) {
    const uint8_t *row = luma->pixels + (size_t)y * luma->stride;
    float v = profile_v(&frame, y);
    profile_columns(p, &limits, y, luma->width, &left, &right);
    for (int32_t x = left; x < right; x++) {
      const int32_t place = profile_place(&frame, profile_u(&frame, x), v * frame.ny, v * frame.nx);
      if (place < 0) continue;
      const int32_t bin = place / KERNEL_PROFILE_FINE;
      sums->pixels[bin]++;
      sums->values[bin] += row[x];
      sums->places[bin] += place % KERNEL_PROFILE_FINE;
    }
  }
  return true;
}

/* Where the means of a short stretch to either side differ most. */
static bool rough_place(const struct edge_sums *p, int polarity, double *place) {
  double best = 0;
  for (int32_t at = STRETCH; at + STRETCH <= p->count; at++) {
    double sums[2] = {0, 0}, counts[2] = {0, 0};
    for (int32_t i = at - STRETCH; i < at + STRETCH; i++) {
      sums[i >= at] += p->values[i];
      counts[i >= at] += p->pixels[i];
    }
    if (!(counts[0] > 0 && counts[1] > 0)) continue;
    const double rise = sums[1] / counts[1] - sums[0] / counts[0], size = polarity ? polarity * rise : fabs(rise);
    if (size <= best) continue;
    best = size;
    *place = p->first + (double)at / KERNEL_PROFILE_SCALE;
  }
  return best > LEAST_CONTRAST / 2;
}

bool edge_strip_fit(const struct plane *luma, const struct edge_strip *strip, int polarity, struct edge_fit *fit) {
  const double reach = strip->reach < MOST_REACH ? strip->reach : MOST_REACH;
  const struct kernel_profile p = {.x = strip->x,
                                   .y = strip->y,
                                   .nx = strip->nx,
                                   .ny = strip->ny,
                                   .length = strip->half,
                                   .first = -reach,
                                   .bins = (int32_t)(2 * reach * KERNEL_PROFILE_SCALE)};
  struct edge_sums sums;
  if (!(reach >= 2) || !profile_valid(&p) || !profile_of(luma, &p, &sums)) return false;
  double place = 0;
  if (!rough_place(&sums, polarity, &place)) return false;
  const struct edge_shape shape = {.sigma = 1, .box = fmax(fabs(strip->nx), fabs(strip->ny)), .curvature = 0};
  if (!edge_fit(&sums, &shape, place, LEAST_CONTRAST, SETTLED, fit)) return false;
  return fabs(fit->place) < reach && polarity * fit->contrast >= 0;
}
