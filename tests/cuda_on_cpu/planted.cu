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
  cells[i] = 0;
  __syncthreads();
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

/* Each block writes the same word. */
__global__ void write_one_word(int *out, bool fault) {
  if (!threadIdx.x) out[fault ? 0 : blockIdx.x] = 1;
}
void one_word(bool fault) {
  ints out(4);
  LAUNCH(write_one_word, 4, 32, 0, nullptr, out.device, fault);
}
void one_word_faulty() {
  one_word(true);
}
void one_word_mended() {
  one_word(false);
}

/* What another block has written is there only for the next grid. */
__global__ void write_own(int *out) {
  out[blockIdx.x * blockDim.x + threadIdx.x] = 1;
}
__global__ void read_other(int *out, const int *in) {
  int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  out[i] = in[(i + 32) % 64];
}
__global__ void write_own_read_other(int *out, int *in) {
  int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  in[i] = 1;
  __syncthreads();
  out[i] = in[(i + 32) % 64];
}
void other_block(bool fault) {
  ints in(64), out(64);
  if (fault) {
    LAUNCH(write_own_read_other, 2, 32, 0, nullptr, out.device, in.device);
  } else {
    LAUNCH(write_own, 2, 32, 0, nullptr, in.device);
    LAUNCH(read_other, 2, 32, 0, nullptr, out.device, in.device);
  }
}
void other_block_faulty() {
  other_block(true);
}
void other_block_mended() {
  other_block(false);
}

/* An atomic beside a plain read of the same word. */
__global__ void count_and_look(int *out, bool fault) {
  atomicAdd(out, 1);
  if (!fault) __syncthreads();
  if (!threadIdx.x) out[1] = out[0];
}
void half_atomic(bool fault) {
  ints out(2);
  LAUNCH(count_and_look, 1, 32, 0, nullptr, out.device, fault);
}
void half_atomic_faulty() {
  half_atomic(true);
}
void half_atomic_mended() {
  half_atomic(false);
}

__global__ void warp_neighbour(int *out, bool fault) {
  SHARED(int, cells, [32]);
  int i = static_cast<int>(threadIdx.x);
  cells[i] = 0;
  __syncwarp();
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

/* ---- memory that nobody has written ---- */

__global__ void double_all(int *cells) {
  cells[threadIdx.x] *= 2;
}
void upload_first(bool fault) {
  int *memory = nullptr, host[THREADS] = {1};
  cudaMalloc(reinterpret_cast<void **>(&memory), sizeof host);
  cudaMemcpy(memory, host, sizeof host - (fault ? sizeof *host : 0), cudaMemcpyHostToDevice);
  LAUNCH(double_all, 1, THREADS, 0, nullptr, memory);
  cudaFree(memory);
}
void upload_faulty() {
  upload_first(true);
}
void upload_mended() {
  upload_first(false);
}

__global__ void count_in_shared(int *out, bool fault) {
  SHARED(int, count, [1]);
  if (!fault && !threadIdx.x) count[0] = 0;
  __syncthreads();
  atomicAdd(&count[0], 1);
  __syncthreads();
  if (!threadIdx.x) out[blockIdx.x] = count[0];
}
void unset_shared(bool fault) {
  ints out(2);
  LAUNCH(count_in_shared, 2, 32, 0, nullptr, out.device, fault);
}
void unset_faulty() {
  unset_shared(true);
}
void unset_mended() {
  unset_shared(false);
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
/* Work for a stream that is no more is refused. */
bool destroyed_answer(bool fault) {
  ints out(THREADS);
  cudaStream_t stream;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  if (fault) cudaStreamDestroy(stream);
  LAUNCH(set_all, 1, THREADS, 0, stream, out.device, 7);
  bool refused = cudaGetLastError() != cudaSuccess;
  if (!fault) cudaStreamDestroy(stream);
  return !refused;
}
/* Memory that is given back while a copy into it has not ended. */
bool unfinished_answer(bool fault) {
  ints out(THREADS);
  int *back = nullptr;
  cudaStream_t stream;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  cudaMallocHost(reinterpret_cast<void **>(&back), THREADS * sizeof(int));
  LAUNCH(set_all, 1, THREADS, 0, stream, out.device, 3);
  cudaMemcpyAsync(back, out.device, sizeof(int), cudaMemcpyDeviceToHost, stream);
  cudaEvent_t copied;
  cudaEventCreateWithFlags(&copied, cudaEventDisableTiming);
  cudaEventRecord(copied, stream);
  if (!fault) cudaEventSynchronize(copied);
  int first = back[0];
  cudaEventDestroy(copied);
  cudaStreamDestroy(stream);
  cudaFreeHost(back);
  return first == 3;
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
    {"a barrier that is missing", race_faulty, race_mended, WATCH_ACCESSES, "data race"},
    {"blocks that count without atomics", blocks_faulty, blocks_mended, WATCH_ACCESSES, "data race"},
    {"blocks that write one word", one_word_faulty, one_word_mended, WATCH_ACCESSES, "data race"},
    {"a block that reads what another writes", other_block_faulty, other_block_mended, WATCH_ACCESSES, "data race"},
    {"an atomic beside a plain read", half_atomic_faulty, half_atomic_mended, WATCH_ACCESSES, "data race"},
    {"device memory used before it is uploaded", upload_faulty, upload_mended, WATCH_ACCESSES, "nobody has written"},
    {"shared memory used before it is set", unset_faulty, unset_mended, WATCH_ACCESSES, "nobody has written"},
    {"a shuffle taken for a barrier of the warp", warp_race_faulty, warp_race_mended, WATCH_ACCESSES, "data race"},
};
const size_t planted_fault_count = sizeof planted_faults / sizeof *planted_faults;

const planted_answer planted_answers[] = {
    {"a barrier that is missing", barrier_answer, false},
    {"shared memory that nobody has set", unset_answer, false},
    {"a copy in the wrong direction", kind_answer, false},
    {"a copy that is too long", length_answer, false},
    {"a block that is too large", launch_answer, false},
    {"work for a stream that was destroyed", destroyed_answer, false},
    {"a copy whose event nobody waits for", unfinished_answer, true},
    {"a stream that nobody waits for", stream_answer, true},
    {"pinned memory filled again too early", staging_answer, true},
    {"streams without an event between them", event_answer, true},
};
const size_t planted_answer_count = sizeof planted_answers / sizeof *planted_answers;

/* ---- what is held and what is not looked at ---- */

namespace {

/* Doubles a number on the device; false: it could not. `fault`: the memory is kept, or an error is not looked at. */
bool doubled(int number, int *answer, bool leaks, bool careless) {
  int *memory = nullptr;
  cudaGetLastError(); /* what others have left */
  if (cudaMalloc(reinterpret_cast<void **>(&memory), sizeof number)) return false;
  bool good = !cudaMemcpy(memory, &number, sizeof number, cudaMemcpyHostToDevice);
  if (good) {
    LAUNCH(double_all, 1, 1, 0, nullptr, memory);
    good = !cudaGetLastError() || careless;
  }
  good = good && !cudaMemcpy(answer, memory, sizeof number, cudaMemcpyDeviceToHost);
  if (!leaks) cudaFree(memory);
  return good;
}

bool leaky(bool fault, int *answer) {
  return doubled(21, answer, fault, false);
}
bool careless(bool fault, int *answer) {
  return doubled(21, answer, false, fault);
}
/* Keeps the memory only where a call has failed. */
bool leaky_when_failing(bool fault, int *answer) {
  int *memory = nullptr;
  if (cudaMalloc(reinterpret_cast<void **>(&memory), sizeof *answer)) return false;
  if (cudaMemsetAsync(memory, 0, sizeof *answer)) {
    if (!fault) cudaFree(memory);
    return false;
  }
  cudaFree(memory);
  *answer = 42;
  return true;
}

} // namespace

const planted_manner planted_manners[] = {
    {"device memory that is never given back", leaky, 42},
    {"device memory that is kept after a failure", leaky_when_failing, 42},
    {"an error of a launch that nobody looks at", careless, 42},
};
const size_t planted_manner_count = sizeof planted_manners / sizeof *planted_manners;
