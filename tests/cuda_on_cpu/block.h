/* Execution of one grid. */
#ifndef ASSAY_TESTS_CUDA_ON_CPU_BLOCK_H
#define ASSAY_TESTS_CUDA_ON_CPU_BLOCK_H

#include "tests/cuda_on_cpu/device.h"

#include <functional>

namespace cuda_on_cpu {

/* Calls `thread` once for every thread of every block. One grid at a time: the caller sees to it. */
void run_grid(dim3 grid, dim3 block, size_t shared_bytes, const std::function<void()> &thread);

/* "cuda on cpu: ..." on stderr, and the end of the process. */
[[noreturn]] void fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

} // namespace cuda_on_cpu

#endif
