/* The control charts of a season: for each quantity and line, in order of time. A signal belongs to one chart and comes
 * about once in its run length where nothing has changed; with many charts there are always some. What stands up to all
 * charts together is a finding (findings.h). */
#ifndef ASSAY_ENGINE_DRIFT_SIGNALS_H
#define ASSAY_ENGINE_DRIFT_SIGNALS_H

#include "engine/drift/season.h"
#include "engine/drift/shewhart.h"

enum signal_chart {
  SIGNAL_INDIVIDUALS,  /* by the run rules */
  SIGNAL_MOVING_RANGE, /* of two */
  SIGNAL_MEAN,         /* of subgroups, by the run rules */
  SIGNAL_DEVIATION,    /* of subgroups */
  SIGNAL_EWMA,
  SIGNAL_CUSUM,
  SIGNAL_SHARE,   /* p: photos that show it, of a sample */
  SIGNAL_DEFECTS, /* u: regions a photo, of a sample; stands with the failed photos */
  SIGNAL_CHARTS
};
const char *signal_chart_name(enum signal_chart chart); /* "individuals" */

struct signal_options {
  unsigned rules;   /* enum run_rule bits */
  size_t reference; /* the first so many values of a line give its limits; at least 20 */
  bool from_spec; /* measured: centre and sigma from the golden's limits, which stand 3 sigma off, where both are set */
  size_t subgroup;   /* consecutive values a mean; 2 to 25 */
  size_t sample;     /* consecutive photos a share; from 2 */
  double run_length; /* in control, of EWMA and CUSUM */
};

struct signal_count {
  bool used; /* this chart exists */
  struct chart_limits limits;
  size_t points, signals; /* a signal: a point that is out after one that is not */
  int64_t first;          /* of the first signal */
  bool out;               /* the last point is */
};

/* The charts of one quantity on one line. */
struct line_charts {
  size_t quantity;
  struct season_cell cell; /* its factory and line hold */
  size_t values, reference;
  double centre, sigma;
  struct signal_count charts[SIGNAL_CHARTS];
};

struct signals {
  struct line_charts *items; /* by quantity, then as the lines first appear */
  size_t count;
  double ewma_weight, ewma_reach, cusum_k, cusum_h; /* what the run length came to */
};

/* Of a sorted season. Lines with fewer values than the reference have no charts and are not listed. The caller ends
 * with signals_free. STATUS_MEMORY. */
enum status signals_look(const struct season *season, const struct signal_options *options, struct signals *signals,
                         struct fault *fault);
void signals_free(struct signals *signals);

#endif
