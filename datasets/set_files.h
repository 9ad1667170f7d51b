/* The files of a set other than its photos. */
#ifndef ASSAY_DATASETS_SET_FILES_H
#define ASSAY_DATASETS_SET_FILES_H

#include "datasets/defect.h"
#include "datasets/plan.h"

/* What the files say; all of it belongs to the caller. */
struct set_facts {
  const struct options *options;
  const struct scene *scene;
  const struct shot *golden;
  const struct unit *units;
  char *const *lines; /* of truth with their newlines, golden photos first */
};

/* Makes `out` and its folders. STATUS_USAGE when something is in it already. */
enum status set_write_folders(const char *out, struct fault *fault);
/* A defect's mask as a PNG of the photo's size at out/name. */
enum status set_write_mask(const char *out, const char *name, const struct shot *shot, const struct defect *defect,
                           struct fault *fault);
/* golden.yaml */
enum status set_write_spec(const struct set_facts *facts, struct fault *fault);
/* manifest.csv, truth.jsonl, golden_truth.jsonl */
enum status set_write_lists(const struct set_facts *facts, struct fault *fault);

#endif
