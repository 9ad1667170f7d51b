/* The benchmarks run, and their figures are numbers of what they say. */
#include "tests/cli/program.h"
#include "tests/cli/run_place.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { OPERATIONS = 16, WIDTH = 1154, HEIGHT = 866 };

static json_t *object_of(const struct program_end *end) {
  json_t *json = json_loads(end->out, 0, NULL);
  assert_non_null(json);
  return json;
}

static void every_operation_is_timed_at_the_level_asked_for_and_as_the_reference(void **state) {
  (void)state;
  struct program_end end = RUN("bench", "kernels", "--megapixels", "1", "--runs", "1", "--cpu", "baseline", "--json");
  ASSERT_EXIT(end, 0);
  json_t *json = object_of(&end), *rows = json_object_get(json, "kernels");
  assert_int_equal(json_array_size(rows), 2 * OPERATIONS);
  for (size_t i = 0; i < json_array_size(rows); i++) {
    json_t *row = json_array_get(rows, i);
    assert_string_equal(json_string_value(json_object_get(row, "cpu")), i % 2 ? "baseline" : "reference");
    assert_true(json_real_value(json_object_get(row, "ms")) > 0);
  }
  json_decref(json);
  program_end_free(&end);
}

/* On a memory of 100 GB/s, as CUDA on the CPU says it has: a share of it in every row but that of profiles. */
static void a_gpu_is_timed_too_and_tells_its_share_of_bandwidth(void **state) {
  (void)state;
  struct program_end end =
      program_run_how(&(struct program_how){.program = ASSAY_ON_CUDA},
                      (const char *const[]){"bench", "kernels", "--megapixels", "1", "--runs", "1", "--cpu", "baseline",
                                            "--backend", "cuda", "--json", NULL});
  ASSERT_EXIT(end, 0);
  json_t *json = object_of(&end), *rows = json_object_get(json, "kernels");
  assert_int_equal(json_array_size(rows), 3 * OPERATIONS);
  for (size_t i = 2; i < json_array_size(rows); i += 3) {
    const json_t *row = json_array_get(rows, i), *share = json_object_get(row, "bandwidth_share");
    const char *name = json_string_value(json_object_get(row, "operation"));
    assert_string_equal(json_string_value(json_object_get(row, "backend")), "cuda");
    assert_null(json_object_get(row, "cpu"));
    assert_null(json_object_get(json_array_get(rows, i - 1), "bandwidth_share"));
    if (!strcmp(name, "profiles"))
      assert_null(share);
    else if (!strcmp(name, "accumulate"))
      assert_float_equal(json_real_value(share) * json_real_value(json_object_get(row, "ms")), 22e-8 * WIDTH * HEIGHT,
                         1e-6);
    else
      assert_true(json_real_value(share) > 0);
  }
  json_decref(json);
  program_end_free(&end);
}

static void a_gpu_that_is_not_there_is_said(void **state) {
  (void)state;
  static const char *const commands[] = {"kernels", "speed"};
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    struct program_end end =
        program_run_how(&(struct program_how){.program = ASSAY_ON_CUDA, .environment = "CUDA_ON_CPU_DEVICES=0"},
                        (const char *const[]){"bench", commands[i], "--megapixels", "1", "--backend", "cuda", NULL});
    ASSERT_EXIT(end, 69);
    ASSERT_HAS(end.err, "no GPU: CUDA driver version is insufficient");
    program_end_free(&end);
  }
}

static void a_photo_is_timed_stage_by_stage_and_in_decodes(void **state) {
  (void)state;
  static const char *const stages[] = {"plain_decode", "decode", "align", "compare", "total", "yardstick"};
  struct program_end end = RUN("bench", "speed", "--megapixels", "1", "--runs", "1", "--yardstick", "--json");
  ASSERT_EXIT(end, 0);
  json_t *json = object_of(&end), *ms = json_object_get(json, "ms"), *decodes = json_object_get(json, "decodes");
  assert_true(json_string_length(json_object_get(json, "processor")) > 0);
  assert_null(json_object_get(json, "bandwidth_share"));
  double plain = json_real_value(json_object_get(ms, "plain_decode"));
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
    double stage = json_real_value(json_object_get(ms, stages[i]));
    assert_true(stage > 0);
    assert_float_equal(json_real_value(json_object_get(decodes, stages[i])), stage / plain, 1e-6);
  }
  const json_t *answer = json_object_get(json, "answer");
  assert_true(json_real_value(json_object_get(answer, "corner_px")) < 0.3);
  assert_int_equal(json_integer_value(json_object_get(answer, "planted")), 3 * 2 * 2);
  assert_int_equal(json_integer_value(json_object_get(answer, "found")), 3 * 2 * 2);
  assert_int_equal(json_integer_value(json_object_get(answer, "others")), 0);
  json_decref(json);
  program_end_free(&end);
}

static void photos_are_timed_in_as_many_threads_as_are_asked_for(void **state) {
  (void)state;
  struct program_end end = RUN("bench", "speed", "--megapixels", "1", "--runs", "1", "--threads", "2", "--json");
  ASSERT_EXIT(end, 0);
  json_t *json = object_of(&end);
  const json_t *answer = json_object_get(json, "answer");
  assert_int_equal(json_integer_value(json_object_get(json, "threads")), 2);
  assert_int_equal(json_integer_value(json_object_get(answer, "planted")), 2 * 3 * 2 * 2);
  assert_int_equal(json_integer_value(json_object_get(answer, "found")), 2 * 3 * 2 * 2);
  assert_true(json_real_value(json_object_get(json_object_get(json, "ms"), "total")) > 0);
  json_decref(json);
  program_end_free(&end);
}

/* Drawn goldens are in colour: 54.4 bytes a pixel, on a memory of 100 GB/s. */
static void photos_on_a_gpu_tell_their_share_of_bandwidth(void **state) {
  (void)state;
  const char *const command[] = {"bench", "speed",     "--megapixels", "1",      "--runs",
                                 "1",     "--backend", "cuda",         "--json", NULL};
  struct program_end end = program_run_how(&(struct program_how){.program = ASSAY_ON_CUDA}, command);
  ASSERT_EXIT(end, 0);
  json_t *json = object_of(&end);
  double ms = json_real_value(json_object_get(json_object_get(json, "ms"), "compare"));
  double share = json_real_value(json_object_get(json, "bandwidth_share"));
  assert_float_equal(share * ms * 1e-3 * 100e9 / (WIDTH * HEIGHT), 54.4125, 0.01);
  json_decref(json);
  program_end_free(&end);
}

static void what_reads_many_results_is_timed(void **state) {
  (void)state;
  static const char *const commands[] = {"judge", "drift", "compare"};
  struct program_end end = RUN("bench", "results", "--results", "2000", "--json");
  ASSERT_EXIT(end, 0);
  json_t *json = object_of(&end);
  assert_int_equal(json_integer_value(json_object_get(json, "results")), 2000);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    const json_t *command = json_object_get(json, commands[i]);
    assert_true(json_real_value(json_object_get(command, "processor_s")) > 0);
    assert_in_range(json_real_value(json_object_get(command, "mib")), 1, 500);
  }
  json_decref(json);
  program_end_free(&end);
}

static void jobs_go_through_a_service_of_its_own(void **state) {
  (void)state;
  struct program_end end = RUN("bench", "service", "--jobs", "300", "--json");
  ASSERT_EXIT(end, 0);
  json_t *json = object_of(&end);
  static const char *const figures[] = {"jobs_per_s", "broker_s", "broker_mib", "commits", "commit_ms", "fsync_ms"};
  assert_int_equal(json_integer_value(json_object_get(json, "jobs")), 300);
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
    assert_true(json_real_value(json_object_get(json, figures[i])) > 0);
  json_decref(json);
  program_end_free(&end);
}

static void judging_is_timed_alone_and_through_the_service(void **state) {
  (void)state;
  static const char *const ways[] = {"plain_one", "served_one", "plain_all", "served_all"};
  struct program_end end =
      RUN("bench", "run", run_place_path("golden"), run_place_path("photos/0.jpg"), run_place_path("photos/2.jpg"),
          "--photos", "5", "--rounds", "1", "--threads", "2", "--json");
  ASSERT_EXIT(end, 0);
  json_t *json = object_of(&end), *rates = json_object_get(json, "photos_per_s");
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    assert_true(json_real_value(json_object_get(rates, ways[i])) > 0);
  double cost = 100 * (1 - json_real_value(json_object_get(rates, "served_all")) /
                               json_real_value(json_object_get(rates, "plain_all")));
  assert_float_equal(json_real_value(json_object_get(json, "service_cost_percent")), cost, 1e-6);
  json_t *memory = json_object_get(json, "memory_mb");
  assert_true(json_is_null(json_object_get(memory, "after_100")));
  assert_true(json_real_value(json_object_get(memory, "after_last")) > 1);
  json_decref(json);
  program_end_free(&end);
  end = RUN("bench", "run", run_place_path("golden"), run_place_path("photos/0.jpg"), "--photos", "2", "--rounds", "1",
            "--threads", "1");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "end to end, 1 thread");
  ASSERT_HAS(end.out, "broker and store cost");
  assert_null(strstr(end.out, "times as fast"));
  program_end_free(&end);
}

static void a_golden_without_photos_is_wrong_usage(void **state) {
  (void)state;
  struct program_end end = RUN("bench", "speed", "golden.jpg");
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "expected a golden and photos");
  program_end_free(&end);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_operation_is_timed_at_the_level_asked_for_and_as_the_reference),
      cmocka_unit_test(a_gpu_is_timed_too_and_tells_its_share_of_bandwidth),
      cmocka_unit_test(a_gpu_that_is_not_there_is_said),
      cmocka_unit_test(a_photo_is_timed_stage_by_stage_and_in_decodes),
      cmocka_unit_test(photos_are_timed_in_as_many_threads_as_are_asked_for),
      cmocka_unit_test(photos_on_a_gpu_tell_their_share_of_bandwidth),
      cmocka_unit_test(what_reads_many_results_is_timed),
      cmocka_unit_test(jobs_go_through_a_service_of_its_own),
      cmocka_unit_test_setup_teardown(judging_is_timed_alone_and_through_the_service, run_place_set_up,
                                      run_place_tear_down),
      cmocka_unit_test(a_golden_without_photos_is_wrong_usage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
