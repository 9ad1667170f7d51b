/* The CUDA backend: integer kernels that give the bytes of the reference.
 *
 * kernel_cuda is only in builds with CUDA (ASSAY_CUDA); kernel_cuda_here is in every build. */
#ifndef ASSAY_KERNELS_CUDA_CUDA_H
#define ASSAY_KERNELS_CUDA_CUDA_H

#include "kernels/kernels.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A context is the first device, a stream of its own, pinned memory for copies and scratch for the operations, all
 * taken at open; KERNEL_DEVICE where there is no driver or no device. Memory that one context has written may be read
 * by another after `wait` on the first. allocate and release wait for work in flight: take memory once. */
extern const struct kernel_backend kernel_cuda;

/* The backend where a GPU can be used, else NULL; `why` gets the device's name, or what is missing. */
const struct kernel_backend *kernel_cuda_here(char *why, size_t size);

#ifdef __cplusplus
}
#endif

#endif
