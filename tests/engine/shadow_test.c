/* A shadow on the product is a finding that is known as what it may be; what covers the print is not. */
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 240, HEIGHT = 180, LEFT = 60, TOP = 50, ACROSS = 70, DOWN = 60 };

/* Where something lies on the product: print * through + cover. */
static struct photo seen(float through, float cover, uint64_t seed, const char *name) {
  struct picture p = picture_product(WIDTH, HEIGHT, 1, 5);
  for (int y = TOP; y < TOP + DOWN; y++)
    for (int x = LEFT; x < LEFT + ACROSS; x++) *picture_at(&p, x, y) = *picture_at(&p, x, y) * through + cover;
  picture_blur(&p, 0.8);
  picture_noise(&p, 1, seed);
  struct photo photo = picture_photo(&p, name);
  picture_free(&p);
  return photo;
}

/* Whether a failed photo's reasons tell of a shadow. */
static bool told(float through, float cover) {
  struct photo golden = seen(1, 0, 1, "golden"), photo = seen(through, cover, 2, "photo");
  struct stage stage;
  bool shadow = false;
  stage_open(&stage, "name: shadow\n", &golden, 1);
  struct result result = stage_judge(&stage, &photo);
  assert_int_equal(result.verdict, VERDICT_FAIL);
  assert_true(result.region_count > 0);
  for (size_t i = 0; i < result.reason_count; i++) shadow |= strstr(result.reasons[i].text, "a shadow") != NULL;
  result_free(&result);
  stage_close(&stage);
  photo_free(&golden), photo_free(&photo);
  return shadow;
}

static void a_shadow_stays_a_finding_and_is_told(void **state) {
  (void)state;
  assert_true(told(0.75F, 0));
  assert_true(told(0.65F, 0));
}

static void what_covers_the_print_or_takes_its_contrast_is_no_shadow(void **state) {
  (void)state;
  assert_false(told(0, 30));
  assert_false(told(0.4F, 40));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_shadow_stays_a_finding_and_is_told),
      cmocka_unit_test(what_covers_the_print_or_takes_its_contrast_is_no_shadow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
