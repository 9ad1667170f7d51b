#include "kernels/cuda/context.h"
#include "kernels/profile.h"

namespace assay_cuda {

/* A block a profile; a row of its threads takes every so-many-th row of the photo. */
__global__ void __launch_bounds__(256)
    profiles_kernel(plane<const uint8_t> photo, const struct kernel_profile *profiles, struct kernel_bin *all) {
  const struct kernel_profile p = profiles[blockIdx.x];
  struct kernel_bin *bins = all + p.at;
  const struct profile_frame frame = profile_frame_of(&p);
  const struct profile_reach reach = profile_reach_of(&p);
  int32_t thread = static_cast<int32_t>(threadIdx.y * blockDim.x + threadIdx.x);
  int32_t threads = static_cast<int32_t>(blockDim.x * blockDim.y);
  for (int32_t i = thread; i < p.bins; i += threads) bins[i].word = 0;
  __syncthreads();
  int32_t top, bottom, left, right;
  profile_rows(&p, &reach, photo.height, &top, &bottom);
  for (int32_t y = top + static_cast<int32_t>(threadIdx.y); y < bottom; y += static_cast<int32_t>(blockDim.y)) {
    const uint8_t *row = photo.row(y);
    float v = profile_v(&frame, y);
    profile_columns(&p, &reach, y, photo.width, &left, &right);
    for (int32_t x = left + static_cast<int32_t>(threadIdx.x); x < right; x += static_cast<int32_t>(blockDim.x)) {
      int32_t place = profile_place(&frame, profile_u(&frame, x), v * frame.ny, v * frame.nx);
      if (place < 0) continue;
      atomicAdd(reinterpret_cast<unsigned long long *>(&bins[place / KERNEL_PROFILE_FINE].word),
                static_cast<unsigned long long>(profile_word(place, row[x])));
    }
  }
}

enum kernel_status profiles(struct kernel_context *context, const struct kernel_profiles *call) {
  if (!profiles_fit(call)) return KERNEL_ARGUMENT;
  enum kernel_status status = upload_bytes(context, call->scratch->bytes, call->profiles,
                                           static_cast<size_t>(call->count) * sizeof *call->profiles);
  if (status) return status;
  LAUNCH(profiles_kernel, dim3(static_cast<unsigned>(call->count)), block_of_pixels(), 0, context->stream,
         plane_of<const uint8_t>(call->photo), elements<const struct kernel_profile>(call->scratch),
         elements<struct kernel_bin>(call->bins));
  return launched();
}

} // namespace assay_cuda
