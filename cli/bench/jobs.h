/* How many tiny jobs a second go through a service: a broker with SQLite, a client and a worker whose judging takes no
 * time, as processes of their own over ipc://. */
#ifndef ASSAY_CLI_BENCH_JOBS_H
#define ASSAY_CLI_BENCH_JOBS_H

#include "models/status.h"

#include <stdint.h>

struct bench_jobs {
  int64_t jobs;
  double seconds;    /* from the first job handed in to the last result in the client's hands */
  double broker_mib; /* the most memory the broker ever had (VmHWM) */
  double broker_s;   /* processor time of the broker */
  double client_mib; /* this process: the bench and its client */
  double commits;    /* transactions of the broker's store */
  double commit_ms;  /* how long one took, on average */
  double fsync_ms;   /* median of writing 4 KiB and fsync, in the same folder, before */
};

/* `folder` is a new folder's parent; all is removed at the end. Call it before the process has threads. */
enum status bench_jobs_run(const char *folder, int64_t jobs, struct bench_jobs *figures, struct fault *fault);

#endif
