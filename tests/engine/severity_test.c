#include "engine/severity.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "scale: {source: fixture, mm_per_px: 0.1}\n"
                           "zones:\n"
                           "  - {name: lid, polygon: [[0, 0], [9, 0], [9, 9]], severity: minor}\n"
                           "  - {name: body, polygon: [[20, 0], [29, 0], [29, 9]]}\n"
                           "severity:\n"
                           "  - {class: [open, short], severity: critical}\n"
                           "  - {class: scratch, zone: body, smaller_than: 2, severity: minor}\n"
                           "  - {larger_than: 100, unit: px, stronger_than: 3, severity: critical}\n";

static struct region region_of(enum defect_class class_, const char *zone, int32_t longer, double peak) {
  struct region r = {.golden_box = {0, 0, 5, longer}, .has_size = true, .size_mm = 0.1 * longer, .peak = peak};
  r.class_ = class_;
  strcpy(r.zone, zone);
  return r;
}

static void the_first_rule_that_fits_decides(void **state) {
  (void)state;
  static const struct {
    enum defect_class class_;
    const char *zone;
    int32_t longer;
    double peak;
    enum severity expected;
  } cases[] = {
      {CLASS_SHORT, "lid", 10, 1.2, SEVERITY_CRITICAL},   {CLASS_SCRATCH, "body", 19, 9, SEVERITY_MINOR},
      {CLASS_SCRATCH, "body", 20, 9, SEVERITY_MAJOR},     {CLASS_SCRATCH, "lid", 10, 9, SEVERITY_MINOR},
      {CLASS_STAIN, "body", 100, 3, SEVERITY_CRITICAL},   {CLASS_STAIN, "body", 100, 2.9, SEVERITY_MAJOR},
      {CLASS_SCRATCH, "body", 120, 5, SEVERITY_CRITICAL}, {CLASS_EXTRA, "", 10, 1.5, SEVERITY_MAJOR},
  };
  struct spec spec;
  struct fault fault = {0};
  if (spec_parse(text, strlen(text), "golden.yaml", &spec, &fault)) fail_msg("%s", fault.text);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct region r = region_of(cases[i].class_, cases[i].zone, cases[i].longer, cases[i].peak);
    const struct spec_zone *zone = !strcmp(r.zone, "lid") ? &spec.zones[0] : r.zone[0] ? &spec.zones[1] : NULL;
    if (severity_of(&spec, zone, &r) != cases[i].expected) fail_msg("case %zu", i);
  }
  struct region unknown = region_of(CLASS_SCRATCH, "body", 10, 9);
  unknown.has_size = false;
  assert_int_equal(severity_of(&spec, &spec.zones[1], &unknown), SEVERITY_MAJOR);
  spec_free(&spec);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_rule_that_fits_decides)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
