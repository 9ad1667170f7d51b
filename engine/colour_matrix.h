/* RGB profiles of three primaries and three curves, as cameras and phones embed them (Display P3, Adobe RGB), applied
 * in integers: a tenth of the time of a general transform, and the same bytes on every processor. */
#ifndef ASSAY_ENGINE_COLOUR_MATRIX_H
#define ASSAY_ENGINE_COLOUR_MATRIX_H

#include <lcms2.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COLOUR_MATRIX_ONE = 1 << 13, COLOUR_MATRIX_STEPS = 1 << 14 };

struct colour_matrix {
  uint16_t linear[3][256];              /* by channel: the profile's curve, 65535 for full */
  int32_t to_srgb[3][3];                /* linear RGB to linear sRGB, in units of 1 / COLOUR_MATRIX_ONE */
  uint8_t encoded[COLOUR_MATRIX_STEPS]; /* linear sRGB to sRGB */
};

/* False where the profile is of another kind or its matrix is no sensible one. */
bool colour_matrix_make(cmsHPROFILE profile, struct colour_matrix *matrix);

/* RGB to sRGB in place; what lies outside sRGB is clipped channel by channel. */
void colour_matrix_apply(const struct colour_matrix *matrix, uint8_t *rgb, size_t pixels);

#endif
