/* From a photo to a verdict, on drawn scenes: what was planted is found where it was planted, and nothing else. */
#include "engine/reference.h"

#include "tests/engine/picture.h"
#include "tests/engine/stage.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The object is drawn at twice the golden's size, so that golden and photo are both seen by a camera, and goes on
 * beyond the golden's borders by MARGIN golden pixels. */
enum { WIDTH = 400, HEIGHT = 300, OBJECT = 2, MARGIN = 40, PHOTO_WIDTH = 460, PHOTO_HEIGHT = 360 };
enum { OBJECT_WIDTH = OBJECT * (WIDTH + 2 * MARGIN), OBJECT_HEIGHT = OBJECT * (HEIGHT + 2 * MARGIN) };

/* A blob, in golden pixels. */
static const double BLOB_X = 152, BLOB_Y = 118, BLOB_RADIUS = 6;

static struct picture clean[2], spoilt[2]; /* grey, colour */
static struct photo golden_photos[2];

/* A camera: the golden's place in the photo, light, noise. */
struct camera {
  struct pose pose; /* golden -> photo */
  int width, height;
  double gain, across, down;
  uint64_t seed;
};

/* The lens blurs before the sensor's border cuts. */
static struct picture seen(const struct picture *object, const struct camera *camera) {
  enum { BORDER = 4 };
  struct pose to_golden = pose_turned(0, 1.0 / OBJECT, -0.5, -0.5, -0.5 - MARGIN, -0.5 - MARGIN), both;
  struct pose shift = pose_turned(0, 1, 0, 0, BORDER, BORDER);
  assert_true(pose_compose(&camera->pose, &to_golden, &both));
  assert_true(pose_compose(&shift, &both, &both));
  struct picture wide = picture_seen(object, &both, camera->width + 2 * BORDER, camera->height + 2 * BORDER, 3, 120);
  picture_blur(&wide, 0.5);
  struct picture p = picture_even(camera->width, camera->height, object->channels, 0);
  for (int y = 0; y < p.height; y++)
    memcpy(picture_at(&p, 0, y), picture_at(&wide, BORDER, y + BORDER),
           (size_t)p.width * (size_t)p.channels * sizeof *p.values);
  picture_free(&wide);
  picture_light(&p, camera->gain, camera->across, camera->down);
  picture_noise(&p, 1.5, camera->seed);
  return p;
}

static struct camera camera_of(const struct pose *pose) {
  return (struct camera){.pose = *pose, .width = PHOTO_WIDTH, .height = PHOTO_HEIGHT, .gain = 1, .seed = 2};
}

/* 4 degrees, 3 % larger, off the middle. */
static struct camera usual_camera(void) {
  struct pose pose = pose_turned(4, 1.03, 199.5, 149.5, 231, 176);
  return camera_of(&pose);
}

static int draw(void **state) {
  (void)state;
  struct pose identity = pose_identity();
  struct camera camera = {.pose = identity, .width = WIDTH, .height = HEIGHT, .gain = 1, .seed = 1};
  for (int i = 0; i < 2; i++) {
    float under[3], colour[3];
    clean[i] = picture_product(OBJECT_WIDTH, OBJECT_HEIGHT, i ? 3 : 1, 21);
    spoilt[i] = picture_product(OBJECT_WIDTH, OBJECT_HEIGHT, i ? 3 : 1, 21);
    double x = OBJECT * (BLOB_X + MARGIN + 0.5) - 0.5, y = OBJECT * (BLOB_Y + MARGIN + 0.5) - 0.5;
    memcpy(under, picture_at(&clean[i], (int)x, (int)y), (i ? 3 : 1) * sizeof *under);
    for (int k = 0; k < 3; k++) colour[k] = i || !k ? under[k] > 128 ? under[k] - 80 : under[k] + 80 : 0;
    picture_disc(&spoilt[i], x, y, OBJECT * BLOB_RADIUS, colour);
    struct picture golden = seen(&clean[i], &camera);
    golden_photos[i] = picture_photo(&golden, i ? "golden.ppm" : "golden.pgm");
    picture_free(&golden);
  }
  return 0;
}

static int release(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) picture_free(&clean[i]), picture_free(&spoilt[i]), photo_free(&golden_photos[i]);
  return 0;
}

/* Box of the blob under a pose, whole pixels. */
static void blob_box(const struct pose *pose, int32_t *box) {
  double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
  for (int i = 0; i < 64; i++) {
    struct pose_point p;
    double angle = i * 6.283185307179586 / 64;
    assert_true(pose_apply(pose, BLOB_X + BLOB_RADIUS * cos(angle), BLOB_Y + BLOB_RADIUS * sin(angle), &p));
    left = fmin(left, p.x), right = fmax(right, p.x), top = fmin(top, p.y), bottom = fmax(bottom, p.y);
  }
  box[0] = (int32_t)lround(left), box[1] = (int32_t)lround(top);
  box[2] = (int32_t)lround(right) - box[0] + 1, box[3] = (int32_t)lround(bottom) - box[1] + 1;
}

static void assert_blob(const struct result *r, const struct pose *pose) {
  struct pose identity = pose_identity();
  int32_t golden_box[4], box[4];
  blob_box(&identity, golden_box), blob_box(pose, box);
  bool right = r->verdict == VERDICT_FAIL && r->region_count == 1 && r->score < 50 && r->reason_count == 1 &&
               r->reasons[0].code == REASON_REGION && box_likeness(r->regions[0].box, box) > 0.5 &&
               box_likeness(r->regions[0].golden_box, golden_box) > 0.5;
  if (right) return;
  result_tell(r);
  fail_msg("expected one region [%d %d %d %d], golden [%d %d %d %d]", box[0], box[1], box[2], box[3], golden_box[0],
           golden_box[1], golden_box[2], golden_box[3]);
}

static void assert_pass(const struct result *r) {
  if (r->verdict == VERDICT_PASS && r->region_count == 0 && r->score >= 50) return;
  result_tell(r);
  fail_msg("expected a pass");
}

/* Judges a picture of clean or spoilt goods as PGM or PPM. */
static struct result judge(struct stage *stage, const struct picture *object, const struct camera *camera) {
  struct picture p = seen(object, camera);
  struct photo photo = picture_photo(&p, object == &spoilt[0] || object == &spoilt[1] ? "spoilt" : "clean");
  struct result result = stage_judge(stage, &photo);
  photo_free(&photo);
  picture_free(&p);
  return result;
}

static void check_both(const char *spec, int golden, int photo, const struct camera *camera) {
  struct stage stage;
  stage_open(&stage, spec, &golden_photos[golden], 1);
  struct result result = judge(&stage, &spoilt[photo], camera);
  assert_blob(&result, &camera->pose);
  result_free(&result);
  result = judge(&stage, &clean[photo], camera);
  assert_pass(&result);
  assert_int_equal(result.light_channels, golden && photo ? 3 : 1);
  result_free(&result);
  stage_close(&stage);
}

static void a_planted_blob_is_found_and_nothing_else(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  check_both("name: a\n", 0, 0, &camera);
  check_both("name: a\n", 1, 1, &camera);
}

static void grey_and_colour_are_compared_by_what_both_have(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  struct picture colour[2] = {clean[1], spoilt[1]}, grey[2];
  for (int i = 0; i < 2; i++) {
    grey[i] = picture_even(OBJECT_WIDTH, OBJECT_HEIGHT, 1, 0);
    for (size_t k = 0; k < (size_t)grey[i].width * (size_t)grey[i].height; k++) {
      const float *c = colour[i].values + 3 * k;
      grey[i].values[k] = 0.299F * c[0] + 0.587F * c[1] + 0.114F * c[2];
    }
  }
  struct pose identity = pose_identity();
  struct camera golden_camera = {.pose = identity, .width = WIDTH, .height = HEIGHT, .gain = 1, .seed = 4};
  struct picture p = seen(&grey[0], &golden_camera);
  struct photo grey_golden = picture_photo(&p, "grey.pgm");
  for (int i = 0; i < 2; i++) {
    struct stage stage;
    stage_open(&stage, "name: a\n", i ? &golden_photos[1] : &grey_golden, 1);
    struct result result = judge(&stage, i ? &grey[1] : &spoilt[1], &camera);
    assert_blob(&result, &camera.pose);
    result_free(&result);
    result = judge(&stage, i ? &grey[0] : &clean[1], &camera);
    assert_int_equal(result.light_channels, 1);
    if (i) {
      /* The golden's colours differ; whether the product's do is not known. */
      assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
      assert_int_equal(result.reason_count, 1);
      assert_int_equal(result.reasons[0].code, REASON_COLOUR);
    } else {
      assert_pass(&result);
      assert_int_equal(result.reason_count, 0);
    }
    result_free(&result);
    stage_close(&stage);
  }
  photo_free(&grey_golden);
  picture_free(&p);
  for (int i = 0; i < 2; i++) picture_free(&grey[i]);
}

/* A label of black print on white under a warm lamp. */
static void a_grey_photo_of_a_product_of_one_colour_passes_and_says_so(void **state) {
  (void)state;
  static const float lamp[3] = {1.0F, 0.9F, 0.75F};
  struct camera camera = usual_camera();
  struct pose identity = pose_identity();
  struct camera golden_camera = {.pose = identity, .width = WIDTH, .height = HEIGHT, .gain = 1, .seed = 4};
  struct picture tinted = picture_even(OBJECT_WIDTH, OBJECT_HEIGHT, 3, 0);
  for (size_t k = 0; k < 3 * (size_t)OBJECT_WIDTH * OBJECT_HEIGHT; k++)
    tinted.values[k] = lamp[k % 3] * clean[0].values[k / 3];
  struct picture p = seen(&tinted, &golden_camera);
  struct photo golden = picture_photo(&p, "golden.ppm");
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden, 1);
  struct result result = judge(&stage, &clean[0], &camera);
  assert_pass(&result);
  assert_int_equal(result.reason_count, 1);
  assert_int_equal(result.reasons[0].code, REASON_COLOUR);
  result_free(&result);
  stage_close(&stage);
  photo_free(&golden);
  picture_free(&p);
  picture_free(&tinted);
}

static void light_that_the_spec_allows_is_no_difference(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct camera camera = usual_camera();
    camera.gain = 0.7, camera.across = 0.1, camera.down = -0.08;
    struct stage stage;
    stage_open(&stage, "name: a\n", &golden_photos[i], 1);
    struct result result = judge(&stage, &clean[i], &camera);
    assert_pass(&result);
    for (int k = 0; k < result.light_channels; k++) assert_true(fabs(result.gain[k] - 0.7) < 0.04);
    assert_true(result.unevenness > 0.15 && result.unevenness < 0.4);
    result_free(&result);
    result = judge(&stage, &spoilt[i], &camera);
    assert_blob(&result, &camera.pose);
    result_free(&result);
    stage_close(&stage);
  }
}

static void light_beyond_what_the_spec_allows_is_not_judged(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  struct stage stage;
  stage_open(&stage, "light: {gain: [0.8, 1.25]}\n", &golden_photos[0], 1);
  camera.gain = 0.7;
  struct result result = judge(&stage, &clean[0], &camera);
  assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
  assert_int_equal(result.reason_count, 1);
  assert_int_equal(result.reasons[0].code, REASON_LIGHT_OR_MATERIAL);
  result_free(&result);
  stage_close(&stage);
}

/* Without a colour reference, another lamp and another material look the same. */
static void a_strong_cast_over_everything_is_not_judged(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  struct stage stage;
  stage_open(&stage, "", &golden_photos[1], 1);
  struct picture photo = seen(&clean[1], &camera);
  for (int i = 0; i < photo.width * photo.height; i++) photo.values[3 * i + 2] *= 0.6F;
  struct photo bytes = picture_photo(&photo, "cast.ppm");
  struct result result = stage_judge(&stage, &bytes);
  assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
  assert_int_equal(result.reasons[0].code, REASON_LIGHT_OR_MATERIAL);
  result_free(&result);
  photo_free(&bytes);
  picture_free(&photo);
  stage_close(&stage);
}

/* Defects are still found; what would pass is not passed. */
static void a_spec_that_asks_for_more_than_can_be_done_passes_nothing(void **state) {
  (void)state;
  static const struct {
    const char *spec;
    enum reason_code code;
    const char *word;
  } more[] = {
      {"alignment: {model: rigid}\nscale: {source: fixture, mm_per_px: 0.1}\ndimensions:\n"
       "  - {name: hole, gauge: circle, centre: [100, 100], radius: 20, search: 5}\n"
       "  - {name: bore, measure: radius, of: hole, lower: 1, upper: 3, unit: mm}\n",
       REASON_DIMENSION, "bore"},
  };
  struct camera camera = usual_camera();
  camera.pose = pose_turned(4, 1, 199.5, 149.5, 231, 176);
  for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
    struct stage stage;
    stage_open(&stage, more[i].spec, &golden_photos[1], 1);
    struct result result = judge(&stage, &clean[1], &camera);
    assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
    assert_int_equal(result.reason_count, 1);
    assert_int_equal(result.reasons[0].code, more[i].code);
    assert_non_null(strstr(result.reasons[0].text, more[i].word));
    result_free(&result);
    result = judge(&stage, &spoilt[1], &camera);
    /* A dimension that cannot be measured is a reason beside the blob. */
    assert_int_equal(result.verdict, VERDICT_FAIL);
    assert_int_equal(result.reasons[0].code, REASON_REGION);
    assert_int_equal(result.reasons[1].code, REASON_DIMENSION);
    result_free(&result);
    stage_close(&stage);
  }
}

static void more_golden_photos_than_the_sums_hold_are_refused(void **state) {
  (void)state;
  struct photo photos[REFERENCE_MOST_PHOTOS + 1];
  for (size_t i = 0; i < sizeof photos / sizeof *photos; i++) photos[i] = golden_photos[0];
  struct golden golden = {.photos = photos, .photo_count = sizeof photos / sizeof *photos};
  struct inspector *inspector = NULL;
  struct fault fault = {0};
  spec_init(&golden.spec);
  assert_int_equal(inspector_open(&golden, NULL, &inspector, &fault), STATUS_LIMIT);
  assert_non_null(strstr(fault.text, "257 photos"));
  assert_null(inspector);
  spec_free(&golden.spec);
}

static void a_border_that_is_not_seen_is_no_difference(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct pose pose = pose_turned(2, 1, 199.5, 149.5, 170, 140);
    struct camera camera = {.pose = pose, .width = 365, .height = 290, .gain = 1, .seed = 6};
    struct stage stage;
    stage_open(&stage, "name: a\n", &golden_photos[i], 1);
    struct result result = judge(&stage, &clean[i], &camera);
    assert_pass(&result);
    assert_true(result.overlap > 0.8 && result.overlap < 0.95);
    result_free(&result);
    result = judge(&stage, &spoilt[i], &camera);
    assert_blob(&result, &camera.pose);
    result_free(&result);
    stage_close(&stage);
  }
}

static void assert_not_judged(const struct picture *object, const struct camera *golden, const struct camera *camera,
                              enum reason_code code) {
  struct picture p = seen(object, golden);
  struct photo photo = picture_photo(&p, "golden.pgm");
  struct stage stage;
  stage_open(&stage, "name: a\n", &photo, 1);
  struct result result = judge(&stage, object, camera);
  if (result.verdict != VERDICT_CANNOT_JUDGE || result.reason_count != 1 || result.reasons[0].code != code) {
    result_tell(&result);
    fail_msg("expected %s", reason_name(code));
  }
  result_free(&result);
  stage_close(&stage);
  photo_free(&photo);
  picture_free(&p);
}

static void a_photo_that_shows_too_little_or_too_small_is_not_judged(void **state) {
  (void)state;
  struct pose identity = pose_identity(), cut = pose_turned(0, 1, 0, 0, -0.4 * WIDTH, 0);
  struct camera golden = {.pose = identity, .width = WIDTH, .height = HEIGHT, .gain = 1, .seed = 5};
  struct camera camera = {.pose = cut, .width = WIDTH * 6 / 10, .height = HEIGHT, .gain = 1, .seed = 6};
  assert_not_judged(&clean[0], &golden, &camera, REASON_CROPPED);
  /* Twice as near, and then from where the others are taken. */
  golden.pose = pose_turned(0, 2, -0.5, -0.5, -0.5, -0.5), golden.width *= 2, golden.height *= 2;
  camera = camera_of(&identity);
  camera.pose = pose_turned(0, 0.94, 0, 0, 30, 30);
  assert_not_judged(&clean[0], &golden, &camera, REASON_TOO_SMALL);
}

static void every_motion_model_judges(void **state) {
  (void)state;
  static const struct {
    const char *spec;
    struct pose pose;
  } models[] = {
      {"alignment: {model: translation}\n", {{1, 0, 23.4, 0, 1, 31.7, 0, 0, 1}}},
      {"alignment: {model: rigid}\n", {{0.96, -0.28, 90, 0.28, 0.96, -20, 0, 0, 1}}},
      {"alignment: {model: similarity}\n", {{0.95, 0.3, 10, -0.3, 0.95, 120, 0, 0, 1}}},
      {"alignment: {model: affine}\n", {{1.1, 0.1, -5, -0.05, 1.04, 30, 0, 0, 1}}},
  };
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    struct camera camera = camera_of(&models[i].pose);
    camera.height = 420;
    check_both(models[i].spec, 0, 0, &camera);
  }
}

static void boxes_are_those_of_the_turned_photo(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  struct picture p = seen(&spoilt[1], &camera);
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden_photos[1], 1);
  int32_t first[4];
  for (int orientation = 1; orientation <= 8; orientation++) {
    char name[32];
    snprintf(name, sizeof name, "turned-%d.jpg", orientation);
    struct photo photo = picture_jpeg(&p, name, orientation);
    struct result result = stage_judge(&stage, &photo);
    assert_blob(&result, &camera.pose);
    if (orientation == 1) memcpy(first, result.regions[0].box, sizeof first);
    for (int k = 0; k < 4; k++) assert_true(abs(result.regions[0].box[k] - first[k]) <= 2);
    result_free(&result);
    photo_free(&photo);
  }
  stage_close(&stage);
  picture_free(&p);
}

/* The golden photo itself with a patch: both boxes are in the same pixels, whatever the last bits of the pose. */
static void a_photo_in_the_golden_s_place_has_equal_boxes(void **state) {
  (void)state;
  static const float white[3] = {250, 250, 250};
  struct pose identity = pose_identity();
  struct camera camera = {.pose = identity, .width = WIDTH, .height = HEIGHT, .gain = 1, .seed = 1};
  struct stage stage;
  stage_open(&stage, "alignment: {local: 0}\n", &golden_photos[0], 1);
  for (int i = 0; i < 12; i++) {
    struct picture p = seen(&clean[0], &camera);
    picture_box(&p, 40 + 27 * i, 50 + 16 * i, 9, 8, white);
    struct photo photo = picture_photo(&p, "patched");
    struct result result = stage_judge(&stage, &photo);
    for (size_t k = 0; k < result.region_count; k++)
      assert_memory_equal(result.regions[k].box, result.regions[k].golden_box, sizeof result.regions[k].box);
    result_free(&result);
    photo_free(&photo);
    picture_free(&p);
  }
  stage_close(&stage);
}

/* A JPEG of four times the golden's resolution is decoded at a part of it; a PPM of the same picture is not. */
static void a_reduced_photo_gives_the_boxes_of_the_full_one(void **state) {
  (void)state;
  struct pose pose = pose_turned(3, 4.2, 199.5, 149.5, 900, 700);
  struct camera camera = {.pose = pose, .width = 1801, .height = 1399, .gain = 1, .seed = 9};
  struct stage stage;
  int32_t boxes[2][4];
  double corners[2];
  stage_open(&stage, "name: a\n", &golden_photos[1], 1);
  struct picture p = seen(&spoilt[1], &camera);
  for (int i = 0; i < 2; i++) {
    struct photo photo = i ? picture_jpeg(&p, "reduced.jpg", 0) : picture_photo(&p, "full.ppm");
    struct result result = stage_judge(&stage, &photo);
    assert_blob(&result, &pose);
    struct pose found = result_pose(&result);
    corners[i] = pose_corner_error(&found, &pose, WIDTH, HEIGHT);
    memcpy(boxes[i], result.regions[0].box, sizeof boxes[i]);
    result_free(&result);
    photo_free(&photo);
  }
  print_message("mean corner error %.3f px full, %.3f px reduced, of pixels a quarter of the golden's\n", corners[0],
                corners[1]);
  for (int k = 0; k < 2; k++) {
    assert_true(abs(boxes[0][k] - boxes[1][k]) <= 2);
    assert_true(abs(boxes[0][k] + boxes[0][k + 2] - boxes[1][k] - boxes[1][k + 2]) <= 2);
    assert_true(corners[k] < 0.4);
  }
  picture_free(&p);
  stage_close(&stage);
}

static void a_defect_outside_the_zones_does_not_count(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  struct stage stage;
  stage_open(&stage, "zones: [{name: date, ignore: true, polygon: [[135, 100], [170, 100], [170, 135], [135, 135]]}]\n",
             &golden_photos[0], 1);
  struct result result = judge(&stage, &spoilt[0], &camera);
  assert_pass(&result);
  result_free(&result);
  stage_close(&stage);
  stage_open(&stage,
             "zones: [{name: front, severity: critical, polygon: [[100, 80], [200, 80], [200, 160], [100, 160]]}]\n",
             &golden_photos[0], 1);
  result = judge(&stage, &spoilt[0], &camera);
  assert_blob(&result, &camera.pose);
  assert_string_equal(result.regions[0].zone, "front");
  assert_int_equal(result.regions[0].severity, SEVERITY_CRITICAL);
  result_free(&result);
  stage_close(&stage);
}

static void damaged_photos_are_unreadable_and_the_next_is_judged(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden_photos[0], 1);
  static const char *const texts[] = {"", "this is no photo", "P5\n60000 60000\n255\n"};
  for (int i = 0; i < 3; i++) {
    struct photo photo;
    assert_int_equal(photo_from_bytes("bad.jpg", (const uint8_t *)texts[i], strlen(texts[i]), &photo, NULL), STATUS_OK);
    struct result result = stage_judge(&stage, &photo);
    assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
    assert_int_equal(result.reason_count, 1);
    assert_int_equal(result.reasons[0].code, REASON_UNREADABLE);
    assert_true(strlen(result.reasons[0].text) > 10);
    result_free(&result);
    photo_free(&photo);
    struct inspect_evidence evidence;
    assert_false(inspect_evidence(stage.work, &evidence));
    result = judge(&stage, &spoilt[0], &camera);
    assert_blob(&result, &camera.pose);
    assert_true(inspect_evidence(stage.work, &evidence));
    result_free(&result);
  }
  stage_close(&stage);
}

/* What was judged before leaves nothing behind: another size, colour and verdict in between. */
static void the_same_photo_gets_the_same_result_again(void **state) {
  (void)state;
  struct camera camera = usual_camera(), other = usual_camera();
  other.width = 700, other.height = 500;
  struct stage stage;
  stage_open(&stage, "name: a\n", &golden_photos[1], 1);
  char *lines[2];
  for (int i = 0; i < 2; i++) {
    struct result result = judge(&stage, &spoilt[1], &camera);
    result.timing = (struct result_timing){0};
    lines[i] = result_write(&result);
    result_free(&result);
    if (i) break;
    result = judge(&stage, &clean[0], &other);
    result_free(&result);
    result = judge(&stage, &clean[1], &other);
    result_free(&result);
  }
  assert_string_equal(lines[0], lines[1]);
  free(lines[0]);
  free(lines[1]);
  stage_close(&stage);
}

/* ---- threads ---- */

enum { THREADS = 3, ROUNDS = 4 };

struct share {
  struct inspector *inspector;
  const struct photo *photos; /* clean, spoilt */
  int first;
  char *lines[ROUNDS];
};

static void *judge_share(void *context) {
  struct share *share = context;
  struct inspection *work;
  if (inspection_open(share->inspector, &work, NULL)) return NULL;
  for (int i = 0; i < ROUNDS; i++) {
    struct result result = {0};
    if (inspect_photo(work, &share->photos[(share->first + i) % 2], NULL, &result, NULL) == STATUS_OK) {
      result.timing = (struct result_timing){0};
      share->lines[i] = result_write(&result);
    }
    result_free(&result);
  }
  inspection_close(work);
  return NULL;
}

/* One inspector, several threads at once, each with photos in its own order. */
static void a_golden_that_opens_aside_gives_the_same_results(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  struct picture p = seen(&spoilt[1], &camera);
  struct photo photo = picture_photo(&p, "spoilt.ppm");
  char *lines[2];
  for (int aside = 0; aside < 2; aside++) {
    const struct inspect_options options = {.aside = aside == 1};
    struct inspector *inspector;
    struct inspection *work;
    struct result result = {0};
    assert_int_equal(inspector_open_photo(&golden_photos[1], &options, &inspector, NULL), STATUS_OK);
    assert_int_equal(inspection_open(inspector, &work, NULL), STATUS_OK);
    assert_int_equal(inspect_photo(work, &photo, NULL, &result, NULL), STATUS_OK);
    memset(&result.timing, 0, sizeof result.timing);
    lines[aside] = result_write(&result);
    assert_non_null(lines[aside]);
    result_free(&result);
    inspection_close(work);
    inspector_close(inspector);
  }
  assert_string_equal(lines[0], lines[1]);
  free(lines[0]), free(lines[1]);
  photo_free(&photo);
  picture_free(&p);
}

static void threads_that_share_a_golden_give_the_same_results(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  struct stage stage;
  struct photo photos[2];
  struct share shares[THREADS];
  pthread_t threads[THREADS];
  stage_open(&stage, "name: a\n", &golden_photos[1], 1);
  for (int i = 0; i < 2; i++) {
    struct picture p = seen(i ? &spoilt[1] : &clean[1], &camera);
    photos[i] = picture_photo(&p, i ? "spoilt.ppm" : "clean.ppm");
    picture_free(&p);
  }
  for (int i = 0; i < THREADS; i++) {
    shares[i] = (struct share){.inspector = stage.inspector, .photos = photos, .first = i};
    assert_int_equal(pthread_create(&threads[i], NULL, judge_share, &shares[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
  for (int i = 0; i < THREADS; i++)
    for (int k = 0; k < ROUNDS; k++) {
      assert_non_null(shares[i].lines[k]);
      assert_string_equal(shares[i].lines[k], shares[0].lines[(i + k) % 2]);
    }
  for (int i = 0; i < THREADS * ROUNDS; i++) free(shares[i / ROUNDS].lines[i % ROUNDS]);
  photo_free(&photos[0]), photo_free(&photos[1]);
  stage_close(&stage);
}

/* The evidence: the golden, the photo in its place, and a map that is high at the blob and nowhere else. */
static void the_evidence_shows_the_blob(void **state) {
  (void)state;
  struct camera camera = usual_camera();
  struct stage stage;
  struct inspect_evidence evidence;
  stage_open(&stage, "name: a\n", &golden_photos[1], 1);
  assert_false(inspect_evidence(stage.work, &evidence));
  struct result result = judge(&stage, &spoilt[1], &camera);
  assert_true(inspect_evidence(stage.work, &evidence));
  assert_int_equal(evidence.golden->width, WIDTH);
  assert_int_equal(evidence.photo->width, WIDTH);
  assert_int_equal(evidence.map->width, WIDTH);
  assert_int_equal(evidence.map->height, HEIGHT);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++) {
      int v = evidence.map->pixels[(size_t)y * evidence.map->stride + (size_t)x];
      double d = hypot(x - BLOB_X, y - BLOB_Y);
      if (d < BLOB_RADIUS - 2.5) assert_true(v > INSPECT_MAP_UNIT);
      /* Single pixels of noise may use it up, but no more. */
      if (d > BLOB_RADIUS + 8) assert_true(v < 2 * INSPECT_MAP_UNIT);
    }
  result_free(&result);
  stage_close(&stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_planted_blob_is_found_and_nothing_else),
      cmocka_unit_test(grey_and_colour_are_compared_by_what_both_have),
      cmocka_unit_test(a_grey_photo_of_a_product_of_one_colour_passes_and_says_so),
      cmocka_unit_test(light_that_the_spec_allows_is_no_difference),
      cmocka_unit_test(light_beyond_what_the_spec_allows_is_not_judged),
      cmocka_unit_test(a_strong_cast_over_everything_is_not_judged),
      cmocka_unit_test(a_spec_that_asks_for_more_than_can_be_done_passes_nothing),
      cmocka_unit_test(more_golden_photos_than_the_sums_hold_are_refused),
      cmocka_unit_test(a_border_that_is_not_seen_is_no_difference),
      cmocka_unit_test(a_photo_that_shows_too_little_or_too_small_is_not_judged),
      cmocka_unit_test(every_motion_model_judges),
      cmocka_unit_test(boxes_are_those_of_the_turned_photo),
      cmocka_unit_test(a_photo_in_the_golden_s_place_has_equal_boxes),
      cmocka_unit_test(a_reduced_photo_gives_the_boxes_of_the_full_one),
      cmocka_unit_test(a_defect_outside_the_zones_does_not_count),
      cmocka_unit_test(damaged_photos_are_unreadable_and_the_next_is_judged),
      cmocka_unit_test(the_same_photo_gets_the_same_result_again),
      cmocka_unit_test(a_golden_that_opens_aside_gives_the_same_results),
      cmocka_unit_test(threads_that_share_a_golden_give_the_same_results),
      cmocka_unit_test(the_evidence_shows_the_blob),
  };
  return cmocka_run_group_tests(tests, draw, release);
}
