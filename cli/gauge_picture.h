/* The picture of a measured photo: its gauges drawn where they were measured, values, uncertainties and tolerances in
 * the colour of their verdicts. */
#ifndef ASSAY_CLI_GAUGE_PICTURE_H
#define ASSAY_CLI_GAUGE_PICTURE_H

#include "engine/inspect.h"
#include "models/result.h"
#include "models/status.h"

/* Writes a PNG. The photo is at most GAUGE_PICTURE_SIDE px a side, small ones enlarged; the values stand beside it.
 * Thread-safe. */
enum status gauge_picture_write(const struct result *result, const struct inspect_gauges *gauges, const char *path,
                                struct fault *fault);

enum { GAUGE_PICTURE_SIDE = 1600 };

#endif
