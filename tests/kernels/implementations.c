/* The implementations that the tests of kernels/ go through. Another is one more row. */
#include "tests/kernels/harness.h"

static const struct kernel_backend *reference(void) {
  return kernel_cpu_level("reference");
}

static const struct kernel_backend *baseline(void) {
  return kernel_cpu_level("baseline");
}

static const struct kernel_backend *avx2(void) {
  return kernel_cpu_level("avx2");
}

static const struct kernel_backend *avx512(void) {
  return kernel_cpu_level("avx512");
}

const struct implementation harness_implementations[] = {
    {"reference", reference},
    {"baseline", baseline},
    {"avx2", avx2},
    {"avx512", avx512},
};
const size_t harness_implementation_count = sizeof harness_implementations / sizeof *harness_implementations;
