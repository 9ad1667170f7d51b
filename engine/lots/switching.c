#include "engine/lots/switching.h"

enum { WINDOW = 5, TO_TIGHTENED = 2, TO_NORMAL = 5, TO_DISCONTINUE = 5 };

static void add_normal(struct switching *switching, bool accepted) {
  switching->recent = (switching->recent << 1 | (accepted ? 0 : 1)) & ((1U << WINDOW) - 1);
  if (__builtin_popcount(switching->recent) >= TO_TIGHTENED)
    *switching = (struct switching){.state = SWITCHING_TIGHTENED};
}

static void add_tightened(struct switching *switching, bool accepted) {
  switching->accepted = accepted ? switching->accepted + 1 : 0;
  if (!accepted) switching->rejected++;
  if (switching->accepted >= TO_NORMAL) *switching = (struct switching){.state = SWITCHING_NORMAL};
  if (switching->rejected >= TO_DISCONTINUE) *switching = (struct switching){.state = SWITCHING_DISCONTINUED};
}

void switching_add(struct switching *switching, bool accepted) {
  if (switching->state == SWITCHING_NORMAL)
    add_normal(switching, accepted);
  else if (switching->state == SWITCHING_TIGHTENED)
    add_tightened(switching, accepted);
}

void switching_resume(struct switching *switching) {
  if (switching->state == SWITCHING_DISCONTINUED) *switching = (struct switching){.state = SWITCHING_TIGHTENED};
}

const char *switching_state_name(enum switching_state state) {
  static const char *const names[] = {"normal", "tightened", "discontinued"};
  return names[state];
}
