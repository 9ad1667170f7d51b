/* A production photo as it was received: bytes and identity. What the bytes show is the engine's business. */
#ifndef ASSAY_MODELS_PHOTO_H
#define ASSAY_MODELS_PHOTO_H

#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

enum { PHOTO_ID_CHARS = 64 }; /* hexadecimal BLAKE2b-256 */

/* A photo's bytes in memory. `path` is the name as the user gave it, for messages and results. */
struct photo {
  char *path;
  uint8_t *bytes; /* NULL when size is 0 */
  size_t size;
  char id[PHOTO_ID_CHARS + 1]; /* BLAKE2b-256 of the bytes, lower case hex (b2sum -l 256) */
};

/* Reads a file whole. At most `limit` bytes (0: PHOTO_DEFAULT_LIMIT), else STATUS_LIMIT; STATUS_MISSING where there is
 * no such file, STATUS_IO where it cannot be read (a folder, a device, no permission). An empty file is no error here.
 * On success the caller owns `photo` and ends with photo_free; on failure it holds nothing. */
enum status photo_read(const char *path, size_t limit, struct photo *photo, struct fault *fault);

/* The same without the identity, for what no result names: `id` is empty. */
enum status photo_read_bytes(const char *path, size_t limit, struct photo *photo, struct fault *fault);

/* As photo_read, from bytes already in memory, which are copied. */
enum status photo_from_bytes(const char *path, const uint8_t *bytes, size_t size, struct photo *photo,
                             struct fault *fault);

void photo_free(struct photo *photo);

#define PHOTO_DEFAULT_LIMIT ((size_t)512 << 20)

#endif
