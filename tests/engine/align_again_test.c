/* A photo that was aligned and whose levels have changed since. */
#include "engine/align.h"
#include "tests/engine/on_cpu.h"
#include "tests/engine/picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WIDTH = 400, HEIGHT = 300, SEEN_WIDTH = 480, SEEN_HEIGHT = 400 };

/* The product as a camera sees it that has it at `pose`; `gamma` of its levels. */
static struct plane seen(const struct pose *pose, int width, int height, double gamma) {
  struct picture object = picture_product(WIDTH, HEIGHT, 1, 12);
  struct picture p = picture_seen(&object, pose, width, height, 3, 120);
  picture_blur(&p, 0.5);
  for (int i = 0; i < width * height; i++)
    p.values[i] = 255 * powf(fminf(fmaxf(p.values[i] / 255, 0), 1), (float)gamma);
  struct plane plane = {picture_bytes(&p), width, height, (size_t)width};
  picture_free(&p);
  picture_free(&object);
  return plane;
}

struct case_of_again {
  struct plane golden, photo, changed;
  struct align_golden align;
  struct alignment alignment;
};

/* Aligns the photo, then what it has become. */
static void align_twice(const struct pose *pose, const struct pose *now, struct case_of_again *c) {
  const struct pose identity = pose_identity();
  const char *why;
  *c = (struct case_of_again){.golden = seen(&identity, WIDTH, HEIGHT, 1),
                              .photo = seen(pose, SEEN_WIDTH, SEEN_HEIGHT, 1.6),
                              .changed = seen(now, SEEN_WIDTH, SEEN_HEIGHT, 1)};
  assert_int_equal(align_golden_open(&device, &c->golden, NULL, MOTION_HOMOGRAPHY, 0, &c->align, NULL), STATUS_OK);
  assert_int_equal(align_golden_look(&device, &c->align, NULL), STATUS_OK);
  assert_int_equal(align_begin(&device, &c->photo, &c->alignment, NULL), STATUS_OK);
  assert_int_equal(align_photo(&device, &c->align, &c->alignment, &why, NULL), STATUS_OK);
  assert_true(c->alignment.aligned && c->alignment.straight);
  c->alignment.straight = false;
  assert_int_equal(align_begin(&device, &c->changed, &c->alignment, NULL), STATUS_OK);
  assert_int_equal(align_again(&device, &c->align, &c->alignment, &why, NULL), STATUS_OK);
}

static void assert_lies_at(const struct case_of_again *c, const struct pose *pose) {
  assert_true(c->alignment.aligned);
  double error = pose_corner_error(&c->alignment.placement.pose, pose, WIDTH, HEIGHT);
  if (!(error < 0.1)) fail_msg("corners are off by %.3f px, expected less than 0.1", error);
}

static void end(struct case_of_again *c) {
  alignment_free(&device, &c->alignment);
  align_golden_close(&device, &c->align);
  free(c->golden.pixels);
  free(c->photo.pixels);
  free(c->changed.pixels);
}

static const struct pose lies = {{1.04, 0.05, 12, -0.06, 0.98, 25, 1e-4, -8e-5, 1}};

static void a_photo_whose_levels_have_changed_lies_where_it_lay(void **state) {
  (void)state;
  struct case_of_again c;
  align_twice(&lies, &lies, &c);
  assert_lies_at(&c, &lies);
  /* A search would say how it went. */
  assert_false(c.alignment.straight);
  end(&c);
}

static void a_photo_that_lies_elsewhere_now_is_looked_for_again(void **state) {
  (void)state;
  static const struct pose elsewhere = {{-1.02, 0.03, 430, -0.02, -1.05, 330, 5e-5, 5e-5, 1}};
  struct case_of_again c;
  align_twice(&lies, &elsewhere, &c);
  assert_lies_at(&c, &elsewhere);
  end(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_photo_whose_levels_have_changed_lies_where_it_lay),
                                     cmocka_unit_test(a_photo_that_lies_elsewhere_now_is_looked_for_again)};
  return cmocka_run_group_tests(tests, open_device, close_device);
}
