/* Two group images, or the golden and a group, pixel by pixel: where they differ by more than chance.
 *
 * Each pixel is the mean over a tile of a photo, and n photos are n observations of it: the test is Welch's t on the
 * variance between photos, so that what the photos of a group share within themselves (each one's light) is in the
 * uncertainty. Against the golden the variances are taken to be equal and pooled, since it has few photos: one photo is
 * one observation, as uncertain as one of the group's.
 *
 * All pixels of all planes are one family: the false discovery rate over the map is held at `rate` by Benjamini and
 * Hochberg (1995), which also holds where neighbouring pixels go together (Benjamini and Yekutieli 2001: positive
 * dependence). Where nothing differs, this is the probability that anything at all is found. */
#ifndef ASSAY_ENGINE_GROUPS_GROUP_COMPARE_H
#define ASSAY_ENGINE_GROUPS_GROUP_COMPARE_H

#include "engine/groups/group_image.h"

enum group_kind {
  GROUP_PRINT,  /* luma: print or form */
  GROUP_COLOUR, /* chroma */
  GROUP_LIGHT,  /* a soft difference of brightness: light, gloss or material */
  GROUP_MOVED,  /* displaced within the product */
  GROUP_KINDS
};
/* "print", "colour", "light", "moved". */
const char *group_kind_name(enum group_kind kind);

struct group_terms {
  double rate;           /* 0..1, false discoveries over this map */
  int least;             /* photos that each group must have at a pixel; of the golden 1 are enough; at least 3 */
  bool golden;           /* `a` is the golden: one photo is enough, and small differences at edges, where cameras
                            differ, are passed over */
  const uint8_t *labels; /* zone of each luma pixel, 0 not compared; NULL: all are */
};

/* An area that differs, in golden pixels; b less a. Luma and chroma pixels that differ at most 4 pixels from each other
 * make one. */
struct group_area {
  enum group_kind kind;
  int32_t box[4]; /* x, y, width, height */
  int64_t pixels; /* of the plane */
  uint8_t label;  /* of its strongest pixel; 0 without labels */
  /* At its strongest pixel (largest t), of each plane, in its unit; the uncertainty is expanded, k = 2. NAN where the
   * plane is not there. */
  double x, y;
  double difference[GROUP_PLANES], uncertainty[GROUP_PLANES];
};

enum { GROUP_MOST_AREAS = 64 };

/* All zero is empty; ends with group_map_free. */
struct group_map {
  int32_t width[GROUP_PLANES], height[GROUP_PLANES];
  float *difference[GROUP_PLANES];    /* NAN where it cannot be told */
  float *uncertainty[GROUP_PLANES];   /* expanded, k = 2 */
  uint8_t *significant[GROUP_PLANES]; /* 0 or 1 */
  int64_t tested;
  double largest_p; /* that is still significant; 0: none is */
  struct group_area areas[GROUP_MOST_AREAS];
  size_t area_count, areas_left_out; /* strongest first */
  void *memory;
};

/* STATUS_INVALID where the goldens differ in shape; STATUS_MEMORY. */
enum status group_compare(const struct group_image *a, const struct group_image *b, const struct group_terms *terms,
                          struct group_map *map, struct fault *fault);
void group_map_free(struct group_map *map);

#endif
