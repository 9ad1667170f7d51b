/* The findings of a season: its quantities one after another, or beside each other, each with its share of the budget.
 */
#include "engine/crew.h"
#include "engine/drift/findings_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BESIDE = 4 /* quantities looked at at a time: each takes some 60 bytes a photo */ };
/* Shares of the budget (weighted as by Genovese, Roeder and Wasserman, Biometrika 93, 2006): the rate of a defect needs
 * more photos to tell a change from chance than a measured value, and gets more; what could not be judged or failed
 * shows in what it was measured by. */
static const double defect_weight = 8, other_weight = 1;

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
}

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
    bool defect = season->quantities[q].kind == QUANTITY_DEFECT;
    weights[q] = !worth_looking(&points, counted) ? 0 : defect ? defect_weight : other_weight;
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

static enum status look_quantity(const struct season *season, size_t q, double share, const struct groups *groups,
                                 const struct explained *apart, struct explained *explained, struct findings *findings,
                                 struct fault *fault) {
  if (share <= 0) return STATUS_OK;
  struct look look = {.season = season, .groups = groups, .quantity = q, .candidate_count = scan_candidates(groups)};
  share_budget(&look, share);
  findings->charts += look.candidate_count;
  struct season_points points;
  enum status status = season_points(season, &season->quantities[q], &points, fault);
  if (!status) status = look_through(&look, &points, apart, explained, findings, fault);
  return status;
}

/* What one quantity comes to, beside others. */
struct share {
  struct explained explained;
  struct findings findings;
};

/* The quantities of one golden that do not depend on each other. */
struct looking {
  const struct season *season;
  const struct groups *groups;
  const double *shares; /* of the budget, by quantity */
  size_t first;
  struct share *parts;
};

static enum status look_beside(void *context, size_t index, struct fault *fault) {
  const struct looking *in = context;
  struct share *part = &in->parts[index];
  part->explained.rows = calloc(in->season->count + 1, sizeof *part->explained.rows);
  if (!part->explained.rows) return no_memory(fault);
  size_t q = in->first + index;
  return look_quantity(in->season, q, in->shares[q], in->groups, NULL, &part->explained, &part->findings, fault);
}

/* The smallest probability of what was found; 1 where nothing was. */
static double rarest(const struct findings *findings) {
  double least = 1;
  for (size_t i = 0; i < findings->count; i++) least = fmin(least, findings->items[i].probability);
  return least;
}

/* The photos that show a class of defect which rose more clearly than that of a part. Whether there are any. */
static bool mark_others(const struct looking *in, size_t index, size_t count, struct explained *shown) {
  double own = rarest(&in->parts[index].findings);
  bool any = false;
  for (size_t i = 0; i < count; i++) {
    const struct findings *others = &in->parts[i].findings;
    if (in->season->quantities[in->first + i].kind != QUANTITY_DEFECT || !(rarest(others) < own)) continue;
    for (size_t k = 0; k < others->count; k++)
      any |= findings_mark_shown(in->season, in->groups, &others->items[k], shown);
  }
  return any;
}

/* Looks at a class of defect again without the photos that show another one, which rose more clearly. */
static enum status look_apart(struct looking *in, size_t index, size_t count, struct fault *fault) {
  size_t q = in->first + index, rows = in->season->count;
  struct share *part = &in->parts[index];
  if (in->season->quantities[q].kind != QUANTITY_DEFECT || !part->findings.count) return STATUS_OK;
  struct explained shown = {.rows = calloc(rows + 1, sizeof *shown.rows)};
  enum status status = shown.rows ? STATUS_OK : no_memory(fault);
  if (!status && mark_others(in, index, count, &shown)) {
    findings_free(&part->findings);
    memset(part->explained.rows, 0, rows * sizeof *part->explained.rows);
    status = look_quantity(in->season, q, in->shares[q], in->groups, &shown, &part->explained, &part->findings, fault);
  }
  free(shown.rows);
  return status;
}

static enum status join_part(const struct season *season, const struct share *part, struct explained *explained,
                             struct findings *findings, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < part->findings.count && !status; i++)
    status = findings_add(findings, &part->findings.items[i], fault);
  for (size_t row = 0; row < season->count && part->findings.count; row++)
    explained->rows[row] |= part->explained.rows[row];
  findings->charts += part->findings.charts;
  return status;
}

static enum status look_at_several(struct looking *in, size_t count, struct explained *explained,
                                   struct findings *findings, struct fault *fault) {
  if (!count) return STATUS_OK;
  int processors = crew_processors();
  const struct crew crew = {
      .threads = processors < MOST_BESIDE ? processors : MOST_BESIDE, .piece = look_beside, .context = in};
  in->parts = calloc(count, sizeof *in->parts);
  enum status status = in->parts ? crew_run(&crew, count, fault) : no_memory(fault);
  for (size_t i = 0; i < count && !status; i++) status = look_apart(in, i, count, fault);
  for (size_t i = 0; i < count && !status; i++)
    status = join_part(in->season, &in->parts[i], explained, findings, fault);
  for (size_t i = 0; i < count && in->parts; i++) {
    free(in->parts[i].explained.rows);
    findings_free(&in->parts[i].findings);
  }
  free(in->parts);
  return status;
}

/* Quantities first..end - 1, of one golden: those that sum up stand last, and are looked at when the others were. */
static enum status look_golden(const struct season *season, size_t first, size_t end, const double *shares,
                               struct explained *explained, struct findings *findings, struct fault *fault) {
  struct groups groups = {0};
  size_t own = first;
  while (own < end && !quantity_sums_up(season->quantities[own].kind)) own++;
  enum status status = groups_make(season, season->quantities[first].golden, &groups, fault);
  struct looking in = {.season = season, .groups = &groups, .shares = shares, .first = first};
  if (!status) status = look_at_several(&in, own - first, explained, findings, fault);
  for (size_t q = own; q < end && !status; q++)
    status = look_quantity(season, q, shares[q], &groups, explained, explained, findings, fault);
  groups_free(&groups);
  return status;
}

static int by_since(const void *a, const void *b) {
  const struct finding *x = a, *y = b;
  if (x->since != y->since) return x->since < y->since ? -1 : 1;
  return x->quantity < y->quantity ? -1 : x->quantity > y->quantity;
}

enum status findings_look(const struct season *season, double budget, struct findings *findings, struct fault *fault) {
  *findings = (struct findings){.budget = budget};
  struct explained explained = {.rows = calloc(season->count + 1, sizeof *explained.rows)};
  double *shares = calloc(season->quantity_count + 1, sizeof *shares), sum = 0;
  enum status status = explained.rows && shares ? STATUS_OK : no_memory(fault);
  if (!status) status = weigh_quantities(season, shares, &sum, fault);
  for (size_t q = 0; q < season->quantity_count && !status; q++) shares[q] = sum > 0 ? budget * shares[q] / sum : 0;
  for (size_t first = 0, end; first < season->quantity_count && !status; first = end) {
    for (end = first + 1; end < season->quantity_count;) {
      if (season->quantities[end].golden != season->quantities[first].golden) break;
      end++;
    }
    status = look_golden(season, first, end, shares, &explained, findings, fault);
  }
  if (findings->count) qsort(findings->items, findings->count, sizeof *findings->items, by_since);
  free(explained.rows);
  free(shares);
  if (status) findings_free(findings);
  return status;
}

void findings_free(struct findings *findings) {
  free(findings->items);
  *findings = (struct findings){0};
}
