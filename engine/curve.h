/* A camera whose curve is not the golden's: gamma, contrast, a "vivid" setting. The light's gain and offset cannot take
 * that away; a table of values can. */
#ifndef ASSAY_ENGINE_CURVE_H
#define ASSAY_ENGINE_CURVE_H

#include "engine/image.h"
#include "engine/tone.h"

/* What brings a photo's values to the golden's curve; its exposure and the lamp's colour stay. */
struct curve {
  uint8_t value[256];
  double exact[256]; /* not rounded */
};

/* Grey levels that the light's gain and offset leave of a curve without harm, and from which on a curve that was found
 * by luma alone is worth a second look. */
#define CURVE_HARMLESS 4.0
#define CURVE_SUSPECT 2.0

/* A gamma of 0.6 or 1.7 changes no more; what does is not a camera's curve. */
#define CURVE_MOST 50.0

/* Of a fitted tone. The largest change of a value that photos have, grey levels. */
double curve_of_tone(const struct tone *tone, struct curve *curve);

/* In place: red, green and blue go through the curve, or grey. Fractions become those of what is
 * had without rounding, and what was full stays so. */
void curve_apply(const struct curve *curve, struct image *image);

#endif
