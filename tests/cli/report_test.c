/* The writers of assay lot report. */
#include "cli/report/csv.h"
#include "cli/report/data.h"
#include "cli/report/drift.h"
#include "cli/report/junit.h"
#include "cli/report/page.h"
#include "models/csv.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOSTILE "a</script><!--\"',\n\x01\xFF&.jpg"

static struct row row_of(const char *photo, enum verdict verdict) {
  return (struct row){.photo = photo,
                      .photo_id = "",
                      .job_id = "",
                      .golden_sha256 = "",
                      .verdict = verdict,
                      .reason = "",
                      .score = 98.25,
                      .residual_px = NAN,
                      .overlap = NAN,
                      .unevenness = NAN};
}

static void csv_reads_back_what_was_written(void **state) {
  (void)state;
  struct row row = row_of("a,\"b\"\nc.jpg", VERDICT_FAIL);
  const struct row_region regions[] = {{.peak = 1.5, .zone = "x", .class_ = CLASS_SCRATCH, .severity = SEVERITY_MINOR},
                                       {.peak = 3.5, .zone = "y;", .class_ = CLASS_STAIN, .severity = SEVERITY_MAJOR}};
  row.regions = regions;
  row.region_count = 2;
  row.keys[ROW_LOT] = "L 1";
  struct text out = {0};
  report_csv_head(&out);
  report_csv_row(&out, &row);
  size_t size = out.size, count;
  char *text = text_take(&out), *fields[2][32];
  assert_non_null(text);
  struct csv csv;
  struct fault fault = {0};
  int line;
  csv_begin(&csv, text, size, "report.csv");
  for (int i = 0; i < 2; i++) {
    assert_int_equal(csv_read(&csv, fields[i], 32, &count, &line, &fault), STATUS_OK);
    assert_int_equal(count, 23);
  }
  const char *const expected[][2] = {{"photo", "a,\"b\"\nc.jpg"},
                                     {"verdict", "fail"},
                                     {"score", "98.25"},
                                     {"lot", "L 1"},
                                     {"factory", ""},
                                     {"regions", "2"},
                                     {"worst_class", "stain"},
                                     {"worst_zone", "y;"},
                                     {"worst_peak", "3.5"},
                                     {"worst_severity", "major"}};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    size_t column = 0;
    while (column < count && strcmp(fields[0][column], expected[i][0]) != 0) column++;
    assert_true(column < count);
    assert_string_equal(fields[1][column], expected[i][1]);
  }
  free(text);
}

static void csv_keeps_a_spreadsheet_from_running_a_name(void **state) {
  (void)state;
  static const char *const names[] = {"=cmd()", "+1", "-1", "@x", "\tx"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct row row = row_of(names[i], VERDICT_PASS);
    struct text out = {0};
    report_csv_row(&out, &row);
    assert_memory_equal(out.bytes, "\"'", 2);
    assert_memory_equal(out.bytes + 2, names[i], strlen(names[i]));
    text_free(&out);
  }
}

static void junit_counts_and_escapes(void **state) {
  (void)state;
  struct report_junit junit = {0};
  struct row bad = row_of(HOSTILE, VERDICT_FAIL), good = row_of("good", VERDICT_PASS),
             open = row_of("open", VERDICT_CANNOT_JUDGE);
  bad.reason = "1 < 2";
  report_junit_photo(&junit, &bad);
  report_junit_photo(&junit, &good);
  report_junit_photo(&junit, &open);
  json_t *lots = json_pack("[{s:s, s:[{s:s, s:s, s:i, s:i, s:i, s:i}, {s:s, s:s}]}]", "lot", "L<1", "classes", "class",
                           "major", "outcome", "rejected", "nonconforming", 5, "sample_size", 50, "accept", 3, "reject",
                           4, "class", "minor", "outcome", "accepted");
  assert_non_null(lots);
  struct text out = {0};
  report_junit_write(&out, lots, "lot", &junit);
  text_free(&junit.cases);
  json_decref(lots);
  char *text = text_take(&out);
  assert_non_null(text);
  static const char *const parts[] = {
      "<testsuite name=\"lots\" tests=\"2\" failures=\"1\" errors=\"0\">",
      "<testsuite name=\"photos\" tests=\"3\" failures=\"1\" errors=\"1\">",
      "classname=\"L&lt;1\" name=\"major\"><failure message=\"rejected: 5 of 50 units, accept 3, reject 4\"/>",
      "name=\"a&lt;/script&gt;&lt;!--&quot;',\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD&amp;.jpg\"><failure message=\"1 &lt; "
      "2\"/>",
      "name=\"good\"/>",
      "name=\"open\"><error message=\"\"/>"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!strstr(text, parts[i])) fail_msg("%s\nis not in\n%s", parts[i], text);
  free(text);
}

/* The text of the page's element of this id. */
static char *element(const char *page, const char *id) {
  char *open = NULL;
  assert_true(asprintf(&open, "id=\"%s\">", id) > 0);
  const char *from = strstr(page, open);
  assert_non_null(from);
  from += strlen(open);
  free(open);
  return strndup(from, (size_t)(strstr(from, "</script") - from));
}

static void nothing_in_the_data_is_markup_and_all_of_it_is_there(void **state) {
  (void)state;
  struct row row = row_of(HOSTILE, VERDICT_FAIL);
  struct text data = {0}, pictures = {0}, out = {0};
  text_put(&data, "{\"photos\":[");
  report_photo_json(&data, &row);
  text_put(&data, "]}");
  text_put(&pictures, "{}");
  report_page(&out, "en", false, &data, &pictures);
  char *page = text_take(&out);
  assert_non_null(page);
  assert_null(strstr(page, "a</script>"));
  assert_null(strstr(page, "{{"));
  char *json = element(page, "data");
  json_t *read = json_loads(json, 0, NULL);
  assert_non_null(read);
  const json_t *photo = json_array_get(json_object_get(read, "photos"), 0);
  assert_string_equal(json_string_value(json_object_get(photo, "photo")), "a</script><!--\"',\n\x01\xEF\xBF\xBD&.jpg");
  json_decref(read);
  free(json);
  free(page);
  text_free(&data);
  text_free(&pictures);
}

static void each_language_has_the_same_texts_with_the_same_values(void **state) {
  (void)state;
  struct text empty = {0};
  text_put(&empty, "{}");
  json_t *tables[2];
  for (int i = 0; i < 2; i++) {
    struct text out = {0};
    report_page(&out, i ? "zh" : "en", false, &empty, &empty);
    char *page = text_take(&out);
    assert_non_null(page);
    char *json = element(page, "strings");
    tables[i] = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(tables[i]);
    free(json);
    free(page);
  }
  const char *key;
  json_t *value;
  json_object_foreach(tables[0], key, value) {
    const char *other = json_string_value(json_object_get(tables[1], key));
    if (!other) fail_msg("%s is not in the other language", key);
    for (const char *at = strchr(json_string_value(value), '{'); at; at = strchr(at + 1, '{')) {
      char *name = strndup(at, (size_t)(strchr(at, '}') - at) + 1);
      if (!strstr(other, name)) fail_msg("%s lacks %s in the other language", key, name);
      free(name);
    }
  }
  json_decref(tables[0]);
  json_decref(tables[1]);
  text_free(&empty);
}

/* Photo `i` of three factories in turn, of four lots each, which differ as lots do; the second of F1 far more. */
static struct row of_three_factories(int i, struct row_dimension *hole) {
  static const char *const factories[] = {"F1", "F2", "F3"};
  static const char *const lots[3][4] = {{"A", "B", "C", "D"}, {"E", "F", "G", "H"}, {"I", "J", "K", "L"}};
  static const double off[3][4] = {{0.3, 3, -0.2, 0.1}, {-0.4, 0.2, 0.4, -0.1}, {0.0, -0.3, 0.3, -0.2}};
  int factory = i % 3, lot = i / 150;
  *hole = (struct row_dimension){.name = "hole", .unit = "mm", .uncertainty = 0.01, .lower = 0, .upper = 20};
  hole->value = 10 + (i * 7919 % 101 - 50) / 100.0 + off[factory][lot];
  struct row row = row_of("p.jpg", VERDICT_PASS);
  row.keys[ROW_FACTORY] = factories[factory], row.keys[ROW_LOT] = lots[factory][lot], row.keys[ROW_GOLDEN] = "plate";
  row.has_time = true, row.time_ms = 1767225600000 + 60000LL * i, row.sequence = i + 1;
  row.dimensions = hole, row.dimension_count = 1;
  return row;
}

/* Photo `i` of two factories in turn, each with a golden and a line of its own; from photo 300 on that of F3 is off. */
static struct row of_two_goldens(int i, struct row_dimension *width) {
  bool third = i % 2;
  *width = (struct row_dimension){.name = "width", .unit = "mm", .uncertainty = 0.01, .lower = 0, .upper = 20};
  width->value = 10 + (i * 7919 % 101 - 50) / 100.0 + (third && i >= 300 ? 3 : 0);
  struct row row = row_of("p.jpg", VERDICT_PASS);
  row.keys[ROW_FACTORY] = third ? "F3" : "F1", row.keys[ROW_GOLDEN] = third ? "secret" : "plate";
  row.keys[ROW_LOT] = third ? "T" : "A", row.keys[ROW_SHIFT] = third ? "late" : "early";
  row.has_time = true, row.time_ms = 1767225600000 + 60000LL * i, row.sequence = i + 1;
  row.dimensions = width, row.dimension_count = 1;
  return row;
}

typedef struct row draw_row(int i, struct row_dimension *dimension);

static char *drift_of(draw_row *draw, const char *factory, bool beside) {
  struct report_data data = {.only_factory = factory, .lots = {.by = ROW_LOT}};
  struct fault fault = {0};
  struct text out = {0};
  for (int i = 0; i < 600; i++) {
    struct row_dimension hole;
    struct row row = draw(i, &hole);
    bool own = !strcmp(row.keys[ROW_FACTORY], factory);
    enum status status = own      ? report_take(&data, &row, &fault)
                         : beside ? report_take_other(&data, &row, &fault)
                                  : STATUS_OK;
    if (status) fail_msg("%s", fault.text);
  }
  assert_int_equal(report_end(&data, &fault), STATUS_OK);
  assert_int_equal(report_drift_json(&data, &out, &fault), STATUS_OK);
  report_data_free(&data);
  return text_take(&out);
}

static void a_lot_that_stands_out_beside_other_factories_alone_is_in_its_factory_s_report(void **state) {
  (void)state;
  char *alone = drift_of(of_three_factories, "F1", false), *beside = drift_of(of_three_factories, "F1", true),
       *other = drift_of(of_three_factories, "F2", true);
  assert_null(strstr(alone, "hole (golden plate)"));
  assert_non_null(strstr(beside, "Lot B of factory F1: dimension hole (golden plate)"));
  assert_null(strstr(other, "hole (golden plate)"));
  free(alone);
  free(beside);
  free(other);
}

static void what_only_another_factory_makes_is_in_no_other_s_report(void **state) {
  (void)state;
  char *own = drift_of(of_two_goldens, "F3", true), *other = drift_of(of_two_goldens, "F1", true);
  assert_non_null(strstr(own, "width (golden secret)"));
  assert_null(strstr(other, "secret"));
  free(own);
  free(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_only_another_factory_makes_is_in_no_other_s_report),
      cmocka_unit_test(a_lot_that_stands_out_beside_other_factories_alone_is_in_its_factory_s_report),
      cmocka_unit_test(csv_reads_back_what_was_written),
      cmocka_unit_test(csv_keeps_a_spreadsheet_from_running_a_name),
      cmocka_unit_test(junit_counts_and_escapes),
      cmocka_unit_test(nothing_in_the_data_is_markup_and_all_of_it_is_there),
      cmocka_unit_test(each_language_has_the_same_texts_with_the_same_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
