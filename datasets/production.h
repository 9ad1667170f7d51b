/* A season of production as results, straight from what was planted: no pictures are drawn. For what works on many
 * results: lots, drift, comparison. The same seed gives the same bytes. */
#ifndef ASSAY_DATASETS_PRODUCTION_H
#define ASSAY_DATASETS_PRODUCTION_H

#include "models/result.h"

#include <stdbool.h>
#include <stdint.h>

/* What is planted: a dimension that creeps by 0.02 sigma a unit for 300 units on one line and stays there; a night
 * shift of one factory whose scratches go from 1 % to 3 %; a lot whose zone is of a material 2.5 dE off. */
enum plant { PLANT_CREEP, PLANT_SCRATCHES, PLANT_MATERIAL, PLANTS };

struct production_plant {
  const char *kind; /* "dimension", "defect" or "zone", as enum quantity_kind is called */
  const char *key;  /* "line", "shift" or "lot" */
  char quantity[16], factory[16], line[16], shift[16], lot[16]; /* "" where the key does not say */
  int64_t time_ms;                                              /* of the first photo that shows it */
};

struct production_options {
  uint64_t seed;
  int photos;      /* a lot: 600 makes a season of 12,000; at least 50 */
  bool in_control; /* nothing is planted */
};

/* Three factories of two lines and two shifts make 20 lots of a bracket within 30 days. Values within a lot are normal
 * and independent: two dimensions, whose sigma is a fifth of the tolerance and whose level is each line's own; the
 * colours of two zones, 0.8 dE of spread within a lot and 0.2 dE between lots in each direction of Lab; scratches
 * (1 %), stains (0.5 %), missing parts (0.2 %) and photos that cannot be judged (0.3 %).
 * Gives each result, valid during the call, in order of capture time; `each` returns another status than STATUS_OK to
 * end. `plants` (may be NULL) is filled beforehand. STATUS_MEMORY. */
enum status production_make(const struct production_options *options, struct production_plant plants[PLANTS],
                            enum status (*each)(void *context, const struct result *result, struct fault *fault),
                            void *context, struct fault *fault);

#endif
