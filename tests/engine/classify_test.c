/* What kind of defect a finding is said to be, on a drawn product. */
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { WIDTH = 300, HEIGHT = 220, SAMPLES = 3 };
static const float GROUND = 180, INK = 70, DARK = 60;

static void box(struct picture *object, double left, double top, double width, double height, float value) {
  picture_box(object, (int)(SAMPLES * left), (int)(SAMPLES * top), (int)(SAMPLES * width), (int)(SAMPLES * height),
              &value);
}

static void disc(struct picture *object, double x, double y, double radius, float value) {
  picture_disc(object, SAMPLES * (x + 0.5) - 0.5, SAMPLES * (y + 0.5) - 0.5, SAMPLES * radius, &value);
}

/* A letter of strokes 2 pixels wide, 8 x 12 of them, which go by the bits of a number. */
static void letter(struct picture *object, double x, double y, unsigned strokes) {
  static const double at[7][4] = {{0, 0, 8, 2}, {0, 5, 8, 2}, {0, 10, 8, 2}, {0, 0, 2, 7},
                                  {6, 0, 2, 7}, {0, 5, 2, 7}, {6, 5, 2, 7}};
  for (int i = 0; i < 7; i++)
    if (strokes >> i & 1) box(object, x + at[i][0], y + at[i][1], at[i][2], at[i][3], INK);
}

/* A sign of its own: a ring with a bar. */
static void sign(struct picture *object, double x, double y) {
  disc(object, x, y, 14, INK);
  disc(object, x, y, 9, GROUND);
  box(object, x - 2, y - 12, 4, 24, INK);
}

/* Panels and lines to align by, a line of text, a sign, a dot; the rest is even ground. */
struct content {
  double sign_x, sign_y;
  bool dot;
  unsigned fifth; /* strokes of the fifth letter */
};

static struct picture product(const struct content *content) {
  static const unsigned text[9] = {0x7f, 0x5b, 0x3e, 0x6d, 0x77, 0x1f, 0x7c, 0x36, 0x4f};
  struct picture p = picture_even(SAMPLES * WIDTH, SAMPLES * HEIGHT, 1, GROUND);
  struct picture print = picture_product(SAMPLES * 90, SAMPLES * 190, 1, 3);
  for (int y = 0; y < print.height; y++)
    for (int x = 0; x < print.width; x++)
      *picture_at(&p, SAMPLES * 10 + x, SAMPLES * 15 + y) = *picture_at(&print, x, y);
  picture_free(&print);
  box(&p, 110, 10, 180, 4, INK), box(&p, 110, 206, 180, 4, INK), box(&p, 286, 14, 4, 192, INK);
  for (int i = 0; i < 9; i++) letter(&p, 120 + 14 * i, 30, i == 4 ? content->fifth : text[i]);
  sign(&p, content->sign_x, content->sign_y);
  if (content->dot) disc(&p, 250, 100, 9, INK);
  return p;
}

static const struct content usual = {150, 90, true, 0x77};

/* Takes the product, which is freed. */
static struct photo take(struct picture *object, uint64_t seed) {
  struct pose pose = pose_turned(0, 1.0 / SAMPLES, -0.5, -0.5, -0.5, -0.5);
  struct picture p = picture_seen(object, &pose, WIDTH, HEIGHT, SAMPLES, GROUND);
  picture_blur(&p, 0.6);
  picture_noise(&p, 1, seed);
  struct photo photo = picture_photo(&p, "photo");
  picture_free(&p);
  picture_free(object);
  return photo;
}

/* Takes the object, which is freed, and wants one class of all that differs. */
static void assert_class(struct picture *object, enum defect_class expected) {
  struct picture plain = product(&usual);
  struct photo golden = take(&plain, 1), photo = take(object, 2);
  struct stage stage;
  stage_open(&stage, "name: classes\n", &golden, 1);
  struct result result = stage_judge(&stage, &photo);
  bool right = result.verdict == VERDICT_FAIL && result.region_count > 0;
  for (size_t i = 0; i < result.region_count; i++) right &= result.regions[i].class_ == expected;
  if (!right) {
    result_tell(&result);
    fail_msg("expected %s", class_name(expected));
  }
  result_free(&result);
  stage_close(&stage);
  photo_free(&photo);
  photo_free(&golden);
}

static void a_part_that_lies_elsewhere_has_moved(void **state) {
  (void)state;
  struct content content = usual;
  content.sign_x += 7, content.sign_y -= 4;
  struct picture p = product(&content);
  assert_class(&p, CLASS_MOVED);
}

static void a_part_that_is_not_there_is_missing(void **state) {
  (void)state;
  struct content content = usual;
  content.dot = false;
  struct picture p = product(&content);
  assert_class(&p, CLASS_MISSING);
}

static void a_part_too_many_is_extra(void **state) {
  (void)state;
  struct picture p = product(&usual);
  disc(&p, 220, 160, 8, DARK);
  assert_class(&p, CLASS_EXTRA);
}

static void what_shades_the_product_is_a_stain(void **state) {
  (void)state;
  struct picture p = product(&usual);
  disc(&p, 220, 160, 9, GROUND - 40);
  assert_class(&p, CLASS_STAIN);
}

static void a_thin_line_is_a_scratch(void **state) {
  (void)state;
  struct picture p = product(&usual);
  for (int i = 0; i < 50; i++) box(&p, 180 + i, 150 + i / 3.0, 1.4, 1.4, DARK);
  assert_class(&p, CLASS_SCRATCH);
}

static void a_bent_line_is_a_scratch(void **state) {
  (void)state;
  struct picture p = product(&usual);
  for (int i = 0; i < 60; i++) box(&p, 200 + 30 * cos(i * M_PI / 120), 130 + 30 * sin(i * M_PI / 120), 1.4, 1.4, DARK);
  assert_class(&p, CLASS_SCRATCH);
}

static void the_rim_of_a_part_that_is_larger_is_extra(void **state) {
  (void)state;
  struct picture p = product(&usual);
  disc(&p, 250, 100, 10.5, INK);
  assert_class(&p, CLASS_EXTRA);
}

static void another_letter_is_another_print(void **state) {
  (void)state;
  struct content content = usual;
  content.fifth = 0x2e;
  struct picture p = product(&content);
  assert_class(&p, CLASS_PRINT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_part_that_lies_elsewhere_has_moved),
      cmocka_unit_test(a_part_that_is_not_there_is_missing),
      cmocka_unit_test(a_part_too_many_is_extra),
      cmocka_unit_test(what_shades_the_product_is_a_stain),
      cmocka_unit_test(a_thin_line_is_a_scratch),
      cmocka_unit_test(a_bent_line_is_a_scratch),
      cmocka_unit_test(the_rim_of_a_part_that_is_larger_is_extra),
      cmocka_unit_test(another_letter_is_another_print),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
