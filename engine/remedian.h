/* The median of many pictures, one after the other, at a fixed memory: the remedian of base 7 (Rousseeuw and Bassett,
 * The Remedian: A Robust Averaging Method for Large Data Sets, Journal of the American Statistical Association 85,
 * 1990). Exact up to 7 pictures, or where values repeat; of more, the median of medians of 7, the rest weighted. */
#ifndef ASSAY_ENGINE_REMEDIAN_H
#define ASSAY_ENGINE_REMEDIAN_H

#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

enum { REMEDIAN_BASE = 7, REMEDIAN_LEVELS = 3 }; /* up to 343 pictures */

/* All zero is empty. Each level holds pictures of which each stands for 7 of the level below. */
struct remedian {
  size_t values; /* of a picture */
  uint16_t *held[REMEDIAN_LEVELS][REMEDIAN_BASE];
  int count[REMEDIAN_LEVELS];
};

/* Adds a picture of `values` values: always as many. STATUS_LIMIT where there is no more room. */
enum status remedian_add(struct remedian *remedian, const uint16_t *picture, size_t values, struct fault *fault);
/* The weighted median of what was added, value by value; of two in the middle their mean, rounded down. At least one
 * picture was added. */
void remedian_take(const struct remedian *remedian, uint16_t *median);
void remedian_free(struct remedian *remedian);

#endif
