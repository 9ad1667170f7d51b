/* What `assay measure --explain` says of values and gauges, for people and for programs. */
#ifndef ASSAY_CLI_MEASURE_EXPLAIN_H
#define ASSAY_CLI_MEASURE_EXPLAIN_H

#include "engine/inspect.h"

#include <jansson.h>

/* The budget of a value's uncertainty, on standard output; nothing where it was not found. */
void measure_explain_value(const struct measured *measured);
/* What a gauge saw. */
void measure_explain_gauge(const struct inspect_gauges *gauges, const struct gauge *gauge);
/* A warning where the scale is taken as exact, and so no part of any budget. */
void measure_explain_scale(const struct spec *spec);
/* Adds "budgets" and "gauges" to a result's object; both are empty where `gauges` is. */
void measure_explain_json(const struct inspect_gauges *gauges, json_t *json);

#endif
