#include "cli/report/junit.h"

#include "models/utf8.h"

#include <stdio.h>
#include <string.h>

static void put_char(struct text *out, const char *at, size_t length, bool valid) {
  static const char *const escapes[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
  const char *special = length == 1 ? strchr("&<>\"", *at) : NULL;
  bool control = length == 1 && (unsigned char)*at < 0x20;
  bool not_a_character = length == 3 && !memcmp(at, "\xEF\xBF", 2) && (unsigned char)at[2] >= 0xBE;
  if (special)
    text_put(out, escapes[special - "&<>\""]);
  else if (!valid || control || not_a_character)
    text_put(out, "\xEF\xBF\xBD");
  else
    text_add(out, at, length);
}

static void put_escaped(struct text *out, const char *text) {
  size_t size = strlen(text);
  for (size_t i = 0; i < size;) {
    bool valid;
    size_t length = utf8_next(text + i, size - i, &valid);
    put_char(out, text + i, length, valid);
    i += length;
  }
}

static void put_attribute(struct text *out, const char *name, const char *value) {
  text_put(out, " ");
  text_put(out, name);
  text_put(out, "=\"");
  put_escaped(out, value ? value : "");
  text_put(out, "\"");
}

static void put_number(struct text *out, const char *name, size_t number) {
  char digits[24];
  snprintf(digits, sizeof digits, "%zu", number);
  put_attribute(out, name, digits);
}

/* `problem` is "failure", "error" or NULL. */
static void put_case(struct report_junit *junit, const char *group, const char *name, const char *problem,
                     const char *message) {
  struct text *out = &junit->cases;
  text_put(out, "    <testcase");
  put_attribute(out, "classname", group);
  put_attribute(out, "name", name);
  junit->count++;
  if (!problem) {
    text_put(out, "/>\n");
    return;
  }
  if (!strcmp(problem, "failure"))
    junit->failures++;
  else
    junit->errors++;
  text_put(out, "><");
  text_put(out, problem);
  put_attribute(out, "message", message);
  text_put(out, "/></testcase>\n");
}

void report_junit_photo(struct report_junit *junit, const struct row *row) {
  static const char *const problems[] = {NULL, "failure", "error"}; /* by enum verdict */
  put_case(junit, row->keys[ROW_LOT] ? row->keys[ROW_LOT] : "", row->photo, problems[row->verdict], row->reason);
}

static void add_lot(struct report_junit *junit, const json_t *lot, const char *by) {
  size_t i;
  const json_t *judged;
  json_array_foreach(json_object_get(lot, "classes"), i, judged) {
    const char *outcome = json_string_value(json_object_get(judged, "outcome"));
    bool accepted = !strcmp(outcome, "accepted"), held = !strcmp(outcome, "held");
    char message[192];
    snprintf(message, sizeof message, "%s: %lld of %lld units, accept %lld, reject %lld", outcome,
             json_integer_value(json_object_get(judged, "nonconforming")),
             json_integer_value(json_object_get(judged, "sample_size")),
             json_integer_value(json_object_get(judged, "accept")),
             json_integer_value(json_object_get(judged, "reject")));
    put_case(junit, json_string_value(json_object_get(lot, by)), json_string_value(json_object_get(judged, "class")),
             accepted ? NULL
             : held   ? "error"
                      : "failure",
             message);
  }
}

static void put_suite(struct text *out, const char *name, const struct report_junit *junit) {
  text_put(out, "  <testsuite");
  put_attribute(out, "name", name);
  put_number(out, "tests", junit->count);
  put_number(out, "failures", junit->failures);
  put_number(out, "errors", junit->errors);
  text_put(out, ">\n");
  text_add(out, junit->cases.bytes, junit->cases.size);
  text_put(out, "  </testsuite>\n");
  out->failed |= junit->cases.failed;
}

void report_junit_write(struct text *out, const json_t *lots, const char *by, const struct report_junit *photos) {
  struct report_junit judged = {0};
  size_t i;
  const json_t *lot;
  json_array_foreach(lots, i, lot) add_lot(&judged, lot, by);
  text_put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
  put_suite(out, "lots", &judged);
  put_suite(out, "photos", photos);
  text_put(out, "</testsuites>\n");
  text_free(&judged.cases);
}
