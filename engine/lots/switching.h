/* The switching rules of ISO 2859-1:1999, clause 9.3, between normal and tightened inspection, for one supplier and
 * one class of defects. Resubmitted lots do not count; nor does a lot that is neither accepted nor rejected yet. */
#ifndef ASSAY_ENGINE_LOTS_SWITCHING_H
#define ASSAY_ENGINE_LOTS_SWITCHING_H

#include <stdbool.h>

enum switching_state { SWITCHING_NORMAL, SWITCHING_TIGHTENED, SWITCHING_DISCONTINUED };

/* All zero is the start: normal inspection. */
struct switching {
  enum switching_state state;
  unsigned recent; /* normal: the last lots, the latest in bit 0, set where it was not accepted */
  int accepted;    /* tightened: lots accepted one after another */
  int rejected;    /* tightened: lots not accepted since it began */
};

/* What the next original lot came to under the present inspection. While discontinued nothing changes. */
void switching_add(struct switching *switching, bool accepted);

/* After discontinuation the supplier has acted: inspection goes on tightened. Else nothing changes. */
void switching_resume(struct switching *switching);

const char *switching_state_name(enum switching_state state);

#endif
