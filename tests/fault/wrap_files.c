#include "tests/fault/wrap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

WRAP(int, fstat, (int file, struct stat *info), (file, info), FAIL(EIO, -1))
WRAP(ssize_t, read, (int file, void *bytes, size_t size), (file, bytes, size), FAIL(EIO, -1))

/* One byte into an empty pipe, and a count into an eventfd, cannot fail. */
static bool is_file(int file) {
  struct stat info;
  return !__real_fstat(file, &info) && (S_ISREG(info.st_mode) || S_ISCHR(info.st_mode));
}

ssize_t __real_write(int file, const void *bytes, size_t size);
ssize_t __wrap_write(int file, const void *bytes, size_t size);
ssize_t __wrap_write(int file, const void *bytes, size_t size) {
  if (is_file(file) && inject("write", __builtin_return_address(0))) FAIL(ENOSPC, -1)
  return __real_write(file, bytes, size);
}
WRAP(int, fsync, (int file), (file), FAIL(EIO, -1))
WRAP(int, rename, (const char *from, const char *to), (from, to), FAIL(ENOSPC, -1))
WRAP(int, renameat, (int from_in, const char *from, int to_in, const char *to), (from_in, from, to_in, to),
     FAIL(ENOSPC, -1))
WRAP(int, renameat2, (int from_in, const char *from, int to_in, const char *to, unsigned flags),
     (from_in, from, to_in, to, flags), FAIL(ENOSPC, -1))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), FAIL(ENOSPC, -1))
WRAP(int, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode), FAIL(ENOSPC, -1))
WRAP(char *, mkdtemp, (char *name), (name), FAIL(ENOSPC, NULL))
WRAP(int, mkostemp, (char *name, int flags), (name, flags), FAIL(ENOSPC, -1))
WRAP(int, memfd_create, (const char *name, unsigned flags), (name, flags), FAIL(EMFILE, -1))
WRAP(FILE *, fopen, (const char *path, const char *how), (path, how), FAIL(EMFILE, NULL))
WRAP(FILE *, fdopen, (int file, const char *how), (file, how), FAIL(ENOMEM, NULL))
WRAP(size_t, fwrite, (const void *bytes, size_t size, size_t count, FILE *file), (bytes, size, count, file),
     FAIL(ENOSPC, 0))
WRAP(int, fflush, (FILE * file), (file), FAIL(ENOSPC, EOF))
WRAP(int, stat, (const char *path, struct stat *info), (path, info), FAIL(EIO, -1))
WRAP(int, lstat, (const char *path, struct stat *info), (path, info), FAIL(EIO, -1))
WRAP(int, fstatat, (int folder, const char *path, struct stat *info, int flags), (folder, path, info, flags),
     FAIL(EIO, -1))
WRAP(int, statvfs, (const char *path, struct statvfs *info), (path, info), FAIL(EIO, -1))
WRAP(DIR *, opendir, (const char *path), (path), FAIL(EMFILE, NULL))
WRAP(int, flock, (int file, int how), (file, how), FAIL(ENOLCK, -1))
WRAP(int, unlink, (const char *path), (path), FAIL(EIO, -1))
WRAP(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags), FAIL(EIO, -1))
WRAP(int, fchmod, (int file, mode_t mode), (file, mode), FAIL(EIO, -1))
WRAP(off_t, lseek, (int file, off_t to, int how), (file, to, how), FAIL(EIO, -1))

/* What close and fclose say about writing that failed late: the descriptor is gone all the same. */
int __real_close(int file);
int __wrap_close(int file);
int __wrap_close(int file) {
  bool fails = inject("close", __builtin_return_address(0));
  int code = __real_close(file);
  if (fails) FAIL(EIO, -1)
  return code;
}

int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
int __wrap_fclose(FILE *file) {
  bool fails = inject("fclose", __builtin_return_address(0));
  int code = __real_fclose(file);
  if (fails) FAIL(ENOSPC, EOF)
  return code;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
  if (inject("open", __builtin_return_address(0))) FAIL(EMFILE, -1)
  va_list args;
  va_start(args, flags);
  mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
  va_end(args);
  return __real_open(path, flags, mode);
}

int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...) {
  if (inject("openat", __builtin_return_address(0))) FAIL(EMFILE, -1)
  va_list args;
  va_start(args, flags);
  mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
  va_end(args);
  return __real_openat(folder, path, flags, mode);
}
