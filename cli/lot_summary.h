/* Several lots' verdicts at a glance. */
#ifndef ASSAY_CLI_LOT_SUMMARY_H
#define ASSAY_CLI_LOT_SUMMARY_H

#include "cli/text.h"
#include "engine/lots/judge.h"

#include <stdio.h>

/* Into the order of their lots' names. */
void lot_summary_sort(const struct lots *lots, struct judge_lot *verdicts, size_t count);

/* How many lots are accepted, rejected and held; a row a lot; what stands out in their photos, all together. */
void lot_summary_print(FILE *out, const struct lots *lots, const struct judge_lot *verdicts, size_t count);

/* How people read it: what needs them in capitals, and in colour. */
const char *lot_outcome_words(enum lot_outcome outcome);
enum text_style lot_outcome_style(enum lot_outcome outcome);

/* In plain words why a lot is not accepted; "" where it is. */
void lot_reason(const struct judge_lot *verdict, char *text, size_t room);

#endif
