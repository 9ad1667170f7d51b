#include "models/manifest.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void parse(const char *text, struct manifest *manifest) {
  struct fault fault = {0};
  if (manifest_parse(text, strlen(text), "lists/m.csv", manifest, &fault)) fail_msg("%s", fault.text);
}

static void every_column_is_read_in_any_order(void **state) {
  (void)state;
  struct manifest manifest;
  parse("lot,photo,golden,factory,line,shift,stage,unit,view,captured\n"
        "L1,a.jpg,goldens/front,F,3,night,print,u7,front,2026-03-01T22:14:05\n",
        &manifest);
  assert_int_equal(manifest.count, 1);
  const struct job *job = &manifest.rows[0].job;
  assert_string_equal(job->photo, "a.jpg");
  assert_string_equal(manifest.rows[0].path, "lists/a.jpg");
  assert_string_equal(job->golden_path, "lists/goldens/front");
  assert_string_equal(job->lot, "L1");
  assert_string_equal(job->factory, "F");
  assert_string_equal(job->line, "3");
  assert_string_equal(job->shift, "night");
  assert_string_equal(job->stage, "print");
  assert_string_equal(job->unit, "u7");
  assert_string_equal(job->view, "front");
  assert_string_equal(job->captured, "2026-03-01T22:14:05");
  assert_string_equal(job->id, "");
  manifest_free(&manifest);
}

static void quotes_line_ends_and_marks_are_those_of_rfc_4180(void **state) {
  (void)state;
  struct manifest manifest;
  parse("\xEF\xBB\xBF\"photo\",lot\r\n"
        "\"/a, \"\"b\"\".jpg\",\r\n"
        "\r\n"
        "\"/two\nlines.jpg\",\"\"\n"
        "/last.jpg,\xE6\x89\xB9",
        &manifest);
  assert_int_equal(manifest.count, 3);
  assert_string_equal(manifest.rows[0].job.photo, "/a, \"b\".jpg");
  assert_null(manifest.rows[0].job.lot);
  assert_int_equal(manifest.rows[0].line, 2);
  assert_string_equal(manifest.rows[1].job.photo, "/two\nlines.jpg");
  assert_null(manifest.rows[1].job.lot);
  assert_int_equal(manifest.rows[1].line, 4);
  assert_string_equal(manifest.rows[2].job.photo, "/last.jpg");
  assert_string_equal(manifest.rows[2].job.lot, "\xE6\x89\xB9");
  assert_int_equal(manifest.rows[2].line, 6);
  manifest_free(&manifest);
}

static void a_line_may_end_with_an_empty_field(void **state) {
  (void)state;
  struct manifest manifest;
  parse("photo,lot\n/a,", &manifest);
  assert_int_equal(manifest.count, 1);
  assert_null(manifest.rows[0].job.lot);
  manifest_free(&manifest);
}

static void a_header_alone_is_an_empty_list(void **state) {
  (void)state;
  struct manifest manifest;
  parse("photo\n\n", &manifest);
  assert_int_equal(manifest.count, 0);
  manifest_free(&manifest);
}

static void errors_name_the_file_the_line_and_the_column(void **state) {
  (void)state;
  char longer[301];
  memset(longer, 'x', 300);
  longer[300] = 0;
  char *long_lot = support_text("photo,lot\na,%s\n", longer);
  const char *const cases[][2] = {
      {"", "m.csv:1: photo: missing column"},
      {"\n\n", "m.csv:3: photo: missing column"},
      {"lot,shift\na,b\n", "m.csv:1: photo: missing column; expected a header with it"},
      {"photo,colour\n", "m.csv:1: colour: unknown column; expected photo, golden"},
      {"photo;lot\n", "m.csv:1: photo;lot: unknown column"},
      {"Photo\n", "m.csv:1: Photo: unknown column"},
      {"photo,\n", "m.csv:1: : unknown column"},
      {"photo,lot,photo\n", "m.csv:1: photo: given twice"},
      {"photo,golden,lot,factory,line,shift,stage,unit,view,captured,lot,lot,lot\n", "m.csv:1: lot: given twice"},
      {"photo,lot\na\n", "m.csv:2: 1 field; expected 2 as in the header"},
      {"photo,lot\na,b\n\na,b,c\n", "m.csv:4: 3 fields; expected 2"},
      {"photo,lot\n,b\n", "m.csv:2: photo: empty; expected a path"},
      {"photo\n\"a\n\nb", "m.csv:2: a quote is opened and not closed"},
      {"photo\na\"b\n", "m.csv:2: a quote inside a field"},
      {"photo\n\"a\"b\n", "m.csv:2: text behind a closing quote"},
      {"photo,lot\n\xFF,b\n", "m.csv:2: photo: not a text; expected UTF-8"},
      {"photo,lot\na,b\na,\xC3\n", "m.csv:3: lot: not a text; expected UTF-8"},
      {"photo,lot\na,b\tc\n", "m.csv:2: lot: b?c; expected UTF-8 text without control characters"},
      {"photo,captured\na,yesterday\n", "m.csv:2: captured: yesterday; expected an ISO 8601 time"},
      {"photo,captured\na,2026-02-30T10:00:00\n", "m.csv:2: captured: 2026-02-30T10:00:00; expected an ISO 8601 time"},
      {long_lot, "m.csv:2: lot: xxx"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct manifest manifest;
    struct fault fault = {0};
    enum status status = manifest_parse(cases[i][0], strlen(cases[i][0]), "m.csv", &manifest, &fault);
    if (status != STATUS_INVALID || strncmp(fault.text, cases[i][1], strlen(cases[i][1])))
      fail_msg("%s\n  gave:     %s\n  expected: %s", cases[i][0], fault.text, cases[i][1]);
    assert_null(manifest.rows);
    assert_int_equal(manifest.count, 0);
  }
  free(long_lot);
}

static void a_nul_byte_is_refused(void **state) {
  (void)state;
  struct manifest manifest;
  struct fault fault = {0};
  assert_int_equal(manifest_parse("photo\na\0b\n", 10, "m.csv", &manifest, &fault), STATUS_INVALID);
  assert_string_equal(fault.text, "m.csv:2: a NUL byte; expected text");
}

static void a_path_over_the_limit_is_refused_also_with_its_folder(void **state) {
  (void)state;
  char *longest = support_text("photo\n%04095d\n", 7), *too_long = support_text("photo\n%04096d\n", 7);
  struct manifest manifest;
  struct fault fault = {0};
  assert_int_equal(manifest_parse(longest, strlen(longest), "m.csv", &manifest, &fault), STATUS_OK);
  manifest_free(&manifest);
  assert_int_equal(manifest_parse(too_long, strlen(too_long), "m.csv", &manifest, &fault), STATUS_INVALID);
  assert_int_equal(manifest_parse(longest, strlen(longest), "a/m.csv", &manifest, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "a/m.csv:2: photo: too long with the manifest's folder"));
  free(longest);
  free(too_long);
}

static void a_file_is_read_and_a_missing_one_named(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/m.csv", folder), *photo = support_text("%s/a.jpg", folder);
  struct manifest manifest;
  struct fault fault = {0};
  assert_int_equal(manifest_read(path, &manifest, &fault), STATUS_MISSING);
  assert_non_null(strstr(fault.text, "m.csv: no such file"));
  support_write(path, "photo\na.jpg\n", 12);
  assert_int_equal(manifest_read(path, &manifest, &fault), STATUS_OK);
  assert_string_equal(manifest.rows[0].path, photo);
  manifest_free(&manifest);
  free(photo);
  free(path);
  support_remove(folder);
}

static void a_hundred_thousand_rows_are_read(void **state) {
  (void)state;
  enum { ROWS = 100000, ROW = 22 };
  char *text = malloc(16 + ROWS * ROW + 1);
  assert_non_null(text);
  size_t size = (size_t)sprintf(text, "photo,lot\n");
  for (int i = 0; i < ROWS; i++) size += (size_t)sprintf(text + size, "/p/%08d.jpg,L%d\n", i, i % 10);
  struct manifest manifest;
  assert_int_equal(manifest_parse(text, size, "m.csv", &manifest, NULL), STATUS_OK);
  assert_int_equal(manifest.count, ROWS);
  assert_string_equal(manifest.rows[ROWS - 1].job.photo, "/p/00099999.jpg");
  assert_int_equal(manifest.rows[ROWS - 1].line, ROWS + 1);
  manifest_free(&manifest);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_column_is_read_in_any_order),
      cmocka_unit_test(quotes_line_ends_and_marks_are_those_of_rfc_4180),
      cmocka_unit_test(a_line_may_end_with_an_empty_field),
      cmocka_unit_test(a_header_alone_is_an_empty_list),
      cmocka_unit_test(errors_name_the_file_the_line_and_the_column),
      cmocka_unit_test(a_nul_byte_is_refused),
      cmocka_unit_test(a_path_over_the_limit_is_refused_also_with_its_folder),
      cmocka_unit_test(a_file_is_read_and_a_missing_one_named),
      cmocka_unit_test(a_hundred_thousand_rows_are_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
