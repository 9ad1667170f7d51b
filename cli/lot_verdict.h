/* The verdict over a lot, for people and as JSON. */
#ifndef ASSAY_CLI_LOT_VERDICT_H
#define ASSAY_CLI_LOT_VERDICT_H

#include "engine/lots/judge.h"

#include <jansson.h>
#include <stdio.h>

/* NULL: out of memory. The caller ends with json_decref. */
json_t *lot_verdict_to_json(const struct lots *lots, const struct judge_terms *terms, const struct judge_lot *verdict);
void lot_verdict_print(FILE *out, const struct lots *lots, const struct judge_terms *terms,
                       const struct judge_lot *verdict);

#endif
