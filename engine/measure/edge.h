/* An edge in the mean profile across it: found by the Gaussian derivative, then fitted by least squares as a blurred
 * step that the pixel integrates.
 *
 * A profile's distances grow along its unit vector; the edge's contrast is positive where it gets lighter that way. The
 * step's response is that of a Gaussian blur and of the pixel's square: the shadow of a square under an angle is a box
 * of the larger component's width, and what the smaller one adds is taken into the blur (its variance; the fourth
 * moment that is left out is under 0.003). A curved edge is blurred towards its centre: its response is the mean of
 * straight ones over a Gaussian along the edge, by the three-point rule of Gauss and Hermite, exact to the fifth
 * moment, so that no correction of a radius is left to be made. */
#ifndef ASSAY_ENGINE_MEASURE_EDGE_H
#define ASSAY_ENGINE_MEASURE_EDGE_H

#include "kernels/kernels.h"

#include <stdbool.h>
#include <stddef.h>

/* A profile as kernel_profiles makes it. */
struct edge_profile {
  const struct kernel_bin *bins;
  int32_t count;
  double first; /* distance of the first bin's begin, px */
};

/* The sum of many profiles whose bins lie alike. All zero is empty. */
enum { EDGE_MOST_BINS = 128 };
struct edge_sums {
  int32_t count;
  double first;
  double pixels[EDGE_MOST_BINS], values[EDGE_MOST_BINS], places[EDGE_MOST_BINS];
};

/* Adds one from bin `from` on; bins beyond EDGE_MOST_BINS are left out. */
void edge_sums_add(struct edge_sums *sums, const struct edge_profile *profile, int32_t from);

/* Profiles on their way to a sum: added up word by word, as long as no bin can be full. All zero is empty, but for the
 * bins, which need not be set. */
struct edge_words {
  int32_t count;
  double first, most; /* pixels that a bin may hold */
  struct kernel_bin bins[EDGE_MOST_BINS];
};
/* `most`: the pixels that no bin of the profile has more of. What there is no room for goes to the sums first. */
void edge_words_add(struct edge_words *words, const struct edge_profile *profile, int32_t from, double most,
                    struct edge_sums *sums);
/* Adds what is there to the sums. */
void edge_words_end(struct edge_words *words, struct edge_sums *sums);

/* Mean distance of what a bin holds, which is not nothing, px. */
double edge_bin_place(const struct edge_sums *sums, int32_t bin);

/* Shape of the response. */
struct edge_shape {
  double sigma;     /* blur, px, the smaller part of the pixel included; at least EDGE_LEAST_SIGMA */
  double box;       /* width of the pixel across the edge, px: the larger component of the unit vector */
  double curvature; /* 1/px, as in kernel_profile, of the edge; for the fits: of the profile at distance 0 */
};

#define EDGE_LEAST_SIGMA 0.15

/* Response of a step of height 1 at distance 0, and its derivatives by distance and by sigma; at many distances. */
struct edge_response {
  double value, slope, bend, by_sigma;
};
void edge_responses(const struct edge_shape *shape, const double *distances, int32_t count,
                    struct edge_response *responses);
/* Far from the step, where the response is 0 or 1 and has no derivatives. */
static inline bool edge_response_is_flat(const struct edge_response *response) {
  return response->slope == 0 && response->by_sigma == 0;
}
/* The shape of an edge that lies at `place` of a profile whose circle has the curvature given: a parallel circle. */
struct edge_shape edge_shape_at(const struct edge_shape *shape, double place);

/* ---- to find ---- */

struct edge_candidate {
  double place;    /* px */
  double strength; /* grey levels a pixel, of the smoothed profile: signed */
  double contrast; /* about 5 px after less about 5 px before: signed */
};

enum { EDGE_MOST_CANDIDATES = 64 };

/* Extremes of the derivative of the profile smoothed by a Gaussian of 1 px, by place, of at least `least` grey levels a
 * pixel and of what stands out of the profile's own noise (4 times the median derivative, as a normal deviation). The
 * weakest are left out where there are more than EDGE_MOST_CANDIDATES. */
int edge_find(const struct edge_profile *profile, double least, struct edge_candidate *candidates);

/* The derivative's extreme for a step of one grey level with this blur. */
double edge_strength(double sigma);
/* The blur, the pixel's included, that gives a step of this contrast this strength; 0 where it is steeper than any. */
double edge_blur(const struct edge_candidate *candidate);

/* ---- to fit ---- */

struct edge_fit {
  double place, level, contrast, sigma; /* level: far before the edge; contrast: what is beyond it more */
  double spread;                        /* standard deviation of the place for noise of 1 grey level a pixel, px */
  double blind;                         /* what of that, squared, comes from a blur that is not known, px^2 */
};

/* Place, level, contrast and sigma of one edge, from a start of place and of sigma in `shape`, until a step is below
 * `settled` px. False where it does not settle: no edge, or too little of it within the profile. */
bool edge_fit(const struct edge_sums *sums, const struct edge_shape *shape, double place, double least_contrast,
              double settled, struct edge_fit *fit);

#endif
