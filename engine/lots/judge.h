/* The verdict over a lot: its units against a sampling plan, class by class. */
#ifndef ASSAY_ENGINE_LOTS_JUDGE_H
#define ASSAY_ENGINE_LOTS_JUDGE_H

#include "engine/lots/history.h"
#include "engine/lots/lots.h"
#include "engine/lots/plan.h"
#include "engine/statistics/rates.h"

struct judge_terms {
  enum plan_level level;
  double aql[LOT_CLASSES]; /* by enum severity, percent; 0: none is accepted */
  int64_t size;            /* units of each lot, also those without photos; 0: not known */
};

/* One class of one lot. `plan` with accept 0 and sample_size all units where the AQL is 0. */
struct judge_class {
  enum switching_state inspection;
  struct plan plan;
  int64_t nonconforming;     /* units of the sample that count in this class */
  int64_t unjudged;          /* units of the sample that may yet turn out to count in it */
  int64_t missing;           /* units that the sample lacks */
  int64_t all_nonconforming; /* of all units photographed */
  struct interval share;     /* 95 %, of the units that were judged */
  enum lot_outcome outcome;
  double producer_risk;    /* probability that a lot at the AQL is rejected; NAN where the AQL is 0 */
  double consumer_quality; /* share nonconforming of lots accepted in 10 % of cases */
};

struct judge_lot {
  size_t lot;             /* index in struct lots */
  bool size_known, drawn; /* drawn: the sample is a draw from more units that were photographed */
  int64_t size, units, unjudged, incomplete;
  bool resubmitted;
  struct judge_class classes[LOT_CLASSES];
  enum lot_outcome outcome;
};

/* Judges lot `index`. Where its size is not known the plan is the largest one whose sample the photographed units
 * are enough for, and for too few units the smallest. Where more units than the sample were photographed, the sample is
 * drawn from them by the digest of their names: at random, and the same for everyone; critical defects count in all
 * units. `history` gives and remembers each class's inspection.
 *
 * A class is rejected from plan.reject units on; accepted where nonconforming, unjudged and missing units together are
 * no more than plan.accept; else held: what is not known could turn it. A lot is rejected by any class, else held by
 * any, else accepted. STATUS_USAGE (AQL), STATUS_MEMORY. */
enum status judge_lot(const struct lots *lots, size_t index, const struct judge_terms *terms, struct history *history,
                      bool resubmitted, struct judge_lot *verdict, struct fault *fault);

/* The lots of all suppliers in the order of their first photo's time, those without a time last, in the order of
 * reading. The caller frees the array; NULL: out of memory. */
size_t *judge_order(const struct lots *lots);

#endif
