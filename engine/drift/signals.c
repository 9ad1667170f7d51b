#include "engine/drift/signals.h"

#include "engine/drift/constants.h"
#include "engine/drift/cusum.h"
#include "engine/drift/ewma.h"
#include "engine/drift/groups.h"
#include "engine/drift/run_length.h"
#include "engine/drift/run_rules.h"

#include <math.h>
#include <stdlib.h>

static const double ewma_weight = 0.1, cusum_k = 0.5;

const char *signal_chart_name(enum signal_chart chart) {
  static const char *const names[] = {"individuals", "moving range", "mean", "deviation", "ewma", "cusum", "p", "u"};
  return names[chart];
}

/* A line while its values come in. */
struct runner {
  struct line_charts *charts;
  double *values; /* the reference, then the subgroup */
  size_t held;
  double last;
  struct ewma ewma;
  struct cusum cusum;
  struct run_rules single, means;
  double events, regions, reference_regions;
  size_t in_sample;
};

struct work {
  const struct season *season;
  const struct signal_options *options;
  struct signals *signals;
  struct runner *runners; /* by stratum */
  const struct season_quantity *quantity;
  struct chart_pair pair; /* limits of subgroups for sigma 1 */
};

static void point(struct signal_count *count, bool out, int64_t time) {
  count->points++;
  if (out && !count->out && !count->signals++) count->first = time;
  count->out = out;
}

static bool outside(const struct chart_limits *limits, double value) {
  return value < limits->lower || value > limits->upper;
}

static struct chart_limits scaled(const struct chart_limits *unit, double centre, double sigma) {
  return (struct chart_limits){.lower = centre + sigma * unit->lower,
                               .centre = centre + sigma * unit->centre,
                               .upper = centre + sigma * unit->upper};
}

/* --- Limits --- */

static void use(struct line_charts *charts, enum signal_chart chart, struct chart_limits limits) {
  charts->charts[chart].used = true;
  charts->charts[chart].limits = limits;
}

static void begin_measured(struct work *w, struct runner *r) {
  struct line_charts *c = r->charts;
  const struct season_quantity *q = w->quantity;
  struct chart_pair pair = chart_individuals(r->values, r->held);
  c->centre = pair.location.centre;
  c->sigma = pair.sigma;
  if (w->options->from_spec && !isnan(q->lower) && !isnan(q->upper)) {
    c->centre = (q->lower + q->upper) / 2;
    c->sigma = (q->upper - q->lower) / 6;
  }
  struct chart_limits none = {0};
  double range = 2 / sqrt(M_PI);
  struct chart_limits ranges = {.centre = range, .upper = range + 3 * sqrt(2 - range * range)};
  use(c, SIGNAL_INDIVIDUALS, chart_given(c->centre, c->sigma, 1));
  use(c, SIGNAL_MOVING_RANGE, scaled(&ranges, 0, c->sigma));
  use(c, SIGNAL_MEAN, chart_given(c->centre, c->sigma, w->options->subgroup));
  use(c, SIGNAL_DEVIATION, scaled(&w->pair.spread, 0, c->sigma));
  ewma_begin(&r->ewma, ewma_weight, w->signals->ewma_reach, c->centre, c->sigma);
  use(c, SIGNAL_EWMA, ewma_steady(&r->ewma));
  cusum_begin(&r->cusum, c->centre, c->sigma, cusum_k, w->signals->cusum_h);
  none.upper = r->cusum.decision;
  use(c, SIGNAL_CUSUM, none);
}

static void begin_counted(struct work *w, struct runner *r) {
  struct line_charts *c = r->charts;
  double n = (double)w->options->sample;
  c->centre = chart_mean(r->values, r->held);
  c->sigma = sqrt(c->centre * (1 - c->centre));
  use(c, SIGNAL_SHARE, chart_p(c->centre, n));
  if (w->quantity->kind == QUANTITY_FAILED) use(c, SIGNAL_DEFECTS, chart_u(r->reference_regions / (double)r->held, n));
}

/* --- Points --- */

static void add_measured(struct work *w, struct runner *r, double value, int64_t time) {
  struct line_charts *c = r->charts;
  struct signal_count *n = c->charts;
  size_t size = w->options->subgroup;
  if (c->sigma <= 0) return;
  point(&n[SIGNAL_INDIVIDUALS], run_rules_add(&r->single, w->options->rules, (value - c->centre) / c->sigma), time);
  point(&n[SIGNAL_MOVING_RANGE], outside(&n[SIGNAL_MOVING_RANGE].limits, fabs(value - r->last)), time);
  ewma_add(&r->ewma, value);
  point(&n[SIGNAL_EWMA], outside(&n[SIGNAL_EWMA].limits, r->ewma.z), time);
  point(&n[SIGNAL_CUSUM], cusum_add(&r->cusum, value), time);
  r->last = value;
  r->values[r->held++] = value;
  if (r->held < size) return;
  double z = (chart_mean(r->values, size) - c->centre) / c->sigma * sqrt((double)size);
  point(&n[SIGNAL_MEAN], run_rules_add(&r->means, w->options->rules, z), time);
  point(&n[SIGNAL_DEVIATION], outside(&n[SIGNAL_DEVIATION].limits, chart_deviation(r->values, size)), time);
  r->held = 0;
}

static void add_counted(struct work *w, struct runner *r, double value, double regions, int64_t time) {
  struct signal_count *n = r->charts->charts;
  double size = (double)w->options->sample;
  r->events += value;
  r->regions += regions;
  if (++r->in_sample < w->options->sample) return;
  point(&n[SIGNAL_SHARE], outside(&n[SIGNAL_SHARE].limits, r->events / size), time);
  if (n[SIGNAL_DEFECTS].used) point(&n[SIGNAL_DEFECTS], outside(&n[SIGNAL_DEFECTS].limits, r->regions / size), time);
  r->events = r->regions = 0;
  r->in_sample = 0;
}

static void add(struct work *w, struct runner *r, double value, uint32_t row) {
  bool counted = quantity_counted(w->quantity->kind);
  int64_t time = w->season->times[row];
  double regions = w->season->regions[row];
  size_t n = r->charts->values++;
  if (n >= w->options->reference) {
    if (counted)
      add_counted(w, r, value, regions, time);
    else
      add_measured(w, r, value, time);
    return;
  }
  r->reference_regions += regions;
  r->values[r->held++] = r->last = value;
  if (n + 1 < w->options->reference) return;
  r->charts->reference = w->options->reference;
  if (counted)
    begin_counted(w, r);
  else
    begin_measured(w, r);
  r->held = 0;
}

/* --- A quantity --- */

static enum status begin_runners(struct work *w, size_t quantity, const struct groups *groups,
                                 struct line_charts *charts, struct fault *fault) {
  for (size_t k = 0; k < groups->strata[LEVEL_LINE]; k++) {
    free(w->runners[k].values);
    w->runners[k] = (struct runner){.charts = &charts[k]};
    charts[k] = (struct line_charts){.quantity = quantity};
    w->runners[k].values = calloc(w->options->reference + w->options->subgroup, sizeof(double));
    if (!w->runners[k].values) return fault_set(fault, STATUS_MEMORY, "out of memory for charts");
  }
  for (size_t c = 0; c < w->season->cell_count; c++)
    if (groups->stratum[LEVEL_LINE][c] != NO_GROUP) charts[groups->stratum[LEVEL_LINE][c]].cell = w->season->cells[c];
  return STATUS_OK;
}

static enum status run_quantity(struct work *w, size_t quantity, const struct groups *groups, struct fault *fault) {
  struct signals *s = w->signals;
  struct line_charts *items = realloc(s->items, (s->count + groups->strata[LEVEL_LINE] + 1) * sizeof *items);
  if (!items) return fault_set(fault, STATUS_MEMORY, "out of memory for charts");
  s->items = items;
  struct line_charts *charts = &items[s->count];
  struct season_points points;
  enum status status = begin_runners(w, quantity, groups, charts, fault);
  if (!status) status = season_points(w->season, w->quantity, &points, fault);
  if (status) return status;
  for (size_t i = 0; i < points.count; i++)
    add(w, &w->runners[groups->stratum[LEVEL_LINE][w->season->cell[points.rows[i]]]], points.values[i], points.rows[i]);
  season_points_free(&points);
  for (size_t k = 0; k < groups->strata[LEVEL_LINE]; k++)
    if (charts[k].reference) s->items[s->count++] = charts[k];
  return STATUS_OK;
}

static enum status run_golden(struct work *w, size_t first, size_t end, struct fault *fault) {
  struct groups groups;
  enum status status = groups_make(w->season, w->season->quantities[first].golden, &groups, fault);
  if (status) return status;
  w->runners = calloc(groups.strata[LEVEL_LINE] + 1, sizeof *w->runners);
  if (!w->runners) status = fault_set(fault, STATUS_MEMORY, "out of memory for charts");
  for (size_t q = first; q < end && !status; q++) {
    w->quantity = &w->season->quantities[q];
    status = run_quantity(w, q, &groups, fault);
  }
  for (size_t k = 0; w->runners && k < groups.strata[LEVEL_LINE]; k++) free(w->runners[k].values);
  free(w->runners);
  w->runners = NULL;
  groups_free(&groups);
  return status;
}

enum status signals_look(const struct season *season, const struct signal_options *options, struct signals *signals,
                         struct fault *fault) {
  *signals = (struct signals){.ewma_weight = ewma_weight, .cusum_k = cusum_k};
  enum status status = run_length_limit(RUN_EWMA, ewma_weight, options->run_length, &signals->ewma_reach, fault);
  if (!status) status = run_length_limit(RUN_CUSUM, cusum_k, options->run_length, &signals->cusum_h, fault);
  struct work w = {.season = season,
                   .options = options,
                   .signals = signals,
                   .pair = chart_mean_deviation(0, chart_c4((int)options->subgroup), (int)options->subgroup)};
  for (size_t q = 0, end; q < season->quantity_count && !status; q = end) {
    for (end = q; end < season->quantity_count && season->quantities[end].golden == season->quantities[q].golden;)
      end++;
    status = run_golden(&w, q, end, fault);
  }
  if (status) signals_free(signals);
  return status;
}

void signals_free(struct signals *signals) {
  free(signals->items);
  *signals = (struct signals){0};
}
