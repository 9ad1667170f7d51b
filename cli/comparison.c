#include "cli/comparison.h"

#include "cli/table.h"
#include "cli/text.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ---- */

/* Ten significant digits: what is printed does not hang on the last bits of libm. */
static json_t *number(double value) {
  char text[40];
  if (!isfinite(value)) return json_null();
  snprintf(text, sizeof text, "%.10g", value);
  return json_real(strtod(text, NULL) + 0.0);
}

static json_t *group_name(const struct compare *compare, size_t group) {
  const char *name = group == COMPARE_OTHERS ? "(others)" : compare->units.items[group].name;
  return name ? json_string(name) : json_null();
}

static json_t *groups_to_json(const struct compare *compare) {
  json_t *list = json_array();
  for (size_t i = 0; i < compare->units.count; i++) {
    const struct lot *group = &compare->units.items[i];
    json_array_append_new(list, json_pack("{s:o, s:I, s:I, s:I}", "name", group_name(compare, i), "units",
                                          (json_int_t)group->units, "photos", (json_int_t)group->photos,
                                          "unjudged_photos", (json_int_t)group->unjudged.count));
  }
  return list;
}

static json_t *means_to_json(const struct compare *compare, const struct compare_measure *measure) {
  json_t *list = json_array();
  for (size_t i = 0; i < compare->units.count; i++) {
    struct compare_mean mean = compare_mean(measure, i);
    json_array_append_new(list, json_pack("{s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
                                          group_name(compare, i), "n", (json_int_t)mean.moments.count, "mean",
                                          mean.moments.count ? number(mean.moments.mean) : json_null(), "mean_lower",
                                          number(mean.mean.lower), "mean_upper", number(mean.mean.upper), "deviation",
                                          number(sqrt(moments_variance(&mean.moments))), "deviation_lower",
                                          number(mean.spread.lower), "deviation_upper", number(mean.spread.upper),
                                          "cpk", number(mean.cpk.value), "cpk_lower", number(mean.cpk.low), "cpk_upper",
                                          number(mean.cpk.high)));
  }
  return list;
}

static json_t *pairs_to_json(const struct compare *compare, const struct compare_pairs *pairs, bool rates) {
  json_t *list = json_array();
  for (size_t i = 0; i < pairs->count; i++) {
    const struct compare_pair *pair = &pairs->items[i];
    json_array_append_new(list,
                          json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "a", group_name(compare, pair->a), "b",
                                    group_name(compare, pair->b), "p", number(pair->p), "differs", pair->differs,
                                    rates ? "odds_ratio" : "difference", number(rates ? pair->odds : pair->difference),
                                    "lower", number(pair->range.lower), "upper", number(pair->range.upper)));
  }
  return list;
}

static json_t *measures_to_json(const struct compare *compare, const struct compare_results *results) {
  json_t *list = json_array();
  for (size_t i = 0; i < results->mean_count; i++) {
    const struct compare_means_result *result = &results->means[i];
    const struct compare_measure *measure = result->measure;
    const struct components *c = &result->components;
    json_t *test = result->tested ? json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", "Welch", "f",
                                              number(result->test.statistic), "df1", number(result->test.df1), "df2",
                                              number(result->test.df2), "p", number(result->p))
                                  : json_null();
    json_t *components = result->has_components ? json_pack("{s:o, s:o, s:o}", "factories", number(c->outer), "shifts",
                                                            number(c->inner), "within", number(c->within))
                                                : json_null();
    json_array_append_new(list,
                          json_pack("{s:s, s:s, s:s?, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "name", measure->name,
                                    "unit", measure->unit, "golden", names_text(&compare->goldens, measure->golden),
                                    "version", (json_int_t)measure->version, "lower", number(measure->lower), "upper",
                                    number(measure->upper), "groups", means_to_json(compare, measure), "test", test,
                                    "pairs", pairs_to_json(compare, &result->pairs, false), "variance", components));
  }
  return list;
}

static json_t *rates_to_json(const struct compare *compare, const struct compare_results *results) {
  static const char *const kinds[] = {"any", "severity", "class"};
  json_t *list = json_array();
  for (size_t i = 0; i < results->rate_count; i++) {
    const struct compare_rate *rate = &results->rates[i].rate;
    json_t *groups = json_array();
    for (size_t j = 0; j < compare->units.count; j++) {
      struct interval share = rate_share_interval(rate->counts[j], rate->totals[j], 0.95);
      double value = rate->totals[j] ? (double)rate->counts[j] / (double)rate->totals[j] : NAN;
      json_array_append_new(groups,
                            json_pack("{s:o, s:I, s:I, s:o, s:o, s:o}", "name", group_name(compare, j), "count",
                                      (json_int_t)rate->counts[j], "units", (json_int_t)rate->totals[j], "share",
                                      number(value), "lower", number(share.lower), "upper", number(share.upper)));
    }
    json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}", "kind", kinds[rate->kind.group], "name",
                                          compare_kind_name(rate->kind), "groups", groups, "pairs",
                                          pairs_to_json(compare, &results->rates[i].pairs, true)));
  }
  return list;
}

static void append_sentence(void *list, const struct comparison_finding *finding) {
  json_array_append_new(list, json_string(finding->text));
}

json_t *comparison_finding_to_json(const struct comparison_finding *f) {
  static const char *const kinds[] = {"mean", "rate", "variance"};
  if (f->kind == COMPARISON_VARIANCE)
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "kind", kinds[f->kind], "text", f->text, "name", f->name,
                     "factories", number(f->factories), "shifts", number(f->shifts), "within", number(f->within));
  return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:b, s:b, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "kind",
                   kinds[f->kind], "text", f->text, "name", f->name, "unit", f->unit, "group", f->group, "against",
                   f->against, "first_others", f->first_others, "others", f->others, "value", number(f->value),
                   "against_value", number(f->against_value), "units", (json_int_t)f->units, "against_units",
                   (json_int_t)f->against_units, "size", number(f->size), "lower", number(f->lower), "upper",
                   number(f->upper), "p", number(f->p));
}

json_t *comparison_to_json(const struct compare *compare, const struct compare_results *results) {
  json_t *findings = json_array();
  comparison_findings(compare, results, append_sentence, findings);
  return json_pack("{s:s, s:o, s:o, s:o, s:o}", "by", row_key_name(compare->units.by), "groups",
                   groups_to_json(compare), "measures", measures_to_json(compare, results), "rates",
                   rates_to_json(compare, results), "findings", findings);
}

/* ---- for people ---- */

static const char *shown(const struct compare *compare, size_t group) {
  const char *name = compare->units.items[group].name;
  return name ? name : "unknown";
}

/* Groups in the order of their names. */
static int by_name(const void *a, const void *b, void *compare) {
  size_t i = *(const size_t *)a, k = *(const size_t *)b;
  int order = strverscmp(shown(compare, i), shown(compare, k));
  return order ? order : (i > k) - (i < k);
}

static size_t *sorted(const struct compare *compare) {
  size_t *order = calloc(compare->units.count + 1, sizeof *order);
  for (size_t i = 0; order && i < compare->units.count; i++) order[i] = i;
  if (order) qsort_r(order, compare->units.count, sizeof *order, by_name, (void *)(uintptr_t)compare);
  return order;
}

static size_t widest(const struct compare *compare, const char *title) {
  size_t width = text_width(title);
  for (size_t i = 0; i < compare->units.count; i++) {
    size_t own = text_width(shown(compare, i));
    if (own > width) width = own;
  }
  return width < 32 ? width : 32;
}

/* Of many groups only those are shown that differ from the others. */
static bool is_shown(const struct compare *compare, const struct compare_pairs *pairs, size_t group, bool details) {
  if (details || compare->units.count <= COMPARE_MOST_PAIRED) return true;
  for (size_t i = 0; i < pairs->count; i++)
    if (pairs->items[i].differs && (pairs->items[i].a == group || pairs->items[i].b == group)) return true;
  return false;
}

static void print_measure(FILE *out, const struct compare *compare, const struct compare_means_result *result,
                          bool details) {
  const struct compare_measure *measure = result->measure;
  char mean_title[32];
  snprintf(mean_title, sizeof mean_title, "mean, %.8s", measure->unit);
  const struct column columns[] = {{.title = measure->name, .width = widest(compare, measure->name)},
                                   {.title = "values", .width = 8, .right = true},
                                   {.title = *measure->unit ? mean_title : "mean", .width = 10, .right = true},
                                   {.title = "95 %", .width = 22, .right = true},
                                   {.title = "deviation", .width = 10, .right = true},
                                   {.title = "Cpk", .width = 6, .right = true},
                                   {.title = "95 %", .width = 14, .right = true}};
  const struct table table = {out, columns, sizeof columns / sizeof *columns, text_coloured(out)};
  size_t *order = sorted(compare);
  fputc('\n', out);
  table_head(&table);
  for (size_t place = 0; order && place < compare->units.count; place++) {
    size_t i = order[place];
    if (!is_shown(compare, &result->pairs, i, details)) continue;
    struct compare_mean mean = compare_mean(measure, i);
    char cells[6][40] = {"", "-", "-", "-", "-", "-"};
    snprintf(cells[0], sizeof *cells, "%lld", (long long)mean.moments.count);
    if (mean.moments.count) snprintf(cells[1], sizeof *cells, "%.6g", mean.moments.mean);
    if (mean.moments.count > 1) {
      snprintf(cells[2], sizeof *cells, "%.6g to %.6g", mean.mean.lower, mean.mean.upper);
      snprintf(cells[3], sizeof *cells, "%.4g", sqrt(moments_variance(&mean.moments)));
    }
    if (isfinite(mean.cpk.value)) {
      snprintf(cells[4], sizeof *cells, "%.2f", mean.cpk.value);
      snprintf(cells[5], sizeof *cells, "%.2f to %.2f", mean.cpk.low, mean.cpk.high);
    }
    const struct cell row[] = {{.text = shown(compare, i)}, {.text = cells[0]}, {.text = cells[1]}, {.text = cells[2]},
                               {.text = cells[3]},          {.text = cells[4]}, {.text = cells[5]}};
    table_row(&table, row);
  }
  free(order);
}

static void print_rate(FILE *out, const struct compare *compare, const struct compare_rate_result *result,
                       bool details) {
  const struct compare_rate *rate = &result->rate;
  const struct column columns[] = {
      {.title = compare_kind_name(rate->kind), .width = widest(compare, compare_kind_name(rate->kind))},
      {.title = "count", .width = 8, .right = true},
      {.title = "of units", .width = 8, .right = true},
      {.title = "share", .width = 8, .right = true},
      {.title = "95 %", .width = 18, .right = true}};
  const struct table table = {out, columns, sizeof columns / sizeof *columns, text_coloured(out)};
  size_t *order = sorted(compare);
  fputc('\n', out);
  table_head(&table);
  for (size_t place = 0; order && place < compare->units.count; place++) {
    size_t i = order[place];
    if (!is_shown(compare, &result->pairs, i, details)) continue;
    struct interval share = rate_share_interval(rate->counts[i], rate->totals[i], 0.95);
    char cells[4][40] = {"", "", "-", "-"};
    snprintf(cells[0], sizeof *cells, "%lld", (long long)rate->counts[i]);
    snprintf(cells[1], sizeof *cells, "%lld", (long long)rate->totals[i]);
    if (rate->totals[i]) {
      snprintf(cells[2], sizeof *cells, "%.2f %%", 100 * (double)rate->counts[i] / (double)rate->totals[i]);
      snprintf(cells[3], sizeof *cells, "%.2f to %.2f %%", 100 * share.lower, 100 * share.upper);
    }
    const struct cell row[] = {
        {.text = shown(compare, i)}, {.text = cells[0]}, {.text = cells[1]}, {.text = cells[2]}, {.text = cells[3]}};
    table_row(&table, row);
  }
  free(order);
}

/* ---- what differs, and what does not ---- */

struct printing {
  FILE *out;
  size_t differences, variances;
};

static void print_sentence(FILE *out, const char *text) {
  char *clean = text_clean(text, 0, false);
  fprintf(out, "  %s\n", clean ? clean : "?");
  free(clean);
}

static void print_difference(void *context, const struct comparison_finding *finding) {
  struct printing *printing = context;
  if (finding->kind == COMPARISON_VARIANCE) return;
  printing->differences++;
  print_sentence(printing->out, finding->text);
}

/* Where hardly any lies between the groups there is nothing to tell. */
static void print_variance(void *context, const struct comparison_finding *finding) {
  struct printing *printing = context;
  if (finding->kind != COMPARISON_VARIANCE || finding->within > 0.9) return;
  if (!printing->variances++) fputs("\nwhere the spread comes from:\n", printing->out);
  print_sentence(printing->out, finding->text);
}

static void count_difference(void *context, const struct comparison_finding *finding) {
  struct printing *printing = context;
  printing->differences += finding->kind != COMPARISON_VARIANCE;
}

static bool any_differs(const struct compare_pairs *pairs) {
  for (size_t i = 0; i < pairs->count; i++)
    if (pairs->items[i].differs) return true;
  return false;
}

/* A rate that repeats another is told with that. */
static bool is_told(const struct compare_rate_result *result) {
  return !result->repeats && any_differs(&result->pairs);
}

static void print_alike(FILE *out, const char *name, size_t *count) {
  char *clean = text_clean(name, 0, false);
  fprintf(out, "%s%s", (*count)++ ? ", " : "\nalike in all groups: ", clean ? clean : "?");
  free(clean);
}

static void print_rest(FILE *out, const struct compare_results *results) {
  size_t alike = 0;
  for (size_t i = 0; i < results->mean_count; i++)
    if (!any_differs(&results->means[i].pairs)) print_alike(out, results->means[i].measure->name, &alike);
  for (size_t i = 0; i < results->rate_count; i++)
    if (!results->rates[i].repeats && !any_differs(&results->rates[i].pairs))
      print_alike(out, compare_kind_name(results->rates[i].rate.kind), &alike);
  if (alike) fputs(" (--details shows their tables)\n", out);
}

void comparison_print(FILE *out, const struct compare *compare, const struct compare_results *results, bool details) {
  struct printing printing = {.out = out};
  const char *by = row_key_name(compare->units.by);
  comparison_findings(compare, results, count_difference, &printing);
  if (compare->units.count == 1 && !compare->units.items[0].name)
    fprintf(
        out,
        "no result says its %s, so there is nothing to compare; it comes from the manifest of assay run, or from its "
        "options; --by names what makes a group\n",
        by);
  else if (compare->units.count == 1)
    fprintf(out, "all results are of one %s, and there is nothing to compare it with; --by names what makes a group\n",
            by);
  else if (!printing.differences)
    fprintf(out, "%zu groups by %s: no difference found\n", compare->units.count, by);
  else
    fprintf(out, "%zu groups by %s: %zu difference%s found\n", compare->units.count, by, printing.differences,
            printing.differences == 1 ? "" : "s");
  comparison_findings(compare, results, print_difference, &printing);
  comparison_findings(compare, results, print_variance, &printing);
  for (size_t i = 0; i < results->mean_count; i++)
    if (details || any_differs(&results->means[i].pairs)) print_measure(out, compare, &results->means[i], details);
  for (size_t i = 0; i < results->rate_count; i++)
    if (details || is_told(&results->rates[i])) print_rate(out, compare, &results->rates[i], details);
  if (!details && compare->units.count > 1) print_rest(out, results);
  if (printing.differences)
    fputs("\np: how often chance alone shows as much where nothing differs, over all comparisons made; 95 %: the true "
          "value\nlies in there 19 times in 20.\n",
          out);
}
