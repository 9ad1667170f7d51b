/* Each call that can fail, failing in turn, while two photos are inspected: no crash, no leak (under a sanitizer), no
 * wrong or lost result, and words that name what failed. ASSAY_TEST_ALL=1 takes all of them; ASSAY_FAULT_SHOW=1 shows
 * the words. */
#include "models/golden.h"
#include "tests/fault/place.h"
#include "tests/support.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void each_trial(const char *what, size_t few, const char *const *arguments,
                       char *(*check)(const struct trial *trial, int code), void (*before)(void)) {
  before();
  remove(place.log);
  assert_true(trial_run(NULL, place.log, arguments, place.out, place.err) <= 1);
  struct trials trials = trials_read(place.log, PLACE_STRIDE, few);
  size_t happened = 0;
  for (size_t i = 0; i < trials.count; i++) {
    before();
    remove(place.log);
    int code = trial_run(&trials.items[i], place.log, arguments, place.out, place.err);
    happened += trial_happened(place.log);
    char *wrong = trial_misbehaved(&trials.items[i], code, place.err);
    place_report(what, &trials.items[i], wrong ? wrong : check(&trials.items[i], code));
  }
  size_t bad = place_wrongs();
  print_message("%s: %zu calls failed in turn, %zu of them badly\n", what, happened, bad);
  assert_true(happened > trials.count / 2);
  free(trials.items);
  assert_int_equal(bad, 0);
}

/* --- assay golden create --- */

static size_t entries(const char *folder) {
  size_t count = 0;
  DIR *stream = opendir(folder);
  assert_non_null(stream);
  while (readdir(stream)) count++;
  closedir(stream);
  return count - 2;
}

/* What is there is a whole golden, and nothing is left of one that was not finished, unless removing it failed. */
static char *check_created(const struct trial *trial, int code) {
  char *made = place_path("made/golden");
  struct golden *golden = NULL;
  struct fault fault = {0};
  char *wrong = NULL;
  if (!code || !access(made, F_OK)) {
    if (golden_open(made, &golden, &fault)) wrong = support_text("what was made is no golden: %s", fault.text);
    golden_close(golden);
  }
  size_t left = entries(place.made);
  if (!wrong && left > 1) wrong = support_text("%zu entries are left", left);
  if (!wrong && code && left && access(made, F_OK) && strncmp(trial->name, "unlink", 6))
    wrong = support_text("half of a golden is left");
  free(made);
  return wrong;
}

static void a_golden_is_made_whole_or_not_at_all(void **state) {
  (void)state;
  char *made = place_path("made/golden");
  each_trial("golden create", 15,
             (const char *const[]){"golden", "create", made, "--name", "print", "--photo", place.photo[0],
                                   place.photo[1], "--by", "test", NULL},
             check_created, place_clean);
  free(made);
}

/* --- assay run: broker, worker and client in one process --- */

static char *check_results(const struct trial *trial, int code) {
  if (code > 2) return NULL;
  char *found = place_results(place.out), *wrong = NULL;
  if (!place_good(trial, found)) wrong = support_text("exit code %d with other results: %s", code, found);
  free(found);
  return wrong;
}

static void a_run_gives_its_results_or_says_why_not(void **state) {
  (void)state;
  char *folder = place_path("made/run");
  const char *const arguments[] = {"run",       place.golden, place.photo[0], place.photo[1], "--json",
                                   "--threads", "1",          "--out",        folder,         NULL};
  each_trial("run", 25, arguments, check_results, place_clean);
  free(folder);
}

int main(int argc, char **argv) {
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_golden_is_made_whole_or_not_at_all),
      cmocka_unit_test(a_run_gives_its_results_or_says_why_not),
  };
  return cmocka_run_group_tests(tests, place_set_up, place_tear_down);
}
