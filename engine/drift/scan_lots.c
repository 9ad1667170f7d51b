/* A lot against all other lots of the golden: within its own line it has few to be compared with. */
#include "engine/drift/scan_private.h"
#include "engine/statistics/distributions.h"

#include <stdlib.h>

/* Fewer do not say how much lots differ. */
enum { LEAST_LOTS = 6 };

struct lot {
  double sum, squares, count, mean;
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
    lots[k].sum += scan->values[i];
    lots[k].count++;
  }
  for (size_t k = 0; k < count; k++)
    if (lots[k].count > 0) lots[k].mean = lots[k].sum / lots[k].count, lots[k].sum = 0;
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t k = g->of[KEY_LOT][scan->cells[i]];
    double reach = SCAN_CLIP * scan->sigma[line_of(scan, i)];
    if (k == NO_GROUP) continue;
    double off = fmax(-reach, fmin(reach, scan->values[i] - lots[k].mean));
    lots[k].sum += off;
    lots[k].squares += off * off;
  }
  for (size_t k = 0; k < count; k++)
    if (lots[k].count > 0) lots[k].mean += lots[k].sum / lots[k].count;
}

/* Sums over the usable lots; of means about `origin`. */
struct sums {
  double origin, mean, square, inverse, count;
  double within, freedom; /* squares of single photos about their lot's mean */
};
struct line {
  double mean, count;
};

static struct sums sum_up(const struct lot *lots, size_t count, struct line *lines) {
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
  return sums;
}

static bool is_comparable(const struct lot *lot, const struct sums *sums, const struct line *lines) {
  return is_usable(lot) && sums->count >= LEAST_LOTS && lines[lot->line].count >= 2;
}

/* Grubbs' question, of one lot: the means of the other lots tell how much lots differ (Student's t). A line may have a
 * level of its own: the lot has to stand out as much against the other lots of its line. A lot of few photos is known
 * less well. */
static double lot_probability(const struct lot *lot, const struct sums *sums, const struct line *lines) {
  double own = lot->mean - sums->origin, others = sums->count - 1, siblings = lines[lot->line].count - 1;
  double mean = (sums->mean - own) / others, square = sums->square - own * own - others * mean * mean;
  double variance = square / (others - 1), inverse = (sums->inverse - 1 / lot->count) / others;
  double wide = fmax(variance, variance + sums->within / sums->freedom * (1 / lot->count - inverse));
  if (!(variance > 0)) return 1;
  double all = fabs(own - mean) / sqrt(wide + variance / others);
  double line = fabs(own - (lines[lot->line].mean - own) / siblings) / sqrt(wide + variance / siblings);
  return 2 * student_upper(fmin(all, line), others - 1);
}

enum status scan_look_lots(const struct scan *scan, struct candidate *best, struct fault *fault) {
  size_t count = scan->groups->count[KEY_LOT];
  struct lot *lots = calloc(count + 1, sizeof *lots);
  struct line *lines = calloc(scan->groups->strata[LEVEL_LINE] + 1, sizeof *lines);
  enum status status = lots && lines ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
  if (!status) take_means(scan, lots);
  const struct sums sums = status ? (struct sums){0} : sum_up(lots, count, lines);
  for (size_t k = 0; k < count && !status; k++) {
    if (best[k].gain <= 0 || !is_comparable(&lots[k], &sums, lines)) continue;
    double p = lot_probability(&lots[k], &sums, lines);
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
