/* What the files of the findings share: the look through one quantity. */
#ifndef ASSAY_ENGINE_DRIFT_FINDINGS_PRIVATE_H
#define ASSAY_ENGINE_DRIFT_FINDINGS_PRIVATE_H

#include "engine/drift/findings.h"
#include "engine/drift/scan.h"

/* What is looked for in one quantity. */
struct look {
  const struct season *season;
  const struct groups *groups;
  size_t quantity;
  double allowed[DRIFT_KEYS]; /* of the budget, for a group of each key */
  struct scan scan;
  double *series; /* of a group */
  size_t *points; /* their indices in the scan */
  size_t length;
  bool *keep;
  struct candidate *candidates;
  size_t candidate_count;
};

/* Photos that a finding explains, by row of the season. */
struct explained {
  bool *rows;
};

/* Looks through one quantity until nothing more is found, without the photos of `apart` (may be NULL), and adds those
 * that the findings explain to `explained`; ends `points`. Other quantities can be looked through at the
 * same time, with an `explained` and `findings` of their own. STATUS_MEMORY. */
enum status look_through(struct look *look, struct season_points *points, const struct explained *apart,
                         struct explained *explained, struct findings *findings, struct fault *fault);
enum status findings_add(struct findings *findings, const struct finding *finding, struct fault *fault);

/* Marks the photos that show the class of defect where a finding says that it rose. Whether there are any. */
bool findings_mark_shown(const struct season *season, const struct groups *groups, const struct finding *finding,
                         struct explained *shown);

/* Whether a point of the scan is one of those that a candidate says have changed. */
bool look_in_window(const struct look *look, const struct candidate *candidate, size_t i);

/* Fills look->series with the values in which the candidate's change is dated, in order: those of its group, each about
 * its own line's level outside of the change; of a lot, those of its lines up to its last photo. *offset: what was
 * taken off, on average. STATUS_MEMORY. */
enum status look_take_series(struct look *look, const struct candidate *candidate, double *offset, struct fault *fault);

/* Of the variance of means, in that series. */
double look_inflation(const struct look *look, const struct candidate *candidate);

/* When, and how much: fills what a finding says of the change. STATUS_MEMORY. */
enum status look_date(struct look *look, const struct candidate *candidate, struct finding *finding,
                      struct fault *fault);

#endif
