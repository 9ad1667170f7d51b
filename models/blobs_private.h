/* What the files of the blobs share. */
#ifndef ASSAY_MODELS_BLOBS_PRIVATE_H
#define ASSAY_MODELS_BLOBS_PRIVATE_H

#include "models/status.h"

enum status blob_sync_folder(const char *path, struct fault *fault);
/* Makes blobs/ and the folder in it that a photo_id belongs into. */
enum status blob_make_shelf(const char *folder, const char *photo_id, struct fault *fault);
/* The name of a file in blobs/ that no one else writes, to be freed; NULL: out of memory. */
char *blob_draft_path(const char *folder);
/* Gives the draft, which is synced, its name. */
enum status blob_name(const char *folder, const char *photo_id, const char *draft, struct fault *fault);
char *blob_path(const char *folder, const char *photo_id);

#endif
