#include "engine/measure/robust.h"

#include "engine/solve.h"

#include <math.h>
#include <stdint.h>

enum { TRIALS = 60, ROUNDS = 8, MOST_ROWS = 256 };
static const double CUT = 3;
/* Of two fits that explain nearly as much, the one of all rows is taken. */
static const double CLEARLY = 0.8;

double robust_at(const double *basis, int n, const double *q) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += basis[i] * q[i];
  return sum;
}

/* Least squares over the rows that are marked. A small ridge keeps what they do not determine at 0. */
static bool fit_rows(const struct robust_row *rows, const bool *marked, int count, int n, double *q) {
  double a[ROBUST_MOST * ROBUST_MOST] = {0}, b[ROBUST_MOST] = {0};
  for (int r = 0; r < count; r++) {
    if (!marked[r]) continue;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) a[i * n + j] += rows[r].basis[i] * rows[r].basis[j];
      b[i] += rows[r].basis[i] * rows[r].offset;
    }
  }
  for (int i = 0; i < n; i++) a[i * n + i] += 1e-6;
  return solve_symmetric(a, b, (size_t)n, q);
}

static double residual(const struct robust_row *row, int n, const double *q) {
  return fabs(row->offset - robust_at(row->basis, n, q));
}

/* Marks n different usable rows by a fixed sequence. */
static void draw(const struct robust_row *rows, int count, int n, uint64_t *state, bool *marked) {
  for (int i = 0; i < count; i++) marked[i] = false;
  for (int left = n; left;) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    int i = (int)((*state >> 33) % (uint64_t)count);
    if (!rows[i].usable || marked[i]) continue;
    marked[i] = true, left--;
  }
}

/* Parameters of the least median residual, and that median. */
static double least_median(const struct robust_row *rows, int count, int n, double *q) {
  double best = INFINITY, values[MOST_ROWS], trial[ROBUST_MOST];
  bool marked[MOST_ROWS];
  uint64_t state = 1;
  for (int t = 0; t < TRIALS; t++) {
    int usable = 0;
    draw(rows, count, n, &state, marked);
    if (!fit_rows(rows, marked, count, n, trial)) continue;
    for (int i = 0; i < count; i++)
      if (rows[i].usable) values[usable++] = residual(&rows[i], n, trial);
    double middle = robust_median(values, (size_t)usable);
    if (middle >= best) continue;
    best = middle;
    for (int i = 0; i < n; i++) q[i] = trial[i];
  }
  return best;
}

/* Normal deviation of the residuals, from their median: of all, so that a shape that is not quite the model's is not
 * taken for the few that happen to fit it. */
static double spread_of(const struct robust_row *rows, int count, int n, const double *q) {
  double values[MOST_ROWS];
  int usable = 0;
  for (int i = 0; i < count; i++)
    if (rows[i].usable) values[usable++] = residual(&rows[i], n, q);
  return 1.4826 * (1 + 5.0 / (usable - n)) * robust_median(values, (size_t)usable);
}

/* Marks the rows within a cut and fits them; how many. */
static int refit(const struct robust_row *rows, int count, int n, double cut, bool *marked, double *q) {
  int inside = 0;
  for (int i = 0; i < count; i++) {
    marked[i] = rows[i].usable && residual(&rows[i], n, q) <= cut;
    inside += marked[i];
  }
  return inside > n && fit_rows(rows, marked, count, n, q) ? inside : 0;
}

/* Fits again and again what lies near the last fit, from the one in q; how many rows do in the end. */
static int settle(const struct robust_row *rows, int count, int n, double clean, bool *marked, double *q) {
  int inside = 0, before = -1;
  for (int round = 0; round < ROUNDS && inside != before; round++) {
    double cut = CUT * spread_of(rows, count, n, q);
    before = inside;
    inside = refit(rows, count, n, cut > clean ? cut : clean, marked, q);
    if (!inside) return 0;
  }
  return inside;
}

/* Sum of squared residuals, none of which counts for more than a cut. */
static double cost(const struct robust_row *rows, int count, int n, double cut, const double *q) {
  double sum = 0;
  for (int i = 0; i < count; i++) {
    double r = rows[i].usable ? residual(&rows[i], n, q) : 0;
    sum += r < cut ? r * r : cut * cut;
  }
  return sum;
}

bool robust_fit(struct robust_row *rows, int count, int n, double clean, double *q) {
  bool marked[MOST_ROWS], drawn[MOST_ROWS];
  double other[ROBUST_MOST], worst = 0;
  int usable = 0;
  if (count > MOST_ROWS) count = MOST_ROWS;
  for (int i = 0; i < count; i++) usable += marked[i] = rows[i].usable;
  if (usable < n + 1 || !fit_rows(rows, marked, count, n, q)) return false;
  for (int i = 0; i < count; i++)
    if (rows[i].usable && residual(&rows[i], n, q) > worst) worst = residual(&rows[i], n, q);
  if (worst <= clean) return true;
  /* A few outliers leave the fit of all near enough to be told by it; where they are many, or far off, those who agree
   * are found by drawing, which may know a part of the outline alone. */
  int inside = settle(rows, count, n, clean, marked, q), found = 0;
  if (least_median(rows, count, n, other) < INFINITY) found = settle(rows, count, n, clean, drawn, other);
  if (!inside && !found) return false;
  double cut = !inside || !found ? clean : CUT * fmin(spread_of(rows, count, n, q), spread_of(rows, count, n, other));
  if (cut < clean) cut = clean;
  if (!inside || (found && cost(rows, count, n, cut, other) < CLEARLY * cost(rows, count, n, cut, q))) {
    inside = found;
    for (int i = 0; i < n; i++) q[i] = other[i];
    for (int i = 0; i < count; i++) marked[i] = drawn[i];
  }
  for (int i = 0; i < count; i++) rows[i].usable = marked[i];
  return 2 * inside >= usable;
}

double robust_median(double *values, size_t count) {
  for (size_t i = 1; i < count; i++) {
    double v = values[i];
    size_t j = i;
    for (; j > 0 && values[j - 1] > v; j--) values[j] = values[j - 1];
    values[j] = v;
  }
  return count ? values[count / 2] : 0;
}
