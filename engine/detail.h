/* Where a picture has fine detail, in which a camera's colour mosaic makes up colours. */
#ifndef ASSAY_ENGINE_DETAIL_H
#define ASSAY_ENGINE_DETAIL_H

#include "engine/image.h"

/* Above so many grey levels of contrast, made-up colours grow no further. */
enum { DETAIL_MOST = 80 };

/* One byte for each block of 2 x 2 pixels of the luma, and of 4 x 4 (the last may be cut): the range of the luma over
 * the block and its eight neighbours, grey levels, at most DETAIL_MOST. They have ceil(size / side) pixels a side; the
 * caller frees their pixels. STATUS_MEMORY. */
enum status detail_of(const struct plane *luma, struct plane *half, struct plane *quarter, struct fault *fault);

#endif
