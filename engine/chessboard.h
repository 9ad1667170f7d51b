/* Distances as a king walks over a chessboard: the larger of columns and rows. */
#ifndef ASSAY_ENGINE_CHESSBOARD_H
#define ASSAY_ENGINE_CHESSBOARD_H

#include "engine/image.h"

/* Lowers each pixel of a plane to what any other of it holds and how far that is, at most 255: of 0 where something is
 * and 255 elsewhere, the distance to the nearest. What would be more than `reach` may be anything above it. `room`: for
 * a row. */
void chessboard_spread(const struct plane *plane, int32_t reach, uint8_t *room);

#endif
