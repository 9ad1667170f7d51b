#include "engine/drift/run_rules.h"

#include <math.h>
#include <string.h>

/* Whether at least `least` of the newest `of` lie beyond `limit` on the side of the newest, which is one of them. */
static bool beyond(const struct run_rules *runs, int least, int of, double limit) {
  double side = runs->last[0] > 0 ? 1 : -1;
  if (side * runs->last[0] <= limit) return false;
  int found = 0;
  for (int i = 0; i < of && i < runs->count; i++) found += side * runs->last[i] > limit;
  return found >= least;
}

static bool trend(const struct run_rules *runs, int points) {
  if (runs->count < points) return false;
  bool up = true, down = true;
  for (int i = 0; i + 1 < points; i++) {
    up = up && runs->last[i] > runs->last[i + 1];
    down = down && runs->last[i] < runs->last[i + 1];
  }
  return up || down;
}

static bool alternating(const struct run_rules *runs, int points) {
  if (runs->count < points) return false;
  for (int i = 0; i + 2 < points; i++)
    if ((runs->last[i] - runs->last[i + 1]) * (runs->last[i + 1] - runs->last[i + 2]) >= 0) return false;
  return true;
}

/* All of the newest `points` within 1 sigma, or all outside it. */
static bool spread(const struct run_rules *runs, int points, bool within) {
  if (runs->count < points) return false;
  for (int i = 0; i < points; i++)
    if ((fabs(runs->last[i]) < 1) != within) return false;
  return true;
}

unsigned run_rules_add(struct run_rules *runs, unsigned rules, double z) {
  memmove(runs->last + 1, runs->last, (RUN_MEMORY - 1) * sizeof *runs->last);
  runs->last[0] = z;
  if (runs->count < RUN_MEMORY) runs->count++;
  unsigned found = 0;
  if (fabs(z) > 3) found |= RULE_ONE_BEYOND_3;
  if (beyond(runs, 2, 3, 2)) found |= RULE_TWO_OF_THREE_BEYOND_2;
  if (beyond(runs, 4, 5, 1)) found |= RULE_FOUR_OF_FIVE_BEYOND_1;
  if (beyond(runs, 8, 8, 0)) found |= RULE_EIGHT_ON_ONE_SIDE;
  if (beyond(runs, 9, 9, 0)) found |= RULE_NINE_ON_ONE_SIDE;
  if (trend(runs, 6)) found |= RULE_SIX_TREND;
  if (alternating(runs, 14)) found |= RULE_FOURTEEN_ALTERNATING;
  if (spread(runs, 15, true)) found |= RULE_FIFTEEN_WITHIN_1;
  if (spread(runs, 8, false)) found |= RULE_EIGHT_BEYOND_1;
  return found & rules;
}

const char *run_rule_name(enum run_rule rule) {
  switch (rule) {
  case RULE_ONE_BEYOND_3:
    return "one beyond 3 sigma";
  case RULE_TWO_OF_THREE_BEYOND_2:
    return "two of three beyond 2 sigma";
  case RULE_FOUR_OF_FIVE_BEYOND_1:
    return "four of five beyond 1 sigma";
  case RULE_EIGHT_ON_ONE_SIDE:
    return "eight on one side";
  case RULE_NINE_ON_ONE_SIDE:
    return "nine on one side";
  case RULE_SIX_TREND:
    return "six rising or falling";
  case RULE_FOURTEEN_ALTERNATING:
    return "fourteen alternating";
  case RULE_FIFTEEN_WITHIN_1:
    return "fifteen within 1 sigma";
  case RULE_EIGHT_BEYOND_1:
    return "eight beyond 1 sigma";
  }
  return "unknown";
}

double run_rules_length(unsigned rules) {
  return rules == RULES_NELSON ? 75 : rules == RULES_WESTERN_ELECTRIC ? 91.75 : 370.4;
}
