/* Stacks to switch between, and what the sanitizers have to be told about it. */
#ifndef ASSAY_TESTS_CUDA_ON_CPU_FIBER_H
#define ASSAY_TESTS_CUDA_ON_CPU_FIBER_H

#include <cstddef>

namespace cuda_on_cpu {

struct fiber;

/* A stack on which `main_loop` will run when it is switched to first; it must not return. Ends the process when there
 * is no memory. */
fiber *fiber_make(void (*main_loop)());
void fiber_free(fiber *f);
/* From the caller's own stack to a fiber, until that calls fiber_leave. */
void fiber_enter(fiber *f);
void fiber_leave();

} // namespace cuda_on_cpu

#endif
