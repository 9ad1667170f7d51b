/* The implementations that the tests of kernels/ go through. Another is one more row. */
#include "tests/kernels/harness.h"

static const struct kernel_backend *reference(void) {
  return &kernel_cpu;
}

const struct implementation harness_implementations[] = {
    {"reference", reference},
};
const size_t harness_implementation_count = sizeof harness_implementations / sizeof *harness_implementations;
