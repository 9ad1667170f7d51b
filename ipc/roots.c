#include "ipc/roots.h"

#include "models/digest.h"
#include "models/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct root {
  char *path; /* without a slash at its end; "" is / */
  int folder;
};

struct roots {
  struct root *items;
  size_t count;
};

static enum status open_root(const char *path, struct root *root, struct fault *fault) {
  *root = (struct root){.folder = -1};
  if (*path != '/') return fault_set(fault, STATUS_USAGE, "--root %s: expected an absolute folder", path);
  if (!(root->path = strdup(path))) return fault_set(fault, STATUS_MEMORY, "out of memory");
  for (size_t size = strlen(path); size && root->path[size - 1] == '/'; size--) root->path[size - 1] = 0;
  root->folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root->folder >= 0) return STATUS_OK;
  return fault_set(fault, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "--root %s: %s", path, strerror(errno));
}

enum status roots_open(const char *const *paths, size_t count, struct roots **opened, struct fault *fault) {
  *opened = NULL;
  struct roots *roots = calloc(1, sizeof *roots);
  if (!roots || !(roots->items = calloc(count + 1, sizeof *roots->items))) {
    free(roots);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  enum status status = STATUS_OK;
  while (roots->count < count && !status) {
    status = open_root(paths[roots->count], &roots->items[roots->count], fault);
    roots->count++;
  }
  if (status) {
    roots_close(roots);
    return status;
  }
  *opened = roots;
  return STATUS_OK;
}

void roots_close(struct roots *roots) {
  if (!roots) return;
  for (size_t i = 0; i < roots->count; i++) {
    if (roots->items[i].folder >= 0) close(roots->items[i].folder);
    free(roots->items[i].path);
  }
  free(roots->items);
  free(roots);
}

static bool climbs(const char *path) {
  for (const char *at = path; (at = strstr(at, "..")); at += 2)
    if ((at == path || at[-1] == '/') && (at[2] == '/' || !at[2])) return true;
  return false;
}

/* The part below the root, "." for the root itself; NULL where the path is not below it. */
static const char *below(const struct root *root, const char *path) {
  size_t size = strlen(root->path);
  if (strncmp(path, root->path, size) != 0 || (path[size] && path[size] != '/')) return NULL;
  path += size;
  while (*path == '/') path++;
  return *path ? path : ".";
}

static int open_below(int folder, const char *path, int flags) {
  struct open_how how = {.flags = (unsigned)flags | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  for (int tries = 0;; tries++) {
    int file = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    /* EAGAIN: something was renamed on the way; the kernel asks for another try. */
    if (file >= 0 || (errno != EINTR && errno != EAGAIN) || tries > 100) return file;
  }
}

/* *file is -1 with STATUS_OK where the path is within, but nothing can be opened there; errno tells why. */
static enum status open_within(const struct roots *roots, const char *path, int flags, int *file, struct fault *fault) {
  *file = -1;
  if (*path != '/' || climbs(path))
    return fault_set(fault, STATUS_INVALID, "%s: expected an absolute path without \"..\"", path);
  for (size_t i = 0; i < roots->count; i++) {
    const char *rest = below(&roots->items[i], path);
    if (!rest) continue;
    *file = open_below(roots->items[i].folder, rest, flags);
    if (*file >= 0) return STATUS_OK;
    int code = errno;
    if (code == EXDEV || code == ELOOP)
      return fault_set(fault, STATUS_INVALID, "%s: a symbolic link leads out of the folder %s that may be read", path,
                       roots->items[i].path);
    if (code == ENOSYS)
      return fault_set(fault, STATUS_INTERNAL, "%s: this kernel cannot keep to --root (openat2, Linux 5.6)", path);
    errno = code;
    return STATUS_OK;
  }
  return fault_set(fault, STATUS_INVALID,
                   roots->count ? "%s: outside the folders that may be read (--root)"
                                : "%s: no folder may be read here (--root names those that may)",
                   path);
}

enum status roots_check(const struct roots *roots, const char *path, struct fault *fault) {
  if (!roots) return STATUS_OK;
  int file;
  enum status status = open_within(roots, path, O_PATH, &file, fault);
  if (file >= 0) close(file);
  return status;
}

enum status roots_read_photo(const struct roots *roots, const char *path, struct photo *photo, struct fault *fault) {
  *photo = (struct photo){0};
  if (!roots) return photo_read(path, 0, photo, fault);
  int file;
  enum status status = open_within(roots, path, O_RDONLY | O_NOCTTY | O_NONBLOCK, &file, fault);
  if (status) return status;
  if (file < 0)
    return fault_set(fault, errno == ENOENT || errno == ENOTDIR ? STATUS_MISSING : STATUS_IO, "%s: %s", path,
                     strerror(errno));
  status = file_read_open(file, path, PHOTO_DEFAULT_LIMIT, &photo->bytes, &photo->size, fault);
  close(file);
  if (status) return status;
  if (!(photo->path = strdup(path))) {
    photo_free(photo);
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  }
  digest_blake2b(photo->bytes, photo->size, photo->id);
  return STATUS_OK;
}

char *roots_resolve(const struct roots *roots, const char *path) {
  if (!roots) return strdup(path);
  int file;
  char link[64], real[PATH_MAX];
  if (open_within(roots, path, O_PATH, &file, NULL) || file < 0) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t size = readlink(link, real, sizeof real - 1);
  close(file);
  if (size < 0) return NULL;
  real[size] = 0;
  return strdup(real);
}
