#include "datasets/spoil.h"

#include <math.h>

/* The lens out of focus, or the camera shaken, by so many pixels of a photo of REFERENCE_WIDTH (a megapixel). */
static const double REFERENCE_WIDTH = 1155, LEAST_BLUR = 2.5, MOST_BLUR = 6;

static void blur(struct random *random, struct shot *shot) {
  double sigma = random_range(random, LEAST_BLUR, MOST_BLUR) * shot->width / REFERENCE_WIDTH;
  sigma = fmin(sigma, 0.7 * OPTICS_BLUR);
  if (random_uniform(random) < 0.3)
    shot->shake = 1.4 * sigma;
  else
    shot->blur = fmax(shot->blur, sigma);
}

/* So bright that the product's ground is far past white. */
static void overexpose(const struct scene *scene, struct random *random, struct shot *shot) {
  double ground = fmax(scene->ground.r, fmax(scene->ground.g, scene->ground.b));
  shot->light.exposure = random_range(random, 1.5, 3) / fmax(number_to_linear(ground), 0.02);
}

/* A third to two thirds of the product out of the photo, to one side. */
static void crop(const struct scene *scene, struct random *random, struct shot *shot) {
  int axis = random_uniform(random) < 0.5;
  double extent = (axis ? scene->height : scene->width) * shot->pose.scale;
  double frame = axis ? shot->height : shot->width;
  double hidden = random_range(random, 0.35, 0.65);
  double low = random_uniform(random) < 0.5 ? (0.5 - hidden) * extent : frame - (0.5 - hidden) * extent;
  shot->pose.centre[axis] = low;
}

static void shrink(struct random *random, struct shot *shot) {
  shot->pose.scale *= random_range(random, 0.18, 0.42);
}

/* All lamps, or those of one side. */
static void darken(struct random *random, struct shot *shot) {
  struct light *light = &shot->light;
  if (random_uniform(random) < 0.4) {
    light->exposure *= random_range(random, 0.002, 0.02);
    return;
  }
  light->dark = random_range(random, 0.97, 0.995);
  light->dark_at = random_range(random, -0.15, 0.08);
  light->penumbra = random_range(random, 0.2, 0.5);
}

bool spoil_wanted(const struct options *options, enum spoil kind) {
  return (options->spoil & 1u << (kind - 1)) != 0;
}

void spoil_shot(const struct options *options, const struct scene *scene, enum spoil kind, int index,
                struct shot *shot) {
  struct random random = random_stream((uint64_t)options->seed, 'X', (uint64_t)(int64_t)index);
  switch (kind) {
  case SPOIL_BLURRED:
    blur(&random, shot);
    break;
  case SPOIL_OVEREXPOSED:
    overexpose(scene, &random, shot);
    break;
  case SPOIL_CROPPED:
    crop(scene, &random, shot);
    break;
  case SPOIL_TURNED_OVER:
    shot->pose.mirrored = true;
    break;
  case SPOIL_TOO_SMALL:
    shrink(&random, shot);
    break;
  case SPOIL_LAMP_FAILED:
    darken(&random, shot);
    break;
  default:
    break;
  }
}
