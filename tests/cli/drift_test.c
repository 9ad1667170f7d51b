/* assay lot drift: findings in sentences and JSON, charts, exit codes. */
#include "datasets/production.h"
#include "tests/cli/program.h"
#include "tests/support.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum status write_result(void *context, const struct result *result, struct fault *fault) {
  (void)fault;
  char *line = result_write(result);
  if (!line || fprintf(context, "%s\n", line) < 0) abort();
  free(line);
  return STATUS_OK;
}

/* A file of results; the caller removes the folder. */
static char *make_season(bool in_control, struct production_plant plants[PLANTS], char **folder) {
  *folder = support_folder();
  char *path = support_text("%s/results.jsonl", *folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  const struct production_options how = {.seed = 2, .photos = 300, .in_control = in_control};
  assert_int_equal(production_make(&how, plants, write_result, file, NULL), STATUS_OK);
  assert_int_equal(fclose(file), 0);
  return path;
}

static void a_drift_is_told_in_a_sentence_and_fails(void **state) {
  (void)state;
  struct production_plant plants[PLANTS];
  char *folder, *path = make_season(false, plants, &folder);
  struct program_end end = RUN("lot", "drift", path);
  ASSERT_EXIT(end, 1);
  char *creep =
      support_text("Line %s of factory %s: dimension %s", plants[0].line, plants[0].factory, plants[0].quantity);
  char *lot = support_text("Lot %s of factory", plants[2].lot);
  ASSERT_HAS(end.out, creep);
  ASSERT_HAS(end.out, lot);
  ASSERT_HAS(end.out, "where nothing changes, 0.05 findings are to be expected in all");
  free(creep);
  free(lot);
  program_end_free(&end);
  free(path);
  support_remove(folder);
}

/* The JSON lines that have `key`; the last one that has it is returned, for the caller to end. */
static json_t *last_with(const char *out, const char *key, int *count) {
  json_t *last = NULL;
  char *text = support_text("%s", out), *rest = text;
  *count = 0;
  for (char *line; (line = strsep(&rest, "\n"));) {
    if (!*line) continue;
    json_t *json = json_loads(line, 0, NULL);
    assert_non_null(json);
    if (!json_object_get(json, key)) {
      json_decref(json);
      continue;
    }
    json_decref(last);
    last = json;
    ++*count;
  }
  free(text);
  return last;
}

static void json_holds_findings_charts_and_a_summary(void **state) {
  (void)state;
  char *folder, *path = make_season(false, NULL, &folder);
  struct program_end end =
      RUN("lot", "drift", path, "--json", "--charts", "--rules", "western-electric", "--limits", "spec");
  ASSERT_EXIT(end, 1);
  int findings, lines, summaries;
  json_t *finding = last_with(end.out, "finding", &findings), *line = last_with(end.out, "charts", &lines),
         *summary = last_with(end.out, "looked_at", &summaries);
  assert_true(findings >= 2);
  assert_int_equal(strlen(json_string_value(json_object_get(finding, "finding"))), 16);
  assert_true(json_number_value(json_object_get(finding, "probability")) <=
              json_number_value(json_object_get(finding, "allowed")));
  assert_string_equal(json_string_value(json_object_get(line, "golden")), "bracket");
  assert_int_equal(lines, 10 * 6); /* quantities and lines: 2 dimensions, 2 zones, 3 classes, unjudged, score, failed */
  assert_int_equal(summaries, 1);
  assert_int_equal(json_integer_value(json_object_get(summary, "findings")), findings);
  assert_int_equal(json_integer_value(json_object_get(summary, "photos")), 6000);
  json_decref(finding);
  json_decref(line);
  json_decref(summary);
  program_end_free(&end);
  free(path);
  support_remove(folder);
}

static void nothing_found_passes(void **state) {
  (void)state;
  char *folder, *path = make_season(true, NULL, &folder);
  struct program_end end = RUN("lot", "drift", path, "--charts");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "No drift found.");
  ASSERT_HAS(end.out, "cusum");
  program_end_free(&end);
  end = RUN("lot", "drift", path, "--budget", "none");
  ASSERT_EXIT(end, 64);
  program_end_free(&end);
  support_write(path, "\n", 1);
  end = RUN("lot", "drift", path);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "no results");
  program_end_free(&end);
  free(path);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_drift_is_told_in_a_sentence_and_fails),
      cmocka_unit_test(json_holds_findings_charts_and_a_summary),
      cmocka_unit_test(nothing_found_passes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
