/* Gauges on a photo: edges found in the photo's own pixels, fitted to the sub-pixel, and made into shapes of the
 * product's plane. Two passes over the photo, each one call of the kernels for many gauges: strips across the whole
 * search find where the edge is; narrow strips along what was found measure it. */
#ifndef ASSAY_ENGINE_MEASURE_GAUGE_H
#define ASSAY_ENGINE_MEASURE_GAUGE_H

#include "engine/measure/outline.h"
#include "engine/measure/robust.h"
#include "engine/measure/scale.h"
#include "engine/measure/shape.h"
#include "engine/measure/strips.h"

enum edge_state {
  EDGE_FOUND,
  EDGE_WEAK,    /* none of the least contrast and the polarity */
  EDGE_DOUBLED, /* two that are alike */
  EDGE_OUTSIDE, /* only beyond the search */
  EDGE_OUTLIER, /* not where the others say, or unlike them: dirt, a burr, a gap */
  EDGE_BESIDE   /* so near to an outlier that its blur reaches: counts for less, by its spread */
};

struct gauge_edge {
  double x, y, nx, ny; /* photo pixels: where it was found, else where it was sought; unit vector across */
  double spread;       /* standard uncertainty across, from the image's noise and what lies beside, px; 0: left out */
  double contrast;     /* grey levels, signed */
  int part;            /* of the outline; 0 and 1 are the edges of a pair */
  enum edge_state state;
};

/* What stands beside an edge, too near to be one of its own. */
struct gauge_step {
  double spread; /* standard uncertainty of a displacement that all edges of a polarity share because of it, px */
  double width;  /* how far behind the edge, px; negative before it; 0: nothing is seen there */
  double share;  /* of the contrast */
};

struct gauge {
  const struct spec_dimension *spec;
  bool found;
  char why[256];             /* where it was not: what was seen, what was expected */
  size_t first, count;       /* its edges in measuring.edges */
  struct pose_point middle;  /* of the gauge, photo pixels */
  double sigma;              /* blur of the edge without the pixel, of a pair's softer one, px */
  double hidden;             /* standard uncertainty of where in an edge unlike the photo's others the step is, px */
  double noise, freedom;     /* of the image at the edge, grey levels, and degrees of freedom of that */
  double common[2];          /* standard uncertainty of a displacement that all edges of a polarity share, px */
  double sharpened[2];       /* the same from the camera's sharpening, which is one for all gauges: signed, px */
  struct gauge_step step[2]; /* of each polarity */
  int shapes;
  struct shape shape[2];           /* in the plane; two for a pair of edges */
  double form[2], form_freedom[2]; /* how many times what the noise explains the residuals are; at least 1 */
  int number;                      /* of a count */
};

/* One thread's working memory and the gauges measured last. All zero is empty. */
struct measuring {
  struct strips strips;
  struct gauge *gauges;
  size_t gauge_count, gauge_capacity;
  struct gauge_edge *edges;
  size_t edge_count, edge_capacity;
  struct gauge_work *work; /* inside gauge.c */
};

struct gauge_photo {
  struct device *device;
  const struct kernel_image *luma;   /* u8, full size, on the device */
  const struct placement *placement; /* golden -> photo pixel */
  const struct scale *scale;
  bool curved;  /* its levels are those of sRGB: edges are placed in the light that they stand for */
  bool doubted; /* they may be: a curve makes edges look like two steps, for which none are looked for */
};

/* Measures every gauge of the list (measures in it are passed over), in its order. A gauge that cannot be measured is
 * not an error: found is false, with why. What is usual in a photo is told by all, so that what belongs to one is to
 * be measured in one call. */
enum status gauges_measure(struct measuring *measuring, const struct gauge_photo *photo,
                           const struct spec_dimension *dimensions, size_t count, struct fault *fault);
void measuring_free(struct measuring *measuring, struct device *device);

/* The gauge's shapes again under another map, from the same edges. False where it does not reach them. */
bool gauge_reshape(const struct measuring *measuring, const struct gauge *gauge, const struct scale *scale,
                   struct shape *shapes);

/* The same with its edges moved along their vectors, those of each polarity by its own `by`, px. */
bool gauge_reshape_moved(const struct measuring *measuring, const struct gauge *gauge, const struct scale *scale,
                         const double by[2], struct shape *shapes);

/* Widths of a profile of widths: between the two edges of each place, in the plane; at most `most` of them. Their
 * standard uncertainties from noise go to `spreads`, what of it they share to `common`; all may be NULL. How many there
 * are. */
size_t gauge_widths(const struct measuring *measuring, const struct gauge *gauge, const struct scale *scale,
                    double *widths, double *spreads, double *common, size_t most);

/* "weak", "doubled", "outside", "outlier", "beside"; "found". */
const char *edge_state_name(enum edge_state state);

#endif
