/* To be preloaded: does what is asked, and writes down what changes the files of one folder and what was synced, each
 * when it is done and before the caller knows. */
#include "tests/power/record.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILES = 4096 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static int log_fd = -1;
static struct {
  bool recorded, names; /* names: it is a folder */
  uint64_t inode;
} files[FILES]; /* by descriptor */

static void begin(void) {
  static bool begun;
  if (begun) return;
  begun = true;
  const char *log = getenv(RECORD_LOG);
  folder = getenv(RECORD_FOLDER);
  if (log && folder) log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void *next(const char *name) {
  void *function = dlsym(RTLD_NEXT, name);
  if (!function) abort();
  return function;
}

/* One system call, so that a process that is killed leaves no half of a record but at the end. */
static void put(enum record_kind kind, uint64_t inode, uint64_t offset, const void *bytes, size_t size) {
  struct record record = {(uint32_t)kind, (uint32_t)size, inode, offset};
  struct iovec parts[] = {{&record, sizeof record}, {(void *)bytes, size}};
  if (syscall(SYS_writev, log_fd, parts, 2) != (ssize_t)(sizeof record + size)) abort();
}

/* The part of a path below the folder; NULL where it lies elsewhere or is shared memory that no one expects back. */
static const char *below(const char *path) {
  size_t size = folder ? strlen(folder) : 0;
  if (log_fd < 0 || strncmp(path, folder, size) != 0 || (path[size] && path[size] != '/')) return NULL;
  size_t length = strlen(path);
  if (length > 4 && !strcmp(path + length - 4, "-shm")) return NULL;
  return path[size] ? path + size + 1 : path + size;
}

/* A path as the caller gave it, in a folder that is there. */
static const char *below_given(int at, const char *path, char full[4096]) {
  char around[4096] = "";
  if (*path != '/') {
    char link[64];
    snprintf(link, sizeof link, at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
    ssize_t size = readlink(link, around, sizeof around - 2);
    if (size <= 0) return NULL;
    around[size] = '/';
    around[size + 1] = 0;
  }
  snprintf(full, 4096, "%s%s", around, path);
  return below(full);
}

static void opened(int fd, int flags) {
  char link[64], path[4096];
  struct stat status;
  if (fd < 0 || fd >= FILES || log_fd < 0) return;
  files[fd].recorded = false;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return;
  path[size] = 0;
  const char *name = below(path);
  if (!name || fstat(fd, &status)) return;
  files[fd].recorded = true;
  files[fd].names = S_ISDIR(status.st_mode);
  files[fd].inode = status.st_ino;
  if (files[fd].names) return;
  put(RECORD_OPEN, status.st_ino, 0, name, strlen(name));
  if (flags & O_TRUNC) put(RECORD_TRUNCATE, status.st_ino, 0, "", 0);
}

static int open_at(int at, const char *path, int flags, mode_t mode) {
  pthread_mutex_lock(&mutex);
  begin();
  int fd = (int)syscall(SYS_openat, at, path, flags, mode);
  int error = errno;
  opened(fd, flags);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return fd;
}

static mode_t mode_of(int flags, va_list args) {
  return flags & (O_CREAT | __O_TMPFILE) ? (mode_t)va_arg(args, int) : 0;
}

#define OPEN(NAME, AT, PARAMETERS)                                                                                     \
  int NAME PARAMETERS;                                                                                                 \
  int NAME PARAMETERS {                                                                                                \
    va_list args;                                                                                                      \
    va_start(args, flags);                                                                                             \
    int fd = open_at(AT, path, flags, mode_of(flags, args));                                                           \
    va_end(args);                                                                                                      \
    return fd;                                                                                                         \
  }
OPEN(open, AT_FDCWD, (const char *path, int flags, ...))
OPEN(open64, AT_FDCWD, (const char *path, int flags, ...))
OPEN(openat, at, (int at, const char *path, int flags, ...))
OPEN(openat64, at, (int at, const char *path, int flags, ...))

static bool is_recorded(int fd) {
  return fd >= 0 && fd < FILES && files[fd].recorded;
}

int close(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))next("close");
  if (fd >= 0 && fd < FILES) files[fd].recorded = false;
  return real(fd);
}

ssize_t write(int fd, const void *bytes, size_t size) {
  if (!is_recorded(fd)) return syscall(SYS_write, fd, bytes, size);
  pthread_mutex_lock(&mutex);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = syscall(SYS_write, fd, bytes, size);
  int error = errno;
  if (done > 0) put(RECORD_WRITE, files[fd].inode, (uint64_t)offset, bytes, (size_t)done);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return done;
}

static ssize_t write_at(int fd, const void *bytes, size_t size, off_t offset) {
  if (!is_recorded(fd)) return syscall(SYS_pwrite64, fd, bytes, size, offset);
  pthread_mutex_lock(&mutex);
  ssize_t done = syscall(SYS_pwrite64, fd, bytes, size, offset);
  int error = errno;
  if (done > 0) put(RECORD_WRITE, files[fd].inode, (uint64_t)offset, bytes, (size_t)done);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  return write_at(fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  return write_at(fd, bytes, size, offset);
}

static int truncate_to(int fd, off_t size) {
  pthread_mutex_lock(&mutex);
  int result = (int)syscall(SYS_ftruncate, fd, size);
  int error = errno;
  if (!result && is_recorded(fd)) put(RECORD_TRUNCATE, files[fd].inode, (uint64_t)size, "", 0);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}

int ftruncate(int fd, off_t size) {
  return truncate_to(fd, size);
}

int ftruncate64(int fd, off64_t size) {
  return truncate_to(fd, size);
}

/* What was written while a sync runs need not be in it: nobody writes meanwhile. */
static int sync_with(long call, int fd) {
  pthread_mutex_lock(&mutex);
  int result = (int)syscall(call, fd);
  int error = errno;
  if (!result && is_recorded(fd)) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = files[fd].names ? readlink(link, path, sizeof path - 1) : 0;
    path[size > 0 ? size : 0] = 0;
    const char *name = size > 0 ? below(path) : NULL;
    if (name) put(RECORD_SYNC_NAMES, 0, 0, name, strlen(name));
    if (!files[fd].names) put(RECORD_SYNC, files[fd].inode, 0, "", 0);
  }
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}

int fsync(int fd) {
  return sync_with(SYS_fsync, fd);
}

int fdatasync(int fd) {
  return sync_with(SYS_fdatasync, fd);
}

int mkdir(const char *path, mode_t mode) {
  char full[4096];
  pthread_mutex_lock(&mutex);
  begin();
  int result = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  int error = errno;
  const char *name = result ? NULL : below_given(AT_FDCWD, path, full);
  if (name && *name) put(RECORD_MAKE, 0, 0, name, strlen(name));
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}

static int remove_at(int at, const char *path, int flags) {
  char full[4096];
  pthread_mutex_lock(&mutex);
  begin();
  int result = (int)syscall(SYS_unlinkat, at, path, flags);
  int error = errno;
  const char *name = result ? NULL : below_given(at, path, full);
  if (name) put(RECORD_REMOVE, 0, 0, name, strlen(name));
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}

int unlink(const char *path) {
  return remove_at(AT_FDCWD, path, 0);
}

int unlinkat(int at, const char *path, int flags) {
  return remove_at(at, path, flags);
}

int rename(const char *from, const char *to) {
  char full_from[4096], full_to[4096], both[8194];
  pthread_mutex_lock(&mutex);
  begin();
  int result = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
  int error = errno;
  const char *old = result ? NULL : below_given(AT_FDCWD, from, full_from);
  const char *fresh = result ? NULL : below_given(AT_FDCWD, to, full_to);
  if (old && fresh) {
    size_t size = strlen(old) + 1;
    memcpy(both, old, size);
    memcpy(both + size, fresh, strlen(fresh));
    put(RECORD_RENAME, 0, 0, both, size + strlen(fresh));
  }
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}
