#include "cli/bench/lab.h"

#include <math.h>
#include <stdio.h>

static const double PI = 3.14159265358979323846, CONTRAST = 100, LEVEL = 70;

/* Photos of one drawing, each with a noise of its own: many where noise is what makes the errors; else few, for what a
 * drawing's own place makes is of the size of the bound. Of small discs more in all, or their mean error in noise says
 * nothing about 0.01 px, and their spread nothing about a twentieth of the bound. */
enum { EXPOSURES = 5, MANY_EXPOSURES = 40, MORE = 8 };
static const double LARGE = 100, SMALL = 20, NOISY = 4;

/* How far beyond the rim a picture goes, px: more than a gauge looks. */
enum { MARGIN = 30 };

struct disc {
  double x, y, radius;
};

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
  drawing_clip(&lab->drawing);
  drawing_ellipse(&lab->drawing, disc->x + disc->radius * cos(other), disc->y + disc->radius * sin(other), dirt, dirt,
                  0, NULL, 1);
  drawing_clip(&lab->drawing);
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
  const struct drawing_ring ring = {disc->x, disc->y, disc->radius, MARGIN};
  drawing_finish_ring(&lab->drawing, &ring, LEVEL, CONTRAST, noise, &lab->draws);
  enum status status = bench_lab_measure(lab, &gauge, 1, fault);
  const struct gauge *found = &lab->measuring.gauges[0];
  *error = NAN;
  if (!status && found->found) *error = 2 * (found->shape[0].p[SHAPE_RADIUS] - disc->radius);
  return status;
}

/* Errors of the diameter; those whose circle was not found are counted. */
static enum status errors_of(struct bench_lab *lab, long runs, double radius, double blur, double noise,
                             enum spoilt spoilt, struct bench_spread *errors, long *missed, struct fault *fault) {
  int side = 2 * (int)radius + 2 * MARGIN, exposures = EXPOSURES;
  if (noise > NOISY && (radius > LARGE || spoilt == WHOLE)) exposures = MANY_EXPOSURES;
  *errors = (struct bench_spread){0, 0, 0};
  *missed = 0;
  for (long run = 0; run < (runs + exposures - 1) / exposures; run++) {
    struct disc disc = {0.5 * side + draw_even(&lab->draws, -1, 1), 0.5 * side + draw_even(&lab->draws, -1, 1), radius};
    enum status status = draw(lab, &disc, side, blur, spoilt, fault);
    for (int i = 0; i < exposures && !status; i++) {
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

/* The bias with a spoilt rim, the spread beside it, and how many are refused where any are. */
static enum status add_spoilt(struct bench_lab *lab, long runs, double radius, double blur, double noise,
                              enum spoilt how, struct bench_figures *figures, struct fault *fault) {
  static const double MOST_BIAS = 0.05, MOST_REFUSED = 5;
  const char *name = how == CUT ? "sector cut out" : "rim spoilt";
  struct bench_spread errors;
  char what[96];
  long missed;
  enum status status = errors_of(lab, runs, radius, blur, noise, how, &errors, &missed, fault);
  snprintf(what, sizeof what, "circles of %.0f px, blur %.1f, noise %.0f, %s: bias", radius, blur, noise, name);
  if (!status && errors.count > 0)
    status = bench_figures_add(figures, what, bench_spread_mean(&errors), -MOST_BIAS, MOST_BIAS, "px", fault);
  snprintf(what, sizeof what, "circles of %.0f px, blur %.1f, noise %.0f, %s: spread", radius, blur, noise, name);
  if (!status && errors.count > 1)
    status = bench_figures_add(figures, what, bench_spread_deviation(&errors), NAN, NAN, "px", fault);
  snprintf(what, sizeof what, "circles of %.0f px, blur %.1f, noise %.0f, %s: refused", radius, blur, noise, name);
  if (!status && missed)
    status = bench_figures_add(figures, what, 100.0 * (double)missed / ((double)missed + errors.count), NAN,
                               MOST_REFUSED, "%", fault);
  return status;
}

/* The blurred disc's height at a distance from its centre: over the Gaussian along the rim, what the one across leaves
 * of each chord. */
static double height_at(double radius, double sigma, double distance) {
  double sum = 0, step = 0.05, reach = 6 * sigma < radius ? 6 * sigma : radius;
  for (double y = -reach + 0.5 * step; y < reach; y += step) {
    double half = sqrt(radius * radius - y * y), far = (half - distance) / sigma, near = (-half - distance) / sigma;
    double weight = exp(-0.5 * y * y / (sigma * sigma)) / (sigma * sqrt(2 * PI));
    sum += step * weight * 0.5 * (erf(far / sqrt(2)) - erf(near / sqrt(2)));
  }
  return sum;
}

/* Standard deviation of the radius for noise of 1 and a disc of height 1 by the Cramer-Rao bound of several parameters
 * (Kay, Fundamentals of Statistical Signal Processing: Estimation Theory, 1993, section 3.7) where level, contrast
 * and blur are estimated with it from all of the picture; the centre's does not matter to it, by symmetry. */
static double bound_of_all(double radius, double blur) {
  enum { N = 4 };
  double sigma = sqrt(blur * blur + 1.0 / 12), a[N][N] = {{0}}, small = 1e-3, step = 0.1;
  for (double r = 0.5 * step + (radius > 2 * MARGIN ? radius - MARGIN : 0); r < radius + MARGIN; r += step) {
    double by_radius = (height_at(radius + small, sigma, r) - height_at(radius - small, sigma, r)) / (2 * small);
    double by_sigma = (height_at(radius, sigma + small, r) - height_at(radius, sigma - small, r)) / (2 * small);
    const double row[N] = {1, height_at(radius, sigma, r), by_sigma, by_radius};
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) a[i][j] += 2 * PI * r * step * row[i] * row[j];
  }
  /* What elimination leaves of the last diagonal element is the radius's information. */
  for (int k = 0; k + 1 < N; k++)
    for (int i = k + 1; i < N; i++)
      for (int j = N - 1; j >= k; j--) a[i][j] -= a[i][k] / a[k][k] * a[k][j];
  return 1 / sqrt(a[N - 1][N - 1]);
}

/* The diameter's bias and spread. Its bound for levels and blur that are known is the edges'. A small disc that is much
 * blurred says so little of these that the bound for all that is estimated leaves hardly a fit within MOST of that one:
 * there it is the one that counts, and both are printed. */
static enum status add_whole(const struct bench_spread *errors, double radius, double blur, double noise,
                             struct bench_figures *figures, struct fault *fault) {
  static const double MOST = 1.3, ROOM = 1.08;
  char what[120], disc[64];
  double known = 1 / sqrt(2 * PI * radius * bench_lab_information(blur)), all = bound_of_all(radius, blur);
  double each = 2 * sqrt(noise * noise + 1.0 / 12) / CONTRAST, spread = bench_spread_deviation(errors) / each;
  snprintf(disc, sizeof disc, "circles of %.0f px, blur %.1f, noise %.0f", radius, blur, noise);
  snprintf(what, sizeof what, "%s: bias of the diameter", disc);
  enum status status = bench_figures_add(figures, what, bench_spread_mean(errors), -0.01, 0.01, "px", fault);
  if (status) return status;
  if (ROOM * all <= MOST * known) {
    snprintf(what, sizeof what, "%s: spread over the bound", disc);
    return bench_figures_add(figures, what, spread / known, NAN, MOST, "times", fault);
  }
  snprintf(what, sizeof what, "%s: spread over the bound, levels and blur known", disc);
  status = bench_figures_add(figures, what, spread / known, NAN, NAN, "times", fault);
  snprintf(what, sizeof what, "%s: the bound with them estimated, over it", disc);
  if (!status) status = bench_figures_add(figures, what, all / known, NAN, NAN, "times", fault);
  snprintf(what, sizeof what, "%s: spread over the bound with them estimated", disc);
  return status ? status : bench_figures_add(figures, what, spread / all, NAN, MOST, "times", fault);
}

static enum status one(struct bench_lab *lab, long runs, double radius, double blur, double noise,
                       struct bench_figures *figures, struct fault *fault) {
  struct bench_spread errors;
  long missed;
  const long many = radius <= SMALL ? MORE * runs : runs;
  enum status status = errors_of(lab, many, radius, blur, noise, WHOLE, &errors, &missed, fault);
  if (!status) status = add_whole(&errors, radius, blur, noise, figures, fault);
  if (!status) status = add_spoilt(lab, many, radius, blur, noise, CHIPPED, figures, fault);
  return status ? status : add_spoilt(lab, many, radius, blur, noise, CUT, figures, fault);
}

enum status bench_circles(long runs, struct bench_figures *figures, struct fault *fault) {
  static const double radii[] = {10, 20, 50, 150, 500}, blurs[] = {0.7, 1.4, 2}, noises[] = {1, 8};
  struct bench_lab lab;
  enum status status = bench_lab_open(&lab, fault);
  for (int r = 0; r < 5 && !status; r++)
    for (int b = 0; b < 3 && !status; b++)
      for (int n = 0; n < 2 && !status; n++) {
        long some = radii[r] > LARGE && noises[n] < NOISY ? 3 * runs : 10 * runs;
        if (radii[r] >= 5 * blurs[b]) status = one(&lab, some, radii[r], blurs[b], noises[n], figures, fault);
      }
  bench_lab_close(&lab);
  return status;
}
