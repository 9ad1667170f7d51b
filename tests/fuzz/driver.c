/* driver                 changed seeds for $ASSAY_FUZZ_SECONDS (default 2)
 * driver FILE...         these inputs, as libFuzzer does
 * driver --seeds FOLDER  writes the seeds there, a file each
 *
 * The n-th change of a seed depends on n alone. When a sanitizer ends the program, the input is left in
 * fuzz-crash.bin of the working directory. */
#include "tests/fuzz/fuzz.h"
#include "tests/support.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_SEEDS = 64, GROWTH = 256 };

static const uint8_t *current;
static size_t current_size;

extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void keep_crash(void) {
  FILE *file = fopen("fuzz-crash.bin", "wb");
  if (!file) return;
  fwrite(current, 1, current_size, file);
  fclose(file);
}

static void run(const uint8_t *bytes, size_t size) {
  current = bytes, current_size = size;
  LLVMFuzzerTestOneInput(bytes, size);
}

/* One change: a bit, a byte, a mark that means something in a text, a number of 4 bytes, a run moved, cut out or
 * doubled, or the end cut off. */
static size_t change(uint8_t *bytes, size_t size, uint64_t *random) {
  static const uint32_t NUMBERS[] = {0,      1,      0x7F,    0x80,       0xFF,       0x100,     0x7FFF,
                                     0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, UINT32_MAX};
  static const char MARKS[] = "\"'{}[],:;-#&*!|\\\n\r\t ~?=0123456789.eE+";
  if (size < 8) return size;
  const size_t at = support_random(random) % (size - 4), length = support_random(random) % (size - at);
  const size_t few = length % GROWTH;
  const uint32_t number = NUMBERS[support_random(random) % (sizeof NUMBERS / sizeof *NUMBERS)];
  switch (support_random(random) % 8) {
  case 0:
    bytes[at] ^= (uint8_t)(1u << support_random(random) % 8);
    return size;
  case 1:
    bytes[at] = (uint8_t)support_random(random);
    return size;
  case 2:
    memcpy(bytes + at, &number, 4);
    return size;
  case 3: {
    const uint32_t swapped = __builtin_bswap32(number);
    memcpy(bytes + at, &swapped, 4);
    return size;
  }
  case 4:
    memmove(bytes + at, bytes + at + few, size - at - few);
    return size - few;
  case 5:
    memmove(bytes + at + few, bytes + at, size - at);
    return size + few;
  case 6:
    bytes[at] = (uint8_t)MARKS[support_random(random) % (sizeof MARKS - 1)];
    return size;
  default:
    return support_random(random) % 8 ? size : size - length;
  }
}

/* The block is as long as the input, so that a sanitizer sees a read past its end. */
static void run_changed(const uint8_t *seed, size_t seed_size, uint64_t random) {
  const int changes = 1 + (int)(support_random(&random) % 6);
  uint8_t *work = malloc(seed_size + 6 * GROWTH);
  if (!work) abort();
  memcpy(work, seed, seed_size);
  size_t size = seed_size;
  for (int i = 0; i < changes; i++) size = change(work, size, &random);
  uint8_t *exact = malloc(size ? size : 1);
  if (!exact) abort();
  memcpy(exact, work, size);
  free(work);
  run(exact, size);
  free(exact);
}

static int run_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    fprintf(stderr, "%s: cannot be read\n", path);
    return 74;
  }
  fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  rewind(file);
  uint8_t *bytes = malloc((size_t)size + 1);
  if (bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size) run(bytes, (size_t)size);
  free(bytes);
  fclose(file);
  return 0;
}

static int write_seeds(const char *folder) {
  size_t size;
  uint8_t *seed;
  for (int i = 0; (seed = fuzz_seed(i, &size)); i++) {
    char *path = support_text("%s/seed-%02d", folder, i);
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(seed, 1, size, file) == size;
    if (file && fclose(file)) written = false;
    if (!written) fprintf(stderr, "%s: cannot be written\n", path);
    free(seed);
    free(path);
    if (!written) return 74;
  }
  return 0;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int argc, char **argv) {
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(keep_crash);
  if (argc == 3 && !strcmp(argv[1], "--seeds")) return write_seeds(argv[2]);
  if (argc > 1) {
    int code = 0;
    for (int i = 1; i < argc; i++) code |= run_file(argv[i]);
    return code;
  }
  uint8_t *seeds[MOST_SEEDS];
  size_t sizes[MOST_SEEDS];
  int count = 0;
  while (count < MOST_SEEDS && (seeds[count] = fuzz_seed(count, &sizes[count]))) count++;
  const char *limit = getenv("ASSAY_FUZZ_SECONDS");
  const double end = seconds() + (limit ? strtod(limit, NULL) : 2);
  unsigned long n = 0;
  for (; count && seconds() < end; n++)
    run_changed(seeds[n % (unsigned long)count], sizes[n % (unsigned long)count], n + 1);
  for (int i = 0; i < count; i++) free(seeds[i]);
  printf("%lu inputs from %d seeds\n", n, count);
  return count ? 0 : 70;
}
