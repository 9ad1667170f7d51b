/* The golden as it is compared with: per pixel a mean and limits, for luma and, at half size, chroma. */
#ifndef ASSAY_ENGINE_REFERENCE_H
#define ASSAY_ENGINE_REFERENCE_H

#include "engine/aligned.h"
#include "engine/reference_once.h"
#include "engine/robust.h"
#include "engine/zones.h"

struct reference_plane {
  int32_t width, height;
  struct kernel_image mean, rise, fall, bend; /* bend: of the luma alone */
  double restless; /* share of even ground that noise takes past a quarter of its tolerance; 0 where it is not known */
  struct device_memory memory[4];
  /* only while photos are added */
  struct kernel_image sum, square, count;
  struct device_memory statistics[3];
};

/* What the sums of kernel_accumulate have room for. */
enum { REFERENCE_MOST_PHOTOS = 256 };

/* Made once, then read by any number of threads. */
struct reference {
  int planes; /* of enum aligned_plane: all, or luma alone */
  int photos;
  struct reference_plane plane[ALIGNED_PLANES];
  struct reference_once *once; /* NULL: the planes have mean and limits; else their sizes alone */
};

/* Starts the statistics for a golden of this size. */
enum status reference_begin(struct device *device, int32_t width, int32_t height, bool colour,
                            struct reference *reference, struct fault *fault);
/* Adds an approved photo: the golden itself (aligned_of_golden), or a further one that was aligned to it. */
enum status reference_add(struct device *device, const struct aligned *photo, struct reference *reference,
                          struct fault *fault);
/* Makes mean and limits from the statistics, which are given back; `robust` (may be NULL) has those that take the place
 * of mean and variance. */
enum status reference_finish(struct device *device, const struct spec *spec, const struct zones *zones,
                             const struct image *golden, const struct robust *robust, struct reference *reference,
                             struct fault *fault);
/* The reference of a golden of one photo, at once. `once` other than 0: only one photo will be compared with it, by so
 * many threads; then mean and limits are not kept where that can be: `zones` and `golden` must outlive it. */
enum status reference_of_one(struct device *device, const struct spec *spec, const struct zones *zones,
                             const struct image *golden, int once, struct reference *reference, struct fault *fault);
/* The mean of a part of a plane, rows without padding. */
enum status reference_mean(struct device *device, const struct reference *reference, int plane, int32_t left,
                           int32_t top, int32_t width, int32_t height, uint16_t *mean, struct fault *fault);
/* Makes what the mean of the luma shows more or less of in another focus (focus.h). reference_finish does it where
 * there are several photos; of one photo no tolerance rests on how much its edges may differ. */
enum status reference_bend(struct device *device, struct reference *reference, struct fault *fault);
/* Widens the limits at the spec's limit samples, but for zones whose print must stay the same: after one of the two
 * above. From plane `first` on: the luma of artwork has limit samples of its own (artwork_approve.h). */
enum status reference_approve(struct device *device, const struct spec *spec, const struct zones *zones,
                              enum aligned_plane first, struct reference *reference, struct fault *fault);
void reference_free(struct device *device, struct reference *reference);

#endif
