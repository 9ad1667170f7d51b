#include "engine/lots/lots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Parts of a key stand between these: the fields of a job hold no control characters, and a path that does would only
 * be a unit of its own. */
#define SEPARATOR "\x1f"
enum { KEY_PARTS = 4 };

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory for the lots");
}

/* Room for one more item of `size` bytes. */
static bool reserve(void **items, size_t count, size_t *room, size_t size) {
  if (count < *room) return true;
  size_t more = *room ? 2 * *room : 64;
  void *grown = realloc(*items, more * size);
  if (!grown) return false;
  *items = grown;
  *room = more;
  return true;
}

static bool add_photo(struct lot_photos *photos, const char *photo, const char *text, uint32_t unit, uint32_t other) {
  if (!reserve((void **)&photos->items, photos->count, &photos->room, sizeof *photos->items)) return false;
  struct lot_photo item = {.photo = strdup(photo), .text = strdup(text), .unit = unit, .other = other};
  if (!item.photo || !item.text) {
    free(item.photo);
    free(item.text);
    return false;
  }
  photos->items[photos->count++] = item;
  return true;
}

static char *copy(const char *text) {
  return text ? strdup(text) : NULL;
}

static const char *or_empty(const char *text) {
  return text ? text : "";
}

/* A key of parts, in the caller's room where it is large enough; the caller frees it where it is not `fixed`. */
static char *join(char *fixed, size_t room, const char *const parts[KEY_PARTS]) {
  size_t sizes[KEY_PARTS], size = 0;
  for (int i = 0; i < KEY_PARTS; i++) size += (sizes[i] = strlen(parts[i])) + 1;
  char *key = size <= room ? fixed : malloc(size), *at = key;
  for (int i = 0; i < KEY_PARTS && key; i++) {
    memcpy(at, parts[i], sizes[i]);
    at += sizes[i];
    *at++ = i + 1 < KEY_PARTS ? *SEPARATOR : 0;
  }
  return key;
}

static bool same(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

char *lots_line_name(const char *factory, const char *line) {
  char *name = NULL;
  return asprintf(&name, "%s / %s", factory, line) < 0 ? NULL : name;
}

static bool find_lot(struct lots *lots, const struct row *row, uint32_t *index) {
  const char *factory = row->keys[ROW_FACTORY], *name = row->keys[lots->by];
  const bool lines = lots->across && lots->by == ROW_LINE, line = lines && name && factory;
  const char *supplier = lots->across ? NULL : factory, *told_by = line ? factory : supplier;
  /* Most rows are of the lot of the row before; but what a factory's line is called may be another line's own name. */
  const struct lot *last = lots->count && !lines ? &lots->items[lots->last] : NULL;
  *index = lots->last;
  if (last && same(last->supplier, supplier) && same(last->name, name)) return true;
  char fixed[1024];
  char *key =
      join(fixed, sizeof fixed,
           (const char *const[KEY_PARTS]){told_by ? "" : "-", or_empty(told_by), name ? "" : "-", or_empty(name)});
  bool added = key && names_add(&lots->keys, key, index);
  if (key != fixed) free(key);
  if (!added) return false;
  if (*index < lots->count) return true;
  struct lot *items = realloc(lots->items, (lots->count + 1) * sizeof *items);
  if (!items) return false;
  lots->items = items;
  struct lot *lot = &items[lots->count++];
  *lot = (struct lot){.supplier = copy(supplier),
                      .name = line ? lots_line_name(factory, name) : copy(name),
                      .first_sequence = row->sequence};
  return (!supplier || lot->supplier) && (!name || lot->name);
}

/* In hex; printf would take as long as all the rest of a unit does. */
static void digits_of(uint32_t value, char text[2 * sizeof value + 1]) {
  size_t count = 0;
  do text[count++] = "0123456789abcdef"[value & 15];
  while (value >>= 4);
  text[count] = 0;
}

/* Units of one name are one unit only within a factory's lot. */
static bool name_unit(struct lots *lots, uint32_t lot, const struct row *row, uint32_t *unit) {
  const char *name = row->keys[ROW_UNIT] ? row->keys[ROW_UNIT] : row->photo;
  bool known = lots->by == ROW_LOT && !lots->across;
  char number[2 * sizeof lot + 1], fixed[1024];
  digits_of(lot, number);
  char *key = join(fixed, sizeof fixed,
                   (const char *const[KEY_PARTS]){number, known ? "" : or_empty(row->keys[ROW_FACTORY]),
                                                  known ? "" : or_empty(row->keys[ROW_LOT]), name});
  bool added = key && names_add(&lots->units, key, unit);
  if (key != fixed) free(key);
  return added;
}

static bool find_unit(struct lots *lots, uint32_t lot, const struct row *row, uint32_t *unit) {
  if (!name_unit(lots, lot, row, unit)) return false;
  if (*unit < lots->unit_count) return true;
  if (!reserve((void **)&lots->entries, lots->unit_count, &lots->unit_room, sizeof *lots->entries)) return false;
  lots->entries[lots->unit_count++] = (struct lot_unit_entry){.lot = lot};
  lots->items[lot].units++;
  return true;
}

/* The unit's part of this golden. */
static struct lot_unit_part *find_part(struct lots *lots, uint32_t unit, uint32_t golden) {
  for (uint32_t at = lots->entries[unit].first_part; at; at = lots->parts[at - 1].next)
    if (lots->parts[at - 1].golden == golden) return &lots->parts[at - 1];
  if (!reserve((void **)&lots->parts, lots->part_count, &lots->part_room, sizeof *lots->parts)) return NULL;
  struct lot_unit_part *part = &lots->parts[lots->part_count++];
  *part = (struct lot_unit_part){.golden = golden, .next = lots->entries[unit].first_part};
  lots->entries[unit].first_part = (uint32_t)lots->part_count;
  return part;
}

static uint8_t classes_of(const struct row *row) {
  if (row->verdict != VERDICT_FAIL) return 0;
  uint8_t classes = 0;
  for (size_t i = 0; i < row->region_count; i++) classes |= (uint8_t)(1U << row->regions[i].severity);
  for (size_t i = 0; i < row->dimension_count; i++)
    if (row->dimensions[i].verdict == VERDICT_FAIL) classes |= 1U << SEVERITY_MAJOR;
  return classes ? classes : 1U << SEVERITY_MAJOR;
}

static bool add_to_unit(struct lots *lots, const struct row *row, struct lot *lot, uint32_t unit, uint32_t view) {
  uint32_t golden;
  if (!names_add(&lots->goldens, row->keys[ROW_GOLDEN], &golden)) return false;
  struct lot_unit_part *part = find_part(lots, unit, golden);
  if (!part) return false;
  if (row->golden_version < part->version) return true;
  if (row->golden_version > part->version)
    *part = (struct lot_unit_part){.version = row->golden_version, .golden = golden, .next = part->next};
  part->views |= (uint64_t)1 << view;
  part->classes |= classes_of(row);
  for (size_t i = 0; i < row->region_count && row->verdict == VERDICT_FAIL; i++)
    part->kinds |= (uint16_t)(1U << row->regions[i].class_);
  if (row->verdict != VERDICT_CANNOT_JUDGE) return true;
  part->unjudged = true;
  return add_photo(&lot->unjudged, row->photo, row->reason, unit, 0);
}

static bool same_owner(const struct lot_owner *a, const struct lot_owner *b) {
  return a->unit == b->unit && a->view == b->view;
}

static bool keep_print(struct lots *lots, const struct row *row, uint32_t photo, uint32_t unit, uint32_t view) {
  struct reuse_print print = {.photo = photo};
  if (!reuse_parse(row->fingerprint, &print)) return true;
  if (!names_add(&lots->seals, row->golden_sha256, &print.golden)) return false;
  if (!reserve((void **)&lots->prints, lots->print_count, &lots->print_room, sizeof *lots->prints)) return false;
  if (!reserve((void **)&lots->print_owners, lots->print_count, &lots->print_owner_room, sizeof *lots->print_owners))
    return false;
  struct lot_print *owner = &lots->print_owners[lots->print_count];
  owner->owner = (struct lot_owner){unit, view};
  owner->photo = strdup(row->photo);
  if (!owner->photo) return false;
  lots->prints[lots->print_count++] = print;
  return true;
}

/* The same bytes again: under another unit, or as another view of the same. To judge a photo against another golden
 * is no reuse. */
static bool check_reuse(struct lots *lots, const struct row *row, struct lot *lot, uint32_t unit, uint32_t view) {
  struct id128 id;
  size_t index;
  bool known;
  if (!id128_parse(row->photo_id, &id)) return true;
  if (!id_set_add(&lots->photo_ids, &id, &index, &known)) return false;
  if (!reserve((void **)&lots->owners, index, &lots->owner_room, sizeof *lots->owners)) return false;
  const struct lot_owner *first = &lots->owners[index];
  if (known)
    return (first->unit == unit && first->view == view) || add_photo(&lot->reused, row->photo, "", unit, first->unit);
  lots->owners[index] = (struct lot_owner){unit, view};
  return keep_print(lots, row, (uint32_t)index, unit, view);
}

static bool take_pair(void *context, size_t later, size_t earlier, double likeness) {
  struct lots *lots = context;
  const struct lot_print *photo = &lots->print_owners[later], *first = &lots->print_owners[earlier];
  if (same_owner(&photo->owner, &first->owner)) return true;
  struct lot *lot = &lots->items[lots->entries[photo->owner.unit].lot];
  if (!add_photo(&lot->reused, photo->photo, "", photo->owner.unit, first->owner.unit)) return false;
  lot->reused.items[lot->reused.count - 1].likeness = likeness;
  return true;
}

static bool keep_camera(struct lot *lot, const struct row *row) {
  uint32_t number;
  return !row->camera || !*row->camera || names_add(&lot->cameras, row->camera, &number);
}

static void add_time(struct lot *lot, const struct row *row) {
  lot->photos++;
  lot->overruled += row->overruled;
  if (!row->has_time) return;
  if (!lot->has_time || row->time_ms < lot->first_ms) lot->first_ms = row->time_ms;
  if (!lot->has_time || row->time_ms > lot->last_ms) lot->last_ms = row->time_ms;
  lot->has_time = true;
}

static bool keep_time(struct lot *lot, const struct row *row, uint32_t unit) {
  struct photo_time time = {.untimed = !row->has_time, .time_ms = row->time_ms, .owner = unit};
  if (!photo_number(row->photo, &time.series, &time.number)) return true;
  if (!reserve((void **)&lot->times, lot->time_count, &lot->time_room, sizeof *lot->times)) return false;
  lot->times[lot->time_count++] = time;
  return true;
}

enum status lots_add(struct lots *lots, const struct row *row, struct fault *fault) {
  uint32_t index, unit, view;
  if (!find_lot(lots, row, &index)) return no_memory(fault);
  lots->last = index;
  struct lot *lot = &lots->items[index];
  add_time(lot, row);
  if (!names_add(&lot->views, row->keys[ROW_VIEW], &view)) return no_memory(fault);
  if (view >= LOT_MAX_VIEWS)
    return fault_set(fault, STATUS_LIMIT, "lot %s: more than %d views of a unit",
                     lot->name ? lot->name : "without name", LOT_MAX_VIEWS);
  if (!find_unit(lots, index, row, &unit) || !add_to_unit(lots, row, lot, unit, view) ||
      (!lots->across && !check_reuse(lots, row, lot, unit, view)) || !keep_camera(lot, row) ||
      (lots->check_times && !keep_time(lot, row, unit)))
    return no_memory(fault);
  return STATUS_OK;
}

uint32_t lots_last(const struct lots *lots) {
  return lots->last;
}

static uint64_t views_of(const struct lots *lots, uint32_t unit) {
  uint64_t views = 0;
  for (uint32_t at = lots->entries[unit].first_part; at; at = lots->parts[at - 1].next)
    views |= lots->parts[at - 1].views;
  return views;
}

static void expect_views(struct lots *lots, struct lot *lot) {
  size_t having[LOT_MAX_VIEWS] = {0};
  for (size_t i = 0; i < lot->units; i++)
    for (uint64_t views = views_of(lots, lots->by_lot[lot->first_unit + i]); views; views &= views - 1)
      having[__builtin_ctzll(views)]++;
  for (size_t view = 0; view < lot->views.count; view++)
    if (2 * having[view] > lot->units) lot->expected_views |= (uint64_t)1 << view;
}

enum status lots_end(struct lots *lots, struct fault *fault) {
  size_t *next = calloc(lots->count + 1, sizeof *next), first = 0;
  lots->by_lot = calloc(lots->unit_count + 1, sizeof *lots->by_lot);
  if (!next || !lots->by_lot) {
    free(next);
    return no_memory(fault);
  }
  for (size_t i = 0; i < lots->count; i++) {
    lots->items[i].first_unit = next[i] = first;
    first += lots->items[i].units;
  }
  for (uint32_t unit = 0; unit < lots->unit_count; unit++) lots->by_lot[next[lots->entries[unit].lot]++] = unit;
  free(next);
  bool done = true;
  for (size_t i = 0; i < lots->count && done; i++) {
    struct lot *lot = &lots->items[i];
    expect_views(lots, lot);
    if (!lot->time_count) continue;
    lot->disordered = photo_order_check(lot->times, lot->time_count, &done);
    if (done) done = photo_gaps(lot->times, lot->time_count, &lot->gaps, &lot->gap_count);
  }
  if (done) done = reuse_find(lots->prints, lots->print_count, take_pair, lots);
  return done ? STATUS_OK : no_memory(fault);
}

const char *lots_unit_name(const struct lots *lots, uint32_t unit) {
  const char *name = names_text(&lots->units, unit);
  for (int i = 0; i < 3; i++) name = strchr(name, *SEPARATOR) + 1;
  return name;
}

struct lot_unit lots_unit(const struct lots *lots, uint32_t unit) {
  struct lot_unit found = {0};
  unsigned classes = 0;
  for (uint32_t at = lots->entries[unit].first_part; at; at = lots->parts[at - 1].next) {
    classes |= lots->parts[at - 1].classes;
    found.kinds |= lots->parts[at - 1].kinds;
    found.unjudged |= lots->parts[at - 1].unjudged;
  }
  found.incomplete = lots->items[lots->entries[unit].lot].expected_views & ~views_of(lots, unit);
  found.defective = classes;
  if (classes) found.severity = (enum severity)__builtin_ctz(classes);
  return found;
}

static void free_photos(struct lot_photos *photos) {
  for (size_t i = 0; i < photos->count; i++) {
    free(photos->items[i].photo);
    free(photos->items[i].text);
  }
  free(photos->items);
}

void lots_free(struct lots *lots) {
  for (size_t i = 0; i < lots->count; i++) {
    struct lot *lot = &lots->items[i];
    free(lot->supplier);
    free(lot->name);
    names_free(&lot->views);
    free_photos(&lot->unjudged);
    free_photos(&lot->reused);
    names_free(&lot->cameras);
    free(lot->times);
    free(lot->gaps);
  }
  free(lots->items);
  names_free(&lots->keys);
  names_free(&lots->units);
  free(lots->entries);
  free(lots->by_lot);
  free(lots->parts);
  names_free(&lots->goldens);
  id_set_free(&lots->photo_ids);
  free(lots->owners);
  names_free(&lots->seals);
  for (size_t i = 0; i < lots->print_count; i++) free(lots->print_owners[i].photo);
  free(lots->prints);
  free(lots->print_owners);
  *lots = (struct lots){0};
}
