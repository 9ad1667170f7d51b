/* A lot against all other lots of the golden: within its own line it has few to be compared with. */
#include "engine/drift/scan_private.h"
#include "engine/statistics/distributions.h"

#include <stdlib.h>
#include <string.h>

/* Fewer do not say how much lots differ. */
enum { LEAST_LOTS = 6, LEAST_FREEDOM = 4 };

struct lot {
  double sum[COLOUR_AXES], squares, count, mean[COLOUR_AXES];
  uint32_t line; /* NO_GROUP: several made it */
};

static bool is_usable(const struct lot *lot) {
  return lot->count >= SCAN_LEAST_UNITS && lot->line != NO_GROUP;
}

/* Means of clipped values, so that one wrong value makes no lot differ. */
static void take_means(const struct scan *scan, struct lot *lots) {
  const struct groups *g = scan->groups;
  size_t count = g->count[KEY_LOT];
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t k = g->of[KEY_LOT][scan->cells[i]];
    if (k == NO_GROUP) continue;
    lots[k].line = lots[k].count > 0 && lots[k].line != line_of(scan, i) ? NO_GROUP : line_of(scan, i);
    for (int a = 0; a < scan->axes; a++) lots[k].sum[a] += scan_value(scan, i, a);
    lots[k].count++;
  }
  for (size_t k = 0; k < count; k++)
    for (int a = 0; a < scan->axes && lots[k].count > 0; a++)
      lots[k].mean[a] = lots[k].sum[a] / lots[k].count, lots[k].sum[a] = 0;
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t k = g->of[KEY_LOT][scan->cells[i]];
    double reach = SCAN_CLIP * scan->sigma[line_of(scan, i)];
    if (k == NO_GROUP) continue;
    for (int a = 0; a < scan->axes; a++) {
      double off = fmax(-reach, fmin(reach, scan_value(scan, i, a) - lots[k].mean[a]));
      lots[k].sum[a] += off;
      lots[k].squares += off * off;
    }
  }
  for (size_t k = 0; k < count; k++)
    for (int a = 0; a < scan->axes && lots[k].count > 0; a++) lots[k].mean[a] += lots[k].sum[a] / lots[k].count;
}

/* Sums over the usable lots; of means about `origin`; squares are those of all axes together. */
struct sums {
  double origin[COLOUR_AXES], mean[COLOUR_AXES], square, inverse, count;
  double lines, of_lines, sizes; /* lines; sum of their sums' squares over their lots; of their lots' squares */
  double within, freedom;        /* squares of single photos about their lot's mean */
};
struct line {
  double mean[COLOUR_AXES], count;
};

/* What is not used of the axes is 0. */
static double square_of(const double vector[COLOUR_AXES]) {
  double sum = 0;
  for (int a = 0; a < COLOUR_AXES; a++) sum += vector[a] * vector[a];
  return sum;
}

static void add_line(struct sums *sums, const struct line *line, double sign) {
  if (line->count <= 0) return;
  sums->lines += sign;
  sums->of_lines += sign * square_of(line->mean) / line->count;
  sums->sizes += sign * line->count * line->count;
}

static struct sums sum_up(const struct lot *lots, size_t count, struct line *lines, size_t line_count) {
  struct sums sums = {0};
  for (size_t k = 0; k < count; k++) {
    const struct lot *lot = &lots[k];
    if (!is_usable(lot)) continue;
    if (sums.count++ <= 0) memcpy(sums.origin, lot->mean, sizeof sums.origin);
    for (int a = 0; a < COLOUR_AXES; a++) {
      double off = lot->mean[a] - sums.origin[a];
      sums.mean[a] += off;
      sums.square += off * off;
      lines[lot->line].mean[a] += off;
    }
    lines[lot->line].count++;
    sums.inverse += 1 / lot->count;
    sums.within += lot->squares - square_of(lot->sum) / lot->count;
    sums.freedom += lot->count - 1;
  }
  for (size_t i = 0; i < line_count; i++) add_line(&sums, &lines[i], 1);
  return sums;
}

/* The same without one lot. */
static struct sums without(const struct sums *all, const struct lot *lot, const struct line *line,
                           const struct line *siblings) {
  struct sums sums = *all;
  for (int a = 0; a < COLOUR_AXES; a++) {
    double off = lot->mean[a] - all->origin[a];
    sums.mean[a] -= off;
    sums.square -= off * off;
  }
  sums.count--;
  sums.inverse -= 1 / lot->count;
  add_line(&sums, line, -1);
  add_line(&sums, siblings, 1);
  return sums;
}

static bool is_comparable(const struct lot *lot, const struct sums *sums, const struct line *lines) {
  return is_usable(lot) && sums->count >= LEAST_LOTS && lines[lot->line].count >= 2 &&
         sums->count - 1 - sums->lines >= LEAST_FREEDOM;
}

/* How likely a lot's mean is so far from what the other lots let expect: lines have levels of their own about a common
 * one, lots theirs about their line's (a model of random effects, its variances by the analysis of variance: Searle,
 * Casella and McCulloch, Variance Components, 1992; the best linear prediction of a further lot; Fisher's F with the
 * freedom within lines, over the dimensions in which means vary, `extent`). A lot of few photos is known less well. */
static double lot_probability(const struct lot *lot, const struct sums *all, const struct line *lines, double extent) {
  const struct line *line = &lines[lot->line];
  struct line siblings = {.count = line->count - 1};
  double own[COLOUR_AXES], off[COLOUR_AXES];
  for (int a = 0; a < COLOUR_AXES; a++)
    own[a] = lot->mean[a] - all->origin[a], siblings.mean[a] = line->mean[a] - own[a];
  struct sums rest = without(all, lot, line, &siblings);
  double n = rest.count, freedom = n - rest.lines, variance = (rest.square - rest.of_lines) / freedom, between = 0;
  if (!(variance > 1e-12 * rest.square / n)) return 1;
  if (rest.lines > 1) {
    double square = (rest.of_lines - square_of(rest.mean) / n) / (rest.lines - 1);
    between = fmax(0, (square - variance) / ((n - rest.sizes / n) / (rest.lines - 1)));
  }
  double share = siblings.count * between / (siblings.count * between + variance);
  for (int a = 0; a < COLOUR_AXES; a++)
    off[a] = own[a] - share * siblings.mean[a] / siblings.count - (1 - share) * rest.mean[a] / n;
  double few = rest.within / rest.freedom * (1 / lot->count - rest.inverse / n);
  double wide = variance + fmax(0, few) + between * (1 - share) +
                (1 - share) * (1 - share) * (variance / n + between / rest.lines);
  return f_upper(square_of(off) / wide, extent, freedom * extent);
}

enum status scan_look_lots(const struct scan *scan, struct candidate *best, struct fault *fault) {
  size_t count = scan->groups->count[KEY_LOT];
  struct lot *lots = calloc(count + 1, sizeof *lots);
  size_t line_count = scan->groups->strata[LEVEL_LINE];
  struct line *lines = calloc(line_count + 1, sizeof *lines);
  enum status status = lots && lines ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
  if (!status) take_means(scan, lots);
  struct sums sums = {0};
  if (!status) sums = sum_up(lots, count, lines, line_count);
  for (size_t k = 0; k < count && !status; k++) {
    if (best[k].gain <= 0 || !is_comparable(&lots[k], &sums, lines)) continue;
    double p = lot_probability(&lots[k], &sums, lines, scan->levels[LEVEL_LINE].extent);
    if (p < best[k].probability) {
      double root = normal_upper_quantile(fmax(p, 1e-300) / 2);
      best[k].gain = fmax(best[k].gain, root * root);
      best[k].probability = p;
    }
    best[k].probability = fmin(1, 2 * best[k].probability);
  }
  free(lots);
  free(lines);
  return status;
}
