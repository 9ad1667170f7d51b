#include "models/blobs.h"

#include "models/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status cannot(struct fault *fault, const char *what, const char *path) {
  return fault_set(fault, STATUS_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

static enum status sync_folder(const char *path, struct fault *fault) {
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return cannot(fault, "open the folder", path);
  int failed = fsync(folder);
  enum status status = failed ? cannot(fault, "sync the folder", path) : STATUS_OK;
  close(folder);
  return status;
}

/* Makes `path` in `parent` unless it is there; a new one is synced, so that what comes into it can be found again. */
static enum status make_folder(const char *path, const char *parent, struct fault *fault) {
  if (!mkdir(path, 0777)) return sync_folder(parent, fault);
  return errno == EEXIST ? STATUS_OK : cannot(fault, "make the folder", path);
}

enum status blob_put(const char *folder, const char *photo_id, const void *bytes, size_t size, struct fault *fault) {
  char *top = NULL, *shelf = NULL, *path = NULL, *draft = NULL;
  enum status status = STATUS_OK;
  uint64_t number; /* no other writer's, on whatever machine */
  randombytes_buf(&number, sizeof number);
  if (asprintf(&top, "%s/blobs", folder) < 0) top = NULL;
  if (!top || asprintf(&shelf, "%s/%.2s", top, photo_id) < 0) shelf = NULL;
  if (!shelf || asprintf(&path, "%s/%s", shelf, photo_id) < 0) path = NULL;
  if (!path || asprintf(&draft, "%s/draft-%016" PRIx64, top, number) < 0) draft = NULL;
  if (!draft) {
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
    goto end;
  }
  /* Its age begins anew, so that it is not removed before the job is stored that wants it. */
  if (!utimensat(AT_FDCWD, path, NULL, 0)) {
    /* Whoever wrote it may have died before its name was on disk. */
    status = sync_folder(shelf, fault);
    goto end;
  }
  if ((status = make_folder(top, folder, fault)) || (status = make_folder(shelf, top, fault))) goto end;
  unlink(draft);
  status = file_write(AT_FDCWD, draft, draft, 0666, bytes, size, fault);
  if (!status && rename(draft, path)) status = cannot(fault, "rename", draft);
  if (status)
    unlink(draft);
  else
    status = sync_folder(shelf, fault);
end:
  free(top);
  free(shelf);
  free(path);
  free(draft);
  return status;
}

enum status blob_get(const char *folder, const char *photo_id, const char *name, struct photo *photo,
                     struct fault *fault) {
  char *path = NULL;
  if (asprintf(&path, "%s/blobs/%.2s/%s", folder, photo_id, photo_id) < 0)
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = photo_read(path, 0, photo, fault);
  if (!status && strcmp(photo->id, photo_id)) {
    photo_free(photo);
    status = fault_set(fault, STATUS_IO, "%s: the stored photo is damaged (its bytes are not those of its name)", path);
  }
  if (!status) {
    char *shown = strdup(name);
    if (shown) {
      free(photo->path);
      photo->path = shown;
    } else {
      photo_free(photo);
      status = fault_set(fault, STATUS_MEMORY, "out of memory");
    }
  }
  free(path);
  return status;
}
