/* A part of the golden as a photo shows it: upright, at any size. */
#ifndef ASSAY_ENGINE_READ_WINDOW_H
#define ASSAY_ENGINE_READ_WINDOW_H

#include "engine/image.h"
#include "engine/placement.h"

/* What is looked at, and how. */
struct window {
  double middle[2], size[2]; /* golden pixels */
  double scale;              /* pixels of the picture for one of the golden */
  bool slanted;              /* turned by an eighth, with all corners in the picture */
};

/* At most this many pixels, at a smaller scale where they would be more. */
enum { WINDOW_MOST_PIXELS = 4000000 };

/* A picture; all zero has no memory yet, and it is kept from one to the next. End with window_free. */
struct window_picture {
  struct plane plane;
  double scale; /* it was made at */
  double seen;  /* share of it that the photo shows; the rest is as the photo's nearest pixel */
  size_t room;
};

/* Makes the picture from a luma plane: bicubic (Keys 1981, a = -1/2), averaged where it is smaller than the photo.
 * `placement` NULL: the plane is the golden's own. */
enum status window_take(const struct window *window, const struct plane *luma, const struct placement *placement,
                        struct window_picture *picture, struct fault *fault);
void window_free(struct window_picture *picture);

/* The golden pixel that a pixel of the picture shows. */
struct pose_point window_golden(const struct window *window, const struct window_picture *picture, double x, double y);

#endif
