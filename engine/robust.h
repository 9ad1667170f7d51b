/* Median and median absolute deviation of approved photos, pixel by pixel, at a fixed memory. */
#ifndef ASSAY_ENGINE_ROBUST_H
#define ASSAY_ENGINE_ROBUST_H

#include "engine/aligned.h"
#include "engine/remedian.h"

/* All photos are added twice, in the same order: first for the median, then, after robust_turn, for the deviations from
 * it. All zero is none; end with robust_free. */
struct robust {
  int planes, photos;
  struct robust_plane {
    int32_t width, height;
    struct device_memory sums[3]; /* of the last photo alone: kernel_accumulate */
    uint16_t *smoothed;           /* the last photo as kernel_accumulate has it; where it is not seen, the one before */
    uint16_t *median;             /* from robust_turn on */
    struct remedian remedian;
  } plane[ALIGNED_PLANES];
};

/* The first photo shows all of the golden: it is the golden itself. */
enum status robust_add(struct device *device, const struct aligned *photo, struct robust *robust, struct fault *fault);
enum status robust_turn(struct robust *robust, struct fault *fault);
/* Puts a plane's median and the variance that a normal distribution of its median absolute deviation has (with the
 * factors for few values of Croux and Rousseeuw, Time-Efficient Algorithms for Two Highly Robust Estimators of Scale,
 * 1992) in place of mean (u16, Q4) and variance (u32, Q8). */
enum status robust_finish(struct device *device, const struct robust *robust, int plane,
                          const struct kernel_image *mean, const struct kernel_image *variance, struct fault *fault);
void robust_free(struct device *device, struct robust *robust);

#endif
