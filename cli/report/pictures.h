/* The evidence that lies beside results (cli/evidence.h), found again for a report. */
#ifndef ASSAY_CLI_REPORT_PICTURES_H
#define ASSAY_CLI_REPORT_PICTURES_H

#include "cli/evidence.h"
#include "cli/report/data.h"

/* Where places of results have their evidence and pictures. */
struct report_folders {
  char **items; /* of what assay run --out writes */
  size_t count;
};

/* For each place its folder and the one above it. The caller ends with report_folders_free. STATUS_MEMORY. */
enum status report_folders_find(const char *const *places, size_t count, struct report_folders *folders,
                                struct fault *fault);
void report_folders_free(struct report_folders *folders);

/* The goldens as a JSON array, in full where their evidence is there, and cited by name, version and seal where not. */
enum status report_goldens_json(const struct report_data *data, const struct report_folders *folders, struct text *out,
                                struct fault *fault);

/* Begins an object, which the caller ends: {"goldens": {SHA256: data URI}, "photos": {job's id: [photo, map]}, of what
 * is there; *shown photos. A picture over REPORT_PICTURE_BYTES is passed over. */
enum status report_pictures_json(const struct report_data *data, const struct report_folders *folders, struct text *out,
                                 size_t *shown, struct fault *fault);

enum { REPORT_PICTURE_BYTES = 2 << 20 };

#endif
