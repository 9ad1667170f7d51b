/* A zone's colour is compared in three directions: which way it went, and what of it is only how lots vary. */
#include "engine/drift/random.h"
#include "tests/engine/drift/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LINES = 2, LOTS = 20, PHOTOS = 40 };

/* How the colours of a season are drawn: `lots` is the spread of lots by axis, about 0.8 that of photos; what `shift`
 * says is added to a lot, or to a line from the middle of the season on. */
struct drawing {
  double lots[COLOUR_AXES], shift[COLOUR_AXES];
  size_t lot; /* LOTS: none */
  bool line;  /* the second one changes */
};

static void draw(struct season *season, const struct drawing *how, uint64_t seed) {
  double level[LOTS][COLOUR_AXES];
  for (size_t i = 0; i < LOTS * COLOUR_AXES; i++)
    level[i / COLOUR_AXES][i % COLOUR_AXES] = how->lots[i % COLOUR_AXES] * drift_normal(&seed);
  for (size_t i = 0; i < LOTS * PHOTOS; i++) {
    size_t line = i % LINES, lot = i / LINES / PHOTOS * LINES + line;
    bool changed = lot == how->lot || (how->line && line && i > LOTS * PHOTOS / 2);
    double off[COLOUR_AXES];
    char name[8];
    snprintf(name, sizeof name, "L%zu", lot);
    for (int a = 0; a < COLOUR_AXES; a++)
      off[a] = level[lot][a] + 0.8 * drift_normal(&seed) + (changed ? how->shift[a] : 0);
    const struct sample sample = {.minute = (int64_t)i,
                                  .golden = "g",
                                  .factory = "F",
                                  .line = line ? "B" : "A",
                                  .lot = name,
                                  .value = 10,
                                  .off = off};
    sample_add(season, &sample);
  }
}

static void a_lot_of_another_material_is_named_with_the_way_it_differs(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  const struct drawing how = {.lots = {0.2, 0.2, 0.2}, .shift = {-1, 2, 0.5}, .lot = 10};
  draw(&season, &how, 3);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  const struct finding *f = findings.items;
  assert_int_equal(f->key, KEY_LOT);
  assert_string_equal(names_text(&season.names, f->cell.lot), "L10");
  assert_true(f->coloured && f->size_lower < f->size && f->size < f->size_upper);
  for (int a = 0; a < COLOUR_AXES; a++) assert_true(fabs(f->lab[a] - how.shift[a]) < 0.6);
  assert_true(f->after > 1 && f->before < 0.4);
  assert_non_null(strstr(f->text, "the colour of zone z (golden g) differs from other lots by "));
  assert_non_null(strstr(f->text, "mostly redder (L* -"));
  findings_free(&findings);
  season_free(&season);
}

static void a_colour_that_is_as_far_off_on_the_other_side_has_changed(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  const struct drawing how = {.lots = {0.1, 0.1, 0.1}, .shift = {0, 0, 2}, .lot = LOTS, .line = true};
  draw(&season, &how, 4);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 1);
  const struct finding *f = findings.items;
  assert_int_equal(f->key, KEY_LINE);
  assert_string_equal(names_text(&season.names, f->cell.line), "B");
  assert_true(f->since_lower <= 401 * MINUTE && 401 * MINUTE <= f->since_upper);
  assert_true(fabs(f->lab[2] - 2) < 0.4 && f->size > 0.5);
  findings_free(&findings);
  season_free(&season);
}

static void lots_that_vary_in_lightness_alone_are_no_drift(void **state) {
  (void)state;
  const struct drawing how = {.lots = {2, 0.1, 0.1}, .lot = LOTS};
  size_t found = 0;
  for (uint64_t run = 0; run < 20; run++) {
    struct season season = {0};
    struct findings findings;
    draw(&season, &how, 900 + run);
    sample_look(&season, 0.05, &findings);
    found += findings.count;
    findings_free(&findings);
    season_free(&season);
  }
  assert_true(found <= 1);
}

/* A ninth of the budget is the lots' of the zone: 44 in so many seasons. */
static void of_lots_that_vary_unlike_by_axis_few_stand_out(void **state) {
  (void)state;
  const struct drawing how = {.lots = {0.6, 0.2, 0.1}, .lot = LOTS};
  size_t found = 0;
  for (uint64_t run = 0; run < 400; run++) {
    struct season season = {0};
    struct findings findings;
    draw(&season, &how, 5000 + run);
    sample_look(&season, 1, &findings);
    for (size_t i = 0; i < findings.count; i++)
      found += season.quantities[findings.items[i].quantity].kind == QUANTITY_ZONE && findings.items[i].key == KEY_LOT;
    findings_free(&findings);
    season_free(&season);
  }
  assert_true(found <= 80);
}

/* Of an earlier version's result only the distance is known, and here that is always the same. */
static void without_all_colours_the_distance_alone_is_compared(void **state) {
  (void)state;
  struct season season = {0};
  struct findings findings;
  const struct drawing how = {.shift = {0, 0, 4}, .lot = 10};
  draw(&season, &how, 5);
  const struct row_zone zone = {.name = "z", .delta_e = 1, .limit = 6};
  const struct row row = {.photo = "p", .keys = {[ROW_GOLDEN] = "g"}, .score = 80, .zones = &zone, .zone_count = 1};
  assert_int_equal(season_add(&season, &row, NULL), STATUS_OK);
  sample_look(&season, 0.05, &findings);
  assert_int_equal(findings.count, 0);
  findings_free(&findings);
  season_free(&season);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_lot_of_another_material_is_named_with_the_way_it_differs),
      cmocka_unit_test(a_colour_that_is_as_far_off_on_the_other_side_has_changed),
      cmocka_unit_test(lots_that_vary_in_lightness_alone_are_no_drift),
      cmocka_unit_test(of_lots_that_vary_unlike_by_axis_few_stand_out),
      cmocka_unit_test(without_all_colours_the_distance_alone_is_compared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
