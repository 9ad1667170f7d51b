/* Which photos belong together: by line, shift, lot and so on. */
#ifndef ASSAY_ENGINE_DRIFT_GROUPS_H
#define ASSAY_ENGINE_DRIFT_GROUPS_H

#include "engine/drift/season.h"

/* What a change may be put down to. A shift is that of one factory, or the same in all of them. */
enum drift_key { KEY_ALL, KEY_FACTORY, KEY_LINE, KEY_SHIFT, KEY_SHIFT_EVERYWHERE, KEY_LOT, DRIFT_KEYS };

const char *drift_key_name(enum drift_key key); /* "all", "factory", "line", "shift", "shift", "lot" */

/* Within what a level is compared: a line, or a lot on a line. */
enum drift_level { LEVEL_LINE, LEVEL_LOT, DRIFT_LEVELS };

enum { NO_GROUP = UINT32_MAX };

/* For the cells that hold photos of one golden; the others have no group. A key that says no more than another one
 * (one factory, one line a factory) has no groups. */
struct groups {
  uint32_t *of[DRIFT_KEYS]; /* group of each cell, NO_GROUP where the key is unknown or not used */
  size_t count[DRIFT_KEYS];
  uint32_t *stratum[DRIFT_LEVELS]; /* of each cell; NO_GROUP where the lot is unknown */
  size_t strata[DRIFT_LEVELS];
  uint32_t *parts[DRIFT_LEVELS][DRIFT_KEYS]; /* of each cell: its group's part in its stratum */
  size_t part_count[DRIFT_LEVELS][DRIFT_KEYS];
};

/* The caller ends with groups_free. STATUS_MEMORY. */
enum status groups_make(const struct season *season, uint32_t golden, struct groups *groups, struct fault *fault);
void groups_free(struct groups *groups);

/* A cell of a group; the season's cell_count where there is none. */
size_t groups_member(const struct season *season, const struct groups *groups, enum drift_key key, uint32_t group);

#endif
