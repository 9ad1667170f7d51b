/* What a golden's spec places on its picture: zones and gauges, for a report to draw. */
#ifndef ASSAY_CLI_REPORT_DRAWING_H
#define ASSAY_CLI_REPORT_DRAWING_H

#include <jansson.h>

/* Adds to a golden's description (cli/evidence.h), from its "spec":
 * "zones": [{"name", "ignore", "polygon"}] of those that have one, "gauges": [{"name", "centre", and "radius" or
 * "size" and "angle"}], "measures": [{"name", "of": the first gauge's name}]; golden pixels, degrees clockwise. A spec
 * that cannot be read, as by an older assay, adds nothing. */
void report_drawing_add(json_t *golden);

#endif
