/* assay gauge-study as a user meets it. */
#include "tests/cli/program.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two parts, two cameras, two trials. */
static const char text[] = "part,camera,mm\n1,left,1.0\n1,left,1.2\n1,right,1.1\n1,right,1.1\n"
                           "2,left,5.0\n2,left,5.2\n2,right,5.1\n2,right,5.1\n";

static void a_table_and_json_say_the_same(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/study.csv", folder);
  support_write(path, text, strlen(text));
  struct program_end end = RUN("gauge-study", path, "--operator", "camera", "--value", "mm", "--tolerance", "2");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "2 parts, 2 operators, 2 trials");
  ASSERT_HAS(end.out, "Interaction and equipment are pooled: 5 degrees of freedom, mean square 0.008.");
  ASSERT_HAS(end.out, "% tolerance");
  ASSERT_HAS(end.out, "Appraiser                1             0             0        0.00   1.0000");
  ASSERT_HAS(end.out, "(ndc) 44, from 44.58");
  program_end_free(&end);
  end = RUN("gauge-study", path, "--operator", "camera", "--value", "mm", "--json");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "\"interaction\":\"pooled\"");
  ASSERT_HAS(end.out, "{\"component\":\"gauge\",\"variance\":0.008,");
  ASSERT_HAS(end.out, "\"ndc\":44,");
  program_end_free(&end);
  free(path);
  support_remove(folder);
}

static void what_cannot_be_studied_is_said_with_its_place(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/study.csv", folder);
  support_write(path, text, strlen(text));
  struct program_end end = RUN("gauge-study", path);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "study.csv:1: no column operator");
  program_end_free(&end);
  end = RUN("gauge-study", path, "--operator", "none", "--value", "mm", "--significance", "2");
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "--significance 2; expected a number above 0, at most 1");
  program_end_free(&end);
  end = RUN("gauge-study", path, "--operator", "camera", "--value", "mm", "--part", "mm");
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "was measured");
  program_end_free(&end);
  free(path);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_table_and_json_say_the_same),
      cmocka_unit_test(what_cannot_be_studied_is_said_with_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
