#include "cli/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a sentence calls a group. */
static const char *shown(const char *name, bool others) {
  return others ? "the others" : name ? name : "unknown";
}

static const char *name_of(const struct compare *compare, size_t group) {
  return group == COMPARE_OTHERS ? NULL : compare->units.items[group].name;
}

static const char *p_words(double p, char *text, size_t size) {
  if (p < 1e-6)
    snprintf(text, size, "p < 0.000001");
  else
    snprintf(text, size, "p = %.*f", p < 0.1 ? (int)ceil(1 - log10(p)) : 2, p);
  return text;
}

/* Two digits of half the interval say all. */
static int decimals_of(const struct comparison_finding *f) {
  double half = (f->upper - f->lower) / 2;
  if (!isfinite(half) || !(half > 0)) return 3;
  double decimals = ceil(1 - log10(half));
  return decimals < 0 ? 0 : decimals > 9 ? 9 : (int)decimals;
}

static void name_pair(const struct compare *compare, const struct compare_pair *pair, bool b_first,
                      struct comparison_finding *f) {
  size_t first = b_first ? pair->b : pair->a, second = b_first ? pair->a : pair->b;
  f->group = name_of(compare, first), f->first_others = first == COMPARE_OTHERS;
  f->against = name_of(compare, second), f->others = second == COMPARE_OTHERS;
  f->p = pair->p;
}

static struct comparison_finding mean_finding(const struct compare *compare, const struct compare_means_result *result,
                                              const struct compare_pair *pair) {
  const struct compare_measure *measure = result->measure;
  struct comparison_finding f = {.kind = COMPARISON_MEAN, .name = measure->name, .unit = measure->unit};
  bool b_first = pair->difference > 0;
  double a = measure->groups[pair->a].mean, b = a + pair->difference;
  name_pair(compare, pair, b_first, &f);
  f.value = b_first ? b : a, f.against_value = b_first ? a : b;
  f.size = fabs(pair->difference);
  f.lower = b_first ? pair->range.lower : -pair->range.upper;
  f.upper = b_first ? pair->range.upper : -pair->range.lower;
  return f;
}

/* "L03 is smaller by 0.04 mm than the others": one group is what is spoken of, never the others. */
static void say_mean(struct comparison_finding *f) {
  char p[32], range[96] = "";
  int d = decimals_of(f);
  if (isfinite(f->lower)) snprintf(range, sizeof range, ", 95 %%: %.*f to %.*f", d, f->lower, d, f->upper);
  bool turned = f->first_others, colour = !strcmp(f->unit, "dE");
  const char *first = shown(turned ? f->against : f->group, false), *second = shown(f->against, turned || f->others);
  double value = turned ? f->against_value : f->value, other = turned ? f->value : f->against_value;
  const char *verb = colour ? "lies" : turned ? "is smaller by" : "is larger by";
  const char *than = !colour ? "than" : turned ? "nearer to the golden than" : "farther from the golden than";
  snprintf(f->text, sizeof f->text, "%s: %s %s %.*f%s%s %s %s (%.*f against %.*f%s; %s).", f->name, first, verb, d,
           f->size, *f->unit ? " " : "", f->unit, than, second, d, value, d, other, range, p_words(f->p, p, sizeof p));
}

static void sum_of(const struct compare *compare, const struct compare_rate *rate, size_t a, size_t b, int64_t *count,
                   int64_t *total) {
  *count = *total = 0;
  for (size_t i = 0; i < compare->units.count; i++)
    if (b == COMPARE_OTHERS ? i != a : i == b) {
      *count += rate->counts[i];
      *total += rate->totals[i];
    }
}

static struct comparison_finding rate_finding(const struct compare *compare, const struct compare_rate *rate,
                                              const struct compare_pair *pair) {
  struct comparison_finding f = {.kind = COMPARISON_RATE, .name = compare_kind_name(rate->kind), .unit = ""};
  int64_t a = rate->counts[pair->a], n = rate->totals[pair->a], b, m;
  sum_of(compare, rate, pair->a, pair->b, &b, &m);
  double first = n ? (double)a / (double)n : 0, second = m ? (double)b / (double)m : 0;
  bool b_first = second > first;
  name_pair(compare, pair, b_first, &f);
  f.value = b_first ? second : first, f.against_value = b_first ? first : second;
  f.units = b_first ? m : n, f.against_units = b_first ? n : m;
  f.size = b_first ? pair->odds : 1 / pair->odds;
  f.lower = b_first ? pair->range.lower : 1 / pair->range.upper;
  f.upper = b_first ? pair->range.upper : 1 / pair->range.lower;
  return f;
}

/* Three digits. */
static const char *odds_words(double odds, char text[32]) {
  snprintf(text, 32, odds < 1e3 ? "%.3g" : "%.0f", odds);
  return text;
}

static void say_rate(struct comparison_finding *f) {
  char p[32], times[160], size[32], lower[32], upper[32];
  odds_words(f->lower, lower);
  if (isfinite(f->size) && isfinite(f->upper))
    snprintf(times, sizeof times, "%s times the odds, 95 %%: %s to %s", odds_words(f->size, size), lower,
             odds_words(f->upper, upper));
  else
    snprintf(times, sizeof times, "at least %s times the odds", lower);
  bool turned = f->first_others;
  long long units = turned ? f->against_units : f->units, others = turned ? f->units : f->against_units;
  snprintf(f->text, sizeof f->text, "%s: %s has %s, %.2f %% of %lld units against %.2f %% of %lld in %s (%s%s; %s).",
           f->name, shown(turned ? f->against : f->group, false), turned ? "fewer" : "more",
           100 * (turned ? f->against_value : f->value), units, 100 * (turned ? f->value : f->against_value), others,
           shown(f->against, turned || f->others), turned ? "the others: " : "", times, p_words(f->p, p, sizeof p));
}

static struct comparison_finding variance_finding(const struct compare_means_result *result) {
  const struct components *c = &result->components;
  double outer = isnan(c->outer) ? 0 : c->outer, inner = isnan(c->inner) ? 0 : c->inner,
         sum = outer + inner + c->within;
  return (struct comparison_finding){.kind = COMPARISON_VARIANCE,
                                     .name = result->measure->name,
                                     .unit = "",
                                     .p = NAN,
                                     .factories = c->outer / sum,
                                     .shifts = c->inner / sum,
                                     .within = c->within / sum};
}

static void say_variance(struct comparison_finding *f) {
  char factories[64] = "", shifts[64] = "";
  bool outer = !isnan(f->factories), inner = !isnan(f->shifts);
  if (outer)
    snprintf(factories, sizeof factories, "%.0f %% of its variance lies between factories, ", 100 * f->factories);
  if (inner)
    snprintf(shifts, sizeof shifts, "%.0f %% %sbetween shifts of a factory, ", 100 * f->shifts,
             outer ? "" : "of its variance lies ");
  snprintf(f->text, sizeof f->text, "%s: %s%s%.0f %% within%s.", f->name, factories, shifts, 100 * f->within,
           inner ? " shifts" : "");
}

/* Pairs in the order of their groups' names. */
struct order {
  const struct compare *compare;
  const struct compare_pairs *pairs;
};

static int by_names(const void *a, const void *b, void *context) {
  const struct order *order = context;
  const struct compare_pair *x = &order->pairs->items[*(const size_t *)a],
                            *y = &order->pairs->items[*(const size_t *)b];
  const struct lot *groups = order->compare->units.items;
  int first = strverscmp(shown(groups[x->a].name, false), shown(groups[y->a].name, false));
  if (first || x->b == COMPARE_OTHERS || y->b == COMPARE_OTHERS) return first;
  return strverscmp(shown(groups[x->b].name, false), shown(groups[y->b].name, false));
}

struct telling {
  const struct compare *compare;
  void (*each)(void *context, const struct comparison_finding *finding);
  void *context;
};

/* What a pair is of: a measure, or a rate. */
struct compared {
  const struct compare_pairs *pairs;
  const struct compare_means_result *mean;
  const struct compare_rate *rate;
};

static void tell_pair(const struct telling *telling, const struct compared *of, const struct compare_pair *pair) {
  struct comparison_finding f;
  if (of->mean) {
    f = mean_finding(telling->compare, of->mean, pair);
    say_mean(&f);
  } else {
    f = rate_finding(telling->compare, of->rate, pair);
    say_rate(&f);
  }
  telling->each(telling->context, &f);
}

static void tell_pairs(const struct telling *telling, const struct compared *of) {
  const struct compare_pairs *pairs = of->pairs;
  struct order how = {telling->compare, pairs};
  size_t *order = calloc(pairs->count + 1, sizeof *order);
  for (size_t i = 0; order && i < pairs->count; i++) order[i] = i;
  if (order) qsort_r(order, pairs->count, sizeof *order, by_names, &how);
  for (size_t i = 0; i < pairs->count; i++) {
    const struct compare_pair *pair = &pairs->items[order ? order[i] : i];
    if (pair->differs) tell_pair(telling, of, pair);
  }
  free(order);
}

void comparison_findings(const struct compare *compare, const struct compare_results *results,
                         void (*each)(void *context, const struct comparison_finding *finding), void *context) {
  const struct telling telling = {compare, each, context};
  for (size_t i = 0; i < results->mean_count; i++)
    tell_pairs(&telling, &(struct compared){&results->means[i].pairs, &results->means[i], NULL});
  for (size_t i = 0; i < results->rate_count; i++)
    if (!results->rates[i].repeats)
      tell_pairs(&telling, &(struct compared){&results->rates[i].pairs, NULL, &results->rates[i].rate});
  for (size_t i = 0; i < results->mean_count; i++) {
    const struct compare_means_result *result = &results->means[i];
    const struct components *c = &result->components;
    /* Where one factory and shift is all there is, there is nothing to say. */
    if (!result->has_components || (isnan(c->outer) && isnan(c->inner)) || !(c->within > 0)) continue;
    struct comparison_finding f = variance_finding(result);
    say_variance(&f);
    each(context, &f);
  }
}
