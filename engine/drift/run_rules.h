/* Rules over runs of points on a chart, each point given in standard errors from the centre.
 *
 * Western Electric (Statistical Quality Control Handbook, 1956): one beyond 3; two of three beyond 2 on one side; four
 * of five beyond 1 on one side; eight in a row on one side.
 * Nelson (Journal of Quality Technology 16, 1984): one beyond 3; nine in a row on one side; six in a row rising or
 * falling; fourteen alternating; two of three beyond 2; four of five beyond 1; fifteen within 1; eight beyond 1. */
#ifndef ASSAY_ENGINE_DRIFT_RUN_RULES_H
#define ASSAY_ENGINE_DRIFT_RUN_RULES_H

#include <stdbool.h>

enum run_rule {
  RULE_ONE_BEYOND_3 = 1,
  RULE_TWO_OF_THREE_BEYOND_2 = 2,
  RULE_FOUR_OF_FIVE_BEYOND_1 = 4,
  RULE_EIGHT_ON_ONE_SIDE = 8,
  RULE_NINE_ON_ONE_SIDE = 16,
  RULE_SIX_TREND = 32,
  RULE_FOURTEEN_ALTERNATING = 64,
  RULE_FIFTEEN_WITHIN_1 = 128,
  RULE_EIGHT_BEYOND_1 = 256
};

enum {
  RULES_NONE = RULE_ONE_BEYOND_3,
  RULES_WESTERN_ELECTRIC =
      RULE_ONE_BEYOND_3 | RULE_TWO_OF_THREE_BEYOND_2 | RULE_FOUR_OF_FIVE_BEYOND_1 | RULE_EIGHT_ON_ONE_SIDE,
  RULES_NELSON = RULE_ONE_BEYOND_3 | RULE_NINE_ON_ONE_SIDE | RULE_SIX_TREND | RULE_FOURTEEN_ALTERNATING |
                 RULE_TWO_OF_THREE_BEYOND_2 | RULE_FOUR_OF_FIVE_BEYOND_1 | RULE_FIFTEEN_WITHIN_1 | RULE_EIGHT_BEYOND_1
};

enum { RUN_MEMORY = 15 };

/* All zero is a chart without points. */
struct run_rules {
  double last[RUN_MEMORY]; /* the newest first */
  int count;               /* of them */
};

/* Takes one point; which of `rules` it completes. */
unsigned run_rules_add(struct run_rules *runs, unsigned rules, double z);
/* Points between false signals of one of the sets above, on average: 370.4; 91.75 (Champ and Woodall, Technometrics 29,
 * 1987); Nelson's by simulation (assay bench charts). */
double run_rules_length(unsigned rules);
/* "one beyond 3 sigma"; of one rule. */
const char *run_rule_name(enum run_rule rule);

#endif
