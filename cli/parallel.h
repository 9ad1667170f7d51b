/* Work on many things at once, with what came of it in order. */
#ifndef ASSAY_CLI_PARALLEL_H
#define ASSAY_CLI_PARALLEL_H

#include "models/status.h"

#include <stddef.h>

struct parallel {
  size_t count;
  size_t threads;
  /* Called for each index once, on any thread. What it came to is kept by the caller, by index. */
  void (*work)(void *context, size_t index);
  /* Called on the calling thread for 0, 1, 2, ... after the work on each; not OK stops the rest. */
  enum status (*finish)(void *context, size_t index, struct fault *fault);
  void *context;
};

/* Never runs more than 4 threads' worth ahead of `finish`. When it returns no thread is left; after a stop some indexes
 * may have been worked on without `finish`. */
enum status parallel_run(const struct parallel *parallel, struct fault *fault);

/* `wanted`, or one a processor that this process may run on where it is 0. */
size_t parallel_threads(long wanted);

#endif
