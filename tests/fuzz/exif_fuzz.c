#include "engine/exif.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#define ASCII_DATE "2026:03:01 22:14:05"

/* The byte order, then a first directory with the orientation and a second with DateTimeOriginal. */
static const char LITTLE[] =
    "Exif\0\0II\x2A\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x69\x87\x04\0\x01\0\0\0"
    "\x26\0\0\0\0\0\0\0\x01\0\x03\x90\x02\0\x14\0\0\0\x38\0\0\0\0\0\0\0" ASCII_DATE;
static const char BIG[] = "MM\0\x2A\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\x87\x69\0\x04\0\0\0\x01\0\0\0\x26"
                          "\0\0\0\0\0\x01\x90\x03\0\x02\0\0\0\x14\0\0\0\x38\0\0\0\0" ASCII_DATE;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct exif exif;
  struct fault fault = {0};
  if (exif_read(bytes, size, &exif, &fault)) abort();
  if (exif.orientation < 1 || exif.orientation > 8) abort();
  if (strnlen(exif.captured, sizeof exif.captured) == sizeof exif.captured) abort();
  return 0;
}

uint8_t *fuzz_seed(int i, size_t *size) {
  static const struct {
    const char *bytes;
    size_t size;
  } seeds[] = {{LITTLE, sizeof LITTLE}, {BIG, sizeof BIG}};
  *size = 0;
  if ((size_t)i >= sizeof seeds / sizeof *seeds) return NULL;
  uint8_t *seed = malloc(seeds[i].size);
  if (!seed) return NULL;
  *size = seeds[i].size;
  return memcpy(seed, seeds[i].bytes, seeds[i].size);
}
