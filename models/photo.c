#include "models/photo.h"
#include "models/digest.h"
#include "models/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum status photo_read_bytes(const char *path, size_t limit, struct photo *photo, struct fault *fault) {
  *photo = (struct photo){0};
  if (!limit) limit = PHOTO_DEFAULT_LIMIT;
  enum status status = file_read(AT_FDCWD, path, path, true, limit, &photo->bytes, &photo->size, fault);
  if (status) return status;
  photo->path = strdup(path);
  if (!photo->path) {
    photo_free(photo);
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  }
  return STATUS_OK;
}

enum status photo_read(const char *path, size_t limit, struct photo *photo, struct fault *fault) {
  enum status status = photo_read_bytes(path, limit, photo, fault);
  if (!status) digest_blake2b(photo->bytes, photo->size, photo->id);
  return status;
}

enum status photo_from_bytes(const char *path, const uint8_t *bytes, size_t size, struct photo *photo,
                             struct fault *fault) {
  *photo = (struct photo){0};
  photo->path = strdup(path);
  if (size) photo->bytes = malloc(size);
  if (!photo->path || (size && !photo->bytes)) {
    photo_free(photo);
    return fault_set(fault, STATUS_MEMORY, "%s: no memory for %zu bytes", path, size);
  }
  if (size) memcpy(photo->bytes, bytes, size);
  photo->size = size;
  digest_blake2b(bytes, size, photo->id);
  return STATUS_OK;
}

void photo_free(struct photo *photo) {
  free(photo->path);
  free(photo->bytes);
  *photo = (struct photo){0};
}
