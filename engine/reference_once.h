/* A golden of one photo that one photo alone is compared with: its mean and limits are made where they are needed, and
 * not kept. On backends that have compare_of_one and whose memory is the host's. */
#ifndef ASSAY_ENGINE_REFERENCE_ONCE_H
#define ASSAY_ENGINE_REFERENCE_ONCE_H

#include "engine/aligned.h"
#include "engine/zones.h"

/* What the mean and the limits of a plane are made of. */
struct reference_source {
  struct kernel_image photo, zones, detail;
  struct device_memory memory[3]; /* theirs */
  int32_t tolerance_count;
  struct kernel_tolerance tolerances[ZONES_MOST + 1];
};

struct reference_once {
  int threads; /* that may work on a photo */
  struct plane detail[3];
  struct reference_source planes[ALIGNED_PLANES];
};

/* NULL is nothing. */
void reference_once_free(struct device *device, struct reference_once *once);

/* The mean of a part of a plane, rows without padding. */
void reference_once_mean(const struct device *device, const struct reference_source *from, int32_t left, int32_t top,
                         int32_t width, int32_t height, uint16_t *mean);

/* Compares the first `planes` planes: `maps` (u8), and how often each value of one is. */
enum status reference_once_compare(const struct device *device, const struct reference_once *once,
                                   const struct aligned *photo, int planes, const struct kernel_image *maps,
                                   int32_t (*levels)[256], struct fault *fault);

#endif
