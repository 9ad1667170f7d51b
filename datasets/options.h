/* The command line of assay-synth: one table gives each option's name, argument, range, default and help. */
#ifndef ASSAY_DATASETS_OPTIONS_H
#define ASSAY_DATASETS_OPTIONS_H

#include "datasets/scene.h"

#include <stdio.h>

enum defect_class {
  DEFECT_MISSING,
  DEFECT_EXTRA,
  DEFECT_SCRATCH,
  DEFECT_STAIN,
  DEFECT_COLOUR,
  DEFECT_PRINT,
  DEFECT_MOVED,
  DEFECT_CLASSES
};
extern const char *const defect_class_names[DEFECT_CLASSES + 1]; /* ends with NULL */

/* What makes a photo useless for judging. */
enum spoil {
  SPOIL_NONE,
  SPOIL_BLURRED,
  SPOIL_OVEREXPOSED,
  SPOIL_WRONG_PRODUCT,
  SPOIL_CROPPED,
  SPOIL_TURNED_OVER,
  SPOIL_TOO_SMALL,
  SPOIL_LAMP_FAILED,
  SPOIL_END
};
extern const char *const spoil_names[SPOIL_END]; /* from SPOIL_BLURRED on; ends with NULL */

enum drift { DRIFT_NONE = 0, DRIFT_SHIFT = 1, DRIFT_DIMENSION = 2, DRIFT_COLOUR = 4 };

struct options {
  int product; /* enum product */
  int seed, count, defects, goldens, spoiled, per_photo, lot_size, factories, lines, threads;
  double megapixels, rotate, tilt, scale, shift, gradient, cast, kelvin, noise, distortion, bend, loose, min_size,
      max_size, min_contrast;
  double blur[2], quality[2], gamma[2], material;
  bool card, season;
  unsigned classes, drift, spoil; /* bits */
  const char *out;
  bool help;
};

/* Reads the command line; `options` points into argv. STATUS_USAGE names the option, what was given and what was
 * expected. */
enum status options_parse(struct options *options, int argc, char **argv, struct fault *fault);
void options_help(FILE *out);

#endif
