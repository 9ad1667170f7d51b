#include "kernels/cpu/rows.h"
#include "kernels/limit.h"

#include <string.h>

static int32_t mean_at(const struct kernel_image *golden, int32_t x, int32_t y) {
  struct rows r = rows_at(golden, y);
  return pixel_binomial(r.above + x, r.here + x, r.below + x, x > 0, x + 1 < golden->width);
}

/* As kernel_limits_of_one says of one pixel; both 0 where it is not compared. */
static void limits_at(const struct kernel_compare_of_one *call, int32_t x, int32_t y, uint16_t *rise, uint16_t *fall) {
  const struct kernel_image *golden = &call->golden;
  struct rows z = rows_at(&call->zones, y);
  int32_t zone = z.here[x], middle = mean_at(golden, x, y);
  struct limit_surroundings around = {middle, middle, middle, middle, 0, cpu_row8(&call->detail, y)[x]};
  *rise = *fall = 0;
  if (zone > call->tolerance_count || !seen_all(&z, x, x > 0, x + 1 < golden->width)) return;
  for (int32_t v = -2; v <= 2; v++)
    for (int32_t u = -2; u <= 2; u++) {
      int32_t mean = mean_at(golden, cpu_edge(x + u, golden->width), cpu_edge(y + v, golden->height));
      limit_see(&around, mean, u >= -1 && u <= 1 && v >= -1 && v <= 1);
    }
  limit_pixel(&call->tolerances[zone - 1], &around, middle, 1, rise, fall);
}

enum kernel_status cpu_compare_of_one(struct kernel_context *context, const struct kernel_compare_of_one *call) {
  (void)context;
  const struct kernel_image *photo = &call->photo;
  if (!compare_of_one_fits(call)) return KERNEL_ARGUMENT;
  int32_t *histogram = call->histogram->bytes;
  memset(histogram, 0, 256 * sizeof *histogram);
  for (int32_t y = call->first; y < call->first + call->rows; y++) {
    struct rows s = rows_at(&call->seen, y);
    uint8_t *map = cpu_row8(&call->map, y);
    for (int32_t x = 0; x < photo->width; x++) {
      uint16_t rise, fall;
      limits_at(call, x, y, &rise, &fall);
      map[x] = 0;
      if (!rise || !seen_all(&s, x, x > 0, x + 1 < photo->width)) continue;
      map[x] = pixel_use(mean_at(photo, x, y) - mean_at(&call->golden, x, y), rise, fall);
      histogram[map[x]]++;
    }
  }
  return KERNEL_OK;
}
