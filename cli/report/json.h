/* A report's data as one JSON object: what the page shows, and --format json writes. */
#ifndef ASSAY_CLI_REPORT_JSON_H
#define ASSAY_CLI_REPORT_JSON_H

#include "cli/report/data.h"
#include "cli/report/pictures.h"
#include "engine/lots/judge.h"

#include <jansson.h>

/* The verdict on every lot, in the order of judge_order, as assay lot judge --json gives it; *exit_code is theirs. The
 * caller ends with json_decref. */
enum status report_judge(const struct report_data *data, const struct judge_terms *terms, struct history *history,
                         json_t **lots, int *exit_code, struct fault *fault);

/* {"made", "assay", "by", "for_factory", "resubmission_of", "review_key", "reviews": [as kept], "lots", "counts",
 * "photos", "summary", "goldens", "comparisons", "group_images", "actions" (for a factory), "drift"}: `lots` as above,
 * the photos that failed first, then those that could not be judged, then the rest. */
enum status report_json(const struct report_data *data, const json_t *lots, const struct report_folders *folders,
                        struct text *out, struct fault *fault);

#endif
