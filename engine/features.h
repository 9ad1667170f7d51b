/* The bridge to OpenCV: ORB features and Hamming matching, which give the same on every processor path. C only. */
#ifndef ASSAY_ENGINE_FEATURES_H
#define ASSAY_ENGINE_FEATURES_H

#include "engine/image.h"
#include "models/status.h"

#include <stddef.h>

/* Keypoints and 256-bit descriptors of a luma picture. Immutable once made. */
struct features;

/* At most `count` ORB features (Rublee et al., ICCV 2011) on `levels` levels 1.2 apart. `mask` (may be NULL, same
 * size): features only where it is not 0. A picture without corners gives an empty set. */
enum status features_detect(const struct plane *luma, const struct plane *mask, int count, int levels,
                            struct features **features, struct fault *fault);
void features_free(struct features *features);
size_t features_count(const struct features *features);

struct feature_match {
  double golden_x, golden_y, photo_x, photo_y; /* pixels of the pictures given */
  double scale;                                /* photo feature's size / golden feature's size */
  double cosine, sine;                         /* of the photo feature's orientation minus the golden's */
};

/* Matches that are each other's nearest by Hamming distance, nearest first. The caller frees *matches with free(). */
enum status features_match(const struct features *golden, const struct features *photo, struct feature_match **matches,
                           size_t *count, struct fault *fault);

/* OpenCV's version, static text. */
const char *features_version(void);

#endif
