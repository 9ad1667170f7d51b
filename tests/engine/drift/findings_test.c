/* What is found in a season, how it is named, dated and sized, and what is not found. */
#include "engine/drift/random.h"
#include "engine/drift/run_rules.h"
#include "engine/drift/scan.h"
#include "engine/drift/signals.h"
#include "tests/engine/drift/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two lines, lots of 200; on line B the value moves as `offset` says of its number. */
static void draw(struct season *season, size_t count, double (*offset)(size_t number), uint64_t seed) {
  char lots[2][8];
  for (size_t i = 0; i < count; i++) {
    size_t number = i / 2, line = i % 2;
    snprintf(lots[line], 8, "%c%zu", (int)('a' + line), number / 200);
    const struct sample sample = {.minute = (int64_t)i,
                                  .golden = "g",
                                  .factory = "F",
                                  .line = line ? "B" : "A",
                                  .lot = lots[line],
                                  .value = 10 + (double)line + drift_normal(&seed) + (line ? offset(number) : 0)};
    sample_add(season, &sample);
  }
}

static double none(size_t number) {
  (void)number;
  return 0;
}

static double step(size_t number) {
  return number >= 500 ? 1.5 : 0;
}

static double ramp(size_t number) {
  return number > 600 ? 0.02 * (double)(number - 600) : 0;
}

static double one_lot(size_t number) {
  return number / 200 == 2 ? 2 : 0;
}

static void a_step_of_one_line_is_named_dated_and_sized(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  draw(&season, 2000, step, 1);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  const struct finding *f = findings.items;
  assert_int_equal(f->key, KEY_LINE);
  assert_string_equal(names_text(&season.names, f->cell.line), "B");
  assert_int_equal(f->model, CHANGE_STEP);
  assert_true(f->since_lower <= 1001 * MINUTE && 1001 * MINUTE <= f->since_upper);
  assert_true(f->size_lower < 1.5 && 1.5 < f->size_upper);
  assert_true(fabs(f->before - 11) < 0.2 && fabs(f->after - 12.5) < 0.2);
  assert_non_null(strstr(f->text, "Line B of factory F: dimension d (golden g) rose from 1"));
  findings_free(&findings);
  season_free(&season);
}

static void a_ramp_tells_when_it_reaches_the_limit(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  draw(&season, 1600, ramp, 2);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  const struct finding *f = findings.items;
  assert_int_equal(f->model, CHANGE_RAMP);
  assert_true(f->since_lower <= 1201 * MINUTE && 1201 * MINUTE <= f->since_upper);
  /* From 11 at 0.02 a unit: 20 is reached 450 units after the onset, 250 after the last one, two minutes each. */
  assert_true(f->limit == 20 && !f->over_limit);
  assert_true(fabs(f->units_to_limit - 250) < 40);
  assert_true(llabs(f->limit_time - (1600 + 500) * MINUTE) < 80LL * MINUTE);
  assert_non_null(strstr(f->text, "if it goes on, it reaches the limit of 20.0"));
  findings_free(&findings);
  season_free(&season);
}

static void a_lot_that_differs_is_named_as_a_lot(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  draw(&season, 4000, one_lot, 3);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  assert_int_equal(findings.items[0].key, KEY_LOT);
  assert_string_equal(names_text(&season.names, findings.items[0].cell.lot), "b2");
  assert_int_equal(findings.items[0].units, 200);
  assert_true(findings.items[0].since == 801 * MINUTE);
  findings_free(&findings);
  season_free(&season);
}

/* Three lines of 600 photos each: two of eight lots, the third of two, one of which is off. */
static void draw_lots(struct season *season, size_t off, uint64_t seed) {
  for (size_t i = 0; i < 1800; i++) {
    size_t line = i % 3, number = i / 3, lot = line < 2 ? number / 75 : number / 300;
    const char name[3] = {(char)('a' + line), (char)('0' + lot), 0}, line_name[2] = {(char)('A' + line), 0};
    const struct sample sample = {.minute = (int64_t)i,
                                  .golden = "g",
                                  .factory = "F",
                                  .line = line_name,
                                  .lot = name,
                                  .value = 10 + drift_normal(&seed) + (line == 2 && lot == off ? 2 : 0)};
    sample_add(season, &sample);
  }
}

static void of_two_lots_of_a_line_the_one_unlike_the_other_lines_is_named(void **state) {
  (void)state;
  static const char *const names[] = {"c0", "c1"};
  for (size_t i = 0; i < 12; i++) {
    struct season season = {0};
    struct findings findings;
    size_t off = i % 2;
    draw_lots(&season, off, 5 + i);
    sample_look(&season, 0.05, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].key, KEY_LOT);
    assert_string_equal(names_text(&season.names, findings.items[0].cell.lot), names[off]);
    findings_free(&findings);
    season_free(&season);
  }
}

static void a_rate_that_rises_on_one_shift_is_named(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  uint64_t seed = 4;
  for (size_t i = 0; i < 8000; i++) {
    bool night = i / 100 % 2, second = i % 2;
    double rate = night && second && i >= 4000 ? 0.06 : 0.01;
    const struct sample sample = {.minute = (int64_t)i,
                                  .factory = second ? "F2" : "F1",
                                  .shift = night ? "night" : "day",
                                  .value = drift_normal(&seed) + 10,
                                  .scratch = drift_uniform(&seed) < rate};
    sample_add(&season, &sample);
  }
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  const struct finding *f = findings.items;
  assert_int_equal(f->key, KEY_SHIFT);
  assert_string_equal(names_text(&season.names, f->cell.factory), "F2");
  assert_string_equal(names_text(&season.names, f->cell.shift), "night");
  assert_true(f->since_lower <= 4101 * MINUTE && 3899 * MINUTE <= f->since_upper);
  assert_true(f->size_lower < 0.05 && 0.05 < f->size_upper);
  findings_free(&findings);
  season_free(&season);
}

/* Every other night photo of F2 with a scratch is also said to show a stain; `stains`: and so many of the others. */
static void draw_broken_scratches(struct season *season, double stains) {
  uint64_t seed = 14;
  for (size_t i = 0; i < 8000; i++) {
    bool night = i / 100 % 2, second = i % 2, off = night && second && i >= 4000;
    bool scratch = drift_uniform(&seed) < (off ? 0.15 : 0.01), broken = scratch && drift_uniform(&seed) < 0.5;
    const struct sample sample = {.minute = (int64_t)i,
                                  .golden = "g",
                                  .factory = second ? "F2" : "F1",
                                  .shift = night ? "night" : "day",
                                  .value = drift_normal(&seed) + 10,
                                  .scratch = scratch,
                                  .stain = broken || drift_uniform(&seed) < (off ? stains : 0.005)};
    sample_add(season, &sample);
  }
}

static size_t of_class(const struct season *season, const struct findings *findings, const char *name) {
  size_t count = 0;
  for (size_t i = 0; i < findings->count; i++)
    count += !strcmp(season->quantities[findings->items[i].quantity].name, name);
  return count;
}

static void a_class_that_rose_only_where_another_did_is_no_finding_of_its_own(void **state) {
  (void)state;
  for (int apart = 0; apart < 2; apart++) {
    struct season season = {0};
    struct findings findings;
    draw_broken_scratches(&season, apart ? 0.06 : 0.005);
    sample_look(&season, 0.05, &findings);
    assert_int_equal(of_class(&season, &findings, "scratch"), 1);
    assert_int_equal(of_class(&season, &findings, "stain"), apart);
    assert_int_equal(findings.count, 1 + apart);
    findings_free(&findings);
    season_free(&season);
  }
}

/* The order of arrival does not matter where the time is known. */
static void photos_are_put_into_order_of_time(void **state) {
  (void)state;
  struct season forwards = {0}, backwards = {0};
  struct findings a, b;
  uint64_t seed = 5;
  static double values[1000];
  for (size_t i = 0; i < 1000; i++) values[i] = 10 + drift_normal(&seed) + (i >= 600 ? 1.5 : 0);
  for (size_t i = 0; i < 1000; i++) {
    const struct sample first = {.minute = (int64_t)i, .value = values[i], .unjudged = i % 50 == 49};
    const struct sample last = {
        .minute = (int64_t)(999 - i), .value = values[999 - i], .unjudged = (999 - i) % 50 == 49};
    sample_add(&forwards, &first);
    sample_add(&backwards, &last);
  }
  sample_look(&forwards, 0.05, &a);
  sample_look(&backwards, 0.05, &b);
  assert_int_equal(a.count, 1);
  assert_int_equal(b.count, 1);
  assert_string_equal(a.items[0].text, b.items[0].text);
  assert_int_equal(a.items[0].key, KEY_ALL);
  findings_free(&a);
  findings_free(&b);
  season_free(&forwards);
  season_free(&backwards);
}

/* Levels that wander without lots to tell them by are no drift: what differs from block to block anyhow is known. */
static void values_that_depend_on_each_other_are_no_drift(void **state) {
  (void)state;
  int found = 0;
  for (uint64_t run = 0; run < 20; run++) {
    struct season season = {0};
    struct findings findings;
    uint64_t seed = 600 + run;
    double level = 0;
    for (size_t i = 0; i < 3000; i++) {
      level = 0.9 * level + 0.5 * drift_normal(&seed);
      const struct sample sample = {.minute = (int64_t)i, .line = "A", .value = 10 + level + drift_normal(&seed)};
      sample_add(&season, &sample);
    }
    sample_look(&season, 0.05, &findings);
    found += (int)findings.count;
    findings_free(&findings);
    season_free(&season);
  }
  assert_true(found <= 1);
}

static void lots_whose_level_varies_are_no_drift(void **state) {
  (void)state;
  int found = 0;
  for (uint64_t run = 0; run < 20; run++) {
    struct season season = {0};
    struct findings findings;
    uint64_t seed = 700 + run;
    double level = 0;
    char lot[8] = "";
    for (size_t i = 0; i < 4000; i++) {
      if (i % 200 == 0) level = drift_normal(&seed), snprintf(lot, sizeof lot, "%zu", i / 200);
      const struct sample sample = {.minute = (int64_t)i, .lot = lot, .value = 10 + level + drift_normal(&seed)};
      sample_add(&season, &sample);
    }
    sample_look(&season, 0.05, &findings);
    found += (int)findings.count;
    findings_free(&findings);
    season_free(&season);
  }
  assert_true(found <= 1);
}

static void little_or_constant_data_give_nothing(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 0);
  findings_free(&findings);
  for (size_t i = 0; i < 200; i++) {
    const struct sample sample = {.minute = -1, .golden = i % 2 ? "a" : "b", .value = 3};
    sample_add(&season, &sample);
    if (i > 3 && i < 199) continue;
    sample_look(&season, 1, &findings);
    assert_int_equal(findings.count, 0);
    findings_free(&findings);
  }
  assert_int_equal(season.timeless, 200);
  draw(&season, 2000, none, 9);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 0);
  findings_free(&findings);
  season_free(&season);
}

static void charts_signal_after_a_step_and_keep_their_limits(void **state) {
  (void)state;
  struct season season = {0};
  draw(&season, 2000, step, 10);
  assert_int_equal(season_sort(&season, NULL), STATUS_OK);
  const struct signal_options how = {
      .rules = RULES_WESTERN_ELECTRIC, .reference = 200, .subgroup = 5, .sample = 50, .run_length = 370};
  struct signals signals;
  assert_int_equal(signals_look(&season, &how, &signals, NULL), STATUS_OK);
  assert_true(fabs(signals.cusum_h - 4.77) < 0.02 && fabs(signals.ewma_reach - 2.703) < 0.01);
  assert_int_equal(signals.count, 8); /* the dimension, unjudged, score and failed, on two lines */
  const struct line_charts *b = &signals.items[1];
  assert_string_equal(names_text(&season.names, b->cell.line), "B");
  assert_true(fabs(b->centre - 11) < 0.3 && fabs(b->sigma - 1) < 0.2);
  for (int k = SIGNAL_MEAN; k <= SIGNAL_CUSUM; k++) {
    if (k == SIGNAL_DEVIATION) continue;
    assert_true(b->charts[k].signals > 0);
    assert_true(b->charts[k].out);
  }
  assert_int_equal(b->charts[SIGNAL_MEAN].points, 160);
  assert_false(b->charts[SIGNAL_SHARE].used);
  assert_true(signals.items[3].charts[SIGNAL_SHARE].used);
  signals_free(&signals);
  struct signal_options spec = how;
  spec.from_spec = true;
  assert_int_equal(signals_look(&season, &spec, &signals, NULL), STATUS_OK);
  assert_true(signals.items[0].centre == 12.5 && signals.items[0].sigma == 2.5);
  signals_free(&signals);
  season_free(&season);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_step_of_one_line_is_named_dated_and_sized),
      cmocka_unit_test(a_ramp_tells_when_it_reaches_the_limit),
      cmocka_unit_test(a_lot_that_differs_is_named_as_a_lot),
      cmocka_unit_test(of_two_lots_of_a_line_the_one_unlike_the_other_lines_is_named),
      cmocka_unit_test(a_rate_that_rises_on_one_shift_is_named),
      cmocka_unit_test(a_class_that_rose_only_where_another_did_is_no_finding_of_its_own),
      cmocka_unit_test(photos_are_put_into_order_of_time),
      cmocka_unit_test(values_that_depend_on_each_other_are_no_drift),
      cmocka_unit_test(lots_whose_level_varies_are_no_drift),
      cmocka_unit_test(little_or_constant_data_give_nothing),
      cmocka_unit_test(charts_signal_after_a_step_and_keep_their_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
