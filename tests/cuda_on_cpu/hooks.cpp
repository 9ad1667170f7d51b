/* What code compiled with -fsanitize=thread calls, with the names and meaning of TSan's interface to compilers
 * (compiler-rt, sanitizer/tsan_interface.h and tsan_interface_atomic.h); TSan's own library is not linked. */
#include "tests/cuda_on_cpu/watch.h"

using cuda_on_cpu::access_kind;
using cuda_on_cpu::watch_access;

#define ACCESS(bits, size)                                                                                             \
  void __tsan_read##bits(void *at) {                                                                                   \
    watch_access(at, size, access_kind::read);                                                                         \
  }                                                                                                                    \
  void __tsan_write##bits(void *at) {                                                                                  \
    watch_access(at, size, access_kind::write);                                                                        \
  }

#define CHANGE(bits, T, name)                                                                                          \
  T __tsan_atomic##bits##_##name(volatile T *at, T value, int) {                                                       \
    watch_access(const_cast<T *>(at), sizeof(T), access_kind::atomic_write);                                           \
    return __atomic_##name(at, value, __ATOMIC_RELAXED);                                                               \
  }

#define EXCHANGE(bits, T, strength, weak)                                                                              \
  int __tsan_atomic##bits##_compare_exchange_##strength(volatile T *at, T *expected, T value, int, int) {              \
    watch_access(const_cast<T *>(at), sizeof(T), access_kind::atomic_write);                                           \
    return __atomic_compare_exchange_n(at, expected, value, weak, __ATOMIC_RELAXED, __ATOMIC_RELAXED);                 \
  }

#define ATOMICS(bits, T)                                                                                               \
  T __tsan_atomic##bits##_load(const volatile T *at, int) {                                                            \
    watch_access(const_cast<T *>(at), sizeof(T), access_kind::atomic_read);                                            \
    return __atomic_load_n(at, __ATOMIC_RELAXED);                                                                      \
  }                                                                                                                    \
  void __tsan_atomic##bits##_store(volatile T *at, T value, int) {                                                     \
    cuda_on_cpu::watch_written(const_cast<T *>(at), sizeof(T)); /* it reads nothing */                                 \
    watch_access(const_cast<T *>(at), sizeof(T), access_kind::atomic_write);                                           \
    __atomic_store_n(at, value, __ATOMIC_RELAXED);                                                                     \
  }                                                                                                                    \
  T __tsan_atomic##bits##_exchange(volatile T *at, T value, int) {                                                     \
    watch_access(const_cast<T *>(at), sizeof(T), access_kind::atomic_write);                                           \
    return __atomic_exchange_n(at, value, __ATOMIC_RELAXED);                                                           \
  }                                                                                                                    \
  CHANGE(bits, T, fetch_add)                                                                                           \
  CHANGE(bits, T, fetch_sub)                                                                                           \
  CHANGE(bits, T, fetch_and)                                                                                           \
  CHANGE(bits, T, fetch_or)                                                                                            \
  CHANGE(bits, T, fetch_xor)                                                                                           \
  EXCHANGE(bits, T, strong, false)                                                                                     \
  EXCHANGE(bits, T, weak, true)

#pragma GCC diagnostic ignored "-Wmissing-declarations"

extern "C" {

ACCESS(1, 1)
ACCESS(2, 2)
ACCESS(4, 4)
ACCESS(8, 8)
ACCESS(16, 16)

void __tsan_read_range(void *at, unsigned long size) {
  watch_access(at, size, access_kind::read);
}
void __tsan_write_range(void *at, unsigned long size) {
  watch_access(at, size, access_kind::write);
}

ATOMICS(8, char)
ATOMICS(16, short)
ATOMICS(32, int)
ATOMICS(64, long)

void __tsan_init() {}
void __tsan_func_entry(void *) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void *, void *) {}
void __tsan_vptr_read(void *) {}
}
