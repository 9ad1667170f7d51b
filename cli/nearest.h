/* "Did you mean": the word that a mistyped one was most likely meant to be. */
#ifndef ASSAY_CLI_NEAREST_H
#define ASSAY_CLI_NEAREST_H

#include <stddef.h>

struct nearest {
  const char *word; /* NULL while none is near enough */
  size_t distance;
};

/* Holds `candidate` against `given` (of `length` characters) and keeps it where it is nearer than what `best` holds:
 * characters inserted, left out, replaced or swapped with their neighbour (optimal string alignment), at most a third
 * of the longer word and three. Words of over 63 characters are never near. */
void nearest_consider(struct nearest *best, const char *given, size_t length, const char *candidate);

#endif
