/* The programs that lie beside this one, and this one, run for a benchmark. */
#ifndef ASSAY_CLI_BENCH_OWN_PROGRAM_H
#define ASSAY_CLI_BENCH_OWN_PROGRAM_H

#include "models/status.h"

/* Runs NAME, which lies beside this program, with `arguments`, ended by NULL, and waits for it; its standard output
 * goes to the file `out`, or where NULL stays. *code: its exit code. STATUS_MISSING where there is no such program,
 * STATUS_INTERNAL where it did not exit by itself. */
enum status own_program(const char *name, const char *const *arguments, const char *out, int *code,
                        struct fault *fault);

#endif
