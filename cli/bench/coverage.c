#include "cli/bench/lab.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* A golden of 160 x 120 px: a dark part between two edges that are 5 degrees from parallel, with a hole. */
enum { SIDE = 200, MEASURES = 4, GAUGES = 3 };
static const struct pose_point part[] = {{40, 0}, {124.374, 10}, {114.75, 120}, {40, 120}};
static const struct pose_point hole = {76, 62};
static const double RADIUS = 17.3;

static const struct spec_dimension spec[GAUGES + MEASURES] = {
    {.name = "left", .gauge = GAUGE_LINE, .contrast = 10, .along = 2, .box = {.centre = {40, 60}, .size = {24, 50}}},
    {.name = "right",
     .gauge = GAUGE_LINE,
     .contrast = 10,
     .along = 2,
     .box = {.centre = {120, 60}, .size = {24, 50}, .angle = 5}},
    {.name = "hole", .gauge = GAUGE_CIRCLE, .contrast = 10, .centre = {76, 62}, .radius = 17.3, .search = 8},
    {.name = "width", .measure = MEASURE_DISTANCE, .of = {"left", "right"}, .lower = NAN, .upper = NAN},
    {.name = "radius", .measure = MEASURE_RADIUS, .of = {"hole"}, .lower = NAN, .upper = NAN},
    {.name = "angle", .measure = MEASURE_ANGLE, .of = {"left", "right"}, .lower = NAN, .upper = NAN},
    {.name = "wall", .measure = MEASURE_DISTANCE, .of = {"hole", "right"}, .lower = NAN, .upper = NAN},
};

/* Distance of a point from the part's right edge. */
static double from_right(struct pose_point p) {
  double dx = part[2].x - part[1].x, dy = part[2].y - part[1].y;
  return fabs((p.x - part[1].x) * dy - (p.y - part[1].y) * dx) / hypot(dx, dy);
}

static double truth_of(int measure) {
  switch (measure) {
  case 0:
    return from_right((struct pose_point){40, 60});
  case 1:
    return RADIUS;
  case 2:
    return atan2(part[1].x - part[2].x, part[2].y - part[1].y) * 180 / PI;
  default:
    return from_right(hole);
  }
}

/* How the photo lies, and how badly that is known. */
struct level {
  double noise, blur;
  double place;    /* standard deviation of the gauges' place, px */
  double relative; /* and of the fixture's scale */
};

static struct pose turned(double angle, double x, double y) {
  double c = cos(angle), s = sin(angle);
  return (struct pose){{c, -s, SIDE / 2.0 + x - 80 * c + 60 * s, s, c, SIDE / 2.0 + y - 80 * s - 60 * c, 0, 0, 1}};
}

/* Drawings a run, so many that a share of 96 % is known to a few tenths; and photos of each, with a noise and an error
 * of its pose of its own. */
enum { PARTS = 8, EXPOSURES = 8 };

/* One photo; how many of its values lie within their uncertainty. */
static enum status expose(struct bench_lab *lab, const struct level *level, double angle, double x, double y,
                          long *inside, struct fault *fault) {
  drawing_finish(&lab->drawing, 180, -100, level->noise, &lab->draws);
  lab->placement.pose =
      turned(angle, x + level->place * draw_normal(&lab->draws), y + level->place * draw_normal(&lab->draws));
  enum status status = bench_lab_measure(lab, spec, GAUGES + MEASURES, fault);
  if (status) return status;
  struct scale scale = scale_fixture(1, level->relative);
  const struct value_call call = {&lab->measuring, &lab->placement, &scale, level->place};
  double size = 1 + level->relative * draw_normal(&lab->draws);
  for (int i = 0; i < MEASURES; i++) {
    struct measured m;
    value_measure(&call, &spec[GAUGES + i], &m);
    if (!m.found) return fault_set(fault, STATUS_INTERNAL, "benchmark: %s: %s", m.spec->name, m.why);
    double truth = truth_of(i) * (m.spec->measure == MEASURE_ANGLE ? 1 : size);
    *inside += fabs(m.value - truth) <= m.budget.expanded;
  }
  return STATUS_OK;
}

static enum status one(struct bench_lab *lab, const struct level *level, long *inside, struct fault *fault) {
  double angle = draw_even(&lab->draws, 0, 2 * PI), x = draw_even(&lab->draws, -1, 1),
         y = draw_even(&lab->draws, -1, 1);
  struct pose pose = turned(angle, x, y);
  enum status status = drawing_begin(&lab->drawing, SIDE, SIDE, 3, fault);
  if (status) return status;
  drawing_polygon(&lab->drawing, part, 4, &pose, 1);
  drawing_ellipse(&lab->drawing, hole.x, hole.y, RADIUS, RADIUS, 0, &pose, -1);
  drawing_blur(&lab->drawing, level->blur);
  for (int i = 0; i < EXPOSURES && !status; i++) status = expose(lab, level, angle, x, y, inside, fault);
  return status;
}

static enum status cover(struct bench_lab *lab, long runs, const struct level *level, struct bench_figures *figures,
                         struct fault *fault) {
  long inside = 0, parts = PARTS * runs, all = parts * EXPOSURES * MEASURES;
  char what[96];
  for (long run = 0; run < parts; run++) {
    enum status status = one(lab, level, &inside, fault);
    if (status) return status;
  }
  snprintf(what, sizeof what, "noise %.0f, place known to %.1f px, scale to %.2f %%: %ld values, true ones inside U",
           level->noise, level->place, 100 * level->relative, all);
  return bench_figures_add(figures, what, 100.0 * (double)inside / (double)all, 94, 97, "%", fault);
}

enum status bench_coverage(long runs, struct bench_figures *figures, struct fault *fault) {
  static const double noises[] = {1, 2, 4, 8}, places[] = {0, 0.3, 1};
  struct bench_lab lab;
  enum status status = bench_lab_open(&lab, fault);
  for (int n = 0; n < 4 && !status; n++)
    for (int p = 0; p < 3 && !status; p++) {
      struct level level = {noises[n], 1, places[p], p == 2 ? 0.0005 : 0};
      status = cover(&lab, runs, &level, figures, fault);
    }
  bench_lab_close(&lab);
  return status;
}
