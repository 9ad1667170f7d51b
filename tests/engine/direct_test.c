#include "engine/direct.h"
#include "tests/engine/on_cpu.h"
#include "tests/engine/picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 640, HEIGHT = 480, FINEST = 2 };

/* A quarter of a pixel of the finest level that is looked at, which is coarser than FINEST. */
static const double CLOSE = 2;

/* A picture's pyramid, and the bytes that it borrows. */
struct layers {
  uint8_t *bytes;
  struct pyramid pyramid;
};

static struct layers layers_of(const struct picture *picture) {
  struct layers l = {.bytes = picture_bytes(picture)};
  struct plane plane = {l.bytes, picture->width, picture->height, (size_t)picture->width};
  assert_int_equal(pyramid_build(&device, &l.pyramid, &plane, PYRAMID_LEVELS, NULL), STATUS_OK);
  return l;
}

static void layers_free(struct layers *l) {
  pyramid_release(&device, &l->pyramid);
  free(l->bytes);
}

struct trial {
  struct tiles tiles;
  struct placement placement;
  struct refine refine;
};

static void begin(struct trial *t, const struct layers *golden, const struct layers *photo, enum motion motion) {
  memset(t, 0, sizeof *t);
  t->refine = (struct refine){.device = &device,
                              .tiles = &t->tiles,
                              .golden = &golden->pyramid,
                              .photo = &photo->pyramid,
                              .motion = motion,
                              .placement = &t->placement,
                              .light = light_none(WIDTH, HEIGHT),
                              .cut = 127,
                              .sigma = 127};
}

static double alike(const struct layers *golden) {
  struct trial t;
  double most = -1;
  begin(&t, golden, golden, MOTION_HOMOGRAPHY);
  t.placement.pose = pose_identity();
  assert_int_equal(direct_alike(&t.refine, FINEST, &most, NULL), STATUS_OK);
  tiles_free(&device, &t.tiles);
  return most;
}

static bool find(const struct layers *golden, const struct picture *photo, enum motion motion, double alike,
                 struct pose *pose) {
  struct layers seen = layers_of(photo);
  struct trial t;
  bool found = false;
  begin(&t, golden, &seen, motion);
  assert_int_equal(direct_find(&t.refine, FINEST, alike, &found, NULL), STATUS_OK);
  *pose = t.placement.pose;
  tiles_free(&device, &t.tiles);
  layers_free(&seen);
  return found;
}

static double corner_error(const struct pose *a, const struct pose *b) {
  double most = 0;
  for (int k = 0; k < 4; k++) {
    double x = k % 2 ? WIDTH - 1 : 0, y = k / 2 ? HEIGHT - 1 : 0;
    struct pose_point p = {0, 0}, q = {0, 0};
    assert_true(pose_apply(a, x, y, &p) && pose_apply(b, x, y, &q));
    most = fmax(most, hypot(p.x - q.x, p.y - q.y));
  }
  return most;
}

static void a_photo_held_about_as_the_golden_was_is_found(void **state) {
  (void)state;
  struct picture product = picture_product(WIDTH, HEIGHT, 1, 1);
  struct layers golden = layers_of(&product);
  double own = alike(&golden);
  assert_true(own < 0.6);
  for (int i = 0; i < 6; i++) {
    double degrees = -6 + 2.4 * i, scale = i % 2 ? 1.05 : 0.96;
    struct pose truth = pose_turned(degrees, scale, WIDTH / 2.0, HEIGHT / 2.0, 330 + 3 * i, 250 - 4 * i), pose;
    struct picture photo = picture_seen(&product, &truth, WIDTH, HEIGHT, 2, 90);
    picture_light(&photo, i % 3 ? 0.7 : 1, 0.1, -0.1);
    picture_noise(&photo, 4, (uint64_t)i + 1);
    bool found = find(&golden, &photo, MOTION_HOMOGRAPHY, own, &pose);
    double error = corner_error(&pose, &truth);
    print_message("%.1f degrees, scale %.2f: corners to %.2f px\n", degrees, scale, error);
    assert_true(found);
    assert_true(error < CLOSE);
    picture_free(&photo);
  }
  layers_free(&golden);
  picture_free(&product);
}

static void a_photo_of_another_size_is_found_filling_it_as_the_golden_does(void **state) {
  (void)state;
  struct picture product = picture_product(WIDTH, HEIGHT, 1, 2);
  struct layers golden = layers_of(&product);
  struct pose truth = pose_turned(1, 2, WIDTH / 2.0, HEIGHT / 2.0, WIDTH, HEIGHT), pose;
  struct picture photo = picture_seen(&product, &truth, 2 * WIDTH, 2 * HEIGHT, 1, 90);
  assert_true(find(&golden, &photo, MOTION_SIMILARITY, alike(&golden), &pose));
  assert_true(corner_error(&pose, &truth) < 2 * CLOSE);
  picture_free(&photo);
  layers_free(&golden);
  picture_free(&product);
}

static void translation_only_is_shifted(void **state) {
  (void)state;
  struct picture product = picture_product(WIDTH, HEIGHT, 1, 3);
  struct layers golden = layers_of(&product);
  struct pose truth = pose_turned(0, 1, 0, 0, 13, -9), pose;
  struct picture photo = picture_seen(&product, &truth, WIDTH, HEIGHT, 2, 90);
  assert_true(find(&golden, &photo, MOTION_TRANSLATION, 0, &pose));
  assert_true(corner_error(&pose, &truth) < 1);
  assert_true(pose.h[0] == 1 && pose.h[1] == 0 && pose.h[3] == 0 && pose.h[4] == 1);
  picture_free(&photo);
  layers_free(&golden);
  picture_free(&product);
}

static void what_is_turned_far_or_another_product_is_not_found(void **state) {
  (void)state;
  struct picture product = picture_product(WIDTH, HEIGHT, 1, 4), other = picture_product(WIDTH, HEIGHT, 1, 5);
  struct layers golden = layers_of(&product);
  double own = alike(&golden);
  struct pose pose;
  assert_false(find(&golden, &other, MOTION_HOMOGRAPHY, own, &pose));
  for (int degrees = 45; degrees <= 180; degrees += 45) {
    struct pose truth = pose_turned(degrees, 0.7, WIDTH / 2.0, HEIGHT / 2.0, WIDTH / 2.0, HEIGHT / 2.0);
    struct picture photo = picture_seen(&product, &truth, WIDTH, HEIGHT, 2, 90);
    assert_false(find(&golden, &photo, MOTION_HOMOGRAPHY, own, &pose));
    picture_free(&photo);
  }
  layers_free(&golden);
  picture_free(&product);
  picture_free(&other);
}

/* Each pixel the mean of the product's and of the same product's turned by a half. */
static struct picture even_turned(void) {
  struct picture product = picture_product(WIDTH, HEIGHT, 1, 6), both = picture_even(WIDTH, HEIGHT, 1, 0);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      *picture_at(&both, x, y) =
          0.5F * (*picture_at(&product, x, y) + *picture_at(&product, WIDTH - 1 - x, HEIGHT - 1 - y));
  picture_free(&product);
  return both;
}

static void a_golden_that_is_its_own_turned_image_does_not_tell_how_a_photo_lies(void **state) {
  (void)state;
  struct picture product = even_turned();
  struct layers golden = layers_of(&product);
  double own = alike(&golden);
  struct pose pose;
  print_message("alike %.3f\n", own);
  assert_true(own > 0.95);
  assert_false(find(&golden, &product, MOTION_HOMOGRAPHY, own, &pose));
  layers_free(&golden);
  picture_free(&product);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_photo_held_about_as_the_golden_was_is_found),
      cmocka_unit_test(a_photo_of_another_size_is_found_filling_it_as_the_golden_does),
      cmocka_unit_test(translation_only_is_shifted),
      cmocka_unit_test(what_is_turned_far_or_another_product_is_not_found),
      cmocka_unit_test(a_golden_that_is_its_own_turned_image_does_not_tell_how_a_photo_lies),
  };
  return cmocka_run_group_tests(tests, open_device, close_device);
}
