#include "engine/pose.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { POINTS = 12, WIDTH = 640, HEIGHT = 480 };

static const enum motion motions[] = {MOTION_TRANSLATION, MOTION_RIGID, MOTION_SIMILARITY, MOTION_AFFINE,
                                      MOTION_HOMOGRAPHY};
enum { MOTIONS = sizeof motions / sizeof *motions };

/* One pose of each model, none of them of a smaller one. */
static struct pose example(enum motion motion) {
  switch (motion) {
  case MOTION_TRANSLATION:
    return (struct pose){{1, 0, 12.5, 0, 1, -7.25, 0, 0, 1}};
  case MOTION_RIGID:
    return (struct pose){{0.8, -0.6, 30, 0.6, 0.8, -11, 0, 0, 1}};
  case MOTION_SIMILARITY:
    return (struct pose){{1.2, -0.9, 40, 0.9, 1.2, 5, 0, 0, 1}};
  case MOTION_AFFINE:
    return (struct pose){{1.1, 0.2, -9, -0.15, 0.85, 21, 0, 0, 1}};
  case MOTION_HOMOGRAPHY:
    break;
  }
  return (struct pose){{1.05, 0.12, -14, -0.08, 0.93, 17, 2e-4, -1.5e-4, 1}};
}

static struct pose_point apply(const struct pose *pose, double x, double y) {
  struct pose_point p = {NAN, NAN};
  assert_true(pose_apply(pose, x, y, &p));
  return p;
}

static void assert_near(double a, double b, double most) {
  if (!(fabs(a - b) <= most)) fail_msg("%.12g and %.12g differ by more than %g", a, b, most);
}

static void assert_same_pose(const struct pose *a, const struct pose *b, double most) {
  for (int i = 0; i < 9; i++)
    if (!(fabs(a->h[i] - b->h[i]) <= most)) fail_msg("element %d: %.12g and %.12g", i, a->h[i], b->h[i]);
}

/* What the model holds fixed: no shear or perspective beyond it, and for rigid motion no scale. */
static void assert_in_model(enum motion motion, const struct pose *pose) {
  const double *h = pose->h;
  assert_true(h[8] == 1);
  if (motion < MOTION_HOMOGRAPHY) assert_true(h[6] == 0 && h[7] == 0);
  if (motion <= MOTION_SIMILARITY) assert_near(h[0], h[4], 1e-12), assert_near(h[1], -h[3], 1e-12);
  if (motion <= MOTION_RIGID) assert_near(h[0] * h[0] + h[3] * h[3], 1, 1e-12);
  if (motion == MOTION_TRANSLATION) assert_near(h[0], 1, 1e-12);
}

static void composing_applies_one_after_the_other(void **state) {
  (void)state;
  struct pose outer = example(MOTION_HOMOGRAPHY), inner = example(MOTION_AFFINE), both;
  assert_true(pose_compose(&outer, &inner, &both));
  struct pose_point p = apply(&inner, 100, 50), q = apply(&outer, p.x, p.y), r = apply(&both, 100, 50);
  assert_near(q.x, r.x, 1e-9), assert_near(q.y, r.y, 1e-9);
  assert_true(both.h[8] == 1);
  /* In place, on either side. */
  assert_true(pose_compose(&outer, &inner, &inner));
  assert_same_pose(&both, &inner, 0);
}

static void the_inverse_undoes(void **state) {
  (void)state;
  for (int i = 0; i < MOTIONS; i++) {
    struct pose pose = example(motions[i]), inverse, both, identity = pose_identity();
    assert_true(pose_invert(&pose, &inverse));
    assert_true(pose_compose(&inverse, &pose, &both));
    assert_same_pose(&both, &identity, 1e-9);
  }
  struct pose flat = {{1, 2, 0, 2, 4, 0, 0, 0, 1}}, inverse;
  assert_false(pose_invert(&flat, &inverse));
}

static void places_behind_the_horizon_have_no_image(void **state) {
  (void)state;
  struct pose pose = {{1, 0, 0, 0, 1, 0, -0.01, 0, 1}};
  struct pose_point p;
  assert_true(pose_apply(&pose, 99, 0, &p));
  assert_false(pose_apply(&pose, 100, 0, &p));
  assert_false(pose_apply(&pose, 150, 0, &p));
  assert_true(pose_scale_at(&pose, 150, 0) == 0);
  assert_false(pose_plausible(&pose, 200, 100));
}

static void levels_and_back_is_where_it_began(void **state) {
  (void)state;
  struct pose pose = example(MOTION_HOMOGRAPHY);
  for (int golden = 0; golden < 5; golden++)
    for (int photo = 0; photo < 5; photo++) {
      struct pose small = pose_to_levels(&pose, golden, photo), back = pose_from_levels(&small, golden, photo);
      assert_same_pose(&pose, &back, 1e-9);
      /* Pixel centres are at integers: level n's x lies at 2^n (x + 0.5) - 0.5. */
      double x = ldexp(20.5, golden) - 0.5, y = ldexp(10.5, golden) - 0.5;
      struct pose_point full = apply(&pose, x, y), p = apply(&small, 20, 10);
      assert_near(full.x, ldexp(p.x + 0.5, photo) - 0.5, 1e-8);
      assert_near(full.y, ldexp(p.y + 0.5, photo) - 0.5, 1e-8);
    }
}

static void scale_is_that_of_a_small_square(void **state) {
  (void)state;
  struct pose pose = example(MOTION_HOMOGRAPHY), mirrored = {{-1, 0, 100, 0, 1, 0, 0, 0, 1}};
  const double d = 1e-3;
  struct pose_point o = apply(&pose, 200, 300), a = apply(&pose, 200 + d, 300), b = apply(&pose, 200, 300 + d);
  double area = ((a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x)) / (d * d);
  assert_near(pose_scale_at(&pose, 200, 300), sqrt(area), 1e-4);
  assert_true(pose_scale_at(&mirrored, 10, 10) == 0);
  assert_false(pose_plausible(&mirrored, WIDTH, HEIGHT));
}

static void poses_no_camera_makes_are_not_plausible(void **state) {
  (void)state;
  struct pose identity = pose_identity(), small = identity, large = identity, steep = identity;
  small.h[0] = small.h[4] = 0.12;
  large.h[0] = large.h[4] = 8.1;
  steep.h[6] = -0.75 / (WIDTH - 1); /* four times nearer at one end */
  assert_true(pose_plausible(&identity, WIDTH, HEIGHT));
  assert_false(pose_plausible(&small, WIDTH, HEIGHT));
  assert_false(pose_plausible(&large, WIDTH, HEIGHT));
  assert_false(pose_plausible(&steep, WIDTH, HEIGHT));
  for (int i = 0; i < MOTIONS; i++) {
    struct pose pose = example(motions[i]);
    assert_true(pose_plausible(&pose, WIDTH, HEIGHT));
  }
}

static void fits_are_exact_on_exact_points(void **state) {
  (void)state;
  for (int i = 0; i < MOTIONS; i++) {
    struct pose pose = example(motions[i]), fit;
    struct pose_point from[POINTS], to[POINTS];
    double weight[POINTS];
    uint64_t random = 5;
    for (int k = 0; k < POINTS; k++) {
      from[k] =
          (struct pose_point){(double)(support_random(&random) % WIDTH), (double)(support_random(&random) % HEIGHT)};
      to[k] = apply(&pose, from[k].x, from[k].y);
      weight[k] = 0.5 + (double)(support_random(&random) % 100) / 50;
    }
    for (size_t count = pose_minimum(motions[i]); count <= POINTS; count++) {
      assert_true(pose_fit(motions[i], from, to, weight, count, &fit));
      assert_in_model(motions[i], &fit);
      for (int k = 0; k < POINTS; k++) {
        struct pose_point p = apply(&fit, from[k].x, from[k].y);
        assert_near(p.x, to[k].x, 1e-6), assert_near(p.y, to[k].y, 1e-6);
      }
    }
    assert_false(pose_fit(motions[i], from, to, weight, pose_minimum(motions[i]) - 1, &fit));
  }
}

static void fits_stay_in_their_model_on_points_that_are_not(void **state) {
  (void)state;
  struct pose pose = example(MOTION_HOMOGRAPHY);
  struct pose_point from[POINTS], to[POINTS];
  double weight[POINTS];
  uint64_t random = 6;
  for (int k = 0; k < POINTS; k++) {
    from[k] =
        (struct pose_point){(double)(support_random(&random) % WIDTH), (double)(support_random(&random) % HEIGHT)};
    to[k] = apply(&pose, from[k].x, from[k].y);
    to[k].x += (double)(support_random(&random) % 100) / 25 - 2;
    weight[k] = 1;
  }
  for (int i = 0; i < MOTIONS; i++) {
    struct pose fit;
    assert_true(pose_fit(motions[i], from, to, weight, POINTS, &fit));
    assert_in_model(motions[i], &fit);
  }
}

static void points_that_do_not_determine_a_pose_are_refused(void **state) {
  (void)state;
  struct pose_point line[POINTS], spot[POINTS];
  double weight[POINTS], nothing[POINTS];
  struct pose fit;
  for (int k = 0; k < POINTS; k++) {
    line[k] = (struct pose_point){10.0 * k, 20.0 * k + 3};
    spot[k] = (struct pose_point){7, 9};
    weight[k] = 1, nothing[k] = 0;
  }
  assert_false(pose_fit(MOTION_AFFINE, line, line, weight, POINTS, &fit));
  assert_false(pose_fit(MOTION_HOMOGRAPHY, line, line, weight, POINTS, &fit));
  for (int i = 1; i < MOTIONS; i++) assert_false(pose_fit(motions[i], spot, spot, weight, POINTS, &fit));
  for (int i = 0; i < MOTIONS; i++) assert_false(pose_fit(motions[i], line, line, nothing, POINTS, &fit));
}

/* To first order a small motion displaces as its basis says, and the pose stays one of its model. */
static void small_motions_stay_in_their_model(void **state) {
  (void)state;
  const double cx = 320, cy = 240, unit = 320, small = 1e-4;
  for (int i = 0; i < MOTIONS; i++) {
    size_t n = pose_parameters(motions[i]);
    for (size_t k = 0; k < n; k++) {
      double parameters[8] = {0}, basis[16];
      struct pose pose = pose_identity();
      parameters[k] = small;
      assert_true(pose_move(motions[i], parameters, cx, cy, unit, &pose));
      assert_in_model(motions[i], &pose);
      for (int place = 0; place < 4; place++) {
        double x = place & 1 ? 500 : 100, y = place & 2 ? 400 : 60;
        pose_basis(motions[i], (x - cx) / unit, (y - cy) / unit, basis);
        struct pose_point p = apply(&pose, x, y);
        assert_near(p.x - x, unit * small * basis[k], 1e-5);
        assert_near(p.y - y, unit * small * basis[n + k], 1e-5);
      }
    }
    struct pose pose = example(motions[i]);
    double many[8] = {0.02, -0.03, 0.015, -0.01, 0.02, 0.01, 0.005, -0.004};
    for (int round = 0; round < 20; round++) assert_true(pose_move(motions[i], many, cx, cy, unit, &pose));
    assert_in_model(motions[i], &pose);
  }
}

static void a_motion_that_halves_the_size_is_refused(void **state) {
  (void)state;
  struct pose pose = example(MOTION_SIMILARITY), before = pose;
  assert_false(pose_move(MOTION_SIMILARITY, (const double[]){0, 0, 0, -0.6}, 0, 0, 100, &pose));
  assert_same_pose(&pose, &before, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(composing_applies_one_after_the_other),
      cmocka_unit_test(the_inverse_undoes),
      cmocka_unit_test(places_behind_the_horizon_have_no_image),
      cmocka_unit_test(levels_and_back_is_where_it_began),
      cmocka_unit_test(scale_is_that_of_a_small_square),
      cmocka_unit_test(poses_no_camera_makes_are_not_plausible),
      cmocka_unit_test(fits_are_exact_on_exact_points),
      cmocka_unit_test(fits_stay_in_their_model_on_points_that_are_not),
      cmocka_unit_test(points_that_do_not_determine_a_pose_are_refused),
      cmocka_unit_test(small_motions_stay_in_their_model),
      cmocka_unit_test(a_motion_that_halves_the_size_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
