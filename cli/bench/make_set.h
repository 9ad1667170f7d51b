/* Synthetic photo sets (datasets/README.md), made by assay-synth for a benchmark and deleted afterwards. */
#ifndef ASSAY_CLI_BENCH_MAKE_SET_H
#define ASSAY_CLI_BENCH_MAKE_SET_H

#include "models/status.h"

#include <stddef.h>

/* Makes a set below folder_temporary() with the program assay-synth, which lies beside this one. `options` are its own,
 * ended by NULL, but for --out. STATUS_MISSING where there is no such program, STATUS_USAGE where it takes no such
 * options. The caller ends with folder_remove and free. */
enum status make_set(const char *const *options, char **folder, struct fault *fault);

#endif
