#include "cli/bench/lab.h"

#include <math.h>
#include <stdio.h>

static const double PI = 3.14159265358979323846, CONTRAST = 100, LEVEL = 70;

/* Photos of one drawing, each with a noise of its own. */
enum { EXPOSURES = 5 };

struct disc {
  double x, y, radius;
};

static void clamp(struct drawing *d) {
  size_t count = ((size_t)d->columns + 1) * (size_t)d->rows;
  for (size_t i = 0; i < count; i++) d->coverage[i] = d->coverage[i] < 0 ? 0 : d->coverage[i] > 1 ? 1 : d->coverage[i];
}

enum spoilt { WHOLE, CHIPPED, CUT };

/* A tenth of the rim under dirt and a tenth missing: broken off to the depth of the dirt, or cut out to the centre. */
static void spoil(struct bench_lab *lab, const struct disc *disc, enum spoilt how) {
  double turn = draw_even(&lab->draws, 0, 2 * PI), half = 0.1 * PI, far = 3 * disc->radius;
  double other = turn + draw_even(&lab->draws, 1.5, 4.5), dirt = disc->radius * sin(half);
  const struct pose_point cut[3] = {{disc->x, disc->y},
                                    {disc->x + far * cos(turn - half), disc->y + far * sin(turn - half)},
                                    {disc->x + far * cos(turn + half), disc->y + far * sin(turn + half)}};
  if (how == CUT)
    drawing_polygon(&lab->drawing, cut, 3, NULL, -1);
  else
    drawing_ellipse(&lab->drawing, disc->x + disc->radius * cos(turn), disc->y + disc->radius * sin(turn), dirt, dirt,
                    0, NULL, -1);
  clamp(&lab->drawing);
  drawing_ellipse(&lab->drawing, disc->x + disc->radius * cos(other), disc->y + disc->radius * sin(other), dirt, dirt,
                  0, NULL, 1);
  clamp(&lab->drawing);
}

static enum status draw(struct bench_lab *lab, const struct disc *disc, int side, double blur, enum spoilt spoilt,
                        struct fault *fault) {
  enum status status = drawing_begin(&lab->drawing, side, side, side > 500 ? 2 : 3, fault);
  if (status) return status;
  drawing_ellipse(&lab->drawing, disc->x, disc->y, disc->radius, disc->radius, 0, NULL, 1);
  if (spoilt) spoil(lab, disc, spoilt);
  drawing_blur(&lab->drawing, blur);
  return STATUS_OK;
}

static enum status error_of(struct bench_lab *lab, const struct disc *disc, double noise, double *error,
                            struct fault *fault) {
  const struct spec_dimension gauge = {
      .gauge = GAUGE_CIRCLE,
      .contrast = 10,
      .centre = {disc->x + draw_even(&lab->draws, -1, 1), disc->y + draw_even(&lab->draws, -1, 1)},
      .radius = disc->radius + draw_even(&lab->draws, -1, 1),
      .search = 6};
  drawing_finish(&lab->drawing, LEVEL, CONTRAST, noise, &lab->draws);
  enum status status = bench_lab_measure(lab, &gauge, 1, fault);
  const struct gauge *found = &lab->measuring.gauges[0];
  *error = NAN;
  if (!status && found->found) *error = 2 * (found->shape[0].p[SHAPE_RADIUS] - disc->radius);
  return status;
}

/* Errors of the diameter; those whose circle was not found are counted. */
static enum status errors_of(struct bench_lab *lab, long runs, double radius, double blur, double noise,
                             enum spoilt spoilt, struct bench_spread *errors, long *missed, struct fault *fault) {
  int side = 2 * (int)radius + 60;
  *errors = (struct bench_spread){0, 0, 0};
  *missed = 0;
  for (long run = 0; run < (runs + EXPOSURES - 1) / EXPOSURES; run++) {
    struct disc disc = {0.5 * side + draw_even(&lab->draws, -1, 1), 0.5 * side + draw_even(&lab->draws, -1, 1), radius};
    enum status status = draw(lab, &disc, side, blur, spoilt, fault);
    for (int i = 0; i < EXPOSURES && !status; i++) {
      double error = NAN;
      status = error_of(lab, &disc, noise, &error, fault);
      if (isnan(error))
        ++*missed;
      else
        bench_spread_add(errors, error);
    }
    if (status) return status;
  }
  if (*missed && !spoilt) return fault_set(fault, STATUS_INTERNAL, "benchmark: %ld circles were not found", *missed);
  return STATUS_OK;
}

/* The bias with a spoilt rim. A sector that is cut out to the centre spoils the inside, too, of which a small disc has
 * little to know its level from: no bound. */
static enum status add_spoilt(struct bench_lab *lab, long runs, double radius, double blur, double noise,
                              enum spoilt how, struct bench_figures *figures, struct fault *fault) {
  const char *name = how == CUT ? "sector cut out" : "rim spoilt";
  struct bench_spread errors;
  char what[96];
  long missed;
  enum status status = errors_of(lab, runs, radius, blur, noise, how, &errors, &missed, fault);
  snprintf(what, sizeof what, "circles of %.0f px, blur %.1f, noise %.0f, %s: bias", radius, blur, noise, name);
  double limit = how == CUT ? NAN : 0.05;
  if (!status && errors.count > 0)
    status = bench_figures_add(figures, what, bench_spread_mean(&errors), -limit, limit, "px", fault);
  snprintf(what, sizeof what, "circles of %.0f px, blur %.1f, noise %.0f, %s: refused", radius, blur, noise, name);
  if (!status && missed)
    status = bench_figures_add(figures, what, 100.0 * (double)missed / (double)((double)missed + errors.count), NAN,
                               NAN, "%", fault);
  return status;
}

static enum status one(struct bench_lab *lab, long runs, double radius, double blur, double noise,
                       struct bench_figures *figures, struct fault *fault) {
  struct bench_spread errors;
  char what[96];
  long missed;
  enum status status = errors_of(lab, runs, radius, blur, noise, WHOLE, &errors, &missed, fault);
  if (status) return status;
  double information = 2 * PI * radius * CONTRAST * CONTRAST * bench_lab_information(blur);
  double bound = 2 * sqrt((noise * noise + 1.0 / 12) / information);
  snprintf(what, sizeof what, "circles of %.0f px, blur %.1f, noise %.0f: bias of the diameter", radius, blur, noise);
  status = bench_figures_add(figures, what, bench_spread_mean(&errors), -0.01, 0.01, "px", fault);
  snprintf(what, sizeof what, "circles of %.0f px, blur %.1f, noise %.0f: spread over the bound", radius, blur, noise);
  if (!status)
    status = bench_figures_add(figures, what, bench_spread_deviation(&errors) / bound, NAN, 1.3, "times", fault);
  if (!status) status = add_spoilt(lab, runs, radius, blur, noise, CHIPPED, figures, fault);
  return status ? status : add_spoilt(lab, runs, radius, blur, noise, CUT, figures, fault);
}

enum status bench_circles(long runs, struct bench_figures *figures, struct fault *fault) {
  static const double radii[] = {10, 20, 50, 150, 500}, blurs[] = {0.7, 1.4, 2}, noises[] = {1, 8};
  struct bench_lab lab;
  enum status status = bench_lab_open(&lab, fault);
  for (int r = 0; r < 5 && !status; r++)
    for (int b = 0; b < 3 && !status; b++)
      for (int n = 0; n < 2 && !status; n++) {
        long some = radii[r] > 300 ? runs / 4 + 1 : radii[r] > 100 ? runs : 4 * runs;
        if (radii[r] >= 5 * blurs[b]) status = one(&lab, some, radii[r], blurs[b], noises[n], figures, fault);
      }
  bench_lab_close(&lab);
  return status;
}
