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

/* The planes that are compared. Chroma is looked at twice: at half size, and at a quarter, where a large pale tint
 * stands out of a noise that has been averaged away. */
enum aligned_plane { ALIGNED_LUMA, ALIGNED_CB, ALIGNED_CR, ALIGNED_CB_QUARTER, ALIGNED_CR_QUARTER, ALIGNED_PLANES };

/* How many halvings a plane is from the golden's full size. */
int aligned_level(enum aligned_plane plane);

/* One thread's working memory and the last photo's planes, all in golden pixels. */
struct aligned {
  bool colour;
  int planes; /* ALIGNED_PLANES, or 1 where there is no colour to compare */
  struct kernel_image plane[ALIGNED_PLANES];
  struct kernel_image
      seen[ALIGNED_PLANES]; /* not 0 where the photo shows the plane; of a photo's luma the plane itself */
  struct aligned_light light;
  const struct image *photo; /* as it was taken, and where: of others, until the next photo; NULL of the golden's own */
  const struct placement *placement;
  /* Of the luma, once it is known (focus.h): what its focus adds to the golden is (bend focus) >> 16, as in
   * kernel_compare; no bend: nothing. */
  struct kernel_image bend;
  int32_t focus;
  /* working memory */
  struct pyramid photo_cb, photo_cr;
  struct tiles chroma_tiles[2], luma_tiles;
  struct device_memory memory[ALIGNED_PLANES], seen_memory[3], tint, place, grid, focus_sums;
  int32_t *host_place, *host_grid;
  size_t host_place_size, host_grid_size;
};

/* The golden's chroma, level 0 at half size; count 0 where the golden is grey. */
struct aligned_golden {
  const struct align_golden *align;
  const struct pyramid *cb, *cr;
  const struct pyramid *mask; /* what the light is told from: all that is compared */
  int threads;                /* that may make the planes of a photo */
};

/* Takes a photo that align_photo has aligned (its luma pyramid is used) and makes the planes. Colour where both golden
 * and photo have it, else luma alone. */
enum status aligned_make(struct device *device, const struct aligned_golden *golden, const struct image *photo,
                         struct alignment *alignment, struct aligned *aligned, struct fault *fault);
/* The planes of the golden photo itself, whose places and light are the golden's. */
enum status aligned_of_golden(struct device *device, const struct image *golden, bool colour, struct aligned *aligned,
                              struct fault *fault);
void aligned_free(struct device *device, struct aligned *aligned);

#endif
