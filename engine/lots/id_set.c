#include "engine/lots/id_set.h"

#include "engine/lots/hex.h"

#include <stdlib.h>

static bool read_digits(const char *hex, uint64_t *value) {
  *value = 0;
  for (int i = 0; i < 16; i++) {
    uint8_t digit = hex_digits[(unsigned char)hex[i]];
    if (digit == HEX_NONE) return false;
    *value = *value << 4 | digit;
  }
  return true;
}

bool id128_parse(const char *hex, struct id128 *id) {
  return read_digits(hex, &id->high) && read_digits(hex + 16, &id->low);
}

/* The slot that holds the id, or the free one where it belongs. There is always a free one. */
static uint32_t *slot_of(const struct id_set *set, const struct id128 *id) {
  for (size_t i = id->low & (set->slot_count - 1);; i = (i + 1) & (set->slot_count - 1)) {
    uint32_t slot = set->slots[i];
    if (!slot || (set->ids[slot - 1].high == id->high && set->ids[slot - 1].low == id->low)) return &set->slots[i];
  }
}

static bool grow(struct id_set *set) {
  if (2 * (set->count + 1) > set->slot_count) {
    size_t count = set->slot_count ? 2 * set->slot_count : 1024;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots) return false;
    free(set->slots);
    set->slots = slots;
    set->slot_count = count;
    for (size_t i = 0; i < set->count; i++) *slot_of(set, &set->ids[i]) = (uint32_t)i + 1;
  }
  if (set->count < set->room) return true;
  size_t room = set->room ? 2 * set->room : 512;
  struct id128 *ids = realloc(set->ids, room * sizeof *ids);
  if (!ids) return false;
  set->ids = ids;
  set->room = room;
  return true;
}

bool id_set_add(struct id_set *set, const struct id128 *id, size_t *index, bool *known) {
  if (set->count >= UINT32_MAX - 1 || !grow(set)) return false;
  uint32_t *slot = slot_of(set, id);
  *known = *slot;
  if (!*known) {
    set->ids[set->count++] = *id;
    *slot = (uint32_t)set->count;
  }
  *index = *slot - 1;
  return true;
}

void id_set_free(struct id_set *set) {
  free(set->ids);
  free(set->slots);
  *set = (struct id_set){0};
}
