#include "datasets/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum status parse(struct options *options, struct fault *fault, const char *const *words) {
  char *argv[24] = {"assay-synth"};
  int argc = 1;
  while (words[argc - 1]) argv[argc] = (char *)(uintptr_t)words[argc - 1], argc++;
  return options_parse(options, argc, argv, fault);
}

static void defaults_are_those_of_the_table(void **state) {
  (void)state;
  struct options options;
  struct fault fault = {0};
  const char *const words[] = {"--out", "x", "--count", "50", NULL};
  assert_int_equal(parse(&options, &fault, words), STATUS_OK);
  assert_int_equal(options.product, PRODUCT_LABEL);
  assert_int_equal(options.goldens, 5);
  assert_int_equal(options.defects, 10);
  assert_true(options.megapixels == 3 && options.rotate == 15 && options.min_contrast == 25);
  assert_true(options.quality[0] == 88 && options.quality[1] == 95);
  assert_int_equal(options.classes, (1u << DEFECT_CLASSES) - 1);
  assert_int_equal(options.drift, DRIFT_NONE);
}

static void lists_and_ranges_are_read(void **state) {
  (void)state;
  struct options options;
  struct fault fault = {0};
  const char *const words[] = {"--out",  "x",   "--classes", "scratch,stain", "--quality", "70-80",
                               "--blur", "0.6", "--drift",   "shift,colour",  NULL};
  assert_int_equal(parse(&options, &fault, words), STATUS_OK);
  assert_int_equal(options.classes, 1u << DEFECT_SCRATCH | 1u << DEFECT_STAIN);
  assert_int_equal(options.drift, DRIFT_SHIFT | DRIFT_COLOUR);
  assert_true(options.quality[0] == 70 && options.quality[1] == 80);
  assert_true(options.blur[0] == 0.6 && options.blur[1] == 0.6);
}

static void what_makes_no_sense_is_refused_in_words(void **state) {
  (void)state;
  static const struct {
    const char *words[6], *text;
  } cases[] = {
      {{NULL}, "--out DIR is missing"},
      {{"--out", "x", "--counts", "3", NULL}, "'--counts' is no option"},
      {{"--out", "x", "--count", "3,5", NULL}, "--count: '3,5' given, a whole number from 1"},
      {{"--out", "x", "--count", NULL}, "--count: N is missing"},
      {{"--out", "x", "--megapixels", "nan", NULL}, "--megapixels: 'nan' given, a number from 0.1"},
      {{"--out", "x", "--product", "box", NULL}, "one of label, board, plate expected"},
      {{"--out", "x", "--classes", "dent", NULL}, "missing, extra, scratch"},
      {{"--out", "x", "--quality", "95-90", NULL}, "--quality: '95-90' given"},
      {{"--out", "x", "--defects", "21", NULL}, "at most --count (20)"},
      {{"--out", "x", "--drift", "dimension", NULL}, "a label has no dimensions"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct options options;
    struct fault fault = {0};
    assert_int_equal(parse(&options, &fault, cases[i].words), STATUS_USAGE);
    if (!strstr(fault.text, cases[i].text)) fail_msg("'%s' does not say '%s'", fault.text, cases[i].text);
  }
}

static void help_names_every_option(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  assert_non_null(memory);
  options_help(memory);
  fclose(memory);
  assert_non_null(strstr(text, "--min-contrast GREY"));
  assert_non_null(strstr(text, "--threads N"));
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_are_those_of_the_table),
      cmocka_unit_test(lists_and_ranges_are_read),
      cmocka_unit_test(what_makes_no_sense_is_refused_in_words),
      cmocka_unit_test(help_names_every_option),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
