/* Where a picture has fine detail, in which a camera's colour mosaic makes up colours. */
#ifndef ASSAY_ENGINE_DETAIL_H
#define ASSAY_ENGINE_DETAIL_H

#include "engine/image.h"

/* Above so many grey levels of contrast, made-up colours grow no further. */
enum { DETAIL_MOST = 80 };

/* One byte for each `side` x `side` block of the luma (side 2, 4 or a further power of two; the
 * last blocks may be cut): the range of the
 * luma over the block and its eight neighbours, grey levels, at most DETAIL_MOST. `detail` has ceil(size / side) pixels
 * a side; the caller frees detail->pixels. STATUS_MEMORY. */
enum status detail_of(const struct plane *luma, int32_t side, struct plane *detail, struct fault *fault);

#endif
