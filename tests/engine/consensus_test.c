#include "engine/consensus.h"
#include "tests/engine/picture.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 640, HEIGHT = 480, MATCHES = 300, WRONG_PER_CENT = 60, WITHIN = 3 };

static const enum motion motions[] = {MOTION_TRANSLATION, MOTION_RIGID, MOTION_SIMILARITY, MOTION_AFFINE,
                                      MOTION_HOMOGRAPHY};
enum { MOTIONS = sizeof motions / sizeof *motions };

static struct pose truth_of(enum motion motion) {
  switch (motion) {
  case MOTION_TRANSLATION:
    return pose_turned(0, 1, 0, 0, 31, -17);
  case MOTION_RIGID:
    return pose_turned(25, 1, 320, 240, 330, 250);
  case MOTION_SIMILARITY:
    return pose_turned(-140, 0.7, 320, 240, 300, 230);
  case MOTION_AFFINE:
    return (struct pose){{1.1, 0.2, -9, -0.15, 0.9, 21, 0, 0, 1}};
  case MOTION_HOMOGRAPHY:
    break;
  }
  return (struct pose){{1.05, 0.12, -14, -0.08, 0.93, 17, 2e-4, -1.5e-4, 1}};
}

/* 0..1 */
static double part(uint64_t *random) {
  return (double)(support_random(random) >> 11) * 0x1p-53;
}

/* A match of the pose: place to half a pixel, scale to a tenth, orientation to some degrees, as ORB's are. */
static struct feature_match right_match(const struct pose *pose, uint64_t *random) {
  struct feature_match m = {.golden_x = part(random) * (WIDTH - 1), .golden_y = part(random) * (HEIGHT - 1)};
  struct pose_point p, q;
  pose_apply(pose, m.golden_x, m.golden_y, &p);
  pose_apply(pose, m.golden_x + 1, m.golden_y, &q);
  double angle = atan2(q.y - p.y, q.x - p.x) + 0.2 * (part(random) - 0.5);
  m.photo_x = p.x + part(random) - 0.5, m.photo_y = p.y + part(random) - 0.5;
  m.scale = pose_scale_at(pose, m.golden_x, m.golden_y) * (0.9 + 0.2 * part(random));
  m.cosine = cos(angle), m.sine = sin(angle);
  return m;
}

static struct feature_match wrong_match(uint64_t *random) {
  double angle = 6.283185307179586 * part(random);
  return (struct feature_match){.golden_x = part(random) * (WIDTH - 1),
                                .golden_y = part(random) * (HEIGHT - 1),
                                .photo_x = part(random) * (WIDTH - 1),
                                .photo_y = part(random) * (HEIGHT - 1),
                                .scale = 0.5 + 1.5 * part(random),
                                .cosine = cos(angle),
                                .sine = sin(angle)};
}

static void draw(struct feature_match *matches, const struct pose *pose, int wrong, uint64_t seed) {
  uint64_t random = seed;
  for (int i = 0; i < MATCHES; i++)
    matches[i] = (int)(part(&random) * 100) < wrong ? wrong_match(&random) : right_match(pose, &random);
}

static bool find(const struct feature_match *matches, size_t count, enum motion motion, struct consensus *best) {
  bool found = false;
  struct fault fault = {0};
  if (consensus_find(matches, count, motion, WIDTH, HEIGHT, WITHIN, 600, &found, best, &fault))
    fail_msg("%s", fault.text);
  return found;
}

static void the_pose_is_found_among_matches_most_of_which_are_wrong(void **state) {
  (void)state;
  for (int i = 0; i < MOTIONS; i++)
    for (uint64_t seed = 1; seed <= 5; seed++) {
      struct feature_match matches[MATCHES];
      struct pose truth = truth_of(motions[i]);
      struct consensus best;
      draw(matches, &truth, WRONG_PER_CENT, seed);
      if (!find(matches, MATCHES, motions[i], &best)) fail_msg("model %d, seed %d: not found", i, (int)seed);
      double error = pose_corner_error(&best.pose, &truth, WIDTH, HEIGHT);
      if (!(error < 0.7)) fail_msg("model %d, seed %d: mean corner error %.3f px", i, (int)seed, error);
      assert_in_range(best.inliers, MATCHES / 4, MATCHES / 2);
    }
}

static void the_same_matches_give_the_same_answer(void **state) {
  (void)state;
  for (int i = 0; i < MOTIONS; i++) {
    struct feature_match matches[MATCHES];
    struct pose truth = truth_of(motions[i]);
    struct consensus one, other;
    draw(matches, &truth, WRONG_PER_CENT, 9);
    assert_true(find(matches, MATCHES, motions[i], &one));
    assert_true(find(matches, MATCHES, motions[i], &other));
    assert_memory_equal(&one.pose, &other.pose, sizeof one.pose);
    assert_true(one.inliers == other.inliers && one.cost == other.cost);
  }
}

/* Matches at random agree with nothing that many of them would. */
static void nothing_is_found_where_all_matches_are_wrong(void **state) {
  (void)state;
  struct pose truth = truth_of(MOTION_HOMOGRAPHY);
  for (uint64_t seed = 1; seed <= 5; seed++) {
    struct feature_match matches[MATCHES];
    struct consensus best;
    draw(matches, &truth, 100, seed);
    if (find(matches, MATCHES, MOTION_HOMOGRAPHY, &best)) assert_true(best.inliers < 8);
  }
}

static void few_matches_give_nothing(void **state) {
  (void)state;
  struct feature_match matches[MATCHES];
  struct pose truth = truth_of(MOTION_HOMOGRAPHY);
  struct consensus best;
  draw(matches, &truth, 0, 2);
  for (size_t count = 0; count < 8; count++) assert_false(find(matches, count, MOTION_HOMOGRAPHY, &best));
  assert_false(find(NULL, 0, MOTION_TRANSLATION, &best));
  assert_true(find(matches, MATCHES, MOTION_HOMOGRAPHY, &best));
}

/* Many features on one corner say no more than one. */
static void inliers_of_one_place_count_once(void **state) {
  (void)state;
  struct feature_match matches[MATCHES];
  struct pose truth = truth_of(MOTION_SIMILARITY);
  struct consensus best;
  draw(matches, &truth, 0, 4);
  for (int i = 12; i < MATCHES; i++) matches[i] = matches[i % 12];
  assert_true(find(matches, MATCHES, MOTION_SIMILARITY, &best));
  assert_in_range(best.inliers, 8, 12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_pose_is_found_among_matches_most_of_which_are_wrong),
      cmocka_unit_test(the_same_matches_give_the_same_answer),
      cmocka_unit_test(nothing_is_found_where_all_matches_are_wrong),
      cmocka_unit_test(few_matches_give_nothing),
      cmocka_unit_test(inliers_of_one_place_count_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
