/* Many mean profiles of one photo in one call of the kernels. */
#ifndef ASSAY_ENGINE_MEASURE_STRIPS_H
#define ASSAY_ENGINE_MEASURE_STRIPS_H

#include "engine/device.h"
#include "engine/measure/edge.h"

/* One thread's working memory. All zero is empty. */
struct strips {
  struct kernel_profile *profiles;
  int32_t count, capacity, bin_count;
  struct kernel_bin *bins;
  size_t bin_capacity;
  struct device_memory scratch, device_bins;
};

void strips_clear(struct strips *strips);
/* Adds a strip (its `at` is set here). STATUS_MEMORY, or STATUS_LIMIT where the kernels would not take it. */
enum status strips_add(struct strips *strips, const struct kernel_profile *profile, struct fault *fault);
/* Fills the bins of all strips from the photo on the device. */
enum status strips_measure(struct strips *strips, struct device *device, const struct kernel_image *photo,
                           struct fault *fault);
/* Takes the sums of the bins from the levels of sRGB to light, on the same scale: each bin's mean, rounded to a whole
 * sum. */
void strips_to_light(struct strips *strips);
/* Light of a level, 0..255 each. */
double strips_light_of(double level);
struct edge_profile strips_profile(const struct strips *strips, int32_t index);
void strips_free(struct strips *strips, struct device *device);

#endif
