/* Corrective actions, driven as users do: the report for a factory asks, the filled form is taken over, and an action
 * stays open until a later lot shows that it worked. */
#include "tests/cli/program.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A lot of 100 photos; `stains` of them have a stain. */
static char *write_lot(const char *folder, const char *factory, const char *lot, int day, int stains) {
  char *path = support_text("%s/%s-%s.jsonl", folder, factory, lot);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (int i = 0; i < 100; i++) {
    char unit[32], captured[32];
    snprintf(unit, sizeof unit, "%s-%d", lot, i);
    snprintf(captured, sizeof captured, "2026-03-%02dT10:%02d:00", day, i % 60);
    sample_write(file, &(struct sample){.number = 1000 * day + i,
                                        .lot = lot,
                                        .factory = factory,
                                        .unit = unit,
                                        .captured = captured,
                                        .verdict = i < stains ? VERDICT_FAIL : VERDICT_PASS,
                                        .defect = i < stains,
                                        .severity = SEVERITY_MAJOR,
                                        .class_ = CLASS_STAIN,
                                        .score = 80});
  }
  fclose(file);
  return path;
}

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static const char head[] = "action_id,factory,golden,finding,severity,photos,judged,lots,cause,action,due,done\n";

static void an_action_is_open_until_a_later_lot_shows_that_it_worked(void **state) {
  (void)state;
  char *folder = support_folder(), *first = write_lot(folder, "North", "A", 2, 20),
       *page = support_text("%s/r.html", folder), *form = support_text("%s/r-actions.csv", folder),
       *kept = support_text("%s/actions.jsonl", folder);
  struct program_end end = RUN("lot", "report", first, "--for", "factory", "--out", page);
  ASSERT_EXIT(end, 1);
  program_end_free(&end);
  char *text = program_read(form, NULL), *comma;
  ASSERT_HAS(text, ",North,label,stain ");
  ASSERT_HAS(text, ",major,20,100,1,");
  char *line = strchr(text, '\n') + 1;
  comma = strchr(line, ',');
  assert_non_null(comma);
  *comma = 0;
  char *filled =
      support_text("%s%s,North,label,stain,major,20,100,1,dirty belt,\"cleaned, daily\",2026-03-05,\n", head, line);
  write_text(form, filled);
  end = RUN("action", "import", form, "--register", kept);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "1 action taken over");
  program_end_free(&end);
  end = RUN("action", "list", "--register", kept, first, "--today", "2026-03-05");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "open: stain");
  program_end_free(&end);
  end = RUN("action", "list", "--register", kept, first, "--today", "2026-03-06");
  ASSERT_EXIT(end, 1);
  ASSERT_HAS(end.out, "overdue: stain");
  program_end_free(&end);
  char *still = write_lot(folder, "North", "B", 7, 18), *good = write_lot(folder, "North", "C", 9, 0),
       *other = write_lot(folder, "South", "D", 9, 0);
  end = RUN("action", "list", "--register", kept, first, still, other, "--today", "2026-03-10");
  ASSERT_EXIT(end, 1);
  ASSERT_HAS(end.out, "since then 18 of 100 photos, the last of lot B");
  program_end_free(&end);
  end = RUN("action", "list", "--register", kept, first, good, "--today", "2026-03-10", "--json");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "\"state\":\"worked\"");
  ASSERT_HAS(end.out, "\"last_lot\":\"C\"");
  program_end_free(&end);
  end = RUN("lot", "report", first, other, "--for", "factory", "--out", page);
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "choose one with --factory");
  program_end_free(&end);
  free(text), free(filled), free(first), free(still), free(good), free(other), free(page), free(form), free(kept);
  support_remove(folder);
}

static void what_is_filled_in_badly_is_refused_with_its_place(void **state) {
  (void)state;
  static const struct {
    const char *line, *says;
  } cases[] = {{"0123456789abcdef,F,g,stain,major,2,9,1,why,,2026-03-05,\n", ":2: action: expected what is done"},
               {"0123456789abcdef,F,g,stain,major,2,9,1,why,what,soon,\n", ":2: due: expected a date"},
               {"0123456789abcdef,F,g,stain,major,2,9,1,why,what,2026-02-30,\n", ":2: due: expected a date"},
               {"0123,F,g,stain,major,2,9,1,why,what,2026-03-05,\n", ":2: action_id: expected"}};
  char *folder = support_folder(), *form = support_text("%s/form.csv", folder),
       *kept = support_text("%s/actions.jsonl", folder);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = support_text("%s%s", head, cases[i].line);
    write_text(form, text);
    struct program_end end = RUN("action", "import", form, "--register", kept);
    ASSERT_EXIT(end, 65);
    ASSERT_HAS(end.err, cases[i].says);
    program_end_free(&end);
    free(text);
  }
  write_text(form, "a,b\n1,2\n");
  struct program_end end = RUN("action", "import", form, "--register", kept);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "no column action_id");
  program_end_free(&end);
  free(form), free(kept);
  support_remove(folder);
}

static void what_a_spreadsheet_is_kept_from_running_comes_back_as_it_was(void **state) {
  (void)state;
  char *folder = support_folder(), *form = support_text("%s/form.csv", folder),
       *kept = support_text("%s/actions.jsonl", folder),
       *text = support_text("%s0123456789abcdef,'=F,g,stain,major,2,9,1,'- worn belt,'tightened',2026-03-05,\n", head);
  write_text(form, text);
  struct program_end end = RUN("action", "import", form, "--register", kept);
  ASSERT_EXIT(end, 0);
  program_end_free(&end);
  char *lines = program_read(kept, NULL);
  ASSERT_HAS(lines, "\"factory\":\"=F\"");
  ASSERT_HAS(lines, "\"cause\":\"- worn belt\"");
  ASSERT_HAS(lines, "\"action\":\"'tightened'\"");
  free(lines), free(text), free(form), free(kept);
  support_remove(folder);
}

static void a_form_in_another_encoding_is_refused(void **state) {
  (void)state;
  char *folder = support_folder(), *form = support_text("%s/form.csv", folder),
       *kept = support_text("%s/actions.jsonl", folder),
       *text = support_text("%s0123456789abcdef,F,g,stain,major,2,9,1,\xB5\xB6\xC6\xAC,what,2026-03-05,\n", head);
  write_text(form, text);
  struct program_end end = RUN("action", "import", form, "--register", kept);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "form.csv: not a text in UTF-8");
  program_end_free(&end);
  free(text), free(form), free(kept);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(an_action_is_open_until_a_later_lot_shows_that_it_worked),
                                     cmocka_unit_test(what_is_filled_in_badly_is_refused_with_its_place),
                                     cmocka_unit_test(what_a_spreadsheet_is_kept_from_running_comes_back_as_it_was),
                                     cmocka_unit_test(a_form_in_another_encoding_is_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
