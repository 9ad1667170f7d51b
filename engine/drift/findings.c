#include "engine/drift/findings.h"

#include "engine/drift/scan.h"
#include "engine/statistics/distributions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHORTLIST = 8, MOST_FINDINGS = 200 /* of one quantity */ };
/* Shares of the budget (weighted as by Genovese, Roeder and Wasserman, Biometrika 93, 2006): a measured value tells a
 * drift from chance with far fewer photos than a rate does, and needs less. */
static const double measured_weight = 1, counted_weight = 4;
/* A lot as a whole is named where its beginning lies within the interval of the change: twice 3.676, see change.h. */
static const double lot_bonus = 2 * 3.676;

/* What is looked for in one quantity. */
struct look {
  const struct season *season;
  const struct groups *groups;
  size_t quantity;
  double allowed[DRIFT_KEYS];
  struct scan scan;
  double *series; /* of a group */
  size_t *points; /* their indices in the scan */
  size_t length;
  bool *keep;
  struct candidate *candidates;
  size_t candidate_count;
};

/* Photos that a finding explains, by row. */
struct explained {
  bool *rows;
};

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
}

/* --- The series of a group --- */

static bool in_window(const struct look *look, const struct candidate *c, size_t i) {
  return i >= c->first && look->groups->of[c->key][look->scan.cells[i]] == c->group;
}

/* Levels of the strata without the window; their mean over the group's points is returned. */
static double outside_levels(const struct look *look, const struct candidate *c, double *levels, double *counts) {
  const struct scan *scan = &look->scan;
  const uint32_t *stratum = look->groups->stratum[LEVEL_LINE];
  double *sums = levels;
  memset(levels, 0, look->groups->strata[LEVEL_LINE] * sizeof *levels);
  memset(counts, 0, look->groups->strata[LEVEL_LINE] * sizeof *counts);
  for (size_t i = 0; i < scan->count; i++) {
    if (in_window(look, c, i)) continue;
    sums[stratum[scan->cells[i]]] += scan->values[i];
    counts[stratum[scan->cells[i]]]++;
  }
  for (size_t k = 0; k < look->groups->strata[LEVEL_LINE]; k++)
    levels[k] = counts[k] > 0 ? sums[k] / counts[k] : scan->levels[LEVEL_LINE].level[k];
  double mean = 0, points = 0;
  for (size_t i = 0; i < scan->count; i++)
    if (in_window(look, c, i)) mean += levels[stratum[scan->cells[i]]], points++;
  return points > 0 ? mean / points : 0;
}

/* Whether a point belongs to the series in which the candidate's change is dated: its group; of a lot, the lines that
 * made it, up to its last photo. */
static bool in_series(const struct look *look, const struct candidate *c, size_t i, const bool *lot_strata,
                      size_t lot_end) {
  uint32_t cell = look->scan.cells[i];
  if (c->key == KEY_LOT) return i <= lot_end && lot_strata[look->groups->stratum[LEVEL_LINE][cell]];
  return look->groups->of[c->key][cell] == c->group;
}

/* Fills look->series with the values of the candidate's series, each about its own line's level where they come from
 * several; returns what was taken off, on average. */
static enum status take_series(struct look *look, const struct candidate *c, double *offset, struct fault *fault) {
  const struct groups *g = look->groups;
  double *levels = calloc(g->strata[LEVEL_LINE] + 1, sizeof *levels),
         *counts = calloc(g->strata[LEVEL_LINE] + 1, sizeof *counts);
  bool *lot_strata = calloc(g->strata[LEVEL_LINE] + 1, sizeof *lot_strata);
  enum status status = levels && counts && lot_strata ? STATUS_OK : no_memory(fault);
  size_t lot_end = 0;
  for (size_t i = 0; !status && c->key == KEY_LOT && i < look->scan.count; i++)
    if (in_window(look, c, i)) lot_strata[g->stratum[LEVEL_LINE][look->scan.cells[i]]] = true, lot_end = i;
  *offset = status || look->scan.counted ? 0 : outside_levels(look, c, levels, counts);
  look->length = 0;
  for (size_t i = 0; !status && i < look->scan.count; i++) {
    if (!in_series(look, c, i, lot_strata, lot_end)) continue;
    double level = look->scan.counted ? 0 : levels[g->stratum[LEVEL_LINE][look->scan.cells[i]]];
    look->series[look->length] = look->scan.values[i] - level;
    look->points[look->length++] = i;
  }
  free(levels);
  free(counts);
  free(lot_strata);
  return status;
}

/* Of what dates a change: for a lot, and for what moves inside of lots, that within lots. */
static double inflation_of(const struct look *look, const struct candidate *c) {
  bool within = !look->scan.counted && (c->key == KEY_LOT || c->level == LEVEL_LOT);
  return look->scan.levels[within ? LEVEL_LOT : LEVEL_LINE].inflation;
}

/* --- Which group --- */

/* How much of a measured change the group explains when it may also be a ramp; of a lot and of a rate, a step. */
static enum status refine(struct look *look, const struct candidate *c, double *gain, struct fault *fault) {
  struct change change;
  double offset;
  *gain = c->gain + (c->key == KEY_LOT ? lot_bonus : 0);
  if (look->scan.counted || c->key == KEY_LOT) return STATUS_OK;
  enum status status = take_series(look, c, &offset, fault);
  if (!status) status = change_find(look->series, look->length, inflation_of(look, c), &change, fault);
  if (!status) *gain *= change.over_step;
  return status;
}

static int by_gain(const void *a, const void *b) {
  const struct candidate *x = a, *y = b;
  if (x->gain != y->gain) return x->gain > y->gain ? -1 : 1;
  return (int)x->key - (int)y->key;
}

/* The candidate that explains most of those that chance hardly explains; *best NULL where there is none. */
static enum status choose(struct look *look, const struct candidate **best, struct fault *fault) {
  size_t found = 0;
  for (size_t i = 0; i < look->candidate_count; i++)
    if (look->candidates[i].probability <= look->allowed[look->candidates[i].key])
      look->candidates[found++] = look->candidates[i];
  qsort(look->candidates, found, sizeof *look->candidates, by_gain);
  *best = NULL;
  double most = 0;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < found && i < SHORTLIST && !status; i++) {
    double gain;
    status = refine(look, &look->candidates[i], &gain, fault);
    if (!status && gain > most) most = gain, *best = &look->candidates[i];
  }
  return status;
}

/* --- Dating and sizing --- */

static int64_t time_of(const struct look *look, size_t in_series) {
  return look->season->times[look->scan.rows[look->points[in_series]]];
}

static void set_times(const struct look *look, struct finding *f, size_t onset, size_t lower, size_t upper) {
  size_t last = look->length - 1;
  f->since = time_of(look, onset < last ? onset + 1 : last);
  f->since_lower = time_of(look, lower);
  f->since_upper = time_of(look, upper < last ? upper + 1 : last);
}

/* A lot's change is its beginning; the interval is at least that. */
static void begin_with_lot(const struct look *look, const struct candidate *c, struct finding *f) {
  size_t row = 0;
  while (look->groups->of[KEY_LOT][look->season->cell[row]] != c->group) row++;
  int64_t first = look->season->times[row];
  f->since = first;
  if (f->since_lower > first) f->since_lower = first;
  if (f->since_upper < first) f->since_upper = first;
}

static void project(const struct look *look, const struct change *change, struct finding *f) {
  const struct season_quantity *q = &look->season->quantities[f->quantity];
  f->limit = f->size > 0 ? q->upper : q->lower;
  f->over_limit = !isnan(f->limit) && (f->size > 0 ? f->after > f->limit : f->after < f->limit);
  if (isnan(f->limit) || f->over_limit || !change->goes_on || change->end <= change->onset) return;
  double rise = (change->after - change->before) / (double)(change->end - change->onset);
  f->units_to_limit = ceil((f->limit - f->after) / rise);
  size_t last = look->length - 1;
  double pace = (double)(time_of(look, last) - time_of(look, change->onset)) / (double)(last - change->onset);
  f->limit_time = time_of(look, last) + (int64_t)fmin(f->units_to_limit * pace, 1e15);
}

static enum status date_measured(struct look *look, const struct candidate *c, struct finding *f, struct fault *fault) {
  struct change change;
  double offset;
  enum status status = take_series(look, c, &offset, fault);
  if (status) return status;
  if (c->key == KEY_LOT)
    status = change_find_step(look->series, look->length, inflation_of(look, c), &change, fault);
  else
    status = change_find(look->series, look->length, inflation_of(look, c), &change, fault);
  if (status) return status;
  set_times(look, f, change.onset, change.lower, change.upper);
  f->model = change.model;
  f->sigma = change.sigma;
  f->before = offset + change.before, f->after = offset + change.after;
  f->size = change.size;
  double wide = 1.96 * change.size_error;
  if (c->key == KEY_LOT) {
    /* Against the other lots of its lines, before and after it. */
    f->before = offset;
    f->size = c->size;
    f->after = offset + c->size;
    wide = 1.96 * fabs(c->size) / sqrt(c->gain);
    begin_with_lot(look, c, f);
  }
  f->size_lower = f->size - wide, f->size_upper = f->size + wide;
  project(look, &change, f);
  return STATUS_OK;
}

static enum status date_rate(struct look *look, const struct candidate *c, struct finding *f, struct fault *fault) {
  struct rate_change change;
  double offset;
  enum status status = take_series(look, c, &offset, fault);
  if (status) return status;
  int64_t events = 0, units = (int64_t)look->scan.count, own = 0;
  for (size_t i = 0; i < look->scan.count; i++) events += look->scan.values[i] > 0.5;
  for (size_t i = 0; i < look->length; i++) own += look->series[i] > 0.5;
  change_find_rate(look->series, look->length, events - own, units - (int64_t)look->length, inflation_of(look, c),
                   &change);
  if (look->length > 1) set_times(look, f, change.onset, change.lower, change.upper);
  f->events = change.events;
  f->units = (size_t)change.units;
  f->before = change.before, f->after = change.after;
  if (c->key == KEY_LOT) {
    f->events = 0;
    for (size_t i = 0; i < look->scan.count; i++) f->events += in_window(look, c, i) && look->scan.values[i] > 0.5;
    f->units = c->units;
    f->before = (double)(events - f->events) / (double)(units - (int64_t)c->units);
    f->after = (double)f->events / (double)c->units;
    begin_with_lot(look, c, f);
  }
  f->size = f->after - f->before;
  double a = (double)f->events, m = (double)f->units; /* Clopper and Pearson */
  f->size_lower = beta_quantile(0.025, a, m - a + 1) - f->before;
  f->size_upper = (a < m ? beta_quantile(0.975, a + 1, m - a) : 1) - f->before;
  f->sigma = NAN;
  return STATUS_OK;
}

/* --- Taking out --- */

/* From the earliest time that the interval allows; of a lot, all of it. */
static void take_out(struct look *look, const struct candidate *c, struct finding *f, struct explained *explained) {
  size_t out = 0;
  for (size_t i = 0; i < look->scan.count; i++) {
    uint32_t row = look->scan.rows[i];
    bool in = look->groups->of[c->key][look->scan.cells[i]] == c->group;
    look->keep[i] = !(in && (c->key == KEY_LOT || look->season->times[row] >= f->since_lower));
    out += !look->keep[i];
  }
  for (size_t row = 0; row < look->season->count; row++)
    if (look->groups->of[c->key][look->season->cell[row]] == c->group &&
        (c->key == KEY_LOT || look->season->times[row] >= f->since_lower))
      explained->rows[row] = true;
  if (!look->scan.counted) f->units = c->key == KEY_LOT ? c->units : out;
  scan_keep(&look->scan, look->keep);
}

static enum status add_finding(struct findings *findings, const struct finding *f, struct fault *fault) {
  struct finding *items = realloc(findings->items, (findings->count + 1) * sizeof *items);
  if (!items) return no_memory(fault);
  findings->items = items;
  items[findings->count++] = *f;
  return STATUS_OK;
}

static enum status look_once(struct look *look, struct explained *explained, struct findings *findings, bool *any,
                             struct fault *fault) {
  const struct candidate *best = NULL;
  *any = false;
  enum status status = scan_estimate(&look->scan, fault);
  if (status || !scan_possible(&look->scan)) return status;
  status = scan_look(&look->scan, look->candidates, fault);
  if (!status) status = choose(look, &best, fault);
  if (status || !best) return status;
  struct candidate c = *best;
  struct finding f = {.quantity = look->quantity,
                      .key = c.key,
                      .cell = look->season->cells[look->scan.cells[c.first]],
                      .whole_lot = c.key == KEY_LOT,
                      .probability = c.probability,
                      .allowed = look->allowed[c.key],
                      .limit = NAN,
                      .units_to_limit = NAN};
  status = look->scan.counted ? date_rate(look, &c, &f, fault) : date_measured(look, &c, &f, fault);
  if (status) return status;
  take_out(look, &c, &f, explained);
  finding_describe(look->season, &f);
  *any = true;
  return add_finding(findings, &f, fault);
}

static void leave_out_explained(struct look *look, const struct explained *explained) {
  for (size_t i = 0; i < look->scan.count; i++) look->keep[i] = !explained->rows[look->scan.rows[i]];
  scan_keep(&look->scan, look->keep);
}

/* One quantity, until nothing more is found. */
static enum status look_through(struct look *look, struct season_points *points, struct explained *explained,
                                struct findings *findings, struct fault *fault) {
  const struct season_quantity *q = &look->season->quantities[look->quantity];
  size_t count = points->count;
  enum status status = scan_make(look->season, look->groups, quantity_counted(q->kind), points, &look->scan, fault);
  look->series = calloc(count + 1, sizeof *look->series);
  look->points = calloc(count + 1, sizeof *look->points);
  look->keep = calloc(count + 1, sizeof *look->keep);
  look->candidates = calloc(look->candidate_count + 1, sizeof *look->candidates);
  if (!status && (!look->series || !look->points || !look->keep || !look->candidates)) status = no_memory(fault);
  if (!status && quantity_sums_up(q->kind)) leave_out_explained(look, explained);
  bool any = true;
  for (int i = 0; i < MOST_FINDINGS && any && !status; i++) status = look_once(look, explained, findings, &any, fault);
  scan_free(&look->scan);
  free(look->series);
  free(look->points);
  free(look->keep);
  free(look->candidates);
  return status;
}

/* --- The season --- */

/* Whether a quantity has enough points to be looked through; what cannot give a finding has no share of the budget. */
static bool worth_looking(const struct season_points *points, bool counted) {
  double events = 0;
  for (size_t i = 0; i < points->count && counted; i++) events += points->values[i];
  return points->count >= SCAN_LEAST_POINTS && (!counted || events >= SCAN_LEAST_EVENTS);
}

static enum status weigh_quantities(const struct season *season, double *weights, double *sum, struct fault *fault) {
  *sum = 0;
  for (size_t q = 0; q < season->quantity_count; q++) {
    struct season_points points;
    enum status status = season_points(season, &season->quantities[q], &points, fault);
    if (status) return status;
    bool counted = quantity_counted(season->quantities[q].kind);
    weights[q] = !worth_looking(&points, counted) ? 0 : counted ? counted_weight : measured_weight;
    *sum += weights[q];
    season_points_free(&points);
  }
  return STATUS_OK;
}

static void share_budget(struct look *look, double share) {
  int keys = 0;
  for (int key = 0; key < DRIFT_KEYS; key++) keys += look->groups->count[key] > 0;
  for (int key = 0; key < DRIFT_KEYS; key++)
    look->allowed[key] = look->groups->count[key] ? share / keys / (double)look->groups->count[key] : 0;
}

/* The quantities of one golden stand together, those that sum up last. */
static enum status look_quantity(const struct season *season, size_t q, double share, struct groups *groups,
                                 struct explained *explained, struct findings *findings, struct fault *fault) {
  const struct season_quantity *quantity = &season->quantities[q];
  enum status status = STATUS_OK;
  if (!q || season->quantities[q - 1].golden != quantity->golden) {
    groups_free(groups);
    status = groups_make(season, quantity->golden, groups, fault);
  }
  if (status || share <= 0) return status;
  struct look look = {.season = season, .groups = groups, .quantity = q, .candidate_count = scan_candidates(groups)};
  share_budget(&look, share);
  findings->charts += look.candidate_count;
  struct season_points points;
  status = season_points(season, quantity, &points, fault);
  if (!status) status = look_through(&look, &points, explained, findings, fault);
  return status;
}

static int by_since(const void *a, const void *b) {
  const struct finding *x = a, *y = b;
  if (x->since != y->since) return x->since < y->since ? -1 : 1;
  return x->quantity < y->quantity ? -1 : x->quantity > y->quantity;
}

enum status findings_look(const struct season *season, double budget, struct findings *findings, struct fault *fault) {
  *findings = (struct findings){.budget = budget};
  struct groups groups = {0};
  struct explained explained = {.rows = calloc(season->count + 1, sizeof *explained.rows)};
  double *weights = calloc(season->quantity_count + 1, sizeof *weights), sum = 0;
  enum status status = explained.rows && weights ? STATUS_OK : no_memory(fault);
  if (!status) status = weigh_quantities(season, weights, &sum, fault);
  for (size_t q = 0; q < season->quantity_count && !status; q++)
    status = look_quantity(season, q, sum > 0 ? budget * weights[q] / sum : 0, &groups, &explained, findings, fault);
  if (findings->count) qsort(findings->items, findings->count, sizeof *findings->items, by_since);
  groups_free(&groups);
  free(explained.rows);
  free(weights);
  if (status) findings_free(findings);
  return status;
}

void findings_free(struct findings *findings) {
  free(findings->items);
  *findings = (struct findings){0};
}
