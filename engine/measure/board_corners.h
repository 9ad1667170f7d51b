/* The inner corners of a chessboard to the sub-pixel. */
#ifndef ASSAY_ENGINE_MEASURE_BOARD_CORNERS_H
#define ASSAY_ENGINE_MEASURE_BOARD_CORNERS_H

#include "engine/image.h"
#include "engine/pose.h"

#include <stdbool.h>

/* Moves each of columns x rows corners, right to a few pixels, to where the two lines that cross there do: each runs
 * through the edges to either side of the corner, measured in strips of a third of a square. A chessboard's corner
 * is odd about both lines, so that blur moves neither. False where an edge is not clear. */
bool board_corners_refine(const struct plane *luma, int columns, int rows, struct pose_point *corners);

#endif
