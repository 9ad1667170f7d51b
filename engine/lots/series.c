#include "engine/lots/series.h"

#include <math.h>
#include <stdlib.h>

static bool same_limit(double a, double b) {
  return a == b || (isnan(a) && isnan(b));
}

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "capability: out of memory");
}

/* The series of a key, made where it is new. A lot has few dimensions, the last one found is mostly near. */
static enum status find_series(struct series_set *set, const struct series *key, struct series **found,
                               struct fault *fault) {
  for (size_t i = 0; i < set->count; i++) {
    struct series *s = &set->items[i];
    if (s->group != key->group || s->golden != key->golden || s->name != key->name || s->unit != key->unit ||
        !same_limit(s->lower, key->lower) || !same_limit(s->upper, key->upper))
      continue;
    *found = s;
    return STATUS_OK;
  }
  if (set->count == set->room) {
    const size_t room = set->room ? 2 * set->room : 16;
    struct series *items = realloc(set->items, room * sizeof *items);
    if (!items) return no_memory(fault);
    set->items = items;
    set->room = room;
  }
  set->items[set->count] = *key;
  *found = &set->items[set->count++];
  return STATUS_OK;
}

static enum status add_value(struct series *series, const struct series_value *value, struct fault *fault) {
  if (series->count == series->room) {
    const size_t room = series->room ? 2 * series->room : 64;
    struct series_value *values = realloc(series->values, room * sizeof *values);
    if (!values) return no_memory(fault);
    series->values = values;
    series->room = room;
  }
  series->values[series->count++] = *value;
  return STATUS_OK;
}

enum status series_take(void *context, const struct row *row, struct fault *fault) {
  struct series_set *set = context;
  struct series key = {0};
  uint32_t subgroup;
  if (!names_add(&set->names, set->grouped ? row->keys[set->group_key] : NULL, &key.group) ||
      !names_add(&set->names, row->keys[ROW_GOLDEN], &key.golden) ||
      !names_add(&set->names, set->subgrouped ? row->keys[set->subgroup_key] : NULL, &subgroup))
    return no_memory(fault);
  for (size_t i = 0; i < row->dimension_count; i++) {
    const struct row_dimension *d = &row->dimensions[i];
    if (isnan(d->value)) continue;
    if (!names_add(&set->names, d->name, &key.name) || !names_add(&set->names, d->unit, &key.unit))
      return no_memory(fault);
    key.lower = d->lower, key.upper = d->upper;
    const struct series_value value = {d->value, subgroup, row->has_time, row->time_ms, row->sequence};
    struct series *series = NULL;
    enum status status = find_series(set, &key, &series, fault);
    if (!status) status = add_value(series, &value, fault);
    if (status) return status;
  }
  return STATUS_OK;
}

static int by_sequence(const void *a, const void *b) {
  const struct series_value *x = a, *y = b;
  return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static int by_time(const void *a, const void *b) {
  const struct series_value *x = a, *y = b;
  if (x->time_ms != y->time_ms) return x->time_ms < y->time_ms ? -1 : 1;
  return by_sequence(a, b);
}

void series_sort(struct series *series) {
  bool timed = true;
  for (size_t i = 0; i < series->count; i++) timed = timed && series->values[i].has_time;
  if (series->count) qsort(series->values, series->count, sizeof *series->values, timed ? by_time : by_sequence);
}

void series_free(struct series_set *set) {
  for (size_t i = 0; i < set->count; i++) free(set->items[i].values);
  free(set->items);
  names_free(&set->names);
  set->items = NULL;
  set->count = set->room = 0;
}
