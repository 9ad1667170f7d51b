/* Makes a whole set of photos and writes it. */
#ifndef ASSAY_DATASETS_SET_H
#define ASSAY_DATASETS_SET_H

#include "datasets/options.h"

/* Makes the set that the options describe under options->out, which must be new or empty. On failure what was written
 * stays. `progress` (may be NULL) is called after each photo, by one thread at a time. */
typedef void set_progress(int done, int total);
enum status set_make(const struct options *options, set_progress *progress, struct fault *fault);

#endif
