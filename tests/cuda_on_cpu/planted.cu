#include "tests/cuda_on_cpu/planted.h"

#include "kernels/cuda/launch.h"

#include <cstdint>

namespace {

enum { THREADS = 64 };

/* Device memory of `count` ints for one program, with what comes back from it. */
struct ints {
  int *device;
  int host[1024];
  size_t count;
  explicit ints(size_t n) : device(nullptr), host{}, count(n) {
    cudaMalloc(reinterpret_cast<void **>(&device), n * sizeof(int));
    cudaMemsetAsync(device, 0, n * sizeof(int));
  }
  ints(const ints &) = delete;
  ints &operator=(const ints &) = delete;
  ~ints() { cudaFree(device); }
  void fetch() { cudaMemcpy(host, device, count * sizeof(int), cudaMemcpyDeviceToHost); }
};

/* ---- memory ---- */

__global__ void write_global(int *out, int count, int beyond) {
  int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count + beyond) out[i] = i;
}
void global(int beyond) {
  ints out(100);
  LAUNCH(write_global, 2, THREADS, 0, nullptr, out.device, 100, beyond);
}
void global_faulty() {
  global(1);
}
void global_mended() {
  global(0);
}

__global__ void write_static(int *out, int beyond) {
  SHARED(int, cells, [THREADS]);
  cells[static_cast<int>(threadIdx.x) + beyond] = 1;
  __syncthreads();
  out[threadIdx.x] = cells[threadIdx.x];
}
void static_shared(int beyond) {
  ints out(THREADS);
  LAUNCH(write_static, 1, THREADS, 0, nullptr, out.device, beyond);
}
void static_faulty() {
  static_shared(1);
}
void static_mended() {
  static_shared(0);
}

__global__ void write_dynamic(int *out, int beyond) {
  DYN_SHARED(int, cells);
  cells[static_cast<int>(threadIdx.x) + beyond] = 1;
  __syncthreads();
  out[threadIdx.x] = cells[threadIdx.x];
}
void dynamic_shared(int beyond) {
  ints out(THREADS);
  LAUNCH(write_dynamic, 1, THREADS, THREADS * sizeof(int), nullptr, out.device, beyond);
}
void dynamic_faulty() {
  dynamic_shared(1);
}
void dynamic_mended() {
  dynamic_shared(0);
}

void host_faulty() {
  ints out(THREADS);
  out.device[3] = 1;
}
void host_mended() {
  ints out(THREADS);
  out.host[3] = 1;
}

__global__ void set_all(int *out, int value) {
  out[threadIdx.x] = value;
}
void freed(bool fault) {
  int *memory = nullptr;
  cudaMalloc(reinterpret_cast<void **>(&memory), THREADS * sizeof(int));
  if (fault) cudaFree(memory);
  LAUNCH(set_all, 1, THREADS, 0, nullptr, memory, 1);
  if (!fault) cudaFree(memory);
}
void freed_faulty() {
  freed(true);
}
void freed_mended() {
  freed(false);
}

/* ---- barriers and warps ---- */

__global__ void half_at_barrier(int *out, bool fault) {
  if (!fault || threadIdx.x < 32) __syncthreads();
  out[threadIdx.x] = 1;
}
void half_barrier(bool fault) {
  ints out(THREADS);
  LAUNCH(half_at_barrier, 1, THREADS, 0, nullptr, out.device, fault);
}
void ended_faulty() {
  half_barrier(true);
}
void ended_mended() {
  half_barrier(false);
}

__global__ void two_barriers(int *out, bool fault) {
  if (fault && threadIdx.x < 32)
    __syncthreads();
  else
    __syncthreads();
  out[threadIdx.x] = 1;
}
void two_places(bool fault) {
  ints out(THREADS);
  LAUNCH(two_barriers, 1, THREADS, 0, nullptr, out.device, fault);
}
__global__ void one_barrier(int *out) {
  __syncthreads();
  out[threadIdx.x] = 1;
}
void places_faulty() {
  two_places(true);
}
void places_mended() {
  ints out(THREADS);
  LAUNCH(one_barrier, 1, THREADS, 0, nullptr, out.device);
}

__global__ void shuffle_after_exit(int *out, unsigned mask) {
  if (threadIdx.x >= 20) return;
  out[threadIdx.x] = __shfl_sync(mask, static_cast<int>(threadIdx.x), 0);
}
void exited(unsigned mask) {
  ints out(THREADS);
  LAUNCH(shuffle_after_exit, 1, 32, 0, nullptr, out.device, mask);
}
void exited_faulty() {
  exited(0xFFFFFFFFu);
}
void exited_mended() {
  exited(0xFFFFFu);
}

void missing_lanes(unsigned mask) {
  ints out(THREADS);
  LAUNCH(shuffle_after_exit, 1, 20, 0, nullptr, out.device, mask);
}
void missing_faulty() {
  missing_lanes(0xFFFFFFFFu);
}
void missing_mended() {
  missing_lanes(0xFFFFFu);
}

__global__ void shuffle_from(int *out, int source) {
  if (threadIdx.x < 8) out[threadIdx.x] = __shfl_sync(0xFFu, static_cast<int>(threadIdx.x), source);
}
void stranger(int source) {
  ints out(THREADS);
  LAUNCH(shuffle_from, 1, 32, 0, nullptr, out.device, source);
}
void stranger_faulty() {
  stranger(9);
}
void stranger_mended() {
  stranger(7);
}

__global__ void ballot_with(int *out, unsigned mask) {
  if (threadIdx.x < 8) out[threadIdx.x] = static_cast<int>(__ballot_sync(mask, 1));
}
void own_mask(unsigned mask) {
  ints out(THREADS);
  LAUNCH(ballot_with, 1, 8, 0, nullptr, out.device, mask);
}
void own_mask_faulty() {
  own_mask(0x7Fu);
}
void own_mask_mended() {
  own_mask(0xFFu);
}

/* ---- races ---- */

__global__ void neighbour(int *out, bool fault) {
  SHARED(int, cells, [THREADS]);
  int i = static_cast<int>(threadIdx.x);
  cells[i] = i;
  if (!fault) __syncthreads();
  out[i] = cells[(i + 1) % THREADS];
}
bool barrier_answer(bool fault) {
  ints out(THREADS);
  LAUNCH(neighbour, 1, THREADS, 0, nullptr, out.device, fault);
  out.fetch();
  for (int i = 0; i < THREADS; i++)
    if (out.host[i] != (i + 1) % THREADS) return false;
  return true;
}
void race_faulty() {
  barrier_answer(true);
}
void race_mended() {
  barrier_answer(false);
}

__global__ void count_blocks(int *out, bool fault) {
  if (threadIdx.x) return;
  if (fault)
    out[0]++;
  else
    atomicAdd(out, 1);
}
void blocks(bool fault) {
  ints out(1);
  LAUNCH(count_blocks, 4, 32, 0, nullptr, out.device, fault);
}
void blocks_faulty() {
  blocks(true);
}
void blocks_mended() {
  blocks(false);
}

__global__ void warp_neighbour(int *out, bool fault) {
  SHARED(int, cells, [32]);
  int i = static_cast<int>(threadIdx.x);
  cells[i] = i;
  if (fault)
    __shfl_sync(0xFFFFFFFFu, i, 0);
  else
    __syncwarp();
  out[i] = cells[31 - i];
}
void warp_race(bool fault) {
  ints out(32);
  LAUNCH(warp_neighbour, 1, 32, 0, nullptr, out.device, fault);
}
void warp_race_faulty() {
  warp_race(true);
}
void warp_race_mended() {
  warp_race(false);
}

/* ---- answers ---- */

/* Sums a shared cell that nobody has set. */
__global__ void sum_up(int *out, bool fault) {
  SHARED(int, sum, [1]);
  if (!fault && !threadIdx.x) sum[0] = 0;
  __syncthreads();
  atomicAdd(&sum[0], 1);
  __syncthreads();
  if (!threadIdx.x) out[0] = sum[0];
}
bool unset_answer(bool fault) {
  ints out(1);
  LAUNCH(sum_up, 1, THREADS, 0, nullptr, out.device, fault);
  out.fetch();
  return out.host[0] == THREADS;
}

bool stream_answer(bool fault) {
  ints out(THREADS);
  int *back = nullptr;
  cudaStream_t stream;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  cudaMallocHost(reinterpret_cast<void **>(&back), THREADS * sizeof(int));
  back[5] = 0;
  LAUNCH(set_all, 1, THREADS, 0, stream, out.device, 7);
  cudaMemcpyAsync(back, out.device, THREADS * sizeof(int), cudaMemcpyDeviceToHost, stream);
  if (!fault) cudaStreamSynchronize(stream);
  bool right = back[5] == 7;
  cudaStreamDestroy(stream);
  cudaFreeHost(back);
  return right;
}

/* A pinned buffer that is filled again before the copy out of it was waited for. */
bool staging_answer(bool fault) {
  ints out(THREADS);
  int *staging = nullptr;
  cudaStream_t stream;
  cudaEvent_t copied;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  cudaEventCreateWithFlags(&copied, cudaEventDisableTiming);
  cudaMallocHost(reinterpret_cast<void **>(&staging), sizeof(int));
  for (int i = 0; i < 2; i++) {
    staging[0] = i + 1;
    cudaMemcpyAsync(out.device + i, staging, sizeof(int), cudaMemcpyHostToDevice, stream);
    cudaEventRecord(copied, stream);
    if (!fault) cudaEventSynchronize(copied);
  }
  cudaStreamSynchronize(stream);
  out.fetch();
  cudaEventDestroy(copied);
  cudaStreamDestroy(stream);
  cudaFreeHost(staging);
  return out.host[0] == 1 && out.host[1] == 2;
}

__global__ void copy_cells(int *to, const int *from) {
  to[threadIdx.x] = from[threadIdx.x];
}
/* One stream reads what another writes. */
bool event_answer(bool fault) {
  ints made(THREADS), out(THREADS);
  cudaStream_t writer, reader;
  cudaEvent_t written;
  cudaStreamCreateWithFlags(&writer, cudaStreamNonBlocking);
  cudaStreamCreateWithFlags(&reader, cudaStreamNonBlocking);
  cudaEventCreateWithFlags(&written, cudaEventDisableTiming);
  LAUNCH(set_all, 1, THREADS, 0, writer, made.device, 9);
  cudaEventRecord(written, writer);
  if (!fault) cudaStreamWaitEvent(reader, written);
  LAUNCH(copy_cells, 1, THREADS, 0, reader, out.device, made.device);
  cudaStreamSynchronize(reader);
  out.fetch();
  cudaEventDestroy(written);
  cudaStreamDestroy(reader);
  cudaStreamDestroy(writer);
  return out.host[0] == 9;
}

/* A copy in the wrong direction is refused, and one that is too long. */
bool kind_answer(bool fault) {
  ints out(THREADS);
  return cudaMemcpy(out.host, out.device, THREADS * sizeof(int),
                    fault ? cudaMemcpyHostToDevice : cudaMemcpyDeviceToHost) == cudaSuccess;
}
bool length_answer(bool fault) {
  ints out(THREADS);
  return cudaMemcpy(out.host, out.device, (THREADS + fault) * sizeof(int), cudaMemcpyDeviceToHost) == cudaSuccess;
}
bool launch_answer(bool fault) {
  ints out(2048);
  LAUNCH(set_all, 1, fault ? 1025 : 1024, 0, nullptr, out.device, 1);
  return cudaGetLastError() == cudaSuccess;
}

} // namespace

const planted planted_faults[] = {
    {"a write beyond global memory", global_faulty, global_mended, WATCH_ADDRESS, "heap-buffer-overflow"},
    {"a write beyond static shared memory", static_faulty, static_mended, WATCH_ADDRESS, "out of bounds"},
    {"a write beyond dynamic shared memory", dynamic_faulty, dynamic_mended, WATCH_ADDRESS, "heap-buffer-overflow"},
    {"device memory that the host writes", host_faulty, host_mended, WATCH_ADDRESS, "use-after-poison"},
    {"memory that was freed", freed_faulty, freed_mended, WATCH_ADDRESS, "heap-use-after-free"},
    {"a barrier that half of the threads skip", ended_faulty, ended_mended, WATCH_ALWAYS, "barrier"},
    {"two barriers for one", places_faulty, places_mended, WATCH_ALWAYS, "threads are at different barriers"},
    {"a full mask with lanes that have ended", exited_faulty, exited_mended, WATCH_ALWAYS, "that has ended"},
    {"a full mask with lanes that the block has not", missing_faulty, missing_mended, WATCH_ALWAYS, "has not"},
    {"a shuffle from a lane that takes no part", stranger_faulty, stranger_mended, WATCH_ALWAYS, "takes no part"},
    {"a lane outside of its mask", own_mask_faulty, own_mask_mended, WATCH_ALWAYS, "not in its own mask"},
    {"a barrier that is missing", race_faulty, race_mended, WATCH_RACE, "data race"},
    {"blocks that count without atomics", blocks_faulty, blocks_mended, WATCH_RACE, "data race"},
    {"a shuffle taken for a barrier of the warp", warp_race_faulty, warp_race_mended, WATCH_RACE, "data race"},
};
const size_t planted_fault_count = sizeof planted_faults / sizeof *planted_faults;

const planted_answer planted_answers[] = {
    {"a barrier that is missing", barrier_answer, false},
    {"shared memory that nobody has set", unset_answer, false},
    {"a copy in the wrong direction", kind_answer, false},
    {"a copy that is too long", length_answer, false},
    {"a block that is too large", launch_answer, false},
    {"a stream that nobody waits for", stream_answer, true},
    {"pinned memory filled again too early", staging_answer, true},
    {"streams without an event between them", event_answer, true},
};
const size_t planted_answer_count = sizeof planted_answers / sizeof *planted_answers;
