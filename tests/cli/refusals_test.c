/* Photos that cannot be judged: each kind is named, and a good photo is not refused. */
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

/* `options` end with NULL. */
static void make_set(const char *product, const char *folder, const char *const *options) {
  const char *arguments[24] = {"assay-synth",  "--product", product,     "--seed", "31",    "--goldens", "2",
                               "--megapixels", "0.4",       "--threads", "2",      "--out", folder};
  for (size_t i = 13; *options; i++) arguments[i] = *options++;
  pid_t child = fork();
  if (child == 0) {
    execv(ASSAY_SYNTH, (char *const *)arguments);
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status) fail_msg("assay-synth did not make %s", folder);
}

static void each_kind_is_named_and_good_photos_are_judged(void **state) {
  (void)state;
  static const char *const products[] = {"label", "board"};
  static const char *const spoilt[] = {"--count", "17", "--spoil", "all", "--spoiled", "2", NULL};
  for (size_t p = 0; p < sizeof products / sizeof *products; p++) {
    char *folder = support_folder(), *set = support_text("%s/set", folder), *rest = NULL;
    make_set(products[p], set, spoilt);
    struct program_end end = RUN("bench", "accuracy", "refusals", set, "--json");
    ASSERT_EXIT(end, 0);
    int kinds = 0;
    for (char *line = strtok_r(end.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), kinds++) {
      json_t *row = json_loads(line, 0, NULL);
      assert_non_null(row);
      bool good = json_is_null(json_object_get(row, "kind"));
      json_int_t photos = json_integer_value(json_object_get(row, "photos"));
      assert_int_equal(photos, good ? 3 : 2);
      if (json_integer_value(json_object_get(row, "right")) != photos ||
          json_integer_value(json_object_get(row, "refused")) != (good ? 0 : photos))
        fail_msg("%s: %s", products[p], line);
      json_decref(row);
    }
    assert_int_equal(kinds, 8);
    program_end_free(&end);
    support_remove(folder);
    free(set);
  }
}

/* Noise stands out as edges do, but no other photo shows it. */
static void the_noise_of_a_camera_is_no_other_product(void **state) {
  (void)state;
  static const char *const noisy[] = {"--count", "3", "--defects", "0", "--noise", "8", NULL};
  char *folder = support_folder(), *set = support_text("%s/set", folder);
  make_set("board", set, noisy);
  struct program_end end = RUN("bench", "accuracy", "refusals", set, "--json");
  ASSERT_EXIT(end, 0);
  json_t *row = json_loads(end.out, JSON_DISABLE_EOF_CHECK, NULL);
  assert_non_null(row);
  assert_int_equal(json_integer_value(json_object_get(row, "photos")), 3);
  assert_int_equal(json_integer_value(json_object_get(row, "refused")), 0);
  json_decref(row);
  program_end_free(&end);
  support_remove(folder);
  free(set);
}

static void a_set_without_truth_is_refused_in_words(void **state) {
  (void)state;
  char *folder = support_folder();
  struct program_end end = RUN("bench", "accuracy", "refusals", folder);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "golden.yaml");
  program_end_free(&end);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind_is_named_and_good_photos_are_judged),
      cmocka_unit_test(the_noise_of_a_camera_is_no_other_product),
      cmocka_unit_test(a_set_without_truth_is_refused_in_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
