#include "kernels/cpu/fast/binomial.h"
#include "kernels/cpu/fast/counting.h"
#include "kernels/cpu/fast/fast.h"
#include "kernels/pixel.h"

/* As pixel_use, in 16 bits: 0 where nothing is compared. `seen` is NULL where all is. Returns how many pixels are not
 * compared. */
static inline int32_t use_part(const uint16_t *restrict sum, const uint8_t *restrict seen,
                               const uint16_t *restrict mean, const uint16_t *restrict rise,
                               const uint16_t *restrict fall, int32_t count, uint8_t *restrict map) {
  uint16_t skipped = 0;
  for (int32_t i = 0; i < count; i++) {
    /* All are loaded in any case: a load under a condition is no vector. */
    uint16_t s = sum[i], m = mean[i], up = rise[i], down = fall[i], shown = seen ? seen[i] : 1;
    uint16_t difference = s > m ? (uint16_t)(s - m) : (uint16_t)(m - s);
    uint16_t reciprocal = s >= m ? up : down;
    uint16_t use = (uint16_t)(((uint32_t)difference * reciprocal) >> 16);
    uint16_t compared = up ? shown : 0;
    use = use < 255 ? use : 255;
    map[i] = (uint8_t)(use & (uint16_t)-compared);
    skipped = (uint16_t)(skipped + 1 - compared);
  }
  return skipped;
}

/* The golden's mean as a photo of this focus shows it. */
static void refocus_part(const uint16_t *restrict mean, const int16_t *restrict bend, int32_t focus, int32_t count,
                         uint16_t *restrict out) {
  for (int32_t i = 0; i < count; i++) out[i] = (uint16_t)pixel_clamp(mean[i] + pixel_defocus(bend[i], focus), 0, 65535);
}

enum kernel_status FAST(cpu_compare)(struct kernel_context *context, const struct kernel_compare *call) {
  (void)context;
  const struct kernel_image *photo = &call->photo;
  if (!compare_fits(call)) return KERNEL_ARGUMENT;
  uint32_t tables[TABLES][256] = {{0}};
  int32_t skipped = 0;
  uint16_t refocused[BINOMIAL_PART];
  struct binomial b;
  struct seen_rows rows = {.known = 0};
  for (int32_t y = 0; y < photo->height; y++) {
    seen_rows_reach(&call->seen, y, &rows);
    for (int32_t first = 0; first < photo->width; first += BINOMIAL_PART) {
      int32_t count = photo->width - first < BINOMIAL_PART ? photo->width - first : BINOMIAL_PART;
      uint8_t *map = cpu_row8(&call->map, y) + first;
      const uint16_t *mean = cpu_row16(&call->mean, y) + first;
      const uint16_t *rise = cpu_row16(&call->rise, y) + first, *fall = cpu_row16(&call->fall, y) + first;
      if (call->bend.buffer) {
        refocus_part(mean, cpu_row_signed(&call->bend, y) + first, call->focus, count, refocused);
        mean = refocused;
      }
      binomial_sums(photo, y, first, count, b.sum);
      if (seen_rows_whole(&rows, y, first, photo->height)) {
        skipped += use_part(b.sum, NULL, mean, rise, fall, count, map);
      } else {
        seen_part(&call->seen, y, first, count, b.seen);
        skipped += use_part(b.sum, b.seen, mean, rise, fall, count, map);
      }
      count_part(map, count, tables);
    }
  }
  count_finish(tables, skipped, call->histogram->bytes);
  return KERNEL_OK;
}
