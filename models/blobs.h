/* Photos kept beside the store, by what they are: FOLDER/blobs/ab/abcd..., the name being the photo_id. Written beside,
 * synced and renamed: a blob is there whole or not at all, also after a crash. Thread-safe. */
#ifndef ASSAY_MODELS_BLOBS_H
#define ASSAY_MODELS_BLOBS_H

#include "models/photo.h"
#include "models/status.h"

#include <stddef.h>

/* Keeps bytes whose photo_id the caller has checked; one that is there already is left alone. STATUS_IO with the cause;
 * then nothing was kept. */
enum status blob_put(const char *folder, const char *photo_id, const void *bytes, size_t size, struct fault *fault);

/* Reads a blob into `photo`, named `name`; STATUS_MISSING where it is not there, STATUS_IO where its bytes are no
 * longer those of its name. */
enum status blob_get(const char *folder, const char *photo_id, const char *name, struct photo *photo,
                     struct fault *fault);

#endif
