/* How a photo's light differs from the golden's: a gain that varies smoothly over the golden, and an offset.
 *
 *   photo + LIGHT_PEDESTAL = gain(x, y) (golden + LIGHT_PEDESTAL) + offset
 *
 * In sRGB's coding (IEC 61966-2-1) a gain in linear light is a gain of value + 0.055 * 255, hence the pedestal. The
 * gain is a polynomial in the golden's normalised coordinates, of an order that its tiles support. */
#ifndef ASSAY_ENGINE_LIGHT_H
#define ASSAY_ENGINE_LIGHT_H

#include "models/status.h"

#include <stddef.h>

#define LIGHT_PEDESTAL 14.025

enum { LIGHT_MAX_ORDER = 4, LIGHT_MAX_TERMS = 15 };

struct light {
  int order;
  double coefficient[LIGHT_MAX_TERMS];
  double offset;
  double cx, cy, unit; /* u = (x - cx) / unit */
};

/* One place where the photo was seen: mean golden and photo values there, and how much they count. */
struct light_sample {
  double x, y, golden, photo, weight;
};

struct light light_none(int width, int height);
double light_gain(const struct light *light, double x, double y);

/* The gain along a line of one y: a polynomial in u alone. */
struct light_row {
  double coefficient[LIGHT_MAX_ORDER + 1];
  double offset, inverse; /* u = (x - offset) inverse */
};
struct light_row light_row(const struct light *light, double y);

/* What the light makes of a golden's value. */
static inline double light_on(double gain, double offset, double golden) {
  return gain * (golden + LIGHT_PEDESTAL) + offset - LIGHT_PEDESTAL;
}

#define LIGHT_LEAST_GAIN 0.05
#define LIGHT_MOST_GAIN 20.0

static inline double light_within(double gain) {
  gain = gain > LIGHT_LEAST_GAIN ? gain : LIGHT_LEAST_GAIN;
  return gain < LIGHT_MOST_GAIN ? gain : LIGHT_MOST_GAIN;
}

/* The polynomial's value, bounded. */
static inline double light_row_gain(const struct light_row *row, double x) {
  const double *c = row->coefficient, u = (x - row->offset) * row->inverse;
  return light_within(c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * c[4]))));
}

/* Fits robustly (Tukey's biweight, reweighted `rounds` times: LIGHT_ROUNDS for an answer, fewer for a step on the way),
 * so that a changed product does not pass for light. The order is lowered where the samples are few. Where there is
 * nothing to fit to, and on failure (STATUS_MEMORY), `light` is untouched. `order` at most LIGHT_MAX_ORDER. Samples
 * that share a y are best handed over together: they are worked on as a row. */
enum { LIGHT_ROUNDS = 8 };
enum status light_fit(const struct light_sample *samples, size_t count, int order, int rounds, struct light *light,
                      struct fault *fault);

#endif
