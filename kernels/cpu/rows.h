/* A pixel's 3 x 3 in the reference. */
#ifndef ASSAY_KERNELS_CPU_ROWS_H
#define ASSAY_KERNELS_CPU_ROWS_H

#include "kernels/cpu/cpu.h"

/* Three rows of a picture that repeats its edges. */
struct rows {
  const uint8_t *above, *here, *below;
};

static inline struct rows rows_at(const struct kernel_image *image, int32_t y) {
  return (struct rows){cpu_row8(image, cpu_edge(y - 1, image->height)), cpu_row8(image, y),
                       cpu_row8(image, cpu_edge(y + 1, image->height))};
}

static inline bool seen_all(const struct rows *r, int32_t x, int32_t left, int32_t right) {
  return r->above[x - left] && r->above[x] && r->above[x + right] && r->here[x - left] && r->here[x] &&
         r->here[x + right] && r->below[x - left] && r->below[x] && r->below[x + right];
}

#endif
