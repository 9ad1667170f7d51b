/* What a worker needs from whoever judges photos: the engine, or a test's own. Functions may be called by several
 * threads at a time, with different `desk`s. */
#ifndef ASSAY_IPC_JUDGE_H
#define ASSAY_IPC_JUDGE_H

#include "models/job.h"
#include "models/photo.h"
#include "models/status.h"

struct judge {
  void *context;

  /* Opens and verifies the golden folder at `path`, whose seal has been found to be `sha256`. What is opened is shared
   * by all threads and must not change. */
  enum status (*open_golden)(void *context, const char *path, const char *sha256, void **golden, struct fault *fault);
  void (*close_golden)(void *context, void *golden);

  /* One thread's working memory for one golden. */
  enum status (*open_desk)(void *context, void *golden, void **desk, struct fault *fault);
  void (*close_desk)(void *context, void *desk);

  /* Judges: *line is the result as result_write gives it, which the worker frees. `photo` has no bytes where it could
   * not be read; `unreadable` then says why (else NULL), and the result must be cannot_judge. A failure hands
   * the job back as lost. STATUS_DEVICE, here and above, also says that no other job can be judged: the job is handed
   * back without a loss, and so is all the rest, and the worker ends. */
  enum status (*judge)(void *context, void *desk, const struct photo *photo, const char *unreadable,
                       const struct job *job, char **line, struct fault *fault);
};

#endif
