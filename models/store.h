/* The store: where jobs and results live. Every call is durable when it returns (SQLite, WAL, synchronous FULL), and
 * all or nothing. One thread at a time per handle; several handles, in several processes, may share a store. */
#ifndef ASSAY_MODELS_STORE_H
#define ASSAY_MODELS_STORE_H

#include "models/job.h"
#include "models/result.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Life of a job: accepted -> leased -> done, or set aside (after STORE_MAX_ATTEMPTS leases that ended without a result),
 * or cancelled. */
enum job_state { JOB_ACCEPTED, JOB_LEASED, JOB_DONE, JOB_SET_ASIDE, JOB_CANCELLED };

enum { STORE_MAX_ATTEMPTS = 3 };

enum status store_open(const char *folder, struct store **store, struct fault *fault);
void store_close(struct store *store);

#endif
