/* What differs between nvcc and the CPU that executes the same sources in the tests (tests/cuda_on_cpu/): how a kernel
 * is launched and shared memory is declared. */
#ifndef ASSAY_KERNELS_CUDA_LAUNCH_H
#define ASSAY_KERNELS_CUDA_LAUNCH_H

#ifdef __CUDACC__

#include <cuda_runtime.h>

#define LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                                                         \
  kernel<<<grid, block, shared_bytes, stream>>>(__VA_ARGS__)
/* SHARED(int32_t, sums, [4][16]); */
#define SHARED(T, name, dims) __shared__ T name dims
#define DYN_SHARED(T, name) extern __shared__ T name[]

/* Read and write of a word that other threads change meanwhile; some value that it had. */
static __device__ __forceinline__ int racing_load(const int *at) {
  return *static_cast<const volatile int *>(at);
}
static __device__ __forceinline__ void racing_store(int *at, int value) {
  *static_cast<volatile int *>(at) = value;
}

#else

#include "tests/cuda_on_cpu/cuda_on_cpu.h"

static inline int racing_load(const int *at) {
  return __atomic_load_n(at, __ATOMIC_RELAXED);
}
static inline void racing_store(int *at, int value) {
  __atomic_store_n(at, value, __ATOMIC_RELAXED);
}

#endif

#endif
