/* Circles whose rim is broken, cut or dirty in places, or not where they are sought. */
#include "tests/engine/measure/lab.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_chipped_and_dirty_rim_keeps_its_diameter(void **state) {
  (void)state;
  double sum = 0;
  enum { PHOTOS = 8 };
  for (int i = 0; i < PHOTOS; i++) {
    double x = 60.1 + 0.11 * i, y = 59.7 - 0.07 * i, turn = 0.8 * i;
    struct drawing *d = begin_picture(120, 120);
    drawing_ellipse(d, x, y, 16, 16, 0, NULL, 1);
    drawing_ellipse(d, x + 16 * cos(turn), y + 16 * sin(turn), 5, 5, 0, NULL, -1);
    drawing_ellipse(d, x - 16 * sin(turn), y + 16 * cos(turn), 5, 5, 0, NULL, 1);
    drawing_clip(d);
    struct spec_dimension g = {.gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {60, 60}, .radius = 16.5, .search = 6};
    const struct gauge *found = measure_gauges(&g, 1);
    size_t spoilt = 0;
    if (!found->found) fail_msg("%d: %s", i, found->why);
    for (size_t k = 0; k < found->count; k++) spoilt += lab.measuring.edges[found->first + k].state != EDGE_FOUND;
    assert_in_range(16 * spoilt / found->count, 4, 12);
    sum += 2 * (found->shape[0].p[SHAPE_RADIUS] - 16);
  }
  if (!(fabs(sum / PHOTOS) < 0.03)) fail_msg("the diameter is off by %g px", sum / PHOTOS);
}

/* A small disc, much blurred, in much noise, which hides whose levels are another thing's. */
static void a_spoilt_rim_does_not_pull_in_noise(void **state) {
  (void)state;
  enum { PHOTOS = 6, EXPOSURES = 8 };
  double sum = 0;
  for (int i = 0; i < PHOTOS; i++) {
    double x = 35.1 + 0.11 * i, y = 34.7 - 0.07 * i, turn = 0.9 * i;
    struct drawing *d = begin_picture(70, 70);
    drawing_ellipse(d, x, y, 12, 12, 0, NULL, 1);
    drawing_ellipse(d, x + 12 * cos(turn), y + 12 * sin(turn), 3, 3, 0, NULL, -1);
    drawing_ellipse(d, x - 12 * sin(turn), y + 12 * cos(turn), 3, 3, 0, NULL, 1);
    drawing_clip(d);
    drawing_blur(d, 1.4);
    for (int k = 0; k < EXPOSURES; k++) {
      struct spec_dimension g = {
          .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {35, 35}, .radius = 12.5, .search = 6};
      measure_drawn(60, 100, 8, &g, 1);
      if (!lab.measuring.gauges->found) fail_msg("%s", lab.measuring.gauges->why);
      sum += 2 * (lab.measuring.gauges->shape[0].p[SHAPE_RADIUS] - 12);
    }
  }
  if (!(fabs(sum / (PHOTOS * EXPOSURES)) < 0.03)) fail_msg("off by %g px", sum / (PHOTOS * EXPOSURES));
}

/* A disc of 10 px, blur 2, with a sector cut out and dirt on its rim, each a tenth of it. */
static void draw_cut_disc(double x, double y, double turn, double apart) {
  const double half = 0.314;
  const struct pose_point cut[3] = {{x, y},
                                    {x + 30 * cos(turn - half), y + 30 * sin(turn - half)},
                                    {x + 30 * cos(turn + half), y + 30 * sin(turn + half)}};
  struct drawing *d = begin_picture(80, 80);
  drawing_ellipse(d, x, y, 10, 10, 0, NULL, 1);
  drawing_polygon(d, cut, 3, NULL, -1);
  drawing_clip(d);
  drawing_ellipse(d, x + 10 * cos(turn + apart), y + 10 * sin(turn + apart), 3, 3, 0, NULL, 1);
  drawing_clip(d);
  drawing_blur(d, 2);
}

/* A cut and dirt on a small disc leave but a short arc that their blur does not reach: what lies between them tells how
 * far it is across. */
static void what_lies_beside_gaps_helps_to_tell_the_diameter(void **state) {
  (void)state;
  enum { PHOTOS = 16, EXPOSURES = 8 };
  double squares = 0, count = 0;
  size_t beside = 0;
  for (int i = 0; i < PHOTOS; i++) {
    draw_cut_disc(40.3 + 0.05 * i, 40.4 - 0.03 * i, 0.39 * i, 2);
    for (int k = 0; k < EXPOSURES; k++) {
      const struct spec_dimension g = {
          .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {40.5, 40}, .radius = 10.5, .search = 6};
      const struct gauge *found = measure_drawn(70, 100, 8, &g, 1);
      if (!found->found) continue;
      for (size_t e = found->first; e < found->first + found->count; e++)
        beside += lab.measuring.edges[e].state == EDGE_BESIDE && lab.measuring.edges[e].spread > 0;
      const double error = 2 * (found->shape[0].p[SHAPE_RADIUS] - 10);
      squares += error * error, count++;
    }
  }
  const double deviation = sqrt(squares / count);
  assert_true(count >= 0.9 * PHOTOS * EXPOSURES && beside >= PHOTOS * EXPOSURES);
  if (!(deviation < 0.33)) fail_msg("the diameter is off by %g px", deviation);
}

/* What is cut out changes the levels of most strips by more than little noise: of these only what is cut out is left
 * out, and the rest is looked at in shorter strips. */
static void a_cut_disc_is_measured_in_little_noise(void **state) {
  (void)state;
  enum { PHOTOS = 40 };
  double sum = 0, count = 0, inside = 0;
  for (int i = 0; i < PHOTOS; i++) {
    const struct spec_dimension g[2] = {
        {.name = "h", .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {40.9, 39.4}, .radius = 10.6, .search = 6},
        {.name = "d", .measure = MEASURE_DIAMETER, .of = {"h"}, .lower = NAN, .upper = NAN}};
    const struct value_call call = {&lab.measuring, &lab.placement, &lab.scale, 0};
    struct measured m;
    draw_cut_disc(40.3 + 0.02 * i, 40.4 - 0.01 * i, 0.39 * i, 1.6 + 0.07 * i);
    measure_drawn(70, 100, 1, g, 2);
    value_measure(&call, &g[1], &m);
    if (!m.found) continue;
    count++, sum += m.value - 20, inside += fabs(m.value - 20) <= m.budget.expanded;
  }
  if (!(count >= 0.95 * PHOTOS && inside >= 0.9 * count)) fail_msg("%g measured, %g within", count, inside);
  if (!(fabs(sum / count) < 0.05)) fail_msg("the diameter is off by %g px", sum / count);
}

/* What the gauge's first pass makes of a rim with dirt on both sides is far from the disc. */
static void dirt_that_leads_astray_is_seen_at_the_second_look(void **state) {
  (void)state;
  for (int i = 0; i < 24; i++) {
    struct drawing *d = begin_picture(80, 80);
    const double turn = 0.26 * i;
    const struct spec_dimension g = {
        .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {40.5, 40}, .radius = 10.5, .search = 6};
    drawing_ellipse(d, 40, 40, 10, 10, 0, NULL, 1);
    drawing_ellipse(d, 40 + 10 * cos(turn), 40 + 10 * sin(turn), 3.1, 3.1, 0, NULL, 1);
    drawing_ellipse(d, 40 + 10 * cos(turn + 3), 40 + 10 * sin(turn + 3), 3.1, 3.1, 0, NULL, 1);
    drawing_clip(d);
    drawing_blur(d, 2);
    measure_drawn(70, 100, 1, &g, 1);
    if (!lab.measuring.gauges[0].found) fail_msg("%d: %s", i, lab.measuring.gauges[0].why);
    const double radius = lab.measuring.gauges[0].shape[0].p[SHAPE_RADIUS];
    if (!(fabs(radius - 10) < 0.15)) fail_msg("%d: the radius is %g px", i, radius);
  }
}

static void a_disc_beyond_its_search_is_refused(void **state) {
  (void)state;
  for (int i = 0; i < 16; i++) {
    struct drawing *d = begin_picture(120, 120);
    const double turn = 0.4 * i;
    const struct spec_dimension g = {
        .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {60, 60}, .radius = 20, .search = 6};
    drawing_ellipse(d, 60 + 8 * cos(turn), 60 + 8 * sin(turn), 20, 20, 0, NULL, 1);
    drawing_blur(d, 1);
    measure_drawn(70, 100, 1, &g, 1);
    assert_false(lab.measuring.gauges[0].found);
    if (!strstr(lab.measuring.gauges[0].why, "outside")) fail_msg("%s", lab.measuring.gauges[0].why);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_chipped_and_dirty_rim_keeps_its_diameter),
      cmocka_unit_test(a_spoilt_rim_does_not_pull_in_noise),
      cmocka_unit_test(what_lies_beside_gaps_helps_to_tell_the_diameter),
      cmocka_unit_test(a_cut_disc_is_measured_in_little_noise),
      cmocka_unit_test(dirt_that_leads_astray_is_seen_at_the_second_look),
      cmocka_unit_test(a_disc_beyond_its_search_is_refused),
  };
  return cmocka_run_group_tests(tests, open_lab, close_lab);
}
