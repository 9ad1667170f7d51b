/* A camera's calibration, as `assay calibrate` writes it: the lens model, how sure it is, and what it was made from.
 *
 * {
 *   "format": 1,
 *   "image": {"width": 1600, "height": 1200},          of the photos it holds for, full size
 *   "lens": {"fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3"},
 *   "covariance": [45 numbers],                        of these nine, lower triangle row by row
 *   "freedom": 1234,                                   degrees of freedom behind the covariance
 *   "residual_px": 0.031,                              root mean square distance of corners from the model
 *   "board": {"columns": 9, "rows": 6, "square_mm": 25},
 *   "photos": [{"photo", "photo_id", "residual_px"}],
 *   "versions": {"assay", "opencv"}
 * }
 * The lens model is OpenCV's (Brown 1966): see engine/measure/scale.h. */
#ifndef ASSAY_MODELS_CALIBRATION_H
#define ASSAY_MODELS_CALIBRATION_H

#include "models/photo.h"
#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

enum { CALIBRATION_VALUES = 9, CALIBRATION_MAX_BYTES = 4 << 20, CALIBRATION_MAX_PHOTOS = 1000 };

struct calibration_photo {
  char *path;
  char id[PHOTO_ID_CHARS + 1];
  double residual_px;
};

/* Owns its pointers; all zero is empty. */
struct calibration {
  int32_t width, height;
  double lens[CALIBRATION_VALUES];                            /* fx fy cx cy k1 k2 p1 p2 k3 */
  double covariance[CALIBRATION_VALUES * CALIBRATION_VALUES]; /* row by row, symmetric; of a fixed value 0 */
  double freedom, residual_px;
  int columns, rows; /* inner corners of the board */
  double square_mm;
  struct calibration_photo *photos;
  size_t photo_count;
  char opencv[24];
};

/* The bytes of the file, indented, ending in a newline; numbers with ten digits, which is more than the fit keeps from
 * one processor to another. The caller frees them. NULL: out of memory. */
char *calibration_write(const struct calibration *calibration, size_t *size);

/* Reads them back, strictly: what is missing, of the wrong type, not finite, out of range (a lens without focal length,
 * a negative variance) is STATUS_INVALID. `shown` names the file in messages. On failure `calibration` is empty. */
enum status calibration_read(const void *bytes, size_t size, const char *shown, struct calibration *calibration,
                             struct fault *fault);
void calibration_free(struct calibration *calibration);

#endif
