#include "engine/agreement.h"

#include "engine/noise.h"

/* What agrees so well needs no second look, and a coarser level must: it shows a small misplacement less. Of drawn
 * plates in noise right poses had 0.92 and more there, one that lay some pixels off 0.80. */
static const double CLEAR = 0.85;

/* Of the variance within tiles, what noise may be on the level that tells; and how many levels above it is looked for:
 * three are pixels of eight a side, in which little is left of a small product. */
static const double QUIET = 0.1;
enum { LEVELS_UP = 2 };

/* Variance of a picture's noise at a level of its pyramid, each pixel of which is the mean of four. */
static double noise_at(const struct plane *plane, int level) {
  double noise = noise_of(plane) / (double)(1 << level);
  return noise * noise;
}

static int quiet_level(const struct align_golden *g, const struct alignment *a, const struct refine *r, int level) {
  double golden = noise_at(g->plane, level), photo = noise_at(a->luma, r->photo_level);
  int most = level + LEVELS_UP < g->luma.count ? level + LEVELS_UP : g->luma.count - 1;
  while (level < most && (golden > QUIET * r->variance[0] || photo > QUIET * r->variance[1]))
    golden /= 4, photo /= 4, level++;
  return level;
}

enum status agreement_measure(const struct align_golden *g, struct alignment *a, const struct refine *r, int level,
                              struct fault *fault) {
  a->correlation = r->correlation;
  if (r->correlation >= CLEAR) return STATUS_OK;
  int quiet = quiet_level(g, a, r, level);
  if (quiet == level) return STATUS_OK;
  struct refine look = *r;
  look.tiles = &a->aside, look.cut = 127;
  enum status status = refine_measure(&look, quiet, fault);
  if (!status && look.correlation >= CLEAR) a->correlation = look.correlation;
  return status;
}
