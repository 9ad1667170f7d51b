/* A photo brought to the golden's place and light, on the device. */
#ifndef ASSAY_ENGINE_ALIGNED_H
#define ASSAY_ENGINE_ALIGNED_H

#include "engine/align.h"

/* Light of each channel against the golden's. channels: 1 (luma) or 3 (red, green, blue). What the smooth gain leaves
 * of the luma from tile to tile (gloss, a shade) is taken away too, up to ALIGNED_SHADE grey levels: a soft difference
 * of a few grey levels is the light's, a sharp or a strong one the product's. */
struct aligned_light {
  int channels;
  struct light channel[3];
  struct light luma;
  struct field shade; /* x: grey levels to take off, golden's light; y unused */
};

#define ALIGNED_SHADE 10.0

/* One thread's working memory and the last photo's planes, all in golden pixels (chroma at half size). */
struct aligned {
  bool colour;
  struct kernel_image luma, seen;
  struct kernel_image cb, cr, seen_half;
  struct aligned_light light;
  /* working memory */
  struct pyramid photo_cb, photo_cr;
  struct tiles chroma_tiles[2], luma_tiles;
  struct device_memory planes[6], tint, place, grid;
  int32_t *host_grid;
  size_t host_grid_size;
};

/* The golden's chroma, level 0 at half size; count 0 where the golden is grey. */
struct aligned_golden {
  const struct align_golden *align;
  const struct pyramid *cb, *cr;
};

/* Takes a photo that align_photo has aligned (its luma pyramid is used) and makes the planes. Colour where both golden
 * and photo have it, else luma alone. */
enum status aligned_make(struct device *device, const struct aligned_golden *golden, const struct image *photo,
                         struct alignment *alignment, struct aligned *aligned, struct fault *fault);
void aligned_free(struct device *device, struct aligned *aligned);

#endif
