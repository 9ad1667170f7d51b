#include "tests/support.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

char *support_text(const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = NULL;
  if (vasprintf(&text, format, args) < 0) abort();
  va_end(args);
  return text;
}

/* In memory where there is plenty of it: there an fsync takes no time. */
static const char *temporary(void) {
  const uint64_t plenty = (uint64_t)2 << 30;
  const char *given = getenv("TMPDIR");
  struct statvfs memory;
  if (given && *given) return given;
  return !statvfs("/dev/shm", &memory) && (uint64_t)memory.f_bavail * memory.f_frsize >= plenty &&
                 !access("/dev/shm", W_OK)
             ? "/dev/shm"
             : "/tmp";
}

char *support_folder(void) {
  char *path = support_text("%s/assay-test-XXXXXX", temporary());
  if (!mkdtemp(path)) fail_msg("cannot make a folder like %s", path);
  return path;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where) {
  (void)info, (void)type, (void)where;
  return remove(path);
}

void support_remove(char *folder) {
  nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  free(folder);
}

void support_write(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  if (!file) fail_msg("cannot write %s", path);
  if (fwrite(bytes, 1, size, file) != size) fail_msg("cannot write %s", path);
  if (fclose(file)) fail_msg("cannot write %s", path);
}

char *support_data(const char *name) {
  const char *base = getenv("ASSAY_TEST_DATA");
  char *path = support_text("%s/%s", base && *base ? base : ASSAY_SOURCE_DIR "/../shared/data", name);
  if (access(path, R_OK)) {
    print_message("skipped: no test data at %s (set ASSAY_TEST_DATA)\n", path);
    free(path);
    skip();
    return NULL;
  }
  return path;
}

uint64_t support_random(uint64_t *state) {
  uint64_t x = *state ? *state : 0x9E3779B97F4A7C15u;
  x ^= x >> 12, x ^= x << 25, x ^= x >> 27;
  *state = x;
  return x * 0x2545F4914F6CDD1Du;
}

double support_uniform(uint64_t *state) {
  return ((double)(support_random(state) >> 11) + 0.5) * 0x1p-53;
}
