#include "cli/bench/lab.h"

#include <math.h>
#include <stdio.h>

static const double PI = 3.14159265358979323846, CONTRAST = 100, LEVEL = 70;

/* A straight edge through (x, y), lighter along the unit vector. */
struct straight {
  double x, y, angle;
};

static enum status draw(struct bench_lab *lab, const struct straight *edge, int side, double blur,
                        struct fault *fault) {
  enum status status = drawing_begin(&lab->drawing, side, side, 3, fault);
  if (status) return status;
  double c = cos(edge->angle), s = sin(edge->angle);
  drawing_rectangle(&lab->drawing, edge->x + 1000 * c, edge->y + 1000 * s, 2000, 2000, edge->angle, NULL, 1);
  drawing_blur(&lab->drawing, blur);
  return STATUS_OK;
}

/* How far off the edge is found, along its vector, by a gauge that lies up to 3 px and 1.5 degrees wrong; NAN: it was
 * refused. */
static enum status error_of(struct bench_lab *lab, const struct straight *edge, int lines, double noise, double *error,
                            struct fault *fault) {
  double off = draw_even(&lab->draws, -3, 3), c = cos(edge->angle), s = sin(edge->angle);
  const struct spec_dimension gauge = {.gauge = GAUGE_LINE,
                                       .contrast = 10,
                                       .along = 2,
                                       .box = {.centre = {edge->x + off * c, edge->y + off * s},
                                               .size = {30, lines},
                                               .angle = edge->angle * 180 / PI + draw_even(&lab->draws, -1.5, 1.5)}};
  drawing_finish(&lab->drawing, LEVEL, CONTRAST, noise, &lab->draws);
  enum status status = bench_lab_measure(lab, &gauge, 1, fault);
  if (status) return status;
  const struct gauge *found = &lab->measuring.gauges[0];
  *error = NAN;
  if (!found->found) return STATUS_OK;
  const struct shape *line = &found->shape[0];
  double nx = -sin(line->p[SHAPE_ANGLE]), ny = cos(line->p[SHAPE_ANGLE]), sign = nx * c + ny * s < 0 ? -1 : 1;
  *error = sign * ((line->p[SHAPE_X] - edge->x) * nx + (line->p[SHAPE_Y] - edge->y) * ny);
  return STATUS_OK;
}

/* Photos of one drawing at each noise, each with a noise and a misplaced gauge of its own. */
enum { EXPOSURES = 5, NOISES = 4 };
static const double noises[NOISES] = {1, 2, 4, 8};

/* Errors over their bound, of edges of so many lines at all angles and offsets; those that were refused are counted. */
static enum status spread_of(struct bench_lab *lab, long runs, double blur, int lines, struct bench_spread *ratios,
                             long *refused, struct fault *fault) {
  int side = lines + 44;
  double bound = 1 / sqrt(lines * CONTRAST * CONTRAST * bench_lab_information(blur));
  for (long run = 0; run < runs; run++) {
    struct straight edge = {0.5 * side + draw_even(&lab->draws, -1, 1), 0.5 * side + draw_even(&lab->draws, -1, 1),
                            draw_even(&lab->draws, 0, 2 * PI)};
    enum status status = draw(lab, &edge, side, blur, fault);
    for (int i = 0; i < NOISES * EXPOSURES && !status; i++) {
      double error = NAN, noise = noises[i / EXPOSURES];
      status = error_of(lab, &edge, lines, noise, &error, fault);
      if (isnan(error))
        ++*refused;
      else
        bench_spread_add(&ratios[i / EXPOSURES], error / (bound * sqrt(noise * noise + 1.0 / 12)));
    }
    if (status) return status;
  }
  return STATUS_OK;
}

/* Spread against the bound, over angles, offsets and edges of 20 to 80 lines. A short edge has few strips, one of which
 * may lie astray by chance: a share of them may be refused. */
static enum status spread(struct bench_lab *lab, long runs, double blur, struct bench_figures *figures,
                          struct fault *fault) {
  static const int lengths[] = {20, 40, 80};
  struct bench_spread ratios[NOISES] = {{0, 0, 0}};
  enum status status = STATUS_OK;
  long refused = 0;
  for (int i = 0; i < 3 && !status; i++) status = spread_of(lab, runs, blur, lengths[i], ratios, &refused, fault);
  for (int n = 0; n < NOISES && !status; n++) {
    char what[96];
    snprintf(what, sizeof what, "straight edges, blur %.1f, noise %.0f: spread over the Cramer-Rao bound", blur,
             noises[n]);
    status = bench_figures_add(figures, what, bench_spread_deviation(&ratios[n]), NAN, 1.3, "times", fault);
  }
  char what[96];
  snprintf(what, sizeof what, "straight edges, blur %.1f: refused", blur);
  double share = 100.0 * (double)refused / (3.0 * NOISES * EXPOSURES * (double)runs);
  return status ? status : bench_figures_add(figures, what, share, NAN, 0.5, "%", fault);
}

/* The largest mean error of any sub-pixel phase and angle. */
static enum status bias(struct bench_lab *lab, long runs, double blur, struct bench_figures *figures,
                        struct fault *fault) {
  enum { PHASES = 8, ANGLES = 7, LINES = 40, SIDE = LINES + 44 };
  double worst = 0;
  for (int a = 0; a < ANGLES; a++)
    for (int p = 0; p < PHASES; p++) {
      double angle = 0.5 * PI * a / (ANGLES - 1), phase = (double)p / PHASES;
      struct straight edge = {0.5 * SIDE + phase * cos(angle), 0.5 * SIDE + phase * sin(angle), angle};
      struct bench_spread errors = {0, 0, 0};
      enum status status = draw(lab, &edge, SIDE, blur, fault);
      for (long run = 0; run < runs && !status; run++) {
        double error = NAN;
        status = error_of(lab, &edge, LINES, 1, &error, fault);
        if (!isnan(error)) bench_spread_add(&errors, error);
      }
      if (status) return status;
      if (fabs(bench_spread_mean(&errors)) > worst) worst = fabs(bench_spread_mean(&errors));
    }
  char what[96];
  snprintf(what, sizeof what, "straight edges, blur %.1f: largest bias of any phase and angle", blur);
  return bench_figures_add(figures, what, worst, NAN, 0.01, "px", fault);
}

enum status bench_edges(long runs, struct bench_figures *figures, struct fault *fault) {
  static const double blurs[] = {0.7, 1, 1.4, 2};
  struct bench_lab lab;
  enum status status = bench_lab_open(&lab, fault);
  for (int b = 0; b < 4 && !status; b++) {
    status = spread(&lab, runs, blurs[b], figures, fault);
    if (!status) status = bias(&lab, runs / 2 + 1, blurs[b], figures, fault);
  }
  bench_lab_close(&lab);
  return status;
}
