/* The plans against the tables as they are printed, with all arrows followed, not against how plan.c makes them. */
#include "engine/lots/plan.h"
#include "engine/statistics/distributions.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char letters[] = "ABCDEFGHJKLMNPQR";
enum { LETTERS = 16, BOUNDS = 14 };
static const int64_t bounds[BOUNDS] = {8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000, 35000, 150000, 500000};
static const struct {
  const char *word, *letters;
} levels[] = {{"S-1", "AAAABBBBCCCCDDD"}, {"S-2", "AAABBBCCCDDDEEE"}, {"S-3", "AABBCCDDEEFFGGH"},
              {"S-4", "AABCCDEEFGGHJJK"}, {"I", "AABCCDEFGHJKLMN"},   {"II", "ABCDEFGHJKLMNPQ"},
              {"III", "BCDEFGHJKLMNPQR"}};

struct cell {
  int64_t size, accept;
};

/* Table 2-A, arrows followed; columns 0.10 0.15 0.25 0.40 0.65 1.0 1.5 2.5 4.0 6.5 10 15. */
static const struct cell normal[LETTERS][PLAN_AQLS] = {
    {{125, 0}, {80, 0}, {50, 0}, {32, 0}, {20, 0}, {13, 0}, {8, 0}, {5, 0}, {3, 0}, {2, 0}, {5, 1}, {3, 1}},  /* A */
    {{125, 0}, {80, 0}, {50, 0}, {32, 0}, {20, 0}, {13, 0}, {8, 0}, {5, 0}, {3, 0}, {2, 0}, {5, 1}, {3, 1}},  /* B */
    {{125, 0}, {80, 0}, {50, 0}, {32, 0}, {20, 0}, {13, 0}, {8, 0}, {5, 0}, {3, 0}, {8, 1}, {5, 1}, {5, 2}},  /* C */
    {{125, 0}, {80, 0}, {50, 0}, {32, 0}, {20, 0}, {13, 0}, {8, 0}, {5, 0}, {13, 1}, {8, 1}, {8, 2}, {8, 3}}, /* D */
    {{125, 0}, {80, 0}, {50, 0}, {32, 0}, {20, 0}, {13, 0}, {8, 0}, {20, 1}, {13, 1}, {13, 2}, {13, 3}, {13, 5}},  /* E
                                                                                                                    */
    {{125, 0}, {80, 0}, {50, 0}, {32, 0}, {20, 0}, {13, 0}, {32, 1}, {20, 1}, {20, 2}, {20, 3}, {20, 5}, {20, 7}}, /* F
                                                                                                                    */
    {{125, 0},
     {80, 0},
     {50, 0},
     {32, 0},
     {20, 0},
     {50, 1},
     {32, 1},
     {32, 2},
     {32, 3},
     {32, 5},
     {32, 7},
     {32, 10}}, /* G */
    {{125, 0},
     {80, 0},
     {50, 0},
     {32, 0},
     {80, 1},
     {50, 1},
     {50, 2},
     {50, 3},
     {50, 5},
     {50, 7},
     {50, 10},
     {50, 14}}, /* H */
    {{125, 0},
     {80, 0},
     {50, 0},
     {125, 1},
     {80, 1},
     {80, 2},
     {80, 3},
     {80, 5},
     {80, 7},
     {80, 10},
     {80, 14},
     {80, 21}}, /* J */
    {{125, 0},
     {80, 0},
     {200, 1},
     {125, 1},
     {125, 2},
     {125, 3},
     {125, 5},
     {125, 7},
     {125, 10},
     {125, 14},
     {125, 21},
     {80, 21}}, /* K */
    {{125, 0},
     {315, 1},
     {200, 1},
     {200, 2},
     {200, 3},
     {200, 5},
     {200, 7},
     {200, 10},
     {200, 14},
     {200, 21},
     {125, 21},
     {80, 21}}, /* L */
    {{500, 1},
     {315, 1},
     {315, 2},
     {315, 3},
     {315, 5},
     {315, 7},
     {315, 10},
     {315, 14},
     {315, 21},
     {200, 21},
     {125, 21},
     {80, 21}}, /* M */
    {{500, 1},
     {500, 2},
     {500, 3},
     {500, 5},
     {500, 7},
     {500, 10},
     {500, 14},
     {500, 21},
     {315, 21},
     {200, 21},
     {125, 21},
     {80, 21}}, /* N */
    {{800, 2},
     {800, 3},
     {800, 5},
     {800, 7},
     {800, 10},
     {800, 14},
     {800, 21},
     {500, 21},
     {315, 21},
     {200, 21},
     {125, 21},
     {80, 21}}, /* P */
    {{1250, 3},
     {1250, 5},
     {1250, 7},
     {1250, 10},
     {1250, 14},
     {1250, 21},
     {800, 21},
     {500, 21},
     {315, 21},
     {200, 21},
     {125, 21},
     {80, 21}}, /* Q */
    {{2000, 5},
     {2000, 7},
     {2000, 10},
     {2000, 14},
     {2000, 21},
     {1250, 21},
     {800, 21},
     {500, 21},
     {315, 21},
     {200, 21},
     {125, 21},
     {80, 21}}, /* R */
};

/* Rejection numbers of table 2-B (tightened; also MIL-STD-105E table II-B), columns 0.65 1.0 1.5 2.5 4.0 6.5 10 15,
 * as printed: v an arrow down, ^ an arrow up. */
static const char *const tightened[][8] = {
    {"v", "v", "v", "v", "v", "v", "v", "v"},   /* A */
    {"v", "v", "v", "v", "v", "1", "v", "v"},   /* B */
    {"v", "v", "v", "v", "1", "v", "v", "2"},   /* C */
    {"v", "v", "v", "1", "v", "v", "2", "3"},   /* D */
    {"v", "v", "1", "v", "v", "2", "3", "4"},   /* E */
    {"v", "1", "v", "v", "2", "3", "4", "6"},   /* F */
    {"1", "v", "v", "2", "3", "4", "6", "9"},   /* G */
    {"v", "v", "2", "3", "4", "6", "9", "13"},  /* H */
    {"v", "2", "3", "4", "6", "9", "13", "19"}, /* J */
    {"2", "3", "4", "6", "9", "13", "19", "^"}, /* K */
    {"3", "4", "6", "9", "13", "19", "^", "^"}, /* L */
};
static const int64_t sizes[LETTERS] = {2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000};

static struct plan find(int64_t size, const char *word, double aql, enum plan_inspection inspection) {
  enum plan_level level;
  struct plan plan;
  struct fault fault = {0};
  assert_true(plan_level_parse(word, &level));
  if (plan_find(size, level, aql, inspection, &plan, &fault)) fail_msg("%s", fault.text);
  return plan;
}

static void check_cell(int64_t size, const char *word, char letter, int column) {
  struct plan plan = find(size, word, plan_aqls[column], PLAN_NORMAL);
  const struct cell *cell = &normal[strchr(letters, letter) - letters][column];
  int64_t expected = cell->size < size ? cell->size : size;
  if (plan.letter != letter || plan.sample_size != expected || plan.accept != cell->accept ||
      plan.reject != cell->accept + 1 || plan.whole != (cell->size >= size) ||
      sizes[strchr(letters, plan.plan_letter) - letters] != cell->size)
    fail_msg("size %lld level %s AQL %g: %c %c %lld:%lld; expected %c %lld:%lld", (long long)size, word,
             plan_aqls[column], plan.letter, plan.plan_letter, (long long)plan.sample_size, (long long)plan.accept,
             letter, (long long)expected, (long long)cell->accept);
}

static void every_cell_at_every_level_and_lot_size_bound_is_the_tables(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
    for (int column = 0; column < PLAN_AQLS; column++) {
      check_cell(1, levels[i].word, levels[i].letters[0], column);
      for (int bound = 0; bound < BOUNDS; bound++) {
        check_cell(bounds[bound] - 1, levels[i].word, levels[i].letters[bound], column);
        check_cell(bounds[bound], levels[i].word, levels[i].letters[bound], column);
        check_cell(bounds[bound] + 1, levels[i].word, levels[i].letters[bound + 1], column);
      }
      check_cell(1000000000, levels[i].word, levels[i].letters[BOUNDS], column);
    }
}

static void errors_that_other_tables_have_are_not_made(void **state) {
  (void)state;
  struct plan plan = find(20, "II", 6.5, PLAN_NORMAL); /* C */
  assert_true(plan.letter == 'C' && plan.sample_size == 8 && plan.accept == 1);
  plan = find(30, "II", 4.0, PLAN_NORMAL); /* D */
  assert_true(plan.letter == 'D' && plan.plan_letter == 'E' && plan.sample_size == 13 && plan.accept == 1);
  plan = find(8, "II", 6.5, PLAN_NORMAL); /* A */
  assert_true(plan.letter == 'A' && plan.sample_size == 2 && plan.accept == 0);
  /* An acceptance number that an arrow leads to stands with its own sample size. */
  plan = find(40, "II", 1.0, PLAN_NORMAL);
  assert_true(plan.letter == 'D' && plan.plan_letter == 'E' && plan.sample_size == 13 && plan.accept == 0);
}

/* Follows the printed arrows. */
static struct cell printed(int letter, int column) {
  int step = tightened[letter][column][0] == 'v' ? 1 : -1;
  while (strchr("v^", tightened[letter][column][0])) letter += step;
  int64_t reject = 0;
  for (const char *digit = tightened[letter][column]; *digit; digit++) reject = 10 * reject + *digit - '0';
  return (struct cell){sizes[letter], reject - 1};
}

static void tightened_plans_are_the_tables(void **state) {
  (void)state;
  static const int64_t lot[] = {8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000}; /* A..L at level II */
  for (int letter = 0; letter < 11; letter++)
    for (int column = 0; column < 8; column++) {
      struct plan plan = find(lot[letter], "II", plan_aqls[column + 4], PLAN_TIGHTENED);
      struct cell cell = printed(letter, column);
      assert_int_equal(plan.letter, letters[letter]);
      assert_int_equal(plan.accept, cell.accept);
      assert_int_equal(plan.sample_size, cell.size < lot[letter] ? cell.size : lot[letter]);
    }
}

static void tightened_inspection_accepts_no_more_than_normal(void **state) {
  (void)state;
  for (int column = 0; column < PLAN_AQLS; column++)
    for (int bound = 0; bound < BOUNDS; bound++) {
      struct plan loose = find(bounds[bound], "III", plan_aqls[column], PLAN_NORMAL);
      struct plan tight = find(bounds[bound], "III", plan_aqls[column], PLAN_TIGHTENED);
      double share = plan_aqls[column] / 100;
      assert_true(plan_accepts_process(&tight, share) <= plan_accepts_process(&loose, share) + 1e-12);
    }
}

/* Sums of products, in another way than the library. */
static double binomial_sum(int64_t n, int64_t c, double p) {
  double term = pow(1 - p, (double)n), sum = term;
  for (int64_t k = 1; k <= c; k++) sum += term *= (double)(n - k + 1) / (double)k * p / (1 - p);
  return sum;
}

static long double log_choose(int64_t n, int64_t k) {
  return lgammal((long double)n + 1) - lgammal((long double)k + 1) - lgammal((long double)(n - k) + 1);
}

static double hypergeometric_sum(int64_t n, int64_t c, int64_t marked, int64_t size) {
  double sum = 0;
  for (int64_t k = 0; k <= c && k <= marked; k++)
    if (n - k <= size - marked)
      sum += (double)expl(log_choose(marked, k) + log_choose(size - marked, n - k) - log_choose(size, n));
  return sum;
}

static void acceptance_is_binomial_for_a_process_and_hypergeometric_for_a_lot(void **state) {
  (void)state;
  for (int column = 0; column < PLAN_AQLS; column++)
    for (int bound = 0; bound < BOUNDS; bound++) {
      int64_t size = bounds[bound];
      struct plan plan = find(size, "II", plan_aqls[column], PLAN_NORMAL);
      for (double share = 0.001; share < 0.5; share *= 3) {
        double expected = binomial_sum(plan.sample_size, plan.accept, share);
        if (fabs(plan_accepts_process(&plan, share) - expected) > 1e-9) fail_msg("n %lld", (long long)plan.sample_size);
        int64_t marked = (int64_t)(share * (double)size);
        expected = hypergeometric_sum(plan.sample_size, plan.accept, marked, size);
        if (fabs(plan_accepts_lot(&plan, size, marked) - expected) > 1e-9)
          fail_msg("size %lld marked %lld: %.12g", (long long)size, (long long)marked, expected);
      }
    }
}

static void the_quality_at_a_probability_is_accepted_with_it(void **state) {
  (void)state;
  for (int column = 0; column < PLAN_AQLS; column++) {
    struct plan plan = find(3000, "II", plan_aqls[column], PLAN_NORMAL);
    for (double probability = 0.01; probability < 1; probability += 0.07)
      assert_true(fabs(plan_accepts_process(&plan, plan_quality_at(&plan, probability)) - probability) < 1e-9);
  }
}

static void what_the_standard_does_not_have_is_refused(void **state) {
  (void)state;
  struct plan plan;
  struct fault fault = {0};
  assert_int_equal(plan_find(0, PLAN_II, 2.5, PLAN_NORMAL, &plan, &fault), STATUS_USAGE);
  assert_int_equal(plan_find(100, PLAN_II, 2.4, PLAN_NORMAL, &plan, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "ISO 2859-1:1999"));
  assert_int_equal(plan_find(100, PLAN_II, NAN, PLAN_NORMAL, &plan, &fault), STATUS_USAGE);
  enum plan_level level;
  assert_false(plan_level_parse("IV", &level));
  assert_false(plan_level_parse("", &level));
  assert_false(plan_level_parse("IIIIIIIIIII", &level));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_cell_at_every_level_and_lot_size_bound_is_the_tables),
      cmocka_unit_test(errors_that_other_tables_have_are_not_made),
      cmocka_unit_test(tightened_plans_are_the_tables),
      cmocka_unit_test(tightened_inspection_accepts_no_more_than_normal),
      cmocka_unit_test(acceptance_is_binomial_for_a_process_and_hypergeometric_for_a_lot),
      cmocka_unit_test(the_quality_at_a_probability_is_accepted_with_it),
      cmocka_unit_test(what_the_standard_does_not_have_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
