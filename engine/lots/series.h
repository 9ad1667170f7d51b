/* Each dimension's values over a lot, in the order in which they were made: what capability is worked out from. */
#ifndef ASSAY_ENGINE_LOTS_SERIES_H
#define ASSAY_ENGINE_LOTS_SERIES_H

#include "engine/lots/names.h"
#include "engine/lots/row.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct series_value {
  double value;
  size_t subgroup;
  bool has_time;
  int64_t time_ms, sequence;
};

/* One dimension of one golden in one group, with one pair of limits. */
struct series {
  uint32_t group, golden, name, unit; /* numbers of names */
  double lower, upper;                /* NAN where not set */
  struct series_value *values;
  size_t count, room;
};

/* All zero but for how it groups is empty; end with series_free. One thread at a time. */
struct series_set {
  bool grouped, subgrouped; /* by the keys below; else all rows are one group, or have no subgroups */
  enum row_key group_key, subgroup_key;
  struct names names;
  struct series *items; /* in the order in which they first came */
  size_t count, room;
};

/* Takes a row's dimensions; those without a value are passed over. A `struct series_set *` as context of rows_read. */
enum status series_take(void *set, const struct row *row, struct fault *fault);

/* Puts the values in the order of their time of capture where all have one, else in that of reading. */
void series_sort(struct series *series);
void series_free(struct series_set *set);

#endif
