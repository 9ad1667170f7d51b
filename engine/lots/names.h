/* Texts by number: each text once, numbered from 0 in the order in which they first came. What groups rows compares
 * numbers. One thread at a time. */
#ifndef ASSAY_ENGINE_LOTS_NAMES_H
#define ASSAY_ENGINE_LOTS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is empty; end with names_free. */
struct names {
  char **texts;
  uint64_t *hashes;
  size_t count, room;
  uint32_t *slots; /* number + 1; 0 is free */
  size_t slot_count;
};

/* The number of a text, which is added where it is new. NULL is a text of its own. False when out of memory. */
bool names_add(struct names *names, const char *text, uint32_t *number);

/* The number of a text that is there; false where it is none. */
bool names_find(const struct names *names, const char *text, uint32_t *number);

/* NULL for the text that is NULL. Valid until names_free. */
const char *names_text(const struct names *names, uint32_t number);
void names_free(struct names *names);

/* 64-bit hash of `size` bytes (FNV-1a, finished as MurmurHash3's fmix64 does): the same everywhere. */
uint64_t names_hash(const void *bytes, size_t size);

#endif
