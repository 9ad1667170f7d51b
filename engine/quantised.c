#include "engine/quantised.h"

#include "engine/image.h"
#include "engine/tone.h"
#include "kernels/math.h"

#include <math.h>

/* Samples are rounded before they are compressed, too, but with the sensor's noise, which makes their mean surer. */
static const double NOISY_LEVEL = 0.3;

struct steps steps_of(const struct image *image) {
  return (struct steps){{image->step[0], image->step[1]}, !image->fractions};
}

/* Half a step either way, of levels and of means. */
static double half_of(struct steps steps, int component) {
  double level = steps.whole ? 1 : NOISY_LEVEL, mean = steps.mean[component > 0];
  return 0.5 * sqrt(level * level + mean * mean);
}

struct quantised quantised_of(struct steps golden, long goldens, struct steps photo) {
  struct quantised q = {.coarse = golden.mean[1] > photo.mean[1] ? golden.mean[1] : photo.mean[1]};
  for (int k = 0; k < 3; k++) {
    double before = half_of(golden, k), now = half_of(photo, k);
    q.half[k] = sqrt(before * before / (double)(goldens > 1 ? goldens : 1) + now * now);
  }
  return q;
}

/* How much a value grows for its light's logarithm, with TONE_FLOOR. */
static double steepness(double value) {
  double low = value > 0.5 ? value - 0.5 : 0, high = value < 254.5 ? value + 0.5 : 255;
  double rise = cielab_light(high) - cielab_light(low);
  return (cielab_light(value) + TONE_FLOOR) * (high - low) / rise;
}

void quantised_beyond(const struct quantised *q, const double value[3], double change[3]) {
  double steep[3], rgb[3], ycc[3];
  for (int k = 0; k < 3; k++) steep[k] = steepness(value[k]), rgb[k] = change[k] * steep[k];
  image_ycc_of(rgb, ycc);
  for (int k = 0; k < 3; k++) {
    double beyond = fabs(ycc[k]) - q->half[k];
    ycc[k] = beyond > 0 ? copysign(beyond, ycc[k]) : 0;
  }
  image_rgb_of(ycc[0], ycc[1], ycc[2], rgb);
  for (int k = 0; k < 3; k++) change[k] = rgb[k] / steep[k];
}

void quantised_follow(struct quantised *q, const double value[3], const double spread[2], const double alike[2],
                      double other[3]) {
  double steep[3], rgb[3], ycc[3];
  for (int k = 0; k < 3; k++) steep[k] = steepness(value[k]), rgb[k] = other[k] * steep[k];
  image_ycc_of(rgb, ycc);
  ycc[0] = 0;
  for (int k = 1; k < 3; k++) {
    double half = q->half[k], unknown = half * half / 3,
           share = (1 - alike[k - 1]) * unknown / (unknown + spread[k - 1] * spread[k - 1]);
    ycc[k] *= share;
    if (fabs(ycc[k]) > half) ycc[k] = copysign(half, ycc[k]);
    q->half[k] = half * sqrt(1 - share);
  }
  image_rgb_of(ycc[0], ycc[1], ycc[2], rgb);
  for (int k = 0; k < 3; k++) other[k] = rgb[k] / steep[k];
}

double quantised_variance(const struct quantised *q, const double light[3]) {
  const struct cielab here = cielab_of_light(light);
  double sum = 0;
  for (int k = 0; k < 3; k++) {
    double off[3] = {0}, rgb[3], moved[3];
    off[k] = q->half[k];
    image_rgb_of(off[0], off[1], off[2], rgb);
    for (int i = 0; i < 3; i++) moved[i] = cielab_light(cielab_value(light[i]) + rgb[i]);
    const struct cielab there = cielab_of_light(moved);
    double far = cielab_difference(&here, &there);
    sum += far * far / 3;
  }
  return sum;
}
