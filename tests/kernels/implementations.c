/* The implementations that the tests of kernels/ go through. Another is one more row. */
#include "kernels/cuda/cuda.h"
#include "tests/cuda_on_cpu/control.h"
#include "tests/kernels/harness.h"

/* kernel_cuda_here of the same sources, executed on the CPU, plainly and with the race check. */
typedef const struct kernel_backend *find_backend(int device, char *why, size_t size);
extern find_backend kernel_cuda_on_cpu_here, kernel_cuda_watched_here;

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

static const struct kernel_backend *find(find_backend *where) {
  char why[160];
  return where(0, why, sizeof why);
}

static const struct kernel_backend *cuda_on_cpu(enum cuda_on_cpu_order order, bool deferred) {
  static uint64_t seed;
  cuda_on_cpu_order(order, seed++);
  cuda_on_cpu_defer(deferred);
  return find(kernel_cuda_on_cpu_here);
}

static const struct kernel_backend *cuda_forward(void) {
  return cuda_on_cpu(CUDA_ON_CPU_FORWARD, false);
}

static const struct kernel_backend *cuda_reverse(void) {
  return cuda_on_cpu(CUDA_ON_CPU_REVERSE, false);
}

static const struct kernel_backend *cuda_random(void) {
  return cuda_on_cpu(CUDA_ON_CPU_RANDOM, false);
}

static const struct kernel_backend *cuda_deferred(void) {
  return cuda_on_cpu(CUDA_ON_CPU_RANDOM, true);
}

#ifdef CUDA_ON_CPU_WATCHED
static const struct kernel_backend *cuda_watched(void) {
  cuda_on_cpu(CUDA_ON_CPU_RANDOM, false);
  return find(kernel_cuda_watched_here);
}
#endif

static const struct kernel_backend *cuda_gpu(void) {
  return find(kernel_cuda_here);
}

const struct implementation harness_implementations[] = {
    {"reference", reference},
    {"baseline", baseline},
    {"avx2", avx2},
    {"avx512", avx512},
    {"cuda on cpu, forward", cuda_forward},
    {"cuda on cpu, reverse", cuda_reverse},
    {"cuda on cpu, random", cuda_random},
    {"cuda on cpu, deferred", cuda_deferred},
#ifdef CUDA_ON_CPU_WATCHED
    {"cuda on cpu, watched", cuda_watched},
#endif
    {"cuda", cuda_gpu},
};
const size_t harness_implementation_count = sizeof harness_implementations / sizeof *harness_implementations;
