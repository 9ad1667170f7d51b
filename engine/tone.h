/* How a photo's light and camera turn the golden's colours into its own, so that what is left is the product's.
 *
 * Of light (0..1, a channel each), with g = ln golden - TONE_MIDDLE:
 *
 *   ln photo = ln golden + level[channel] + contrast g + bend g^2 + shape(x, y)
 *
 * The levels are exposure and the colour of the lamp, contrast and bend the camera's curve (a gamma of 1 + contrast),
 * the shape how light falls over the product: a polynomial of TONE_ORDER without a constant. */
#ifndef ASSAY_ENGINE_TONE_H
#define ASSAY_ENGINE_TONE_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TONE_MIDDLE (-1.6094379124341003) /* ln 0.2 */
#define TONE_FLOOR 0.0005                 /* added to light, so that black is not -infinity */

enum { TONE_ORDER = 4, TONE_SHAPE = 14 };

/* The mean colour of one place: ln of light + TONE_FLOOR. */
struct tone_sample {
  double x, y;
  uint8_t label;
  bool mixed; /* of pixels of several colours: what a curve does to their mean is not what it does to each */
  bool idle;  /* does not tell of the light */
  double golden[3], photo[3];
  double weight[3]; /* 0: not known (overexposed) */
};

/* Whether all its channels are known. */
static inline bool tone_sample_known(const struct tone_sample *s) {
  return s->weight[0] > 0 && s->weight[1] > 0 && s->weight[2] > 0;
}

struct tone {
  double level[3], contrast, bend, shape[TONE_SHAPE];
  double reference[3]; /* by how much the reference's levels are above `level`, which all other samples tell; else 0 */
  double cx, cy, unit; /* u = (x - cx) / unit */
};

/* The golden's own light, over a golden of this size. */
struct tone tone_none(int32_t width, int32_t height);

/* What tone_fit needs of each sample's place alone: TONE_TERMS numbers a sample. */
enum { TONE_TERMS = 44 };
void tone_terms(const struct tone *tone, const struct tone_sample *samples, size_t count, double *terms);

/* Fits robustly. `terms` is what tone_terms makes of the samples and of `tone`. Mixed samples count where hardly any
 * other is there, and then the curve is taken to be the golden's. The samples of label `own` (0: none) may have a
 * colour of their own, so that they tell of the light's shape and the camera's curve and nothing of its levels. So may
 * those of label `reference` (0: none). `tone` begins as tone_none made it, and stays so where there is nothing to fit
 * to. */
enum status tone_fit(const struct tone_sample *samples, const double *terms, size_t count, int own, int reference,
                     struct tone *tone, struct fault *fault);

/* ln of light (+ TONE_FLOOR, as in samples) that a photo's light at a place would be under the golden's lamp and
 * camera. */
double tone_undo(const struct tone *tone, double x, double y, int channel, double photo);

#endif
