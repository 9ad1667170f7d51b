#include "models/result.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char full[] =
    "{\"photo\":\"photos/a \\\"b\\\".jpg\",\"photo_id\":"
    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"golden\":{\"name\":\"carton\",\"version\":"
    "2,"
    "\"sha256\":\"fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210\"},\"job\":{\"id\":"
    "\"00112233445566778899aabbccddeeff\",\"lot\":\"L1\",\"factory\":\"F\xC3\xBC\",\"line\":null,\"shift\":\"night\","
    "\"stage\":null,\"unit\":null,\"view\":null,\"captured\":\"2026-03-01T22:14:05\"},\"verdict\":\"fail\",\"reasons\":"
    "[{\"code\":\"region\",\"text\":\"a stain of 3 px\"}],\"score\":41.25,\"alignment\":{\"status\":\"ok\","
    "\"homography\":[1.00012346,0.0,-12.5,0.0,1.0,3.33333333,1e-07,0.0,1.0],\"residual_px\":0.1235,\"overlap\":0.9877,"
    "\"local\":{\"mean_px\":0.25,\"largest_px\":1.5,\"at\":[7.5,39.5]}},\"light\":{\"gain\":[1.05,0.98,1.0],\"offset\":"
    "[-2.5,0.0,0.3333],\"unevenness\":0.12,\"light_rms\":3.5,\"product_rms\":0.75},\"regions\":[{\"box\":"
    "[10,20,30,40],\"golden_box\":[-1,2,3,4],\"area_px\":77,\"size_mm\":1.23457,\"peak\":2.5,\"class\":\"pin-hole\","
    "\"severity\":\"major\",\"zone\":\"body\",\"confidence\":0.98},{\"box\":[0,0,1,1],\"golden_box\":[0,0,1,1],"
    "\"area_px\":1,\"size_mm\":null,\"peak\":1.0,\"class\":\"extra\",\"severity\":\"minor\",\"zone\":\"\","
    "\"confidence\":0.0}],\"dimensions\":[{\"name\":\"hole\",\"value\":2.20001,\"unit\":\"mm\",\"uncertainty\":0.00123,"
    "\"lower\":2.1,\"upper\":null,\"verdict\":\"pass\"}],\"zones\":[{\"name\":\"body\",\"delta_e\":2.512,"
    "\"uncertainty\":0.75,\"limit\":3.0,\"verdict\":\"pass\",\"lab\":[51.2,-3.0,12.346],\"golden_lab\":[50.0,-3.0,10.0]"
    "}"
    ","
    "{\"name\":\"cap\",\"delta_e\":0.0,\"uncertainty\":null,\"limit\":null,\"verdict\":\"cannot_judge\"}],\"parts\":[{"
    "\"name\":\"label\",\"dx_px\":2.5,\"dy_px\":-1.25,"
    "\"turn_deg\":0.1,\"limit_px\":1.0}],\"readings\":[{\"zone\":\"cap\",\"demand\":\"qr\",\"expected\":\"A-1\","
    "\"kind\":\"ean_8\",\"read\":\"90311017\",\"verdict\":\"fail\"},{\"zone\":\"cap\",\"demand\":\"text\","
    "\"expected\":null,\"kind\":null,\"read\":null,\"verdict\":\"cannot_judge\"}],\"versions\":{\"assay\":"
    "\"" ASSAY_VERSION
    "\",\"libjpeg_turbo\":\"2.1.5\",\"opencv\":\"4.6.0\"},\"backend\":\"cpu\",\"timing_ms\":{\"decode\":1.5,"
    "\"align\":0.13,\"compare\":10.0,\"measure\":0.0,\"total\":12.34}}";

static const char empty[] =
    "{\"photo\":\"x.jpg\",\"photo_id\":null,\"golden\":null,\"job\":null,\"verdict\":\"cannot_judge\",\"reasons\":[],"
    "\"score\":null,\"alignment\":{\"status\":\"refused\",\"homography\":null,\"residual_px\":null,\"overlap\":null},"
    "\"light\":null,\"regions\":[],\"dimensions\":[],\"versions\":{\"assay\":\"" ASSAY_VERSION
    "\",\"libjpeg_turbo\":null,\"opencv\":null},\"backend\":\"\",\"timing_ms\":{\"decode\":0.0,\"align\":0.0,"
    "\"compare\":0.0,\"measure\":0.0,\"total\":0.0}}";

static void fill_findings(struct result *result) {
  result->parts = calloc(1, sizeof *result->parts);
  assert_non_null(result->parts);
  result->part_count = 1;
  result->parts[0] = (struct part_result){"label", 2.5, -1.25, 0.1, 1};
  result->readings = calloc(2, sizeof *result->readings);
  assert_non_null(result->readings);
  result->reading_count = 2;
  result->readings[0] = (struct reading_result){"cap", "qr", "A-1", "ean_8", "90311017", VERDICT_FAIL};
  result->readings[1] = (struct reading_result){"cap", "text", "", "", "", VERDICT_CANNOT_JUDGE};
  result->has_local = true, result->local_mean = 0.25, result->local_largest = 1.5;
  result->local_at[0] = 7.5, result->local_at[1] = 39.5;
  result->regions = calloc(2, sizeof *result->regions);
  result->dimensions = calloc(1, sizeof *result->dimensions);
  result->zones = calloc(2, sizeof *result->zones);
  if (!result->regions || !result->dimensions || !result->zones) abort();
  result->zone_count = 2;
  result->zones[0] = (struct zone_result){.name = "body",
                                          .delta_e = 2.5123,
                                          .uncertainty = 0.75,
                                          .limit = 3,
                                          .has_lab = true,
                                          .lab = {51.2, -3.0004, 12.34567},
                                          .golden_lab = {50, -3, 10}};
  result->zones[1] = (struct zone_result){
      .name = "cap", .delta_e = 0, .uncertainty = NAN, .limit = NAN, .verdict = VERDICT_CANNOT_JUDGE};
  result->region_count = 2;
  result->dimension_count = 1;
  result->regions[0] = (struct region){.box = {10, 20, 30, 40},
                                       .golden_box = {-1, 2, 3, 4},
                                       .area_px = 77,
                                       .has_size = true,
                                       .size_mm = 1.2345678,
                                       .peak = 2.50001,
                                       .class_ = CLASS_PIN_HOLE,
                                       .severity = SEVERITY_MAJOR,
                                       .zone = "body",
                                       .confidence = 0.98};
  result->regions[1] = (struct region){.box = {0, 0, 1, 1},
                                       .golden_box = {0, 0, 1, 1},
                                       .area_px = 1,
                                       .peak = 1,
                                       .class_ = CLASS_EXTRA,
                                       .severity = SEVERITY_MINOR,
                                       .confidence = -0.00000001};
  result->dimensions[0] = (struct dimension_result){.name = "hole",
                                                    .unit = "mm",
                                                    .value = 2.200012,
                                                    .uncertainty = 0.001234,
                                                    .lower = 2.1,
                                                    .upper = NAN,
                                                    .verdict = VERDICT_PASS};
}

static void make_full(struct result *result) {
  struct job job = {.id = "00112233445566778899aabbccddeeff",
                    .lot = (char[]){"L1"},
                    .factory = (char[]){"F\xC3\xBC"},
                    .shift = (char[]){"night"},
                    .captured = (char[]){"2026-03-01T22:14:05"}};
  const char *id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  assert_int_equal(result_begin(result, "photos/a \"b\".jpg", id, &job, NULL), STATUS_OK);
  result->has_golden = true;
  strcpy(result->golden_name, "carton");
  result->golden_version = 2;
  strcpy(result->golden_sha256, "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210");
  result->verdict = VERDICT_FAIL;
  assert_true(result_add_reason(result, REASON_REGION, "a stain of %d px", 3));
  result->score = 41.2500000001;
  result->aligned = true;
  const double homography[9] = {1.000123456, -0.0, -12.5, 0, 1, 10.0 / 3, 1e-7, 0, 1};
  memcpy(result->homography, homography, sizeof homography);
  result->residual_px = 0.12345678;
  result->overlap = 0.98765;
  result->has_light = true;
  result->light_channels = 3;
  const double gain[3] = {1.05, 0.98, 1}, offset[3] = {-2.5, -0.00001, 1.0 / 3};
  memcpy(result->gain, gain, sizeof gain);
  memcpy(result->offset, offset, sizeof offset);
  result->unevenness = 0.12;
  result->has_split = true, result->light_rms = 3.5, result->product_rms = 0.75;
  strcpy(result->libjpeg_turbo, "2.1.5");
  strcpy(result->opencv, "4.6.0");
  strcpy(result->backend, "cpu");
  result->timing = (struct result_timing){1.5, 0.1288, 10, 0, 12.3449};
  fill_findings(result);
}

static void a_full_result_is_written_byte_for_byte(void **state) {
  (void)state;
  struct result result;
  make_full(&result);
  char *text = result_write(&result);
  assert_string_equal(text, full);
  free(text);
  result_free(&result);
}

static void an_empty_result_is_written_with_nulls(void **state) {
  (void)state;
  struct result result;
  assert_int_equal(result_begin(&result, "x.jpg", NULL, NULL, NULL), STATUS_OK);
  char *text = result_write(&result);
  assert_string_equal(text, empty);
  free(text);
  result_free(&result);
}

static void what_was_written_is_read_and_written_the_same(void **state) {
  (void)state;
  const char *const lines[] = {full, empty};
  for (size_t i = 0; i < 2; i++) {
    json_t *json = json_loads(lines[i], 0, NULL);
    struct result result;
    struct fault fault = {0};
    assert_int_equal(result_from_json(json, &result, &fault), STATUS_OK);
    char *text = result_write(&result);
    assert_string_equal(text, lines[i]);
    free(text);
    result_free(&result);
    json_decref(json);
  }
}

static void the_tree_has_the_fields_of_the_line(void **state) {
  (void)state;
  struct result result;
  make_full(&result);
  json_t *json = result_to_json(&result), *again = json_loads(full, 0, NULL);
  assert_true(json_equal(json, again));
  json_decref(json);
  json_decref(again);
  result_free(&result);
}

static void a_name_that_is_no_utf8_gives_valid_json(void **state) {
  (void)state;
  struct result result;
  assert_int_equal(result_begin(&result, "a\xFF\xC3(\xE2\x82.jpg\n", NULL, NULL, NULL), STATUS_OK);
  char *text = result_write(&result);
  const char *start = "{\"photo\":\"a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD.jpg\\n\",";
  assert_memory_equal(text, start, strlen(start));
  json_t *json = json_loads(text, 0, NULL);
  assert_non_null(json);
  json_decref(json);
  free(text);
  result_free(&result);
}

static void numbers_that_are_not_finite_are_null(void **state) {
  (void)state;
  struct result result;
  make_full(&result);
  result.score = NAN;
  result.homography[0] = INFINITY;
  result.regions[0].peak = -INFINITY;
  char *text = result_write(&result);
  assert_non_null(strstr(text, "\"score\":null"));
  assert_non_null(strstr(text, "\"homography\":[null,"));
  assert_non_null(strstr(text, "\"peak\":null"));
  free(text);
  result_free(&result);
}

static void reasons_past_the_limit_are_dropped(void **state) {
  (void)state;
  struct result result;
  assert_int_equal(result_begin(&result, "x", NULL, NULL, NULL), STATUS_OK);
  for (int i = 0; i < RESULT_MAX_REASONS; i++) assert_true(result_add_reason(&result, REASON_BLURRED, "%d", i));
  assert_false(result_add_reason(&result, REASON_BLURRED, "one more"));
  assert_int_equal(result.reason_count, RESULT_MAX_REASONS);
  result_free(&result);
}

static void replace_member(json_t *json, const char *key, const char *value) {
  json_t *with = json_loads(value, JSON_DECODE_ANY, NULL);
  assert_non_null(with);
  json_object_set_new(json, key, with);
}

static void a_field_of_the_wrong_kind_is_named(void **state) {
  (void)state;
  const struct {
    const char *key, *value;
  } cases[] = {{"photo", "7"},
               {"photo_id", "\"xyz\""},
               {"golden", "{\"name\":7}"},
               {"job", "{\"id\":\"00\"}"},
               {"verdict", "\"maybe\""},
               {"reasons", "[{\"code\":\"none\",\"text\":\"\"}]"},
               {"score", "\"98\""},
               {"alignment", "{\"status\":\"ok\",\"homography\":[1,2]}"},
               {"light", "{\"gain\":[1,2],\"offset\":[1,2],\"unevenness\":1}"},
               {"regions", "[{\"box\":[1,2,3,4000000000]}]"},
               {"regions", "7"},
               {"dimensions", "[7]"},
               {"zones", "[{\"name\":\"body\",\"delta_e\":\"large\"}]"},
               {"zones", "[{\"name\":\"body\",\"delta_e\":1.0,\"limit\":2.0,\"lab\":[1,2,3],\"golden_lab\":[1,2]}]"},
               {"backend", "\"a backend with a long name\""}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_t *json = json_loads(full, 0, NULL);
    replace_member(json, cases[i].key, cases[i].value);
    struct result result;
    struct fault fault = {0};
    assert_int_equal(result_from_json(json, &result, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "result: "));
    assert_null(result.photo);
    json_decref(json);
  }
}

static void the_words_of_the_contract_are_read_back(void **state) {
  (void)state;
  enum reason_code reason;
  enum defect_class class_;
  enum severity severity;
  enum verdict verdict;
  for (int i = REASON_REGION; i <= REASON_LIGHT_OR_MATERIAL; i++)
    assert_true(reason_parse(reason_name((enum reason_code)i), &reason) && (int)reason == i);
  for (int i = CLASS_MISSING; i <= CLASS_PRINT; i++)
    assert_true(class_parse(class_name((enum defect_class)i), &class_) && (int)class_ == i);
  for (int i = SEVERITY_CRITICAL; i <= SEVERITY_MINOR; i++)
    assert_true(severity_parse(severity_name((enum severity)i), &severity) && (int)severity == i);
  assert_string_equal(reason_name(REASON_LIGHT_OR_MATERIAL), "light_or_material");
  assert_string_equal(class_name(CLASS_PRINT), "print");
  assert_false(verdict_parse("Pass", &verdict));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_result_is_written_byte_for_byte),
      cmocka_unit_test(an_empty_result_is_written_with_nulls),
      cmocka_unit_test(what_was_written_is_read_and_written_the_same),
      cmocka_unit_test(the_tree_has_the_fields_of_the_line),
      cmocka_unit_test(a_name_that_is_no_utf8_gives_valid_json),
      cmocka_unit_test(numbers_that_are_not_finite_are_null),
      cmocka_unit_test(reasons_past_the_limit_are_dropped),
      cmocka_unit_test(a_field_of_the_wrong_kind_is_named),
      cmocka_unit_test(the_words_of_the_contract_are_read_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
