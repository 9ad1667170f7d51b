/* What whole steps of values leave unknown of an even colour: neither noise nor detail makes up for the rounding there,
 * however many pixels there are. A picture has whole grey levels, and a JPEG means of 8 x 8 samples in steps of its
 * first coefficient (ITU-T T.81, A.3.4). */
#ifndef ASSAY_ENGINE_QUANTISED_H
#define ASSAY_ENGINE_QUANTISED_H

#include "engine/cielab.h"

#include <stdbool.h>

struct image;

/* Of one picture. */
struct steps {
  double mean[2]; /* as image.step */
  bool whole;     /* means are those of whole levels: without the file's fractions */
};

struct steps steps_of(const struct image *image);

struct quantised {
  double half[3]; /* Y, Cb, Cr: a difference of golden and photo is known to within so many grey levels */
  double coarse;  /* the larger of both pictures' steps of chroma means */
};

/* `goldens`: pictures that the golden's colour is a mean of. */
struct quantised quantised_of(struct steps golden, long goldens, struct steps photo);

/* Leaves of a change of an even place's red, green and blue light, as logarithms, what the steps do not explain.
 * `value`: its red, green and blue, 0..255. */
void quantised_beyond(const struct quantised *steps, const double value[3], double change[3]);

/* What else says of an even place's change: `other` has that less what the place itself says, as logarithms of light.
 * Leaves by how much to move towards it: never by more than chroma's steps leave unknown, and less the less sure the
 * other is (`spread` of Cb and Cr: standard deviation, grey levels) and the more its own rounding is the place's
 * (`alike`: 0..1). Lessens the steps by what is known then. */
void quantised_follow(struct quantised *steps, const double value[3], const double spread[2], const double alike[2],
                      double other[3]);

/* Variance, in CIEDE2000, of the difference of an even place that shows this light. */
double quantised_variance(const struct quantised *steps, const double light[3]);

#endif
