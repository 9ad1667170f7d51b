/* An input as a file, for what reads by path. */
#ifndef ASSAY_TESTS_FUZZ_FILE_H
#define ASSAY_TESTS_FUZZ_FILE_H

#include <stddef.h>
#include <stdint.h>

/* The path of a file with these bytes, in a folder of its own that is removed when the program ends. It is the same
 * path each time: the next call overwrites it. */
const char *fuzz_file(const uint8_t *bytes, size_t size);

#endif
