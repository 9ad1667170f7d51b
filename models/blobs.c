#include "models/blobs.h"
#include "models/blobs_private.h"

#include "models/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status cannot(struct fault *fault, const char *what, const char *path) {
  return fault_set(fault, STATUS_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

enum status blob_sync_folder(const char *path, struct fault *fault) {
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return cannot(fault, "open the folder", path);
  int failed = fsync(folder);
  enum status status = failed ? cannot(fault, "sync the folder", path) : STATUS_OK;
  close(folder);
  return status;
}

/* Folders whose names this process has synced; the latest overwrites the oldest. */
static struct {
  pthread_mutex_t mutex;
  struct known {
    dev_t device;
    ino_t inode;
  } items[512];
  size_t count;
} synced = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static bool is_synced(const struct stat *folder) {
  const size_t room = sizeof synced.items / sizeof *synced.items;
  for (size_t i = 0; i < synced.count && i < room; i++)
    if (synced.items[i].device == folder->st_dev && synced.items[i].inode == folder->st_ino) return true;
  return false;
}

/* Makes `path` in `parent` unless it is there. Its name is synced, so that what comes into it can be found again; also
 * that of one that is there, since whoever made it may have died before. */
static enum status make_folder(const char *path, const char *parent, struct fault *fault) {
  struct stat folder;
  if (mkdir(path, 0777) && errno != EEXIST) return cannot(fault, "make the folder", path);
  if (stat(path, &folder)) return cannot(fault, "find", path);
  pthread_mutex_lock(&synced.mutex);
  enum status status = STATUS_OK;
  if (!is_synced(&folder)) {
    status = blob_sync_folder(parent, fault);
    if (!status)
      synced.items[synced.count++ % (sizeof synced.items / sizeof *synced.items)] =
          (struct known){folder.st_dev, folder.st_ino};
  }
  pthread_mutex_unlock(&synced.mutex);
  return status;
}

enum status blob_make_shelf(const char *folder, const char *photo_id, struct fault *fault) {
  char *top = NULL, *shelf = NULL;
  if (asprintf(&top, "%s/blobs", folder) < 0) top = NULL;
  if (!top || asprintf(&shelf, "%s/%.2s", top, photo_id) < 0) shelf = NULL;
  enum status status = shelf ? make_folder(top, folder, fault) : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = make_folder(shelf, top, fault);
  free(top);
  free(shelf);
  return status;
}

char *blob_draft_path(const char *folder) {
  uint64_t number; /* no other writer's, on whatever machine */
  char *path = NULL;
  randombytes_buf(&number, sizeof number);
  return asprintf(&path, "%s/blobs/draft-%016" PRIx64, folder, number) < 0 ? NULL : path;
}

char *blob_path(const char *folder, const char *photo_id) {
  char *path = NULL;
  return asprintf(&path, "%s/blobs/%.2s/%s", folder, photo_id, photo_id) < 0 ? NULL : path;
}

static enum status sync_shelf(const char *folder, const char *photo_id, struct fault *fault) {
  char *shelf = NULL;
  if (asprintf(&shelf, "%s/blobs/%.2s", folder, photo_id) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = blob_sync_folder(shelf, fault);
  free(shelf);
  return status;
}

enum status blob_settle(const char *folder, const char *photo_id, struct fault *fault) {
  char *path = blob_path(folder, photo_id);
  if (!path) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = STATUS_OK;
  /* Its age begins anew, so that it is not removed before the job is stored that wants it. */
  if (utimensat(AT_FDCWD, path, NULL, 0))
    status = errno == ENOENT || errno == ENOTDIR ? fault_set(fault, STATUS_MISSING, "%s: not there", path)
                                                 : cannot(fault, "touch", path);
  free(path);
  /* Whoever wrote it may have died before its name was on disk. */
  return status ? status : sync_shelf(folder, photo_id, fault);
}

enum status blob_name(const char *folder, const char *photo_id, const char *draft, struct fault *fault) {
  char *path = blob_path(folder, photo_id);
  enum status status = path ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status && rename(draft, path)) status = cannot(fault, "rename", draft);
  if (!status) status = sync_shelf(folder, photo_id, fault);
  free(path);
  return status;
}

enum status blob_find(const char *folder, const char *photo_id, size_t *size, struct fault *fault) {
  struct stat info;
  char *path = blob_path(folder, photo_id);
  if (!path) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = STATUS_OK;
  if (stat(path, &info))
    status = fault_set(fault, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: %s", path, strerror(errno));
  else
    *size = (size_t)info.st_size;
  free(path);
  return status;
}

enum status blob_put(const char *folder, const char *photo_id, const void *bytes, size_t size, struct fault *fault) {
  struct fault none = {0};
  enum status status = blob_settle(folder, photo_id, &none);
  if (status != STATUS_MISSING) {
    if (status && fault) *fault = none;
    return status;
  }
  if ((status = blob_make_shelf(folder, photo_id, fault))) return status;
  char *draft = blob_draft_path(folder);
  if (!draft) return fault_set(fault, STATUS_MEMORY, "out of memory");
  unlink(draft);
  status = file_write(AT_FDCWD, draft, draft, 0666, bytes, size, fault);
  if (!status) status = blob_name(folder, photo_id, draft, fault);
  if (status) unlink(draft);
  free(draft);
  return status;
}

enum status blob_get(const char *folder, const char *photo_id, const char *name, struct photo *photo,
                     struct fault *fault) {
  char *path = blob_path(folder, photo_id);
  if (!path) return fault_set(fault, STATUS_MEMORY, "out of memory");
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
