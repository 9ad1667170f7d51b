/* Groups in a report: which shifts, lines and factories differ, and what their mean photos show. */
#ifndef ASSAY_CLI_REPORT_GROUPS_H
#define ASSAY_CLI_REPORT_GROUPS_H

#include "cli/report/data.h"
#include "cli/report/pictures.h"

/* As comparison_to_json, its "findings" as comparison_finding_to_json, of every key that has several groups. */
enum status report_comparisons_json(const struct report_data *data, struct text *out, struct fault *fault);

/* [as group_finding_json, with "picture": a data URI where something was found]; [] where no group images lie beside
 * the results. At most REPORT_GROUP_PICTURES have pictures. */
enum { REPORT_GROUP_PICTURES = 24 };
enum status report_groups_json(const struct report_data *data, const struct report_folders *folders, struct text *out,
                               struct fault *fault);

#endif
