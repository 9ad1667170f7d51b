/* Blobs that nobody needs any more. */
#include "models/blobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DRAFT_SECONDS = 86400 };

static const char going[] = "removing-"; /* before the name of one that is on its way out */

struct sweep {
  int64_t before;
  enum status (*needed)(void *context, const char *photo_id, bool *needed, struct fault *fault);
  void *context;
  size_t *removed;
  struct fault *fault;
};

static bool is_id(const char *name) {
  return strlen(name) == PHOTO_ID_CHARS && strspn(name, "0123456789abcdef") == PHOTO_ID_CHARS;
}

/* When it came last; false where it is not there. */
static bool came(int shelf, const char *name, int64_t *when) {
  struct stat status;
  if (fstatat(shelf, name, &status, AT_SYMLINK_NOFOLLOW)) return false;
  *when = status.st_mtime;
  return true;
}

static enum status may_go(const struct sweep *in, int shelf, const char *file, const char *id, bool *may) {
  int64_t when;
  bool needed = true;
  *may = false;
  if (!came(shelf, file, &when) || when >= in->before) return STATUS_OK;
  enum status status = in->needed(in->context, id, &needed, in->fault);
  *may = !status && !needed;
  return status;
}

/* As if it had never been about to go. One that was written anew meanwhile is the one. */
static void bring_back(int shelf, const char *aside) {
  if (linkat(shelf, aside, shelf, aside + sizeof going - 1, 0) && errno != EEXIST) return;
  unlinkat(shelf, aside, 0);
}

/* Looked at once more under another name: whoever hands it in from now on finds it gone, and writes it anew. */
static enum status remove_blob(const struct sweep *in, int shelf, const char *id) {
  char aside[sizeof going + PHOTO_ID_CHARS];
  bool may;
  snprintf(aside, sizeof aside, "%s%s", going, id);
  enum status status = may_go(in, shelf, id, id, &may);
  if (status || !may || renameat(shelf, id, shelf, aside)) return status;
  status = may_go(in, shelf, aside, id, &may);
  if (status || !may)
    bring_back(shelf, aside);
  else if (!unlinkat(shelf, aside, 0))
    ++*in->removed;
  return status;
}

static enum status sweep_shelf(const struct sweep *in, int top, const char *name) {
  int fd = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *shelf = fd < 0 ? NULL : fdopendir(fd);
  enum status status = STATUS_OK;
  if (!shelf) {
    status = fault_set(in->fault, STATUS_IO, "blobs/%s: cannot read the folder: %s", name, strerror(errno));
    if (fd >= 0) close(fd);
    return status;
  }
  for (struct dirent *entry; !status && (entry = readdir(shelf));) {
    if (!strncmp(entry->d_name, going, sizeof going - 1) && is_id(entry->d_name + sizeof going - 1))
      bring_back(fd, entry->d_name);
    else if (is_id(entry->d_name))
      status = remove_blob(in, fd, entry->d_name);
  }
  closedir(shelf);
  return status;
}

enum status blob_sweep(const char *folder, int64_t before,
                       enum status (*needed)(void *context, const char *photo_id, bool *needed, struct fault *fault),
                       void *context, size_t *removed, struct fault *fault) {
  const struct sweep in = {before, needed, context, removed, fault};
  char *path = NULL;
  if (asprintf(&path, "%s/blobs", folder) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  DIR *top = opendir(path);
  enum status status = STATUS_OK;
  if (!top && errno != ENOENT)
    status = fault_set(fault, STATUS_IO, "%s: cannot read the folder: %s", path, strerror(errno));
  for (struct dirent *entry; top && !status && (entry = readdir(top));) {
    int64_t when, day_ago = time(NULL) - DRAFT_SECONDS;
    if (!strncmp(entry->d_name, "draft-", 6) && came(dirfd(top), entry->d_name, &when) && when < day_ago)
      unlinkat(dirfd(top), entry->d_name, 0);
    else if (strlen(entry->d_name) == 2 && strspn(entry->d_name, "0123456789abcdef") == 2)
      status = sweep_shelf(&in, dirfd(top), entry->d_name);
  }
  if (top) closedir(top);
  free(path);
  return status;
}
