/* Colour that a camera's mosaic makes up in fine print: what is too red has what is too green beside it. */
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { WIDTH = 320, HEIGHT = 240, PRINT = 200, GROUND = 40, TOP = 100, MOST = 40 };

/* A product in colour; within it a square of fine grey print, and one of even grey. */
static struct picture product(void) {
  static const float dark[] = {60, 60, 60}, light[] = {170, 170, 170};
  struct picture p = picture_product(WIDTH, HEIGHT, 3, 5);
  picture_box(&p, PRINT, TOP, 60, 60, light);
  picture_box(&p, GROUND, TOP, 60, 60, light);
  for (int i = 0; i < 10; i++) {
    for (int k = 0; k < 10; k++)
      if ((i + k) % 3) picture_box(&p, PRINT + 6 * i, TOP + 6 * k, 3, 3, dark);
  }
  return p;
}

/* So many grey levels of Cr more on 8 x 8 pixels, and, `both`, as much less beside them. */
static void redden(struct picture *p, int left, double more, bool both) {
  for (int y = 0; y < 8; y++)
    for (int x = both ? -8 : 0; x < 8; x++) {
      float *at = picture_at(p, left + 26 + x, TOP + 26 + y);
      const double cr = x < 0 ? -more : more;
      at[0] += (float)(1.402 * cr), at[1] -= (float)(0.714 * cr);
    }
}

static struct photo photo_of(int left, double more, bool both, uint64_t seed) {
  struct picture p = product();
  redden(&p, left, more, both);
  picture_blur(&p, 0.7);
  picture_noise(&p, 1, seed);
  struct photo photo = picture_photo(&p, "photo");
  picture_free(&p);
  return photo;
}

/* The least of Cr, grey levels, that is found there. */
static int least_found(struct stage *stage, int left, bool both) {
  for (int more = 4; more < MOST; more++) {
    struct photo photo = photo_of(left, more, both, 9);
    struct result result = stage_judge(stage, &photo);
    const bool found = result.region_count > 0;
    result_free(&result);
    photo_free(&photo);
    if (found) return more;
  }
  return MOST;
}

static void made_up_colour_must_be_stronger_than_a_tint(void **state) {
  (void)state;
  struct photo golden[3];
  struct stage stage;
  for (size_t i = 0; i < 3; i++) golden[i] = photo_of(PRINT, 0, false, 1 + i);
  stage_open(&stage, "name: mosaic\n", golden, 3);
  const int tint = least_found(&stage, PRINT, false), made_up = least_found(&stage, PRINT, true);
  assert_true(tint < 0.8 * made_up && made_up < MOST);
  assert_int_equal(least_found(&stage, GROUND, true), least_found(&stage, GROUND, false));
  stage_close(&stage);
  for (size_t i = 0; i < 3; i++) photo_free(&golden[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(made_up_colour_must_be_stronger_than_a_tint)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
