/* Inside of the comparison of group images. */
#ifndef ASSAY_ENGINE_GROUPS_GROUP_PRIVATE_H
#define ASSAY_ENGINE_GROUPS_GROUP_PRIVATE_H

#include "engine/groups/group_compare.h"

/* Gathers what is significant into areas. */
enum status group_areas_find(const struct group_image *a, const struct group_terms *terms, struct group_map *map,
                             struct fault *fault);

#endif
