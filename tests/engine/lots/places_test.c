/* Defects at one place of the golden again and again are found, and put down to the line that has them. */
#include "engine/lots/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t state_ = 11;

static int32_t draw(int32_t most) {
  state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
  return (int32_t)(state_ % (uint64_t)most);
}

static void add(struct places *places, int number, const char *line, const struct row_region *regions, size_t count) {
  struct fault fault = {0};
  char photo[32];
  snprintf(photo, sizeof photo, "%04d.jpg", number);
  const struct row row = {.sequence = number + 1,
                          .photo = photo,
                          .has_time = true,
                          .time_ms = 1000 * number,
                          .verdict = count ? VERDICT_FAIL : VERDICT_PASS,
                          .regions = regions,
                          .region_count = count,
                          .keys = {[ROW_FACTORY] = "North", [ROW_LINE] = line, [ROW_GOLDEN] = "label"}};
  assert_int_equal(places_add(places, &row, &fault), STATUS_OK);
}

static struct row_region at(int32_t x, int32_t y) {
  return (struct row_region){
      .golden_box = {x, y, 8 + draw(12), 8 + draw(12)}, .class_ = CLASS_SCRATCH, .zone = "print"};
}

/* 400 photos of each of two lines, one in ten with a defect somewhere on 1000 x 800 px. */
static void make(struct places *places, const char *worn, int from, int to, int every) {
  for (int i = 0; i < 800; i++) {
    const char *line = i % 2 ? "A" : "B";
    struct row_region regions[2];
    size_t count = 0;
    if (draw(10) == 0) regions[count++] = at(draw(980), draw(780));
    if (worn && (*worn == '*' || !strcmp(line, worn)) && i >= from && i < to && i % every < 2)
      regions[count++] = at(300 + draw(4), 200 + draw(4));
    add(places, i, line, regions, count);
  }
}

static size_t find(struct places *places, struct place **found) {
  struct fault fault = {0};
  size_t count;
  assert_int_equal(places_find(places, found, &count, &fault), STATUS_OK);
  return count;
}

static void nothing_is_found_where_defects_lie_anywhere(void **state) {
  (void)state;
  size_t all = 0;
  for (int i = 0; i < 50; i++) {
    struct places places = {0};
    struct place *found;
    make(&places, NULL, 0, 0, 1);
    all += find(&places, &found);
    free(found);
    places_free(&places);
  }
  assert_int_equal(all, 0);
}

static void a_worn_tool_of_one_line_is_found_with_its_row(void **state) {
  (void)state;
  struct places places = {0};
  struct place *found;
  char text[1024];
  make(&places, "A", 600, 640, 1);
  assert_int_equal(find(&places, &found), 1);
  assert_string_equal(found->line, "A");
  assert_string_equal(found->factory, "North");
  assert_string_equal(found->zone, "print");
  assert_false(found->everywhere);
  assert_in_range(found->photos, 20, 21);
  assert_int_equal(found->judged, 400);
  assert_int_equal(found->in_a_row, 20);
  assert_in_range(found->box[0], 300, 303);
  assert_in_range(found->first_ms, 0, 601000);
  assert_true(found->probability < PLACES_RATE);
  assert_non_null(found->examples[PLACE_EXAMPLES - 1]);
  place_describe(found, text, sizeof text);
  assert_non_null(strstr(text, "line A of factory North, 20 in a row"));
  free(found);
  places_free(&places);
}

static void what_all_lines_have_is_put_down_to_no_line(void **state) {
  (void)state;
  struct places places = {0};
  struct place *found;
  make(&places, "*", 0, 800, 20);
  assert_int_equal(find(&places, &found), 1);
  assert_true(found->everywhere);
  assert_null(found->line);
  assert_in_range(found->photos, 80, 82);
  assert_int_equal(found->in_a_row, 1);
  free(found);
  places_free(&places);
}

static void what_is_not_judged_and_what_passes_says_nothing(void **state) {
  (void)state;
  struct places places = {0};
  struct fault fault = {0};
  struct place *found;
  const struct row_region region = at(5, 5);
  for (int i = 0; i < 40; i++) {
    const struct row row = {.photo = "p",
                            .verdict = i % 2 ? VERDICT_PASS : VERDICT_CANNOT_JUDGE,
                            .regions = &region,
                            .region_count = 1,
                            .sequence = i};
    assert_int_equal(places_add(&places, &row, &fault), STATUS_OK);
  }
  assert_int_equal(places.photo_count, 20);
  assert_int_equal(find(&places, &found), 0);
  free(found);
  places_free(&places);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_found_where_defects_lie_anywhere),
      cmocka_unit_test(a_worn_tool_of_one_line_is_found_with_its_row),
      cmocka_unit_test(what_all_lines_have_is_put_down_to_no_line),
      cmocka_unit_test(what_is_not_judged_and_what_passes_says_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
