/* Small photos of a drawn product for `assay bench group` and tests: units differ by grain, pose, light and noise, and
 * a lot may have drifted by what no single photo shows. */
#ifndef ASSAY_CLI_BENCH_GROUP_PHOTOS_H
#define ASSAY_CLI_BENCH_GROUP_PHOTOS_H

#include "models/photo.h"
#include "models/status.h"

#include <stdint.h>

/* What a lot has of its own. */
struct group_drift {
  double label_px;     /* the label lies to the right by so much */
  double zone_delta_e; /* colour of a patch, in equal parts of L*, a* and b* */
};

/* A drawn product at GROUP_ART_FINE times a photo's sampling. All zero is empty. */
struct group_art {
  float *rgb; /* sRGB values, 0..255 */
  int width, height;
};
enum { GROUP_PHOTO_WIDTH = 256, GROUP_PHOTO_HEIGHT = 192, GROUP_ART_FINE = 4, GROUP_ART_MARGIN = 12 };

enum status group_art_draw(const struct group_drift *drift, struct group_art *art, struct fault *fault);
void group_art_free(struct group_art *art);

/* How it is photographed: GROUP_PHOTO_WIDTH x GROUP_PHOTO_HEIGHT pixels times `size`, and so much more is seen each way
 * than the product (1: just that). */
struct group_view {
  int size;
  double field;
};

/* A photo (PPM) of unit `unit`; the golden is unit 0, upright and evenly lit. The same unit and art give the same
 * bytes. The caller frees photo->bytes. */
enum status group_photo_take(const struct group_art *art, const struct group_view *view, uint64_t unit,
                             struct photo *photo, struct fault *fault);

#endif
