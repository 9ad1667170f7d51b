/* What a report shows of goldens and photos, kept beside their results: a folder with
 *
 *   SHA256.json      a golden, by its seal's SHA-256: {"name", "version", "sha256", "by", "when", "why", "width",
 *                    "height" (golden pixels), "spec": the text of golden.yaml}
 *   SHA256.jpg       its first photo
 *   ID.photo.jpg     a photo that failed, by its job's id: aligned, light taken to the golden's
 *   ID.map.jpg       its difference map, on the fixed scale
 *
 * Pictures of one golden have one size, at most EVIDENCE_SIDE a side. Files appear whole. */
#ifndef ASSAY_CLI_EVIDENCE_H
#define ASSAY_CLI_EVIDENCE_H

#include "engine/inspect.h"
#include "models/golden.h"
#include "models/status.h"

enum { EVIDENCE_SIDE = 720 };

enum evidence_file { EVIDENCE_GOLDEN, EVIDENCE_GOLDEN_PHOTO, EVIDENCE_PHOTO, EVIDENCE_MAP };

/* FOLDER/KEY and the file's ending; `key` is a golden's SHA-256 or a job's id. The caller frees it; NULL: out of
 * memory. */
char *evidence_path(const char *folder, const char *key, enum evidence_file file);

/* A golden and its picture; files that are there are left as they are. */
enum status evidence_keep_golden(const char *folder, const struct golden *golden, const struct image *image,
                                 struct fault *fault);

/* Photo and map of a job. Thread-safe. */
enum status evidence_keep_photo(const char *folder, const char *job_id, const struct inspect_evidence *evidence,
                                struct fault *fault);

#endif
