#include "engine/measure/robust.h"

#include "engine/solve.h"
#include "kernels/math.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { TRIALS = 60, ROUNDS = 8, MOST_ROWS = 256 };
static const double CUT = 3;
/* A row is clean within so many of the deviations that noise alone makes. */
static const double CLEAN = 3.5;
/* Of two fits that are nearly as likely, by the logarithm, the one that began with all rows is taken. */
static const double CLEARLY = 2;

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

/* Two fits to drawn rows: of the least median residual, and of the least squares of residuals none of which counts for
 * more than `clean`. Where there is none, the sums stay at INFINITY. */
struct drawn {
  double median, squares;
  double of_median[ROBUST_MOST], of_squares[ROBUST_MOST];
};

static void draw_fits(const struct robust_row *rows, int count, int n, double clean, struct drawn *best) {
  double values[MOST_ROWS], trial[ROBUST_MOST];
  bool marked[MOST_ROWS];
  uint64_t state = 1;
  best->median = best->squares = INFINITY;
  for (int t = 0; t < TRIALS; t++) {
    int usable = 0;
    double squares = 0;
    draw(rows, count, n, &state, marked);
    if (!fit_rows(rows, marked, count, n, trial)) continue;
    for (int i = 0; i < count; i++) {
      if (!rows[i].usable) continue;
      double r = residual(&rows[i], n, trial);
      squares += r < clean ? r * r : clean * clean;
      values[usable++] = r;
    }
    double median = robust_median(values, (size_t)usable);
    if (median < best->median) best->median = median, memcpy(best->of_median, trial, sizeof trial);
    if (squares < best->squares) best->squares = squares, memcpy(best->of_squares, trial, sizeof trial);
  }
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

/* A model, the rows that belong to it (0 inside: none), and less the logarithm of its likelihood. */
struct candidate {
  double q[ROBUST_MOST];
  bool marked[MOST_ROWS];
  int inside;
  double cost;
};

/* Marks the rows within a cut and fits them; how many. */
static int refit(const struct robust_row *rows, int count, int n, double cut, struct candidate *c) {
  int inside = 0;
  for (int i = 0; i < count; i++) {
    c->marked[i] = rows[i].usable && residual(&rows[i], n, c->q) <= cut;
    inside += c->marked[i];
  }
  return inside > n && fit_rows(rows, c->marked, count, n, c->q) ? inside : 0;
}

/* The rows inside lie normally about the model, with the deviation that they show or more; the others anywhere in their
 * range, which is not taken for narrow because they happen to be near. */
static double cost_of(const struct robust_row *rows, int count, int n, double clean, const struct candidate *c) {
  static const double HALF_LOG_TWO_PI = 0.91893853320467274178, LEAST_RANGE = 2;
  double squares = 0, least = INFINITY, most = -INFINITY, outside = -c->inside, inside = c->inside;
  for (int i = 0; i < count; i++) {
    if (!rows[i].usable) continue;
    double r = rows[i].offset - robust_at(rows[i].basis, n, c->q);
    if (c->marked[i]) squares += r * r;
    if (r < least) least = r;
    if (r > most) most = r;
    outside++;
  }
  double variance = squares / (inside - n), floor = clean * clean / (CLEAN * CLEAN), range = most - least;
  if (variance < floor) variance = floor;
  if (range < LEAST_RANGE) range = LEAST_RANGE;
  double all = inside + outside,
         cost = 0.5 * squares / variance + inside * (0.5 * math_log(variance) + HALF_LOG_TWO_PI);
  cost -= inside * math_log(inside / all);
  return outside > 0 ? cost + outside * (math_log(range) - math_log(outside / all)) : cost;
}

static int usable_of(const struct robust_row *rows, int count) {
  int usable = 0;
  for (int i = 0; i < count; i++) usable += rows[i].usable;
  return usable;
}

/* Fits again and again what lies near the last fit, from the one in c->q: within `clean`, or, where the deviation is
 * not taken as known, within CUT times that of all where this is more. */
static void settle(const struct robust_row *rows, int count, int n, double clean, bool known, struct candidate *c) {
  int before = -1;
  c->inside = 0, c->cost = INFINITY;
  for (int round = 0; round < ROUNDS && c->inside != before; round++) {
    double cut = known ? 0 : CUT * spread_of(rows, count, n, c->q);
    before = c->inside;
    c->inside = refit(rows, count, n, cut > clean ? cut : clean, c);
    if (!c->inside) return;
  }
  /* Rows that agree but are not the most are no answer, however well they agree. */
  if (2 * c->inside < usable_of(rows, count)) return;
  c->cost = cost_of(rows, count, n, clean, c);
}

bool robust_fit(struct robust_row *rows, int count, int n, double clean, double *q) {
  struct candidate c[3];
  struct drawn drawn;
  double worst = 0;
  int usable = 0;
  if (count > MOST_ROWS) count = MOST_ROWS;
  for (int i = 0; i < count; i++) usable += c[0].marked[i] = rows[i].usable;
  if (usable < n + 1 || !fit_rows(rows, c[0].marked, count, n, c[0].q)) return false;
  memcpy(q, c[0].q, sizeof c[0].q);
  for (int i = 0; i < count; i++)
    if (rows[i].usable && residual(&rows[i], n, q) > worst) worst = residual(&rows[i], n, q);
  if (worst <= clean) return true;
  draw_fits(rows, count, n, clean, &drawn);
  memcpy(c[1].q, drawn.of_median, sizeof c[1].q);
  memcpy(c[2].q, drawn.of_squares, sizeof c[2].q);
  settle(rows, count, n, clean, false, &c[0]);
  const struct candidate *best = &c[0];
  for (int k = 1; k < 3 && drawn.median < INFINITY; k++) {
    settle(rows, count, n, clean, k == 2, &c[k]);
    if (c[k].cost < best->cost - CLEARLY) best = &c[k];
  }
  if (!(best->cost < INFINITY)) return false;
  memcpy(q, best->q, sizeof best->q);
  for (int i = 0; i < count; i++) rows[i].usable = best->marked[i];
  return true;
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
