/* OpenCV's findTransformECC, to be printed beside our own alignment. It stands in a library of its own,
 * libassay_ecc.so, which `assay bench accuracy alignment` opens where it was built: OpenCV's video module would more
 * than double the time that every start of assay takes. */
#ifndef ASSAY_CLI_BENCH_ECC_H
#define ASSAY_CLI_BENCH_ECC_H

#include <stdint.h>

#define ECC_LIBRARY "libassay_ecc.so"
#define ECC_SYMBOL "ecc_affine"

/* From `start` to the affine map golden -> photo {xx, xy, x0, yx, yy, y0}, both [height][width]. With the defaults of
 * OpenCV (its inputs blurred by 5 x 5), but up to 100 steps and until the correlation rises by less than 1e-7. 0, and
 * `found` untouched, where it does not converge. */
int ecc_affine(const uint8_t *golden, const uint8_t *photo, int width, int height, const double start[6],
               double found[6]);

typedef int ecc_function(const uint8_t *, const uint8_t *, int, int, const double[6], double[6]);

#endif
