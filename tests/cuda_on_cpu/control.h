/* CUDA sources executed on the CPU: what a test decides.
 *
 * Every .cu of the project is compiled a second time as C++ with cuda_on_cpu.h in place of the CUDA headers, and its
 * kernels are executed block by block, thread by thread, in an order that the test chooses. What a GPU would answer
 * with wrong numbers now and then, ends the process here with a sentence that starts "cuda on cpu:": barriers and warp
 * operations that not all threads reach, and (with ASan) memory that is not theirs. Static and dynamic shared memory
 * hold 0xFF and device memory 0xCD until they are written. Device memory is poisoned for the host (ASan) outside of
 * kernels and copies. Where the sources are compiled with -fsanitize=thread, which asks the compiler to announce each
 * access and needs nothing of TSan's, two threads that use the same memory without anything to order them, and memory
 * that is read before anybody has written it, end the process too (watch.h).
 *
 * One block is executed at a time. Calls from several host threads wait for each other. */
#ifndef ASSAY_TESTS_CUDA_ON_CPU_CONTROL_H
#define ASSAY_TESTS_CUDA_ON_CPU_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cuda_on_cpu_order { CUDA_ON_CPU_FORWARD, CUDA_ON_CPU_REVERSE, CUDA_ON_CPU_RANDOM };

/* The order of the blocks of a grid and of the threads of a block, between any two barriers. */
void cuda_on_cpu_order(enum cuda_on_cpu_order order, uint64_t seed);

/* Deferred: the work of a stream is done as late as the API allows, when somebody waits for it. Else at once. */
void cuda_on_cpu_defer(bool deferred);

/* The call `countdown` calls from now (0: the next) that can fail does, with this cudaError_t; launches count. The
 * call is not carried out, except that what frees memory frees it. Negative: none. */
void cuda_on_cpu_fail(int64_t countdown, int error);

/* Called at the beginning of every call that can fail, and may decide that this one does. NULL: nothing. */
void cuda_on_cpu_at_call(void (*decide)(void));

/* The same, but every call after it fails too: the device is lost. */
void cuda_on_cpu_lose(int64_t countdown, int error);

/* Whether another process has the devices for itself: cudaSetDevice fails. */
void cuda_on_cpu_busy(bool busy);

/* Allocations so far; pieces of work of a stream that were waited for by a call that named no stream (cudaFree, the
 * default stream): with deferred streams, what one stream's user did to another's. */
uint64_t cuda_on_cpu_taken(void);
uint64_t cuda_on_cpu_crossings(void);

/* Whether accesses are watched, where they can be; true at first. */
void cuda_on_cpu_watch(bool on);

/* How many calls that can fail there were so far. */
uint64_t cuda_on_cpu_calls(void);

/* Devices that there are; 1 at first. 0: cudaGetDeviceCount fails as it does where there is no driver. */
void cuda_on_cpu_devices(int count);

/* Allocations, streams and events that were not given back. */
uint64_t cuda_on_cpu_held(void);

#ifdef __cplusplus
}
#endif

#endif
