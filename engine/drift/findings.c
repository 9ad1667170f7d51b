#include "engine/drift/findings.h"

#include "engine/drift/findings_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  SHORTLIST = 8,
  MOST_FINDINGS = 200 /* of one quantity */
};
/* A lot as a whole is named where its beginning lies within the interval of the change: here a 99.9 % one, see
 * change.h. */
static const double lot_bonus = 2 * 7.6;

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
}

/* --- Which group --- */

/* How much of a measured change the group explains when it may also be a ramp; of a lot and of a rate, a step. */
static enum status refine(struct look *look, const struct candidate *c, double *gain, struct fault *fault) {
  struct change change;
  double offset;
  *gain = c->gain + (c->key == KEY_LOT ? lot_bonus : 0);
  if (look->scan.counted || c->key == KEY_LOT) return STATUS_OK;
  enum status status = look_take_series(look, c, &offset, fault);
  if (!status) status = change_find(look->series, look->length, look_inflation(look, c), &change, fault);
  if (!status) *gain *= change.over_step;
  return status;
}

static int by_gain(const void *a, const void *b) {
  const struct candidate *x = a, *y = b;
  if (x->gain != y->gain) return x->gain > y->gain ? -1 : 1;
  return (int)x->key - (int)y->key;
}

struct mean {
  double sum[COLOUR_AXES], count;
};

static void mean_add(struct mean *mean, const struct scan *scan, size_t i) {
  for (int a = 0; a < scan->axes; a++) mean->sum[a] += scan_value(scan, i, a);
  mean->count++;
}

/* How far the mean lies from another. */
static double mean_off(const struct mean *mean, const struct mean *from) {
  double squares = 0;
  for (int a = 0; a < COLOUR_AXES; a++) {
    double off = mean->sum[a] / mean->count - from->sum[a] / from->count;
    squares += off * off;
  }
  return sqrt(squares);
}

/* Whether two lots are all that their line made, and the second lies further from what the other lines made. */
static bool stands_out_more(const struct look *look, const struct candidate *lot, const struct candidate *other) {
  const struct scan *scan = &look->scan;
  const uint32_t *lines = look->groups->stratum[LEVEL_LINE], line = lines[scan->cells[lot->first]];
  struct mean of_lot = {.count = 0}, of_other = {.count = 0}, rest = {.count = 0};
  if (other->key != KEY_LOT || other->group == lot->group || lines[scan->cells[other->first]] != line) return false;
  for (size_t i = 0; i < scan->count; i++) {
    if (look_in_window(look, lot, i))
      mean_add(&of_lot, scan, i);
    else if (look_in_window(look, other, i))
      mean_add(&of_other, scan, i);
    else if (lines[scan->cells[i]] != line)
      mean_add(&rest, scan, i);
    else
      return false;
  }
  return rest.count > 0 && mean_off(&of_other, &rest) > mean_off(&of_lot, &rest);
}

/* Of two lots of one line either may be the one that differs; the other lines tell which. */
static struct candidate *of_two_lots(const struct look *look, struct candidate *best, size_t found) {
  for (size_t i = 0; best && best->key == KEY_LOT && i < found; i++)
    if (stands_out_more(look, best, &look->candidates[i])) return &look->candidates[i];
  return best;
}

/* Whether a lot is the first of several that its line made, and the later ones lie further from what the other lines
 * made. */
static bool line_left(const struct look *look, const struct candidate *lot) {
  const struct scan *scan = &look->scan;
  const uint32_t *lines = look->groups->stratum[LEVEL_LINE], line = lines[scan->cells[lot->first]];
  struct mean of_lot = {.count = 0}, later = {.count = 0}, rest = {.count = 0};
  for (size_t i = 0; i < scan->count; i++) {
    bool own = look_in_window(look, lot, i), same = lines[scan->cells[i]] == line;
    if (same && !own && i < lot->first) return false;
    mean_add(own ? &of_lot : same ? &later : &rest, scan, i);
  }
  return rest.count > 0 && later.count > 0 && mean_off(&later, &rest) > mean_off(&of_lot, &rest);
}

static struct candidate *line_of_lot(const struct look *look, const struct candidate *lot) {
  uint32_t line = look->groups->of[KEY_LINE][look->scan.cells[lot->first]];
  for (size_t i = 0; line != NO_GROUP && i < look->candidate_count; i++) {
    struct candidate *c = &look->candidates[i];
    if (c->key == KEY_LINE && c->group == line && c->gain > 0) return c;
  }
  return NULL;
}

/* Whether most of the lot lies where the line is said to have changed. */
static bool covers(const struct look *look, const struct candidate *line, const struct candidate *lot) {
  size_t in = 0;
  for (size_t i = line->first; i < look->scan.count; i++) in += look_in_window(look, lot, i);
  return 2 * in > lot->units;
}

/* A lot differs also where its line changed, before it or after it, being the first: where that explains more, it is
 * the line that is named. The test was that of the lot; which of the two it is, is only a question of where to look.
 * `most`: what the lot explains. */
static enum status of_line(struct look *look, struct candidate **best, double most, struct fault *fault) {
  struct candidate *lot = *best, *line = lot && lot->key == KEY_LOT ? line_of_lot(look, lot) : NULL;
  double gain = 0;
  if (!line || look->scan.counted) return STATUS_OK;
  bool left = line_left(look, lot);
  enum status status = left ? STATUS_OK : refine(look, line, &gain, fault);
  if (status || (!left && (gain <= most || !covers(look, line, lot)))) return status;
  line->probability = lot->probability;
  *best = line;
  return STATUS_OK;
}

/* The candidate that explains most of those that chance hardly explains; *best NULL where there is none. */
static enum status choose(struct look *look, struct candidate **best, struct fault *fault) {
  size_t found = 0;
  double most = 0;
  *best = NULL;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < look->candidate_count; i++)
    if (look->candidates[i].probability <= look->allowed[look->candidates[i].key]) {
      struct candidate other = look->candidates[found];
      look->candidates[found++] = look->candidates[i];
      look->candidates[i] = other;
    }
  qsort(look->candidates, found, sizeof *look->candidates, by_gain);
  for (size_t i = 0; i < found && i < SHORTLIST && !status; i++) {
    double gain;
    status = refine(look, &look->candidates[i], &gain, fault);
    if (!status && gain > most) most = gain, *best = &look->candidates[i];
  }
  *best = of_two_lots(look, *best, found);
  return status ? status : of_line(look, best, most, fault);
}

/* --- From failed photos to what they fail by --- */

static void set_values(struct look *look, size_t quantity) {
  const struct season_quantity *q = &look->season->quantities[quantity];
  look->quantity = quantity;
  for (size_t i = 0; i < look->scan.count; i++)
    look->scan.values[i] = season_value(look->season, q, look->scan.rows[i]);
}

/* How much a class of defect rises with the candidate's photos; it explains them where that is half of the rise of what
 * failed, and chance would not do as much one time in a hundred. */
static bool explains(const struct look *look, const struct candidate *c, const struct season_quantity *q,
                     double *gain) {
  double a = 0, m = 0, all = 0, failed_in = 0, failed = 0, n = (double)look->scan.count;
  for (size_t i = 0; i < look->scan.count; i++) {
    double value = season_value(look->season, q, look->scan.rows[i]);
    bool in = look_in_window(look, c, i);
    all += value, failed += look->scan.values[i], m += in;
    if (in) a += value, failed_in += look->scan.values[i];
  }
  if (m <= 0 || m >= n) return false;
  double rise = a / m - (all - a) / (n - m), failed_rise = failed_in / m - (failed - failed_in) / (n - m);
  *gain = change_rate_gain(a, m, all - a, n - m);
  return rise >= failed_rise / 2 && *gain > 6.63 /* chi-square's 99 % point */;
}

/* A rise of failed photos that one class of defect explains is put down to that. The test was that of what failed;
 * which class it is, is then only a question of where to look. */
static void look_behind(struct look *look, const struct candidate *c) {
  const struct season *season = look->season;
  uint32_t golden = season->quantities[look->quantity].golden;
  size_t best = look->quantity;
  double most = 0, gain;
  for (size_t q = 0; q < season->quantity_count; q++) {
    const struct season_quantity *quantity = &season->quantities[q];
    if (quantity->golden == golden && quantity->kind == QUANTITY_DEFECT && explains(look, c, quantity, &gain) &&
        gain > most)
      most = gain, best = q;
  }
  if (best != look->quantity) set_values(look, best);
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

enum status findings_add(struct findings *findings, const struct finding *f, struct fault *fault) {
  struct finding *items = realloc(findings->items, (findings->count + 1) * sizeof *items);
  if (!items) return no_memory(fault);
  findings->items = items;
  items[findings->count++] = *f;
  return STATUS_OK;
}

static enum status look_once(struct look *look, struct explained *explained, struct findings *findings, bool *any,
                             struct fault *fault) {
  struct candidate *best = NULL;
  *any = false;
  enum status status = scan_estimate(&look->scan, fault);
  if (status || !scan_possible(&look->scan)) return status;
  status = scan_look(&look->scan, look->candidates, fault);
  if (!status) status = choose(look, &best, fault);
  if (status || !best) return status;
  struct candidate c = *best;
  size_t quantity = look->quantity;
  if (look->season->quantities[quantity].kind == QUANTITY_FAILED) look_behind(look, &c);
  struct finding f = {.quantity = look->quantity,
                      .key = c.key,
                      .cell = look->season->cells[look->scan.cells[c.first]],
                      .whole_lot = c.key == KEY_LOT,
                      .probability = c.probability,
                      .allowed = look->allowed[c.key],
                      .limit = NAN,
                      .units_to_limit = NAN};
  status = look_date(look, &c, &f, fault);
  if (status) return status;
  take_out(look, &c, &f, explained);
  if (look->quantity != quantity) set_values(look, quantity);
  finding_describe(look->season, &f);
  *any = true;
  return findings_add(findings, &f, fault);
}

static void leave_out(struct scan *scan, bool *keep, const struct explained *apart) {
  for (size_t i = 0; i < scan->count; i++) keep[i] = !apart->rows[scan->rows[i]];
  scan_keep(scan, keep);
}

enum status look_through(struct look *look, struct season_points *points, const struct explained *apart,
                         struct explained *explained, struct findings *findings, struct fault *fault) {
  const struct season_quantity *q = &look->season->quantities[look->quantity];
  size_t count = points->count;
  enum status status = scan_make(look->season, look->groups, quantity_counted(q->kind), points, &look->scan, fault);
  double *series = calloc(count + 1, sizeof *series);
  size_t *in_series = calloc(count + 1, sizeof *in_series);
  bool *keep = calloc(count + 1, sizeof *keep), any = true;
  struct candidate *candidates = calloc(look->candidate_count + 1, sizeof *candidates);
  if (!status && (!series || !in_series || !keep || !candidates)) status = no_memory(fault);
  look->series = series, look->points = in_series, look->keep = keep, look->candidates = candidates;
  if (!status && apart) leave_out(&look->scan, keep, apart);
  for (int i = 0; i < MOST_FINDINGS && any && !status; i++) status = look_once(look, explained, findings, &any, fault);
  scan_free(&look->scan);
  free(series);
  free(in_series);
  free(keep);
  free(candidates);
  return status;
}
