#include "kernels/cpu/fast/binomial.h"
#include "kernels/cpu/fast/counting.h"
#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/use.h"
#include "kernels/pixel.h"

enum kernel_status FAST(cpu_compare)(struct kernel_context *context, const struct kernel_compare *call) {
  (void)context;
  const struct kernel_image *photo = &call->photo;
  if (!compare_fits(call)) return KERNEL_ARGUMENT;
  uint32_t tables[TABLES][256] = {{0}};
  int32_t skipped = 0;
  struct binomial b;
  struct seen_rows rows = {.known = 0};
  for (int32_t y = 0; y < photo->height; y++) {
    seen_rows_reach(&call->seen, y, &rows);
    for (int32_t first = 0; first < photo->width; first += BINOMIAL_PART) {
      int32_t count = photo->width - first < BINOMIAL_PART ? photo->width - first : BINOMIAL_PART;
      uint8_t *map = cpu_row8(&call->map, y) + first;
      struct use use = {.sum = b.sum,
                        .mean = cpu_row16(&call->mean, y) + first,
                        .rise = cpu_row16(&call->rise, y) + first,
                        .fall = cpu_row16(&call->fall, y) + first,
                        .focus = call->focus};
      if (call->bend.buffer) use.bend = cpu_row_signed(&call->bend, y) + first;
      binomial_sums(photo, y, first, count, b.sum);
      if (!seen_rows_whole(&rows, y, first, photo->height)) {
        seen_part(&call->seen, y, first, count, b.seen);
        use.seen = b.seen;
      }
      skipped += count - use_part(&use, count, map);
      count_part(map, count, tables);
    }
  }
  count_finish(tables, skipped, call->histogram->bytes);
  return KERNEL_OK;
}
