/* A sibling of the golden's product, which differs in many places at once, is told from a defective unit. */
#include "engine/other_product.h"
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* A front with marks in columns and rows, each of SIDE x SIDE bits. */
enum { WIDTH = 520, HEIGHT = 340, COLUMNS = 8, ROWS = 5, MARKS = COLUMNS * ROWS, PITCH = 60, SIDE = 4, BIT = 6 };

struct front {
  int other[MARKS], others; /* marks that are others than the golden's */
  int gone[MARKS], goners;  /* marks that are not there */
};

static bool holds(const int *marks, int count, int mark) {
  for (int i = 0; i < count; i++)
    if (marks[i] == mark) return true;
  return false;
}

/* No two alike, each with half of its bits set. */
static unsigned bits_of(int mark) {
  unsigned state = 2654435761u * (unsigned)(mark + 1), bits = 0;
  for (int set = 0; set < SIDE * SIDE / 2;) {
    state = 1664525u * state + 1013904223u;
    unsigned bit = 1u << (state >> 28);
    if (!(bits & bit)) bits |= bit, set++;
  }
  return bits;
}

/* The other one is the mark mirrored: it has as many edges. */
static void draw_mark(struct picture *p, int mark, bool other) {
  static const float ink = 60;
  unsigned bits = bits_of(mark);
  int left = 30 + PITCH * (mark % COLUMNS), top = 30 + PITCH * (mark / COLUMNS);
  for (int i = 0; i < SIDE * SIDE; i++) {
    int column = other ? SIDE - 1 - i % SIDE : i % SIDE;
    if (bits >> i & 1) picture_box(p, left + BIT * column, top + BIT * (i / SIDE), BIT, BIT, &ink);
  }
}

static struct photo photo_of(const struct front *front, uint64_t seed, const char *name) {
  struct picture p = picture_even(WIDTH, HEIGHT, 1, 170);
  for (int mark = 0; mark < MARKS; mark++)
    if (!holds(front->gone, front->goners, mark)) draw_mark(&p, mark, holds(front->other, front->others, mark));
  picture_blur(&p, 0.8);
  picture_noise(&p, 1, seed);
  struct photo photo = picture_photo(&p, name);
  picture_free(&p);
  return photo;
}

static struct result judged(const struct front *front) {
  struct photo golden = photo_of(&(struct front){.others = 0}, 1, "golden"), photo = photo_of(front, 2, "photo");
  struct stage stage;
  stage_open(&stage, "name: front\n", &golden, 1);
  struct result result = stage_judge(&stage, &photo);
  stage_close(&stage);
  photo_free(&golden);
  photo_free(&photo);
  return result;
}

static void a_product_with_other_marks_in_many_places_cannot_be_judged(void **state) {
  (void)state;
  struct result result = judged(&(struct front){.other = {1, 6, 10, 20, 23, 28, 33, 38}, .others = 8});
  result_tell(&result);
  assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
  assert_int_equal(result.reason_count, 1);
  assert_int_equal(result.reasons[0].code, REASON_WRONG_PRODUCT);
  assert_true(result.region_count >= 8); /* what differs is told all the same */
  result_free(&result);
}

static void a_unit_with_other_marks_in_three_places_fails(void **state) {
  (void)state;
  struct result result = judged(&(struct front){.other = {2, 20, 38}, .others = 3});
  result_tell(&result);
  assert_int_equal(result.verdict, VERDICT_FAIL);
  result_free(&result);
}

static void a_unit_that_lacks_marks_in_many_places_fails(void **state) {
  (void)state;
  struct result result = judged(&(struct front){.gone = {1, 6, 10, 20, 23, 28, 33, 38}, .goners = 8});
  result_tell(&result);
  assert_int_equal(result.verdict, VERDICT_FAIL);
  assert_int_equal(result.reasons[0].code, REASON_REGION);
  result_free(&result);
}

/* Other marks say more than that marks are not there: with three places of them, four of the others are enough. */
static void other_marks_in_three_places_of_many_cannot_be_judged(void **state) {
  (void)state;
  struct result result =
      judged(&(struct front){.other = {2, 20, 38}, .others = 3, .gone = {6, 10, 24, 33}, .goners = 4});
  result_tell(&result);
  assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
  assert_int_equal(result.reasons[0].code, REASON_WRONG_PRODUCT);
  result_free(&result);
  result = judged(&(struct front){.other = {2, 20, 38}, .others = 3, .gone = {6, 24}, .goners = 2});
  result_tell(&result);
  assert_int_equal(result.verdict, VERDICT_FAIL);
  result_free(&result);
  result = judged(&(struct front){.other = {2}, .others = 1, .gone = {6, 10, 20, 24, 28, 33, 38}, .goners = 7});
  result_tell(&result);
  assert_int_equal(result.verdict, VERDICT_FAIL);
  result_free(&result);
}

static struct region region_at(int32_t x, int32_t y) {
  return (struct region){.golden_box = {x, y, 10, 10}};
}

static void places_are_what_lies_apart(void **state) {
  (void)state;
  const struct region regions[] = {region_at(0, 0),   region_at(200, 0),   region_at(14, 0),
                                   region_at(0, 300), region_at(200, 100), region_at(209, 15)};
  const bool counts[] = {true, true, true, false, true, true};
  assert_int_equal(other_product_places(regions, counts, 6, 4), 5);
  assert_int_equal(other_product_places(regions, counts, 6, 5), 4);
  assert_int_equal(other_product_places(regions, counts, 6, 6), 3);
  assert_int_equal(other_product_places(regions, counts, 6, 80), 2);
  assert_int_equal(other_product_places(regions, counts, 6, 1000), 1);
  assert_int_equal(other_product_places(regions, counts, 0, 5), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_product_with_other_marks_in_many_places_cannot_be_judged),
      cmocka_unit_test(a_unit_with_other_marks_in_three_places_fails),
      cmocka_unit_test(a_unit_that_lacks_marks_in_many_places_fails),
      cmocka_unit_test(other_marks_in_three_places_of_many_cannot_be_judged),
      cmocka_unit_test(places_are_what_lies_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
