/* A season of production as results, straight from what was planted: no pictures are drawn. For what works on many
 * results: lots, drift, comparison. The same seed gives the same bytes. */
#ifndef ASSAY_DATASETS_PRODUCTION_H
#define ASSAY_DATASETS_PRODUCTION_H

#include "datasets/production_plan.h"
#include "models/result.h"

/* Three factories of two lines and two shifts make 20 lots of a bracket within 30 days. Values within a lot are normal
 * and independent: two dimensions, whose sigma is a fifth of the tolerance and whose level is each line's own; the
 * colours of two zones, 0.8 dE of spread within a lot and 0.2 dE between lots in each direction (dE is CIEDE2000);
 * scratches (1 %, planted 3 %), stains (0.5 %), missing parts (0.2 %) and photos that cannot be judged (0.3 %). Gives
 * each result, valid during the call, in order of capture time; `each` returns another status than STATUS_OK to end.
 * `plants` (may be NULL) is filled beforehand. STATUS_MEMORY. */
enum status production_make(const struct production_options *options, struct production_plant plants[PLANTS],
                            enum status (*each)(void *context, const struct result *result, struct fault *fault),
                            void *context, struct fault *fault);

#endif
