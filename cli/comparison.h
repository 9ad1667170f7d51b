/* Groups compared, for people and as JSON. */
#ifndef ASSAY_CLI_COMPARISON_H
#define ASSAY_CLI_COMPARISON_H

#include "engine/lots/compare.h"

#include <jansson.h>
#include <stdio.h>

/* One sentence a finding, in the order of the results; `each` gets them one by one. */
void comparison_findings(const struct compare *compare, const struct compare_results *results,
                         void (*each)(void *context, const char *sentence), void *context);

/* NULL: out of memory. The caller ends with json_decref. */
json_t *comparison_to_json(const struct compare *compare, const struct compare_results *results);
void comparison_print(FILE *out, const struct compare *compare, const struct compare_results *results);

#endif
