/* Plants defects and measures what became of them in the photo. */
#ifndef ASSAY_DATASETS_DEFECT_H
#define ASSAY_DATASETS_DEFECT_H

#include "datasets/camera.h"
#include "datasets/options.h"

/* Measured on the photo rendered twice without noise, with the defect and without. The difference of a pixel is that
 * of luma, or of luma and both chroma (root of the sum of squares) for colour, in grey levels of the 8-bit photo.
 * peak: what a fifth of the pixels that differ by 8 and more reach. core: from half the peak on. mask: from a quarter
 * of the contrast on, at least 8. */
struct defect {
  enum defect_class class;
  char where[24];        /* the part, or what was added */
  double product_box[4]; /* mm: x0, y0, x1, y1 of all that was redrawn */
  struct rectangle box;  /* of the mask, photo pixels */
  uint8_t *mask;         /* of the box, 0 or 255, rows of box.x1 - box.x0 bytes; freed by defect_free */
  int area;              /* of the mask */
  double contrast;       /* mean difference over the core */
  double length, width;  /* of the core, along and across its longer axis */
  double thickness;      /* diameter of the largest disc in the core */
  int piece;             /* pixels of the core's largest connected piece */
  const char *severity;
};

/* Draws one more defect into `change` and `view` (a patch). STATUS_INVALID when none of the classes wanted finds a
 * place with the size and contrast wanted. `others` are the unit's earlier defects, which it keeps clear of. */
enum status defect_plant(const struct options *options, const struct studio *studio, const struct shot *shot,
                         struct view *view, struct change *change, struct random *random, const struct defect *others,
                         int other_count, struct darkroom *darkroom, struct defect *defect, struct fault *fault);
void defect_free(struct defect *defect);

/* One try, in propose.c: a defect of the class somewhere, put into `change`. */
struct proposal {
  struct change change;
  double box[4];    /* mm */
  double *strength; /* in `change`, to be adjusted to the contrast; NULL: fixed */
  bool strokes;     /* made of lines: letters, scratches, edges of what moved */
  char where[24];
};
/* false: nothing fits. */
bool defect_propose(const struct options *options, const struct view *view, double px_per_mm, enum defect_class class,
                    const struct change *change, struct random *random, struct proposal *proposal);

/* Fills box, mask, area, contrast, length, width, thickness and piece from two renderings of the rectangle (rgb, 3
 * bytes a pixel). STATUS_MISSING when they hardly differ. */
enum status defect_measure(const uint8_t *before, const uint8_t *after, struct rectangle rectangle, bool chroma,
                           struct defect *defect, struct fault *fault);

#endif
