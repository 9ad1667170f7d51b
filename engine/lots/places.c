#include "engine/lots/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATOR "\x1f"

static bool reserve(void **items, size_t count, size_t *room, size_t size) {
  if (count < *room) return true;
  size_t more = *room ? 2 * *room : 256;
  void *larger = realloc(*items, more * size);
  if (!larger) return false;
  *items = larger;
  *room = more;
  return true;
}

static const char *or_empty(const char *text) {
  return text ? text : "";
}

static bool find_origin(struct places *places, const struct row *row, uint32_t *number) {
  const char *factory = row->keys[ROW_FACTORY], *line = row->keys[ROW_LINE], *golden = row->keys[ROW_GOLDEN];
  char *key = NULL;
  if (asprintf(&key, "%s" SEPARATOR "%s" SEPARATOR "%s", or_empty(golden), or_empty(factory), or_empty(line)) < 0)
    return false;
  bool known = names_add(&places->origin_keys, key, number);
  free(key);
  if (!known || *number < places->origin_count) return known;
  struct place_origin *origins = realloc(places->origins, (places->origin_count + 1) * sizeof *origins);
  if (!origins) return false;
  places->origins = origins;
  struct place_origin *origin = &origins[places->origin_count++];
  return names_add(&places->names, factory, &origin->factory) && names_add(&places->names, line, &origin->line) &&
         names_add(&places->names, golden, &origin->golden);
}

static bool add_region(struct places *places, const struct row_region *region) {
  if (!reserve((void **)&places->regions, places->region_count, &places->region_room, sizeof *places->regions))
    return false;
  struct place_region *own = &places->regions[places->region_count];
  *own = (struct place_region){.class_ = (uint8_t)region->class_};
  memcpy(own->box, region->golden_box, sizeof own->box);
  if (!names_add(&places->names, region->zone, &own->zone)) return false;
  places->region_count++;
  return true;
}

static bool add(struct places *places, const struct row *row) {
  uint32_t origin;
  if (!find_origin(places, row, &origin) ||
      !reserve((void **)&places->photos, places->photo_count, &places->photo_room, sizeof *places->photos))
    return false;
  struct place_photo *photo = &places->photos[places->photo_count];
  *photo = (struct place_photo){.order = row->has_time ? row->time_ms : row->sequence,
                                .timed = row->has_time,
                                .origin = origin,
                                .first_region = (int32_t)places->region_count};
  size_t count = row->verdict == VERDICT_FAIL ? row->region_count : 0;
  for (size_t i = 0; i < count && i < UINT16_MAX; i++, photo->region_count++)
    if (!add_region(places, &row->regions[i])) return false;
  if (count && !(photo->name = strdup(row->photo))) return false;
  places->photo_count++;
  return true;
}

enum status places_add(struct places *places, const struct row *row, struct fault *fault) {
  if (row->verdict == VERDICT_CANNOT_JUDGE || places->region_count > INT32_MAX - UINT16_MAX) return STATUS_OK;
  return add(places, row) ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for the places of defects");
}

void places_free(struct places *places) {
  for (size_t i = 0; i < places->photo_count; i++) free(places->photos[i].name);
  free(places->photos);
  free(places->regions);
  free(places->origins);
  names_free(&places->names);
  names_free(&places->origin_keys);
  *places = (struct places){0};
}

static void put(char *text, size_t size, const char *word, const char *name) {
  size_t used = strlen(text);
  if (name && *name) snprintf(text + used, size - used, "%s%s", word, name);
}

void place_describe(const struct place *p, char *text, size_t size) {
  char where[512] = "", line[512] = "";
  put(where, sizeof where, ", zone ", p->zone);
  put(where, sizeof where, ", golden ", p->golden);
  if (p->everywhere)
    snprintf(line, sizeof line, "all lines");
  else {
    put(line, sizeof line, "line ", p->line ? p->line : "unknown");
    put(line, sizeof line, " of factory ", p->factory);
  }
  snprintf(text, size, "%s at the same place in %zu of %zu photos of %s, %zu in a row, around (%d, %d)%s: %s.",
           class_name(p->class_), p->photos, p->judged, line, p->in_a_row, p->box[0] + p->box[2] / 2,
           p->box[1] + p->box[3] / 2, where,
           p->everywhere ? "points to design, material or a tool that all use"
                         : "points to a tool, a plate, a mould or a fixture of this line");
  if (*text >= 'a' && *text <= 'z') *text = (char)(*text - 'a' + 'A');
}
