/* Judging files with the engine directly, without the service: for one pair of pictures. */
#ifndef ASSAY_CLI_PAIR_JUDGE_H
#define ASSAY_CLI_PAIR_JUDGE_H

#include "engine/inspect.h"

/* One golden image, ready; all zero is closed. */
struct pair_judge {
  struct photo golden;
  struct inspector *inspector;
  struct inspection *inspection;
  bool aside; /* there are threads to spare */
};

/* STATUS_INVALID or STATUS_MISSING where the golden image cannot be used; the message names it. */
enum status pair_judge_open(struct pair_judge *judge, const char *golden_image, const struct inspect_options *options,
                            struct fault *fault);
void pair_judge_close(struct pair_judge *judge);

/* Judges a photo (or, with `only_align`, aligns it). One that cannot be read is a result: cannot_judge, unreadable.
 * The caller ends with result_free in either case. */
enum status pair_judge_file(struct pair_judge *judge, const char *path, bool only_align, struct result *result,
                            struct fault *fault);

#endif
