/* Gathers aligned photos into a group image, photo by photo, by the kernels' operations; pixels stay on the device. */
#ifndef ASSAY_ENGINE_GROUP_TALLY_H
#define ASSAY_ENGINE_GROUP_TALLY_H

#include "engine/aligned.h"
#include "engine/groups/group_image.h"

struct group_tally_layer {
  struct device_memory memory[3];
  struct kernel_image sum, square, count;
};

/* One thread's working memory. All zero is empty. */
struct group_tally {
  struct group_image shape; /* without sums: memory is not held */
  int photos;               /* since the last take */
  struct group_tally_layer layer[GROUP_PLANES];
  struct device_memory halved[2][2], grid, grid_seen;
  uint8_t *host;
  size_t host_size;
};

/* What the kernels' sums have room for between two takes. */
enum { GROUP_TALLY_MOST = 256 };

/* Adds a photo that aligned_make has made, or the golden photo itself (`placement` NULL). STATUS_LIMIT where
 * GROUP_TALLY_MOST photos wait to be taken. */
enum status group_tally_add(struct device *device, struct group_tally *tally, const struct aligned *photo,
                            const struct placement *placement, bool colour, struct fault *fault);
/* Adds what was gathered to `into` (made by group_image_begin for this golden) and begins anew. */
enum status group_tally_take(struct device *device, struct group_tally *tally, struct group_image *into,
                             struct fault *fault);
void group_tally_free(struct device *device, struct group_tally *tally);

#endif
