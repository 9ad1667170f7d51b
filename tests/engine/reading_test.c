/* Codes and texts that zones demand: read, read wrongly, missing, turned, seen askew and too softly. */
#include "engine/read/codes.h"
#include "engine/read/read.h"
#include "engine/read/texts.h"
#include "tests/engine/codes.h"
#include "tests/engine/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 640, HEIGHT = 480 };

/* What is printed. */
struct label {
  const char *bars; /* Code 128 at the top; NULL: none */
  const char *ean;
  bool qr, turned;
  const char *text;
  bool chinese;
};
static const struct label good = {CODE_128_PO_88172, EAN_13_4006381333931, true, false, "KEEP DRY  5 kg", true};

static struct picture print(const struct label *l) {
  static const float paper[3] = {225, 225, 225};
  struct picture p = picture_product(WIDTH, HEIGHT, 1, 31);
  picture_box(&p, 80, 60, 480, 330, paper);
  if (l->bars) codes_draw_bars(&p, l->bars, 120, 80, 2, 60, l->turned);
  if (l->ean) codes_draw_bars(&p, l->ean, 120, 180, 2, 60, false);
  if (l->qr) codes_draw_qr(&p, 400, 90, 5);
  if (l->text) codes_draw_text(&p, l->text, 110, 300, 26);
  if (l->chinese) codes_draw_chinese(&p, 110, 320);
  return p;
}

/* Through a lens and with noise. */
static struct photo take(const struct label *l, const struct pose *pose, double blur, uint64_t seed) {
  struct picture p = print(l), seen = picture_seen(&p, pose, WIDTH, HEIGHT, 3, 120);
  picture_blur(&seen, blur);
  picture_noise(&seen, 2, seed);
  struct photo photo = picture_photo(&seen, "photo.pgm");
  picture_free(&p), picture_free(&seen);
  return photo;
}

#define ORDER "{name: order, polygon: [[90, 70], [370, 70], [370, 150], [90, 150]], severity: critical, "
#define MARK "{name: mark, polygon: [[390, 80], [520, 80], [520, 210], [390, 210]], "
#define ARTICLE "{name: article, polygon: [[100, 170], [340, 170], [340, 250], [100, 250]], "
#define WORDS "{name: words, polygon: [[100, 270], [360, 270], [360, 312], [100, 312]], ignore: true, "
#define CARE "{name: care, polygon: [[104, 316], [268, 316], [268, 364], [104, 364]], ignore: true, "

static const char codes_spec[] = "tolerance: {absolute: 60}\n"
                                 "zones:\n"
                                 "  - " ORDER "ignore: true, code: {kind: code_128, pattern: 'PO-88(172|99.)'}}\n"
                                 "  - " ARTICLE "ignore: true, code: {kind: ean_13, value: 4006381333931}}\n"
                                 "  - " MARK "ignore: true, code: {kind: any, value: LOT 4711/A}}\n";
static const char text_spec[] = "zones:\n  - " WORDS "text: {language: eng, value: KEEP DRY 5 kg}}\n";
static const char chinese_spec[] = "zones:\n  - " CARE "text: {language: chi_sim, value: 小心轻放}}\n";

static bool can(enum status (*here)(char *, size_t, struct fault *)) {
  char about[256];
  return !here(about, sizeof about, NULL);
}

struct scene {
  struct photo golden;
  struct stage stage;
};

static void scene_open(struct scene *scene, const char *spec, const struct label *label) {
  const struct pose upright = pose_identity();
  scene->golden = take(label, &upright, 0.6, 1);
  stage_open(&scene->stage, spec, &scene->golden, 1);
}

static void scene_close(struct scene *scene) {
  stage_close(&scene->stage);
  photo_free(&scene->golden);
}

static struct result judge(struct scene *scene, const struct label *label, const struct pose *pose, double blur) {
  struct photo photo = take(label, pose, blur, 77);
  struct result result = stage_judge(&scene->stage, &photo);
  photo_free(&photo);
  return result;
}

static void codes_are_read_under_any_pose_and_kept_in_the_result(void **state) {
  (void)state;
  if (!can(codes_here)) skip();
  struct pose askew = pose_turned(9, 0.93, 320, 240, 318, 244), over = pose_turned(180, 0.95, 320, 240, 320, 240);
  askew.h[6] = 1.2e-4, askew.h[7] = -0.8e-4;
  const struct pose poses[] = {pose_identity(), askew, over};
  struct scene scene;
  struct fault fault = {0};
  scene_open(&scene, codes_spec, &good);
  if (inspector_check(scene.stage.inspector, &fault)) fail_msg("%s", fault.text);
  for (size_t i = 0; i < sizeof poses / sizeof *poses; i++) {
    struct result r = judge(&scene, &good, &poses[i], 0.6);
    if (r.verdict != VERDICT_PASS) result_tell(&r);
    assert_int_equal(r.verdict, VERDICT_PASS);
    assert_int_equal(r.reading_count, 3);
    assert_string_equal(r.readings[0].read, "PO-88172");
    assert_string_equal(r.readings[0].demand, "code_128");
    assert_string_equal(r.readings[1].read, "4006381333931");
    assert_string_equal(r.readings[2].kind, "qr");
    assert_string_equal(r.readings[2].read, "LOT 4711/A");
    result_free(&r);
  }
  scene_close(&scene);
}

static void what_is_read_instead_is_the_finding(void **state) {
  (void)state;
  if (!can(codes_here)) skip();
  struct scene scene;
  struct label wrong = good;
  const struct pose upright = pose_identity();
  scene_open(&scene, codes_spec, &good);
  wrong.bars = CODE_128_PO_88127;
  struct result r = judge(&scene, &wrong, &upright, 0.6);
  assert_int_equal(r.verdict, VERDICT_FAIL);
  assert_int_equal(r.region_count, 1);
  assert_int_equal(r.regions[0].class_, CLASS_CODE);
  assert_int_equal(r.regions[0].severity, SEVERITY_CRITICAL);
  assert_string_equal(r.regions[0].zone, "order");
  assert_int_equal(r.reasons[0].code, REASON_CODE);
  assert_non_null(strstr(r.reasons[0].text, "read code_128 \"PO-88127\"; expected code_128 what fits PO-88"));
  assert_int_equal(r.readings[0].verdict, VERDICT_FAIL);
  assert_true(r.score == 0);
  result_free(&r);
  /* A code of another kind in its place is told, too. */
  wrong.bars = EAN_13_4006381333931;
  r = judge(&scene, &wrong, &upright, 0.6);
  assert_int_equal(r.verdict, VERDICT_FAIL);
  assert_string_equal(r.readings[0].kind, "ean_13");
  assert_string_equal(r.readings[0].read, "4006381333931");
  result_free(&r);
  scene_close(&scene);
}

static void a_code_that_is_not_there_fails_and_one_too_soft_to_be_read_is_not_judged(void **state) {
  (void)state;
  if (!can(codes_here)) skip();
  struct scene scene;
  struct label none = good;
  const struct pose upright = pose_identity();
  scene_open(&scene, codes_spec, &good);
  none.bars = NULL, none.qr = false;
  struct result r = judge(&scene, &none, &upright, 0.6);
  assert_int_equal(r.verdict, VERDICT_FAIL);
  assert_int_equal(r.region_count, 2);
  assert_string_equal(r.readings[0].kind, "");
  assert_int_equal(r.readings[1].verdict, VERDICT_PASS);
  result_free(&r);
  /* Half as large and soft: bars of one pixel. */
  struct pose small = pose_turned(4, 0.55, 320, 240, 320, 240);
  r = judge(&scene, &good, &small, 1.1);
  if (r.verdict != VERDICT_CANNOT_JUDGE) result_tell(&r);
  assert_int_equal(r.verdict, VERDICT_CANNOT_JUDGE);
  assert_int_equal(r.reasons[0].code, REASON_CODE);
  result_free(&r);
  scene_close(&scene);
}

static void a_code_that_stands_across_or_slanted_in_its_zone_is_read(void **state) {
  (void)state;
  if (!can(codes_here)) skip();
  struct picture bars = picture_even(420, 420, 1, 225);
  codes_draw_bars(&bars, CODE_128_PO_88172, 98, 180, 2, 60, false);
  for (int degrees = 0; degrees < 180; degrees += 45) {
    struct pose pose = pose_turned(degrees, 1, 210, 210, 210, 210);
    struct picture turned = picture_seen(&bars, &pose, 420, 420, 4, 225);
    uint8_t *bytes = picture_bytes(&turned);
    struct spec spec;
    struct demands demands;
    struct read_work work = {.reader = NULL};
    struct seen seen;
    const char *text = "zones: [{name: a, polygon: [[60, 60], [360, 60], [360, 360], [60, 360]], "
                       "code: {kind: code_128, value: PO-88172}}]";
    assert_int_equal(spec_parse(text, strlen(text), "spec", &spec, NULL), STATUS_OK);
    assert_int_equal(demands_make(&spec, &demands, NULL), STATUS_OK);
    for (int k = 0; k < 4; k++) demands.items[0].box[k] = k < 2 ? 60 : 360;
    const struct plane plane = {bytes, 420, 420, 420};
    assert_int_equal(read_demand(&demands.items[0], &plane, NULL, NULL, &work, &seen, NULL), STATUS_OK);
    if (!seen.fits) fail_msg("%d degrees: %s", degrees, seen.data ? seen.data : "nothing");
    seen_free(&seen), read_work_free(&work), demands_free(&demands), spec_free(&spec);
    free(bytes), picture_free(&turned);
  }
  picture_free(&bars);
}

static void texts_are_read_and_what_stands_there_instead_is_the_finding(void **state) {
  (void)state;
  if (!can(texts_here)) skip();
  struct scene scene;
  struct label wrong = good;
  struct pose askew = pose_turned(-6, 0.96, 320, 240, 321, 239);
  askew.h[6] = 0.6e-4;
  struct fault fault = {0};
  scene_open(&scene, text_spec, &good);
  if (inspector_check(scene.stage.inspector, &fault)) fail_msg("%s", fault.text);
  struct result r = judge(&scene, &good, &askew, 0.6);
  if (r.verdict != VERDICT_PASS) result_tell(&r);
  assert_int_equal(r.verdict, VERDICT_PASS);
  assert_string_equal(r.readings[0].read, "KEEP DRY 5 kg");
  result_free(&r);
  wrong.text = "KEEP DRY  15 kg";
  r = judge(&scene, &wrong, &askew, 0.6);
  assert_int_equal(r.verdict, VERDICT_FAIL);
  assert_int_equal(r.regions[0].class_, CLASS_CODE);
  assert_string_equal(r.readings[0].read, "KEEP DRY 15 kg");
  assert_non_null(strstr(r.reasons[0].text, "read \"KEEP DRY 15 kg\"; expected text \"KEEP DRY 5 kg\""));
  result_free(&r);
  scene_close(&scene);
}

static void chinese_is_read(void **state) {
  (void)state;
  struct text_reader *reader;
  if (!can(texts_here) || text_reader_open("chi_sim", &reader, NULL)) skip();
  text_reader_close(reader);
  struct scene scene;
  struct pose askew = pose_turned(3, 1, 320, 240, 322, 241);
  scene_open(&scene, chinese_spec, &good);
  struct result r = judge(&scene, &good, &askew, 0.6);
  if (r.verdict != VERDICT_PASS) result_tell(&r);
  assert_int_equal(r.verdict, VERDICT_PASS);
  assert_string_equal(r.readings[0].read, "小心轻放");
  result_free(&r);
  scene_close(&scene);
}

static void a_golden_that_does_not_show_what_it_demands_is_refused(void **state) {
  (void)state;
  if (!can(codes_here)) skip();
  struct scene scene;
  struct label other = good;
  struct fault fault = {0};
  other.bars = CODE_128_PO_88127;
  scene_open(&scene, codes_spec, &other);
  assert_int_equal(inspector_check(scene.stage.inspector, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "zone order"));
  assert_non_null(strstr(fault.text, "PO-88127"));
  scene_close(&scene);
}

static void missing_language_data_is_told(void **state) {
  (void)state;
  struct text_reader *reader = NULL;
  struct fault fault = {0};
  if (!can(texts_here)) skip();
  assert_int_equal(text_reader_open("tlh", &reader, &fault), STATUS_UNAVAILABLE);
  assert_non_null(strstr(fault.text, "language tlh"));
  assert_null(reader);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(codes_are_read_under_any_pose_and_kept_in_the_result),
      cmocka_unit_test(what_is_read_instead_is_the_finding),
      cmocka_unit_test(a_code_that_is_not_there_fails_and_one_too_soft_to_be_read_is_not_judged),
      cmocka_unit_test(a_code_that_stands_across_or_slanted_in_its_zone_is_read),
      cmocka_unit_test(texts_are_read_and_what_stands_there_instead_is_the_finding),
      cmocka_unit_test(chinese_is_read),
      cmocka_unit_test(a_golden_that_does_not_show_what_it_demands_is_refused),
      cmocka_unit_test(missing_language_data_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
