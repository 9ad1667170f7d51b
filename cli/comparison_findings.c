#include "cli/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCE = 1024 };

static const char *name_of(const struct compare *compare, size_t group) {
  if (group == COMPARE_OTHERS) return "the others";
  const char *name = compare->units.items[group].name;
  return name ? name : "unknown";
}

static const char *p_words(double p, char *text, size_t size) {
  if (p < 1e-6)
    snprintf(text, size, "p < 0.000001");
  else
    snprintf(text, size, "p = %.2g", p);
  return text;
}

static void say_mean(const struct compare *compare, const struct compare_means_result *result,
                     const struct compare_pair *pair, char *sentence) {
  const struct compare_measure *measure = result->measure;
  /* The larger mean first. */
  bool b_first = pair->difference > 0;
  double a = measure->groups[pair->a].mean, b = a + pair->difference;
  char p[32], range[96] = "";
  if (isfinite(pair->range.lower)) {
    double low = b_first ? pair->range.lower : -pair->range.upper,
           high = b_first ? pair->range.upper : -pair->range.lower;
    snprintf(range, sizeof range, ", 95 %%: %.5g to %.5g", low, high);
  }
  const char *space = *measure->unit ? " " : "";
  snprintf(sentence, SENTENCE, "%s: %s %s larger by %.5g%s%s than %s (%.6g against %.6g%s; %s, all %s).", measure->name,
           name_of(compare, b_first ? pair->b : pair->a), b_first && pair->b == COMPARE_OTHERS ? "are" : "is",
           fabs(pair->difference), space, measure->unit, name_of(compare, b_first ? pair->a : pair->b), b_first ? b : a,
           b_first ? a : b, range, p_words(pair->p, p, sizeof p),
           pair->b == COMPARE_OTHERS ? "groups together" : "pairs together");
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

static void say_rate(const struct compare *compare, const struct compare_rate *rate, const struct compare_pair *pair,
                     char *sentence) {
  int64_t a = rate->counts[pair->a], n = rate->totals[pair->a], b, m;
  sum_of(compare, rate, pair->a, pair->b, &b, &m);
  double first = n ? (double)a / (double)n : 0, second = m ? (double)b / (double)m : 0;
  bool b_first = second > first;
  double odds = b_first ? pair->odds : 1 / pair->odds;
  double low = b_first ? pair->range.lower : 1 / pair->range.upper,
         high = b_first ? pair->range.upper : 1 / pair->range.lower;
  char p[32], times[96];
  if (isfinite(odds) && isfinite(high))
    snprintf(times, sizeof times, "%.3g times the odds, 95 %%: %.3g to %.3g", odds, low, high);
  else
    snprintf(times, sizeof times, "at least %.3g times the odds", low);
  snprintf(sentence, SENTENCE,
           "%s: %s %s more, %.2f %% of %lld units against %.2f %% of %lld in %s (%s; %s, corrected for all "
           "comparisons).",
           compare_kind_name(rate->kind), name_of(compare, b_first ? pair->b : pair->a),
           b_first && pair->b == COMPARE_OTHERS ? "have" : "has", 100 * (b_first ? second : first),
           (long long)(b_first ? m : n), 100 * (b_first ? first : second), (long long)(b_first ? n : m),
           name_of(compare, b_first ? pair->a : pair->b), times, p_words(pair->p, p, sizeof p));
}

static void say_components(const struct compare_means_result *result, char *sentence) {
  const struct components *c = &result->components;
  double outer = isnan(c->outer) ? 0 : c->outer, inner = isnan(c->inner) ? 0 : c->inner,
         sum = outer + inner + c->within;
  char first[64] = "", second[64] = "";
  if (!isnan(c->outer)) snprintf(first, sizeof first, "%.0f %% between factories, ", 100 * outer / sum);
  if (!isnan(c->inner)) snprintf(second, sizeof second, "%.0f %% between shifts of a factory, ", 100 * inner / sum);
  snprintf(sentence, SENTENCE, "%s: of its variance lie %s%s%.0f %% within%s.", result->measure->name, first, second,
           100 * c->within / sum, isnan(c->inner) ? "" : " shifts");
}

void comparison_findings(const struct compare *compare, const struct compare_results *results,
                         void (*each)(void *context, const char *sentence), void *context) {
  char sentence[SENTENCE];
  for (size_t i = 0; i < results->mean_count; i++) {
    const struct compare_means_result *result = &results->means[i];
    for (size_t j = 0; j < result->pairs.count; j++) {
      if (!result->pairs.items[j].differs) continue;
      say_mean(compare, result, &result->pairs.items[j], sentence);
      each(context, sentence);
    }
  }
  for (size_t i = 0; i < results->rate_count; i++)
    for (size_t j = 0; j < results->rates[i].pairs.count; j++) {
      if (!results->rates[i].pairs.items[j].differs) continue;
      say_rate(compare, &results->rates[i].rate, &results->rates[i].pairs.items[j], sentence);
      each(context, sentence);
    }
  for (size_t i = 0; i < results->mean_count; i++) {
    const struct compare_means_result *result = &results->means[i];
    const struct components *c = &result->components;
    /* Where one factory and shift is all there is, there is nothing to say. */
    if (!result->has_components || (isnan(c->outer) && isnan(c->inner)) || !(c->within > 0)) continue;
    say_components(result, sentence);
    each(context, sentence);
  }
}
