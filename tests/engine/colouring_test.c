/* The colours of zones: told from lamp and camera by a reference, and from each other without one. */
#include "engine/cielab.h"
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 480, HEIGHT = 360, HALF = 230 };

/* Four zones of printed ground, and a grey strip below. */
#define ZONES                                                                                                          \
  "outside: ignore\nzones:\n"                                                                                          \
  "  - {name: a, polygon: [[10, 10], [230, 10], [230, 150], [10, 150]]}\n"                                             \
  "  - {name: b, severity: critical, polygon: [[230, 10], [470, 10], [470, 150], [230, 150]]}\n"                       \
  "  - {name: c, polygon: [[10, 150], [230, 150], [230, 290], [10, 290]]}\n"                                           \
  "  - {name: d, polygon: [[230, 150], [470, 150], [470, 290], [230, 290]]}\n"                                         \
  "  - {name: card, ignore: true, polygon: [[10, 300], [470, 300], [470, 350], [10, 350]]}\n"

static const char by_card[] = "colour: {reference: card}\n" ZONES, by_zones[] = "colour: {reference: none}\n" ZONES,
                  by_fixture[] = "colour: {reference: fixture}\n" ZONES;

static double value_of(double light) {
  double v = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
  return 255 * (v < 0 ? 0 : v > 1 ? 1 : v);
}

/* In place: another material or lamp, light times `tint` in a box. */
static void tint_box(struct picture *p, int left, int top, int right, int bottom, const double tint[3]) {
  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      for (int c = 0; c < 3; c++) {
        float *v = picture_at(p, x, y) + c;
        *v = (float)value_of(tint[c] * cielab_light(*v));
      }
}

static void bend(struct picture *p, double gamma) {
  for (int i = 0; i < p->width * p->height * p->channels; i++)
    p->values[i] = (float)(255 * pow(p->values[i] / 255.0, gamma));
}

static struct picture product(void) {
  static const float grey[3] = {150, 150, 150};
  struct picture p = picture_product(WIDTH, HEIGHT, 3, 77);
  picture_box(&p, 0, 295, WIDTH, HEIGHT - 295, grey);
  return p;
}

static struct photo golden;

/* Of the product as it is now, freed; through a lens and with noise. */
static struct photo take(struct picture *p, uint64_t seed) {
  picture_blur(p, 0.7);
  picture_noise(p, 1.5, seed);
  struct photo photo = picture_photo(p, "photo");
  picture_free(p);
  return photo;
}

/* The mean colours of zone b's pixels before and after, as the test sees them. */
static double true_difference(const struct picture *before, const struct picture *after) {
  struct cielab sum[2] = {{0, 0, 0}, {0, 0, 0}};
  int n = 0;
  for (int y = 10; y < 150; y++)
    for (int x = HALF; x < 470; x++, n++)
      for (int i = 0; i < 2; i++) {
        double light[3];
        for (int c = 0; c < 3; c++) light[c] = cielab_light(*(picture_at(i ? after : before, x, y) + c));
        struct cielab lab = cielab_of_light(light);
        sum[i].l += lab.l, sum[i].a += lab.a, sum[i].b += lab.b;
      }
  for (int i = 0; i < 2; i++) sum[i].l /= n, sum[i].a /= n, sum[i].b /= n;
  return cielab_difference(&sum[0], &sum[1]);
}

static const struct zone_result *zone_of(const struct result *result, const char *name) {
  for (size_t i = 0; i < result->zone_count; i++)
    if (!strcmp(result->zones[i].name, name)) return &result->zones[i];
  fail_msg("no zone %s", name);
  return NULL;
}

static bool has_reason(const struct result *result, enum reason_code code) {
  for (size_t i = 0; i < result->reason_count; i++)
    if (result->reasons[i].code == code) return true;
  return false;
}

struct weather {
  double gain, across, down, gamma, cast[3];
};
static const struct weather weathers[] = {
    {1, 0, 0, 1, {1, 1, 1}},
    {0.85, 0.2, -0.1, 1, {1, 1, 1}},
    {1, 0, 0, 1, {1.09, 1, 0.85}},
    {1, 0, 0, 1, {0.92, 1, 1.16}},
    {1, 0, 0, 0.8, {1, 1, 1}},
    {1, 0, 0, 1.25, {1, 1, 1}},
    {0.9, 0.15, 0.1, 0.85, {1.05, 1, 0.92}},
};
enum { WEATHERS = sizeof weathers / sizeof *weathers };

static void under(struct picture *p, const struct weather *w) {
  tint_box(p, 0, 0, WIDTH, HEIGHT, w->cast);
  picture_light(p, w->gain, w->across, w->down);
  bend(p, w->gamma);
}

static void a_swapped_material_is_found_under_any_light_with_its_difference(void **state) {
  (void)state;
  static const double material[3] = {0.93, 1.0, 1.08};
  struct stage stage;
  stage_open(&stage, by_card, &golden, 1);
  for (size_t i = 0; i < WEATHERS; i++) {
    struct picture plain = product(), p = product();
    tint_box(&p, HALF, 10, 470, 150, material);
    double truth = true_difference(&plain, &p);
    under(&p, &weathers[i]);
    struct photo photo = take(&p, 100 + i);
    struct result result = stage_judge(&stage, &photo);
    const struct zone_result *b = zone_of(&result, "b");
    if (fabs(b->delta_e - truth) > 0.4) fail_msg("weather %zu: %.2f for %.2f", i, b->delta_e, truth);
    assert_int_equal(result.verdict, VERDICT_FAIL);
    assert_true(has_reason(&result, REASON_COLOUR));
    assert_true(result.score < 50);
    bool told = false;
    for (size_t k = 0; k < result.region_count; k++)
      told |= result.regions[k].class_ == CLASS_COLOUR && !strcmp(result.regions[k].zone, "b") &&
              result.regions[k].severity == SEVERITY_CRITICAL && result.regions[k].golden_box[2] > 230;
    assert_true(told);
    result_free(&result);
    photo_free(&photo);
    picture_free(&plain);
  }
  stage_close(&stage);
}

static void no_light_makes_a_material_of_itself(void **state) {
  (void)state;
  struct stage stage;
  stage_open(&stage, by_card, &golden, 1);
  for (size_t i = 0; i < WEATHERS; i++) {
    struct picture p = product();
    under(&p, &weathers[i]);
    struct photo photo = take(&p, 200 + i);
    struct result result = stage_judge(&stage, &photo);
    assert_int_equal(result.zone_count, 4);
    /* A curve is taken away before the light is looked at. */
    assert_true(result.has_split && result.product_rms < 2);
    if (weathers[i].gain < 1) assert_true(result.light_rms > 5);
    for (size_t k = 0; k < result.zone_count; k++)
      if (result.zones[k].delta_e > 0.5)
        fail_msg("weather %zu: zone %s: %.2f", i, result.zones[k].name, result.zones[k].delta_e);
    if (result.verdict != VERDICT_PASS) {
      result_tell(&result);
      fail_msg("weather %zu", i);
    }
    result_free(&result);
    photo_free(&photo);
  }
  stage_close(&stage);
}

static void without_a_reference_what_all_zones_share_is_said_and_no_defect(void **state) {
  (void)state;
  static const double cast[3] = {1.09, 1, 0.85}, material[3] = {0.9, 1.0, 1.1};
  struct stage stage;
  stage_open(&stage, by_zones, &golden, 1);
  struct picture p = product();
  tint_box(&p, 0, 0, WIDTH, HEIGHT, cast);
  struct photo photo = take(&p, 300);
  struct result result = stage_judge(&stage, &photo);
  assert_int_equal(result.verdict, VERDICT_PASS);
  assert_true(has_reason(&result, REASON_LIGHT_OR_MATERIAL));
  result_free(&result);
  photo_free(&photo);
  p = product();
  tint_box(&p, HALF, 10, 470, 150, material);
  tint_box(&p, 0, 0, WIDTH, HEIGHT, cast);
  photo = take(&p, 301);
  result = stage_judge(&stage, &photo);
  assert_int_equal(result.verdict, VERDICT_FAIL);
  assert_true(zone_of(&result, "b")->delta_e > 2 && zone_of(&result, "a")->delta_e < 1);
  result_free(&result);
  photo_free(&photo);
  stage_close(&stage);
}

/* A change of colour along `way` that leaves a mid grey's luminance and makes it differ by `delta_e`. */
static void tint_of(const double way[3], double delta_e, double tint[3]) {
  const double grey[3] = {0.2, 0.2, 0.2};
  const struct cielab before = cielab_of_light(grey);
  double low = 0, high = 0.5;
  for (int i = 0; i < 30; i++) {
    double far = 0.5 * (low + high), light[3], y = 0;
    for (int k = 0; k < 3; k++) tint[k] = 1 + far * way[k];
    y = 0.2126729 * tint[0] + 0.7151522 * tint[1] + 0.0721750 * tint[2];
    for (int k = 0; k < 3; k++) tint[k] /= y, light[k] = 0.2 * tint[k];
    const struct cielab after = cielab_of_light(light);
    if (cielab_difference(&before, &after) < delta_e)
      low = far;
    else
      high = far;
  }
}

/* All zones shift by the same colour, 4.4 and 3.6 on a grey; then one zone alone by 4.4. */
static void a_colour_shared_by_all_zones_is_said_from_four_on_and_that_of_one_zone_is_its_own(void **state) {
  (void)state;
  static const double ways[][3] = {{1, 0, -1}, {-0.6, 1, -1}};
  enum { WAYS = sizeof ways / sizeof *ways, ALL_FAR = 0, ALL_NEAR, ONE, KINDS };
  struct stage stage;
  stage_open(&stage, by_zones, &golden, 1);
  for (int i = 0; i < WAYS * KINDS; i++) {
    const int kind = i % KINDS;
    double tint[3];
    tint_of(ways[i / KINDS], kind == ALL_NEAR ? 3.6 : 4.4, tint);
    struct picture p = product();
    if (kind == ONE)
      tint_box(&p, HALF, 10, 470, 150, tint);
    else
      tint_box(&p, 0, 0, WIDTH, HEIGHT, tint);
    struct photo photo = take(&p, 320 + (uint64_t)i);
    struct result result = stage_judge(&stage, &photo);
    if (has_reason(&result, REASON_LIGHT_OR_MATERIAL) != (kind == ALL_FAR))
      fail_msg("way %d, kind %d: light_or_material is %s", i / KINDS, kind, kind == ALL_FAR ? "not said" : "said");
    assert_int_equal(result.verdict, kind == ONE ? VERDICT_FAIL : VERDICT_PASS);
    assert_int_equal(has_reason(&result, REASON_COLOUR), kind == ONE);
    result_free(&result);
    photo_free(&photo);
  }
  stage_close(&stage);
}

static void under_a_fixture_another_lamp_is_another_colour(void **state) {
  (void)state;
  static const double cast[3] = {1.05, 1, 0.95};
  struct stage stage;
  stage_open(&stage, by_fixture, &golden, 1);
  struct picture p = product();
  struct photo photo = take(&p, 400);
  struct result result = stage_judge(&stage, &photo);
  assert_int_equal(result.verdict, VERDICT_PASS);
  result_free(&result);
  photo_free(&photo);
  p = product();
  tint_box(&p, 0, 0, WIDTH, HEIGHT, cast);
  photo = take(&p, 401);
  result = stage_judge(&stage, &photo);
  assert_int_equal(result.verdict, VERDICT_FAIL);
  assert_true(has_reason(&result, REASON_COLOUR));
  result_free(&result);
  photo_free(&photo);
  stage_close(&stage);
}

/* A limit of the zone's own, and what cannot be asked for. */
static void limits_are_the_specs(void **state) {
  (void)state;
  struct stage stage;
  stage_open(&stage,
             "colour: {reference: card}\ntolerance: {delta_e: 7}\nzones:\n"
             "  - {name: a, tolerance: {delta_e: 9}, polygon: [[10, 10], [230, 10], [230, 150], [10, 150]]}\n"
             "  - {name: card, polygon: [[10, 300], [470, 300], [470, 350], [10, 350]]}\n",
             &golden, 1);
  struct picture p = product();
  struct photo photo = take(&p, 500);
  struct result result = stage_judge(&stage, &photo);
  assert_true(zone_of(&result, "a")->limit == 9 && zone_of(&result, "outside")->limit == 7);
  assert_int_equal(result.zone_count, 2);
  result_free(&result);
  photo_free(&photo);
  stage_close(&stage);
  struct golden small = {.photos = &golden, .photo_count = 1};
  struct inspector *inspector = NULL;
  struct fault fault = {0};
  static const char text[] = "zones: [{name: dot, tolerance: {delta_e: 2}, polygon: [[9, 9], [11, 9], [11, 11]]}]\n";
  assert_int_equal(spec_parse(text, strlen(text), "golden.yaml", &small.spec, &fault), STATUS_OK);
  assert_int_equal(inspector_open(&small, NULL, &inspector, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "zone dot"));
  spec_free(&small.spec);
}

/* A limit that no picture of whole grey levels can keep. */
static void what_rounding_and_noise_alone_may_make_is_no_defect_and_no_pass(void **state) {
  (void)state;
  struct stage stage;
  stage_open(&stage,
             "colour: {reference: card}\noutside: ignore\nzones:\n"
             "  - {name: a, tolerance: {delta_e: 0.001}, polygon: [[10, 10], [230, 10], [230, 150], [10, 150]]}\n"
             "  - {name: card, polygon: [[10, 300], [470, 300], [470, 350], [10, 350]]}\n",
             &golden, 1);
  struct picture p = product();
  struct photo photo = take(&p, 501);
  struct result result = stage_judge(&stage, &photo);
  const struct zone_result *a = zone_of(&result, "a");
  assert_true(a->delta_e > a->limit && a->delta_e < a->uncertainty && a->uncertainty < 2);
  assert_int_equal(a->verdict, VERDICT_CANNOT_JUDGE);
  assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
  assert_true(has_reason(&result, REASON_COLOUR));
  assert_int_equal(result.region_count, 0);
  result_free(&result);
  photo_free(&photo);
  stage_close(&stage);
}

/* The rules of the spec hold for a zone's colour as for any finding; and where zones are held against each other,
 * nearly all of the product is what a small zone is held against, not the other way round. */
static void a_small_zone_is_held_against_the_product_and_its_colour_is_as_severe_as_the_rules_say(void **state) {
  (void)state;
  static const double material[3] = {0.9, 1.0, 1.1};
  struct stage stage;
  stage_open(&stage,
             "colour: {reference: none}\noutside: ignore\nseverity: [{class: colour, severity: minor}]\nzones:\n"
             "  - {name: body, polygon: [[10, 10], [470, 10], [470, 290], [10, 290]]}\n"
             "  - {name: label, severity: critical, polygon: [[300, 40], [400, 40], [400, 110], [300, 110]]}\n",
             &golden, 1);
  struct picture p = product();
  tint_box(&p, 300, 40, 400, 110, material);
  struct photo photo = take(&p, 550);
  struct result result = stage_judge(&stage, &photo);
  assert_int_equal(result.zone_count, 1);
  assert_true(zone_of(&result, "label")->delta_e > zone_of(&result, "label")->limit);
  assert_int_equal(result.verdict, VERDICT_FAIL);
  for (size_t i = 0; i < result.region_count; i++)
    if (result.regions[i].class_ == CLASS_COLOUR) assert_int_equal(result.regions[i].severity, SEVERITY_MINOR);
  assert_true(result.region_count > 0);
  result_free(&result);
  photo_free(&photo);
  stage_close(&stage);
}

static void a_grey_photo_does_not_pass_where_colour_is_judged(void **state) {
  (void)state;
  struct stage stage;
  stage_open(&stage, by_card, &golden, 1);
  struct picture p = product(), grey = picture_even(WIDTH, HEIGHT, 1, 0);
  for (int i = 0; i < WIDTH * HEIGHT; i++) {
    const float *v = p.values + 3 * (size_t)i;
    grey.values[i] = 0.299f * v[0] + 0.587f * v[1] + 0.114f * v[2];
  }
  picture_free(&p);
  struct photo photo = take(&grey, 600);
  struct result result = stage_judge(&stage, &photo);
  assert_int_equal(result.verdict, VERDICT_CANNOT_JUDGE);
  assert_int_equal(result.reasons[0].code, REASON_COLOUR);
  result_free(&result);
  photo_free(&photo);
  stage_close(&stage);
}

static int open_golden(void **state) {
  (void)state;
  struct picture p = product();
  golden = take(&p, 1);
  return 0;
}

static int close_golden(void **state) {
  (void)state;
  photo_free(&golden);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_swapped_material_is_found_under_any_light_with_its_difference),
      cmocka_unit_test(no_light_makes_a_material_of_itself),
      cmocka_unit_test(without_a_reference_what_all_zones_share_is_said_and_no_defect),
      cmocka_unit_test(a_colour_shared_by_all_zones_is_said_from_four_on_and_that_of_one_zone_is_its_own),
      cmocka_unit_test(under_a_fixture_another_lamp_is_another_colour),
      cmocka_unit_test(limits_are_the_specs),
      cmocka_unit_test(what_rounding_and_noise_alone_may_make_is_no_defect_and_no_pass),
      cmocka_unit_test(a_small_zone_is_held_against_the_product_and_its_colour_is_as_severe_as_the_rules_say),
      cmocka_unit_test(a_grey_photo_does_not_pass_where_colour_is_judged),
  };
  return cmocka_run_group_tests(tests, open_golden, close_golden);
}
