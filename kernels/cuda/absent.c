/* Builds without CUDA. */
#include "kernels/cuda/cuda.h"

#include <stdio.h>

int kernel_cuda_count(void) {
  return 0;
}

const struct kernel_backend *kernel_cuda_here(int device, char *why, size_t size) {
  (void)device;
  snprintf(why, size, "this build has no CUDA");
  return NULL;
}

double kernel_cuda_bandwidth(int device) {
  (void)device;
  return 0;
}
