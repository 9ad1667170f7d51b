/* A set of 128-bit ids that are spread evenly, as digests are. One thread at a time. */
#ifndef ASSAY_ENGINE_LOTS_ID_SET_H
#define ASSAY_ENGINE_LOTS_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id128 {
  uint64_t high, low;
};

/* The first 32 of a text's hexadecimal digits; false where it has fewer. */
bool id128_parse(const char *hex, struct id128 *id);

/* All zero is empty; end with id_set_free. Holds each id's place in the order of adding. */
struct id_set {
  struct id128 *ids;
  size_t count, room;
  uint32_t *slots; /* index + 1; 0 is free */
  size_t slot_count;
};

/* Adds an id: *index is its number, from 0, and *known whether it was there. False when out of memory. */
bool id_set_add(struct id_set *set, const struct id128 *id, size_t *index, bool *known);
void id_set_free(struct id_set *set);

#endif
