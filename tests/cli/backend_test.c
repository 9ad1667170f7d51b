/* The program on the CUDA backend, executed on the CPU: what it says is what it says on the CPU, at whatever level; and
 * what becomes of jobs when the GPU is absent, taken or lost. */
#include "kernels/kernels.h"
#include "tests/cli/run_broker.h"
#include "tests/cli/run_place.h"
#include "tests/support.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct program_end on_cuda(const char *environment, const char *const *arguments) {
  return program_run_how(&(struct program_how){.program = ASSAY_ON_CUDA, .environment = environment}, arguments);
}
#define ON_CUDA(environment, ...) on_cuda(environment, (const char *const[]){__VA_ARGS__, NULL})

static size_t times(const char *text, const char *part) {
  size_t count = 0;
  for (const char *at = text; (at = strstr(at, part)); at++) count++;
  return count;
}

/* The lines of both, equal but for `backend`, of which `here` of the second are "cuda". */
static void assert_alike(const char *cpu, const char *cuda, size_t here) {
  char *a = run_comparable(cpu), *b = run_comparable(cuda);
  assert_string_equal(a, b);
  assert_int_equal(times(cuda, "\"backend\":\"cuda\""), here);
  assert_int_equal(times(cpu, "\"backend\":\"cpu\""), RUN_PLACE_PHOTOS);
  free(a);
  free(b);
}

static void a_run_says_the_same_on_both(void **state) {
  const struct run_place *place = *state;
  static const char *const ways[] = {"CUDA_ON_CPU_RANDOM=7", "CUDA_ON_CPU_DEVICES=2"};
  struct program_end cpu = RUN("run", "--json", "--backend", "cpu", place->golden, place->photos);
  ASSERT_EXIT(cpu, 1);
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    struct program_end cuda = ON_CUDA(ways[i], "run", "--json", "--threads", "2", place->golden, place->photos);
    ASSERT_EXIT(cuda, 1);
    assert_alike(cpu.out, cuda.out, RUN_PLACE_PHOTOS);
    program_end_free(&cuda);
  }
  program_end_free(&cpu);
}

static void a_run_says_the_same_at_every_level_of_the_processor(void **state) {
  const struct run_place *place = *state;
  static const char *const levels[] = {"baseline", "avx2", "avx512"};
  struct program_end reference = RUN("run", "--json", "--cpu", "reference", place->golden, place->photos);
  ASSERT_EXIT(reference, 1);
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    if (!kernel_cpu_level(levels[i])) continue;
    struct program_end level = RUN("run", "--json", "--cpu", levels[i], place->golden, place->photos);
    ASSERT_EXIT(level, 1);
    assert_alike(reference.out, level.out, 0);
    program_end_free(&level);
  }
  program_end_free(&reference);
}

/* The GPU is lost in the middle: the CPU goes on, and says so once. */
static void a_run_goes_on_without_a_gpu_that_is_lost(void **state) {
  const struct run_place *place = *state;
  struct program_end cpu = RUN("run", "--json", "--backend", "cpu", place->golden, place->photos);
  struct program_end cuda =
      ON_CUDA("CUDA_ON_CPU_LOSE=4000", "run", "--json", "--threads", "1", place->golden, place->photos);
  ASSERT_EXIT(cuda, 1);
  ASSERT_HAS(cuda.err, "the GPU failed, is lost or taken");
  assert_int_equal(times(cuda.err, "GPU 0:"), 1);
  size_t here = times(cuda.out, "\"backend\":\"cuda\"");
  assert_in_range(here, 0, RUN_PLACE_PHOTOS - 1);
  assert_alike(cpu.out, cuda.out, here);
  program_end_free(&cpu);
  program_end_free(&cuda);
}

static void what_doctor_says_is_what_is_taken(void **state) {
  (void)state;
  static const struct {
    const char *environment, *text;
  } all[] = {{"CUDA_ON_CPU_DEVICES=2", "cuda: cuda on cpu"},
             {"CUDA_ON_CPU_DEVICES=0", "no GPU: CUDA driver version is insufficient"},
             {"CUDA_ON_CPU_BUSY=1", "cuda on cpu, compute capability 7.5: the GPU failed, is lost or taken"}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct program_end end = ON_CUDA(all[i].environment, "doctor");
    ASSERT_HAS(end.out, all[i].text);
    program_end_free(&end);
  }
}

/* ---- workers ---- */

/* A broker that listens, with the place's photos in its store. */
static pid_t start_broker(const struct run_place *place, const char *endpoint) {
  pid_t child = run_broker_start(endpoint);
  struct program_end end = RUN("submit", place->golden, place->photos, "--broker", endpoint);
  ASSERT_EXIT(end, 0);
  program_end_free(&end);
  return child;
}

/* The results of all jobs, once a worker of the CPU has done what is left. */
static char *finish(const struct run_place *place, const char *endpoint) {
  pid_t worker = program_start((const char *const[]){"worker", "--broker", endpoint, "--backend", "cpu", NULL},
                               run_place_path("cpu.out"), run_place_path("cpu.err"));
  struct program_end end = RUN("submit", "--json", "--wait", place->golden, place->photos, "--broker", endpoint);
  ASSERT_EXIT(end, 1);
  run_broker_stop(worker);
  free(end.err);
  return end.out;
}

static void a_worker_hands_jobs_back_when_told_to(void **state) {
  const struct run_place *place = *state;
  static const char *const troubles[] = {"CUDA_ON_CPU_LOSE=300", "CUDA_ON_CPU_LOSE=20", "CUDA_ON_CPU_BUSY=1"};
  char *endpoint = support_text("ipc://%s/b", place->folder);
  pid_t broker = start_broker(place, endpoint);
  /* Oftener than a job may be lost. */
  for (size_t i = 0; i < 4; i++) {
    struct program_end end =
        ON_CUDA(troubles[i % 3], "worker", "--broker", endpoint, "--threads", "1", "--on-device-error", "return");
    ASSERT_EXIT(end, 70);
    ASSERT_HAS(end.err, "GPU");
    program_end_free(&end);
  }
  struct program_end absent = ON_CUDA("CUDA_ON_CPU_DEVICES=0", "worker", "--broker", endpoint, "--backend", "cuda");
  ASSERT_EXIT(absent, 69);
  ASSERT_HAS(absent.err, "no GPU");
  program_end_free(&absent);
  char *lines = finish(place, endpoint);
  assert_int_equal(times(lines, "\"verdict\""), RUN_PLACE_PHOTOS);
  assert_null(strstr(lines, "losses"));
  free(lines);
  run_broker_stop(broker);
  free(endpoint);
}

/* At one call after another, all of them with ASSAY_TEST_ALL=1 in steps of 50: the broker has all jobs back at once. */
static void wherever_the_gpu_is_lost_the_broker_has_the_jobs_back(void **state) {
  const struct run_place *place = *state;
  const int step = getenv("ASSAY_TEST_ALL") ? 50 : 990;
  char *endpoint = support_text("ipc://%s/b", place->folder);
  pid_t broker = start_broker(place, endpoint);
  long long all = RUN_PLACE_PHOTOS;
  for (int call = 1; call <= 2000; call += step, all += RUN_PLACE_PHOTOS) {
    char *lose = support_text("CUDA_ON_CPU_LOSE=%d", call), *lot = support_text("L-%d", call);
    struct program_end end = RUN("submit", place->golden, place->photos, "--lot", lot, "--broker", endpoint);
    ASSERT_EXIT(end, 0);
    program_end_free(&end);
    end = ON_CUDA(lose, "worker", "--broker", endpoint, "--threads", "1", "--on-device-error", "return");
    ASSERT_EXIT(end, 70);
    program_end_free(&end);
    assert_int_equal(run_broker_jobs(endpoint, "leased"), 0);
    assert_int_equal(run_broker_jobs(endpoint, "suspects"), 0);
    free(lose);
    free(lot);
  }
  pid_t worker = program_start((const char *const[]){"worker", "--broker", endpoint, "--backend", "cpu", NULL},
                               run_place_path("cpu.out"), run_place_path("cpu.err"));
  while (run_broker_jobs(endpoint, "waiting") + run_broker_jobs(endpoint, "leased")) {
  }
  assert_int_equal(run_broker_jobs(endpoint, "done"), all);
  run_broker_stop(worker);
  run_broker_stop(broker);
  free(endpoint);
}

static void a_worker_falls_back_to_the_cpu(void **state) {
  const struct run_place *place = *state;
  char *endpoint = support_text("ipc://%s/b", place->folder);
  pid_t broker = start_broker(place, endpoint);
  pid_t worker = program_start_how(
      &(struct program_how){
          .program = ASSAY_ON_CUDA, .environment = "CUDA_ON_CPU_LOSE=2500", .out = run_place_path("worker.out")},
      (const char *const[]){"worker", "--broker", endpoint, "--threads", "2", NULL}, run_place_path("worker.err"));
  struct program_end end = RUN("submit", "--json", "--wait", place->golden, place->photos, "--broker", endpoint);
  ASSERT_EXIT(end, 1);
  assert_int_equal(times(end.out, "\"verdict\""), RUN_PLACE_PHOTOS);
  run_broker_stop(worker);
  char *said = program_read(run_place_path("worker.err"), NULL);
  ASSERT_HAS(said, "on cuda: cuda on cpu");
  ASSERT_HAS(said, "its work is done elsewhere");
  free(said);
  program_end_free(&end);
  run_broker_stop(broker);
  free(endpoint);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_place_set_up, run_place_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_run_says_the_same_on_both),
      TEST(a_run_says_the_same_at_every_level_of_the_processor),
      TEST(a_run_goes_on_without_a_gpu_that_is_lost),
      TEST(what_doctor_says_is_what_is_taken),
      TEST(a_worker_hands_jobs_back_when_told_to),
      TEST(wherever_the_gpu_is_lost_the_broker_has_the_jobs_back),
      TEST(a_worker_falls_back_to_the_cpu),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
