/* Alignment of drawn scenes, whose pose is known exactly. */
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"

#include "engine/inspector.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The object is drawn at twice the golden's size, so that golden and photo are both seen by a camera. */
enum { WIDTH = 400, HEIGHT = 300, OBJECT = 2 };

static struct picture object;

static int draw_object(void **state) {
  (void)state;
  object = picture_product(OBJECT * WIDTH, OBJECT * HEIGHT, 1, 12);
  return 0;
}

static int free_object(void **state) {
  (void)state;
  picture_free(&object);
  return 0;
}

/* What a camera sees that has the golden at `pose`; noise of 1.5 grey levels. */
static struct picture seen(const struct pose *pose, int width, int height, uint64_t seed) {
  struct pose to_golden = pose_turned(0, 1.0 / OBJECT, -0.5, -0.5, -0.5, -0.5), both;
  assert_true(pose_compose(pose, &to_golden, &both));
  struct picture p = picture_seen(&object, &both, width, height, 3, 120);
  picture_blur(&p, 0.5);
  picture_noise(&p, 1.5, seed);
  return p;
}

static struct photo photo_seen(const struct pose *pose, int width, int height, uint64_t seed) {
  struct picture p = seen(pose, width, height, seed);
  struct photo photo = picture_photo(&p, "photo.pgm");
  picture_free(&p);
  return photo;
}

static struct photo golden_photo(void) {
  struct pose identity = pose_identity();
  return photo_seen(&identity, WIDTH, HEIGHT, 1);
}

static void check_pose(struct stage *stage, const struct pose *truth, int width, int height, double most) {
  struct photo photo = photo_seen(truth, width, height, 2);
  struct result result = stage_align(stage, &photo);
  if (!result.aligned) result_tell(&result);
  struct pose found = result_pose(&result);
  double error = pose_corner_error(&found, truth, WIDTH, HEIGHT);
  print_message("mean corner error %.4f px, residual %.3f px, overlap %.3f\n", error, result.residual_px,
                result.overlap);
  if (!(error <= most)) fail_msg("mean corner error %.3f px, expected at most %.3f", error, most);
  assert_true(result.residual_px < 0.15);
  result_free(&result);
  photo_free(&photo);
}

static void a_known_homography_is_recovered(void **state) {
  (void)state;
  static const struct pose truths[] = {
      {{1, 0, 0, 0, 1, 0, 0, 0, 1}},
      {{1.04, 0.05, 12, -0.06, 0.98, 25, 1e-4, -8e-5, 1}},
      {{0.7, -0.75, 260, 0.72, 0.68, -20, -2e-4, 1e-4, 1}},
      {{-1.02, 0.03, 430, -0.02, -1.05, 330, 5e-5, 5e-5, 1}},
  };
  struct photo golden = golden_photo();
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden, 1);
  for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) check_pose(&stage, &truths[i], 480, 400, 0.05);
  stage_close(&stage);
  photo_free(&golden);
}

static void every_motion_model_is_recovered_and_kept(void **state) {
  (void)state;
  static const struct {
    const char *spec;
    struct pose truth;
  } models[] = {
      {"alignment: {model: translation}\n", {{1, 0, 13.37, 0, 1, 22.6, 0, 0, 1}}},
      {"alignment: {model: rigid}\n", {{0.96, -0.28, 90, 0.28, 0.96, -10, 0, 0, 1}}},
      {"alignment: {model: similarity}\n", {{0.9, 0.3, 10, -0.3, 0.9, 120, 0, 0, 1}}},
      {"alignment: {model: affine}\n", {{1.1, 0.1, 5, -0.05, 0.95, 30, 0, 0, 1}}},
  };
  struct photo golden = golden_photo();
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    struct stage stage;
    stage_open(&stage, models[i].spec, &golden, 1);
    check_pose(&stage, &models[i].truth, 480, 400, 0.06);
    struct photo photo = photo_seen(&models[i].truth, 480, 400, 3);
    struct result result = stage_align(&stage, &photo);
    const double *h = result.homography;
    assert_true(h[6] == 0 && h[7] == 0);
    if (i < 3) assert_true(fabs(h[0] - h[4]) < 1e-9 && fabs(h[1] + h[3]) < 1e-9);
    if (i < 2) assert_true(fabs(h[0] * h[0] + h[3] * h[3] - 1) < 1e-9);
    if (i < 1) assert_true(fabs(h[0] - 1) < 1e-12);
    result_free(&result);
    photo_free(&photo);
    stage_close(&stage);
  }
  photo_free(&golden);
}

static void assert_refused_as(struct stage *stage, const struct photo *photo, enum reason_code code) {
  struct result result = stage_align(stage, photo);
  if (result.aligned || result.reason_count != 1 || result.reasons[0].code != code ||
      strlen(result.reasons[0].text) < 20) {
    result_tell(&result);
    fail_msg("%s: expected a refusal for %s", photo->path, reason_name(code));
  }
  assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
  print_message("%s: %s: %s\n", photo->path, reason_name(result.reasons[0].code), result.reasons[0].text);
  result_free(&result);
}

static bool perspective_taken(struct stage *stage, const struct pose *truth, uint64_t seed) {
  struct photo photo = photo_seen(truth, 480, 400, seed);
  struct result result = stage_align(stage, &photo);
  bool taken = result.homography[6] != 0 || result.homography[7] != 0;
  assert_true(result.aligned);
  result_free(&result);
  photo_free(&photo);
  return taken;
}

static void a_perspective_is_taken_only_where_the_photo_tells_it(void **state) {
  (void)state;
  static const struct pose flat = {{1.04, 0.05, 12, -0.06, 0.98, 25, 0, 0, 1}};
  static const struct pose slanted = {{1.04, 0.05, 12, -0.06, 0.98, 25, 5e-6, 0, 1}};
  struct photo golden = golden_photo();
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden, 1);
  for (uint64_t seed = 11; seed < 15; seed++) {
    assert_false(perspective_taken(&stage, &flat, seed));
    assert_true(perspective_taken(&stage, &slanted, seed));
  }
  stage_close(&stage);
  photo_free(&golden);
}

/* A pack of blisters, whose ground is hardly darker than the pack. */
static struct picture blisters(int across, int down) {
  struct picture p = picture_even(WIDTH, HEIGHT, 1, 185);
  static const float card = 190, blister = 120, shine = 220;
  picture_box(&p, 30, 25, 340, 250, &card);
  for (int j = 0; j < down; j++)
    for (int i = 0; i < across; i++) {
      double x = 30 + 340 * (i + 0.5) / across, y = 25 + 250 * (j + 0.5) / down, r = 0.36 * 250 / down;
      picture_disc(&p, x, y, r, &blister);
      picture_disc(&p, x - 0.15 * r, y - 0.3 * r, 0.3 * r, &shine);
    }
  picture_blur(&p, 0.7);
  return p;
}

static struct photo photo_of_pack(const struct picture *pack, double dx, double dy, uint64_t seed) {
  const struct pose pose = {{1, 0, dx, 0, 1, dy, 0, 0, 1}};
  struct picture p = picture_seen(pack, &pose, WIDTH, HEIGHT, 3, 185);
  picture_noise(&p, 2, seed);
  struct photo photo = picture_photo(&p, "pack.pgm");
  picture_free(&p);
  return photo;
}

static void a_product_that_repeats_itself_is_not_taken_a_period_off(void **state) {
  (void)state;
  static const struct { int across, down; } packs[] = {{7, 5}, {14, 10}};
  static const double moves[][2] = {{10, 0}, {20, 7}, {-28, 0}, {23, -20}, {-13, 24}, {0, 31}, {40, 0}};
  for (size_t k = 0; k < sizeof packs / sizeof *packs; k++) {
    struct picture pack = blisters(packs[k].across, packs[k].down);
    struct photo golden = photo_of_pack(&pack, 0, 0, 1);
    struct stage stage;
    stage_open(&stage, "name: a\n", &golden, 1);
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
      const struct pose truth = {{1, 0, moves[i][0], 0, 1, moves[i][1], 0, 0, 1}};
      struct photo photo = photo_of_pack(&pack, moves[i][0], moves[i][1], i + 2);
      struct result result = stage_align(&stage, &photo);
      struct pose found = result_pose(&result);
      double error = result.aligned ? pose_corner_error(&found, &truth, WIDTH, HEIGHT) : INFINITY;
      if (!(error < 0.1))
        fail_msg("%d x %d blisters moved by (%.0f, %.0f): error %.3f px", packs[k].across, packs[k].down, moves[i][0],
                 moves[i][1], error);
      result_free(&result);
      photo_free(&photo);
    }
    stage_close(&stage);
    photo_free(&golden);
    picture_free(&pack);
  }
}

/* Twelve even marks round a hub, and one mark that tells how it lies. */
static struct picture dial(void) {
  struct picture p = picture_even(WIDTH, HEIGHT, 1, 185);
  static const float plate = 120, mark = 220, hub = 60, hand = 30;
  picture_disc(&p, 200, 150, 130, &plate);
  picture_disc(&p, 200, 150, 25, &hub);
  for (int k = 0; k < 12; k++)
    picture_disc(&p, 200 + 100 * cos(k * 0.523599), 150 + 100 * sin(k * 0.523599), 10, &mark);
  picture_disc(&p, 200 + 60 * cos(0.523599), 150 + 60 * sin(0.523599), 18, &hand);
  picture_blur(&p, 0.7);
  return p;
}

static struct photo photo_of_dial(const struct picture *round, const struct pose *pose, bool hidden, uint64_t seed) {
  static const float cover = 235;
  struct picture p = picture_seen(round, pose, WIDTH, HEIGHT, 3, 185);
  /* Over hub and hand. */
  if (hidden) picture_disc(&p, 200, 150, 84, &cover);
  picture_noise(&p, 2, seed);
  struct photo photo = picture_photo(&p, "dial.pgm");
  picture_free(&p);
  return photo;
}

static void a_product_that_looks_the_same_turned_is_told_by_what_does_not(void **state) {
  (void)state;
  static const double turns[] = {0, 8, -25, 30, 90, 120, 180, 270};
  const struct pose upright = pose_identity();
  struct picture round = dial();
  struct photo golden = photo_of_dial(&round, &upright, false, 1);
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden, 1);
  for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
    const struct pose truth = pose_turned(turns[i], 1, 200, 150, 203, 148);
    struct photo photo = photo_of_dial(&round, &truth, false, i + 2);
    struct result result = stage_align(&stage, &photo);
    struct pose found = result_pose(&result);
    double error = result.aligned ? pose_corner_error(&found, &truth, WIDTH, HEIGHT) : INFINITY;
    if (!(error < 0.3)) fail_msg("turned by %.0f degrees: error %.3f px", turns[i], error);
    result_free(&result);
    photo_free(&photo);
  }
  struct photo covered = photo_of_dial(&round, &upright, true, 20);
  assert_refused_as(&stage, &covered, REASON_NOT_ALIGNED);
  photo_free(&covered);
  stage_close(&stage);
  photo_free(&golden);
  picture_free(&round);
}

static void photos_of_something_else_are_refused(void **state) {
  (void)state;
  struct photo golden = golden_photo();
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden, 1);
  for (uint64_t seed = 100; seed < 104; seed++) {
    struct picture other = picture_product(WIDTH, HEIGHT, 1, seed);
    struct photo photo = picture_photo(&other, "other.pgm");
    assert_refused_as(&stage, &photo, REASON_WRONG_PRODUCT);
    photo_free(&photo);
    picture_free(&other);
  }
  stage_close(&stage);
  photo_free(&golden);
}

static void blank_and_noisy_photos_are_refused(void **state) {
  (void)state;
  struct photo golden = golden_photo();
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden, 1);
  static const enum reason_code codes[] = {REASON_LAMP_FAILED, REASON_OVEREXPOSED, REASON_NOT_ALIGNED,
                                           REASON_WRONG_PRODUCT};
  for (int i = 0; i < 4; i++) {
    struct picture p = picture_even(WIDTH, HEIGHT, 1, (const float[]){0, 255, 128, 128}[i]);
    if (i == 3) picture_noise(&p, 30, 8);
    struct photo photo = picture_photo(&p, i == 3 ? "noise.pgm" : "blank.pgm");
    assert_refused_as(&stage, &photo, codes[i]);
    photo_free(&photo);
    picture_free(&p);
  }
  stage_close(&stage);
  photo_free(&golden);
}

static void tiny_photos_are_refused_in_words(void **state) {
  (void)state;
  static const int sizes[][2] = {{1, 1}, {1, 400}, {400, 1}, {2, 2}, {3, 3}, {8, 8}, {20, 12}, {40, 30}, {400, 20}};
  struct photo golden = golden_photo();
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden, 1);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct pose pose = pose_turned(0, (double)sizes[i][0] / WIDTH, 0, 0, 0, 0);
    struct photo photo = photo_seen(&pose, sizes[i][0], sizes[i][1], 4);
    struct result result = stage_align(&stage, &photo);
    if (result.aligned || result.reason_count != 1 || strlen(result.reasons[0].text) < 20) {
      result_tell(&result);
      fail_msg("%d x %d: expected a refusal", sizes[i][0], sizes[i][1]);
    }
    print_message("%d x %d: %s: %s\n", sizes[i][0], sizes[i][1], reason_name(result.reasons[0].code),
                  result.reasons[0].text);
    result_free(&result);
    photo_free(&photo);
  }
  stage_close(&stage);
  photo_free(&golden);
}

static void a_tiny_golden_is_refused_in_words(void **state) {
  (void)state;
  struct picture p = picture_even(31, 64, 1, 90);
  struct photo photo = picture_photo(&p, "small.pgm");
  struct inspector *inspector;
  struct fault fault = {0};
  assert_int_equal(inspector_open_photo(&photo, NULL, &inspector, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "small.pgm: 31 x 64 pixels; expected at least 32"));
  /* In a thread of its own it shows with the first photo. */
  const struct inspect_options aside = {.aside = true};
  struct inspection *work;
  struct result result = {0};
  fault = (struct fault){0};
  assert_int_equal(inspector_open_photo(&photo, &aside, &inspector, &fault), STATUS_OK);
  assert_int_equal(inspection_open(inspector, &work, &fault), STATUS_OK);
  assert_int_equal(inspect_photo(work, &photo, NULL, &result, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "small.pgm: 31 x 64 pixels; expected at least 32"));
  result_free(&result);
  inspection_close(work);
  inspector_close(inspector);
  photo_free(&photo);
  picture_free(&p);
}

/* The product on a ground that is not the same from photo to photo and fills most of the picture. */
static struct photo on_ground(const struct pose *pose, double ground_x, uint64_t seed) {
  struct picture ground = picture_product(2 * WIDTH, 2 * HEIGHT, 1, 55);
  struct pose shift = pose_turned(0, 1, 0, 0, ground_x - 150, -100), inverse;
  struct picture p = picture_seen(&ground, &shift, WIDTH, HEIGHT, 2, 120), front = seen(pose, WIDTH, HEIGHT, seed);
  assert_true(pose_invert(pose, &inverse));
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++) {
      struct pose_point q;
      assert_true(pose_apply(&inverse, x, y, &q));
      if (q.x > 130 && q.x < 290 && q.y > 90 && q.y < 220) *picture_at(&p, x, y) = *picture_at(&front, x, y);
    }
  struct photo photo = picture_photo(&p, "ground.pgm");
  picture_free(&ground);
  picture_free(&front);
  picture_free(&p);
  return photo;
}

static void ground_that_moves_is_kept_out_by_the_zones(void **state) {
  (void)state;
  struct pose identity = pose_identity(), truth = pose_turned(3, 1.02, 200, 150, 206, 146);
  struct photo golden = on_ground(&identity, 0, 5), photo = on_ground(&truth, 31, 6);
  struct stage stage;
  stage_open(&stage,
             "outside: ignore\nzones: [{name: front, polygon: [[135, 95], [285, 95], [285, 215], [135, 215]]}]\n",
             &golden, 1);
  struct result result = stage_align(&stage, &photo);
  if (!result.aligned) result_tell(&result);
  struct pose found = result_pose(&result);
  /* Over the product, which is what is judged. */
  double most = 0;
  for (int corner = 0; corner < 4; corner++) {
    struct pose_point a = {0, 0}, b = {0, 0};
    double x = corner & 1 ? 285 : 135, y = corner & 2 ? 215 : 95;
    assert_true(pose_apply(&found, x, y, &a) && pose_apply(&truth, x, y, &b));
    most = fmax(most, hypot(a.x - b.x, a.y - b.y));
  }
  print_message("largest error at the zone's corners %.4f px\n", most);
  assert_true(most < 0.2);
  result_free(&result);
  stage_close(&stage);
  photo_free(&golden);
  photo_free(&photo);
}

static void what_the_photo_does_not_show_is_not_overlap(void **state) {
  (void)state;
  struct photo golden = golden_photo();
  struct stage stage;
  struct pose cut = pose_turned(0, 1, 0, 0, -0.25 * WIDTH, 0);
  struct photo photo = photo_seen(&cut, WIDTH * 3 / 4, HEIGHT, 6);
  stage_open(&stage, "name: a\n", &golden, 1);
  struct result result = stage_align(&stage, &photo);
  assert_true(result.aligned);
  assert_true(fabs(result.overlap - 0.75) < 0.02);
  result_free(&result);
  stage_close(&stage);
  photo_free(&golden);
  photo_free(&photo);
}

static void a_small_photo_that_lies_flat_needs_no_finer_level(void **state) {
  (void)state;
  enum { SIZE = 23 };
  struct pose still = pose_turned(0, 0.1 * SIZE, 0, 0, 0, 0), turned = pose_turned(0.01, 0.1 * SIZE, 0, 0, 3, 2);
  struct photo golden = photo_seen(&still, WIDTH * SIZE / 10, HEIGHT * SIZE / 10, 1);
  struct photo photo = photo_seen(&turned, WIDTH * SIZE / 10, HEIGHT * SIZE / 10, 2);
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden, 1);
  struct align_golden *g = &stage.inspector->align;
  const int levels[] = {g->final_level + 1, g->final_level};
  assert_int_equal(g->early_level, levels[0]);
  for (int i = 0; i < 2; i++) {
    g->early_level = levels[i];
    struct result result = stage_align(&stage, &photo);
    assert_true(result.aligned);
    assert_int_equal(stage.work->alignment.tiles.level, levels[i]);
    assert_true(result.residual_px < 0.1);
    result_free(&result);
  }
  stage_close(&stage);
  photo_free(&golden);
  photo_free(&photo);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_known_homography_is_recovered),
      cmocka_unit_test(every_motion_model_is_recovered_and_kept),
      cmocka_unit_test(a_perspective_is_taken_only_where_the_photo_tells_it),
      cmocka_unit_test(a_product_that_repeats_itself_is_not_taken_a_period_off),
      cmocka_unit_test(a_product_that_looks_the_same_turned_is_told_by_what_does_not),
      cmocka_unit_test(photos_of_something_else_are_refused),
      cmocka_unit_test(blank_and_noisy_photos_are_refused),
      cmocka_unit_test(tiny_photos_are_refused_in_words),
      cmocka_unit_test(a_tiny_golden_is_refused_in_words),
      cmocka_unit_test(ground_that_moves_is_kept_out_by_the_zones),
      cmocka_unit_test(what_the_photo_does_not_show_is_not_overlap),
      cmocka_unit_test(a_small_photo_that_lies_flat_needs_no_finer_level),
  };
  return cmocka_run_group_tests(tests, draw_object, free_object);
}
