/* A blob in parts, for photos that are too large to be held in memory: written part by part and named when it is whole,
 * read part by part. One thread at a time a draft. */
#ifndef ASSAY_MODELS_BLOB_PARTS_H
#define ASSAY_MODELS_BLOB_PARTS_H

#include "models/photo.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

struct blob_draft;

enum status blob_draft_open(const char *folder, const char *photo_id, struct blob_draft **draft, struct fault *fault);
enum status blob_draft_add(struct blob_draft *draft, const void *bytes, size_t size, struct fault *fault);
size_t blob_draft_size(const struct blob_draft *draft);
const char *blob_draft_photo_id(const struct blob_draft *draft);
/* Makes a blob of what was added, once; STATUS_INVALID where its bytes are not those of the photo_id. */
enum status blob_draft_keep(struct blob_draft *draft, struct fault *fault);
void blob_draft_close(struct blob_draft *draft); /* what was not kept is removed */

/* Reads `size` bytes from `offset` of a blob. STATUS_MISSING; STATUS_IO, also where it has fewer bytes. */
enum status blob_read_part(const char *folder, const char *photo_id, size_t offset, void *bytes, size_t size,
                           struct fault *fault);

#endif
