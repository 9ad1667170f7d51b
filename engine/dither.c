#include "engine/dither.h"

#include "kernels/math.h"

#include <stdbool.h>

/* Standard deviation of an even block's mean, grey levels: what a sensor's noise of 1.5 leaves of 16 x 16 pixels.
 * Cameras lie between half and twice that, which makes a difference of a tenth of a level or two. */
static const double NOISE = 0.18;

/* Blocks to each side that are asked, and the share of them that show another thing. */
enum { REACH = 4 };
static const double OTHER = 0.02;

/* Blocks beside one another differ by chance as often as two of the neighbourhood do; where two grounds meet, less.
 * From PARTED of that on levels begin to be noise's work, and are at STREWN. */
static const double PARTED = 0.35, STREWN = 0.7;

static double value_of(int tried) {
  return 2.0 * tried / (DITHER_TRIED - 1) - 1;
}

static double share_below(double deviations) {
  return 0.5 + 0.5 * math_erf(deviations * 0.70710678118654752);
}

static double log_share(double share) {
  return math_log((1 - OTHER) * share + OTHER / 3);
}

void dither_open(int32_t width, int32_t height, const int16_t *level, double step, struct dither *d) {
  const double noise = NOISE / step;
  d->width = width, d->height = height, d->level = level;
  for (int i = 0; i < DITHER_TRIED; i++) {
    const double below = share_below((-0.5 - value_of(i)) / noise), above = share_below((value_of(i) - 0.5) / noise);
    d->below[i] = log_share(below), d->above[i] = log_share(above), d->here[i] = log_share(1 - below - above);
  }
}

/* Inclusive. */
struct part {
  int32_t left, top, right, bottom;
};

static struct part part_about(const struct dither *d, int32_t x, int32_t y) {
  return (struct part){x > REACH ? x - REACH : 0, y > REACH ? y - REACH : 0,
                       x + REACH < d->width ? x + REACH : d->width - 1,
                       y + REACH < d->height ? y + REACH : d->height - 1};
}

static int level_at(const struct dither *d, int32_t x, int32_t y) {
  return d->level[(int64_t)y * d->width + x];
}

/* Even blocks of a level and of those beside it. */
struct counts {
  double below, here, above;
};

static struct counts count(const struct dither *d, const struct part *part, int level) {
  int below = 0, here = 0, above = 0;
  for (int32_t y = part->top; y <= part->bottom; y++)
    for (int32_t x = part->left; x <= part->right; x++) {
      const int other = level_at(d, x, y);
      below += other == level - 1, here += other == level, above += other == level + 1;
    }
  return (struct counts){below, here, above};
}

static bool is_near(int level, int other) {
  return other >= level - 1 && other <= level + 1;
}

/* Of all pairs of these beside one another, the share that differ. */
static double unequal_neighbours(const struct dither *d, const struct part *part, int level) {
  int pairs = 0, unequal = 0;
  for (int32_t y = part->top; y <= part->bottom; y++)
    for (int32_t x = part->left; x <= part->right; x++) {
      const int own = level_at(d, x, y);
      const int right = x < part->right ? level_at(d, x + 1, y) : DITHER_UNEVEN;
      const int under = y < part->bottom ? level_at(d, x, y + 1) : DITHER_UNEVEN;
      if (!is_near(level, own)) continue;
      if (is_near(level, right)) pairs++, unequal += right != own;
      if (is_near(level, under)) pairs++, unequal += under != own;
    }
  return pairs ? (double)unequal / pairs : 0;
}

/* How much levels lie strewn among one another, 0..1. */
static double strewn(const struct dither *d, const struct part *part, int level, const struct counts *n) {
  const double all = n->below + n->here + n->above;
  const double chance = 1 - (n->below * n->below + n->here * n->here + n->above * n->above) / (all * all);
  const double share = (unequal_neighbours(d, part, level) / chance - PARTED) / (STREWN - PARTED);
  return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* The mean of the values tried, each as likely before. */
static double expected(const struct dither *d, const struct counts *n) {
  double fit[DITHER_TRIED], best = 0, weights = 0, sum = 0;
  for (int i = 0; i < DITHER_TRIED; i++) {
    fit[i] = n->below * d->below[i] + n->here * d->here[i] + n->above * d->above[i];
    if (i == 0 || fit[i] > best) best = fit[i];
  }
  for (int i = 0; i < DITHER_TRIED; i++) {
    const double weight = math_exp(fit[i] - best);
    weights += weight, sum += weight * value_of(i);
  }
  return sum / weights;
}

double dither_at(const struct dither *d, int32_t x, int32_t y) {
  const int level = level_at(d, x, y);
  if (level == DITHER_UNEVEN) return 0;
  const struct part part = part_about(d, x, y);
  const struct counts n = count(d, &part, level);
  if (n.below == 0 && n.above == 0) return 0;
  const double share = strewn(d, &part, level, &n);
  return share > 0 ? share * expected(d, &n) : 0;
}
