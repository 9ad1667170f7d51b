/* Edges that have a bevel or a burr beside them, too near to be an edge of its own. */
#include "tests/engine/measure/lab.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PHOTOS = 6 };
static const double RADIUS = 12;

/* A dark hole with a ring round it that has a share of its darkness. */
struct bevel {
  double width, share, blur, noise;
};

static const struct spec_dimension spec[] = {
    {.name = "hole", .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {40, 40}, .radius = 12.3, .search = 8},
    {.name = "size", .measure = MEASURE_DIAMETER, .of = {"hole"}, .unit = "px", .lower = NAN, .upper = NAN}};

/* Of holes 80 px apart the last has the bevel, whose size is asked for after the gauges. */
static struct measured last_of(const struct spec_dimension *dimensions, int holes, const struct bevel *b, int photo) {
  struct fault fault;
  struct measured out;
  const double first = 40.1 + 0.17 * photo, y = 39.8 - 0.13 * photo, last = first + 80 * (holes - 1);
  assert_int_equal(drawing_begin(&lab.drawing, 80 * holes, 80, 3, &fault), STATUS_OK);
  for (int i = 0; i < holes - 1; i++) drawing_ellipse(&lab.drawing, first + 80 * i, y, RADIUS, RADIUS, 0, NULL, 1);
  drawing_ellipse(&lab.drawing, last, y, RADIUS + b->width, RADIUS + b->width, 0, NULL, b->share);
  drawing_ellipse(&lab.drawing, last, y, RADIUS, RADIUS, 0, NULL, 1 - b->share);
  drawing_blur(&lab.drawing, b->blur);
  measure_drawn(170, -100, b->noise, dimensions, (size_t)holes);
  const struct value_call call = {&lab.measuring, &lab.placement, &lab.scale, 0};
  value_measure(&call, &dimensions[holes], &out);
  if (!out.found) fail_msg("ring of %g px, %g of the contrast: %s", b->width, b->share, out.why);
  return out;
}

static struct measured size_of(const struct bevel *b, int photo) {
  return last_of(spec, 1, b, photo);
}

static double from_step(const struct measured *m) {
  for (int i = 0; i < m->budget.count; i++)
    if (!strcmp(m->budget.line[i].name, "edge step")) return m->budget.line[i].u;
  return 0;
}

static void the_hole_is_measured_and_not_its_bevel(void **state) {
  (void)state;
  static const struct bevel bevels[] = {{2.5, 0.06, 0.7, 2}, {2.5, 0.15, 0.7, 2}, {2.5, 0.3, 0.7, 2},
                                        {4, 0.15, 1.2, 2},   {4, 0.3, 1.2, 2},    {2.5, -0.15, 1.2, 2}};
  for (size_t k = 0; k < sizeof bevels / sizeof *bevels; k++) {
    double sum = 0;
    for (int i = 0; i < PHOTOS; i++) {
      const struct measured m = size_of(&bevels[k], i);
      const struct gauge_step *step = &lab.measuring.gauges[0].step[0];
      const double error = m.value - 2 * RADIUS;
      sum += error;
      if (fabs(error) > m.budget.expanded)
        fail_msg("ring of %g px, %g of the contrast: off by %.3f px, said to be sure to %.3f", bevels[k].width,
                 bevels[k].share, error, m.budget.expanded);
      assert_true(from_step(&m) > 0 && step->share * bevels[k].share > 0);
      assert_true(fabs(step->width - bevels[k].width) < 2);
    }
    /* One step fitted to both would be off by 0.16 to 2.3 px. */
    assert_true(fabs(sum / PHOTOS) < 0.25);
  }
}

static void a_plain_rim_is_as_sure_as_its_noise(void **state) {
  (void)state;
  static const struct bevel plain[] = {{0, 0, 0.7, 1}, {0, 0, 1.2, 3}, {0, 0, 2, 8}};
  for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
    for (int i = 0; i < PHOTOS; i++) {
      const struct measured m = size_of(&plain[k], i);
      assert_true(from_step(&m) == 0 && lab.measuring.gauges[0].step[0].width == 0);
    }
}

/* Two plain holes, which tell what the photo's edges are like, and one that may have a bevel. */
static const struct spec_dimension three[] = {
    {.name = "a", .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {40, 40}, .radius = 12.2, .search = 6},
    {.name = "b", .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {120, 40}, .radius = 12.2, .search = 6},
    {.name = "hole", .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {200, 40}, .radius = 12.2, .search = 6},
    {.name = "size", .measure = MEASURE_DIAMETER, .of = {"hole"}, .unit = "px", .lower = NAN, .upper = NAN}};

static struct measured third_of(const struct bevel *b, int photo) {
  return last_of(three, 3, b, photo);
}

static void a_bevel_too_narrow_to_be_fitted_widens_the_uncertainty(void **state) {
  (void)state;
  static const struct bevel narrow[] = {{2, 0.5, 0.7, 2}, {3, 0.5, 1.2, 2}};
  for (size_t k = 0; k < sizeof narrow / sizeof *narrow; k++)
    for (int i = 0; i < PHOTOS; i++) {
      const struct measured m = third_of(&narrow[k], i);
      const double error = m.value - 2 * RADIUS;
      if (fabs(error) > m.budget.expanded)
        fail_msg("ring of %g px, %g of the contrast: off by %.3f px, said to be sure to %.3f", narrow[k].width,
                 narrow[k].share, error, m.budget.expanded);
      assert_true(lab.measuring.gauges[2].hidden > 0);
    }
}

/* A bevel of 1.5 px round a dark hole: half as dark as that, but for a quarter of it, which the light makes as bright
 * as the part. */
static void draw_lit_bevel(double x, double y, double light) {
  enum { PIECES = 48 };
  const double wide = 1.5, each = 2 * 3.14159265358979323846 / PIECES;
  for (int i = 0; i < PIECES; i++) {
    const double a = i * each, b = a + each, near = RADIUS, far = RADIUS + wide;
    const struct pose_point piece[4] = {{x + near * cos(a), y + near * sin(a)},
                                        {x + far * cos(a), y + far * sin(a)},
                                        {x + far * cos(b), y + far * sin(b)},
                                        {x + near * cos(b), y + near * sin(b)}};
    if (cos(a + 0.5 * each - light) < 0.7) drawing_polygon(&lab.drawing, piece, 4, NULL, 0.5);
  }
}

static void a_bevel_lit_from_one_side_is_not_said_to_be_sure(void **state) {
  (void)state;
  for (int i = 0; i < 2 * PHOTOS; i++) {
    struct fault fault;
    struct measured m;
    const double x = 40.1 + 0.08 * i, y = 39.8 - 0.06 * i;
    assert_int_equal(drawing_begin(&lab.drawing, 240, 80, 3, &fault), STATUS_OK);
    for (int k = 0; k < 3; k++) drawing_ellipse(&lab.drawing, x + 80 * k, y, RADIUS, RADIUS, 0, NULL, 1);
    draw_lit_bevel(x + 160, y, 0.5 * i);
    drawing_blur(&lab.drawing, 0.7);
    measure_drawn(170, -100, 1, three, 3);
    const struct value_call call = {&lab.measuring, &lab.placement, &lab.scale, 0};
    value_measure(&call, &three[3], &m);
    if (m.found && fabs(m.value - 2 * RADIUS) > m.budget.expanded)
      fail_msg("off by %.3f px, said to be sure to %.3f", m.value - 2 * RADIUS, m.budget.expanded);
  }
}

static void plain_edges_hide_nothing(void **state) {
  (void)state;
  static const struct bevel plain[] = {{0, 0, 0.7, 1}, {0, 0, 0.7, 8}, {0, 0, 2, 8}};
  for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
    for (int i = 0; i < PHOTOS; i++) {
      third_of(&plain[k], i);
      for (int j = 0; j < 3; j++) assert_true(lab.measuring.gauges[j].hidden == 0);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_hole_is_measured_and_not_its_bevel),
      cmocka_unit_test(a_plain_rim_is_as_sure_as_its_noise),
      cmocka_unit_test(a_bevel_too_narrow_to_be_fitted_widens_the_uncertainty),
      cmocka_unit_test(a_bevel_lit_from_one_side_is_not_said_to_be_sure),
      cmocka_unit_test(plain_edges_hide_nothing),
  };
  return cmocka_run_group_tests(tests, open_lab, close_lab);
}
