/* What executes CUDA sources on the CPU is tested itself: each kind of fault, planted, is caught, and the same program
 * without it passes. */
#include "tests/cuda_on_cpu/control.h"
#include "tests/cuda_on_cpu/planted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
#define WATCHES_ADDRESSES true
#else
#define WATCHES_ADDRESSES false
#endif
#ifdef CUDA_ON_CPU_WATCHED
#define WATCHES_ACCESSES true
#else
#define WATCHES_ACCESSES false
#endif

enum { SEEDS = 4, ORDERS = 2 + SEEDS };

static void choose_order(int i) {
  cuda_on_cpu_order(i == 0 ? CUDA_ON_CPU_FORWARD : i == 1 ? CUDA_ON_CPU_REVERSE : CUDA_ON_CPU_RANDOM, (uint64_t)i);
}

/* Runs a program in a process of its own; true: it ended well. `said` gets its stderr. */
static bool ends_well(void (*program)(void), char *said, size_t size) {
  int ends[2], outcome;
  size_t length = 0;
  ssize_t got;
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    dup2(ends[1], 2);
    close(ends[0]), close(ends[1]);
    program();
    _exit(0);
  }
  close(ends[1]);
  char rest[512];
  while ((got = read(ends[0], length + 1 < size ? said + length : rest,
                     length + 1 < size ? size - length - 1 : sizeof rest)) > 0)
    if (length + 1 < size) length += (size_t)got;
  said[length] = 0;
  close(ends[0]);
  assert_int_equal(waitpid(child, &outcome, 0), child);
  return WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0;
}

static void faults_end_the_process(void **state) {
  (void)state;
  static char said[16384];
  for (size_t i = 0; i < planted_fault_count; i++) {
    const struct planted *p = &planted_faults[i];
    if ((p->watch == WATCH_ADDRESS && !WATCHES_ADDRESSES) || (p->watch == WATCH_ACCESSES && !WATCHES_ACCESSES))
      continue;
    for (int order = 0; order < 3; order++) {
      choose_order(order);
      if (ends_well(p->faulty, said, sizeof said)) fail_msg("%s, order %d: not caught", p->name, order);
      if (!strstr(said, p->said)) fail_msg("%s, order %d: '%s' was not said, but: %s", p->name, order, p->said, said);
    }
  }
}

static void programs_without_the_fault_end_well(void **state) {
  (void)state;
  static char said[16384];
  for (size_t i = 0; i < planted_fault_count; i++)
    for (int order = 0; order < 3; order++) {
      choose_order(order);
      if (!ends_well(planted_faults[i].mended, said, sizeof said))
        fail_msg("%s, mended, order %d: %s", planted_faults[i].name, order, said);
    }
}

/* How many of the orders give the right answer. */
static int right_answers(const struct planted_answer *p, bool fault, bool deferred) {
  int right = 0;
  cuda_on_cpu_defer(deferred);
  for (int order = 0; order < ORDERS; order++) {
    choose_order(order);
    right += p->run(fault);
  }
  cuda_on_cpu_defer(false);
  return right;
}

static void faults_give_a_wrong_answer(void **state) {
  (void)state;
  cuda_on_cpu_watch(false); /* a race would end this process */
  for (size_t i = 0; i < planted_answer_count; i++) {
    const struct planted_answer *p = &planted_answers[i];
    if (right_answers(p, true, p->deferred) == ORDERS) fail_msg("%s: not seen", p->name);
  }
  cuda_on_cpu_watch(true);
}

static void programs_without_the_fault_give_the_right_answer(void **state) {
  (void)state;
  for (size_t i = 0; i < planted_answer_count; i++)
    for (int deferred = 0; deferred < 2; deferred++)
      if (right_answers(&planted_answers[i], false, deferred) != ORDERS)
        fail_msg("%s, mended, %s: wrong", planted_answers[i].name, deferred ? "deferred" : "at once");
}

/* Whether a program is well-mannered whichever of its calls fails. */
static bool is_well_mannered(const struct planted_manner *p, bool fault) {
  uint64_t held = cuda_on_cpu_held(), before = cuda_on_cpu_calls();
  int answer = 0;
  bool good = p->run(fault, &answer) && answer == p->right && cuda_on_cpu_held() == held;
  uint64_t calls = cuda_on_cpu_calls() - before;
  for (uint64_t i = 0; good && i < calls; i++) {
    answer = 0;
    cuda_on_cpu_fail((int64_t)i, 719);
    bool said = p->run(fault, &answer);
    cuda_on_cpu_fail(-1, 0);
    good = (!said || answer == p->right) && cuda_on_cpu_held() == held;
  }
  return good;
}

static void bad_manners_show_when_calls_fail(void **state) {
  (void)state;
  cuda_on_cpu_watch(false); /* memory that a failed call has not set may be read */
  for (size_t i = 0; i < planted_manner_count; i++) {
    const struct planted_manner *p = &planted_manners[i];
    if (!is_well_mannered(p, false)) fail_msg("%s, mended: bad manners", p->name);
    if (is_well_mannered(p, true)) fail_msg("%s: not seen", p->name);
  }
  cuda_on_cpu_watch(true);
}

static void sound_programs_are_right_in_every_order(void **state) {
  (void)state;
  for (size_t i = 0; i < sound_program_count; i++)
    for (int deferred = 0; deferred < 2; deferred++) {
      cuda_on_cpu_defer(deferred);
      for (int order = 0; order < ORDERS; order++) {
        choose_order(order);
        const char *wrong = sound_programs[i].run();
        if (wrong) fail_msg("%s, order %d: %s", sound_programs[i].name, order, wrong);
      }
    }
  cuda_on_cpu_defer(false);
}

/* After all of it, programs that end well hold nothing. */
static void everything_is_given_back(void **state) {
  (void)state;
  assert_int_equal(cuda_on_cpu_held(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(faults_end_the_process),
      cmocka_unit_test(programs_without_the_fault_end_well),
      cmocka_unit_test(faults_give_a_wrong_answer),
      cmocka_unit_test(programs_without_the_fault_give_the_right_answer),
      cmocka_unit_test(sound_programs_are_right_in_every_order),
      cmocka_unit_test(everything_is_given_back),
      cmocka_unit_test(bad_manners_show_when_calls_fail), /* leaves what leaked */
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
