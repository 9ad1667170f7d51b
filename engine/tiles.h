/* The kernels' tile sums on the host, with what is needed to read them. */
#ifndef ASSAY_ENGINE_TILES_H
#define ASSAY_ENGINE_TILES_H

#include "engine/light.h"
#include "engine/placement.h"
#include "engine/pyramid.h"

#include <stdbool.h>

/* Working memory and the last measurement. All zero is empty. */
struct tiles {
  int level;             /* of the golden's pyramid */
  int32_t width, height; /* of that level */
  int columns, rows;
  int64_t *sums;  /* [rows][columns][KERNEL_SUMS] */
  int32_t *light; /* [rows][columns]{gain Q12, offset Q4} as measured with */
  int32_t *grid;
  size_t capacity, grid_capacity;
  struct device_memory device_sums, device_light, device_grid;
};

struct tiles_call {
  const struct kernel_image *golden, *mask, *photo; /* mask may be NULL */
  int golden_level, photo_level;
  const struct placement *placement;
  const struct light *light; /* NULL: gain 1, offset 0 */
  double cut;                /* grey levels, 1..127 */
  bool light_only;           /* as of kernel_tile_sums */
};

enum status tiles_measure(struct device *device, struct tiles *tiles, const struct tiles_call *call,
                          struct fault *fault);
void tiles_free(struct device *device, struct tiles *tiles);

/* Middle of a tile, full golden pixels. */
double tiles_middle(const struct tiles *tiles, int index);

#endif
