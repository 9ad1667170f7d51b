/* From the map of a photo of artwork to findings with class and confidence. */
#ifndef ASSAY_ENGINE_ARTWORK_FIND_H
#define ASSAY_ENGINE_ARTWORK_FIND_H

#include "engine/artwork_crop.h"
#include "engine/compare.h"

/* Areas of the map that are looked at together. */
struct artwork_place {
  struct artwork_box box;
  int32_t root; /* of its cells in struct artwork_places */
};

/* Where the map is worth a look: cells of `cell` pixels, each with the place it belongs to (-1: none). */
struct artwork_places {
  int32_t cell, columns, rows;
  int32_t *owner; /* [rows][columns] */
  size_t owners;
  struct artwork_place *places;
  size_t count, capacity;
  bool overflow; /* more areas than could be looked at */
  struct kernel_component *areas;
  struct device_memory device_areas, counts;
};

/* Areas of comparison->map[luma], which artwork_limits shaped, that may hold a finding; those whose boxes, grown by
 * `margin`, meet are one place. Uses the comparison's scratch memory. */
enum status artwork_places_find(struct device *device, const struct artwork *artwork, int32_t margin,
                                struct comparison *comparison, struct artwork_places *places, struct fault *fault);
/* Whether golden pixel (x, y) belongs to the place. */
bool artwork_places_holds(const struct artwork_places *places, const struct artwork_place *place, int32_t x, int32_t y);
void artwork_places_free(struct device *device, struct artwork_places *places);

/* One thread's working memory. All zero is empty. */
struct artwork_work {
  struct pyramid even; /* of the photo, for artwork_align */
  struct artwork_places places;
  struct artwork_crop crop;
};
void artwork_work_free(struct device *device, struct artwork_work *work);

/* Replaces the comparison's findings of luma by those of artwork: `classified`, with class and confidence. `min_area`
 * as for compare_photo. */
enum status artwork_find(struct device *device, const struct artwork *artwork, const struct aligned *photo,
                         double min_area, struct artwork_work *work, struct comparison *comparison,
                         struct fault *fault);

#endif
