/* Lots of small drawn photos through the whole inspection into group images, for `assay bench group` and tests. */
#ifndef ASSAY_CLI_BENCH_GROUP_TRIAL_H
#define ASSAY_CLI_BENCH_GROUP_TRIAL_H

#include "cli/bench/group_photos.h"
#include "engine/groups/group_compare.h"
#include "engine/inspect.h"

/* A golden of one drawn photo. All zero is empty; ends with group_trial_close. */
struct group_trial {
  struct inspector *inspector;
  struct inspection *inspection;
  struct photo golden;
};

enum status group_trial_open(const struct inspect_options *options, struct group_trial *trial, struct fault *fault);
void group_trial_close(struct group_trial *trial);

/* Judges `photos` photos of a lot; units are told apart by lot and number. Those of even number go into halves[0], the
 * others into halves[1], which are made here and which the caller frees. *failed: photos that did not pass. */
enum status group_trial_lot(struct group_trial *trial, const struct group_drift *drift, uint64_t lot, int photos,
                            struct group_image halves[2], int *failed, struct fault *fault);

/* Compares at the rate that reports use; `a` NULL: the golden. *found: areas that meet what was planted (the label or
 * the patch of group_art_draw); *elsewhere: those that do not. */
enum status group_trial_compare(const struct group_trial *trial, const struct group_image *a,
                                const struct group_image *b, const struct group_drift *planted, int *found,
                                int *elsewhere, struct fault *fault);

#endif
