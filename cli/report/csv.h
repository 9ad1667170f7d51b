/* Results as comma-separated values, RFC 4180: a line a photo. */
#ifndef ASSAY_CLI_REPORT_CSV_H
#define ASSAY_CLI_REPORT_CSV_H

#include "engine/lots/row.h"
#include "models/text.h"

/* The names of the columns. */
void report_csv_head(struct text *out);

/* One photo. Numbers are written with a point in every locale; what is not known is empty. Texts that a spreadsheet
 * would take for a formula (=, +, -, @, tab or carriage return first) get an apostrophe in front. */
void report_csv_row(struct text *out, const struct row *row);

#endif
