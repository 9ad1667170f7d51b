#include "engine/drift/run_length.h"

#include "engine/drift/cusum.h"
#include "engine/drift/ewma.h"
#include "engine/drift/random.h"
#include "engine/drift/run_rules.h"
#include "engine/statistics/distributions.h"

#include <math.h>
#include <stdlib.h>

enum { LONGEST = 10000000 };

/* --- Simulation --- */

struct chart_run {
  const struct run_setting *setting;
  double shift, before /* the last value */;
  struct run_rules rules;
  struct ewma ewma;
  struct cusum cusum;
  uint64_t *state;
};

static void begin(struct chart_run *run, const struct run_setting *setting, double shift, uint64_t *state) {
  *run = (struct chart_run){.setting = setting, .shift = shift, .before = NAN, .state = state};
  ewma_begin(&run->ewma, setting->first, setting->second, 0, 1);
  cusum_begin(&run->cusum, 0, 1, setting->first, setting->second);
}

static int64_t binomial(uint64_t *state, double rate, double size) {
  int64_t count = 0;
  for (double i = 0; i < size; i++) count += drift_uniform(state) < rate;
  return count;
}

static bool count_signals(struct chart_run *run) {
  double rate = run->setting->first, size = run->setting->second;
  bool p = run->setting->chart == RUN_P;
  struct chart_limits limits = p ? chart_p(rate, size) : chart_u(rate, size);
  double now = rate + run->shift * (limits.upper - rate) / 3;
  double seen = (double)(p ? binomial(run->state, now, size) : drift_poisson(run->state, now * size)) / size;
  return seen > limits.upper || seen < limits.lower;
}

static bool point(struct chart_run *run) {
  if (run->setting->chart == RUN_P || run->setting->chart == RUN_U) return count_signals(run);
  double x = run->shift + drift_normal(run->state), before = run->before;
  run->before = x;
  switch (run->setting->chart) {
  case RUN_MOVING_RANGE:
    return fabs(x) > 3 || fabs(x - before) > 3.267 * 2 / sqrt(M_PI); /* D4 for two values */
  case RUN_WESTERN_ELECTRIC:
    return run_rules_add(&run->rules, RULES_WESTERN_ELECTRIC, x);
  case RUN_NELSON:
    return run_rules_add(&run->rules, RULES_NELSON, x);
  case RUN_EWMA:
    ewma_add(&run->ewma, x);
    return fabs(run->ewma.z) > ewma_steady(&run->ewma).upper;
  case RUN_CUSUM:
    return cusum_add(&run->cusum, x);
  default:
    return fabs(x) > 3;
  }
}

struct run_length run_length_simulate(const struct run_setting *setting, double shift, int runs, uint64_t seed) {
  double sum = 0, squares = 0;
  for (int i = 0; i < runs; i++) {
    struct chart_run run;
    begin(&run, setting, shift, &seed);
    double length = 1;
    while (!point(&run) && length < LONGEST) length++;
    sum += length;
    squares += length * length;
  }
  double mean = sum / runs, variance = (squares - sum * mean) / (runs > 1 ? runs - 1 : 1);
  return (struct run_length){.mean = mean, .error = sqrt(variance / runs)};
}

/* --- Markov chains --- */

enum { STATES = 101 };

/* Mean steps until the chain leaves its states: (I - P) steps = 1, by elimination with partial pivots. */
static double absorb(double (*rows)[STATES + 1], int count, int start) {
  for (int c = 0; c < count; c++) {
    int pivot = c;
    for (int r = c + 1; r < count; r++)
      if (fabs(rows[r][c]) > fabs(rows[pivot][c])) pivot = r;
    for (int k = c; k <= count; k++) {
      double swap = rows[c][k];
      rows[c][k] = rows[pivot][k];
      rows[pivot][k] = swap;
    }
    for (int r = 0; r < count; r++) {
      double factor = r == c ? 0 : rows[r][c] / rows[c][c];
      for (int k = c; factor != 0 && k <= count; k++) rows[r][k] -= factor * rows[c][k];
    }
  }
  return rows[start][count] / rows[start][start];
}

static double chain(const struct run_setting *setting, double shift, bool ewma) {
  double(*rows)[STATES + 1] = calloc(STATES, sizeof *rows);
  if (!rows) return NAN;
  double weight = setting->first, k = weight;
  double limit = ewma ? setting->second * sqrt(weight / (2 - weight)) : setting->second;
  /* EWMA: cells over [-limit, limit]. CUSUM: the first cell is what stays at 0, half as wide as the others. */
  double width = ewma ? 2 * limit / STATES : 2 * limit / (2 * STATES - 1);
  for (int i = 0; i < STATES; i++) {
    double from = ewma ? -limit + (i + 0.5) * width : i * width;
    for (int j = 0; j < STATES; j++) {
      double high = ewma ? -limit + (j + 1) * width : (j + 0.5) * width, low = high - width;
      double above = ewma ? (high - (1 - weight) * from) / weight : high - from + k;
      double below = ewma ? (low - (1 - weight) * from) / weight : low - from + k;
      double chance = normal_cdf(above - shift);
      if (ewma || j) chance -= normal_cdf(below - shift);
      rows[i][j] = (i == j) - chance;
    }
    rows[i][STATES] = 1;
  }
  double length = absorb(rows, STATES, ewma ? STATES / 2 : 0);
  free(rows);
  return length;
}

static double cusum_length(const struct run_setting *setting, double shift) {
  double up = chain(setting, shift, false), down = shift == 0 ? up : chain(setting, -shift, false);
  return 1 / (1 / up + 1 / down);
}

/* One in so many samples lies outside the limits. */
static double count_length(const struct run_setting *setting, double shift) {
  bool p = setting->chart == RUN_P;
  double rate = setting->first, size = setting->second;
  struct chart_limits limits = p ? chart_p(rate, size) : chart_u(rate, size);
  double now = rate + shift * (limits.upper - rate) / 3;
  /* The largest count below the lower limit, and the largest within the upper one. */
  int64_t below = (int64_t)ceil(limits.lower * size) - 1, most = (int64_t)floor(limits.upper * size);
  double inside = p ? binomial_cdf(most, (int64_t)size, now) - binomial_cdf(below, (int64_t)size, now)
                    : poisson_cdf(most, now * size) - poisson_cdf(below, now * size);
  return 1 / (1 - inside);
}

double run_length_exact(const struct run_setting *setting, double shift) {
  switch (setting->chart) {
  case RUN_SHEWHART:
    return 1 / (normal_cdf(-3 - shift) + normal_cdf(shift - 3));
  case RUN_EWMA:
    return chain(setting, shift, true);
  case RUN_CUSUM:
    return cusum_length(setting, shift);
  case RUN_P:
  case RUN_U:
    return count_length(setting, shift);
  default:
    return NAN;
  }
}

enum status run_length_limit(enum run_chart chart, double first, double length, double *limit, struct fault *fault) {
  double low = 0.1, high = chart == RUN_EWMA ? 6 : 20;
  for (int i = 0; i < 24; i++) {
    double middle = (low + high) / 2;
    const struct run_setting setting = {chart, first, middle};
    double exact = run_length_exact(&setting, 0);
    if (isnan(exact)) return fault_set(fault, STATUS_MEMORY, "out of memory for a run length");
    if (exact < length)
      low = middle;
    else
      high = middle;
  }
  *limit = (low + high) / 2;
  return STATUS_OK;
}
