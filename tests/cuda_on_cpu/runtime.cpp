#include "tests/cuda_on_cpu/runtime.h"

#include "tests/cuda_on_cpu/block.h"
#include "tests/cuda_on_cpu/control.h"
#include "tests/cuda_on_cpu/watch.h"

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

struct cuda_on_cpu_stream {
  int device;
  bool blocking; /* waits for the default stream and is waited for by it */
  std::deque<std::function<void()>> work;
  uint64_t done; /* pieces of work that were done */
};

struct cuda_on_cpu_event {
  int device;
  cudaStream_t stream; /* NULL: not recorded, or on the default stream: nothing to wait for */
  uint64_t reached;    /* pieces of work of it that come before */
};

namespace {

struct region {
  size_t size;
  bool device;
  int of; /* which device */
};

std::recursive_mutex lock;
using guard = std::lock_guard<std::recursive_mutex>;
std::map<const char *, region> regions; /* device and pinned host memory by its start */
std::set<cudaStream_t> streams;
std::set<cudaEvent_t> events;
bool deferred;
int devices = 1;
bool busy;
int64_t countdown = -1;
bool lost; /* every call fails once the countdown is over */
uint64_t calls, taken, crossings;
cudaError_t to_fail_with;
void (*at_call)();
thread_local cudaError_t last_error;
thread_local int current; /* device */

cudaError_t remember(cudaError_t error) {
  if (error) last_error = error;
  return error;
}

/* Counts a call, and says whether it is the one to fail. */
cudaError_t begin_call() {
  calls++;
  if (at_call) {
    /* It may fork, and a lock that is held stays the parent's. */
    lock.unlock();
    at_call();
    lock.lock();
  }
  if (countdown < 0 || countdown > 0) {
    if (countdown > 0) countdown--;
    return devices ? cudaSuccess : remember(cudaErrorInsufficientDriver);
  }
  if (!lost) countdown = -1;
  return remember(to_fail_with);
}

const region *region_of(const void *memory, size_t *left) {
  auto *at = static_cast<const char *>(memory);
  auto next = regions.upper_bound(at);
  if (next == regions.begin()) return nullptr;
  auto found = std::prev(next);
  size_t offset = static_cast<size_t>(at - found->first);
  if (offset >= found->second.size && offset) return nullptr;
  *left = found->second.size - offset;
  return &found->second;
}

/* Memory of this device. */
bool is_device(const void *memory, size_t size, int device) {
  size_t left;
  const region *r = region_of(memory, &left);
  return r && r->device && r->of == device && size <= left;
}

bool is_pinned(const void *memory, size_t size) {
  size_t left;
  const region *r = region_of(memory, &left);
  return r && !r->device && size <= left;
}

bool touches_device(const void *memory) {
  size_t left;
  const region *r = region_of(memory, &left);
  return r && r->device;
}

void device_memory_is_open(bool open, int device) {
  for (const auto &r : regions) {
    if (!r.second.device || r.second.of != device) continue;
    /* Without ASan both macros are nothing. */
    if (open) ASAN_UNPOISON_MEMORY_REGION(r.first, r.second.size);
    if (!open) ASAN_POISON_MEMORY_REGION(r.first, r.second.size);
  }
}

void run_up_to(cudaStream_t stream, uint64_t reached) {
  while (stream->done < reached && !stream->work.empty()) {
    std::function<void()> piece = std::move(stream->work.front());
    stream->work.pop_front();
    stream->done++;
    piece();
  }
}

void run_all(cudaStream_t stream) {
  run_up_to(stream, UINT64_MAX);
}

void run_everything(bool blocking_only) {
  for (cudaStream_t s : streams)
    if (s->blocking || !blocking_only) {
      crossings += s->work.size();
      run_all(s);
    }
}

void add_work(cudaStream_t stream, std::function<void()> piece) {
  if (!stream) {
    run_everything(true);
    piece();
    return;
  }
  stream->work.push_back(std::move(piece));
  if (!deferred) run_all(stream);
}

bool stream_is_known(cudaStream_t stream) {
  return !stream || streams.count(stream);
}

void copy_bytes(void *to, const void *from, size_t size, int device) {
  device_memory_is_open(true, device);
  memmove(to, from, size);
  device_memory_is_open(false, device);
  cuda_on_cpu::watch_written(to, size);
}

bool kind_fits(const void *to, const void *from, size_t size, cudaMemcpyKind kind, int device) {
  bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  return (to_device ? is_device(to, size, device) : !touches_device(to)) &&
         (from_device ? is_device(from, size, device) : !touches_device(from));
}

cudaError_t take(void **memory, size_t size, bool device) {
  *memory = nullptr;
  if (cudaError_t error = begin_call()) return error;
  if (!size) return cudaSuccess;
  void *made = size > static_cast<size_t>(1) << 40 ? nullptr : malloc(size);
  if (!made) return remember(cudaErrorMemoryAllocation);
  if (device) memset(made, 0xCD, size);
  taken++;
  regions[static_cast<char *>(made)] = {size, device, current};
  if (device) ASAN_POISON_MEMORY_REGION(made, size);
  if (device) cuda_on_cpu::watch_memory(made, size, "device memory", current);
  *memory = made;
  return cudaSuccess;
}

/* Frees even where the call is to fail, as the API leaves no other way to free. */
cudaError_t give_back(void *memory, bool device) {
  cudaError_t error = begin_call();
  if (!memory) return error;
  run_everything(false);
  auto found = regions.find(static_cast<char *>(memory));
  if (found == regions.end() || found->second.device != device) return remember(cudaErrorInvalidValue);
  ASAN_UNPOISON_MEMORY_REGION(memory, found->second.size);
  if (device) cuda_on_cpu::watch_forget(memory);
  regions.erase(found);
  free(memory);
  return error;
}

bool launch_fits(dim3 grid, dim3 block, size_t shared_bytes) {
  return grid.x && grid.y && grid.z && block.x && block.y && block.z && grid.x <= 0x7FFFFFFF && grid.y <= 65535 &&
         grid.z <= 65535 && block.x <= 1024 && block.y <= 1024 && block.z <= 64 &&
         static_cast<uint64_t>(block.x) * block.y * block.z <= 1024 && shared_bytes <= 48 * 1024;
}

} // namespace

/* ---- device ---- */

cudaError_t cudaGetDeviceCount(int *count) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  *count = devices;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (device < 0 || device >= devices) return remember(cudaErrorInvalidDevice);
  *properties = {};
  snprintf(properties->name, sizeof properties->name, "cuda on cpu");
  properties->major = 7, properties->minor = 5;
  return cudaSuccess;
}

/* A memory of 100 GB/s. */
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (device < 0 || device >= devices) return remember(cudaErrorInvalidDevice);
  *value = attribute == cudaDevAttrMemoryClockRate ? 3125000 : 128;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (device < 0 || device >= devices) return remember(cudaErrorInvalidDevice);
  current = device;
  return busy ? remember(cudaErrorDevicesUnavailable) : cudaSuccess;
}

cudaError_t cudaDeviceSynchronize() {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  run_everything(false);
  return cudaSuccess;
}

cudaError_t cudaGetLastError() {
  guard held(lock);
  cudaError_t error = last_error;
  last_error = cudaSuccess;
  return error;
}

cudaError_t cudaPeekAtLastError() {
  guard held(lock);
  return last_error;
}

const char *cudaGetErrorString(cudaError_t error) {
  switch (error) {
  case cudaSuccess:
    return "no error";
  case cudaErrorMemoryAllocation:
    return "out of memory";
  case cudaErrorInsufficientDriver:
    return "CUDA driver version is insufficient for CUDA runtime version";
  case cudaErrorDevicesUnavailable:
    return "CUDA-capable device(s) is/are busy or unavailable";
  default:
    return "an error of cuda on cpu";
  }
}

/* ---- memory ---- */

cudaError_t cudaMalloc(void **memory, size_t size) {
  guard held(lock);
  return take(memory, size, true);
}

cudaError_t cudaFree(void *memory) {
  guard held(lock);
  return give_back(memory, true);
}

cudaError_t cudaMallocHost(void **memory, size_t size) {
  guard held(lock);
  return take(memory, size, false);
}

cudaError_t cudaFreeHost(void *memory) {
  guard held(lock);
  return give_back(memory, false);
}

cudaError_t cudaMemcpy(void *to, const void *from, size_t size, cudaMemcpyKind kind) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (!kind_fits(to, from, size, kind, current)) return remember(cudaErrorInvalidValue);
  int device = current;
  add_work(nullptr, [=] { copy_bytes(to, from, size, device); });
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t size, cudaMemcpyKind kind, cudaStream_t stream) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (!stream_is_known(stream)) return remember(cudaErrorInvalidResourceHandle);
  int device = stream ? stream->device : current;
  if (!kind_fits(to, from, size, kind, device)) return remember(cudaErrorInvalidValue);
  if (kind == cudaMemcpyHostToDevice && !is_pinned(from, size)) {
    /* Pageable memory is copied before the call returns. */
    auto kept =
        std::make_shared<std::vector<char>>(static_cast<const char *>(from), static_cast<const char *>(from) + size);
    add_work(stream, [=] { copy_bytes(to, kept->data(), size, device); });
    return cudaSuccess;
  }
  add_work(stream, [=] { copy_bytes(to, from, size, device); });
  if (stream && kind == cudaMemcpyDeviceToHost && !is_pinned(to, size)) run_all(stream);
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *memory, int value, size_t size, cudaStream_t stream) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (!stream_is_known(stream)) return remember(cudaErrorInvalidResourceHandle);
  int device = stream ? stream->device : current;
  if (!is_device(memory, size, device)) return remember(cudaErrorInvalidValue);
  add_work(stream, [=] {
    device_memory_is_open(true, device);
    memset(memory, value, size);
    device_memory_is_open(false, device);
    cuda_on_cpu::watch_written(memory, size);
  });
  return cudaSuccess;
}

/* ---- streams and events ---- */

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags) {
  guard held(lock);
  *stream = nullptr;
  if (cudaError_t error = begin_call()) return error;
  *stream = new cuda_on_cpu_stream{current, !(flags & cudaStreamNonBlocking), {}, 0};
  streams.insert(*stream);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  guard held(lock);
  cudaError_t error = begin_call();
  if (!streams.count(stream)) return remember(cudaErrorInvalidResourceHandle);
  run_all(stream);
  for (cudaEvent_t e : events)
    if (e->stream == stream) e->stream = nullptr;
  streams.erase(stream);
  delete stream;
  return error;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (!stream_is_known(stream)) return remember(cudaErrorInvalidResourceHandle);
  if (stream)
    run_all(stream);
  else
    run_everything(true);
  return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (!stream_is_known(stream) || !events.count(event)) return remember(cudaErrorInvalidResourceHandle);
  cudaStream_t other = event->stream;
  uint64_t reached = event->reached;
  add_work(stream, [=] {
    if (streams.count(other)) run_up_to(other, reached);
  });
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned) {
  guard held(lock);
  *event = nullptr;
  if (cudaError_t error = begin_call()) return error;
  *event = new cuda_on_cpu_event{current, nullptr, 0};
  events.insert(*event);
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  guard held(lock);
  cudaError_t error = begin_call();
  if (!events.erase(event)) return remember(cudaErrorInvalidResourceHandle);
  delete event;
  return error;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (!stream_is_known(stream) || !events.count(event) || event->device != (stream ? stream->device : current))
    return remember(cudaErrorInvalidResourceHandle);
  event->stream = stream;
  event->reached = stream ? stream->done + stream->work.size() : 0;
  return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  guard held(lock);
  if (cudaError_t error = begin_call()) return error;
  if (!events.count(event)) return remember(cudaErrorInvalidResourceHandle);
  if (event->stream) run_up_to(event->stream, event->reached);
  return cudaSuccess;
}

void cuda_on_cpu::launch(const char *kernel, dim3 grid, dim3 block, size_t shared_bytes, cudaStream_t stream,
                         std::function<void()> thread) {
  guard held(lock);
  if (begin_call()) return;
  if (!stream_is_known(stream) || (stream && stream->device != current)) {
    remember(cudaErrorInvalidResourceHandle);
    return;
  }
  if (!launch_fits(grid, block, shared_bytes)) {
    remember(cudaErrorInvalidConfiguration);
    return;
  }
  int device = current;
  add_work(stream, [=] {
    device_memory_is_open(true, device);
    run_grid({grid, block, shared_bytes}, kernel, device, thread);
    device_memory_is_open(false, device);
  });
}

/* ---- controls ---- */

void cuda_on_cpu_defer(bool defer) {
  guard held(lock);
  run_everything(false);
  deferred = defer;
}

void cuda_on_cpu_fail(int64_t after, int error) {
  guard held(lock);
  countdown = after;
  lost = false;
  to_fail_with = static_cast<cudaError_t>(error);
}

void cuda_on_cpu_at_call(void (*decide)(void)) {
  guard held(lock);
  at_call = decide;
}

void cuda_on_cpu_lose(int64_t after, int error) {
  cuda_on_cpu_fail(after, error);
  lost = true;
}

void cuda_on_cpu_busy(bool is_busy) {
  guard held(lock);
  busy = is_busy;
}

uint64_t cuda_on_cpu_taken(void) {
  guard held(lock);
  return taken;
}

uint64_t cuda_on_cpu_crossings(void) {
  guard held(lock);
  return crossings;
}

uint64_t cuda_on_cpu_calls(void) {
  guard held(lock);
  return calls;
}

void cuda_on_cpu_devices(int count) {
  guard held(lock);
  devices = count;
}

uint64_t cuda_on_cpu_held(void) {
  guard held(lock);
  return regions.size() + streams.size() + events.size();
}
