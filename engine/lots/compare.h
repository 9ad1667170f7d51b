/* Groups of photos against each other: shifts, lines, factories, lots. What each measures and how often it fails, which
 * groups differ, and where the variance lies. */
#ifndef ASSAY_ENGINE_LOTS_COMPARE_H
#define ASSAY_ENGINE_LOTS_COMPARE_H

#include "engine/lots/lots.h"
#include "engine/statistics/capability.h"
#include "engine/statistics/components.h"
#include "engine/statistics/means.h"

/* Up to here every pair of groups is compared; more groups are compared each with all others together. */
enum { COMPARE_MOST_PAIRED = 10 };

/* A measured quantity: a dimension of a golden's version, the colour difference of a zone, or the score. */
struct compare_measure {
  char *name, *unit;
  uint32_t golden;
  int64_t version;
  bool superseded;                /* there are results by a newer version of the golden: left aside */
  double lower, upper;            /* limits; NAN: none */
  struct moments *groups, *cells; /* by group; by cell */
  size_t group_room, cell_room;
};

struct compare_cell {
  uint32_t factory, shift;
};

/* All zero is empty, but for units.by and units.across = true; end with compare_free. */
struct compare {
  struct lots units; /* its items are the groups */
  struct compare_measure *measures;
  size_t measure_count, measure_next;
  struct names goldens, factories, shifts;
  struct compare_cell *cells;
  size_t cell_count;
};

/* Takes a row; compare_end after the last. STATUS_MEMORY, STATUS_LIMIT as lots_add. */
enum status compare_add(struct compare *compare, const struct row *row, struct fault *fault);
enum status compare_end(struct compare *compare, struct fault *fault);
void compare_free(struct compare *compare);

/* One measure's values in one group. */
struct compare_mean {
  struct moments moments;
  struct interval mean, spread; /* 95 % */
  struct capability_index cpk;  /* of the group's own spread; NAN without limits */
};
struct compare_mean compare_mean(const struct compare_measure *measure, size_t group);

/* The kinds of units that are counted. */
enum compare_kind_group { COMPARE_DEFECTIVE, COMPARE_SEVERITY, COMPARE_CLASS };
struct compare_kind {
  enum compare_kind_group group;
  int value; /* enum severity or enum defect_class */
};
const char *compare_kind_name(struct compare_kind kind);

/* A rate: by group, how many of the units that could be judged are of the kind. */
struct compare_rate {
  struct compare_kind kind;
  int64_t *counts, *totals;
};

/* A comparison of group a with group b, or with all others. */
struct compare_pair {
  size_t a, b;           /* b: COMPARE_OTHERS */
  double p;              /* corrected for many comparisons; NAN where there is no test */
  bool differs;          /* at 5 % */
  double difference;     /* of means: b's less a's */
  struct interval range; /* of the difference; for rates of the odds ratio of b to a */
  double odds;           /* rates: of b to a */
};
#define COMPARE_OTHERS SIZE_MAX

struct compare_pairs {
  struct compare_pair *items;
  size_t count;
};

/* What was found about one measure. */
struct compare_means_result {
  const struct compare_measure *measure;
  bool tested;
  struct mean_test test; /* Welch's, of all groups that have two values and some spread */
  double p;              /* of that, by Holm over all measures */
  struct compare_pairs pairs;
  bool has_components;
  struct components components;
};

struct compare_rate_result {
  struct compare_rate rate;
  bool repeats;               /* a severity that all defective units have: says what their rate says */
  struct compare_pairs pairs; /* Fisher's exact test, by Holm over all pairs of all rates */
};

struct compare_results {
  struct compare_means_result *means;
  size_t mean_count;
  struct compare_rate_result *rates;
  size_t rate_count;
};

/* Means: Welch's test over all groups, by Holm over the measures; where that finds a difference at 5 %, pairs by Games
 * and Howell (with more than COMPARE_MOST_PAIRED groups each against all others by Welch's t, by Holm over them).
 * Rates: Fisher's exact test, by Holm over all. STATUS_MEMORY. The caller ends with compare_results_free. */
enum status compare_work_out(const struct compare *compare, struct compare_results *results, struct fault *fault);
void compare_results_free(struct compare_results *results);

#endif
