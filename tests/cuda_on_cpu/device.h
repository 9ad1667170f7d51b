/* What a kernel uses: its place in the grid, shared memory, barriers, warp operations, atomics, intrinsics. */
#ifndef ASSAY_TESTS_CUDA_ON_CPU_DEVICE_H
#define ASSAY_TESTS_CUDA_ON_CPU_DEVICE_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)

#define SHARED(T, name, dims)                                                                                          \
  static T name dims;                                                                                                  \
  do {                                                                                                                 \
    static uint64_t name##_block;                                                                                      \
    cuda_on_cpu::shared_begin(&name, sizeof name, &name##_block);                                                      \
  } while (0)
#define DYN_SHARED(T, name) T *name = static_cast<T *>(cuda_on_cpu::dynamic_shared())

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
struct int2 {
  int x, y;
};
struct int4 {
  int x, y, z, w;
};
static inline int2 make_int2(int x, int y) {
  return {x, y};
}
static inline int4 make_int4(int x, int y, int z, int w) {
  return {x, y, z, w};
}

extern dim3 threadIdx, blockIdx, blockDim, gridDim;
constexpr int warpSize = 32;

namespace cuda_on_cpu {

/* Where in the source an operation stands: threads that meet must meet at the same place. */
struct site {
  const char *file;
  int line;
};

/* What one lane gives to a warp operation, and what it gets. */
struct exchange {
  uint64_t value;
  unsigned source; /* lane whose value is wanted */
  unsigned votes;  /* out: lanes of the mask whose value is not 0 */
};

/* Fills static shared memory where `filled` is not of this block yet. */
void shared_begin(void *memory, size_t size, uint64_t *filled);
void *dynamic_shared();
unsigned lane();
void block_barrier(site at);
void warp_exchange(unsigned mask, const char *operation, exchange *x, site at);

template <typename T> T shuffle(unsigned mask, T value, unsigned source, const char *operation, site at) {
  static_assert(std::is_trivially_copyable<T>::value && sizeof(T) <= sizeof(uint64_t), "a number of up to 64 bits");
  exchange x = {0, source, 0};
  memcpy(&x.value, &value, sizeof value);
  warp_exchange(mask, operation, &x, at);
  memcpy(&value, &x.value, sizeof value);
  return value;
}

static inline unsigned vote(unsigned mask, bool value, const char *operation, site at) {
  exchange x = {value, lane(), 0};
  warp_exchange(mask, operation, &x, at);
  return x.votes;
}

} // namespace cuda_on_cpu

#define CUDA_ON_CPU_SITE const char *file = __builtin_FILE(), int line = __builtin_LINE()

static inline void __syncthreads(CUDA_ON_CPU_SITE) {
  cuda_on_cpu::block_barrier({file, line});
}
static inline void __syncwarp(unsigned mask = 0xFFFFFFFFu, CUDA_ON_CPU_SITE) {
  cuda_on_cpu::vote(mask, false, "__syncwarp", {file, line});
}
static inline unsigned __ballot_sync(unsigned mask, int value, CUDA_ON_CPU_SITE) {
  return cuda_on_cpu::vote(mask, value != 0, "__ballot_sync", {file, line});
}
static inline int __any_sync(unsigned mask, int value, CUDA_ON_CPU_SITE) {
  return cuda_on_cpu::vote(mask, value != 0, "__any_sync", {file, line}) != 0;
}
static inline int __all_sync(unsigned mask, int value, CUDA_ON_CPU_SITE) {
  return cuda_on_cpu::vote(mask, value == 0, "__all_sync", {file, line}) == 0;
}

/* A lane outside of the part of `width` lanes: the caller's own value. */
template <typename T> T __shfl_sync(unsigned mask, T value, int source, int width = 32, CUDA_ON_CPU_SITE) {
  unsigned part = cuda_on_cpu::lane() & ~(unsigned)(width - 1);
  return cuda_on_cpu::shuffle(mask, value, part | ((unsigned)source & (unsigned)(width - 1)), "__shfl_sync",
                              {file, line});
}
template <typename T> T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, CUDA_ON_CPU_SITE) {
  unsigned own = cuda_on_cpu::lane(), within = own & (unsigned)(width - 1);
  return cuda_on_cpu::shuffle(mask, value, within < delta ? own : own - delta, "__shfl_up_sync", {file, line});
}
template <typename T> T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, CUDA_ON_CPU_SITE) {
  unsigned own = cuda_on_cpu::lane(), within = own & (unsigned)(width - 1);
  return cuda_on_cpu::shuffle(mask, value, within + delta >= (unsigned)width ? own : own + delta, "__shfl_down_sync",
                              {file, line});
}
template <typename T> T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32, CUDA_ON_CPU_SITE) {
  unsigned own = cuda_on_cpu::lane(), other = own ^ (unsigned)bits;
  bool beyond = other / (unsigned)width > own / (unsigned)width;
  return cuda_on_cpu::shuffle(mask, value, beyond ? own : other, "__shfl_xor_sync", {file, line});
}

/* The types that the hardware has; others do not compile, as under nvcc. */
#define CUDA_ON_CPU_ATOMICS(T)                                                                                         \
  static inline T atomicAdd(T *at, T value) {                                                                          \
    return __atomic_fetch_add(at, value, __ATOMIC_RELAXED);                                                            \
  }                                                                                                                    \
  static inline T atomicExch(T *at, T value) {                                                                         \
    return __atomic_exchange_n(at, value, __ATOMIC_RELAXED);                                                           \
  }                                                                                                                    \
  static inline T atomicCAS(T *at, T expected, T value) {                                                              \
    __atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);                      \
    return expected;                                                                                                   \
  }
#define CUDA_ON_CPU_BIT_ATOMICS(T)                                                                                     \
  CUDA_ON_CPU_ATOMICS(T)                                                                                               \
  static inline T atomicOr(T *at, T value) {                                                                           \
    return __atomic_fetch_or(at, value, __ATOMIC_RELAXED);                                                             \
  }                                                                                                                    \
  static inline T atomicAnd(T *at, T value) {                                                                          \
    return __atomic_fetch_and(at, value, __ATOMIC_RELAXED);                                                            \
  }                                                                                                                    \
  static inline T atomicMin(T *at, T value) {                                                                          \
    T old = __atomic_load_n(at, __ATOMIC_RELAXED);                                                                     \
    while (value < old && !__atomic_compare_exchange_n(at, &old, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {   \
    }                                                                                                                  \
    return old;                                                                                                        \
  }                                                                                                                    \
  static inline T atomicMax(T *at, T value) {                                                                          \
    T old = __atomic_load_n(at, __ATOMIC_RELAXED);                                                                     \
    while (value > old && !__atomic_compare_exchange_n(at, &old, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {   \
    }                                                                                                                  \
    return old;                                                                                                        \
  }
CUDA_ON_CPU_BIT_ATOMICS(int)
CUDA_ON_CPU_BIT_ATOMICS(unsigned)
CUDA_ON_CPU_BIT_ATOMICS(unsigned long long)

template <typename T> T __ldg(const T *at) {
  return *at;
}

static inline int __popc(unsigned v) {
  return __builtin_popcount(v);
}
static inline int __clz(int v) {
  return v ? __builtin_clz((unsigned)v) : 32;
}
static inline int __ffs(int v) {
  return __builtin_ffs(v);
}

#endif
