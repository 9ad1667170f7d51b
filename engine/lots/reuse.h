/* Photos of one scene that are not the same bytes: saved again, cropped, made brighter. Found by their fingerprints
 * (engine/fingerprint.h).
 *
 * What all units have in common shows in each bit's share of ones, p, over the photos of a golden; it is taken out of
 * the likeness of two photos, sum (x - p)(y - p) (p from at most 50,000 photos, spread over all). How likeness is
 * spread between photos that have nothing in common is learned from pairs of the same golden; a pair stands out where
 * the normal distribution of that mean and spread gives such a one in fewer than REUSE_RATE of all such searches,
 * however many pairs they look at. */
#ifndef ASSAY_ENGINE_LOTS_REUSE_H
#define ASSAY_ENGINE_LOTS_REUSE_H

#include "models/result.h"
#include "models/status.h"

#define REUSE_RATE 0.001

enum { REUSE_WORDS = RESULT_FINGERPRINT_BITS / 64, REUSE_LEAST_PHOTOS = 8 };

struct reuse_print {
  uint64_t bits[REUSE_WORDS];
  uint32_t golden; /* only photos of one golden are compared */
  uint32_t photo;  /* the caller's number; photos with one number are not compared */
};

/* Reads a result's fingerprint; false where it is none. */
bool reuse_parse(const char *hex, struct reuse_print *print);

/* Gives each photo that shows the scene of an earlier one, with the most alike of these, by their places in `prints`;
 * `likeness` is in deviations. Below REUSE_LEAST_PHOTOS of a golden nothing is compared, as it cannot be told what they
 * have in common. Each photo is compared with as many before it as make 2e8 pairs in all: with all of them up to 20,000
 * photos. `each` returns false to end (out of memory). False when out of memory. */
bool reuse_find(const struct reuse_print *prints, size_t count,
                bool (*each)(void *context, size_t later, size_t earlier, double likeness), void *context);

#endif
