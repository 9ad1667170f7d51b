#include "kernels/cuda/context.h"
#include "kernels/cuda/cuda.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace assay_cuda {

/* What a host thread does next, it does on this device. */
static cudaError_t enter(const struct kernel_context *context) {
  return cudaSetDevice(context->device);
}

static void close_context(struct kernel_context *context) {
  if (!context) return;
  enter(context);
  if (context->stream) cudaStreamSynchronize(context->stream);
  for (struct stage &s : context->stages) {
    if (s.copied) cudaEventDestroy(s.copied);
    if (s.bytes) cudaFreeHost(s.bytes);
  }
  if (context->tolerances) cudaFree(context->tolerances);
  if (context->rows) cudaFree(context->rows);
  if (context->stream) cudaStreamDestroy(context->stream);
  free(context);
}

static cudaError_t take_memory(struct kernel_context *context) {
  cudaError_t error = cudaStreamCreateWithFlags(&context->stream, cudaStreamNonBlocking);
  for (struct stage &s : context->stages) {
    if (!error) error = cudaMallocHost(&s.bytes, STAGE_BYTES);
    if (!error) error = cudaEventCreateWithFlags(&s.copied, cudaEventDisableTiming);
  }
  if (!error)
    error = cudaMalloc(reinterpret_cast<void **>(&context->tolerances),
                       KERNEL_MOST_TOLERANCES * sizeof *context->tolerances);
  if (!error)
    error = cudaMalloc(reinterpret_cast<void **>(&context->rows), (KERNEL_MAX_SIDE + 1) * sizeof *context->rows);
  return error;
}

template <int DEVICE> static enum kernel_status open_context(struct kernel_context **context) {
  *context = nullptr;
  auto *made = static_cast<struct kernel_context *>(calloc(1, sizeof(struct kernel_context)));
  if (!made) return KERNEL_NO_MEMORY;
  made->device = DEVICE;
  cudaGetLastError(); /* what a lost context of this thread has left, so that no launch of this one answers for it */
  cudaError_t error = enter(made);
  if (!error) error = take_memory(made);
  if (error) {
    close_context(made);
    cudaGetLastError();
    return KERNEL_DEVICE;
  }
  *context = made;
  return KERNEL_OK;
}

static enum kernel_status wait(struct kernel_context *context) {
  cudaError_t error = enter(context);
  if (!error) error = cudaStreamSynchronize(context->stream);
  return status_of(error);
}

static void release(struct kernel_context *context, struct kernel_buffer *buffer) {
  (void)context;
  if (!buffer) return;
  if (buffer->bytes) cudaFree(buffer->bytes);
  free(buffer);
}

static enum kernel_status allocate(struct kernel_context *context, size_t bytes, struct kernel_buffer **buffer) {
  *buffer = nullptr;
  auto *made = static_cast<struct kernel_buffer *>(calloc(1, sizeof(struct kernel_buffer)));
  if (!made) return KERNEL_NO_MEMORY;
  made->size = bytes;
  bool full = false;
  cudaError_t error = enter(context);
  if (!error && bytes) {
    error = cudaMalloc(&made->bytes, bytes);
    full = error == cudaErrorMemoryAllocation;
  }
  if (!error && bytes) error = cudaMemsetAsync(made->bytes, 0, bytes, context->stream);
  /* Another context may use the memory at once. */
  if (!error) error = cudaStreamSynchronize(context->stream);
  if (error) {
    release(context, made);
    cudaGetLastError();
    return full ? KERNEL_NO_MEMORY : KERNEL_DEVICE;
  }
  *buffer = made;
  return KERNEL_OK;
}

/* The next stage, when the copy that it was used for is done. */
static cudaError_t next_stage(struct kernel_context *context, struct stage **stage) {
  *stage = &context->stages[context->next];
  context->next = (context->next + 1) % STAGES;
  return cudaEventSynchronize((*stage)->copied);
}

enum kernel_status upload_bytes(struct kernel_context *context, void *to, const void *host, size_t bytes) {
  cudaError_t error = enter(context);
  for (size_t done = 0; done < bytes && !error;) {
    size_t part = bytes - done < STAGE_BYTES ? bytes - done : STAGE_BYTES;
    struct stage *stage;
    error = next_stage(context, &stage);
    if (error) break;
    memcpy(stage->bytes, static_cast<const char *>(host) + done, part);
    error =
        cudaMemcpyAsync(static_cast<char *>(to) + done, stage->bytes, part, cudaMemcpyHostToDevice, context->stream);
    if (!error) error = cudaEventRecord(stage->copied, context->stream);
    done += part;
  }
  return status_of(error);
}

static enum kernel_status upload(struct kernel_context *context, struct kernel_buffer *buffer, size_t at,
                                 const void *host, size_t bytes) {
  if (!range_fits(buffer, at, bytes)) return KERNEL_ARGUMENT;
  if (!bytes) return KERNEL_OK;
  return upload_bytes(context, static_cast<char *>(buffer->bytes) + at, host, bytes);
}

/* Starts the copy of one part into the next stage. */
static cudaError_t fetch_part(struct kernel_context *context, const char *from, size_t bytes, struct stage **stage) {
  cudaError_t error = next_stage(context, stage);
  if (!error) error = cudaMemcpyAsync((*stage)->bytes, from, bytes, cudaMemcpyDeviceToHost, context->stream);
  if (!error) error = cudaEventRecord((*stage)->copied, context->stream);
  return error;
}

/* While one part is copied out of its stage, the next is on its way into the other. */
static enum kernel_status download(struct kernel_context *context, const struct kernel_buffer *buffer, size_t at,
                                   void *host, size_t bytes) {
  if (!range_fits(buffer, at, bytes)) return KERNEL_ARGUMENT;
  if (!bytes) return KERNEL_OK;
  const char *from = static_cast<const char *>(buffer->bytes) + at;
  struct stage *stage = nullptr;
  size_t part = bytes < STAGE_BYTES ? bytes : STAGE_BYTES, done = 0;
  cudaError_t error = enter(context);
  if (!error) error = fetch_part(context, from, part, &stage);
  while (!error && part) {
    struct stage *following = nullptr;
    size_t left = bytes - done - part, next_part = left < STAGE_BYTES ? left : STAGE_BYTES;
    if (next_part) error = fetch_part(context, from + done + part, next_part, &following);
    if (!error) error = cudaEventSynchronize(stage->copied);
    if (!error) memcpy(static_cast<char *>(host) + done, stage->bytes, part);
    done += part, part = next_part, stage = following;
  }
  return status_of(error);
}

/* An operation on its context's device. */
template <auto OPERATION, typename CALL>
static enum kernel_status on_device(struct kernel_context *context, const CALL *call) {
  cudaError_t error = enter(context);
  return error ? status_of(error) : OPERATION(context, call);
}

/* In the order of struct kernel_backend; every type differs, so a wrong order does not compile. */
template <int DEVICE> constexpr struct kernel_backend backend_of() {
  return {"cuda",
          nullptr,
          open_context<DEVICE>,
          close_context,
          wait,
          {allocate, nullptr, nullptr, release, upload, download},
          {on_device<halve>, on_device<halve_mask>, on_device<tile_sums>, on_device<warp>, on_device<warp_chroma>,
           on_device<bend>, on_device<focus_sums>, on_device<accumulate>, on_device<statistics>, on_device<limits>,
           on_device<limits_of_one>, on_device<compare>, on_device<components>, on_device<profiles>,
           on_device<cell_sums>, on_device<compare_of_one>}};
}

static const struct kernel_backend backends[KERNEL_MOST_DEVICES] = {
    backend_of<0>(),  backend_of<1>(),  backend_of<2>(),  backend_of<3>(), backend_of<4>(),  backend_of<5>(),
    backend_of<6>(),  backend_of<7>(),  backend_of<8>(),  backend_of<9>(), backend_of<10>(), backend_of<11>(),
    backend_of<12>(), backend_of<13>(), backend_of<14>(), backend_of<15>()};

} // namespace assay_cuda

int kernel_cuda_count(void) {
  int count = 0;
  if (cudaGetDeviceCount(&count)) {
    cudaGetLastError();
    return 0;
  }
  return count < KERNEL_MOST_DEVICES ? count : static_cast<int>(KERNEL_MOST_DEVICES);
}

const struct kernel_backend *kernel_cuda_here(int device, char *why, size_t size) {
  int count = 0;
  cudaDeviceProp properties;
  cudaError_t error = cudaGetDeviceCount(&count);
  bool there = device >= 0 && device < count && device < KERNEL_MOST_DEVICES;
  if (!error && there) error = cudaGetDeviceProperties(&properties, device);
  if (error || !there) {
    cudaGetLastError();
    snprintf(why, size, "no GPU: %s", error ? cudaGetErrorString(error) : "none is there");
    return nullptr;
  }
  snprintf(why, size, "%s, compute capability %d.%d", properties.name, properties.major, properties.minor);
  return &assay_cuda::backends[device];
}

double kernel_cuda_bandwidth(int device) {
  int kilohertz = 0, bits = 0;
  if (cudaDeviceGetAttribute(&kilohertz, cudaDevAttrMemoryClockRate, device) ||
      cudaDeviceGetAttribute(&bits, cudaDevAttrGlobalMemoryBusWidth, device)) {
    cudaGetLastError();
    return 0;
  }
  return 2e3 * kilohertz * (bits / 8.0);
}
