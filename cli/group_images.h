/* The group images that lie beside results, put together by lot, shift, line or factory, and compared. */
#ifndef ASSAY_CLI_GROUP_IMAGES_H
#define ASSAY_CLI_GROUP_IMAGES_H

#include "cli/report/pictures.h"
#include "engine/groups/group_compare.h"
#include "engine/groups/group_file.h"

#include <cairo.h>
#include <jansson.h>

/* All zero is empty; ends with group_images_free. */
struct group_images {
  struct group *items; /* by golden, then by name; texts: that of `by` alone */
  size_t count;
  struct group *goldens;
  size_t golden_count;
  enum group_text by;
};

/* Reads groups/ of the folders; `by` is a group_text's name, other words give no groups; of `factory`
 * alone where that is not NULL. Files that hold the same
 * photos are counted once where they are copies of each other; STATUS_INVALID where they overlap in part. */
enum status group_images_read(const struct report_folders *folders, const char *by, const char *factory,
                              struct group_images *images, struct fault *fault);
void group_images_free(struct group_images *images);

/* Leaves the groups of these names alone. NULL, or the first name that is none; then nothing is done. */
const char *group_images_keep(struct group_images *images, const char *const *names, size_t count);

/* One comparison: of a group with the golden, or with all other groups together. */
struct group_finding {
  const struct group *group, *golden; /* golden: NULL where its own image is not there */
  bool against_golden;
  int64_t photos, against_photos;
  double rate; /* false discoveries over its map */
  struct group_map map;
};

/* Compares every group that has GROUP_LEAST_PHOTOS with its golden, and with all others of its golden together (two
 * groups once). The rate is shared by all comparisons. `each` gets them one by one; each finding ends with the call. */
enum status group_images_compare(const struct group_images *images, double rate,
                                 enum status (*each)(void *context, const struct group_finding *finding,
                                                     struct fault *fault),
                                 void *context, struct fault *fault);

/* Name of a group for people ("" where unknown), and of an area's zone ("" outside all). */
const char *group_name(const struct group_images *images, const struct group *group);
const char *group_zone(const struct group_finding *finding, const struct group_area *area);

/* "moved by +0.48 px to the right ..." */
void group_area_text(const struct group_area *area, char *text, size_t size);

/* NULL: out of memory. {"golden", "by", "group", "against": "golden" | "others", "photos", "against_photos", "rate",
 * "tested", "areas": [{"kind", "box", "zone", "at", "difference": {plane: number}, "uncertainty", "text"}],
 * "areas_left_out"} */
json_t *group_finding_json(const struct group_images *images, const struct group_finding *finding);

/* The group's mean, grey and pale, and on it what differs: red brighter or more, blue darker or less, the stronger the
 * further beyond its uncertainty. One pixel a pixel of the group image's luma. NULL: out of memory. */
cairo_surface_t *group_finding_picture(const struct group_finding *finding);

#endif
