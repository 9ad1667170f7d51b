/* Single sampling plans by attributes: ISO 2859-1:1999, normal (table 2-A) and tightened (table 2-B) inspection.
 * Reduced inspection is left out: its table could not be checked. Pure functions, thread-safe. */
#ifndef ASSAY_ENGINE_LOTS_PLAN_H
#define ASSAY_ENGINE_LOTS_PLAN_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_STANDARD "ISO 2859-1:1999"

enum plan_level { PLAN_S1, PLAN_S2, PLAN_S3, PLAN_S4, PLAN_I, PLAN_II, PLAN_III };
enum plan_inspection { PLAN_NORMAL, PLAN_TIGHTENED };

struct plan {
  char letter;      /* of the lot size and level */
  char plan_letter; /* of the plan used: where the table's arrows lead */
  int64_t sample_size, accept, reject;
  bool whole; /* every unit is inspected */
};

/* The words of the command line: S1..S4 (or S-1..), I, II, III; normal, tightened. */
bool plan_level_parse(const char *word, enum plan_level *level);
const char *plan_level_name(enum plan_level level);
const char *plan_inspection_name(enum plan_inspection inspection);

/* The AQLs that there are plans for, in percent nonconforming: 0.10 to 15. */
enum { PLAN_AQLS = 12 };
extern const double plan_aqls[PLAN_AQLS];

/* The plan for a lot of `size` >= 1 units. A sample as large as the lot or larger is the whole lot. STATUS_USAGE where
 * the size is below 1 or the AQL is none of the standard's. */
enum status plan_find(int64_t size, enum plan_level level, double aql, enum plan_inspection inspection,
                      struct plan *plan, struct fault *fault);

/* The probability of acceptance where the units come from a process with this share nonconforming (binomial, the
 * standard's curves), and where `nonconforming` of the lot's `size` units are (hypergeometric). NAN out of range. */
double plan_accepts_process(const struct plan *plan, double share);
double plan_accepts_lot(const struct plan *plan, int64_t size, int64_t nonconforming);

/* The share nonconforming of a process whose lots are accepted with `probability`: 0.95 gives what the producer may
 * deliver, 0.10 the consumer's risk quality. 1 where even that is accepted as often. */
double plan_quality_at(const struct plan *plan, double probability);

#endif
