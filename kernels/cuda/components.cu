#include "kernels/cuda/context.h"

/* Union-find over the scratch plane, as in the reference: a pixel is named by its index, every pixel of an area points
 * to an earlier one and the first to itself, whatever the order of work. The first pixels are then numbered in the
 * order of rows (how many begin in each row, a running sum over the rows, a running count within each), and each gets
 * FIRST - number in place of its own index, which is below OUTSIDE. */

namespace assay_cuda {

enum { OUTSIDE = -1, FIRST = -2, WARP = 32, ROW_THREADS = 256 /* at most */ };

/* Whole warps, no more than there is work for. */
static dim3 threads_for(int32_t count) {
  return dim3(static_cast<unsigned>(count < ROW_THREADS ? (count + WARP - 1) / WARP * WARP : ROW_THREADS));
}

static __device__ inline int32_t block_threads() {
  return static_cast<int32_t>(blockDim.x);
}

static __device__ inline int32_t find(const int32_t *parent, int32_t i) {
  for (int32_t up = racing_load(&parent[i]); up != i; up = racing_load(&parent[i])) i = up;
  return i;
}

/* Lowers the later root to the earlier, again where another thread has lowered it meanwhile. */
static __device__ inline void join(int32_t *parent, int32_t a, int32_t b) {
  for (;;) {
    a = find(parent, a), b = find(parent, b);
    if (a == b) return;
    int32_t later = a > b ? a : b, earlier = a > b ? b : a;
    int32_t was = atomicMin(&parent[later], earlier);
    if (was == later) return;
    a = was, b = earlier;
  }
}

__global__ void __launch_bounds__(256) begin_kernel(plane<const uint8_t> map, int32_t low, int32_t *parent) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= map.width || y >= map.height) return;
  int32_t i = y * map.width + x;
  parent[i] = map.row(y)[x] >= low ? i : OUTSIDE;
}

__global__ void __launch_bounds__(256) link_kernel(plane<const uint8_t> map, int32_t low, int32_t *parent) {
  int32_t x = pixel_x(), y = pixel_y(), i = y * map.width + x;
  if (x >= map.width || y >= map.height || map.row(y)[x] < low) return;
  if (x && map.row(y)[x - 1] >= low) join(parent, i - 1, i);
  if (!y) return;
  const uint8_t *above = map.row(y - 1);
  for (int32_t u = x ? x - 1 : 0; u <= x + 1 && u < map.width; u++)
    if (above[u] >= low) join(parent, i - map.width + u - x, i);
}

__global__ void __launch_bounds__(256) flatten_kernel(int32_t width, int32_t height, int32_t *parent) {
  int32_t x = pixel_x(), y = pixel_y(), i = y * width + x;
  if (x >= width || y >= height || racing_load(&parent[i]) == OUTSIDE) return;
  racing_store(&parent[i], find(parent, i));
}

/* The sum of a value over a block and, in *before, over the threads before this one. */
static __device__ inline int32_t sum_before(int32_t value, int32_t *before) {
  SHARED(int32_t, warps, [ROW_THREADS / WARP]);
  int32_t thread = static_cast<int32_t>(threadIdx.x), lane = thread % WARP, running = value, total = 0;
  for (int32_t step = 1; step < WARP; step *= 2) {
    int32_t other = __shfl_up_sync(0xFFFFFFFFu, running, static_cast<unsigned>(step));
    if (lane >= step) running += other;
  }
  if (lane == WARP - 1) warps[thread / WARP] = running;
  __syncthreads();
  *before = running - value;
  for (int32_t w = 0; w < block_threads() / WARP; w++) {
    if (w < thread / WARP) *before += warps[w];
    total += warps[w];
  }
  __syncthreads(); /* before `warps` is written again */
  return total;
}

/* The same for yes and no: how many threads of the block say yes. */
static __device__ inline int32_t yes_before(bool yes, int32_t *before) {
  SHARED(int32_t, warps, [ROW_THREADS / WARP]);
  int32_t thread = static_cast<int32_t>(threadIdx.x), lane = thread % WARP, total = 0;
  uint32_t votes = __ballot_sync(0xFFFFFFFFu, yes);
  if (lane == 0) warps[thread / WARP] = __popc(votes);
  __syncthreads();
  *before = __popc(votes & ((1u << lane) - 1));
  for (int32_t w = 0; w < block_threads() / WARP; w++) {
    if (w < thread / WARP) *before += warps[w];
    total += warps[w];
  }
  __syncthreads(); /* before `warps` is written again */
  return total;
}

/* One block a row: how many areas begin in it. */
__global__ void __launch_bounds__(ROW_THREADS) count_kernel(int32_t width, const int32_t *parent, int32_t *rows) {
  SHARED(int32_t, total, [1]);
  int32_t first = static_cast<int32_t>(blockIdx.x) * width, count = 0;
  if (!threadIdx.x) total[0] = 0;
  __syncthreads();
  for (int32_t x = static_cast<int32_t>(threadIdx.x); x < width; x += block_threads())
    if (parent[first + x] == first + x) count++;
  if (count) atomicAdd(&total[0], count);
  __syncthreads();
  if (!threadIdx.x) rows[blockIdx.x] = total[0];
}

/* One block: counts become the numbers before each row; the total goes behind the last row and to counts[1]. */
__global__ void __launch_bounds__(ROW_THREADS) running_kernel(int32_t height, int32_t *rows, int32_t *counts) {
  int32_t done = 0, before;
  for (int32_t first = 0; first < height; first += block_threads()) {
    int32_t y = first + static_cast<int32_t>(threadIdx.x);
    int32_t total = sum_before(y < height ? rows[y] : 0, &before);
    if (y < height) rows[y] = done + before;
    done += total;
  }
  if (!threadIdx.x) counts[1] = done, rows[height] = done;
}

static __device__ inline struct kernel_component nothing_yet() {
  return {INT32_MAX, INT32_MAX, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
}

/* One block a row: the first pixels get their numbers, and the rows of the table are begun. */
__global__ void __launch_bounds__(ROW_THREADS) number_kernel(int32_t width, int32_t *parent, const int32_t *rows,
                                                             struct kernel_component *table, int32_t capacity) {
  int32_t start = static_cast<int32_t>(blockIdx.x) * width, done = rows[blockIdx.x], before;
  for (int32_t first = 0; first < width; first += block_threads()) {
    int32_t x = first + static_cast<int32_t>(threadIdx.x), i = start + x;
    bool begins = x < width && parent[i] == i;
    int32_t total = yes_before(begins, &before), number = done + before;
    if (begins) {
      parent[i] = FIRST - number;
      if (number < capacity) table[number] = nothing_yet();
    }
    done += total;
  }
}

static __device__ inline void add64(int64_t *at, int64_t value) {
  atomicAdd(reinterpret_cast<unsigned long long *>(at), static_cast<unsigned long long>(value));
}

/* The sums of x and of x x over the set lanes of a mask that lie side by side from x0. */
static __device__ inline void add_columns(struct kernel_component *row, uint32_t mask, int32_t x0, int64_t y) {
  const uint32_t bits[5] = {0xAAAAAAAAu, 0xCCCCCCCCu, 0xF0F0F0F0u, 0xFF00FF00u, 0xFFFF0000u};
  int64_t count = __popc(mask), lanes = 0, squares = 0;
  for (int32_t a = 0; a < 5; a++) {
    lanes += static_cast<int64_t>(__popc(mask & bits[a])) << a;
    for (int32_t b = 0; b < 5; b++) squares += static_cast<int64_t>(__popc(mask & bits[a] & bits[b])) << (a + b);
  }
  int64_t x = count * x0 + lanes;
  add64(&row->x, x);
  add64(&row->y, count * y);
  add64(&row->xx, count * x0 * x0 + 2 * x0 * lanes + squares);
  add64(&row->xy, x * y);
  add64(&row->yy, count * y * y);
  atomicAdd(&row->area, static_cast<int32_t>(count));
  atomicMin(&row->left, x0 + __ffs(static_cast<int32_t>(mask)) - 1);
  atomicMax(&row->right, x0 + WARP - 1 - __clz(static_cast<int32_t>(mask)));
  atomicMin(&row->top, static_cast<int32_t>(y));
  atomicMax(&row->bottom, static_cast<int32_t>(y));
}

static __device__ inline int32_t number_of(const int32_t *parent, int32_t i) {
  int32_t at = parent[i];
  return at == OUTSIDE ? OUTSIDE : FIRST - (at <= FIRST ? at : parent[at]);
}

/* A warp takes 32 pixels of a row, area by area. */
__global__ void __launch_bounds__(256)
    gather_kernel(plane<const uint8_t> map, const int32_t *parent, struct kernel_component *table, int32_t capacity) {
  SHARED(int32_t, totals, [BLOCK_HEIGHT]);
  SHARED(int32_t, peaks, [BLOCK_HEIGHT]);
  int32_t x = pixel_x(), y = pixel_y(), lane = static_cast<int32_t>(threadIdx.x);
  if (y >= map.height) return; /* whole warps */
  int32_t number = x < map.width ? number_of(parent, y * map.width + x) : static_cast<int32_t>(OUTSIDE);
  int32_t value = number == OUTSIDE ? 0 : map.row(y)[x];
  bool counts = number != OUTSIDE && number < capacity;
  uint32_t left = __ballot_sync(0xFFFFFFFFu, counts);
  while (left) {
    int32_t leader = __ffs(static_cast<int32_t>(left)) - 1, theirs = __shfl_sync(0xFFFFFFFFu, number, leader);
    bool mine = counts && number == theirs;
    uint32_t mask = __ballot_sync(0xFFFFFFFFu, mine);
    if (lane == leader) totals[threadIdx.y] = peaks[threadIdx.y] = 0;
    __syncwarp();
    if (mine) atomicAdd(&totals[threadIdx.y], value), atomicMax(&peaks[threadIdx.y], value);
    __syncwarp();
    if (lane == leader) {
      add_columns(&table[theirs], mask, x - lane, y);
      add64(&table[theirs].total, totals[threadIdx.y]);
      atomicMax(&table[theirs].peak, peaks[threadIdx.y]);
    }
    __syncwarp(); /* before the next leader writes what this one reads */
    left &= ~mask;
  }
}

/* One block: the rows that are kept move to the front, in order. */
__global__ void __launch_bounds__(ROW_THREADS)
    keep_kernel(struct kernel_component *table, int32_t capacity, int32_t high, int32_t min_area, int32_t *counts) {
  int32_t areas = counts[1] < capacity ? counts[1] : capacity, done = 0, before;
  for (int32_t first = 0; first < areas; first += block_threads()) {
    int32_t i = first + static_cast<int32_t>(threadIdx.x);
    struct kernel_component row = nothing_yet();
    if (i < areas) row = table[i];
    bool kept = i < areas && row.peak >= high && row.area >= min_area;
    int32_t total = yes_before(kept, &before); /* all have read before one writes */
    if (kept) table[done + before] = row;
    done += total;
    __syncthreads();
  }
  if (!threadIdx.x) counts[0] = done;
}

enum kernel_status components(struct kernel_context *context, const struct kernel_components *call) {
  const struct kernel_image *map = &call->map;
  if (!components_fit(call)) return KERNEL_ARGUMENT;
  plane<const uint8_t> pixels = plane_of<const uint8_t>(call->map);
  int32_t *parent = elements<int32_t>(call->scratch), *counts = elements<int32_t>(call->counts);
  struct kernel_component *table = elements<struct kernel_component>(call->rows);
  dim3 grid = grid_of_pixels(map->width, map->height), block = block_of_pixels();
  dim3 rows(static_cast<unsigned>(map->height));
  cudaStream_t stream = context->stream;
  /* None after one that was refused: what it would have left is what the next goes by. */
  LAUNCH(begin_kernel, grid, block, 0, stream, pixels, call->low, parent);
  enum kernel_status status = launched();
  if (status) return status;
  LAUNCH(link_kernel, grid, block, 0, stream, pixels, call->low, parent);
  if ((status = launched())) return status;
  LAUNCH(flatten_kernel, grid, block, 0, stream, map->width, map->height, parent);
  if ((status = launched())) return status;
  LAUNCH(count_kernel, rows, threads_for(map->width), 0, stream, map->width, parent, context->rows);
  if ((status = launched())) return status;
  LAUNCH(running_kernel, dim3(1), threads_for(map->height), 0, stream, map->height, context->rows, counts);
  if ((status = launched())) return status;
  LAUNCH(number_kernel, rows, threads_for(map->width), 0, stream, map->width, parent, context->rows, table,
         call->capacity);
  if ((status = launched())) return status;
  LAUNCH(gather_kernel, grid, block, 0, stream, pixels, parent, table, call->capacity);
  if ((status = launched())) return status;
  LAUNCH(keep_kernel, dim3(1), threads_for(call->capacity), 0, stream, table, call->capacity, call->high,
         call->min_area, counts);
  return launched();
}

} // namespace assay_cuda
