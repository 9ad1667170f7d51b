/* Whole inspections on the CUDA backend, executed on the CPU: the CPU's answer to the byte in every order of threads;
 * no call may fail unnoticed, leave anything behind or change a result; warm, nothing is taken and nobody waits for
 * another photo's work; two GPUs share nothing. */
#include "engine/inspect.h"
#include "kernels/cuda/cuda.h"
#include "tests/cuda_on_cpu/control.h"
#include "tests/engine/small_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
static bool leaks_memory(void) {
  return __lsan_do_recoverable_leak_check() != 0;
}
#else
static bool leaks_memory(void) {
  return false;
}
#endif

static const struct inspect_options on_cpu = {.backend = "cpu"}, on_gpu = {.backend = "cuda"};

/* Of a print that is compared, and of all that can be asked of a photo. */
static struct {
  struct small_set set;
  char *expected; /* of the CPU, with the GPU's name */
} subjects[2];
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

/* "backend":"cpu" becomes "cuda" in every line. */
static char *as_cuda(const char *lines) {
  static const char from[] = "\"backend\":\"cpu\"", to[] = "\"backend\":\"cuda\"";
  char *out = calloc(1, strlen(lines) + 64);
  assert_non_null(out);
  for (const char *at = lines; *at;) {
    bool here = !strncmp(at, from, sizeof from - 1);
    if (here)
      strcat(out, to);
    else
      strncat(out, at, 1);
    at += here ? sizeof from - 1 : 1;
  }
  return out;
}

static enum status judge_on(const struct inspect_options *options, const struct small_set *set, char **lines,
                            struct fault *fault) {
  struct inspector *inspector;
  struct inspection *work = NULL;
  *lines = NULL;
  enum status status = inspector_open(&set->golden, options, &inspector, fault);
  if (!status) status = inspection_open(inspector, &work, fault);
  if (!status) status = small_set_judge(set, work, false, lines, fault);
  inspection_close(work);
  inspector_close(inspector);
  return status;
}

static int set_up(void **state) {
  (void)state;
  struct fault fault = {0};
  static const char *const parts[SUBJECTS] = {"\"cuda\"", "\"delta_e\""};
  small_set_make(&subjects[0].set), small_set_make_demanding(&subjects[1].set);
  for (int i = 0; i < SUBJECTS; i++) {
    char *lines;
    if (judge_on(&on_cpu, &subjects[i].set, &lines, &fault)) fail_msg("%s", fault.text);
    subjects[i].expected = as_cuda(lines);
    free(lines);
    if (!strstr(subjects[i].expected, parts[i])) return 1;
  }
  cuda_on_cpu_order(CUDA_ON_CPU_FORWARD, 0);
  /* Each stage has something to say. */
  return strstr(subjects[1].expected, "\"dx_px\"") && strstr(subjects[1].expected, "\"name\":\"size\"") &&
                 strstr(subjects[1].expected, "\"peak\"")
             ? 0
             : 1;
}

static int tear_down(void **state) {
  (void)state;
  for (int i = 0; i < SUBJECTS; i++) free(subjects[i].expected), small_set_end(&subjects[i].set);
  return 0;
}

static void the_answer_is_the_cpus_in_every_order(void **state) {
  (void)state;
  static const enum cuda_on_cpu_order orders[] = {CUDA_ON_CPU_FORWARD, CUDA_ON_CPU_REVERSE, CUDA_ON_CPU_RANDOM};
  for (int i = 0; i < 6 * SUBJECTS; i++) {
    char *lines;
    struct fault fault = {0};
    cuda_on_cpu_order(orders[i % 3], (uint64_t)i);
    cuda_on_cpu_defer(i % 6 >= 3);
    if (judge_on(&on_gpu, &subjects[i / 6].set, &lines, &fault)) fail_msg("%s", fault.text);
    assert_string_equal(lines, subjects[i / 6].expected);
    free(lines);
    assert_int_equal(cuda_on_cpu_held(), 0);
  }
  cuda_on_cpu_defer(false);
  cuda_on_cpu_order(CUDA_ON_CPU_FORWARD, 0);
}

/* At each call of a whole inspection a child is started in which this call fails, or the GPU is lost from there on;
 * the child goes on to the end and says whether that is right. */
static struct {
  const char *expected;
  bool child, lost, failed;
  int error;
  uint64_t calls;
} branch;

/* What a failure may come to: it is said, or it did not matter any more; and nothing is held. */
static bool is_right(enum status status, const struct fault *fault, const char *lines) {
  if (cuda_on_cpu_held()) return false;
  if (status) return (status == STATUS_DEVICE || status == STATUS_UNAVAILABLE) && strstr(fault->text, "GPU");
  return lines && !strcmp(lines, branch.expected);
}

static void end_child(enum status status, const struct fault *fault, const char *lines) {
  bool right = is_right(status, fault, lines);
  if (!right)
    fprintf(stderr, "call %llu %s with %d: status %d, \"%s\", %llu held\n%s\nexpected\n%s\n",
            (unsigned long long)branch.calls, branch.lost ? "and all after it fail" : "fails", branch.error,
            (int)status, fault->text, (unsigned long long)cuda_on_cpu_held(), lines ? lines : "", branch.expected);
  _exit(right && !leaks_memory() ? 0 : 1);
}

static void start_child(bool lost) {
  int outcome;
  pid_t child = fork();
  if (child == 0) {
    cuda_on_cpu_at_call(NULL);
    branch.child = true, branch.lost = lost;
    if (lost)
      cuda_on_cpu_lose(0, branch.error);
    else
      cuda_on_cpu_fail(0, branch.error);
    return;
  }
  if (child < 0 || waitpid(child, &outcome, 0) != child || outcome) branch.failed = true;
}

static void branch_here(void) {
  static const int errors[] = {719 /* launch failure */, 2 /* no memory */, 700 /* illegal address */};
  /* Under sanitizers not each. */
  uint64_t step = SLOW_BUILD && !getenv("ASSAY_TEST_ALL") ? 23 : 1;
  branch.error = errors[branch.calls % 3];
  if (branch.calls++ % step) return;
  start_child(false);
  if (!branch.child && branch.calls % (10 * step) == 1) start_child(true);
}

static void a_call_that_fails_is_said_or_does_not_matter(void **state) {
  (void)state;
  for (int i = 0; i < SUBJECTS; i++) {
    struct fault fault = {0};
    char *lines;
    memset(&branch, 0, sizeof branch);
    branch.expected = subjects[i].expected;
    fflush(NULL);
    cuda_on_cpu_at_call(branch_here);
    enum status status = judge_on(&on_gpu, &subjects[i].set, &lines, &fault);
    if (branch.child) end_child(status, &fault, lines);
    cuda_on_cpu_at_call(NULL);
    print_message("%llu calls\n", (unsigned long long)branch.calls);
    assert_int_equal(status, STATUS_OK);
    assert_string_equal(lines, branch.expected);
    free(lines);
    assert_true(branch.calls > 1000);
    assert_false(branch.failed);
  }
}

/* Two photos at a time, work as late as it may be: neither's calls bring the other's forward. */
static void stays_warm(const struct small_set *set) {
  struct inspector *inspector;
  struct inspection *work[2];
  char *lines;
  assert_int_equal(inspector_open(&set->golden, &on_gpu, &inspector, NULL), STATUS_OK);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(inspection_open(inspector, &work[i], NULL), STATUS_OK);
    assert_int_equal(small_set_judge(set, work[i], false, &lines, NULL), STATUS_OK);
    free(lines);
  }
  uint64_t taken = cuda_on_cpu_taken(), crossings = cuda_on_cpu_crossings();
  for (int round = 0; round < 2; round++)
    for (int photo = 0; photo < SMALL_SET_PHOTOS; photo++)
      for (int i = 0; i < 2; i++) {
        struct result result = {0};
        assert_int_equal(inspect_photo(work[i], &set->photos[(photo + i) % SMALL_SET_PHOTOS], NULL, &result, NULL),
                         STATUS_OK);
        result_free(&result);
      }
  assert_int_equal(cuda_on_cpu_taken(), taken);
  assert_int_equal(cuda_on_cpu_crossings(), crossings);
  inspection_close(work[0]);
  inspection_close(work[1]);
  inspector_close(inspector);
}

static void a_warm_inspection_takes_nothing_and_waits_for_nobody_else(void **state) {
  (void)state;
  cuda_on_cpu_defer(true);
  for (int i = 0; i < SUBJECTS; i++) stays_warm(&subjects[i].set);
  cuda_on_cpu_defer(false);
}

static void each_gpu_is_a_place_of_its_own(void **state) {
  (void)state;
  cuda_on_cpu_devices(2);
  assert_int_equal(inspect_gpus(&on_gpu), 2);
  assert_int_equal(inspect_gpus(&on_cpu), 0);
  struct inspector *inspectors[2];
  struct inspection *work[2];
  for (int i = 0; i < 2; i++) {
    struct inspect_options options = {.backend = "cuda", .gpu = i};
    assert_int_equal(inspector_open(&subjects[0].set.golden, &options, &inspectors[i], NULL), STATUS_OK);
    assert_int_equal(inspection_open(inspectors[i], &work[i], NULL), STATUS_OK);
  }
  for (int i = 1; i >= 0; i--) {
    char *lines;
    assert_int_equal(small_set_judge(&subjects[0].set, work[i], false, &lines, NULL), STATUS_OK);
    assert_string_equal(lines, subjects[0].expected);
    free(lines);
    inspection_close(work[i]);
    inspector_close(inspectors[i]);
  }
  cuda_on_cpu_devices(1);
  struct inspect_options absent = {.backend = "cuda", .gpu = 1};
  assert_int_equal(inspector_open(&subjects[0].set.golden, &absent, &inspectors[0], NULL), STATUS_UNAVAILABLE);
  assert_int_equal(cuda_on_cpu_held(), 0);
}

static void what_is_taken_is_told_from_what_is_absent(void **state) {
  (void)state;
  static const struct inspect_options automatic = {.backend = "auto"};
  char why[256];
  assert_int_equal(inspect_try(&automatic, why, sizeof why, NULL), STATUS_OK);
  assert_ptr_equal(strstr(why, "cuda: cuda on cpu"), why);
  cuda_on_cpu_busy(true);
  assert_int_equal(inspect_try(&on_gpu, why, sizeof why, NULL), STATUS_DEVICE);
  assert_int_equal(inspect_try(&automatic, why, sizeof why, NULL), STATUS_OK);
  assert_ptr_equal(strstr(why, "cpu, level "), why);
  assert_non_null(strstr(why, "taken"));
  cuda_on_cpu_busy(false);
  cuda_on_cpu_devices(0);
  assert_int_equal(inspect_try(&on_gpu, why, sizeof why, NULL), STATUS_UNAVAILABLE);
  assert_int_equal(inspect_try(&automatic, why, sizeof why, NULL), STATUS_OK);
  assert_non_null(strstr(why, "driver"));
  cuda_on_cpu_devices(1);
  assert_int_equal(cuda_on_cpu_held(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_answer_is_the_cpus_in_every_order),
      cmocka_unit_test(a_call_that_fails_is_said_or_does_not_matter),
      cmocka_unit_test(a_warm_inspection_takes_nothing_and_waits_for_nobody_else),
      cmocka_unit_test(each_gpu_is_a_place_of_its_own),
      cmocka_unit_test(what_is_taken_is_told_from_what_is_absent),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
