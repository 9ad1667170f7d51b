/* A golden that is open, with an inspector for each GPU that judges against it, or one for the CPU. Thread-safe. */
#ifndef ASSAY_CLI_OPENED_GOLDEN_H
#define ASSAY_CLI_OPENED_GOLDEN_H

#include "engine/inspect.h"

struct opened_golden;

/* Opens the golden and its first inspector, on one of `gpus` GPUs (inspect_gpus; asked once, since it is 0 where all
 * are lost) or, where that is 0, under the options alone. With `fallback` a GPU that fails is warned of, and the next
 * one or the CPU takes its place, here and below; else that is STATUS_DEVICE. `options` must outlive what is opened. */
enum status opened_golden_make(const char *path, const struct inspect_options *options, int gpus, bool fallback,
                               struct opened_golden **opened, struct fault *fault);
void opened_golden_free(struct opened_golden *opened); /* NULL is nothing */
const struct golden *opened_golden_of(const struct opened_golden *opened);

/* A thread's inspection. Threads take turns on the GPUs. All zero is none. */
struct opened_inspection {
  struct inspection *inspection;
  int place;
};
enum status opened_golden_inspect(struct opened_golden *opened, struct opened_inspection *at, struct fault *fault);
/* After STATUS_DEVICE, which `fault` tells of: closes the inspection, and with `fallback` opens another elsewhere.
 * Gives the fault back where there is none to go to. */
enum status opened_golden_elsewhere(struct opened_golden *opened, struct opened_inspection *at, struct fault *fault);

#endif
