/* Which groups differ. */
#include "engine/lots/compare.h"

#include <stdlib.h>

enum { KINDS = 1 + LOT_CLASSES + CLASS_PRINT + 1 };
static const double SURE = 0.05;

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "out of memory for the comparison");
}

/* Every pair, or each group with the others. False when out of memory. */
static bool make_pairs(size_t groups, struct compare_pairs *pairs) {
  bool all = groups <= COMPARE_MOST_PAIRED;
  size_t count = groups < 2 ? 0 : all ? groups * (groups - 1) / 2 : groups;
  pairs->items = calloc(count + 1, sizeof *pairs->items);
  if (!pairs->items) return false;
  for (size_t a = 0; a < groups && pairs->count < count; a++) {
    if (!all) pairs->items[pairs->count++] = (struct compare_pair){.a = a, .b = COMPARE_OTHERS, .p = NAN};
    for (size_t b = a + 1; all && b < groups; b++)
      pairs->items[pairs->count++] = (struct compare_pair){.a = a, .b = b, .p = NAN};
  }
  return true;
}

/* ---- means ---- */

static struct moments others_of(const struct moments *groups, size_t count, size_t group) {
  struct moments others = {0};
  for (size_t i = 0; i < count; i++)
    if (i != group) moments_merge(&others, &groups[i]);
  return others;
}

static void compare_two(const struct moments *groups, size_t count, size_t usable, struct compare_pair *pair) {
  const struct interval nothing = {NAN, NAN};
  struct mean_pair found;
  struct mean_test test;
  pair->range = nothing;
  if (pair->b != COMPARE_OTHERS) {
    if (!mean_games_howell(&groups[pair->a], &groups[pair->b], usable, 0.95, &found)) return;
    pair->p = found.p;
    pair->difference = found.difference;
    pair->range = found.interval;
  } else {
    struct moments others = others_of(groups, count, pair->a);
    if (!mean_welch(&groups[pair->a], &others, &test)) return;
    pair->p = test.p;
    pair->difference = others.mean - groups[pair->a].mean;
  }
}

/* Holm over the pairs. False when out of memory. */
static bool correct(struct compare_pairs *pairs) {
  double *p = calloc(pairs->count + 1, sizeof *p);
  if (!p) return false;
  for (size_t i = 0; i < pairs->count; i++) p[i] = pairs->items[i].p;
  bool done = mean_holm(p, pairs->count);
  for (size_t i = 0; i < pairs->count; i++) pairs->items[i].p = p[i];
  free(p);
  return done;
}

static bool compare_groups(const struct compare_measure *measure, size_t groups, struct compare_means_result *result) {
  if (!make_pairs(groups, &result->pairs)) return false;
  size_t usable = 0;
  for (size_t i = 0; i < groups; i++) usable += measure->groups[i].count > 1;
  for (size_t i = 0; i < result->pairs.count; i++)
    compare_two(measure->groups, groups, usable, &result->pairs.items[i]);
  if (groups > COMPARE_MOST_PAIRED && !correct(&result->pairs)) return false;
  for (size_t i = 0; i < result->pairs.count; i++) result->pairs.items[i].differs = result->pairs.items[i].p < SURE;
  return true;
}

static bool test_all(const struct compare_measure *measure, size_t groups, struct compare_means_result *result) {
  struct moments *usable = calloc(groups + 1, sizeof *usable);
  if (!usable) return false;
  size_t count = 0;
  for (size_t i = 0; i < groups; i++)
    if (moments_variance(&measure->groups[i]) > 0) usable[count++] = measure->groups[i];
  result->tested = mean_welch_groups(usable, count, &result->test);
  result->p = result->tested ? result->test.p : NAN;
  free(usable);
  return true;
}

static int by_factory(const void *a, const void *b) {
  size_t x = ((const struct component_cell *)a)->outer, y = ((const struct component_cell *)b)->outer;
  return x < y ? -1 : x > y;
}

static bool find_components(const struct compare *compare, const struct compare_measure *measure,
                            struct compare_means_result *result) {
  size_t count = compare->cell_count;
  struct component_cell *cells = calloc(count + 1, sizeof *cells);
  if (!cells) return false;
  for (size_t i = 0; i < count; i++) cells[i] = (struct component_cell){compare->cells[i].factory, measure->cells[i]};
  qsort(cells, count, sizeof *cells, by_factory);
  result->has_components = components_nested(cells, count, &result->components);
  free(cells);
  return true;
}

static enum status work_out_means(const struct compare *compare, struct compare_results *results, struct fault *fault) {
  size_t groups = compare->units.count;
  results->means = calloc(compare->measure_count + 1, sizeof *results->means);
  double *p = calloc(compare->measure_count + 1, sizeof *p);
  bool done = results->means && p;
  for (size_t i = 0; i < compare->measure_count && done; i++) {
    const struct compare_measure *measure = &compare->measures[i];
    if (measure->superseded) continue;
    struct compare_means_result *result = &results->means[results->mean_count++];
    result->measure = measure;
    done = test_all(measure, groups, result) && find_components(compare, measure, result);
    p[results->mean_count - 1] = result->p;
  }
  done = done && mean_holm(p, results->mean_count);
  for (size_t i = 0; i < results->mean_count && done; i++) {
    struct compare_means_result *result = &results->means[i];
    result->p = p[i];
    if (result->measure && result->p < SURE) done = compare_groups(result->measure, groups, result);
  }
  free(p);
  return done ? STATUS_OK : no_memory(fault);
}

/* ---- rates ---- */

static bool is_of(const struct lot_unit *unit, struct compare_kind kind) {
  if (kind.group == COMPARE_SEVERITY) return unit->defective && (int)unit->severity == kind.value;
  if (kind.group == COMPARE_CLASS) return unit->kinds >> kind.value & 1;
  return unit->defective;
}

static struct compare_kind kind_of(int index) {
  if (!index) return (struct compare_kind){COMPARE_DEFECTIVE, 0};
  if (index <= LOT_CLASSES) return (struct compare_kind){COMPARE_SEVERITY, index - 1};
  return (struct compare_kind){COMPARE_CLASS, index - 1 - LOT_CLASSES};
}

/* A unit that is not known to be bad, and was not judged whole, counts as neither. */
static void count_unit(const struct lots *units, uint32_t index, struct compare_rate_result *rates) {
  struct lot_unit unit = lots_unit(units, index);
  uint32_t group = units->entries[index].lot;
  bool whole = !unit.unjudged && !unit.incomplete;
  for (int i = 0; i < KINDS; i++) {
    bool counts = is_of(&unit, rates[i].rate.kind);
    rates[i].rate.counts[group] += counts;
    rates[i].rate.totals[group] += counts || whole;
  }
}

static void compare_rates(const struct compare_rate *rate, size_t groups, struct compare_pair *pair) {
  int64_t a = rate->counts[pair->a], n = rate->totals[pair->a], b = 0, m = 0;
  for (size_t i = 0; i < groups; i++) {
    if (pair->b == COMPARE_OTHERS ? i == pair->a : i != pair->b) continue;
    b += rate->counts[i];
    m += rate->totals[i];
  }
  pair->range = (struct interval){NAN, NAN};
  pair->odds = NAN;
  if (n && m) pair->p = rate_fisher_p(b, m, a, n);
}

static void add_odds(const struct compare_rate *rate, size_t groups, struct compare_pair *pair) {
  int64_t a = rate->counts[pair->a], n = rate->totals[pair->a], b = 0, m = 0;
  for (size_t i = 0; i < groups; i++) {
    if (pair->b == COMPARE_OTHERS ? i == pair->a : i != pair->b) continue;
    b += rate->counts[i];
    m += rate->totals[i];
  }
  pair->odds = rate_odds_ratio(b, m, a, n);
  pair->range = rate_odds_interval(b, m, a, n, 0.95);
}

/* Whether all units of the one kind are of the other too. */
static bool same_units(const struct compare_rate *a, const struct compare_rate *b, size_t groups) {
  for (size_t i = 0; i < groups; i++)
    if (a->counts[i] != b->counts[i] || a->totals[i] != b->totals[i]) return false;
  return true;
}

/* Drops the kinds that no unit is of. */
static bool keep_occurring(size_t groups, struct compare_results *results) {
  size_t kept = 0;
  for (int i = 0; i < KINDS; i++) {
    struct compare_rate_result result = results->rates[i];
    results->rates[i] = (struct compare_rate_result){0};
    int64_t sum = 0;
    for (size_t j = 0; j < groups; j++) sum += result.rate.counts[j];
    if (!sum) {
      free(result.rate.counts);
      free(result.rate.totals);
      continue;
    }
    result.repeats =
        result.rate.kind.group == COMPARE_SEVERITY && same_units(&result.rate, &results->rates[0].rate, groups);
    results->rates[kept] = result;
    if (!make_pairs(groups, &results->rates[kept++].pairs)) return false;
  }
  results->rate_count = kept;
  return true;
}

static bool count_rates(const struct compare *compare, struct compare_results *results) {
  size_t groups = compare->units.count;
  results->rates = calloc(KINDS, sizeof *results->rates);
  if (!results->rates) return false;
  results->rate_count = KINDS;
  for (int i = 0; i < KINDS; i++) {
    struct compare_rate *rate = &results->rates[i].rate;
    rate->kind = kind_of(i);
    rate->counts = calloc(groups + 1, sizeof *rate->counts);
    rate->totals = calloc(groups + 1, sizeof *rate->totals);
    if (!rate->counts || !rate->totals) return false;
  }
  for (uint32_t i = 0; i < compare->units.unit_count; i++) count_unit(&compare->units, i, results->rates);
  return keep_occurring(groups, results);
}

/* Holm over all pairs of all rates. */
static bool correct_rates(struct compare_results *results) {
  size_t count = 0, at = 0;
  for (size_t i = 0; i < results->rate_count; i++) count += results->rates[i].pairs.count;
  double *p = calloc(count + 1, sizeof *p);
  if (!p) return false;
  for (size_t i = 0; i < results->rate_count; i++)
    for (size_t j = 0; j < results->rates[i].pairs.count; j++) p[at++] = results->rates[i].pairs.items[j].p;
  bool done = mean_holm(p, count);
  at = 0;
  for (size_t i = 0; i < results->rate_count; i++)
    for (size_t j = 0; j < results->rates[i].pairs.count; j++) {
      results->rates[i].pairs.items[j].p = p[at++];
      results->rates[i].pairs.items[j].differs = results->rates[i].pairs.items[j].p < SURE;
    }
  free(p);
  return done;
}

static enum status work_out_rates(const struct compare *compare, struct compare_results *results, struct fault *fault) {
  size_t groups = compare->units.count;
  if (!count_rates(compare, results)) return no_memory(fault);
  for (size_t i = 0; i < results->rate_count; i++)
    for (size_t j = 0; j < results->rates[i].pairs.count; j++)
      compare_rates(&results->rates[i].rate, groups, &results->rates[i].pairs.items[j]);
  if (!correct_rates(results)) return no_memory(fault);
  for (size_t i = 0; i < results->rate_count; i++)
    for (size_t j = 0; j < results->rates[i].pairs.count; j++)
      if (results->rates[i].pairs.items[j].differs)
        add_odds(&results->rates[i].rate, groups, &results->rates[i].pairs.items[j]);
  return STATUS_OK;
}

enum status compare_work_out(const struct compare *compare, struct compare_results *results, struct fault *fault) {
  *results = (struct compare_results){0};
  enum status status = work_out_means(compare, results, fault);
  if (!status) status = work_out_rates(compare, results, fault);
  if (status) compare_results_free(results);
  return status;
}

void compare_results_free(struct compare_results *results) {
  for (size_t i = 0; i < results->mean_count; i++) free(results->means[i].pairs.items);
  for (size_t i = 0; i < results->rate_count; i++) {
    free(results->rates[i].pairs.items);
    free(results->rates[i].rate.counts);
    free(results->rates[i].rate.totals);
  }
  free(results->means);
  free(results->rates);
  *results = (struct compare_results){0};
}
