#include "cli/report.h"
#include "cli/table.h"
#include "cli/text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_clean(const char *text, size_t columns, bool keep_end, const char *expected) {
  char *clean = text_clean(text, columns, keep_end);
  assert_string_equal(clean, expected);
  if (columns) assert_true(text_width(clean) <= columns);
  free(clean);
}

static void width_counts_columns_not_bytes(void **state) {
  (void)state;
  assert_int_equal(text_width("label"), 5);
  assert_int_equal(text_width("Größe"), 5);
  assert_int_equal(text_width("工厂"), 4);
  assert_int_equal(text_width("e\xCC\x81"), 1);
  assert_int_equal(text_width(""), 0);
}

static void what_could_harm_a_terminal_is_replaced(void **state) {
  (void)state;
  assert_clean("a\033[2Jb", 0, false, "a\xEF\xBF\xBD[2Jb");
  assert_clean("a\nb\rc", 0, false,
               "a\xEF\xBF\xBD"
               "b\xEF\xBF\xBD"
               "c");
  assert_clean("bad \xFF\xC3", 0, false, "bad \xEF\xBF\xBD\xEF\xBF\xBD");
  assert_clean("turn \xE2\x80\xAE round", 0, false, "turn \xEF\xBF\xBD round");
}

static void long_text_is_cut_at_the_end_or_at_the_start(void **state) {
  (void)state;
  assert_clean("abcdef", 6, false, "abcdef");
  assert_clean("abcdef", 4, false, "abc\xE2\x80\xA6");
  assert_clean("abcdef", 4, true,
               "\xE2\x80\xA6"
               "def");
  assert_clean("工厂工厂", 4, false, "工\xE2\x80\xA6");
  assert_clean("工厂工厂", 4, true, "\xE2\x80\xA6厂");
  assert_clean("abc", 1, true, "\xE2\x80\xA6");
}

static void columns_stand_under_each_other_whatever_the_script(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  const struct column columns[] = {
      {.title = "name", .width = 6}, {.title = "n", .width = 3, .right = true}, {.title = "x"}};
  const struct table table = {out, columns, 3, false};
  table_head(&table);
  table_row(&table, (const struct cell[]){{.text = "工厂"}, {.text = "1"}, {.text = "y"}});
  table_row(&table, (const struct cell[]){{.text = "Größe"}, {.text = "22"}, {.text = "long last cell"}});
  fclose(out);
  assert_string_equal(text, "name      n  x\n"
                            "──────  ───  ─\n"
                            "工厂      1  y\n"
                            "Größe    22  long last cell\n");
  free(text);
}

static void the_summary_counts_by_factory_and_shift(void **state) {
  (void)state;
  struct summary summary = {0};
  struct job north = {.factory = "North", .shift = "day"}, night = {.factory = "North", .shift = "night"};
  assert_true(summary_add(&summary, &north, VERDICT_PASS));
  assert_true(summary_add(&summary, &night, VERDICT_FAIL));
  assert_true(summary_add(&summary, &north, VERDICT_FAIL));
  assert_true(summary_add(&summary, &north, VERDICT_PASS));
  assert_true(summary_add(&summary, NULL, VERDICT_CANNOT_JUDGE));
  json_t *json = summary_to_json(&summary);
  char *line = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));
  assert_string_equal(line, "{\"photos\":5,\"pass\":2,\"fail\":2,\"cannot_judge\":1,\"fail_share\":0.5,\"groups\":["
                            "{\"factory\":\"North\",\"shift\":\"day\",\"photos\":3,\"pass\":2,\"fail\":1,"
                            "\"cannot_judge\":0,\"fail_share\":0.333333},"
                            "{\"factory\":\"North\",\"shift\":\"night\",\"photos\":1,\"pass\":0,\"fail\":1,"
                            "\"cannot_judge\":0,\"fail_share\":1.0},"
                            "{\"factory\":null,\"shift\":null,\"photos\":1,\"pass\":0,\"fail\":0,"
                            "\"cannot_judge\":1,\"fail_share\":null}]}");
  free(line);
  json_decref(json);
  assert_int_equal(tally_exit_code(&summary.total), 1);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  summary_print(&summary, out);
  fclose(out);
  assert_non_null(strstr(text, "North    day         3       2       1             0      33.3 %\n"));
  assert_non_null(strstr(text, "all                  5       2       2             1      50.0 %\n"));
  free(text);
  summary_free(&summary);
}

int main(void) {
  if (!setlocale(LC_CTYPE, "C.UTF-8")) return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(width_counts_columns_not_bytes),
      cmocka_unit_test(what_could_harm_a_terminal_is_replaced),
      cmocka_unit_test(long_text_is_cut_at_the_end_or_at_the_start),
      cmocka_unit_test(columns_stand_under_each_other_whatever_the_script),
      cmocka_unit_test(the_summary_counts_by_factory_and_shift),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
