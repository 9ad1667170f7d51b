/* A fuzz target is a file with these two functions. Under libFuzzer (clang -fsanitize=fuzzer, without driver.c) the
 * first is enough; driver.c replays changed seeds with any compiler. */
#ifndef ASSAY_TESTS_FUZZ_H
#define ASSAY_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The i-th valid input, malloc'd, to be freed by the caller; NULL after the last. */
uint8_t *fuzz_seed(int i, size_t *size);

#endif
