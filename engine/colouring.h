/* The colours of zones: the mean of each against the golden's, as CIEDE2000, with the photo's light taken away.
 *
 * What may pass for light is told by colour.reference. With a zone, whose colour is known to stay, the lamp's level and
 * colour are read from it alone. With fixture nothing passes for light. With none the zones are held against each
 * other: each against the light that the rest of the golden shows, unless it is nearly all of the golden itself. The
 * camera's curve and how the light falls over the product are always read from all of the golden, where the judged zone
 * itself may have any colour. */
#ifndef ASSAY_ENGINE_COLOURING_H
#define ASSAY_ENGINE_COLOURING_H

#include "engine/aligned.h"
#include "engine/cells.h"
#include "engine/quantised.h"
#include "engine/tone.h"
#include "engine/zones.h"
#include "models/result.h"

#include <stdbool.h>

/* Of values, less 128. */
struct chroma {
  double cb, cr;
};

/* The golden's side. */
struct colouring {
  const struct spec *spec;
  int32_t width, height;
  struct cells cells;          /* labels as in zones.h */
  bool judged;                 /* there is something that zones could be held against */
  uint8_t reference;           /* label of the reference zone, or 0 */
  struct tone_sample *samples; /* of the golden, one a cell; photo not set */
  double *terms;               /* tone_terms of these */
  struct chroma *chroma;       /* of these, where `judged` */
  struct steps steps;          /* of the golden photo */
  long photos;                 /* whose mean the golden colours are */
  double (*sums)[4];           /* of further approved photos, one a cell: like samples' golden, and how many */
};

/* One thread's working memory and the last photo's colours. All zero is empty. */
struct colouring_work {
  bool measured;
  struct zone_result *zones; /* limit NAN: not judged */
  uint8_t *label;            /* of each zone of them */
  size_t count;
  struct quantised steps;
  double cast; /* CIEDE2000 of mid grey by what all zones have in common but brightness; NAN under a reference */
  struct cells_work cells;
  struct tone_sample *samples;
};

/* Whether there is anything that a zone's colour could be held against, if the golden is in colour. */
bool colouring_judges(const struct spec *spec);

/* Colours are judged where the golden is in colour and has a reference or two kinds of ground at least. STATUS_INVALID
 * where the reference zone or a zone with a limit of its own is too small to have a colour, or a grey golden should
 * have a reference. `masks` as for zones_draw. */
enum status colouring_open(struct device *device, const struct spec *spec, const struct photo *masks,
                           const struct zones *zones, const struct cells_photo *golden, struct colouring *colouring,
                           struct fault *fault);
void colouring_close(struct device *device, struct colouring *colouring);

/* Whether the golden's ground is of more than one colour, edges aside: what a grey photo cannot show. Of one colour all
 * over, it says no more than a lamp does. */
bool colouring_is_manifold(const struct colouring *colouring);

/* Adds a further approved photo that was aligned to the golden, with its light taken to the golden's; and, after the
 * last, takes the mean of all for the golden's colours, so that what one photo's noise and rounding made of them counts
 * less. A grey photo is passed over. */
enum status colouring_add(struct device *device, struct colouring *colouring, const struct placement *placement,
                          const struct cells_photo *photo, struct colouring_work *work, struct fault *fault);
void colouring_take_mean(struct colouring *colouring);

/* How the light and camera of an aligned photo, taken over all of the golden, differ from the golden's. */
enum status colouring_tone(struct device *device, const struct colouring *colouring, const struct placement *placement,
                           const struct cells_photo *photo, struct colouring_work *work, struct tone *tone,
                           struct fault *fault);

/* Measures an aligned colour photo's zones and, under a reference, what is compared outside of them ("outside"); the
 * reference zone is not one of them, nor what the photo hardly shows. */
enum status colouring_measure(struct device *device, const struct colouring *colouring,
                              const struct placement *placement, const struct cells_photo *photo,
                              struct colouring_work *work, struct fault *fault);
void colouring_work_free(struct device *device, struct colouring_work *work);

#endif
