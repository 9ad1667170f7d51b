/* What `assay bench speed` stands beside: the pipeline that one writes with OpenCV for the same job. ORB at half a
 * megapixel, Hamming matches both ways, a homography by MAGSAC, a bilinear warp of the whole photo, the largest
 * difference in Lab, threshold, opening, connected components. One golden photo, prepared once; one thread. Lamps are
 * not evened out, nothing is refined, nothing is measured. Only the benchmark uses it. */
#ifndef ASSAY_CLI_BENCH_YARDSTICK_H
#define ASSAY_CLI_BENCH_YARDSTICK_H

#include "models/photo.h"
#include "models/status.h"

struct yardstick;

/* `golden` is a JPEG, else STATUS_INVALID. */
enum status yardstick_open(const struct photo *golden, struct yardstick **yardstick, struct fault *fault);
void yardstick_close(struct yardstick *yardstick); /* NULL is nothing */

/* Milliseconds from a photo's bytes to its regions, and how many these are. STATUS_INVALID where it is no JPEG or no
 * homography is found. */
enum status yardstick_judge(struct yardstick *yardstick, const struct photo *photo, double *ms, int *regions,
                            struct fault *fault);

#endif
