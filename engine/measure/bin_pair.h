/* Two bins of a profile at once: their pixels, sums and places as numbers. */
#ifndef ASSAY_ENGINE_MEASURE_BIN_PAIR_H
#define ASSAY_ENGINE_MEASURE_BIN_PAIR_H

#include "kernels/kernels.h"

#include <string.h>

typedef double bin_pair __attribute__((vector_size(2 * sizeof(double))));
typedef uint64_t bin_words __attribute__((vector_size(2 * sizeof(uint64_t))));

static inline bin_words bin_words_at(const struct kernel_bin *bins) {
  bin_words words;
  memcpy(&words, bins, sizeof words);
  return words;
}

/* Whole numbers under 2^52: as the last bits of 2^52 and what is above it. */
static inline bin_pair bin_pair_of(bin_words whole) {
  const bin_words bits = whole | (UINT64_C(1075) << 52);
  bin_pair value;
  memcpy(&value, &bits, sizeof value);
  return value - 0x1p52;
}

static inline bin_pair bin_pair_counts(bin_words words) {
  return bin_pair_of(words & 0xffff);
}
static inline bin_pair bin_pair_sums(bin_words words) {
  return bin_pair_of(words >> 16 & 0xffffff);
}
static inline bin_pair bin_pair_places(bin_words words) {
  return bin_pair_of(words >> 40);
}

/* 1 where a bin holds something, else 0. */
static inline bin_pair bin_pair_there(bin_pair counts) {
  const bin_words mask = (bin_words)(counts > 0), one = {UINT64_C(1023) << 52, UINT64_C(1023) << 52}, bits = mask & one;
  bin_pair there;
  memcpy(&there, &bits, sizeof there);
  return there;
}

#endif
