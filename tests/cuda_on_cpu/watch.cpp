#include "tests/cuda_on_cpu/watch.h"

#include "tests/cuda_on_cpu/block.h"
#include "tests/cuda_on_cpu/control.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace cuda_on_cpu {

namespace {

enum { WARP = 32, WORD = 8 };

/* One access, to bytes first..last of its word. `when` is the lane's own clock, which a meeting of its warp advances.
 */
struct access {
  unsigned block, thread, barriers, when;
  dim3 place; /* of the block, for the message */
  uint8_t first, last;
  access_kind kind;
};

struct word {
  std::vector<access> reads, writes, atomics;
};

struct memory {
  size_t size;
  const char *what;
  int device;
  std::vector<bool> written; /* bytes */
  std::vector<word> words;   /* taken at the first access */
};

struct {
  bool on = true;
  const char *kernel;
  int device;
  unsigned block, thread, barriers;
  std::vector<std::array<unsigned, WARP>> clocks; /* of each thread: what it knows of the lanes of its warp */
  std::vector<word *> touched;
} watch;

/* Only this host thread executes threads of the grid. */
thread_local bool running;

using memories = std::map<const char *, memory>;
/* Never destroyed: memory may be given back by whatever ends last. */
memories &known = *new memories;

memories::iterator memory_of(const void *at) {
  auto *byte = static_cast<const char *>(at);
  auto next = known.upper_bound(byte);
  if (next == known.begin()) return known.end();
  auto found = std::prev(next);
  return byte < found->first + found->second.size ? found : known.end();
}

void clear_all() {
  for (word *w : watch.touched) w->reads.clear(), w->writes.clear(), w->atomics.clear();
  watch.touched.clear();
}

const char *doing(access_kind kind) {
  switch (kind) {
  case access_kind::read:
    return "reads";
  case access_kind::write:
    return "writes";
  case access_kind::atomic_read:
    return "reads atomically";
  default:
    return "changes atomically";
  }
}

bool is_ordered(const access &before) {
  if (before.block != watch.block) return false;
  if (before.thread == watch.thread || before.barriers != watch.barriers) return true;
  if (before.thread / WARP != watch.thread / WARP) return false;
  return watch.clocks[watch.thread][before.thread % WARP] >= before.when;
}

[[noreturn]] void race(const memory &m, size_t at, const access &before, const access &now) {
  fault("data race in %s: thread %u of block (%u, %u, %u) %s byte %zu of %s (%zu bytes), which thread %u of block "
        "(%u, %u, %u) %s; nothing orders them",
        watch.kernel, now.thread, now.place.x, now.place.y, now.place.z, doing(now.kind), at, m.what, m.size,
        before.thread, before.place.x, before.place.y, before.place.z, doing(before.kind));
}

void check(const memory &m, size_t base, const std::vector<access> &earlier, const access &now, bool writes_only) {
  for (const access &before : earlier) {
    if (before.last < now.first || now.last < before.first || is_ordered(before)) continue;
    if (writes_only && before.kind != access_kind::write && before.kind != access_kind::atomic_write) continue;
    race(m, base + std::max(before.first, now.first), before, now);
  }
}

void remember(std::vector<access> *list, const access &now) {
  if (!list->empty()) {
    const access &last = list->back();
    if (last.block == now.block && last.thread == now.thread && last.when == now.when && last.kind == now.kind &&
        last.barriers == now.barriers && last.first == now.first && last.last == now.last)
      return;
  }
  list->push_back(now);
}

void access_word(memory *m, size_t index, access now) {
  word &w = m->words[index];
  size_t base = index * WORD;
  if (w.reads.empty() && w.writes.empty() && w.atomics.empty()) watch.touched.push_back(&w);
  switch (now.kind) {
  case access_kind::read:
    check(*m, base, w.writes, now, false);
    check(*m, base, w.atomics, now, true);
    remember(&w.reads, now);
    break;
  case access_kind::write:
    check(*m, base, w.reads, now, false);
    check(*m, base, w.writes, now, false);
    check(*m, base, w.atomics, now, false);
    remember(&w.writes, now);
    break;
  case access_kind::atomic_write:
    check(*m, base, w.reads, now, false);
    check(*m, base, w.writes, now, false);
    remember(&w.atomics, now);
    break;
  case access_kind::atomic_read:
    check(*m, base, w.writes, now, false);
    remember(&w.atomics, now);
    break;
  }
}

void check_written(memory *m, size_t at, size_t size, access_kind kind) {
  for (size_t i = at; i < at + size; i++) {
    if (kind != access_kind::write && !m->written[i])
      fault("%s: thread %u of block (%u, %u, %u) reads byte %zu of %s (%zu bytes), which nobody has written",
            watch.kernel, watch.thread, blockIdx.x, blockIdx.y, blockIdx.z, i, m->what, m->size);
    m->written[i] = true;
  }
}

} // namespace

void watch_memory(void *memory, size_t size, const char *what, int device) {
  known[static_cast<const char *>(memory)] = {size, what, device, std::vector<bool>(size), {}};
}

void watch_forget(void *memory) {
  clear_all();
  known.erase(static_cast<const char *>(memory));
}

void watch_fresh(void *at) {
  auto found = memory_of(at);
  if (found == known.end()) return;
  memory &m = found->second;
  m.written.assign(m.size, false);
  for (word &w : m.words) w.reads.clear(), w.writes.clear(), w.atomics.clear();
}

void watch_written(void *at, size_t size) {
  auto found = memory_of(at);
  if (found == known.end()) return;
  auto begin = found->second.written.begin() + (static_cast<const char *>(at) - found->first);
  std::fill(begin, begin + static_cast<ptrdiff_t>(size), true);
}

void watch_grid(const char *kernel, int device, unsigned threads_of_a_block) {
  clear_all();
  running = true;
  watch.kernel = kernel, watch.device = device, watch.block = 0;
  watch.clocks.resize(threads_of_a_block);
}

void watch_grid_end() {
  running = false;
}

void watch_block() {
  watch.block++, watch.barriers = 0;
  for (size_t t = 0; t < watch.clocks.size(); t++) {
    watch.clocks[t].fill(0);
    watch.clocks[t][t % WARP] = 1;
  }
}

void watch_thread(unsigned thread) {
  watch.thread = thread;
}

void watch_barrier() {
  watch.barriers++;
}

void watch_warp(unsigned warp, unsigned mask) {
  std::array<unsigned, WARP> together = {};
  auto *lanes = &watch.clocks[warp * WARP];
  for (unsigned lane = 0; lane < WARP; lane++)
    if (mask >> lane & 1)
      for (unsigned i = 0; i < WARP; i++) together[i] = std::max(together[i], lanes[lane][i]);
  for (unsigned lane = 0; lane < WARP; lane++)
    if (mask >> lane & 1) lanes[lane] = together, lanes[lane][lane]++;
}

void watch_access(const void *at, size_t size, access_kind kind) {
  if (!running || !watch.on) return;
  auto found = memory_of(at);
  if (found == known.end()) return;
  memory &m = found->second;
  size_t begin = static_cast<size_t>(static_cast<const char *>(at) - found->first), end = begin + size;
  if (end > m.size)
    fault("%s: %zu bytes from byte %zu of %s, which has %zu", watch.kernel, size, begin, m.what, m.size);
  if (m.device >= 0 && m.device != watch.device)
    fault("%s, on device %d, uses memory of device %d", watch.kernel, watch.device, m.device);
  check_written(&m, begin, size, kind);
  if (m.words.empty()) m.words.resize((m.size + WORD - 1) / WORD);
  for (size_t i = begin / WORD; i * WORD < end; i++) {
    size_t first = std::max(begin, i * WORD) - i * WORD, last = std::min(end, (i + 1) * WORD) - 1 - i * WORD;
    access_word(&m, i,
                {watch.block, watch.thread, watch.barriers, watch.clocks[watch.thread][watch.thread % WARP], blockIdx,
                 static_cast<uint8_t>(first), static_cast<uint8_t>(last), kind});
  }
}

} // namespace cuda_on_cpu

void cuda_on_cpu_watch(bool on) {
  cuda_on_cpu::watch.on = on;
}
