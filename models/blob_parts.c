#include "models/blob_parts.h"

#include "models/blobs_private.h"
#include "models/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct blob_draft {
  char *folder, *path;
  char photo_id[PHOTO_ID_CHARS + 1];
  int file;
  size_t size;
  bool kept;
  crypto_generichash_state digest; /* BLAKE2b-256 of what was added */
};

static enum status cannot(struct fault *fault, const char *what, const char *path) {
  return fault_set(fault, STATUS_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

enum status blob_draft_open(const char *folder, const char *photo_id, struct blob_draft **opened, struct fault *fault) {
  *opened = NULL;
  enum status status = blob_make_shelf(folder, photo_id, fault);
  if (status) return status;
  struct blob_draft *draft = calloc(1, sizeof *draft);
  if (!draft) return fault_set(fault, STATUS_MEMORY, "out of memory");
  draft->file = -1;
  memcpy(draft->photo_id, photo_id, PHOTO_ID_CHARS);
  crypto_generichash_init(&draft->digest, NULL, 0, DIGEST_CHARS / 2);
  draft->folder = strdup(folder);
  draft->path = blob_draft_path(folder);
  if (!draft->folder || !draft->path)
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  else if ((draft->file = open(draft->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) < 0)
    status = cannot(fault, "make the file", draft->path);
  if (status) {
    blob_draft_close(draft);
    return status;
  }
  *opened = draft;
  return STATUS_OK;
}

enum status blob_draft_add(struct blob_draft *draft, const void *bytes, size_t size, struct fault *fault) {
  for (size_t done = 0; done < size;) {
    ssize_t written = write(draft->file, (const char *)bytes + done, size - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot(fault, "write", draft->path);
    done += (size_t)written;
  }
  crypto_generichash_update(&draft->digest, bytes, size);
  draft->size += size;
  return STATUS_OK;
}

size_t blob_draft_size(const struct blob_draft *draft) {
  return draft->size;
}
const char *blob_draft_photo_id(const struct blob_draft *draft) {
  return draft->photo_id;
}

enum status blob_draft_keep(struct blob_draft *draft, struct fault *fault) {
  unsigned char raw[DIGEST_CHARS / 2];
  char id[DIGEST_CHARS + 1];
  crypto_generichash_final(&draft->digest, raw, sizeof raw);
  sodium_bin2hex(id, sizeof id, raw, sizeof raw);
  if (strcmp(id, draft->photo_id) != 0)
    return fault_set(fault, STATUS_INVALID, "the photo's bytes are not those of its photo_id");
  if (fsync(draft->file)) return cannot(fault, "sync", draft->path);
  enum status status = blob_name(draft->folder, draft->photo_id, draft->path, fault);
  draft->kept = !status;
  return status;
}

void blob_draft_close(struct blob_draft *draft) {
  if (!draft) return;
  if (draft->file >= 0) {
    close(draft->file);
    if (!draft->kept && draft->path) unlink(draft->path);
  }
  free(draft->folder);
  free(draft->path);
  free(draft);
}

enum status blob_read_part(const char *folder, const char *photo_id, size_t offset, void *bytes, size_t size,
                           struct fault *fault) {
  char *path = blob_path(folder, photo_id);
  if (!path) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = STATUS_OK;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    status = fault_set(fault, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: cannot be opened: %s", path,
                       strerror(errno));
  for (size_t done = 0; done < size && !status;) {
    ssize_t got = pread(file, (char *)bytes + done, size - done, (off_t)(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) status = cannot(fault, "read", path);
    if (!got) status = fault_set(fault, STATUS_IO, "%s: shorter than it was", path);
    if (got > 0) done += (size_t)got;
  }
  if (file >= 0) close(file);
  free(path);
  return status;
}
