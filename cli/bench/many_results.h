/* A store with many results, as a service has after months. */
#ifndef ASSAY_CLI_BENCH_MANY_RESULTS_H
#define ASSAY_CLI_BENCH_MANY_RESULTS_H

#include "models/status.h"

/* Fills the new store of a folder with `count` results (rounded up to lots of one size) of a synthetic season
 * (datasets/production.h), each with a fingerprint of its own. */
enum status many_results_make(const char *folder, long count, struct fault *fault);

#endif
