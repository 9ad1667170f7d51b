/* What stands on the picture of a measured photo: names and values where they were measured, none over another. */
#ifndef ASSAY_CLI_GAUGE_LABELS_H
#define ASSAY_CLI_GAUGE_LABELS_H

#include "engine/inspect.h"

#include <cairo.h>
#include <stdint.h>

enum { LABELS_MOST = 512 };

struct label_box {
  double x, y, width, height;
};

/* The picture that is written on. */
struct labels {
  cairo_t *cairo; /* with its font set */
  double font;    /* its size, px */
  const struct inspect_gauges *gauges;
  double scale, left, top; /* of the photo on the picture */
  double width, height;    /* of the photo there */
  struct label_box taken[LABELS_MOST];
  int count;
};

/* A place of the photo on the picture. */
void labels_to(const struct labels *labels, double x, double y, double *u, double *v);
void labels_colour(cairo_t *cairo, uint32_t rgb);
uint32_t labels_of_verdict(enum verdict verdict);
/* As it is, without what a terminal or Cairo could not show. */
void labels_text(cairo_t *cairo, double x, double y, uint32_t colour, const char *text);

/* Each value at its gauge, or between its two with a line from one to the other; gauges without a value by name.
 * `colour` is that of a gauge. */
void labels_draw(struct labels *labels, uint32_t (*colour)(const struct inspect_gauges *, const struct gauge *));

#endif
