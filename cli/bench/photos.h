/* Photos for `assay bench speed` where none are given: a drawn product and JPEG photos of it, all different. */
#ifndef ASSAY_CLI_BENCH_PHOTOS_H
#define ASSAY_CLI_BENCH_PHOTOS_H

#include "models/photo.h"
#include "models/result.h"
#include "models/status.h"

#include <stddef.h>

enum { BENCH_PLANTED = 2 };

/* What a drawn photo shows. */
struct bench_truth {
  int width, height;    /* the golden's */
  double corners[4][2]; /* the golden's corner pixels in photo pixels: upper left and right, lower left and right */
  int planted[BENCH_PLANTED][2]; /* golden pixels: the middles of the marks that the golden has not */
  int radius;                    /* of the marks, golden pixels */
};

/* `photos[0]` is the golden photo, the others show it and what lies around it turned by about 3 degrees and 2 %
 * larger, each with another noise and, from `approved` on, marks in other places. JPEG of quality 90, 4:3. The same
 * bytes on every call. `truths`, which may be NULL, has the truth of photo i in element i, from 1 on. The caller frees
 * each of the `count`, also after a failure, and has set them to zero beforehand. */
enum status bench_photos_draw(double megapixels, struct photo *photos, size_t count, size_t approved,
                              struct bench_truth *truths, struct fault *fault);

/* How right the results of drawn photos are. */
struct bench_answer {
  double corner_px;              /* the worst distance of a corner from where it is */
  size_t planted, found, others; /* marks, those in a region, and regions without one */
};

/* Adds one photo's. */
void bench_photos_check(const struct bench_truth *truth, const struct result *result, struct bench_answer *answer);

/* Milliseconds of a plain tjDecompress2 to RGB into `*rgb`, which is taken and touched when it is too small.
 * STATUS_INVALID where the bytes are no JPEG. The caller frees `*rgb`. */
enum status bench_decode(const struct photo *photo, unsigned char **rgb, size_t *rgb_size, double *ms,
                         struct fault *fault);

#endif
