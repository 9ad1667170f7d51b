/* When a group changed and by how much. */
#include "engine/cielab.h"
#include "engine/drift/findings_private.h"
#include "engine/statistics/distributions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory to date a drift");
}

/* --- The series of a group --- */

bool look_in_window(const struct look *look, const struct candidate *c, size_t i) {
  return i >= c->first && look->groups->of[c->key][look->scan.cells[i]] == c->group;
}

/* A value along the candidate's way. */
static double along(const struct look *look, const struct candidate *c, const double *value) {
  double sum = 0;
  for (int a = 0; a < look->scan.axes; a++) sum += c->weight[a] * value[a];
  return sum;
}

static double value_at(const struct look *look, const struct candidate *c, size_t i) {
  return along(look, c, &look->scan.values[i * (size_t)look->scan.axes]);
}

/* Levels of the strata without the window; their mean over the group's points is returned. */
static double outside_levels(const struct look *look, const struct candidate *c, double *levels, double *counts) {
  const struct scan *scan = &look->scan;
  const uint32_t *stratum = look->groups->stratum[LEVEL_LINE];
  double *sums = levels;
  memset(levels, 0, look->groups->strata[LEVEL_LINE] * sizeof *levels);
  memset(counts, 0, look->groups->strata[LEVEL_LINE] * sizeof *counts);
  for (size_t i = 0; i < scan->count; i++) {
    if (look_in_window(look, c, i)) continue;
    sums[stratum[scan->cells[i]]] += value_at(look, c, i);
    counts[stratum[scan->cells[i]]]++;
  }
  for (size_t k = 0; k < look->groups->strata[LEVEL_LINE]; k++)
    levels[k] =
        counts[k] > 0 ? sums[k] / counts[k] : along(look, c, &scan->levels[LEVEL_LINE].level[k * (size_t)scan->axes]);
  double mean = 0, points = 0;
  for (size_t i = 0; i < scan->count; i++)
    if (look_in_window(look, c, i)) mean += levels[stratum[scan->cells[i]]], points++;
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

enum status look_take_series(struct look *look, const struct candidate *c, double *offset, struct fault *fault) {
  const struct groups *g = look->groups;
  double *levels = calloc(g->strata[LEVEL_LINE] + 1, sizeof *levels),
         *counts = calloc(g->strata[LEVEL_LINE] + 1, sizeof *counts);
  bool *lot_strata = calloc(g->strata[LEVEL_LINE] + 1, sizeof *lot_strata);
  enum status status = levels && counts && lot_strata ? STATUS_OK : no_memory(fault);
  size_t lot_end = 0;
  for (size_t i = 0; !status && c->key == KEY_LOT && i < look->scan.count; i++)
    if (look_in_window(look, c, i)) lot_strata[g->stratum[LEVEL_LINE][look->scan.cells[i]]] = true, lot_end = i;
  *offset = status || look->scan.counted ? 0 : outside_levels(look, c, levels, counts);
  look->length = 0;
  for (size_t i = 0; !status && i < look->scan.count; i++) {
    if (!in_series(look, c, i, lot_strata, lot_end)) continue;
    double level = look->scan.counted ? 0 : levels[g->stratum[LEVEL_LINE][look->scan.cells[i]]];
    look->series[look->length] = value_at(look, c, i) - level;
    look->points[look->length++] = i;
  }
  free(levels);
  free(counts);
  free(lot_strata);
  return status;
}

/* Of what dates a change: for a lot, and for what moves inside of lots, that within lots. */
double look_inflation(const struct look *look, const struct candidate *c) {
  if (look->scan.counted) return c->inflation;
  bool within = c->key == KEY_LOT || c->level == LEVEL_LOT;
  const struct scan_level *level = &look->scan.levels[within ? LEVEL_LOT : LEVEL_LINE];
  if (look->scan.axes == 1) return level->inflation[0];
  double sum = 0, all = 0;
  for (int a = 0; a < look->scan.axes; a++) {
    /* The weights go by the inverse of the variances. */
    double variance = fabs(c->weight[a] * c->way[a]);
    sum += variance * level->inflation[a], all += variance;
  }
  return all > 0 ? sum / all : 1;
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

/* The golden's colour, moved by `off` and by `far` along the candidate's way. */
static struct cielab moved(const double golden[COLOUR_AXES], const double off[COLOUR_AXES], const struct candidate *c,
                           double far) {
  return (struct cielab){golden[0] + off[0] + far * c->way[0], golden[1] + off[1] + far * c->way[1],
                         golden[2] + off[2] + far * c->way[2]};
}

/* Mean of the series' points outside of the window, or of all others where it has none. */
static void mean_outside(const struct look *look, const struct candidate *c, double mean[COLOUR_AXES]) {
  double own[COLOUR_AXES] = {0}, all[COLOUR_AXES] = {0}, own_count = 0, all_count = 0;
  size_t next = 0;
  for (size_t i = 0; i < look->scan.count; i++) {
    bool in = next < look->length && look->points[next] == i;
    next += in;
    if (look_in_window(look, c, i)) continue;
    for (int a = 0; a < COLOUR_AXES; a++) {
      all[a] += scan_value(&look->scan, i, a);
      if (in) own[a] += scan_value(&look->scan, i, a);
    }
    all_count++, own_count += in;
  }
  for (int a = 0; a < COLOUR_AXES; a++)
    mean[a] = own_count > 0 ? own[a] / own_count : all_count > 0 ? all[a] / all_count : 0;
}

/* What was found along the candidate's way, as colours: how far from the golden's, and from each other. */
static void tell_colours(const struct look *look, const struct candidate *c, struct finding *f) {
  const double *golden = look->season->quantities[f->quantity].golden_lab;
  double outside[COLOUR_AXES], level, nowhere[COLOUR_AXES] = {0};
  mean_outside(look, c, outside);
  level = along(look, c, outside);
  struct cielab approved = moved(golden, nowhere, c, 0), before = moved(golden, outside, c, f->before - level),
                after = moved(golden, outside, c, f->after - level);
  double apart = cielab_difference(&before, &after), ratio = f->size != 0 ? apart / fabs(f->size) : 0;
  double wide = ratio * (f->size_upper - f->size_lower) / 2;
  for (int a = 0; a < COLOUR_AXES; a++) f->lab[a] = c->way[a] * f->size;
  f->coloured = true;
  f->before = cielab_difference(&approved, &before);
  f->after = cielab_difference(&approved, &after);
  f->size = apart;
  f->size_lower = fmax(0, apart - wide), f->size_upper = apart + wide;
  f->sigma *= ratio;
}

static void project(const struct look *look, const struct change *change, struct finding *f) {
  const struct season_quantity *q = &look->season->quantities[f->quantity];
  double size = f->after - f->before;
  f->limit = size > 0 ? q->upper : q->lower;
  f->over_limit = !isnan(f->limit) && (size > 0 ? f->after > f->limit : f->after < f->limit);
  if (isnan(f->limit) || f->over_limit || !change->goes_on || change->end <= change->onset) return;
  double rise = size / (double)(change->end - change->onset);
  f->units_to_limit = ceil((f->limit - f->after) / rise);
  size_t last = look->length - 1;
  double pace = (double)(time_of(look, last) - time_of(look, change->onset)) / (double)(last - change->onset);
  f->limit_time = time_of(look, last) + (int64_t)fmin(f->units_to_limit * pace, 1e15);
}

static enum status date_measured(struct look *look, const struct candidate *c, struct finding *f, struct fault *fault) {
  struct change change;
  double offset;
  enum status status = look_take_series(look, c, &offset, fault);
  if (status) return status;
  if (c->key == KEY_LOT)
    status = change_find_step(look->series, look->length, look_inflation(look, c), &change, fault);
  else
    status = change_find(look->series, look->length, look_inflation(look, c), &change, fault);
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
  if (look->scan.axes > 1) tell_colours(look, c, f);
  project(look, &change, f);
  return STATUS_OK;
}

static enum status date_rate(struct look *look, const struct candidate *c, struct finding *f, struct fault *fault) {
  struct rate_change change;
  double offset;
  enum status status = look_take_series(look, c, &offset, fault);
  if (status) return status;
  int64_t events = 0, units = (int64_t)look->scan.count, own = 0;
  for (size_t i = 0; i < look->scan.count; i++) events += look->scan.values[i] > 0.5;
  for (size_t i = 0; i < look->length; i++) own += look->series[i] > 0.5;
  change_find_rate(look->series, look->length, events - own, units - (int64_t)look->length, look_inflation(look, c),
                   &change);
  if (look->length > 1) set_times(look, f, change.onset, change.lower, change.upper);
  f->events = change.events;
  f->units = (size_t)change.units;
  f->before = change.before, f->after = change.after;
  if (c->key == KEY_LOT) {
    f->events = 0;
    for (size_t i = 0; i < look->scan.count; i++) f->events += look_in_window(look, c, i) && look->scan.values[i] > 0.5;
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

enum status look_date(struct look *look, const struct candidate *c, struct finding *f, struct fault *fault) {
  return look->scan.counted ? date_rate(look, c, f, fault) : date_measured(look, c, f, fault);
}
