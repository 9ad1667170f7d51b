/* Looks through one quantity for the group whose photos changed at some time, or lot that differs, and for how unlikely
 * that is where nothing has changed.
 *
 * Every group and every time is a candidate: the photos of the group from that time on (of a lot: all of them) against
 * all others. The score is the generalised likelihood ratio of a shift (CUSUM of residuals). Measured values are
 * compared twice, and the smaller probability counts double: within their line, whose lots may have levels of their
 * own, and within their lot, where only what moves inside of a lot shows. Either way the variance of means is that seen
 * between successive lots, or blocks of values, and known as well as their number allows (Student's t). Lots are
 * compared with those of all lines, where there are six and more, else within their line. Rates are compared with all
 * other photos of the golden, by the likelihood ratio of two binomials, upwards alone; where hardly an event was to be
 * expected, by the exact test, and the smaller probability counts double. Where the rates of lots clearly vary more
 * than chance makes them, the ratio counts that much less and the exact test not at all; how much more is asked of the
 * photos that are not the group's, for what is peculiar to it would speak against itself. Over the times of one group
 * the probability is that of a maximally selected statistic: Miller and Siegmund, Biometrics 38 (1982), 1011-1016; of a
 * whole lot, that of one test (Fisher's for rates).
 *
 * A zone's colour is compared in all three directions of CIELAB, each in units of its own spread within lots: by the
 * sum of squares, against how far lots lie apart in all axes together, and by the axis that shows most (Bonferroni);
 * the smaller probability counts double. That the axes do not vary alike is respected over time by Fisher's F with
 * Box's correction (Annals of Mathematical Statistics 25, 1954; its maximum by James, James and Siegmund, Statistica
 * Sinica 2, 1992), and of lots, whose tests go further into the tail than that correction holds, by the saddlepoint of
 * the ratio (quadratic.h) with the covariance that the other lots show. So few lots as a season has would not bear the
 * inverse of a full covariance matrix (Hotelling's T squared).
 */
#ifndef ASSAY_ENGINE_DRIFT_SCAN_H
#define ASSAY_ENGINE_DRIFT_SCAN_H

#include "engine/drift/groups.h"

/* What the values of a line, or of a lot on a line, are compared with. */
struct scan_level {
  double *level;                 /* of each stratum: its mean, by axis */
  double *middle;                /* of each stratum: the mean of its residuals, which are clipped, by axis */
  size_t *strength;              /* of each stratum: its values */
  double inflation[COLOUR_AXES]; /* of the variance of means over that of independent values, by axis, >= 1 */
  double joint;                  /* the same of all axes together */
  double freedom;                /* degrees of freedom that it is known with; INFINITY where it is taken to be 1 */
  double extent;                 /* dimensions that the axes' means vary in together, 1 to the number of axes */
};

/* The values of a quantity in order of time, each with its cell; what is found is taken out. */
struct scan {
  const struct season *season;
  const struct groups *groups;
  bool counted;
  size_t count;
  int axes;       /* of a value: 1, or COLOUR_AXES */
  double *values; /* `axes` a point */
  uint32_t *rows, *cells;
  double *sigma; /* of each line, by axis: from successive differences */
  struct scan_level levels[DRIFT_LEVELS];
};

struct candidate {
  enum drift_key key;
  uint32_t group;
  enum drift_level level;     /* that showed it more clearly */
  size_t first;               /* index of the first point that belongs to it */
  size_t units;               /* its points */
  int64_t events;             /* of a rate: in them */
  double gain;                /* twice the log likelihood ratio, the inflation taken off */
  double size;                /* of a measured value: the shift along its way */
  double way[COLOUR_AXES];    /* of length 1; {1} of a value that is one number */
  double weight[COLOUR_AXES]; /* what gives the best value along it: the axes by their variance */
  double gains[COLOUR_AXES];  /* of each axis */
  double inflation;           /* of a rate: by which its gain was divided */
  double probability;         /* of as much anywhere in the group, where nothing changed */
};

/* Of rates: so many events, where so many were to be expected, so that the normal distribution is near enough. */
enum { SCAN_LEAST_UNITS = 10, SCAN_LEAST_POINTS = 50, SCAN_LEAST_EVENTS = 4, SCAN_LEAST_EXPECTED = 2 };

/* One axis of a point. */
static inline double scan_value(const struct scan *scan, size_t i, int axis) {
  return scan->values[i * (size_t)scan->axes + (size_t)axis];
}

/* Takes the points over; a zone's colour by its axes, where they are known. The caller ends with scan_free, also after
 * a failure. STATUS_MEMORY. */
enum status scan_make(const struct season *season, const struct groups *groups, bool counted,
                      struct season_points *points, struct scan *scan, struct fault *fault);
void scan_free(struct scan *scan);

/* Levels and spread; again after points were taken out. STATUS_MEMORY. */
enum status scan_estimate(struct scan *scan, struct fault *fault);

/* Whether there is enough to look through. */
bool scan_possible(const struct scan *scan);

/* Room for the best candidate of every group of every key; candidates without enough points have probability 1. */
size_t scan_candidates(const struct groups *groups);
enum status scan_look(const struct scan *scan, struct candidate *candidates, struct fault *fault);

/* Leaves only the points for which `keep` is true. */
void scan_keep(struct scan *scan, const bool *keep);

#endif
