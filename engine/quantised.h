/* What whole steps of values leave unknown of an even colour: neither noise nor detail makes up for the rounding there,
 * however many pixels there are. A picture has whole grey levels, and a JPEG means of 8 x 8 samples in steps of its
 * first coefficient (ITU-T T.81, A.3.4). */
#ifndef ASSAY_ENGINE_QUANTISED_H
#define ASSAY_ENGINE_QUANTISED_H

#include "engine/cielab.h"

struct quantised {
  double half[3]; /* Y, Cb, Cr: a difference of golden and photo is known to within so many grey levels */
  double coarse;  /* the larger of both pictures' steps of chroma means */
};

/* `golden` and `photo`: the steps of both as of struct image; `goldens`: pictures that the golden's colour is a mean
 * of. */
struct quantised quantised_of(const double golden[2], long goldens, const double photo[2]);

/* Leaves of a change of an even place's red, green and blue light, as logarithms, what the steps do not explain.
 * `value`: its red, green and blue, 0..255. */
void quantised_beyond(const struct quantised *steps, const double value[3], double change[3]);

/* Variance, in CIEDE2000, of the difference of an even place that shows this light. */
double quantised_variance(const struct quantised *steps, const double light[3]);

#endif
