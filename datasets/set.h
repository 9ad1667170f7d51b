/* Makes a whole set of photos and writes it. */
#ifndef ASSAY_DATASETS_SET_H
#define ASSAY_DATASETS_SET_H

#include "datasets/options.h"

#include <stdatomic.h>

struct set_progress {
  atomic_int done; /* photos */
  int total;
};

/* Makes the set that the options describe under options->out, which must be new or empty. On failure what was written
 * stays. `progress` may be NULL; it may be read from another thread. */
enum status set_make(const struct options *options, struct set_progress *progress, struct fault *fault);

#endif
