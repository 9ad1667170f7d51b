/* The local displacement of artwork: where edges are all that can be seen, and most places have none. */
#ifndef ASSAY_ENGINE_ARTWORK_FIELD_H
#define ASSAY_ENGINE_ARTWORK_FIELD_H

#include "engine/refine.h"

/* Refines the field of r->placement (made zero where there is none) at the levels `first` down to `last` of the
 * pyramids, which are of even levels (artwork_levels_even). At each level the field has one point a tile; it minimises
 * the residuals, weighed down more and more where they are large, linearised anew each round, plus penalties on strain
 * and on bending (squared first and second differences): edges that run one way tell nothing of the other, and there
 * the field follows its surroundings. `bound` in golden pixels. Measures once more at `last` in the end. */
enum status artwork_field_refine(struct refine *refine, int first, int last, double bound, struct fault *fault);

#endif
