/* driver                 changed seeds for $ASSAY_FUZZ_SECONDS (default 2)
 * driver FILE...         these inputs, as libFuzzer does
 * driver --seeds FOLDER  writes the seeds there, a file each
 * driver --pack FOLDER   puts the smallest files of the folder into the kept corpus, as much as it may hold
 *
 * The kept corpus, tests/fuzz/corpus/NAME, is what a fuzzer found to reach new places: inputs one after another, each
 * after its size as 4 bytes, little endian. Its inputs are run as they are first, and then changed like the seeds.
 *
 * The n-th change of a seed depends on n alone. When a sanitizer ends the program, the input is left in
 * fuzz-crash.bin of the working directory. */
#include "tests/fuzz/fuzz.h"
#include "tests/support.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { MOST_SEEDS = 4096, GROWTH = 256, MOST_KEPT = 48 << 10 };

#define CORPUS ASSAY_SOURCE_DIR "/tests/fuzz/corpus/" FUZZ_NAME

struct entry {
  char *path;
  struct stat info;
};

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

/* NULL where it cannot be read; to be freed. */
static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = malloc(*size + 1);
  if (bytes && fread(bytes, 1, *size, file) != *size) {
    free(bytes);
    bytes = NULL;
  }
  fclose(file);
  return bytes;
}

static int run_file(const char *path) {
  size_t size;
  uint8_t *bytes = read_file(path, &size);
  if (!bytes) {
    fprintf(stderr, "%s: cannot be read\n", path);
    return 74;
  }
  run(bytes, size);
  free(bytes);
  return 0;
}

/* --- The kept corpus --- */

static int by_size(const void *a, const void *b) {
  const struct stat *x = &((const struct entry *)a)->info, *y = &((const struct entry *)b)->info;
  return x->st_size == y->st_size ? strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path)
                                  : (x->st_size > y->st_size) - (x->st_size < y->st_size);
}

static bool append(FILE *to, const char *path) {
  size_t size;
  uint8_t *bytes = read_file(path, &size);
  const uint8_t head[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16), (uint8_t)(size >> 24)};
  bool good = bytes && fwrite(head, 1, sizeof head, to) == sizeof head && fwrite(bytes, 1, size, to) == size;
  free(bytes);
  return good;
}

static int pack(const char *folder) {
  struct entry *entries = calloc(MOST_SEEDS, sizeof *entries);
  DIR *stream = opendir(folder);
  FILE *to = fopen(CORPUS, "wb");
  size_t count = 0, used = 0, taken = 0;
  if (!entries || !stream || !to) {
    fprintf(stderr, "%s or %s cannot be opened\n", folder, CORPUS);
    return 74;
  }
  for (const struct dirent *item; count < MOST_SEEDS && (item = readdir(stream));) {
    entries[count].path = support_text("%s/%s", folder, item->d_name);
    if (!stat(entries[count].path, &entries[count].info) && S_ISREG(entries[count].info.st_mode))
      count++;
    else
      free(entries[count].path);
  }
  closedir(stream);
  qsort(entries, count, sizeof *entries, by_size);
  for (; taken < count && used + (size_t)entries[taken].info.st_size + 4 <= MOST_KEPT; taken++) {
    used += (size_t)entries[taken].info.st_size + 4;
    if (!append(to, entries[taken].path)) return 74;
  }
  for (size_t i = 0; i < count; i++) free(entries[i].path);
  free(entries);
  if (fclose(to)) return 74;
  printf("%zu of %zu inputs kept, %zu bytes\n", taken, count, used);
  return 0;
}

/* Adds the inputs that are kept to the seeds, after running each as it is. */
static int add_kept(uint8_t **seeds, size_t *sizes, int count) {
  size_t all;
  uint8_t *bytes = read_file(CORPUS, &all);
  for (size_t at = 0; bytes && at + 4 <= all && count < MOST_SEEDS;) {
    const size_t size =
        bytes[at] | (size_t)bytes[at + 1] << 8 | (size_t)bytes[at + 2] << 16 | (size_t)bytes[at + 3] << 24;
    at += 4;
    if (size > all - at || !(seeds[count] = malloc(size ? size : 1))) abort();
    memcpy(seeds[count], bytes + at, size);
    sizes[count] = size;
    at += size;
    run(seeds[count], sizes[count]);
    count++;
  }
  free(bytes);
  return count;
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
  if (argc == 3 && !strcmp(argv[1], "--pack")) return pack(argv[2]);
  if (argc > 1) {
    int code = 0;
    for (int i = 1; i < argc; i++) code |= run_file(argv[i]);
    return code;
  }
  static uint8_t *seeds[MOST_SEEDS];
  static size_t sizes[MOST_SEEDS];
  int count = 0;
  while (count < MOST_SEEDS && (seeds[count] = fuzz_seed(count, &sizes[count]))) count++;
  count = add_kept(seeds, sizes, count);
  const char *limit = getenv("ASSAY_FUZZ_SECONDS");
  const double end = seconds() + (limit ? strtod(limit, NULL) : 2);
  unsigned long n = 0;
  for (; count && seconds() < end; n++)
    run_changed(seeds[n % (unsigned long)count], sizes[n % (unsigned long)count], n + 1);
  for (int i = 0; i < count; i++) free(seeds[i]);
  printf("%lu inputs from %d seeds\n", n, count);
  return count ? 0 : 70;
}
