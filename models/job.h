/* A job: one photo to be judged against one golden, and where the photo comes from. */
#ifndef ASSAY_MODELS_JOB_H
#define ASSAY_MODELS_JOB_H

#include "models/photo.h"
#include "models/status.h"

#include <jansson.h>
#include <stdbool.h>

enum { JOB_ID_CHARS = 32, SHA256_CHARS = 64, JOB_FIELD_MAX = 255 };

/* The text fields are UTF-8, at most JOB_FIELD_MAX bytes, NULL where unknown; the job owns them. */
struct job {
  char id[JOB_ID_CHARS + 1];            /* see job_identify */
  char golden_sha256[SHA256_CHARS + 1]; /* the golden's seal */
  char photo_id[PHOTO_ID_CHARS + 1];
  char *golden_path; /* the golden folder as the client sees it */
  char *photo;       /* path as given */
  char *lot, *factory, *line, *shift, *stage, *unit, *view;
  char *captured; /* ISO 8601 local time, "2026-03-01T22:14:05"; from the manifest, else EXIF DateTimeOriginal */
};

/* Sets job->id: the first 128 bits, in hex, of BLAKE2b-256 over golden sha256, photo as given, photo_id, lot, unit and
 * view, each preceded by its length as 8 bytes little endian (an unknown field has length 2^64-1 and no bytes). The
 * same photo resubmitted under the same names is the same job; it decides resuming and resubmitting. */
void job_identify(struct job *job);

/* Deep copy; on failure `copy` holds nothing. */
enum status job_copy(const struct job *job, struct job *copy, struct fault *fault);
void job_free(struct job *job);

/* All fields, for the wire and the store; unknown ones are null. job_from_json is strict: every field is checked for
 * type, length and alphabet, unknown fields are ignored (a newer client may send more). */
json_t *job_to_json(const struct job *job);
enum status job_from_json(const json_t *json, struct job *job, struct fault *fault);

#endif
