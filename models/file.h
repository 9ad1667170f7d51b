/* Files read whole, and folders written so that a crash leaves all or nothing. */
#ifndef ASSAY_MODELS_FILE_H
#define ASSAY_MODELS_FILE_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the file `name` below the open folder `folder` (AT_FDCWD: the working folder) whole. `shown` is its name in
 * messages. `follow`: `name` may be a symbolic link. *bytes is NULL where the file is empty, else the caller frees it.
 * STATUS_MISSING, STATUS_LIMIT (over `limit`), STATUS_IO (a folder, a device, a link that is not followed, no
 * permission), STATUS_MEMORY; on failure nothing is held. */
enum status file_read(int folder, const char *name, const char *shown, bool follow, size_t limit, uint8_t **bytes,
                      size_t *size, struct fault *fault);

/* The same of a file that is open for reading, from its beginning; it stays open. */
enum status file_read_open(int file, const char *shown, size_t limit, uint8_t **bytes, size_t *size,
                           struct fault *fault);

/* Writes a new file and syncs it; one that is there already is STATUS_INVALID. `mode` as for open. */
enum status file_write(int folder, const char *name, const char *shown, unsigned mode, const void *bytes, size_t size,
                       struct fault *fault);

#endif
