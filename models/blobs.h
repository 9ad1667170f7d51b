/* Photos kept beside the store, by what they are: FOLDER/blobs/ab/abcd..., the name being the photo_id. Written beside,
 * synced and renamed: a blob is there whole or not at all, also after a crash. Thread-safe. */
#ifndef ASSAY_MODELS_BLOBS_H
#define ASSAY_MODELS_BLOBS_H

#include "models/photo.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keeps bytes whose photo_id the caller has checked; one that is there already is as if it came now. STATUS_IO with the
 * cause; then nothing was kept. */
enum status blob_put(const char *folder, const char *photo_id, const void *bytes, size_t size, struct fault *fault);

/* Whether it is there, and how large. STATUS_MISSING. */
enum status blob_find(const char *folder, const char *photo_id, size_t *size, struct fault *fault);

/* A blob that is there is as if it came now. STATUS_MISSING. */
enum status blob_settle(const char *folder, const char *photo_id, struct fault *fault);

/* Reads a blob into `photo`, named `name`; STATUS_MISSING where it is not there, STATUS_IO where its bytes are no
 * longer those of its name. */
enum status blob_get(const char *folder, const char *photo_id, const char *name, struct photo *photo,
                     struct fault *fault);

/* Removes blobs that came last before `before` (seconds since 1970) and are not needed, and what unfinished writers
 * left a day ago; adds to *removed. One that comes again meanwhile stays. `needed` may be asked twice of a blob; when
 * it fails, or a folder cannot be read, the rest is left for another time. */
enum status blob_sweep(const char *folder, int64_t before,
                       enum status (*needed)(void *context, const char *photo_id, bool *needed, struct fault *fault),
                       void *context, size_t *removed, struct fault *fault);

#endif
