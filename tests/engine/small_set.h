/* A golden of small photos and three photos to be judged: one that passes, one that fails, one that cannot be judged.
 * For tests that do the same work hundreds of times. */
#ifndef ASSAY_TESTS_ENGINE_SMALL_SET_H
#define ASSAY_TESTS_ENGINE_SMALL_SET_H

#include "engine/inspect.h"

enum { SMALL_SET_PHOTOS = 3 };

struct small_set {
  struct golden golden;
  struct photo golden_photos[2], photos[SMALL_SET_PHOTOS];
};

/* Two golden photos of a print that is compared. The set stays where it is: the golden points into it. */
void small_set_make(struct small_set *set);
/* One golden photo, and all that can be asked of it besides: zones whose colours are judged against a card, a rigid
 * part that may move, and a gauge. */
void small_set_make_demanding(struct small_set *set);
void small_set_end(struct small_set *set);

/* All photos' results as written, without times: *lines, which the caller frees, or NULL. */
enum status small_set_judge(const struct small_set *set, struct inspection *work, bool align, char **lines,
                            struct fault *fault);

#endif
