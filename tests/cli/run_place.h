/* What the tests of `assay run` share: a golden, photos, and results read back. */
#ifndef ASSAY_TESTS_CLI_RUN_PLACE_H
#define ASSAY_TESTS_CLI_RUN_PLACE_H

#include "tests/cli/program.h"

#include <jansson.h>
#include <stddef.h>

/* A folder with a sealed golden (`golden/`) and photos of it (`photos/0.jpg` ...), of which number 2 has a spot. */
struct run_place {
  char *folder, *golden, *photos;
};

enum { RUN_PLACE_PHOTOS = 4, RUN_PLACE_SPOTTED = 2 };

int run_place_set_up(void **state);
int run_place_tear_down(void **state);

/* A path in the place's folder; freed with it. */
const char *run_place_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* JSON lines as an array, which the caller ends with json_decref; fails the test where a line is no object. */
json_t *run_lines(const char *text);
/* The text of a field, "" where it is none; `path` is keys with dots, numbers for places in arrays. */
const char *run_text(const json_t *json, const char *path);
/* The same lines without `backend` and `timing_ms`, to be compared; the caller frees it. */
char *run_comparable(const char *text);

#endif
