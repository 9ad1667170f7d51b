/* The full pictures of photos that failed, in a folder beside a report. */
#ifndef ASSAY_CLI_REPORT_FOLDER_H
#define ASSAY_CLI_REPORT_FOLDER_H

#include "cli/report/pictures.h"

/* Copies what pictures/ of assay run --out has of the photos that are shown to REPORT-pictures/JOB.png, REPORT being
 * the report's path without its ending, and adds to `out` {JOB: path relative to the report}. STATUS_IO,
 * STATUS_MEMORY. */
enum status report_folder_fill(const char *report, const struct report_data *data, const struct report_folders *folders,
                               struct text *out, struct fault *fault);

#endif
