/* Pieces of one work, by several threads: where latency is asked for. */
#ifndef ASSAY_ENGINE_CREW_H
#define ASSAY_ENGINE_CREW_H

#include "models/status.h"

#include <stddef.h>

enum { CREW_MOST = 8 };

struct crew {
  int threads; /* the caller's among them; below 2 it does all alone, in order */
  /* Does one piece. Any thread, pieces in any order: what comes of them must not depend on that. */
  enum status (*piece)(void *context, size_t index, struct fault *fault);
  void *context;
};

/* The processors that this process may run on. */
int crew_processors(void);

/* Does pieces 0..count - 1. After a failure no more are begun; the failure is that of the first of them. */
enum status crew_run(const struct crew *crew, size_t count, struct fault *fault);

#endif
