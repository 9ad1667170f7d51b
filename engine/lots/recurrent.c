#include "engine/lots/recurrent.h"

#include "engine/statistics/distributions.h"
#include "models/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATOR "\x1f"

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory for recurrent findings");
}

static const char *or_empty(const char *text) {
  return text ? text : "";
}

/* Number of a key of parts; false when out of memory. */
static bool number_of(struct names *names, const char *a, const char *b, const char *c, uint32_t *number) {
  char *key = NULL;
  if (asprintf(&key, "%s" SEPARATOR "%s" SEPARATOR "%s", a, b, c) < 0) return false;
  bool added = names_add(names, key, number);
  free(key);
  return added;
}

static struct recurrent_batch *find_batch(struct recurrents *all, const struct row *row, uint32_t *number) {
  const char *factory = or_empty(row->keys[ROW_FACTORY]), *golden = or_empty(row->keys[ROW_GOLDEN]),
             *lot = or_empty(row->keys[ROW_LOT]);
  uint32_t of;
  if (!number_of(&all->origins, factory, golden, "", &of)) return NULL;
  if (!number_of(&all->batch_keys, factory, golden, lot, number)) return NULL;
  if (*number < all->batch_count) return &all->batches[*number];
  struct recurrent_batch *larger = realloc(all->batches, (all->batch_count + 1) * sizeof *larger);
  if (!larger) return NULL;
  all->batches = larger;
  larger[all->batch_count] = (struct recurrent_batch){.of = of, .lot = strdup(lot)};
  return larger[all->batch_count].lot ? &larger[all->batch_count++] : NULL;
}

static struct recurrent *find_item(struct recurrents *all, const struct row *row, const char *what, const char *name) {
  const char *factory = or_empty(row->keys[ROW_FACTORY]), *golden = or_empty(row->keys[ROW_GOLDEN]);
  char *about = NULL, digest[DIGEST_CHARS + 1];
  uint32_t number = 0;
  if (asprintf(&about, "%s" SEPARATOR "%s", what, name) < 0) return NULL;
  bool added = number_of(&all->keys, factory, golden, about, &number);
  free(about);
  if (!added) return NULL;
  if (number < all->count) return &all->items[number];
  struct recurrent *larger = realloc(all->items, (all->count + 1) * sizeof *larger);
  if (!larger) return NULL;
  all->items = larger;
  struct recurrent *item = &larger[all->count];
  *item = (struct recurrent){
      .factory = strdup(factory), .golden = strdup(golden), .name = strdup(name), .severity = SEVERITY_MINOR};
  const char *key = names_text(&all->keys, number);
  digest_blake2b(key, strlen(key), digest);
  memcpy(item->id, digest, RECURRENT_ID_CHARS);
  all->count++;
  return item->factory && item->golden && item->name ? item : NULL;
}

static bool count_photo(struct recurrents *all, struct recurrent *item, const struct row *row, uint32_t batch,
                        enum severity severity) {
  if (severity < item->severity) item->severity = severity;
  if (item->seen == all->rows) return true;
  item->seen = all->rows;
  if (item->photos < RECURRENT_EXAMPLES && !(item->examples[item->photos] = strdup(row->photo))) return false;
  item->photos++;
  for (size_t i = 0; i < item->count_count; i++)
    if (item->counts[i].batch == batch) {
      item->counts[i].photos++;
      return true;
    }
  struct recurrent_count *larger = realloc(item->counts, (item->count_count + 1) * sizeof *larger);
  if (!larger) return false;
  item->counts = larger;
  larger[item->count_count++] = (struct recurrent_count){batch, 1};
  return true;
}

static bool add_findings(struct recurrents *all, const struct row *row, uint32_t batch) {
  for (size_t i = 0; i < row->region_count; i++) {
    const struct row_region *region = &row->regions[i];
    struct recurrent *item = find_item(all, row, class_name(region->class_), or_empty(region->zone));
    if (!item) return false;
    item->class_ = region->class_;
    if (!count_photo(all, item, row, batch, region->severity)) return false;
  }
  for (size_t i = 0; i < row->dimension_count; i++) {
    if (row->dimensions[i].verdict != VERDICT_FAIL) continue;
    struct recurrent *item = find_item(all, row, "dimension", row->dimensions[i].name);
    if (!item) return false;
    item->dimension = true;
    if (!count_photo(all, item, row, batch, SEVERITY_MAJOR)) return false;
  }
  return true;
}

enum status recurrents_add(struct recurrents *all, const struct row *row, struct fault *fault) {
  uint32_t number = 0;
  all->rows++;
  if (row->verdict == VERDICT_CANNOT_JUDGE) return STATUS_OK;
  struct recurrent_batch *batch = find_batch(all, row, &number);
  if (!batch) return no_memory(fault);
  batch->judged++;
  if (row->has_time && (!batch->has_time || row->time_ms < batch->first_ms))
    batch->has_time = true, batch->first_ms = row->time_ms;
  return row->verdict != VERDICT_FAIL || add_findings(all, row, number) ? STATUS_OK : no_memory(fault);
}

void recurrents_free(struct recurrents *all) {
  for (size_t i = 0; i < all->count; i++) {
    struct recurrent *item = &all->items[i];
    free(item->factory);
    free(item->golden);
    free(item->name);
    free(item->counts);
    for (int k = 0; k < RECURRENT_EXAMPLES; k++) free(item->examples[k]);
  }
  for (size_t i = 0; i < all->batch_count; i++) free(all->batches[i].lot);
  free(all->items);
  free(all->batches);
  names_free(&all->keys);
  names_free(&all->batch_keys);
  names_free(&all->origins);
  memset(all, 0, sizeof *all);
}

const struct recurrent *recurrents_find(const struct recurrents *all, const char *id) {
  for (size_t i = 0; i < all->count; i++)
    if (!strcmp(all->items[i].id, id)) return &all->items[i];
  return NULL;
}

size_t recurrent_lots(const struct recurrent *item) {
  return item->count_count;
}

static bool is_of(const struct recurrents *all, const struct recurrent_batch *batch, const char *factory,
                  const char *golden) {
  const char *origin = names_text(&all->origins, batch->of);
  size_t f = strlen(factory), g = strlen(golden);
  return !strncmp(origin, factory, f) && origin[f] == *SEPARATOR && !strncmp(origin + f + 1, golden, g) &&
         origin[f + 1 + g] == *SEPARATOR;
}

int64_t recurrent_judged(const struct recurrents *all, const struct recurrent *item) {
  int64_t judged = 0;
  for (size_t i = 0; i < all->batch_count; i++)
    if (is_of(all, &all->batches[i], item->factory, item->golden)) judged += all->batches[i].judged;
  return judged;
}

void recurrent_after(const struct recurrents *all, const char *factory, const char *golden,
                     const struct recurrent *item, int64_t since_ms, int64_t *judged, int64_t *with, const char **lot) {
  int64_t last = since_ms;
  *judged = *with = 0;
  *lot = NULL;
  for (size_t i = 0; i < all->batch_count; i++) {
    const struct recurrent_batch *batch = &all->batches[i];
    if (!is_of(all, batch, factory, golden) || !batch->has_time || batch->first_ms <= since_ms) continue;
    *judged += batch->judged;
    if (batch->first_ms >= last) last = batch->first_ms, *lot = batch->lot;
    for (size_t k = 0; item && k < item->count_count; k++)
      if (item->counts[k].batch == i) *with += item->counts[k].photos;
  }
}

bool recurrent_has_gone(int64_t judged, int64_t with, double share) {
  return judged > 0 && share > 0 && binomial_cdf(with, judged, share) <= 0.05;
}
