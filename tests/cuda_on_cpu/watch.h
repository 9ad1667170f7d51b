/* Watches what the threads of a grid do with device and shared memory, where the source was compiled with
 * -fsanitize=thread: the compiler then announces each access, here to hooks.cpp (TSan's own library is not linked).
 *
 * Two accesses of one byte by different threads are a race when one of them writes, not both are atomic and nothing
 * orders them. What orders two threads of a block is __syncthreads between the two accesses, within a warp also
 * __syncwarp; nothing orders two blocks of a grid; grids of one stream are ordered, and what is not shows with deferred
 * streams. Shuffles and votes order no memory. Every access since the grid began is remembered, so a race is found in
 * whatever order the threads are executed; a byte that is read before anybody has written it is found too. */
#ifndef ASSAY_TESTS_CUDA_ON_CPU_WATCH_H
#define ASSAY_TESTS_CUDA_ON_CPU_WATCH_H

#include <cstddef>
#include <cstdint>

namespace cuda_on_cpu {

enum class access_kind { read, write, atomic_read, atomic_write };

/* Memory that threads share: device memory, or a block's shared memory, which `watch_fresh` begins anew. */
void watch_memory(void *memory, size_t size, const char *what, int device);
void watch_forget(void *memory);
/* Nobody has written it since it was taken, or since the block began. */
void watch_fresh(void *memory);
/* Written by a copy or a memset. */
void watch_written(void *memory, size_t size);

/* A grid begins, on a device, and ends. */
void watch_grid(const char *kernel, int device, unsigned threads_of_a_block);
void watch_grid_end();
void watch_block();
/* The thread of the block that is being executed. */
void watch_thread(unsigned thread);
/* All threads of the block, or the lanes of a warp that are in the mask, have met. */
void watch_barrier();
void watch_warp(unsigned warp, unsigned mask);

/* Called before an access, by the compiler's instrumentation. */
void watch_access(const void *memory, size_t size, access_kind kind);

} // namespace cuda_on_cpu

#endif
