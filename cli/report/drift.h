/* Findings and control charts of a report. */
#ifndef ASSAY_CLI_REPORT_DRIFT_H
#define ASSAY_CLI_REPORT_DRIFT_H

#include "cli/report/data.h"
#include "models/text.h"

enum { REPORT_CHARTS = 60, REPORT_CHART_POINTS = 240 };

/* {"budget", "looked_at", "findings": as assay lot drift --json gives them, "reference", "left_out": charts beyond
 * REPORT_CHARTS, "charts": [{"quantity", "name", "unit", "golden", "factory", "line", "per": values a point, "centre",
 * "lower", "upper", "spec_lower", "spec_upper", "signals", "times": ms since 1970, "values"}]}. A chart has at most
 * REPORT_CHART_POINTS points: individual values, else means of `per` consecutive ones with the limits of such means;
 * of a counted quantity shares of samples. Where one factory's results are given, findings are looked for over all
 * factories, and those are given that are of this one or of all: a lot may stand out beside the others' alone. After
 * report_end. STATUS_MEMORY. */
enum status report_drift_json(const struct report_data *data, struct text *out, struct fault *fault);

#endif
