/* What so few photos show that the tests for many would not: a rate where hardly an event was to be expected, a lot
 * against those of other lines. */
#include "engine/drift/random.h"
#include "tests/engine/drift/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LINES = 6, LOTS = 18, MANY_LOTS = 36, PHOTOS = 30 };

/* Three factories of two lines. */
struct place_names {
  char lot[8], line[8], factory[8];
};

static struct place_names names_of(size_t lot, size_t line) {
  struct place_names at;
  snprintf(at.lot, sizeof at.lot, "L%zu", lot);
  snprintf(at.line, sizeof at.line, "%zu", line % 2);
  snprintf(at.factory, sizeof at.factory, "F%zu", line / 2);
  return at;
}

/* Six lines make three lots of 30 each, whose levels differ a little. `off` is added to a lot's values, `line_off` to
 * those of the first line. */
static void draw(struct season *season, size_t odd, double off, double line_off) {
  uint64_t seed = 5;
  double level[LOTS];
  for (size_t i = 0; i < LOTS; i++) level[i] = 10 + 0.2 * drift_normal(&seed);
  for (size_t i = 0; i < LOTS * PHOTOS; i++) {
    size_t line = i % LINES, lot = i / LINES / PHOTOS * LINES + line;
    const struct place_names at = names_of(lot, line);
    const struct sample sample = {.minute = (int64_t)i,
                                  .golden = "g",
                                  .factory = at.factory,
                                  .line = at.line,
                                  .lot = at.lot,
                                  .value = level[lot] + drift_normal(&seed) + (lot == odd ? off : 0) +
                                           (line == 0 ? line_off : 0)};
    sample_add(season, &sample);
  }
}

static void a_lot_stands_out_against_the_lots_of_all_lines(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  draw(&season, 10, 2.2, 0);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  assert_int_equal(findings.items[0].key, KEY_LOT);
  assert_string_equal(names_text(&season.names, findings.items[0].cell.lot), "L10");
  assert_true(findings.items[0].size_lower < 2.2 && 2.2 < findings.items[0].size_upper);
  findings_free(&findings);
  season_free(&season);
}

static void the_lots_of_a_line_with_a_level_of_its_own_do_not_stand_out(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  draw(&season, LOTS, 0, 6);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 0);
  findings_free(&findings);
  season_free(&season);
}

/* Line 4 makes lot 4 as the others do theirs, then all others 4 sigma off. */
static void a_line_that_changed_after_its_first_lot_is_named_as_a_line(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  uint64_t seed = 9;
  for (size_t i = 0; i < LOTS * PHOTOS; i++) {
    size_t line = i % LINES, lot = i / LINES / PHOTOS * LINES + line;
    char lot_name[8], line_name[8];
    snprintf(lot_name, sizeof lot_name, "L%zu", lot);
    snprintf(line_name, sizeof line_name, "%zu", line);
    const struct sample sample = {.minute = (int64_t)i,
                                  .golden = "g",
                                  .factory = "F",
                                  .line = line_name,
                                  .lot = lot_name,
                                  .value = 10 + drift_normal(&seed) + (line == 4 && lot > 4 ? 4 : 0)};
    sample_add(&season, &sample);
  }
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  assert_int_equal(findings.items[0].key, KEY_LINE);
  assert_string_equal(names_text(&season.names, findings.items[0].cell.line), "4");
  assert_true(findings.items[0].since_lower <= 184 * MINUTE && 184 * MINUTE <= findings.items[0].since_upper);
  findings_free(&findings);
  season_free(&season);
}

/* Of 600 photos 4 have a scratch; of the 90 of one night there are 16 more. */
static void a_rate_rises_where_hardly_an_event_was_to_be_expected(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  for (size_t i = 0; i < 600; i++) {
    bool night = i % 20 >= 17;
    const struct sample sample = {.minute = (int64_t)i,
                                  .golden = "g",
                                  .factory = i % 2 ? "F" : "G",
                                  .shift = night ? "night" : "day",
                                  .value = 10 + 0.01 * (double)(i * 7919 % 101),
                                  .scratch = i % 151 == 1 || (night && i % 2 && i % 3 == 0)};
    sample_add(&season, &sample);
  }
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  assert_int_equal(findings.items[0].key, KEY_SHIFT);
  assert_string_equal(names_text(&season.names, findings.items[0].cell.shift), "night");
  assert_string_equal(names_text(&season.names, findings.items[0].cell.factory), "F");
  findings_free(&findings);
  season_free(&season);
}

/* Lots of 30, a third of each at night, with a scratch here and there; from lot 6 on `more` says which photos of a lot
 * have one, too. */
static void draw_scratches(struct season *season, bool (*more)(size_t lot, size_t line, size_t number)) {
  for (size_t i = 0; i < MANY_LOTS * PHOTOS; i++) {
    size_t line = i % LINES, number = i / LINES % PHOTOS, lot = i / LINES / PHOTOS * LINES + line;
    const struct place_names at = names_of(lot, line);
    const struct sample sample = {.minute = (int64_t)i,
                                  .golden = "g",
                                  .factory = at.factory,
                                  .line = at.line,
                                  .shift = number % 3 == 2 ? "night" : "day",
                                  .lot = at.lot,
                                  .value = 10 + 0.01 * (double)(i * 7919 % 101),
                                  .scratch = i % 73 == 9 || (lot >= LINES && more(lot, line, number))};
    sample_add(season, &sample);
  }
}

static bool nights_of_one_factory(size_t lot, size_t line, size_t number) {
  return line < 2 && lot / LINES % 2 && number % 6 == 5;
}

static bool lots_here_and_there(size_t lot, size_t line, size_t number) {
  (void)line;
  return (lot % 4 == 3 && number % 6 == 1) || (lot == 6 && number % 3 == 2);
}

/* The lots of the others do not vary, though its own do, by what is found: every second has it. */
static void a_night_shift_is_told_by_the_spread_of_the_others(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  draw_scratches(&season, nights_of_one_factory);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  assert_int_equal(findings.items[0].key, KEY_SHIFT);
  assert_string_equal(names_text(&season.names, findings.items[0].cell.factory), "F0");
  assert_string_equal(names_text(&season.names, findings.items[0].cell.shift), "night");
  findings_free(&findings);
  season_free(&season);
}

static void where_the_lots_of_all_vary_the_night_of_one_is_no_finding(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  draw_scratches(&season, lots_here_and_there);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 0);
  findings_free(&findings);
  season_free(&season);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_lot_stands_out_against_the_lots_of_all_lines),
      cmocka_unit_test(the_lots_of_a_line_with_a_level_of_its_own_do_not_stand_out),
      cmocka_unit_test(a_line_that_changed_after_its_first_lot_is_named_as_a_line),
      cmocka_unit_test(a_rate_rises_where_hardly_an_event_was_to_be_expected),
      cmocka_unit_test(a_night_shift_is_told_by_the_spread_of_the_others),
      cmocka_unit_test(where_the_lots_of_all_vary_the_night_of_one_is_no_finding),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
