/* What `assay bench accuracy lots` counts: of one lot or of many together. */
#ifndef ASSAY_CLI_BENCH_LOTS_TALLY_H
#define ASSAY_CLI_BENCH_LOTS_TALLY_H

#include "cli/bench/synthetic.h"

/* By the diameter of a disc of the defect's area, px, and by its contrast, grey levels. */
enum { LOTS_SIZES = 3, LOTS_CONTRASTS = 3 };

/* By confidence, in steps of 0.01. */
enum { LOTS_SURE = 101 };

struct lots_tally {
  long photos, unjudged, false_regions;
  long planted[LOTS_SIZES][LOTS_CONTRASTS], found[LOTS_SIZES][LOTS_CONTRASTS];
  long right[LOTS_SURE], alarm[LOTS_SURE]; /* the strongest region of each defect found; the false ones */
  json_t *missed, *wrong;                  /* arrays: which, for who looks at them; NULL until there is one */
};

/* For synthetic_visit; `context` is a struct lots_tally. */
enum status lots_tally_count(void *context, const json_t *truth, const struct result *result, struct fault *fault);
/* Adds the numbers of `more`, without the lists. */
void lots_tally_add(struct lots_tally *tally, const struct lots_tally *more);
void lots_tally_free(struct lots_tally *tally);

/* Of all pairs of a defect found and a false region, the share in which the confidence of the first is higher (the area
 * under the ROC); equal ones are half. NAN where there is no pair. */
double lots_tally_ranked(const struct lots_tally *tally);

struct lots_row {
  const char *product, *megapixels, *goldens;
};
void lots_tally_print_head(void);
/* Shares and rates with their 95 % bounds. */
enum status lots_tally_print(const struct lots_row *row, const struct lots_tally *tally, bool json,
                             struct fault *fault);

/* A log of lots, a JSON object a line: what was judged once is not judged again. */
struct lots_key {
  struct lots_row row;
  const char *min_size, *min_contrast;
  long seed, photos;
};
/* True: the log has it, and its numbers stand in `tally`. A file that is not there has nothing; lines that are no
 * record, such as one cut short, are passed over. */
bool lots_log_find(const char *path, const struct lots_key *key, struct lots_tally *tally);
enum status lots_log_add(const char *path, const struct lots_key *key, const struct lots_tally *tally,
                         struct fault *fault);

#endif
