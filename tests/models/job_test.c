#include "models/job.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char golden_path[] = "goldens/carton", photo[] = "photos/1.jpg", lot[] = "L1", unit[] = "7",
            captured[] = "2026-03-01T22:14:05";

static struct job sample(void) {
  return (struct job){.golden_sha256 = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
                      .photo_id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                      .golden_path = golden_path,
                      .photo = photo,
                      .lot = lot,
                      .unit = unit,
                      .captured = captured};
}

/* The digest was computed with Python's hashlib.blake2b(digest_size=32) over the fields as job.h describes them. */
static void the_id_is_the_digest_of_what_names_the_job(void **state) {
  (void)state;
  struct job job = sample();
  job_identify(&job);
  assert_string_equal(job.id, "2f2aa6fa14bf49c20ccad2d50d7dea8f");
}

static void the_id_tells_an_unknown_field_from_a_neighbour(void **state) {
  (void)state;
  struct job one = {.photo = (char[]){"p"}, .lot = (char[]){"a"}};
  struct job other = {.photo = (char[]){"p"}, .unit = (char[]){"a"}};
  job_identify(&one);
  job_identify(&other);
  assert_string_not_equal(one.id, other.id);
}

static json_t *written(const struct job *job) {
  struct text text = {0};
  job_write(job, &text);
  json_t *json = json_loadb(text.bytes, text.size, JSON_REJECT_DUPLICATES, NULL);
  text_free(&text);
  return json;
}

static void a_job_is_the_same_after_json(void **state) {
  (void)state;
  struct job job = sample(), read;
  struct fault fault = {0};
  job_identify(&job);
  json_t *json = written(&job);
  assert_int_equal(job_from_json(json, &read, &fault), STATUS_OK);
  assert_string_equal(read.id, job.id);
  assert_string_equal(read.golden_sha256, job.golden_sha256);
  assert_string_equal(read.photo_id, job.photo_id);
  for (size_t i = 0; i < JOB_TEXTS; i++) {
    const char *before = job_text_get(&job, i), *after = job_text_get(&read, i);
    if (before)
      assert_string_equal(after, before);
    else
      assert_null(after);
  }
  json_decref(json);
  job_free(&read);
}

static void a_path_that_is_no_utf8_is_still_written(void **state) {
  (void)state;
  struct job job = {.photo = (char[]){"a\xFF.jpg"}};
  json_t *json = written(&job);
  assert_string_equal(json_string_value(json_object_get(json, "photo")), "a\xEF\xBF\xBD.jpg");
  json_decref(json);
}

static void an_unknown_field_is_ignored(void **state) {
  (void)state;
  json_t *json = json_loads("{\"photo\":\"p\",\"colour_of_the_sky\":\"blue\"}", 0, NULL);
  struct job job;
  assert_int_equal(job_from_json(json, &job, NULL), STATUS_OK);
  json_decref(json);
  job_free(&job);
}

static void a_wrong_field_is_named(void **state) {
  (void)state;
  char longer[300];
  memset(longer, 'x', sizeof longer);
  longer[299] = 0;
  char *too_long = support_text("{\"photo\":\"p\",\"lot\":\"%s\"}", longer);
  const char *const cases[][2] = {
      {"[]", "job: expected a JSON object"},
      {"{}", "job: photo: missing"},
      {"{\"photo\":7}", "job: photo: "},
      {"{\"photo\":\"\"}", "job: photo: "},
      {"{\"photo\":\"p\",\"id\":\"abc\"}", "job: id: expected 32"},
      {"{\"photo\":\"p\",\"id\":\"00112233445566778899AABBCCDDEEFF\"}", "job: id: "},
      {"{\"photo\":\"p\",\"photo_id\":7}", "job: photo_id: "},
      {"{\"photo\":\"p\",\"golden_sha256\":\"../etc\"}", "job: golden_sha256: "},
      {"{\"photo\":\"p\",\"lot\":[1]}", "job: lot: "},
      {"{\"photo\":\"p\",\"lot\":\"a\\u0007b\"}", "job: lot: "},
      {too_long, "job: lot: "},
      {"{\"photo\":\"p\",\"captured\":\"yesterday\"}", "job: captured: \"yesterday\"; expected an ISO 8601 time"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_t *json = json_loads(cases[i][0], 0, NULL);
    assert_non_null(json);
    struct job job;
    struct fault fault = {0};
    assert_int_equal(job_from_json(json, &job, &fault), STATUS_INVALID);
    assert_int_equal(strncmp(fault.text, cases[i][1], strlen(cases[i][1])), 0);
    assert_null(job.photo);
    json_decref(json);
  }
  free(too_long);
}

static void a_time_is_iso_8601_and_a_day_of_the_calendar(void **state) {
  (void)state;
  const char *const right[] = {"2026-03-01T22:14:05", "2026-03-01T22:14", "2024-02-29T00:00:00Z",
                               "2026-12-31T23:59:59.125+05:30"};
  const char *const wrong[] = {"",
                               "2026-03-01",
                               "2026-3-1T22:14:05",
                               "2026-03-01 22:14:05",
                               "2026-13-01T22:14:05",
                               "2026-02-29T22:14:05",
                               "2026-03-01T24:00:00",
                               "2026-03-01T22:60:00",
                               "2026-03-01T22:14:05.",
                               "2026-03-01T22:14:05+5",
                               "2026-03-01T22:14:05Zulu",
                               "01.03.2026 22:14:05"};
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) assert_true(job_time_valid(right[i]));
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_false(job_time_valid(wrong[i]));
}

static void a_time_is_milliseconds_since_1970(void **state) {
  (void)state;
  const struct {
    const char *text;
    int64_t ms;
  } all[] = {{"1970-01-01T00:00:00Z", 0},
             {"2026-03-01T22:14", 1772403240000},
             {"2026-03-01T22:14:05", 1772403245000},
             {"2026-03-01T22:14:05.25Z", 1772403245250},
             {"2026-03-01T22:14:05.0459999+05:30", 1772383445045},
             {"2026-03-01T22:14:05-01:00", 1772406845000},
             {"1969-12-31T23:59:59.5", -500}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    int64_t ms = -1;
    assert_true(job_time_parse(all[i].text, &ms));
    assert_int_equal(ms, all[i].ms);
  }
  int64_t ms;
  assert_false(job_time_parse("2026-03-01", &ms));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_id_is_the_digest_of_what_names_the_job),
      cmocka_unit_test(the_id_tells_an_unknown_field_from_a_neighbour),
      cmocka_unit_test(a_job_is_the_same_after_json),
      cmocka_unit_test(a_path_that_is_no_utf8_is_still_written),
      cmocka_unit_test(an_unknown_field_is_ignored),
      cmocka_unit_test(a_wrong_field_is_named),
      cmocka_unit_test(a_time_is_iso_8601_and_a_day_of_the_calendar),
      cmocka_unit_test(a_time_is_milliseconds_since_1970),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
