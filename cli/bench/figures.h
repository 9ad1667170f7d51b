/* What `assay bench measure` shows: figures with the bounds that they must keep. */
#ifndef ASSAY_CLI_BENCH_FIGURES_H
#define ASSAY_CLI_BENCH_FIGURES_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

struct bench_figure {
  char what[96];
  double value, least, most; /* a bound that is not set is NAN */
  const char *unit;          /* static: "%", "px" */
};

/* Owns its items; all zero is empty. */
struct bench_figures {
  struct bench_figure *items;
  size_t count, room;
};

enum status bench_figures_add(struct bench_figures *figures, const char *what, double value, double least, double most,
                              const char *unit, struct fault *fault);
bool bench_figure_holds(const struct bench_figure *figure);
void bench_figures_free(struct bench_figures *figures);

/* The scale from a marker, through a calibrated lens and under perspective, on drawn photos whose camera is known.
 * A quarter of `runs` exposures of each drawn scene; 24 make some 10,000 lengths in all. */
enum status bench_scale(long runs, struct bench_figures *figures, struct fault *fault);

/* Five drawn photos a run of a plate as cameras take them: how often the true value lies within the uncertainty. */
enum status bench_dimensions(long runs, struct bench_figures *figures, struct fault *fault);

/* A drawn part that is 2 % too large, measured through the whole inspection with each source of scale. */
enum status bench_size(struct bench_figures *figures, struct fault *fault);

#endif
