/* Every allocation of every operation of models/ fails in turn: each says so, and nothing leaks (the sanitizers' build
 * would tell). */
#include "models/golden.h"
#include "models/manifest.h"
#include "models/result.h"
#include "tests/alloc.h"
#include "tests/models/golden_place.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef enum status operation(void *context, struct fault *fault);

/* Runs the operation until it gets through without a failed allocation; how many it makes. */
static size_t fail_each(operation *run, void *context) {
  for (size_t n = 1;; n++) {
    struct fault fault = {0};
    alloc_fail_at(n);
    enum status status = run(context, &fault);
    bool failed = alloc_has_failed();
    alloc_fail_at(0);
    if (!failed) {
      if (status) fail_msg("allocation %zu: %s", n, fault.text);
      return n - 1;
    }
    if (status != STATUS_MEMORY) fail_msg("allocation %zu: status %d, \"%s\"", n, (int)status, fault.text);
    assert_non_null(strstr(fault.text, "memory"));
  }
}

static enum status parse_spec(void *text, struct fault *fault) {
  struct spec spec;
  enum status status = spec_parse(text, strlen(text), "golden.yaml", &spec, fault);
  spec_free(&spec);
  return status;
}

static void of_a_spec(void **state) {
  (void)state;
  char text[] = "zones:\n  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]]}\n  - {name: b, mask: b.png}\n"
                "dimensions: [{name: c, gauge: circle, centre: [1, 2], radius: 3, search: 1}]\n";
  assert_int_equal(fail_each(parse_spec, text), 4);
}

static enum status parse_manifest(void *text, struct fault *fault) {
  struct manifest manifest;
  enum status status = manifest_parse(text, strlen(text), "lists/m.csv", &manifest, fault);
  manifest_free(&manifest);
  return status;
}

static void of_a_manifest(void **state) {
  (void)state;
  char text[] = "photo,golden,lot\na,g,l\nb,,\n";
  assert_int_equal(fail_each(parse_manifest, text), 8);
}

static enum status job_there_and_back(void *context, struct fault *fault) {
  struct job copy = {0}, read = {0};
  enum status status = job_copy(context, &copy, fault);
  struct text text = {0};
  if (!status) job_write(&copy, &text);
  json_t *json = status || text.failed ? NULL : json_loadb(text.bytes, text.size, 0, NULL);
  if (!status && !json) status = fault_set(fault, STATUS_MEMORY, "no memory");
  if (!status) status = job_from_json(json, &read, fault);
  json_decref(json);
  text_free(&text);
  job_free(&copy);
  job_free(&read);
  return status;
}

static struct job sample_job(void) {
  static char photo[] = "a\xFF.jpg", lot[] = "L1", golden[] = "g";
  return (struct job){.photo = photo, .lot = lot, .golden_path = golden};
}

static void of_a_job(void **state) {
  (void)state;
  struct job job = sample_job();
  alloc_count_jansson(true);
  size_t count = fail_each(job_there_and_back, &job);
  alloc_count_jansson(false);
  assert_true(count > 20);
}

static enum status make_result(struct result *result, struct fault *fault) {
  struct job job = sample_job();
  enum status status = result_begin(result, "a.jpg", NULL, &job, fault);
  if (status) return status;
  result->regions = calloc(1, sizeof *result->regions);
  result->dimensions = calloc(1, sizeof *result->dimensions);
  if (!result->regions || !result->dimensions || !result_add_reason(result, REASON_BLURRED, "x"))
    return fault_set(fault, STATUS_MEMORY, "no memory");
  result->region_count = result->dimension_count = 1;
  return STATUS_OK;
}

static enum status result_there_and_back(void *context, struct fault *fault) {
  (void)context;
  struct result result = {0}, read = {0};
  enum status status = make_result(&result, fault);
  json_t *json = status ? NULL : result_to_json(&result);
  if (!status && !json) status = fault_set(fault, STATUS_MEMORY, "no memory");
  if (!status) status = result_from_json(json, &read, fault);
  json_decref(json);
  result_free(&result);
  result_free(&read);
  return status;
}

static void of_a_result(void **state) {
  (void)state;
  alloc_count_jansson(true);
  size_t count = fail_each(result_there_and_back, NULL);
  alloc_count_jansson(false);
  assert_true(count > 50);
}

static enum status create_golden(void *place, struct fault *fault) {
  const struct place *where = place;
  enum status status = place_create(where, "carton", where->spec, NULL, fault);
  if (status) assert_int_not_equal(access(where->golden, F_OK), 0);
  return status;
}

static enum status open_golden(void *place, struct fault *fault) {
  struct golden *golden;
  enum status status = golden_open(((struct place *)place)->golden, &golden, fault);
  golden_close(golden);
  return status;
}

static enum status check_golden(void *place, struct fault *fault) {
  json_t *report;
  enum status status = golden_check(((struct place *)place)->golden, NULL, &report, fault);
  assert_true(!report || json_is_true(json_object_get(report, "ok")) == !status);
  json_decref(report);
  return status;
}

static enum status revise_golden(void *place, struct fault *fault) {
  static const char text[] = "zones: [{name: a, mask: body.png}]\n";
  const struct golden_revise how = {.path = ((struct place *)place)->golden,
                                    .spec_text = text,
                                    .spec_size = sizeof text - 1,
                                    .by = "Bob",
                                    .why = "again"};
  return golden_revise(&how, fault);
}

static enum status read_history(void *place, struct fault *fault) {
  json_t *history;
  enum status status = golden_history(((struct place *)place)->golden, &history, fault);
  json_decref(history);
  return status;
}

static void of_a_golden(void **state) {
  (void)state;
  struct place place = place_make();
  assert_true(fail_each(create_golden, &place) > 10);
  assert_int_equal(place_entries(place.folder), 5);
  assert_true(fail_each(open_golden, &place) > 10);
  assert_true(fail_each(revise_golden, &place) > 10);
  assert_int_equal(place_entries(place.folder), 5);
  assert_true(fail_each(read_history, &place) > 10);
  assert_true(fail_each(check_golden, &place) > 10);
  place_end(&place);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(of_a_spec),   cmocka_unit_test(of_a_manifest), cmocka_unit_test(of_a_job),
      cmocka_unit_test(of_a_result), cmocka_unit_test(of_a_golden),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
