/* The comparison tests against R, where Rscript is there (Debian: r-base-core): 200 random data sets with
 * ASSAY_TEST_ALL=1, else 40. */
#include "engine/statistics/components.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/means.h"
#include "engine/statistics/rates.h"
#include "engine/statistics/studentized_range.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SETS = 40, ALL_SETS = 200, MOST_GROUPS = 6, MOST_VALUES = 60 };

/* What was asked and what we say; R's answers come in the same order. */
struct question {
  FILE *file;
  double ours[200000];
  double tolerances[200000]; /* of the larger of 1 and the value */
  const char *whats[200000];
  size_t count;
};

static void say(struct question *ask, const char *what, double value, double tolerance) {
  assert_true(ask->count < sizeof ask->ours / sizeof *ask->ours);
  ask->ours[ask->count] = value;
  ask->whats[ask->count] = what;
  ask->tolerances[ask->count++] = tolerance;
}

static int64_t whole(uint64_t *random, int64_t least, int64_t most) {
  return least + (int64_t)(support_uniform(random) * (double)(most - least + 1));
}

struct set {
  size_t groups, sizes[MOST_GROUPS];
  double values[MOST_GROUPS][MOST_VALUES];
  struct moments moments[MOST_GROUPS];
};

/* Groups of different sizes, means and spreads; now and then one far off. Five values leave a pair 4 degrees of freedom
 * at least, from which on R's ptukey is exact enough to compare with. */
static void make_set(uint64_t *random, struct set *set) {
  *set = (struct set){.groups = (size_t)whole(random, 2, MOST_GROUPS)};
  for (size_t i = 0; i < set->groups; i++) {
    set->sizes[i] = (size_t)whole(random, 5, MOST_VALUES);
    double mean = 40 + support_uniform(random) * (support_uniform(random) < 0.2 ? 3 : 0.5),
           spread = 0.1 + support_uniform(random);
    for (size_t j = 0; j < set->sizes[i]; j++) {
      set->values[i][j] = mean + spread * normal_quantile(support_uniform(random));
      moments_add(&set->moments[i], set->values[i][j]);
    }
  }
}

static void write_set(FILE *file, const char *kind, const struct set *set) {
  fprintf(file, "%s %zu", kind, set->groups);
  for (size_t i = 0; i < set->groups; i++) fprintf(file, " %zu", set->sizes[i]);
  for (size_t i = 0; i < set->groups; i++)
    for (size_t j = 0; j < set->sizes[i]; j++) fprintf(file, " %.17g", set->values[i][j]);
  fputc('\n', file);
}

static void ask_means(struct question *ask, const struct set *set) {
  struct mean_test test;
  write_set(ask->file, "welch", set);
  assert_true(mean_welch(&set->moments[0], &set->moments[1], &test));
  say(ask, "statistic", test.statistic, 1e-9);
  say(ask, "df2", test.df2, 1e-9);
  say(ask, "Welch p", test.p, 1e-9);
  write_set(ask->file, "anova", set);
  assert_true(mean_welch_groups(set->moments, set->groups, &test));
  say(ask, "statistic", test.statistic, 1e-9);
  say(ask, "df1", test.df1, 1e-9);
  say(ask, "df2", test.df2, 1e-9);
  say(ask, "Welch p", test.p, 1e-9);
  write_set(ask->file, "pairs", set);
  for (size_t i = 0; i < set->groups; i++)
    for (size_t j = i + 1; j < set->groups; j++) {
      struct mean_pair pair;
      assert_true(mean_games_howell(&set->moments[i], &set->moments[j], set->groups, 0.95, &pair));
      say(ask, "Games and Howell p", pair.p, 1e-6);
      say(ask, "Games and Howell lower", pair.interval.lower, 1e-3); /* as exactly as qtukey is */
      say(ask, "Games and Howell upper", pair.interval.upper, 1e-3);
    }
}

static void ask_nested(struct question *ask, uint64_t *random) {
  int64_t outer = whole(random, 2, 4), inner = whole(random, 2, 4), values = whole(random, 2, 12);
  double between = support_uniform(random), within_outer = support_uniform(random);
  struct component_cell cells[16];
  fprintf(ask->file, "nested %d %d %d", (int)outer, (int)inner, (int)values);
  for (int64_t i = 0; i < outer; i++) {
    double mean = 10 + between * normal_quantile(support_uniform(random));
    for (int64_t j = 0; j < inner; j++) {
      double centre = mean + within_outer * normal_quantile(support_uniform(random));
      struct component_cell *cell = &cells[i * inner + j];
      *cell = (struct component_cell){.outer = (size_t)i};
      for (int64_t v = 0; v < values; v++) {
        double value = centre + 0.3 * normal_quantile(support_uniform(random));
        fprintf(ask->file, " %.17g", value);
        moments_add(&cell->moments, value);
      }
    }
  }
  fputc('\n', ask->file);
  struct components components;
  assert_true(components_nested(cells, (size_t)(outer * inner), &components));
  say(ask, "outer", components.outer, 1e-9);
  say(ask, "inner", components.inner, 1e-9);
  say(ask, "within", components.within, 1e-9);
}

static void ask_rates(struct question *ask, uint64_t *random) {
  int64_t n = whole(random, 1, 400), m = whole(random, 1, 400);
  double share = support_uniform(random) < 0.7 ? 0.05 : 0.5;
  int64_t a = (int64_t)binomial_quantile(support_uniform(random), n, share),
          b = (int64_t)binomial_quantile(support_uniform(random), m, share);
  fprintf(ask->file, "fisher %d %d %d %d\n", (int)a, (int)n, (int)b, (int)m);
  say(ask, "Fisher p", rate_fisher_p(a, n, b, m), 1e-7);
  /* R gives 0 for the odds ratio of a table without either outcome. */
  double odds = rate_odds_ratio(a, n, b, m);
  say(ask, "odds ratio", isnan(odds) ? 0 : odds, 1e-3);
  struct interval interval = rate_odds_interval(a, n, b, m, 0.95);
  say(ask, "interval of the odds ratio", interval.lower, 1e-3);
  say(ask, "interval of the odds ratio", interval.upper, 1e-3);
  double s = (double)n, t = (double)m * 1.5;
  fprintf(ask->file, "poisson %d %.17g %d %.17g\n", (int)a, s, (int)b, t);
  say(ask, "Poisson p", rate_poisson_p(a, s, b, t), 1e-7);
  interval = rate_poisson_ratio_interval(a, s, b, t, 0.95);
  say(ask, "interval", interval.lower, 1e-9);
  say(ask, "interval", interval.upper, 1e-9);
  interval = rate_mean_interval(a, 0.95);
  say(ask, "interval", interval.lower, 1e-9);
  say(ask, "interval", interval.upper, 1e-9);
  fprintf(ask->file, "share %d %d\n", (int)a, (int)n);
  interval = rate_share_interval(a, n, 0.95);
  say(ask, "interval", interval.lower, 1e-9);
  say(ask, "interval", interval.upper, 1e-9);
}

static void ask_holm(struct question *ask, uint64_t *random) {
  double p[12];
  size_t count = (size_t)whole(random, 1, 12);
  fputs("holm", ask->file);
  for (size_t i = 0; i < count; i++) {
    p[i] = pow(support_uniform(random), 4);
    fprintf(ask->file, " %.17g", p[i]);
  }
  fputc('\n', ask->file);
  assert_true(mean_holm(p, count));
  for (size_t i = 0; i < count; i++) say(ask, "Holm", p[i], 1e-12);
}

/* With many groups ptukey itself is off by 2e-6; the next question is more exact. */
static void ask_range(struct question *ask) {
  static const double dfs[] = {10, 30, 120, 1000, 20000};
  static const int groups[] = {2, 3, 5, 10, 20, 50};
  for (size_t i = 0; i < sizeof dfs / sizeof *dfs; i++)
    for (size_t j = 0; j < sizeof groups / sizeof *groups; j++)
      for (double q = 0.25; q < 40; q *= 1.6) {
        fprintf(ask->file, "range %.17g %d %.17g\n", q, groups[j], dfs[i]);
        say(ask, "studentized range", studentized_range_upper(q, groups[j], dfs[i]), 3e-6);
      }
}

static void ask_few_degrees_of_freedom(struct question *ask) {
  static const double all[][3] = {{20, 4, 2},  {20, 4, 2.2},  {30, 3, 1.1}, {5, 6, 1},    {60, 3, 1.5},
                                  {3, 2, 2.5}, {27, 20, 5.5}, {4, 10, 7},   {11, 5, 5.5}, {5, 50, 10}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    fprintf(ask->file, "integral %.17g %.17g %.17g\n", all[i][0], all[i][1], all[i][2]);
    say(ask, "studentized range, few degrees of freedom", studentized_range_upper(all[i][0], (int)all[i][1], all[i][2]),
        1e-9);
  }
}

/* R finds an odds ratio x above 1 as 1 / x, to an absolute 1e-4: what is large it gives with few digits. */
static double as_r_finds_it(double odds) {
  return odds > 1 ? 2 - 1 / odds : odds;
}

static double distance(const char *what, double ours, double theirs) {
  if (ours == theirs || (isnan(theirs) && isnan(ours))) return 0;
  if (strstr(what, "odds")) return fabs(as_r_finds_it(ours) - as_r_finds_it(theirs));
  return fabs(ours - theirs) / (fabs(theirs) > 1 ? fabs(theirs) : 1);
}

static void compare_answers(const struct question *ask, const char *path) {
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  double theirs, worst = 0;
  size_t i = 0;
  for (char word[64]; i < ask->count && fscanf(file, "%63s", word) == 1; i++) {
    theirs = strtod(word, NULL);
    double off = distance(ask->whats[i], ask->ours[i], theirs);
    if (!(off <= ask->tolerances[i]))
      fail_msg("%s, number %zu: %.12g; R says %s", ask->whats[i], i, ask->ours[i], word);
    if (off / ask->tolerances[i] > worst) worst = off / ask->tolerances[i];
  }
  fclose(file);
  assert_int_equal(i, ask->count);
  print_message("%zu numbers agree with R; the worst uses %.3f of its tolerance\n", i, worst);
}

static void random_data_sets_give_what_r_gives(void **state) {
  (void)state;
  if (system("Rscript --version >/dev/null 2>&1")) {
    print_message("skipped: there is no Rscript (Debian: r-base-core)\n");
    skip();
  }
  static struct question ask;
  char *folder = support_folder(), *in = support_text("%s/in", folder), *out = support_text("%s/out", folder);
  ask = (struct question){.file = fopen(in, "w")};
  assert_non_null(ask.file);
  uint64_t random = 20260301;
  int sets = getenv("ASSAY_TEST_ALL") ? ALL_SETS : SETS;
  for (int i = 0; i < sets; i++) {
    struct set set;
    make_set(&random, &set);
    ask_means(&ask, &set);
    ask_nested(&ask, &random);
    ask_rates(&ask, &random);
    ask_holm(&ask, &random);
  }
  ask_range(&ask);
  ask_few_degrees_of_freedom(&ask);
  fclose(ask.file);
  char *command =
      support_text("Rscript --vanilla %s/tests/engine/statistics/reference.R <%s >%s", ASSAY_SOURCE_DIR, in, out);
  assert_int_equal(system(command), 0);
  compare_answers(&ask, out);
  free(command);
  free(in);
  free(out);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_data_sets_give_what_r_gives)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
