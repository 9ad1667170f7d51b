/* Photos for `assay bench speed` where none are given: a drawn product and JPEG photos of it, all different. */
#ifndef ASSAY_CLI_BENCH_PHOTOS_H
#define ASSAY_CLI_BENCH_PHOTOS_H

#include "models/photo.h"
#include "models/status.h"

#include <stddef.h>

/* `photos[0]` is the golden photo, the others show it turned by about 3 degrees and 2 % larger, with another noise
 * each. JPEG of quality 90, 4:3. The same bytes on every call. The caller frees each of the `count`, also after a
 * failure, and has set them to zero beforehand. */
enum status bench_photos_draw(double megapixels, struct photo *photos, size_t count, struct fault *fault);

/* Milliseconds of a plain tjDecompress2 to RGB into `*rgb`, which is taken and touched when it is too small.
 * STATUS_INVALID where the bytes are no JPEG. The caller frees `*rgb`. */
enum status bench_decode(const struct photo *photo, unsigned char **rgb, size_t *rgb_size, double *ms,
                         struct fault *fault);

#endif
