#include "tests/cuda_on_cpu/planted.h"

#include "kernels/cuda/launch.h"

#include <cstdint>

namespace {

enum { THREADS = 256, BLOCKS = 5, TOTAL = THREADS * BLOCKS };

struct outcome {
  long long sum;
  unsigned even, any, all;
  int least, most, places[TOTAL], up[32], down[32], across[32], within[32];
};

__global__ void warp_operations(outcome *out) {
  int i = static_cast<int>(threadIdx.x), lane = i % warpSize;
  unsigned full = 0xFFFFFFFFu;
  unsigned even = __ballot_sync(full, lane % 2 == 0);
  int any = __any_sync(full, lane == 31), all = __all_sync(full, lane < 31);
  int up = __shfl_up_sync(full, i, 3), down = __shfl_down_sync(full, i, 3);
  int across = __shfl_xor_sync(full, i, 5), within = __shfl_sync(full, i, 1, 8);
  if (i >= 32 && i < 64) {
    if (lane == 0) out->even = even, out->any = static_cast<unsigned>(any), out->all = static_cast<unsigned>(all);
    out->up[lane] = up, out->down[lane] = down, out->across[lane] = across, out->within[lane] = within;
  }
}

/* Sums by shuffles, then through shared memory, then by an atomic; blocks of several warps. */
__global__ void block_sum(outcome *out) {
  SHARED(int, warps, [THREADS / 32]);
  int i = static_cast<int>(threadIdx.x), value = static_cast<int>(blockIdx.x) * THREADS + i;
  out->places[value] = value;
  atomicMin(&out->least, value);
  atomicMax(&out->most, value);
  for (int step = 16; step; step /= 2) value += __shfl_down_sync(0xFFFFFFFFu, value, static_cast<unsigned>(step));
  if (i % 32 == 0) warps[i / 32] = value;
  __syncthreads();
  if (i) return;
  long long sum = 0;
  for (int w : warps) sum += w;
  atomicAdd(reinterpret_cast<unsigned long long *>(&out->sum), static_cast<unsigned long long>(sum));
}

/* Halves of one warp that go different ways. */
__global__ void halves(int *out) {
  int lane = static_cast<int>(threadIdx.x);
  unsigned half = lane < 16 ? 0xFFFFu : 0xFFFF0000u;
  if (lane < 16)
    out[lane] = __shfl_sync(half, lane, 3);
  else
    out[lane] = __shfl_sync(half, lane, 30) + (__any_sync(half, lane == 20) ? 100 : 0);
}

/* An inclusive prefix sum with many barriers, in dynamic shared memory. */
__global__ void prefix(int *out) {
  DYN_SHARED(int, cells);
  int i = static_cast<int>(threadIdx.x);
  cells[i] = 1;
  __syncthreads();
  for (int step = 1; step < THREADS; step *= 2) {
    int before = i >= step ? cells[i - step] : 0;
    __syncthreads();
    cells[i] += before;
    __syncthreads();
  }
  out[i] = cells[i];
}

template <typename T> struct room {
  T *device;
  T host;
  room() : device(nullptr), host() {
    cudaMalloc(reinterpret_cast<void **>(&device), sizeof(T));
    cudaMemsetAsync(device, 0, sizeof(T));
  }
  room(const room &) = delete;
  room &operator=(const room &) = delete;
  ~room() { cudaFree(device); }
  void fetch() { cudaMemcpy(&host, device, sizeof(T), cudaMemcpyDeviceToHost); }
};

const char *warps() {
  room<outcome> r;
  LAUNCH(warp_operations, 1, 96, 0, nullptr, r.device);
  r.fetch();
  const outcome &o = r.host;
  if (o.even != 0x55555555u || !o.any || o.all) return "votes";
  for (int i = 0; i < 32; i++) {
    if (o.up[i] != 32 + (i < 3 ? i : i - 3)) return "shuffle up";
    if (o.down[i] != 32 + (i + 3 > 31 ? i : i + 3)) return "shuffle down";
    if (o.across[i] != 32 + (i ^ 5)) return "shuffle by bits";
    if (o.within[i] != 32 + i / 8 * 8 + 1) return "shuffle within a part";
  }
  return nullptr;
}

const char *sums() {
  room<outcome> r;
  LAUNCH(block_sum, BLOCKS, THREADS, 0, nullptr, r.device);
  r.fetch();
  if (r.host.sum != static_cast<long long>(TOTAL) * (TOTAL - 1) / 2) return "the sum";
  if (r.host.least != 0 || r.host.most != TOTAL - 1) return "least and most";
  for (int i = 0; i < TOTAL; i++)
    if (r.host.places[i] != i) return "a thread's place";
  return nullptr;
}

const char *parts_of_a_warp() {
  room<int[32]> r;
  LAUNCH(halves, 1, 32, 0, nullptr, *r.device);
  r.fetch();
  for (int i = 0; i < 32; i++)
    if (r.host[i] != (i < 16 ? 3 : 130)) return "a half of a warp";
  return nullptr;
}

const char *barriers() {
  room<int[THREADS]> r;
  LAUNCH(prefix, 1, THREADS, THREADS * sizeof(int), nullptr, *r.device);
  r.fetch();
  for (int i = 0; i < THREADS; i++)
    if (r.host[i] != i + 1) return "the prefix sum";
  return nullptr;
}

} // namespace

const sound_program sound_programs[] = {
    {"warp operations", warps}, {"sums", sums}, {"parts of a warp", parts_of_a_warp}, {"many barriers", barriers}};
const size_t sound_program_count = sizeof sound_programs / sizeof *sound_programs;
