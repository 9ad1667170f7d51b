#include "tests/fuzz/file.h"

#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *folder, *path;

static void clean(void) {
  support_remove(folder);
  free(path);
}

const char *fuzz_file(const uint8_t *bytes, size_t size) {
  if (!folder) {
    if (!getenv("TMPDIR") && !access("/dev/shm", W_OK)) setenv("TMPDIR", "/dev/shm", 1);
    folder = support_folder();
    path = support_text("%s/input", folder);
    atexit(clean);
  }
  FILE *file = fopen(path, "wb");
  if (!file || (size && fwrite(bytes, 1, size, file) != size) || fclose(file)) abort();
  return path;
}
