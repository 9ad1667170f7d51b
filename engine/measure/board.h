/* The bridge to OpenCV for boards: finding a chessboard in a photo, and a camera from several of them. C only. */
#ifndef ASSAY_ENGINE_MEASURE_BOARD_H
#define ASSAY_ENGINE_MEASURE_BOARD_H

#include "engine/image.h"
#include "engine/pose.h"
#include "models/calibration.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { BOARD_MAX_SIDE = 100 };

/* The inner corners of a chessboard of columns x rows of them (2..BOARD_MAX_SIDE each), row by row, in whole pixels,
 * right to a few. `corners` has room for all. *found is false where the board is not whole in the photo. Sought in a
 * picture reduced to some 1600 px a side. Which of two equivalent ends comes first is OpenCV's choice; lengths do not
 * depend on it. */
enum status board_seek(const struct plane *luma, int columns, int rows, struct pose_point *corners, bool *found,
                       struct fault *fault);

/* The same; `fine`: refined as in board_corners.h, and not found where an edge of the board is not clear. */
enum status board_find(const struct plane *luma, int columns, int rows, bool fine, struct pose_point *corners,
                       bool *found, struct fault *fault);

/* Fits one camera (OpenCV's calibrateCamera, after Zhang, PAMI 22, 2000) to the corners of `views` photos of one board:
 * corners[view * columns * rows + i]. In `calibration`, width, height, columns, rows, square_mm and photos (one a view)
 * are set beforehand; the lens, its covariance, freedom, residuals and the version are filled in. The covariance is
 * that of least squares, s^2 (J'J)^-1 with all poses free. `third`: k3 is fitted too, else it is 0.
 * At least 3 views. STATUS_INVALID where they do not determine a camera. */
enum status board_calibrate(const struct pose_point *corners, size_t views, bool third, struct calibration *calibration,
                            struct fault *fault);

#endif
