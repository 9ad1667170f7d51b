/* Inside of the CUDA backend: memory, the context, and what every launcher checks. */
#ifndef ASSAY_KERNELS_CUDA_CONTEXT_H
#define ASSAY_KERNELS_CUDA_CONTEXT_H

#include "kernels/arguments.h"
#include "kernels/cuda/launch.h"

enum { STAGES = 2 };
constexpr size_t STAGE_BYTES = 1 << 20;

/* Pinned memory that a copy is made through, and when that copy is done. */
struct stage {
  void *bytes;
  cudaEvent_t copied;
};

struct kernel_context {
  int device;
  cudaStream_t stream;
  struct stage stages[STAGES];
  int next;
  struct kernel_tolerance *tolerances; /* device, KERNEL_MOST_TOLERANCES */
  int32_t *rows;                       /* device, KERNEL_MAX_SIDE + 1: areas that begin in each row */
};

namespace assay_cuda {

static inline enum kernel_status status_of(cudaError_t error) {
  return error == cudaSuccess ? KERNEL_OK : KERNEL_DEVICE;
}

/* To be asked after launches: whether one of them was refused. */
static inline enum kernel_status launched() {
  return status_of(cudaGetLastError());
}

/* Through pinned memory; returns when the host memory may be reused, before the device has the bytes. */
enum kernel_status upload_bytes(struct kernel_context *context, void *to, const void *host, size_t bytes);

/* A picture on the device. */
template <typename T> struct plane {
  T *pixels;
  int32_t width, height, stride;
  __host__ __device__ T *row(int32_t y) const { return pixels + static_cast<int64_t>(y) * stride; }
};

template <typename T> plane<T> plane_of(const struct kernel_image &image) {
  T *pixels = image.buffer ? static_cast<T *>(image.buffer->bytes) + image.offset : nullptr;
  return {pixels, image.width, image.height, image.stride};
}

template <typename T> T *elements(const struct kernel_buffer *buffer) {
  return static_cast<T *>(buffer->bytes);
}

/* Blocks of 32 x 8 threads, one thread a pixel. */
enum { BLOCK_WIDTH = 32, BLOCK_HEIGHT = 8 };

static inline dim3 block_of_pixels() {
  return dim3(BLOCK_WIDTH, BLOCK_HEIGHT);
}
static inline dim3 grid_of_pixels(int32_t width, int32_t height) {
  return dim3(static_cast<unsigned>((width + BLOCK_WIDTH - 1) / BLOCK_WIDTH),
              static_cast<unsigned>((height + BLOCK_HEIGHT - 1) / BLOCK_HEIGHT));
}
static __device__ inline int32_t pixel_x() {
  return static_cast<int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
}
static __device__ inline int32_t pixel_y() {
  return static_cast<int32_t>(blockIdx.y * blockDim.y + threadIdx.y);
}

/* Pictures end by repeating their edge. */
static __device__ inline int32_t edge(int32_t at, int32_t size) {
  return at < 0 ? 0 : at >= size ? size - 1 : at;
}

enum kernel_status halve(struct kernel_context *context, const struct kernel_halve *call);
enum kernel_status halve_mask(struct kernel_context *context, const struct kernel_halve_mask *call);
enum kernel_status tile_sums(struct kernel_context *context, const struct kernel_tile_sums *call);
enum kernel_status warp(struct kernel_context *context, const struct kernel_warp *call);
enum kernel_status warp_chroma(struct kernel_context *context, const struct kernel_warp_chroma *call);
enum kernel_status bend(struct kernel_context *context, const struct kernel_bend *call);
enum kernel_status focus_sums(struct kernel_context *context, const struct kernel_focus_sums *call);
enum kernel_status accumulate(struct kernel_context *context, const struct kernel_accumulate *call);
enum kernel_status statistics(struct kernel_context *context, const struct kernel_statistics *call);
enum kernel_status limits(struct kernel_context *context, const struct kernel_limits *call);
enum kernel_status limits_of_one(struct kernel_context *context, const struct kernel_limits_of_one *call);
enum kernel_status compare(struct kernel_context *context, const struct kernel_compare *call);
enum kernel_status compare_of_one(struct kernel_context *context, const struct kernel_compare_of_one *call);
enum kernel_status components(struct kernel_context *context, const struct kernel_components *call);
enum kernel_status profiles(struct kernel_context *context, const struct kernel_profiles *call);
enum kernel_status cell_sums(struct kernel_context *context, const struct kernel_cell_sums *call);

} // namespace assay_cuda

#endif
