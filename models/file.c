#include "models/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads to the end of the file, which may be another than fstat said. */
static enum status read_all(int file, const char *shown, size_t expected, size_t limit, uint8_t **out, size_t *out_size,
                            struct fault *fault) {
  size_t room = expected < limit ? expected + 1 : limit + 1, size = 0;
  uint8_t *bytes = malloc(room);
  enum status status = STATUS_OK;
  if (!bytes) return fault_set(fault, STATUS_MEMORY, "%s: no memory for %zu bytes", shown, room);
  for (;;) {
    ssize_t got = read(file, bytes + size, room - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      status = fault_set(fault, STATUS_IO, "%s: cannot be read: %s", shown, strerror(errno));
      goto end;
    }
    if (!got) break;
    size += (size_t)got;
    if (size > limit) {
      status = fault_set(fault, STATUS_LIMIT, "%s: larger than the %zu bytes that are accepted", shown, limit);
      goto end;
    }
    if (size < room) continue;
    room = room > limit / 2 ? limit + 1 : 2 * room;
    uint8_t *more = realloc(bytes, room);
    if (!more) {
      status = fault_set(fault, STATUS_MEMORY, "%s: no memory for %zu bytes", shown, room);
      goto end;
    }
    bytes = more;
  }
  if (size) {
    *out = bytes;
    *out_size = size;
    bytes = NULL;
  }
end:
  free(bytes);
  return status;
}

static enum status cannot_open(const char *shown, struct fault *fault) {
  if (errno == ENOENT || errno == ENOTDIR) return fault_set(fault, STATUS_MISSING, "%s: no such file", shown);
  if (errno == ELOOP) return fault_set(fault, STATUS_IO, "%s: a symbolic link, which is not followed here", shown);
  return fault_set(fault, STATUS_IO, "%s: cannot be opened: %s", shown, strerror(errno));
}

enum status file_read_open(int file, const char *shown, size_t limit, uint8_t **bytes, size_t *size,
                           struct fault *fault) {
  struct stat info;
  *bytes = NULL;
  *size = 0;
  if (limit > SIZE_MAX / 4) limit = SIZE_MAX / 4;
  if (fstat(file, &info)) return fault_set(fault, STATUS_IO, "%s: cannot be read: %s", shown, strerror(errno));
  if (!S_ISREG(info.st_mode))
    return fault_set(fault, STATUS_IO, "%s: %s, not a file", shown,
                     S_ISDIR(info.st_mode) ? "a folder" : "a pipe, a socket or a device");
  if ((uintmax_t)info.st_size > limit)
    return fault_set(fault, STATUS_LIMIT, "%s: %jd bytes; at most %zu are accepted", shown, (intmax_t)info.st_size,
                     limit);
  return read_all(file, shown, (size_t)info.st_size, limit, bytes, size, fault);
}

enum status file_read(int folder, const char *name, const char *shown, bool follow, size_t limit, uint8_t **bytes,
                      size_t *size, struct fault *fault) {
  *bytes = NULL;
  *size = 0;
  /* O_NONBLOCK: a named pipe must not hang us before fstat tells that it is one. */
  int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  if (file < 0) return cannot_open(shown, fault);
  enum status status = file_read_open(file, shown, limit, bytes, size, fault);
  close(file);
  return status;
}

static enum status write_all(int file, const char *shown, const uint8_t *bytes, size_t size, struct fault *fault) {
  while (size) {
    ssize_t done = write(file, bytes, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return fault_set(fault, STATUS_IO, "%s: cannot be written: %s", shown, strerror(errno));
    bytes += done;
    size -= (size_t)done;
  }
  if (fsync(file)) return fault_set(fault, STATUS_IO, "%s: cannot be written: %s", shown, strerror(errno));
  return STATUS_OK;
}

enum status file_write(int folder, const char *name, const char *shown, unsigned mode, const void *bytes, size_t size,
                       struct fault *fault) {
  int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
  if (file < 0 && errno == EEXIST) return fault_set(fault, STATUS_INVALID, "%s: is there already", shown);
  if (file < 0) return fault_set(fault, STATUS_IO, "%s: cannot be written: %s", shown, strerror(errno));
  enum status status = write_all(file, shown, bytes, size, fault);
  if (close(file) && !status) status = fault_set(fault, STATUS_IO, "%s: cannot be written: %s", shown, strerror(errno));
  if (status) unlinkat(folder, name, 0);
  return status;
}
