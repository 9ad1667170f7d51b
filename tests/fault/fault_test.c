/* Each call that can fail, failing in turn, while two photos are inspected: no crash, no leak (under a sanitizer), no
 * wrong or lost result, and words that name what failed. ASSAY_TEST_ALL=1 takes all of them; ASSAY_FAULT_SHOW=1 shows
 * the words. */
#include "models/golden.h"
#include "tests/cli/program.h"
#include "tests/cli/scene.h"
#include "tests/fault/trial.h"
#include "tests/support.h"

#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PHOTOS = 2, STRIDE = 13 };

static struct {
  char *folder, *photo[PHOTOS], *golden, *made, *out, *err, *log;
  char *quiet; /* the results of a run without faults, comparable */
} place;

static size_t bad;

static void report(const char *what, const struct trial *trial, char *wrong) {
  if (!wrong) return;
  char *where = trial_describe(trial, place.log);
  print_message("%s, %s: %s\n", what, where, wrong);
  free(where);
  free(wrong);
  bad++;
}

static char *below(const char *name) {
  return support_text("%s/%s", place.folder, name);
}

static void remove_folder(const char *path) {
  support_remove(strdup(path));
}

/* Results by job, without what may differ; NULL where a line is none. The caller frees it. */
static char *comparable(const char *path) {
  char *text = program_read(path, NULL);
  json_t *all = json_object();
  bool good = true;
  for (const char *line = text; good && *line; line += strcspn(line, "\n") + 1) {
    json_t *result = json_loadb(line, strcspn(line, "\n"), JSON_REJECT_DUPLICATES, NULL);
    const char *id = json_string_value(json_object_get(json_object_get(result, "job"), "id"));
    good = id && !json_object_get(all, id) && line[strcspn(line, "\n")] == '\n';
    json_object_del(result, "backend");
    json_object_del(result, "timing_ms");
    if (good) json_object_set(all, id, result);
    json_decref(result);
  }
  char *written = good ? json_dumps(all, JSON_SORT_KEYS) : NULL;
  json_decref(all);
  free(text);
  return written;
}

static int set_up(void **state) {
  (void)state;
  place.folder = support_folder();
  for (int i = 0; i < PHOTOS; i++) {
    char *name = support_text("%d.jpg", i);
    scene_write(place.folder, name, i, i, -i, i > 0);
    place.photo[i] = below(name);
    free(name);
  }
  place.golden = below("golden");
  place.made = below("made");
  place.out = below("out");
  place.err = below("err");
  place.log = below("log");
  mkdir(place.made, 0777);
  const char *const create[] = {"golden",  "create",       place.golden, "--name", "print",
                                "--photo", place.photo[0], "--by",       "test",   NULL};
  assert_int_equal(trial_run(NULL, NULL, create, place.out, place.err), 0);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  support_remove(place.folder);
  for (int i = 0; i < PHOTOS; i++) free(place.photo[i]);
  free(place.golden);
  free(place.made);
  free(place.out);
  free(place.err);
  free(place.log);
  free(place.quiet);
  return 0;
}

static void each_trial(const char *what, size_t few, const char *const *arguments,
                       char *(*check)(const struct trial *trial, int code), void (*before)(void)) {
  before();
  remove(place.log);
  assert_true(trial_run(NULL, place.log, arguments, place.out, place.err) <= 1);
  struct trials trials = trials_read(place.log, STRIDE, few);
  size_t happened = 0;
  bad = 0;
  for (size_t i = 0; i < trials.count; i++) {
    before();
    remove(place.log);
    int code = trial_run(&trials.items[i], place.log, arguments, place.out, place.err);
    happened += trial_happened(place.log);
    char *wrong = trial_misbehaved(&trials.items[i], code, place.err);
    report(what, &trials.items[i], wrong ? wrong : check(&trials.items[i], code));
  }
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

static void nothing_made(void) {
  remove_folder(place.made);
  assert_int_equal(mkdir(place.made, 0777), 0);
}

/* What is there is a whole golden, and nothing is left of one that was not finished, unless removing it failed. */
static char *check_created(const struct trial *trial, int code) {
  char *made = below("made/golden");
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
  char *made = below("made/golden");
  each_trial("golden create", 15,
             (const char *const[]){"golden", "create", made, "--name", "print", "--photo", place.photo[0],
                                   place.photo[1], "--by", "test", NULL},
             check_created, nothing_made);
  free(made);
}

/* --- assay run: broker, worker and client in one process --- */

static char *check_results(const struct trial *trial, int code) {
  (void)trial;
  if (code > 2) return NULL;
  char *found = comparable(place.out), *wrong = NULL;
  if (!found || strcmp(found, place.quiet)) wrong = support_text("exit code %d with other results: %s", code, found);
  free(found);
  return wrong;
}

static void a_run_gives_its_results_or_says_why_not(void **state) {
  (void)state;
  char *folder = below("made/run");
  const char *const arguments[] = {"run",       place.golden, place.photo[0], place.photo[1], "--json",
                                   "--threads", "1",          "--out",        folder,         NULL};
  assert_int_equal(trial_run(NULL, NULL, arguments, place.out, place.err), 1);
  place.quiet = comparable(place.out);
  assert_non_null(place.quiet);
  each_trial("run", 25, arguments, check_results, nothing_made);
  free(folder);
}

int main(int argc, char **argv) {
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_golden_is_made_whole_or_not_at_all),
      cmocka_unit_test(a_run_gives_its_results_or_says_why_not),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
