/* A line of result gives the row that struct result would, and what is no result is refused with the field's name. */
#include "engine/lots/row.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses with a wall of other bytes behind the line. */
static enum status parse(struct row_parser *parser, const char *line, struct row **row, struct fault *fault) {
  static char room[1 << 16];
  size_t size = strlen(line);
  assert_true(size + ROW_PADDING <= sizeof room);
  memset(room, '"', sizeof room);
  memcpy(room, line, size);
  return row_parse(parser, room, size, row, fault);
}

static void a_row_holds_what_the_line_says(void **state) {
  (void)state;
  const struct sample sample = {
      .number = 7,
      .lot = "L1",
      .factory = "F\xC3\xBC \"q\"",
      .shift = "night",
      .unit = "U7",
      .captured = "2026-03-01T22:14:05.25+01:00",
      .version = 3,
      .verdict = VERDICT_FAIL,
      .defect = true,
      .severity = SEVERITY_MINOR,
      .class_ = CLASS_PIN_HOLE,
      .at = {-3, 44},
      .score = 12.5,
      .dimension_count = 1,
      .dimensions = {{.name = "hole", .unit = "mm", .value = 2.2, .uncertainty = 0.01, .lower = 2.1, .upper = NAN}},
  };
  char *line = sample_line(&sample);
  struct row_parser *parser = row_parser_new();
  assert_non_null(parser);
  struct row *row;
  struct fault fault = {0};
  if (parse(parser, line, &row, &fault)) fail_msg("%s", fault.text);
  assert_string_equal(row->photo, "photos/000007.jpg");
  assert_int_equal(strlen(row->photo_id), PHOTO_ID_CHARS);
  assert_int_equal(strlen(row->job_id), JOB_ID_CHARS);
  assert_string_equal(row->keys[ROW_LOT], "L1");
  assert_string_equal(row->keys[ROW_FACTORY], "F\xC3\xBC \"q\"");
  assert_string_equal(row->keys[ROW_SHIFT], "night");
  assert_string_equal(row->keys[ROW_GOLDEN], "label");
  assert_null(row->keys[ROW_LINE]);
  assert_int_equal(row->golden_version, 3);
  assert_true(row->has_time);
  assert_int_equal(row->time_ms, 1772399645250);
  assert_int_equal(row->verdict, VERDICT_FAIL);
  assert_int_equal(row->reasons, 1 << REASON_REGION);
  assert_string_equal(row->reason, "1 place differs");
  assert_true(row->score == 12.5 && row->aligned && row->residual_px == 0.05 && row->overlap == 1);
  assert_int_equal(row->light_channels, 3);
  assert_true(row->gain[2] == 1.02 && row->offset[1] == 0);
  assert_int_equal(row->region_count, 1);
  assert_int_equal(row->regions[0].golden_box[0], -3);
  assert_int_equal(row->regions[0].class_, CLASS_PIN_HOLE);
  assert_int_equal(row->regions[0].severity, SEVERITY_MINOR);
  assert_string_equal(row->regions[0].zone, "body");
  assert_int_equal(row->dimension_count, 1);
  assert_string_equal(row->dimensions[0].name, "hole");
  assert_true(row->dimensions[0].value == 2.2 && row->dimensions[0].lower == 2.1 && isnan(row->dimensions[0].upper));
  row_parser_free(parser);
  free(line);
}

static void an_unjudged_photo_has_no_score_and_the_next_line_no_trace_of_it(void **state) {
  (void)state;
  const struct sample unjudged = {.number = 1, .lot = "L1", .verdict = VERDICT_CANNOT_JUDGE, .reason = REASON_BLURRED};
  const struct sample plain = {.number = 2, .score = 90};
  char *first = sample_line(&unjudged), *second = sample_line(&plain);
  struct row_parser *parser = row_parser_new();
  struct row *row;
  struct fault fault = {0};
  if (parse(parser, first, &row, &fault)) fail_msg("%s", fault.text);
  assert_true(isnan(row->score));
  assert_int_equal(row->reasons, 1 << REASON_BLURRED);
  if (parse(parser, second, &row, &fault)) fail_msg("%s", fault.text);
  assert_null(row->keys[ROW_LOT]);
  assert_int_equal(row->reasons, 0);
  assert_string_equal(row->reason, "");
  assert_false(row->has_time);
  row_parser_free(parser);
  free(first);
  free(second);
}

/* Puts `with` where `what` stands in a good line. */
static void refused(const char *what, const char *with, const char *message) {
  const struct sample sample = {.number = 7,
                                .captured = "2026-03-01T22:14:05",
                                .verdict = VERDICT_FAIL,
                                .defect = true,
                                .dimension_count = 1,
                                .dimensions = {{.name = "hole"}}};
  char *line = sample_line(&sample);
  char *at = strstr(line, what);
  if (!at) fail_msg("no %s in %s", what, line);
  *at = 0;
  char *changed = support_text("%s%s%s", line, with, at + strlen(what));
  struct row_parser *parser = row_parser_new();
  struct row *row;
  struct fault fault = {0};
  assert_int_equal(parse(parser, changed, &row, &fault), STATUS_INVALID);
  if (!strstr(fault.text, message)) fail_msg("%s: said \"%s\"; expected \"%s\"", with, fault.text, message);
  row_parser_free(parser);
  free(changed);
  free(line);
}

static void what_is_no_result_is_refused_with_the_field(void **state) {
  (void)state;
  refused("\"photo\":\"photos/000007.jpg\"", "\"p\":1", "photo: expected its path");
  refused("\"photo\":\"photos/000007.jpg\"", "\"photo\":7", "photo: expected a text");
  refused("photos/000007.jpg", "a\\u0000b", "photo: expected a text");
  refused("photos/000007.jpg", "\xFF", "no JSON");
  refused("\"verdict\":\"fail\",\"rea", "\"verdict\":\"bad\",\"rea", "verdict: expected pass");
  refused("\"verdict\":\"fail\",\"rea", "\"rea", "verdict: expected pass");
  refused("\"version\":1", "\"version\":-1", "golden.version: expected");
  refused("\"version\":1", "\"version\":1.5", "golden.version: expected");
  refused("\"captured\":\"2026", "\"captured\":\"26", "captured: expected");
  refused("\"code\":\"region\"", "\"code\":\"zone\"", "reasons.code: expected");
  refused("\"score\":0.0", "\"score\":\"1\"", "score: expected a number");
  refused("\"golden_box\":[0,0,10,10]", "\"golden_box\":[0,0,10]", "golden_box: expected four");
  refused("\"golden_box\":[0,0,10,10]", "\"golden_box\":[0,0,10,3000000000]", "golden_box: expected");
  refused("\"class\":\"missing\"", "\"class\":\"hole\"", "regions.class: expected");
  refused("\"severity\":\"critical\"", "\"s\":0", "regions.severity: expected");
  refused("\"gain\":[1.0,1.01,1.02]", "\"gain\":[1.0,1.01]", "light: expected one or three");
  refused("\"gain\":[1.0,1.01,1.02]", "\"gain\":[1,1,1,1,1]", "light: expected");
  refused("\"regions\":[{", "\"regions\":[7,{", "regions: expected objects");
  refused("\"dimensions\":[", "\"dimensions\":{},\"x\":[", "dimensions: expected a list");
  refused("\"verdict\":\"pass\"}]", "\"verdict\":null}]", "dimensions.verdict: expected");
  refused("\"versions\":", "\"zones\":[{\"name\":\"a\",\"delta_e\":\"x\"}],\"versions\":",
          "zones.delta_e: expected a number");
  refused("\"versions\":", "\"zones\":[{\"name\":\"a\",\"lab\":[1,2]}],\"versions\":", "zones.lab: expected three");
  refused("{\"photo\"", "[\"photo\"", "no JSON");
  refused("}}", "}", "no JSON");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_row_holds_what_the_line_says),
      cmocka_unit_test(an_unjudged_photo_has_no_score_and_the_next_line_no_trace_of_it),
      cmocka_unit_test(what_is_no_result_is_refused_with_the_field),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
