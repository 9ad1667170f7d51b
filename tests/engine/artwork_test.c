/* Artwork with two levels: it is known as such, and each class of defect is found and named at several sizes and with
 * either level as the material. */
#include "engine/artwork_depth.h"
#include "engine/inspector.h"

#include "tests/engine/picture.h"
#include "tests/engine/stage.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A board of SIDE units: tracks 10 wide, pads of radius 16, a pour with a slot. Drawn dark on light. */
enum { SIDE = 320, TRACKS = 6 };
static const float DARK[1] = {20}, LIGHT[1] = {235};

static void box(const struct picture *p, double unit, double left, double top, double width, double height,
                const float *value) {
  struct picture to = *p;
  picture_box(&to, (int)(left * unit), (int)(top * unit), (int)(width * unit), (int)(height * unit), value);
}

static struct picture board(double unit) {
  struct picture p = picture_even((int)(SIDE * unit), (int)(SIDE * unit), 1, LIGHT[0]);
  for (int i = 0; i < TRACKS; i++) {
    box(&p, unit, 30, 30 + 24 * i, 200 - 10 * i, 10, DARK);
    picture_disc(&p, 250 * unit, (40 + 46 * i) * unit, 16 * unit, DARK);
  }
  box(&p, unit, 20, 190, 190, 110, DARK);
  box(&p, unit, 60, 230, 80, 12, LIGHT);
  return p;
}

struct planted {
  enum defect_class class_;
  double left, top, width, height; /* units */
  bool extra;
};

static const struct planted planted[] = {
    {CLASS_OPEN, 120, 28, 9, 14, false}, {CLASS_SHORT, 80, 64, 8, 14, true},   {CLASS_MOUSEBITE, 150, 78, 10, 6, false},
    {CLASS_SPUR, 60, 136, 8, 8, true},   {CLASS_COPPER, 290, 160, 9, 9, true}, {CLASS_PIN_HOLE, 180, 270, 8, 8, false},
};
enum { PLANTED = sizeof planted / sizeof *planted };

static void plant(const struct picture *p, double unit, const struct planted *d) {
  box(p, unit, d->left, d->top, d->width, d->height, d->extra ? DARK : LIGHT);
}

static void invert(const struct picture *p) {
  for (int i = 0; i < p->width * p->height; i++) p->values[i] = 255 - p->values[i];
}

/* Judges a photo against a golden, the one or the other level the material. */
static void judge(const struct picture *golden, const struct picture *photo, bool dark, struct result *result) {
  struct photo g = picture_photo(golden, "golden.pgm"), p = picture_photo(photo, "photo.pgm");
  struct golden sealed = {.photos = &g, .photo_count = 1, .version = 1};
  spec_init(&sealed.spec);
  sealed.spec.artwork = dark ? ARTWORK_DARK : ARTWORK_LIGHT;
  struct inspector *inspector;
  struct inspection *inspection;
  struct fault fault = {0};
  const struct inspect_options options = {.backend = "cpu"};
  assert_int_equal(inspector_open(&sealed, &options, &inspector, &fault), STATUS_OK);
  assert_true(inspector->artwork.found);
  assert_int_equal(inspection_open(inspector, &inspection, &fault), STATUS_OK);
  assert_int_equal(inspect_photo(inspection, &p, NULL, result, &fault), STATUS_OK);
  inspection_close(inspection);
  inspector_close(inspector);
  spec_free(&sealed.spec);
  photo_free(&g), photo_free(&p);
}

static void assert_found(const struct result *result, double unit, const struct planted *d, size_t count) {
  if (result->region_count != count)
    fail_msg("unit %.1f, %s: %zu regions; expected %zu", unit, class_name(d->class_), result->region_count, count);
  for (size_t k = 0; k < count; k++) {
    bool found = false;
    for (size_t i = 0; i < result->region_count; i++) {
      const struct region *r = &result->regions[i];
      double x = (r->golden_box[0] + 0.5 * r->golden_box[2]) / unit,
             y = (r->golden_box[1] + 0.5 * r->golden_box[3]) / unit;
      bool here = fabs(x - d[k].left - 0.5 * d[k].width) < 6 && fabs(y - d[k].top - 0.5 * d[k].height) < 6;
      found = found || (here && r->class_ == d[k].class_ && r->confidence > 0.3);
      if (here && r->class_ != d[k].class_)
        fail_msg("unit %.1f: %s; expected %s", unit, class_name(r->class_), class_name(d[k].class_));
    }
    if (!found) fail_msg("unit %.1f: no %s", unit, class_name(d[k].class_));
  }
}

static void each_class_is_named_at_every_size_and_polarity(void **state) {
  (void)state;
  static const double units[] = {1, 2, 4};
  for (size_t k = 0; k < sizeof units / sizeof *units; k++)
    for (int dark = 0; dark < 2; dark++) {
      struct picture golden = board(units[k]), photo = board(units[k]);
      for (int i = 0; i < PLANTED; i++) plant(&photo, units[k], &planted[i]);
      if (!dark) invert(&golden), invert(&photo);
      struct result result;
      judge(&golden, &photo, dark, &result);
      assert_int_equal(result.verdict, VERDICT_FAIL);
      assert_found(&result, units[k], planted, PLANTED);
      result_free(&result);
      picture_free(&golden), picture_free(&photo);
    }
}

/* Shifted by (dx, dy), a little larger, blurred, noisy. */
static struct picture scanned(const struct picture *p, double dx, double dy, double blur, double noise) {
  struct pose pose =
      pose_turned(0.2, 1.004, 0.5 * p->width, 0.5 * p->height, 0.5 * p->width + dx, 0.5 * p->height + dy);
  struct picture out = picture_seen(p, &pose, p->width, p->height, 3, LIGHT[0]);
  if (blur > 0) picture_blur(&out, blur);
  if (noise > 0) picture_noise(&out, noise, 5);
  return out;
}

static void a_blurred_noisy_scan_shows_the_same(void **state) {
  (void)state;
  double unit = 2;
  struct picture golden = board(unit), drawn = board(unit);
  for (int i = 0; i < PLANTED; i++) plant(&drawn, unit, &planted[i]);
  struct picture photo = scanned(&drawn, 5.3, -3.8, 1.2, 8);
  struct result result;
  judge(&golden, &photo, true, &result);
  assert_found(&result, unit, planted, PLANTED);
  result_free(&result);
  picture_free(&golden), picture_free(&drawn), picture_free(&photo);
}

static void a_good_scan_passes(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    struct picture golden = board(2), photo = scanned(&golden, 4.5 - 3 * i, 2.7 * i - 3, 0.6 * i, 5.0 * i);
    struct result result;
    judge(&golden, &photo, true, &result);
    if (result.verdict != VERDICT_PASS) fail_msg("scan %d: %s", i, result.reasons[0].text);
    result_free(&result);
    picture_free(&golden), picture_free(&photo);
  }
}

static void another_board_is_no_pass(void **state) {
  (void)state;
  struct picture golden = board(2), photo = picture_even(640, 640, 1, LIGHT[0]);
  for (int i = 0; i < 9; i++) box(&photo, 2, 20 + 31 * i, 20, 14, 270, DARK);
  struct result result;
  judge(&golden, &photo, true, &result);
  assert_int_not_equal(result.verdict, VERDICT_PASS);
  result_free(&result);
  picture_free(&golden), picture_free(&photo);
}

static void on_a_blank_sheet_everything_is_copper(void **state) {
  (void)state;
  const float white[1] = {254};
  struct picture golden = picture_even(320, 320, 1, white[0]), photo = picture_even(320, 320, 1, white[0]);
  box(&photo, 1, 100, 120, 9, 9, DARK);
  struct result result;
  judge(&golden, &photo, true, &result);
  assert_int_equal(result.region_count, 1);
  assert_int_equal(result.regions[0].class_, CLASS_COPPER);
  result_free(&result);
  picture_free(&golden), picture_free(&photo);
}

static bool is_artwork(const struct picture *p) {
  uint8_t *bytes = picture_bytes(p);
  struct plane plane = {bytes, p->width, p->height, (size_t)p->width};
  struct artwork_levels levels = artwork_levels_of(&plane, NULL);
  free(bytes);
  return artwork_levels_are_artwork(&levels);
}

static void ordinary_photos_are_no_artwork(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed < 6; seed++) {
    struct picture p = picture_product(400, 300, 1, seed);
    assert_false(is_artwork(&p));
    picture_free(&p);
  }
  struct picture even = picture_even(64, 64, 1, 200), lit = board(1);
  assert_false(is_artwork(&even));
  picture_light(&lit, 0.8, 0.3, 0.2);
  assert_false(is_artwork(&lit));
  picture_free(&even), picture_free(&lit);
}

static void the_spec_may_say_never(void **state) {
  (void)state;
  struct picture p = board(1);
  struct photo photo = picture_photo(&p, "golden.pgm");
  struct golden sealed = {.photos = &photo, .photo_count = 1, .version = 1};
  spec_init(&sealed.spec);
  sealed.spec.artwork = ARTWORK_NEVER;
  struct inspector *inspector;
  struct fault fault = {0};
  assert_int_equal(inspector_open(&sealed, NULL, &inspector, &fault), STATUS_OK);
  assert_false(inspector->artwork.found);
  inspector_close(inspector);
  spec_free(&sealed.spec);
  photo_free(&photo);
  picture_free(&p);
}

static void a_golden_with_a_part_of_its_own_is_no_artwork(void **state) {
  (void)state;
  struct picture p = board(1);
  struct photo photo = picture_photo(&p, "golden.pgm");
  struct golden sealed = {.photos = &photo, .photo_count = 1, .version = 1};
  static const char text[] =
      "zones:\n  - {name: label, polygon: [[20, 20], [90, 20], [90, 80], [20, 80]], rigid: true}\n";
  struct inspector *inspector;
  struct fault fault = {0};
  assert_int_equal(spec_parse(text, strlen(text), "golden.yaml", &sealed.spec, &fault), STATUS_OK);
  sealed.spec.artwork = ARTWORK_DARK;
  assert_int_equal(inspector_open(&sealed, NULL, &inspector, &fault), STATUS_OK);
  assert_int_equal(inspector->rigid.count, 1);
  assert_false(inspector->artwork.found);
  inspector_close(inspector);
  spec_free(&sealed.spec);
  photo_free(&photo);
  picture_free(&p);
}

/* A limit sample lets its like pass, and nothing deeper, of another class or elsewhere. */
static void a_limit_sample_of_artwork_lets_its_like_pass(void **state) {
  (void)state;
  static const struct {
    double x;
    double use;
    const char *class_;
    bool passes;
  } cases[] = {{60, 4, "spur", true},
               {60, 4, "", true},
               {60, 1, "spur", false},
               {60, 4, "short", false},
               {90, 4, "spur", false}};
  struct picture golden = board(1), photo = board(1);
  plant(&photo, 1, &planted[3]);
  struct photo g = picture_photo(&golden, "golden.pgm"), p = picture_photo(&photo, "photo.pgm");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char spec[200];
    snprintf(spec, sizeof spec, "approved: [{box: [%g, 136, 8, 8], use: %g%s%s}]\n", cases[i].x, cases[i].use,
             *cases[i].class_ ? ", class: " : "", cases[i].class_);
    struct stage stage;
    stage_open(&stage, spec, &g, 1);
    struct result result = stage_judge(&stage, &p);
    if ((result.verdict == VERDICT_PASS) != cases[i].passes) {
      result_tell(&result);
      fail_msg("case %zu", i);
    }
    result_free(&result);
    stage_close(&stage);
  }
  photo_free(&g), photo_free(&p);
  picture_free(&golden), picture_free(&photo);
}

static void depth_is_the_exact_distance(void **state) {
  (void)state;
  enum { WIDTH = 37, HEIGHT = 23, REACH = 9 };
  uint64_t random = 7;
  for (int round = 0; round < 4; round++) {
    uint8_t material[WIDTH * HEIGHT];
    uint16_t squared[WIDTH * HEIGHT];
    struct fault fault = {0};
    for (int i = 0; i < WIDTH * HEIGHT; i++) material[i] = support_random(&random) % (round ? 40u : 2u) == 0;
    assert_int_equal(artwork_depth(material, WIDTH, HEIGHT, REACH, squared, &fault), STATUS_OK);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int least = (REACH + 1) * (REACH + 1);
      for (int j = 0; j < WIDTH * HEIGHT; j++) {
        int dx = i % WIDTH - j % WIDTH, dy = i / WIDTH - j / WIDTH;
        if (material[i] != material[j] && abs(dx) <= REACH && abs(dy) <= REACH && dx * dx + dy * dy < least)
          least = dx * dx + dy * dy;
      }
      assert_int_equal(squared[i], least);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_class_is_named_at_every_size_and_polarity),
      cmocka_unit_test(a_blurred_noisy_scan_shows_the_same),
      cmocka_unit_test(a_good_scan_passes),
      cmocka_unit_test(another_board_is_no_pass),
      cmocka_unit_test(on_a_blank_sheet_everything_is_copper),
      cmocka_unit_test(ordinary_photos_are_no_artwork),
      cmocka_unit_test(the_spec_may_say_never),
      cmocka_unit_test(a_golden_with_a_part_of_its_own_is_no_artwork),
      cmocka_unit_test(a_limit_sample_of_artwork_lets_its_like_pass),
      cmocka_unit_test(depth_is_the_exact_distance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
