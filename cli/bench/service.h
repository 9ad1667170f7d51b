/* The same photos judged by the engine alone and end to end through broker and store, for `assay bench run`. */
#ifndef ASSAY_CLI_BENCH_SERVICE_H
#define ASSAY_CLI_BENCH_SERVICE_H

#include "cli/engine_judge.h"
#include "cli/options.h"
#include "ipc/client.h"
#include "models/status.h"

#include <stddef.h>

/* What judging is timed on: `count` jobs over a golden and files, which are taken in turn until there are enough. */
struct service_bench {
  const struct words *operands; /* a golden, and photos */
  size_t count, round;          /* jobs of another round are others */
  struct engine_judge setup;    /* with the golden prepared */
  char sha256[SHA256_CHARS + 1];
};

/* Megabytes that the process holds, where it judges end to end. */
struct service_memory {
  double early, late; /* after SERVICE_EARLY photos (0: there were fewer), and after the last */
};

enum { SERVICE_EARLY = 100 };

/* Photos a second. Without a service each thread reads, judges and writes down one photo after the other, as a worker
 * does; with it they are handed in by a client and stored, results too. `memory` may be NULL. */
enum status service_bench_plain(struct service_bench *bench, size_t threads, double *rate, struct fault *fault);
enum status service_bench_served(struct service_bench *bench, size_t threads, double *rate,
                                 struct service_memory *memory, struct fault *fault);
/* The same through a service that is running: the golden's path must be absolute. `bytes`: photos go over the wire. */
enum status service_bench_remote(struct service_bench *bench, struct client *client, bool bytes, double *rate,
                                 struct fault *fault);

#endif
