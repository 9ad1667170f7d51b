/* Builds without CUDA. */
#include "kernels/cuda/cuda.h"

#include <stdio.h>

const struct kernel_backend *kernel_cuda_here(char *why, size_t size) {
  snprintf(why, size, "this build has no CUDA");
  return NULL;
}
