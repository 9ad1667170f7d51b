/* A lot against all other lots of the golden: within its own line it has few to be compared with. */
#include "engine/drift/quadratic.h"
#include "engine/drift/scan_private.h"
#include "engine/statistics/distributions.h"

#include <stdlib.h>
#include <string.h>

/* Fewer do not say how much lots differ. */
enum { LEAST_LOTS = 6, LEAST_FREEDOM = 4 };

struct lot {
  double sum, squares, count, mean;
  uint32_t line; /* NO_GROUP: several made it */
};

static bool is_usable(const struct lot *lot) {
  return lot->count >= SCAN_LEAST_UNITS && lot->line != NO_GROUP;
}

/* Means of clipped values, so that one wrong value makes no lot differ. */
static void take_means(const struct scan *scan, int axis, struct lot *lots) {
  const struct groups *g = scan->groups;
  size_t count = g->count[KEY_LOT];
  memset(lots, 0, count * sizeof *lots);
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t k = g->of[KEY_LOT][scan->cells[i]];
    if (k == NO_GROUP) continue;
    lots[k].line = lots[k].count > 0 && lots[k].line != line_of(scan, i) ? NO_GROUP : line_of(scan, i);
    lots[k].sum += scan_value(scan, i, axis);
    lots[k].count++;
  }
  for (size_t k = 0; k < count; k++)
    if (lots[k].count > 0) lots[k].mean = lots[k].sum / lots[k].count, lots[k].sum = 0;
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t k = g->of[KEY_LOT][scan->cells[i]];
    double reach = SCAN_CLIP * sigma_of(scan, line_of(scan, i), axis);
    if (k == NO_GROUP) continue;
    double off = fmax(-reach, fmin(reach, scan_value(scan, i, axis) - lots[k].mean));
    lots[k].sum += off;
    lots[k].squares += off * off;
  }
  for (size_t k = 0; k < count; k++)
    if (lots[k].count > 0) lots[k].mean += lots[k].sum / lots[k].count;
}

/* Sums over the usable lots; of means about `origin`. */
struct sums {
  double origin, mean, square, inverse, count;
  double lines, of_lines, sizes; /* lines; sum of their sums' squares over their lots; of their lots' squares */
  double within, freedom;        /* squares of single photos about their lot's mean */
};
struct line {
  double mean, count;
};

static void add_line(struct sums *sums, const struct line *line, double sign) {
  if (line->count <= 0) return;
  sums->lines += sign;
  sums->of_lines += sign * line->mean * line->mean / line->count;
  sums->sizes += sign * line->count * line->count;
}

static struct sums sum_up(const struct lot *lots, size_t count, struct line *lines, size_t line_count) {
  struct sums sums = {0};
  for (size_t k = 0; k < count; k++) {
    const struct lot *lot = &lots[k];
    if (!is_usable(lot)) continue;
    if (sums.count++ <= 0) sums.origin = lot->mean;
    double off = lot->mean - sums.origin;
    sums.mean += off;
    sums.square += off * off;
    sums.inverse += 1 / lot->count;
    sums.within += lot->squares - lot->sum * lot->sum / lot->count;
    sums.freedom += lot->count - 1;
    lines[lot->line].mean += off;
    lines[lot->line].count++;
  }
  for (size_t i = 0; i < line_count; i++) add_line(&sums, &lines[i], 1);
  return sums;
}

/* The same without one lot. */
static struct sums without(const struct sums *all, const struct lot *lot, const struct line *line,
                           const struct line *siblings) {
  struct sums sums = *all;
  double off = lot->mean - all->origin;
  sums.count--;
  sums.mean -= off;
  sums.square -= off * off;
  sums.inverse -= 1 / lot->count;
  add_line(&sums, line, -1);
  add_line(&sums, siblings, 1);
  return sums;
}

static bool is_comparable(const struct lot *lot, const struct sums *sums, const struct line *lines) {
  return is_usable(lot) && sums->count >= LEAST_LOTS && lines[lot->line].count >= 2 &&
         sums->count - 1 - sums->lines >= LEAST_FREEDOM;
}

/* How far a lot's mean is from what the other lots let expect, and how much that varies: lines have levels of their own
 * about a common one, lots theirs about their line's (a model of random effects, its variances by the analysis of
 * variance: Searle, Casella and McCulloch, Variance Components, 1992; the best linear prediction of a further lot;
 * Student's t with the freedom within lines). A lot of few photos is known less well. */
struct lot_off {
  double square, variance, freedom; /* variance 0: not known */
};

static struct lot_off lot_off(const struct lot *lot, const struct sums *all, const struct line *lines) {
  double own = lot->mean - all->origin;
  const struct line *line = &lines[lot->line];
  const struct line siblings = {line->mean - own, line->count - 1};
  struct sums rest = without(all, lot, line, &siblings);
  double n = rest.count, freedom = n - rest.lines, variance = (rest.square - rest.of_lines) / freedom, between = 0;
  if (!(variance > 1e-12 * rest.square / n)) return (struct lot_off){0, 0, freedom};
  if (rest.lines > 1) {
    double square = (rest.of_lines - rest.mean * rest.mean / n) / (rest.lines - 1);
    between = fmax(0, (square - variance) / ((n - rest.sizes / n) / (rest.lines - 1)));
  }
  double share = siblings.count * between / (siblings.count * between + variance);
  double expected = share * siblings.mean / siblings.count + (1 - share) * rest.mean / n;
  double few = rest.within / rest.freedom * (1 / lot->count - rest.inverse / n);
  double wide = variance + fmax(0, few) + between * (1 - share) +
                (1 - share) * (1 - share) * (variance / n + between / rest.lines);
  return (struct lot_off){(own - expected) * (own - expected), wide, freedom};
}

/* Of a lot, over all axes: each in units of the variance of single photos. */
struct verdict_on {
  bool compared;
  double most; /* the largest square of the axes' normal deviates */
  double square, variance, freedom;
  double off[COLOUR_AXES]; /* from its line's mean */
  double siblings;         /* its line's lots, with it */
};

static void look_axis(const struct scan *scan, int axis, struct lot *lots, struct line *lines,
                      struct verdict_on *verdicts) {
  size_t count = scan->groups->count[KEY_LOT], line_count = scan->groups->strata[LEVEL_LINE];
  memset(lines, 0, line_count * sizeof *lines);
  take_means(scan, axis, lots);
  struct sums sums = sum_up(lots, count, lines, line_count);
  double single = sums.freedom > 0 ? sums.within / sums.freedom : 0;
  for (size_t k = 0; k < count; k++) {
    struct verdict_on *v = &verdicts[k];
    if (!is_usable(&lots[k])) continue;
    const struct line *line = &lines[lots[k].line];
    if (single > 0) v->off[axis] = (lots[k].mean - sums.origin - line->mean / line->count) / sqrt(single);
    v->siblings = line->count;
    if (!is_comparable(&lots[k], &sums, lines)) continue;
    struct lot_off off = lot_off(&lots[k], &sums, lines);
    v->compared = true, v->freedom = off.freedom;
    if (!(off.variance > 0 && single > 0)) continue;
    double p = 2 * student_upper(sqrt(off.square / off.variance), off.freedom);
    double root = normal_upper_quantile(fmax(p, 1e-300) / 2);
    v->most = fmax(v->most, root * root);
    v->square += off.square / single, v->variance += off.variance / single;
  }
}

/* Products of the axes, summed over lots about their line's mean. */
struct products {
  double of[COLOUR_AXES][COLOUR_AXES];
};

static void add_products(struct products *sums, const struct verdict_on *v, double times) {
  for (int i = 0; i < COLOUR_AXES * COLOUR_AXES; i++)
    sums->of[i / COLOUR_AXES][i % COLOUR_AXES] += times * v->off[i / COLOUR_AXES] * v->off[i % COLOUR_AXES];
}

/* A lot that can be compared with all others is not compared within its line alone. */
static void judge_lot(const struct scan *scan, const struct verdict_on *v, const struct products *all,
                      struct candidate *best) {
  struct products rest = *all;
  add_products(&rest, v, -v->siblings / (v->siblings - 1));
  double values[QUADRATIC_AXES], joint = v->most;
  quadratic_values(rest.of, values);
  if (scan->axes > 1 && values[0] > 0) {
    double p = quadratic_upper(values, v->freedom, v->square / v->variance);
    joint = p > 0 ? chi_square_upper_quantile(p, COLOUR_AXES) : v->square / v->variance;
  }
  best->gain = fmax(best->gain, fmax(v->most, joint));
  best->probability = scan_rarity(COLOUR_AXES, joint, v->most, scan->axes, scan_rarity_once, NULL);
}

enum status scan_look_lots(const struct scan *scan, struct candidate *best, struct fault *fault) {
  size_t count = scan->groups->count[KEY_LOT];
  struct lot *lots = calloc(count + 1, sizeof *lots);
  struct line *lines = calloc(scan->groups->strata[LEVEL_LINE] + 1, sizeof *lines);
  struct verdict_on *verdicts = calloc(count + 1, sizeof *verdicts);
  bool good = lots && lines && verdicts;
  for (int a = 0; a < scan->axes && good; a++) look_axis(scan, a, lots, lines, verdicts);
  struct products all = {0};
  for (size_t k = 0; k < count && good; k++) add_products(&all, &verdicts[k], 1);
  for (size_t k = 0; k < count && good; k++)
    if (best[k].gain > 0 && verdicts[k].compared) judge_lot(scan, &verdicts[k], &all, &best[k]);
  free(lots);
  free(lines);
  free(verdicts);
  return good ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
}
