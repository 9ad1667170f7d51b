/* All dimensions of a spec on one photo. */
#ifndef ASSAY_ENGINE_MEASURE_DIMENSIONS_H
#define ASSAY_ENGINE_MEASURE_DIMENSIONS_H

#include "engine/image.h"
#include "engine/measure/value.h"
#include "models/calibration.h"

/* One thread's working memory and the last photo's dimensions. All zero is empty. */
struct dimensions {
  struct measuring measuring; /* its gauges, in the order of the spec */
  struct measuring curved;    /* and as they are by another curve, where the photo's is not known */
  struct measured *values;    /* the measures, in the order of the spec */
  size_t count, capacity;
};

struct dimensions_call {
  const struct spec *spec;
  const struct calibration *calibration; /* of the golden; NULL: none */
  const struct image *photo;             /* decoded at full size */
  struct device *device;
  const struct kernel_image *luma; /* its luma on the device */
  /* The same with its levels brought to the golden's, where they seem to follow another curve; NULL. */
  const struct kernel_image *straightened;
  const struct placement *placement; /* golden -> photo pixel */
  double residual_px;                /* what the pose alone leaves, golden pixels: how well a place is known */
  double golden_size;                /* half the golden's diagonal, px */
};

/* Measures. Dimensions in px are the photo's own pixels under translation, rigid alignment or a fixture, else golden
 * pixels. What cannot be measured is a value that was not found, with why; the status is not OK only for faults of
 * assay or the machine. */
enum status dimensions_measure(struct dimensions *dimensions, const struct dimensions_call *call, struct fault *fault);
void dimensions_free(struct dimensions *dimensions, struct device *device);

/* How many measures a spec has. */
size_t dimensions_asked(const struct spec *spec);

#endif
