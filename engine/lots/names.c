#include "engine/lots/names.h"

#include <stdlib.h>
#include <string.h>

uint64_t names_hash(const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < size; i++) hash = (hash ^ at[i]) * 0x100000001b3;
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
  hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
  return hash ^ hash >> 33;
}

/* For the slots alone: a word at a time. */
static uint64_t hash_of(const char *text) {
  size_t left = text ? strlen(text) : 0;
  uint64_t hash = left;
  for (uint64_t word = 0; left; word = 0) {
    size_t size = left < sizeof word ? left : sizeof word;
    memcpy(&word, text, size);
    text += size;
    left -= size;
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return hash * 0xc4ceb9fe1a85ec53;
}

static bool same(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

/* The slot that holds the text, or the free one where it belongs. There is always a free one. */
static uint32_t *slot_of(const struct names *names, const char *text, uint64_t hash) {
  for (size_t i = (hash >> 32) & (names->slot_count - 1);; i = (i + 1) & (names->slot_count - 1)) {
    uint32_t number = names->slots[i];
    if (!number || (names->hashes[number - 1] == hash && same(names->texts[number - 1], text))) return &names->slots[i];
  }
}

static bool grow_slots(struct names *names) {
  size_t count = names->slot_count ? 2 * names->slot_count : 64;
  uint32_t *slots = calloc(count, sizeof *slots);
  if (!slots) return false;
  free(names->slots);
  names->slots = slots;
  names->slot_count = count;
  for (size_t i = 0; i < names->count; i++) *slot_of(names, names->texts[i], names->hashes[i]) = (uint32_t)i + 1;
  return true;
}

static bool grow_texts(struct names *names) {
  size_t room = names->room ? 2 * names->room : 32;
  char **texts = realloc(names->texts, room * sizeof *texts);
  if (!texts) return false;
  names->texts = texts;
  uint64_t *hashes = realloc(names->hashes, room * sizeof *hashes);
  if (!hashes) return false;
  names->hashes = hashes;
  names->room = room;
  return true;
}

bool names_add(struct names *names, const char *text, uint32_t *number) {
  uint64_t hash = hash_of(text);
  uint32_t *slot = names->slot_count ? slot_of(names, text, hash) : NULL;
  if (slot && *slot) {
    *number = *slot - 1;
    return true;
  }
  if (names->count >= UINT32_MAX - 1) return false;
  if (2 * (names->count + 1) > names->slot_count && !grow_slots(names)) return false;
  if (names->count == names->room && !grow_texts(names)) return false;
  char *copy = text ? strdup(text) : NULL;
  if (text && !copy) return false;
  names->texts[names->count] = copy;
  names->hashes[names->count] = hash;
  slot = slot_of(names, text, hash);
  *number = (uint32_t)names->count++;
  *slot = *number + 1;
  return true;
}

bool names_find(const struct names *names, const char *text, uint32_t *number) {
  if (!names->slot_count) return false;
  uint32_t found = *slot_of(names, text, hash_of(text));
  if (!found) return false;
  *number = found - 1;
  return true;
}

const char *names_text(const struct names *names, uint32_t number) {
  return names->texts[number];
}

void names_free(struct names *names) {
  for (size_t i = 0; i < names->count; i++) free(names->texts[i]);
  free(names->texts);
  free(names->hashes);
  free(names->slots);
  *names = (struct names){0};
}
