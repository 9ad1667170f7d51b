#include "cli/comparison.h"

#include "cli/table.h"
#include "cli/text.h"

#include <math.h>
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

static size_t widest(const struct compare *compare, const char *title) {
  size_t width = text_width(title);
  for (size_t i = 0; i < compare->units.count; i++) {
    size_t own = text_width(shown(compare, i));
    if (own > width) width = own;
  }
  return width < 32 ? width : 32;
}

static void print_measure(FILE *out, const struct compare *compare, const struct compare_measure *measure) {
  const struct column columns[] = {{.title = measure->name, .width = widest(compare, measure->name)},
                                   {.title = "values", .width = 8, .right = true},
                                   {.title = "mean", .width = 10, .right = true},
                                   {.title = "95 %", .width = 22, .right = true},
                                   {.title = "deviation", .width = 10, .right = true},
                                   {.title = "Cpk", .width = 6, .right = true},
                                   {.title = "95 %", .width = 14, .right = true}};
  const struct table table = {out, columns, sizeof columns / sizeof *columns, text_coloured(out)};
  fputc('\n', out);
  table_head(&table);
  for (size_t i = 0; i < compare->units.count; i++) {
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
}

static void print_rate(FILE *out, const struct compare *compare, const struct compare_rate *rate) {
  const struct column columns[] = {
      {.title = compare_kind_name(rate->kind), .width = widest(compare, compare_kind_name(rate->kind))},
      {.title = "count", .width = 8, .right = true},
      {.title = "of units", .width = 8, .right = true},
      {.title = "share", .width = 8, .right = true},
      {.title = "95 %", .width = 18, .right = true}};
  const struct table table = {out, columns, sizeof columns / sizeof *columns, text_coloured(out)};
  fputc('\n', out);
  table_head(&table);
  for (size_t i = 0; i < compare->units.count; i++) {
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
}

struct printing {
  FILE *out;
  size_t count;
};

static void print_sentence(void *context, const struct comparison_finding *finding) {
  struct printing *printing = context;
  char *clean = text_clean(finding->text, 0, false);
  if (!printing->count++) fputs("findings:\n", printing->out);
  fprintf(printing->out, "  %s\n", clean ? clean : "?");
  free(clean);
}

void comparison_print(FILE *out, const struct compare *compare, const struct compare_results *results) {
  struct printing printing = {.out = out};
  comparison_findings(compare, results, print_sentence, &printing);
  if (compare->units.count == 1)
    fputs("all results are of one group, and there is nothing to compare it with; --by names what makes a group\n",
          out);
  else if (!printing.count)
    fprintf(out, "no difference between the %zu groups was found\n", compare->units.count);
  for (size_t i = 0; i < results->mean_count; i++) print_measure(out, compare, results->means[i].measure);
  for (size_t i = 0; i < results->rate_count; i++) print_rate(out, compare, &results->rates[i].rate);
}
