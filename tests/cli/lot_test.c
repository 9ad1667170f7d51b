/* A synthetic lot from maker to verdict: what assay-synth planted is found, and nothing else. */
#include "tests/cli/program.h"
#include "tests/support.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct lot {
  const char *product, *seed, *count, *defects, *megapixels;
};

struct tally {
  int photos, planted, missed, false_regions, unjudged;
};

static void make_lot(const struct lot *lot, const char *folder) {
  pid_t child = fork();
  if (child == 0) {
    execl(ASSAY_SYNTH, "assay-synth", "--product", lot->product, "--seed", lot->seed, "--count", lot->count,
          "--defects", lot->defects, "--megapixels", lot->megapixels, "--threads", "2", "--out", folder, (char *)NULL);
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status) fail_msg("assay-synth did not make %s", folder);
}

/* Boxes as x, y, width, height; the truth's may have fractions. `margin` pixels apart still touch. */
static bool touch(const json_t *a, const json_t *b, double margin) {
  double p[4], q[4];
  for (size_t i = 0; i < 4; i++) {
    p[i] = json_number_value(json_array_get(a, i));
    q[i] = json_number_value(json_array_get(b, i));
  }
  return p[0] < q[0] + q[2] + margin && q[0] < p[0] + p[2] + margin && p[1] < q[1] + q[3] + margin &&
         q[1] < p[1] + p[3] + margin;
}

static bool any_touches(const json_t *boxes, const json_t *box, double margin) {
  for (size_t i = 0; i < json_array_size(boxes); i++)
    if (touch(json_object_get(json_array_get(boxes, i), "golden_box"), box, margin)) return true;
  return false;
}

static void count_photo(const json_t *truth, const json_t *result, struct tally *tally) {
  const json_t *defects = json_object_get(truth, "defects"), *regions = json_object_get(result, "regions");
  const char *photo = json_string_value(json_object_get(truth, "photo"));
  tally->photos++;
  if (!strcmp(json_string_value(json_object_get(result, "verdict")), "cannot_judge")) tally->unjudged++;
  for (size_t i = 0; i < json_array_size(defects); i++) {
    const json_t *defect = json_array_get(defects, i);
    tally->planted++;
    if (any_touches(regions, json_object_get(defect, "golden_box"), 2)) continue;
    tally->missed++;
    char *text = json_dumps(defect, JSON_COMPACT);
    print_message("missed in %s: %s\n", photo, text);
    free(text);
  }
  for (size_t i = 0; i < json_array_size(regions); i++) {
    const json_t *region = json_array_get(regions, i);
    if (any_touches(defects, json_object_get(region, "golden_box"), 10)) continue;
    tally->false_regions++;
    char *text = json_dumps(region, JSON_COMPACT);
    print_message("false region in %s: %s\n", photo, text);
    free(text);
  }
}

/* Reads two files of JSON lines side by side. */
static struct tally compare(char *truth, char *results) {
  struct tally tally = {0};
  char *truth_rest = NULL, *result_rest = NULL;
  char *t = strtok_r(truth, "\n", &truth_rest), *r = strtok_r(results, "\n", &result_rest);
  for (; t && r; t = strtok_r(NULL, "\n", &truth_rest), r = strtok_r(NULL, "\n", &result_rest)) {
    json_t *a = json_loads(t, 0, NULL), *b = json_loads(r, 0, NULL);
    if (!a || !b) fail_msg("no JSON: %s", a ? r : t);
    count_photo(a, b, &tally);
    json_decref(a);
    json_decref(b);
  }
  if (t || r) fail_msg("truth and results have not as many lines");
  return tally;
}

static struct tally judge_lot(const struct lot *lot) {
  char *folder = support_folder(), *set = support_text("%s/set", folder), *golden = support_text("%s/golden", folder);
  char *spec = support_text("%s/golden.yaml", set), *photos = support_text("%s/photos", set);
  make_lot(lot, set);
  char *approved[5];
  for (int i = 0; i < 5; i++) approved[i] = support_text("%s/golden/%03d.jpg", set, i);
  struct program_end made = RUN("golden", "create", golden, "--name", "lot", "--spec", spec, "--photo", approved[0],
                                approved[1], approved[2], approved[3], approved[4]);
  ASSERT_EXIT(made, 0);
  struct program_end run = RUN("run", golden, photos, "--json", "--threads", "2");
  ASSERT_EXIT(run, 1);
  char *truth_path = support_text("%s/truth.jsonl", set), *truth = program_read(truth_path, NULL);
  struct tally tally = compare(truth, run.out);
  print_message("%s, seed %s: %d photos, %d planted defects, %d missed, %d false regions, %d not judged\n",
                lot->product, lot->seed, tally.photos, tally.planted, tally.missed, tally.false_regions,
                tally.unjudged);
  program_end_free(&made);
  program_end_free(&run);
  for (int i = 0; i < 5; i++) free(approved[i]);
  free(truth), free(truth_path), free(photos), free(spec), free(golden), free(set);
  support_remove(folder);
  return tally;
}

static void expect_all_right(const struct lot *lot) {
  struct tally tally = judge_lot(lot);
  assert_true(tally.planted > 0);
  assert_int_equal(tally.missed, 0);
  assert_int_equal(tally.false_regions, 0);
  assert_int_equal(tally.unjudged, 0);
}

/* $ASSAY_TEST_ALL=1: the whole lot of 200 photos; a sanitizer's build makes do with a few small ones. */
static struct lot sized(const char *product, const char *seed) {
  const char *all = getenv("ASSAY_TEST_ALL");
  if (all && *all == '1') return (struct lot){product, seed, "200", "40", "3"};
#if SLOW_BUILD
  return (struct lot){product, seed, "3", "2", "0.5"};
#else
  return (struct lot){product, seed, "12", "6", "3"};
#endif
}

static void planted_defects_on_labels_are_found_and_nothing_else(void **state) {
  (void)state;
  struct lot lot = sized("label", "101");
  expect_all_right(&lot);
}

static void planted_defects_on_boards_are_found_and_nothing_else(void **state) {
  (void)state;
  struct lot lot = sized("board", "102");
  expect_all_right(&lot);
}

static void planted_defects_on_plates_are_found_and_nothing_else(void **state) {
  (void)state;
  struct lot lot = sized("plate", "103");
  expect_all_right(&lot);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(planted_defects_on_labels_are_found_and_nothing_else),
      cmocka_unit_test(planted_defects_on_boards_are_found_and_nothing_else),
      cmocka_unit_test(planted_defects_on_plates_are_found_and_nothing_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
