/* A part of artwork, golden and photo, on the host: the changed pixels that no edge explains, and their groups. */
#ifndef ASSAY_ENGINE_ARTWORK_CROP_H
#define ASSAY_ENGINE_ARTWORK_CROP_H

#include "engine/artwork.h"

struct artwork_box {
  int32_t left, top, right, bottom; /* inclusive, golden pixels */
};

enum artwork_change { ARTWORK_SAME, ARTWORK_EXTRA, ARTWORK_MISSING };

/* Working memory kept from part to part. All zero is empty. Planes are width x height, without padding. */
struct artwork_crop {
  int32_t left, top, width, height; /* in the golden */
  uint8_t *golden, *photo;          /* 1 where there is material */
  uint8_t *compared;
  uint8_t *core;                          /* enum artwork_change; 0 at edges and where nothing changed */
  uint8_t *mask;                          /* for artwork_topology */
  uint16_t *squared;                      /* as in struct artwork */
  int32_t *group;                         /* of a core pixel, from 1 on; 0 elsewhere */
  int32_t *labels[2], *counts[3], *stack; /* for artwork_topology and the grouping */
  void *memory;
  size_t capacity; /* pixels */
};
void artwork_crop_free(struct artwork_crop *crop);

/* Loads the part of the golden and of the aligned photo inside `box` (which lies inside the golden), and finds the
 * core: pixels of another level further than ARTWORK_CORE units from the golden's edges. What the photo does not show
 * is taken for the golden. */
enum status artwork_crop_load(struct device *device, const struct artwork *artwork, const struct aligned *photo,
                              const struct artwork_box *box, struct artwork_crop *crop, struct fault *fault);

/* Core pixels of one kind of change that lie together. Boxes and sums in the crop's pixels. */
struct artwork_group {
  int32_t number;
  enum artwork_change change;
  struct artwork_box box;
  int64_t area, x, y; /* pixels, sums of their coordinates */
  double depth;       /* largest, golden pixels */
  bool deep;          /* it reaches the artwork's `deep` */
};

/* Grows the group from the core pixel at `seed`, which is in none yet: core pixels of its kind, each within `join` of
 * another. Where the group is deep, those further than `near` from its deep pixels are dropped. Their `group` is
 * `number`; that of the dropped ones is -1. */
struct artwork_group artwork_group_grow(struct artwork_crop *crop, double deep, size_t seed, int32_t number,
                                        int32_t join, int32_t near);

/* The share of the changed pixels about a group that remain when the photo is shifted by up to `most` pixels, in steps
 * of `step`, so that as few as possible do. */
double artwork_group_rest(const struct artwork_crop *crop, const struct artwork_group *group, int32_t most,
                          int32_t step);

#endif
