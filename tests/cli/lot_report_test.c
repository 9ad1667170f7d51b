/* assay lot report, driven as users do: what it writes where. */
#include "tests/cli/program.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *write_results(const char *folder) {
  char *path = support_text("%s/results.jsonl", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (int i = 1; i <= 20; i++)
    sample_write(file, &(struct sample){.number = i, .lot = "A", .factory = "North", .score = 80});
  assert_int_equal(fclose(file), 0);
  return path;
}

static void the_ending_of_the_file_decides_unless_a_format_is_given(void **state) {
  (void)state;
  static const struct {
    const char *name, *format, *begins;
  } cases[] = {
      {"a.html", NULL, "<!doctype html>"}, {"a.csv", NULL, "photo,verdict"}, {"A.CSV", NULL, "photo,verdict"},
      {"a.json", NULL, "{\"made\""},       {"a.xml", NULL, "<?xml"},         {"lot.5", NULL, "<!doctype html>"},
      {"b.csv", "html", "<!doctype html>"}};
  char *folder = support_folder(), *results = write_results(folder);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *out = support_text("%s/%s", folder, cases[i].name);
    struct program_end end = RUN("lot", "report", results, "--size", "20", "--out", out,
                                 cases[i].format ? "--format" : NULL, cases[i].format);
    ASSERT_EXIT(end, 0);
    program_end_free(&end);
    char *text = program_read(out, NULL);
    if (strncmp(text, cases[i].begins, strlen(cases[i].begins)) != 0)
      fail_msg("%s begins with %.40s", cases[i].name, text);
    free(text);
    free(out);
  }
  free(results);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_ending_of_the_file_decides_unless_a_format_is_given)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
