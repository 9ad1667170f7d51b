#include "engine/align.h"
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIDE = 600, OBJECT = 2, HOLES = 10 };

/* A plate with a few holes, most of it even, as a camera sees it that has it at `pose`. */
static struct photo plate(uint64_t layout, const struct pose *pose, double noise) {
  const float dark = 60;
  struct picture object = picture_even(OBJECT * SIDE, OBJECT * SIDE, 1, 160);
  uint64_t random = 1000 + layout;
  for (int i = 0; i < HOLES; i++) {
    double x = OBJECT * (80 + (double)(support_random(&random) % (SIDE - 160)));
    double y = OBJECT * (80 + (double)(support_random(&random) % (SIDE - 160)));
    picture_disc(&object, x, y, OBJECT * (7 + (double)(support_random(&random) % (4))), &dark);
  }
  struct pose to_golden = pose_turned(0, 1.0 / OBJECT, -0.5, -0.5, -0.5, -0.5), both;
  assert_true(pose_compose(pose, &to_golden, &both));
  struct picture p = picture_seen(&object, &both, SIDE, SIDE, 2, 160);
  picture_blur(&p, 0.7);
  picture_noise(&p, noise, layout + 100 + (uint64_t)fabs(pose->h[2]));
  struct photo photo = picture_photo(&p, "plate.pgm");
  picture_free(&p);
  picture_free(&object);
  return photo;
}

/* Where gauges measure, a pose is judged at the finest level, which has the noise in full. */
static void a_bare_plate_is_found_in_noise_and_another_is_not(void **state) {
  (void)state;
  enum { NOISE = 8 };
  struct pose identity = pose_identity(), turned = pose_turned(1.5, 1, SIDE / 2, SIDE / 2, SIDE / 2 + 7, SIDE / 2 - 4);
  struct photo golden = plate(4, &identity, NOISE), same = plate(4, &turned, NOISE), other = plate(5, &turned, NOISE);
  struct stage stage;
  stage_open(&stage, "name: a\ndimensions: [{name: h, gauge: circle, centre: [300, 300], radius: 9, search: 4}]\n",
             &golden, 1);
  struct result found = stage_align(&stage, &same), refused = stage_align(&stage, &other);
  assert_true(found.aligned);
  struct pose pose = result_pose(&found);
  double error = pose_corner_error(&pose, &turned, SIDE, SIDE);
  if (!(error < 0.5)) fail_msg("corners are off by %.3f px, expected less than 0.5", error);
  assert_false(refused.aligned);
  result_free(&found);
  result_free(&refused);
  stage_close(&stage);
  photo_free(&golden);
  photo_free(&same);
  photo_free(&other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_bare_plate_is_found_in_noise_and_another_is_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
