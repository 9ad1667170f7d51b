/* Findings against boxes that people marked: precision, recall, F and average precision. */
#ifndef ASSAY_CLI_ACCURACY_H
#define ASSAY_CLI_ACCURACY_H

#include "models/result.h"
#include "models/status.h"

#include <stddef.h>

/* A marked or found box, photo pixels; `confidence` of found ones. */
struct accuracy_box {
  double left, top, right, bottom;
  enum defect_class class_;
  double confidence;
};

struct accuracy_image {
  struct accuracy_box *marked, *found;
  size_t marked_count, found_count;
};

struct accuracy_figures {
  size_t marked, found, right;
  double precision, recall, f, average_precision;
};

/* A found box is right when its intersection over union with a marked one that no surer finding of the image has taken
 * is above 1/3 less a hair (0.33, as the data set's authors have it), and, `with_class`, the class is the same. Average
 * precision is the mean over the marked boxes of the precision at each right finding, by falling confidence over all
 * images. Sorts each image's findings by confidence. */
enum status accuracy_score(struct accuracy_image *images, size_t count, bool with_class,
                           struct accuracy_figures *figures, struct fault *fault);
void accuracy_image_free(struct accuracy_image *image);

/* Adds a box to a list that doubles at each power of two. */
enum status accuracy_add(struct accuracy_box **boxes, size_t *count, const struct accuracy_box *box,
                         struct fault *fault);

#endif
