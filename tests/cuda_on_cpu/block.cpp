#include "tests/cuda_on_cpu/block.h"

#include "tests/cuda_on_cpu/control.h"
#include "tests/cuda_on_cpu/fiber.h"
#include "tests/cuda_on_cpu/watch.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace cuda_on_cpu {

namespace {

enum class state { fresh, at_barrier, at_warp, ready, done };

struct thread {
  cuda_on_cpu::state state;
  fiber *on; /* while parked */
  site at;
  const char *operation;
  unsigned mask;
  exchange *x;
};

struct grid_run {
  const std::function<void()> *body;
  std::vector<thread> threads;
  std::vector<unsigned> order;
  unsigned next, alive, current;
  uint64_t serial; /* of the block, from 1, never used twice */
  void *dynamic;
};

grid_run run;
fiber *running_fiber;
/* Of this host thread: what a sanitizer keeps for a stack belongs to the thread that made it. */
struct fibers {
  std::vector<fiber *> idle;
  ~fibers() {
    for (fiber *f : idle) fiber_free(f);
  }
};
thread_local fibers own;
enum cuda_on_cpu_order order_kind = CUDA_ON_CPU_FORWARD;
uint64_t order_state = 1;

uint64_t draw() {
  order_state ^= order_state >> 12;
  order_state ^= order_state << 25;
  order_state ^= order_state >> 27;
  return order_state * 2685821657736338717u;
}

void put_in_order(std::vector<unsigned> *order, size_t count) {
  order->resize(count);
  for (size_t i = 0; i < count; i++)
    (*order)[i] = static_cast<unsigned>(order_kind == CUDA_ON_CPU_REVERSE ? count - 1 - i : i);
  if (order_kind == CUDA_ON_CPU_RANDOM)
    for (size_t i = count; i > 1; i--) std::swap((*order)[i - 1], (*order)[draw() % i]);
}

void become(unsigned t) {
  run.current = t;
  threadIdx = dim3(t % blockDim.x, t / blockDim.x % blockDim.y, t / (blockDim.x * blockDim.y));
  watch_thread(t);
}

/* What each fiber does: threads that have not started yet, one after the other, until one of them parks. */
void start_threads() {
  for (;;) {
    while (run.next < run.threads.size()) {
      unsigned t = run.order[run.next++];
      become(t);
      (*run.body)();
      run.threads[t].state = state::done;
      run.alive--;
    }
    own.idle.push_back(running_fiber);
    fiber_leave();
  }
}

void park(state why, site at, const char *operation) {
  unsigned t = run.current;
  thread *self = &run.threads[t];
  self->state = why, self->at = at, self->operation = operation, self->on = running_fiber;
  fiber_leave();
  become(t);
}

void enter(fiber *f) {
  running_fiber = f;
  fiber_enter(f);
}

const char *doing(const thread &t) {
  return t.state == state::done ? "has ended" : t.operation;
}

bool same_place(const thread &a, const thread &b) {
  return a.at.line == b.at.line && !strcmp(a.at.file, b.at.file);
}

[[noreturn]] void apart(const char *what, size_t a, size_t b) {
  const thread &s = run.threads[a], &t = run.threads[b];
  fault("%s: block (%u, %u, %u), thread %zu is at %s:%d (%s), thread %zu %s%s%s:%d", what, blockIdx.x, blockIdx.y,
        blockIdx.z, a, s.at.file, s.at.line, s.operation, b, doing(t), t.state == state::done ? ", last at " : " at ",
        t.at.file ? t.at.file : "no barrier", t.at.line);
}

/* Whether all lanes that `t` waits for are there. */
bool warp_is_there(size_t t) {
  const thread &self = run.threads[t];
  size_t first = t / 32 * 32;
  for (unsigned i = 0; i < 32; i++) {
    if (!(self.mask >> i & 1)) continue;
    if (first + i >= run.threads.size())
      fault("%s at %s:%d waits for lane %u, which the block of %zu threads has not", self.operation, self.at.file,
            self.at.line, i, run.threads.size());
    const thread &other = run.threads[first + i];
    if (other.state == state::done) apart("a warp operation waits for a thread that has ended", t, first + i);
    if (other.state != state::at_warp || other.mask != self.mask || !same_place(other, self)) return false;
  }
  return true;
}

void release_warp(size_t t) {
  size_t first = t / 32 * 32;
  unsigned mask = run.threads[t].mask, votes = 0;
  bool orders = strcmp(run.threads[t].operation, "__syncwarp") == 0; /* memory; a shuffle does not */
  uint64_t given[32] = {0};
  for (unsigned i = 0; i < 32; i++) {
    if (!(mask >> i & 1)) continue;
    given[i] = run.threads[first + i].x->value;
    if (given[i]) votes |= 1u << i;
  }
  for (unsigned i = 0; i < 32; i++) {
    if (!(mask >> i & 1)) continue;
    thread &lane = run.threads[first + i];
    if (!(mask >> (lane.x->source & 31) & 1))
      fault("%s at %s:%d: lane %u reads lane %u, which takes no part", lane.operation, lane.at.file, lane.at.line, i,
            lane.x->source);
    lane.x->value = given[lane.x->source & 31];
    lane.x->votes = votes;
    lane.state = state::ready;
  }
  if (orders) watch_warp(static_cast<unsigned>(t / 32), mask);
}

/* Makes ready what may go on; false where nothing may. */
bool release() {
  bool any = false, barrier = true;
  size_t first = 0;
  for (size_t t = 0; t < run.threads.size(); t++) {
    if (run.threads[t].state == state::at_warp && warp_is_there(t)) release_warp(t);
    any |= run.threads[t].state == state::ready;
    barrier &= run.threads[t].state == state::at_barrier;
    if (run.threads[t].state == state::at_barrier) first = t;
  }
  if (any || !barrier) return any;
  for (size_t t = 0; t < run.threads.size(); t++) {
    if (!same_place(run.threads[t], run.threads[first])) apart("threads are at different barriers", first, t);
    run.threads[t].state = state::ready;
  }
  watch_barrier();
  return true;
}

[[noreturn]] void stuck() {
  size_t waiting = 0, other = 0;
  while (run.threads[waiting].state == state::done) waiting++;
  while (other == waiting || (run.threads[other].state == run.threads[waiting].state &&
                              same_place(run.threads[other], run.threads[waiting]) && other + 1 < run.threads.size()))
    other++;
  apart("not all threads come to the barrier", waiting, other);
}

void run_block(size_t shared_bytes) {
  run.serial++;
  run.next = 0;
  run.alive = static_cast<unsigned>(run.threads.size());
  for (thread &t : run.threads) t = {};
  watch_block();
  if (shared_bytes) {
    memset(run.dynamic, 0xFF, shared_bytes);
    watch_fresh(run.dynamic);
  }
  put_in_order(&run.order, run.threads.size());
  while (run.next < run.threads.size()) {
    fiber *f = own.idle.empty() ? fiber_make(start_threads) : own.idle.back();
    if (!own.idle.empty()) own.idle.pop_back();
    enter(f);
  }
  std::vector<unsigned> turn;
  while (run.alive) {
    if (!release()) stuck();
    put_in_order(&turn, run.threads.size());
    for (unsigned t : turn)
      if (run.threads[t].state == state::ready) enter(run.threads[t].on);
  }
}

} // namespace

void fault(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("cuda on cpu: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  abort();
}

void run_grid(const grid_shape &shape, const char *kernel, int device, const std::function<void()> &body) {
  dim3 grid = shape.grid, block = shape.block;
  size_t shared_bytes = shape.shared_bytes;
  std::vector<unsigned> blocks;
  gridDim = grid, blockDim = block;
  run.body = &body;
  run.threads.resize(static_cast<size_t>(block.x) * block.y * block.z);
  /* Of the exact size, so that ASan sees what is beyond. */
  run.dynamic = shared_bytes ? malloc(shared_bytes) : nullptr;
  if (shared_bytes && !run.dynamic) fault("no memory for %zu bytes of shared memory", shared_bytes);
  if (shared_bytes) watch_memory(run.dynamic, shared_bytes, "dynamic shared memory", -1);
  watch_grid(kernel, device, static_cast<unsigned>(run.threads.size()));
  put_in_order(&blocks, static_cast<size_t>(grid.x) * grid.y * grid.z);
  for (unsigned b : blocks) {
    blockIdx = dim3(b % grid.x, b / grid.x % grid.y, b / (grid.x * grid.y));
    run_block(shared_bytes);
  }
  watch_grid_end();
  if (shared_bytes) watch_forget(run.dynamic);
  free(run.dynamic);
}

void shared_begin(void *memory, size_t size, uint64_t *filled) {
  if (*filled == run.serial) return;
  if (!*filled) watch_memory(memory, size, "shared memory", -1);
  *filled = run.serial;
  memset(memory, 0xFF, size);
  watch_fresh(memory);
}

void *dynamic_shared() {
  return run.dynamic;
}

unsigned lane() {
  return run.current % 32;
}

void block_barrier(site at) {
  park(state::at_barrier, at, "__syncthreads");
}

void warp_exchange(unsigned mask, const char *operation, exchange *x, site at) {
  if (!(mask >> lane() & 1))
    fault("%s at %s:%d: lane %u is not in its own mask %08x", operation, at.file, at.line, lane(), mask);
  thread *self = &run.threads[run.current];
  self->mask = mask, self->x = x;
  park(state::at_warp, at, operation);
}

} // namespace cuda_on_cpu

void cuda_on_cpu_order(enum cuda_on_cpu_order order, uint64_t seed) {
  cuda_on_cpu::order_kind = order;
  cuda_on_cpu::order_state = seed * 2 + 1;
}
