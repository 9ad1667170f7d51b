/* What ThreadSanitizer has to be told so that it takes the threads of a grid for threads: each has a fiber of TSan's of
 * its own, and only the barriers order them. Two neighbouring blocks have different fibers and different signals, else
 * the order in which blocks are executed here would look like an order that the GPU keeps. Nothing in other builds.
 *
 * The files of cuda_on_cpu/ are compiled without -fsanitize=thread: what they do is no work of the threads. */
#ifndef ASSAY_TESTS_CUDA_ON_CPU_RACE_H
#define ASSAY_TESTS_CUDA_ON_CPU_RACE_H

#ifdef CUDA_ON_CPU_RACES

#include <sanitizer/tsan_interface.h>

namespace cuda_on_cpu {

enum { RACE_SETS = 2, RACE_THREADS = 1024 };

struct races {
  void *fibers[RACE_SETS][RACE_THREADS];
  void *host;
};
extern races race_state;

static inline void race_enter(unsigned set, unsigned thread) {
  void **fiber = &race_state.fibers[set][thread];
  if (!*fiber) *fiber = __tsan_create_fiber(0);
  race_state.host = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(*fiber, __tsan_switch_to_fiber_no_sync);
}
static inline void race_leave() {
  __tsan_switch_to_fiber(race_state.host, __tsan_switch_to_fiber_no_sync);
}
static inline void race_signal(void *token) {
  __tsan_release(token);
}
static inline void race_await(void *token) {
  __tsan_acquire(token);
}

} // namespace cuda_on_cpu

#else

namespace cuda_on_cpu {

static inline void race_enter(unsigned, unsigned) {}
static inline void race_leave() {}
static inline void race_signal(void *) {}
static inline void race_await(void *) {}

} // namespace cuda_on_cpu

#endif

#endif
