/* SQLite's memory, and what its files do, through its own hooks. */
#include "tests/fault/inject.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static sqlite3_mem_methods memory;

static void *allocate(int size) {
  return inject_inside("sqlite", INSIDE_SQLITE_MEMORY) ? NULL : memory.xMalloc(size);
}

static void *reallocate(void *old, int size) {
  return inject_inside("sqlite", INSIDE_SQLITE_MEMORY) ? NULL : memory.xRealloc(old, size);
}

/* A file of ours is a pointer to its methods, followed by SQLite's own file. */
struct file {
  sqlite3_file base;
  sqlite3_file *real;
};

static sqlite3_file *real(sqlite3_file *file) {
  return ((struct file *)file)->real;
}

static bool fails(void) {
  return inject_inside("file", INSIDE_SQLITE_FILES);
}

static int close_file(sqlite3_file *file) {
  return real(file)->pMethods->xClose(real(file));
}
static int read_file(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at) {
  return fails() ? SQLITE_IOERR_READ : real(file)->pMethods->xRead(real(file), bytes, size, at);
}
static int write_file(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at) {
  return fails() ? SQLITE_FULL : real(file)->pMethods->xWrite(real(file), bytes, size, at);
}
static int truncate_file(sqlite3_file *file, sqlite3_int64 size) {
  return fails() ? SQLITE_IOERR_TRUNCATE : real(file)->pMethods->xTruncate(real(file), size);
}
static int sync_file(sqlite3_file *file, int flags) {
  return fails() ? SQLITE_IOERR_FSYNC : real(file)->pMethods->xSync(real(file), flags);
}
static int size_of_file(sqlite3_file *file, sqlite3_int64 *size) {
  return fails() ? SQLITE_IOERR_FSTAT : real(file)->pMethods->xFileSize(real(file), size);
}
static int lock_file(sqlite3_file *file, int how) {
  return fails() ? SQLITE_IOERR_LOCK : real(file)->pMethods->xLock(real(file), how);
}
static int unlock_file(sqlite3_file *file, int how) {
  return real(file)->pMethods->xUnlock(real(file), how);
}
static int is_reserved(sqlite3_file *file, int *out) {
  return fails() ? SQLITE_IOERR_CHECKRESERVEDLOCK : real(file)->pMethods->xCheckReservedLock(real(file), out);
}
static int control_file(sqlite3_file *file, int what, void *argument) {
  return real(file)->pMethods->xFileControl(real(file), what, argument);
}
static int sector_size(sqlite3_file *file) {
  return real(file)->pMethods->xSectorSize(real(file));
}
static int characteristics(sqlite3_file *file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
static int map_shared(sqlite3_file *file, int page, int size, int extend, void volatile **memory_at) {
  return fails() ? SQLITE_IOERR_SHMMAP : real(file)->pMethods->xShmMap(real(file), page, size, extend, memory_at);
}
static int lock_shared(sqlite3_file *file, int first, int count, int flags) {
  return (flags & SQLITE_SHM_LOCK) && fails() ? SQLITE_IOERR_SHMLOCK
                                              : real(file)->pMethods->xShmLock(real(file), first, count, flags);
}
static void barrier(sqlite3_file *file) {
  real(file)->pMethods->xShmBarrier(real(file));
}
static int unmap_shared(sqlite3_file *file, int erase) {
  return real(file)->pMethods->xShmUnmap(real(file), erase);
}

static const sqlite3_io_methods methods = {.iVersion = 2,
                                           .xClose = close_file,
                                           .xRead = read_file,
                                           .xWrite = write_file,
                                           .xTruncate = truncate_file,
                                           .xSync = sync_file,
                                           .xFileSize = size_of_file,
                                           .xLock = lock_file,
                                           .xUnlock = unlock_file,
                                           .xCheckReservedLock = is_reserved,
                                           .xFileControl = control_file,
                                           .xSectorSize = sector_size,
                                           .xDeviceCharacteristics = characteristics,
                                           .xShmMap = map_shared,
                                           .xShmLock = lock_shared,
                                           .xShmBarrier = barrier,
                                           .xShmUnmap = unmap_shared};

static sqlite3_vfs *below, own;

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
  (void)vfs;
  struct file *opened = (struct file *)file;
  file->pMethods = NULL;
  if (fails()) return SQLITE_CANTOPEN;
  opened->real = (sqlite3_file *)(opened + 1);
  int code = below->xOpen(below, name, opened->real, flags, out);
  if (opened->real->pMethods) file->pMethods = &methods;
  return code;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int sync) {
  (void)vfs;
  return fails() ? SQLITE_IOERR_DELETE : below->xDelete(below, name, sync);
}

void inject_into_sqlite(void) {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory);
  sqlite3_mem_methods counted = memory;
  counted.xMalloc = allocate;
  counted.xRealloc = reallocate;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &counted);
  /* SQLite starts here, and keeps no memory of a start that failed. */
  below = sqlite3_vfs_find(NULL);
  if (!below) return;
  own = *below;
  own.zName = "fault";
  own.szOsFile = (int)sizeof(struct file) + below->szOsFile;
  own.xOpen = open_file;
  own.xDelete = delete_file;
  sqlite3_vfs_register(&own, 1);
}
