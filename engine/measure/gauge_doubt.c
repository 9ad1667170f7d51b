#include "engine/measure/gauge_work.h"

#include "engine/select.h"

#include <math.h>

/* One lens and one sensor make all of a photo's edges much alike. An edge whose blur has more than so many times the
 * variance of that of the photo's sharper ones, and so many px^2 more, or that leaves so many times the deviation that
 * the calmer ones leave, is not one blurred step: nothing that varies by itself among plain edges does as much. */
static const double SOFTER = 2, LEAST_MORE = 0.2, RESTLESS = 4;
/* Nor is one that is only somewhat softer, by its variance, but leaves somewhat more, too, and so many times as much by
 * their product; or that is softer where a quarter of its places is unlike the others: under light from one side a
 * bevel shows in some of them, which are left out, and a little in the rest. */
static const double SOMEWHAT_SOFTER = 1.25, SOMEWHAT_RESTLESS = 2.5, JOINTLY = 5, SOFTER_BESIDE_SPOILT = 1.75;

/* What is usual ends the quarter of the gauges that have least. */
enum { QUARTER = 4 };

static bool is_judged(const struct gauge *gauge) {
  return gauge->found && gauge->spec->gauge != GAUGE_COUNT;
}

static double square(double v) {
  return v * v;
}

/* Of the edges that were found, grey levels. */
static double contrast_of(const struct measuring *m, const struct gauge *gauge) {
  double sum = 0, count = 0;
  for (size_t i = gauge->first; i < gauge->first + gauge->count; i++)
    if (m->edges[i].state == EDGE_FOUND) sum += fabs(m->edges[i].contrast), count++;
  return count > 0 ? sum / count : 0;
}

/* Whether a quarter of its places is left out. */
static bool is_spoilt(const struct measuring *m, const struct gauge *gauge) {
  size_t spoilt = 0;
  for (size_t i = gauge->first; i < gauge->first + gauge->count; i++)
    spoilt += m->edges[i].state == EDGE_OUTLIER || m->edges[i].state == EDGE_BESIDE;
  return 4 * spoilt >= gauge->count;
}

/* Whether blur and rest, as shares of what is usual, give each other weight, or what is spoilt gives it to the blur. */
static bool is_told_together(double blur, double rest, bool spoilt) {
  return (blur > SOMEWHAT_SOFTER && rest > SOMEWHAT_RESTLESS && blur * rest > JOINTLY) ||
         (spoilt && blur > SOFTER_BESIDE_SPOILT);
}

/* The variance of where in a soft edge the step is: a bevel of width w adds w^2 / 12 to the blur's, and is no clue to
 * which of its places it is. */
static double hidden_by_blur(double blur, double usual, bool told) {
  return told || blur > SOFTER * usual + LEAST_MORE ? blur - usual : 0;
}

/* The same from what a step leaves of the profile: levels that are off by as much all along it move a step by their
 * area over its contrast, at most, either way. */
static double hidden_by_rest(double rest, double usual, double length, double contrast) {
  return rest > square(RESTLESS) * usual && contrast > 0 ? (rest - usual) * square(length / contrast) / 3 : 0;
}

void gauges_doubt(struct measuring *m) {
  double *blurs = m->work->squares, *rests = blurs + m->gauge_count;
  size_t count = 0;
  for (size_t i = 0; i < m->gauge_count; i++)
    if (is_judged(&m->gauges[i]))
      blurs[count] = square(m->gauges[i].sigma), rests[count++] = square(m->gauges[i].noise);
  if (!count) return;
  const double blur = select_value(blurs, count, (count - 1) / QUARTER);
  const double rest = select_value(rests, count, (count - 1) / QUARTER);
  for (size_t i = 0; i < m->gauge_count; i++) {
    struct gauge *gauge = &m->gauges[i];
    const struct sought *sought = &m->work->sought[i];
    /* Half between the levels is half between them however soft the edge is. */
    if (!is_judged(gauge) || gauge->spec->edge == EDGE_AT_HALF) continue;
    const double length = sought->before[0] + sought->after[0];
    const double own_blur = square(gauge->sigma), own_rest = square(gauge->noise);
    const bool told = is_told_together(own_blur / blur, own_rest / rest, is_spoilt(m, gauge));
    gauge->hidden =
        sqrt(hidden_by_blur(own_blur, blur, told) + hidden_by_rest(own_rest, rest, length, contrast_of(m, gauge)));
  }
}
