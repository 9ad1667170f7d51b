#include "engine/measure/uncertainty.h"

#include <math.h>
#include <string.h>

void budget_add(struct budget *b, const char *name, double u, double freedom) {
  if (!(u > 0)) return;
  int i = 0;
  while (i < b->count && strcmp(b->line[i].name, name) != 0) i++;
  if (i == BUDGET_MOST) i = BUDGET_MOST - 1;
  struct budget_line *line = &b->line[i];
  if (i == b->count) {
    *line = (struct budget_line){name, u, freedom};
    b->count++;
    return;
  }
  line->u = sqrt(line->u * line->u + u * u);
  if (freedom < line->freedom) line->freedom = freedom;
}

double student_factor(double freedom) {
  /* Table G.2 of the GUM for 95.45 %, with more digits. */
  static const double table[] = {13.96773, 4.52654, 3.30682, 2.86931, 2.64865, 2.51652, 2.42881, 2.36642,
                                 2.31981,  2.28368, 2.25486, 2.23135, 2.21180, 2.19529, 2.18116, 2.16894,
                                 2.15826,  2.14885, 2.14049, 2.13303, 2.12631, 2.12024, 2.11473, 2.10970,
                                 2.10509,  2.10085, 2.09694, 2.09333, 2.08997, 2.08684};
  enum { ROWS = sizeof table / sizeof *table };
  if (!(freedom >= 1)) return table[0];
  if (freedom < ROWS + 1) return table[(int)freedom - 1];
  if (!(freedom < 1e9)) return 2;
  /* Cornish and Fisher's expansion about 2 standard deviations. */
  double v = floor(freedom);
  return 2 + 2.5 / v + 294.0 / (96 * v * v);
}

void budget_combine(struct budget *b) {
  double square = 0, weighted = 0;
  for (int i = 0; i < b->count; i++) {
    double s = b->line[i].u * b->line[i].u;
    square += s, weighted += s * s / b->line[i].freedom;
  }
  b->u = sqrt(square);
  b->freedom = weighted > 0 ? square * square / weighted : INFINITY;
  b->factor = student_factor(b->freedom);
  b->expanded = b->factor * b->u;
}

enum verdict limits_verdict(double value, double expanded, double lower, double upper, enum measure_rule rule) {
  double u = rule == RULE_SIMPLE ? 0 : expanded;
  if (!isfinite(value) || !isfinite(u)) return VERDICT_CANNOT_JUDGE;
  if (value < lower - u || value > upper + u) return VERDICT_FAIL;
  if (value < lower + u || value > upper - u) return VERDICT_CANNOT_JUDGE;
  return VERDICT_PASS;
}

double limits_use(double value, double lower, double upper) {
  if (isnan(lower) && isnan(upper)) return 0;
  if (isnan(lower)) return upper > 0 ? value / upper : value > upper ? 2 : 1;
  if (isnan(upper)) return value > 0 ? lower / value : lower > 0 ? 2 : 0;
  double half = 0.5 * (upper - lower), off = fabs(value - 0.5 * (upper + lower));
  if (half > 0) return off / half;
  return off > 0 ? 2 : 0;
}
