/* What differs and is not the product: the ground beyond its outline, and glints along its creases. */
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { WIDTH = 240, HEIGHT = 180, SAMPLES = 4 };

/* A printed product from (50, 40) to (190, 140), of which the zone takes in 3 pixels beyond the outline. */
static const char spec[] = "name: explain\noutside: ignore\nzones:\n"
                           "  - {name: front, polygon: [[46.5, 36.5], [192.5, 36.5], [192.5, 142.5], [46.5, 142.5]]}\n";
enum { LEFT = 50, TOP = 40, ACROSS = 140, DOWN = 100 };
static const float PRODUCT = 60, CREASE = 84, BRIGHT = 150;

struct extra {
  int left, top, width, height; /* golden pixels; width 0: none */
};

static void box(struct picture *object, int left, int top, int width, int height, float value) {
  picture_box(object, SAMPLES * left, SAMPLES * top, SAMPLES * width, SAMPLES * height, &value);
}

/* Lays a print, which it frees, on an object; from the golden pixel given on. */
static void lay(struct picture *print, int left, int top, struct picture *object) {
  for (int y = 0; y < print->height; y++)
    for (int x = 0; x < print->width; x++)
      *picture_at(object, SAMPLES * left + x, SAMPLES * top + y) = *picture_at(print, x, y);
  picture_free(print);
}

/* Of an object, which it frees. */
static struct photo photo_of(struct picture *object, float ground, double blur, uint64_t seed, const char *name) {
  struct pose pose = pose_turned(0, 1.0 / SAMPLES, -0.5, -0.5, -0.5, -0.5);
  struct picture p = picture_seen(object, &pose, WIDTH, HEIGHT, SAMPLES, ground);
  picture_blur(&p, blur);
  picture_noise(&p, 1, seed);
  struct photo photo = picture_photo(&p, name);
  picture_free(&p);
  picture_free(object);
  return photo;
}

/* The product on a ground, with a slit of light somewhere. */
static struct photo seen(float ground, const struct extra *extra, uint64_t seed, const char *name) {
  struct picture print = picture_product(SAMPLES * (ACROSS - 40), SAMPLES * (DOWN - 50), 1, 5);
  struct picture object = picture_even(SAMPLES * WIDTH, SAMPLES * HEIGHT, 1, ground);
  box(&object, LEFT, TOP, ACROSS, DOWN, PRODUCT);
  lay(&print, LEFT + 20, TOP + 10, &object);
  box(&object, LEFT + 10, TOP + DOWN - 20, ACROSS - 20, 2, CREASE);
  if (extra->width) box(&object, extra->left, extra->top, extra->width, extra->height, BRIGHT);
  return photo_of(&object, ground, 0.7, seed, name);
}

/* Regions of a photo of such a product against a golden on a ground of 110. */
static size_t regions(float ground, const struct extra *extra) {
  struct photo golden = seen(110, &(struct extra){0, 0, 0, 0}, 1, "golden"), photo = seen(ground, extra, 2, "photo");
  return stage_regions(spec, &golden, &photo);
}

static void the_ground_beyond_the_outline_may_be_any(void **state) {
  (void)state;
  const struct extra none = {0, 0, 0, 0};
  assert_int_equal(regions(200, &none), 0);
  assert_int_equal(regions(75, &none), 0);
}

/* The print alone, that fills the golden photo from edge to edge, on some ground in a wider photo. */
static struct photo cut_out(int beyond, float ground, uint64_t seed, const char *name) {
  struct picture object = picture_product(SAMPLES * WIDTH, SAMPLES * HEIGHT, 1, 5);
  int width = WIDTH + 2 * beyond, height = HEIGHT + 2 * beyond;
  struct pose pose = pose_turned(beyond ? 2 : 0, 1.0 / SAMPLES, SAMPLES * WIDTH / 2.0, SAMPLES * HEIGHT / 2.0,
                                 width / 2.0, height / 2.0);
  struct picture p = picture_seen(&object, &pose, width, height, SAMPLES, ground);
  picture_blur(&p, 1.3);
  picture_noise(&p, 1, seed);
  struct photo photo = picture_photo(&p, name);
  picture_free(&p);
  picture_free(&object);
  return photo;
}

static void a_golden_cut_out_along_the_outline_may_lie_on_any_ground(void **state) {
  (void)state;
  static const float grounds[] = {0, 128, 255};
  struct photo golden = cut_out(0, 128, 1, "golden");
  struct stage stage;
  stage_open(&stage, "name: cut-out\n", &golden, 1);
  for (size_t i = 0; i < 3; i++) {
    struct photo photo = cut_out(12, grounds[i], 2 + i, "photo");
    struct result result = stage_judge(&stage, &photo);
    if (result.verdict != VERDICT_PASS) result_tell(&result);
    assert_int_equal(result.verdict, VERDICT_PASS);
    result_free(&result);
    photo_free(&photo);
  }
  stage_close(&stage);
  photo_free(&golden);
}

static void what_lies_on_the_product_at_its_rim_is_found(void **state) {
  (void)state;
  assert_int_equal(regions(110, &(struct extra){LEFT + 2, TOP + 30, 9, 9}), 1);
  assert_int_equal(regions(200, &(struct extra){LEFT + 2, TOP + 30, 9, 9}), 1);
}

static void light_along_a_crease_is_a_glint_and_beside_it_a_scratch(void **state) {
  (void)state;
  assert_int_equal(regions(110, &(struct extra){LEFT + 60, TOP + DOWN - 20, 14, 2}), 0);
  assert_int_equal(regions(110, &(struct extra){LEFT + 60, TOP + DOWN - 12, 14, 2}), 1);
}

static void a_glint_uses_none_of_the_tolerance(void **state) {
  (void)state;
  struct photo golden = seen(110, &(struct extra){0, 0, 0, 0}, 1, "golden");
  struct photo photo = seen(110, &(struct extra){LEFT + 60, TOP + DOWN - 20, 14, 2}, 2, "photo");
  struct stage stage;
  stage_open(&stage, spec, &golden, 1);
  struct result result = stage_judge(&stage, &photo);
  assert_int_equal(result.verdict, VERDICT_PASS);
  assert_true(result.score > 55);
  result_free(&result);
  stage_close(&stage);
  photo_free(&golden), photo_free(&photo);
}

/* Print, and beside it bars a pixel wide, dark on light; a part of one is darker, and so wide. */
static struct photo barred(float darker, int width, uint64_t seed, const char *name) {
  struct picture print = picture_product(SAMPLES * (WIDTH - 80), SAMPLES * HEIGHT, 1, 5);
  struct picture object = picture_even(SAMPLES * WIDTH, SAMPLES * HEIGHT, 1, 170);
  lay(&print, 0, 0, &object);
  for (int i = 0; i < 12; i++) box(&object, WIDTH - 64 + 4 * i, 20, 1, HEIGHT - 40, 110);
  if (darker > 0) box(&object, WIDTH - 64 + 4 * 6, 70, width, 24, 110 - darker);
  return photo_of(&object, 170, 0.5, seed, name);
}

static size_t barred_regions(float darker, int width) {
  struct photo golden = barred(0, 1, 1, "golden"), photo = barred(darker, width, 2, "photo");
  return stage_regions("name: bars\n", &golden, &photo);
}

static void a_line_of_the_golden_that_one_photo_samples_darker_is_no_finding(void **state) {
  (void)state;
  assert_int_equal(barred_regions(40, 1), 0);
  assert_int_equal(barred_regions(40, 3), 1);
  assert_int_equal(barred_regions(70, 1), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_ground_beyond_the_outline_may_be_any),
      cmocka_unit_test(a_golden_cut_out_along_the_outline_may_lie_on_any_ground),
      cmocka_unit_test(what_lies_on_the_product_at_its_rim_is_found),
      cmocka_unit_test(light_along_a_crease_is_a_glint_and_beside_it_a_scratch),
      cmocka_unit_test(a_line_of_the_golden_that_one_photo_samples_darker_is_no_finding),
      cmocka_unit_test(a_glint_uses_none_of_the_tolerance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
