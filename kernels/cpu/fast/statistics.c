#include "kernels/cpu/fast/exact.h"
#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lanes.h"

enum { PART = 256 };

/* Whether the sums of a part are such as photos give: then everything below stays whole, under 2^51 and in range. */
static bool sums_are_usual(const uint32_t *restrict sum, const uint32_t *restrict square,
                           const uint16_t *restrict count, int32_t n) {
  uint32_t unusual = 0;
  for (int32_t i = 0; i < n; i++) {
    unusual |= (sum[i] >> 25) | (square[i] >> 31);
    unusual |= (double)square[i] * count[i] < (double)sum[i] * sum[i];
  }
  return !unusual;
}

static void part_statistics(const uint32_t *restrict sum, const uint32_t *restrict square,
                            const uint16_t *restrict count, int32_t part, uint16_t *restrict mean,
                            uint32_t *restrict variance) {
  for (int32_t i = 0; i < part; i++) {
    double n = count[i] ? count[i] : 1, s = (int32_t)sum[i], q = (int32_t)square[i];
    double pairs = count[i] > 1 ? n * (n - 1) : 1;
    int32_t m = (int32_t)((s + (count[i] >> 1)) / n), v = (int32_t)((q * n - s * s) / pairs);
    mean[i] = (uint16_t)(count[i] ? m : 0);
    variance[i] = (uint32_t)(count[i] > 1 ? v : 0);
  }
}

enum kernel_status FAST(cpu_statistics)(struct kernel_context *context, const struct kernel_statistics *call) {
  if (!statistics_fit(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < call->sum.height; y++)
    for (int32_t first = 0; first < call->sum.width; first += PART) {
      int32_t n = call->sum.width - first < PART ? call->sum.width - first : PART;
      const uint32_t *sum = cpu_row32(&call->sum, y) + first, *square = cpu_row32(&call->square, y) + first;
      const uint16_t *count = cpu_row16(&call->count, y) + first;
      if (!sums_are_usual(sum, square, count, n)) return cpu_statistics(context, call);
      part_statistics(sum, square, count, n, cpu_row16(&call->mean, y) + first, cpu_row32(&call->variance, y) + first);
    }
  lanes_leave();
  return KERNEL_OK;
}
