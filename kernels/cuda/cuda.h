/* The CUDA backend: kernels that give the bytes of the reference.
 *
 * These functions are in every build; one without CUDA has no device.
 *
 * A GPU is a backend of its own: contexts of one share buffers, those of two do not. A context is a stream of its own,
 * pinned memory for copies and scratch for the operations, all taken at open; KERNEL_DEVICE where the device cannot be
 * had (gone, or another process has it or its memory). Contexts, each with its host thread, overlap the upload, work
 * and download of several photos: no call of one waits for another's work, but allocate and release, which wait for all
 * work of the device: take memory once. Memory that one context has written may be read by another after `wait` on the
 * first. allocate gives KERNEL_NO_MEMORY where the device has no more; everything else that fails is KERNEL_DEVICE. */
#ifndef ASSAY_KERNELS_CUDA_CUDA_H
#define ASSAY_KERNELS_CUDA_CUDA_H

#include "kernels/kernels.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { KERNEL_MOST_DEVICES = 16 };

/* GPUs that a driver shows (CUDA_VISIBLE_DEVICES chooses), at most KERNEL_MOST_DEVICES; 0 where there is no driver. */
int kernel_cuda_count(void);

/* The backend of a GPU, from 0, where it is there, else NULL; `why` gets the device's name, or what is missing. */
const struct kernel_backend *kernel_cuda_here(int device, char *why, size_t size);

/* What the memory of a GPU could move at most, in bytes a second: two words a clock of its bus. 0 where it is unknown.
 */
double kernel_cuda_bandwidth(int device);

#ifdef __cplusplus
}
#endif

#endif
