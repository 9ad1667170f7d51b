/* Execution of one grid. */
#ifndef ASSAY_TESTS_CUDA_ON_CPU_BLOCK_H
#define ASSAY_TESTS_CUDA_ON_CPU_BLOCK_H

#include "tests/cuda_on_cpu/device.h"

#include <functional>

namespace cuda_on_cpu {

struct grid_shape {
  dim3 grid, block;
  size_t shared_bytes;
};

/* Calls `thread` once for every thread of every block. One grid at a time: the caller sees to it. */
void run_grid(const grid_shape &shape, const char *kernel, int device, const std::function<void()> &thread);

/* "cuda on cpu: ..." on stderr, and the end of the process. */
[[noreturn]] void fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

} // namespace cuda_on_cpu

#endif
