/* A job: one photo to be judged against one golden, and where the photo comes from. */
#ifndef ASSAY_MODELS_JOB_H
#define ASSAY_MODELS_JOB_H

#include "models/photo.h"
#include "models/status.h"
#include "models/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JOB_ID_CHARS = 32, SHA256_CHARS = 64, JOB_FIELD_MAX = 255, JOB_PATH_MAX = 4095 };

/* The text fields are UTF-8 without control characters, at most JOB_FIELD_MAX bytes, NULL where unknown; the two paths
 * are as given, at most JOB_PATH_MAX bytes. The job owns them. */
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

/* The text fields as a table, in the order of the struct: what copies, reads or writes them all goes through it. */
enum { JOB_TEXTS = 10, JOB_TEXT_LOT = 2 /* from here on those that a result repeats */ };
struct job_text {
  const char *key;    /* in JSON */
  const char *column; /* in a manifest */
  size_t offset;      /* of the char * in struct job */
  size_t limit;       /* bytes */
};
extern const struct job_text job_texts[JOB_TEXTS];
char **job_text(struct job *job, size_t index);
const char *job_text_get(const struct job *job, size_t index);

/* Whether `value` may stand in the field: within its limit, printable UTF-8 (paths: any bytes), `captured` a time. If
 * not, `expected` (may be NULL) says what would. */
bool job_text_valid(size_t index, const char *value, const char **expected);

/* ISO 8601: YYYY-MM-DDTHH:MM, with or without :SS, a fraction of the second, and Z or an offset +HH:MM. */
bool job_time_valid(const char *text);
/* The same in milliseconds since 1970; a time without Z or offset counts as UTC. False where it is no time. */
bool job_time_parse(const char *text, int64_t *ms);

/* A JSON object, for the wire and the store, of the fields that are known. A path that is no UTF-8 is written with
 * U+FFFD: whoever reads it can name the file but not open it.
 * job_from_json is strict: every field is checked for type, length and alphabet, unknown fields are ignored (a newer
 * client may send more); `photo` is required. On failure `job` holds nothing. */
void job_write(const struct job *job, struct text *text);
enum status job_from_json(const json_t *json, struct job *job, struct fault *fault);

#endif
