/* assay lot judge, driven as users do. */
#include "tests/cli/program.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Lots A, B, ... of 80 units each; `defective` of them have a major defect, one that cannot be judged where '?'. */
static char *write_lots(const char *folder, const char *lots) {
  char *path = support_text("%s/results.jsonl", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  int number = 0;
  for (size_t i = 0; lots[i]; i++)
    for (int unit = 0; unit < 80; unit++) {
      char name[8] = {(char)('A' + i)}, unit_name[16], captured[32];
      snprintf(unit_name, sizeof unit_name, "U%d", unit);
      snprintf(captured, sizeof captured, "2026-03-%02zuT08:00:00", i + 1);
      number++;
      bool bad = lots[i] == '-' && unit < 10, unknown = lots[i] == '?' && unit == 0;
      sample_write(file, &(struct sample){.number = number,
                                          .lot = name,
                                          .factory = "North",
                                          .unit = unit_name,
                                          .captured = captured,
                                          .verdict = bad       ? VERDICT_FAIL
                                                     : unknown ? VERDICT_CANNOT_JUDGE
                                                               : VERDICT_PASS,
                                          .defect = bad,
                                          .severity = SEVERITY_MAJOR,
                                          .reason = REASON_BLURRED});
    }
  fclose(file);
  return path;
}

/* The outcomes of the lots in order, one letter each, and the inspection of major defects after it. */
static void expect(const char *path, const char *history, int exit_code, const char *expected) {
  struct program_end end = RUN("lot", "judge", path, "--size", "1000", "--json", "--history", history);
  ASSERT_EXIT(end, exit_code);
  char found[128] = {0};
  size_t used = 0;
  for (char *rest = NULL, *line = strtok_r(end.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    json_t *json = json_loads(line, 0, NULL);
    assert_non_null(json);
    const json_t *major = json_array_get(json_object_get(json, "classes"), 1);
    found[used++] = json_string_value(json_object_get(json, "outcome"))[0];
    found[used++] = json_string_value(json_object_get(major, "inspection"))[0];
    json_decref(json);
  }
  assert_string_equal(found, expected);
  program_end_free(&end);
}

static void lots_switch_in_the_order_of_their_photos_and_are_remembered(void **state) {
  (void)state;
  char *folder = support_folder(), *history = support_text("%s/h.jsonl", folder);
  char *path = write_lots(folder, "+--++");
  for (int again = 0; again < 2; again++) expect(path, history, 1, "anrnrnatat");
  free(path);
  path = write_lots(folder, "+--+++++"); /* three more lots, from D on tightened: five accepted */
  expect(path, history, 1, "anrnrnatatatatat");
  free(path);
  path = write_lots(folder, "+--++++++");
  expect(path, history, 1, "anrnrnatatatatatan");
  free(path);
  free(history);
  support_remove(folder);
}

static void exit_codes_tell_accepted_from_rejected_from_held(void **state) {
  (void)state;
  char *folder = support_folder(), *history = support_text("%s/h.jsonl", folder);
  char *path = write_lots(folder, "++");
  expect(path, history, 0, "anan");
  free(path);
  unlink(history);
  path = write_lots(folder, "+?");
  expect(path, history, 2, "anhn");
  struct program_end end = RUN("lot", "judge", path, "--size", "1000");
  ASSERT_EXIT(end, 2);
  ASSERT_HAS(end.out, "2 lots: 1 accepted, 0 rejected, 1 held");
  ASSERT_HAS(end.out, "take photos of ");
  ASSERT_HAS(end.err, "--history FILE remembers its lots");
  program_end_free(&end);
  end = RUN("lot", "judge", path, "--size", "1000", "--details");
  ASSERT_EXIT(end, 2);
  ASSERT_HAS(end.out, "lot A, factory North: accepted");
  ASSERT_HAS(end.out, "lot B, factory North: held");
  ASSERT_HAS(end.out, "not judged: photos/000081.jpg: it could not be judged");
  program_end_free(&end);
  free(path);
  free(history);
  support_remove(folder);
}

static void a_factory_that_has_acted_goes_on(void **state) {
  (void)state;
  char *folder = support_folder(), *history = support_text("%s/h.jsonl", folder);
  char *path = write_lots(folder, "--------");
  expect(path, history, 1, "rnrnrtrtrtrtrtdd");
  struct program_end end =
      RUN("lot", "judge", path, "--size", "1000", "--history", history, "--resume", "North", "--why", "a new tool");
  ASSERT_EXIT(end, 1);
  program_end_free(&end);
  expect(path, history, 1, "rnrnrtrtrtrtrtrt");
  free(path);
  free(history);
  support_remove(folder);
}

static void what_cannot_be_judged_by_is_said(void **state) {
  (void)state;
  char *folder = support_folder(), *path = write_lots(folder, "+"), *none = support_text("%s/none", folder);
  const struct {
    const char *arguments[4];
    int exit_code;
    const char *message;
  } all[] = {{{path, "--major", "2.4"}, 64, "AQL 2.4"},
             {{path, "--major", "-1"}, 64, "needs a value"},
             {{path, "--resume", "North"}, 64, "belong together"},
             {{path, "--by", "unit"}, 64, "--by"},
             {{none}, 65, "none: No such file"},
             {{path, "--golden", none}, 65, "none"}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    const char *arguments[8] = {"lot", "judge"};
    memcpy(arguments + 2, all[i].arguments, sizeof all[i].arguments);
    struct program_end end = program_run(arguments);
    if (end.exit_code != all[i].exit_code || (i != 1 && !strstr(end.err, all[i].message)))
      fail_msg("case %zu: exit %d, %s", i, end.exit_code, end.err);
    assert_string_equal(end.out, "");
    program_end_free(&end);
  }
  support_write(none, "", 0);
  struct program_end end = RUN("lot", "judge", none);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "no lot to judge");
  program_end_free(&end);
  free(none);
  free(path);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lots_switch_in_the_order_of_their_photos_and_are_remembered),
      cmocka_unit_test(exit_codes_tell_accepted_from_rejected_from_held),
      cmocka_unit_test(a_factory_that_has_acted_goes_on),
      cmocka_unit_test(what_cannot_be_judged_by_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
