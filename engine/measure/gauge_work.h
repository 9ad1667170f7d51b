/* Inside of gauge.c and its helpers: what is remembered between the passes. */
#ifndef ASSAY_ENGINE_MEASURE_GAUGE_WORK_H
#define ASSAY_ENGINE_MEASURE_GAUGE_WORK_H

#include "engine/measure/edge_terms.h"
#include "engine/measure/gauge.h"

enum { GAUGE_MOST_PLACES = 160 };

/* A strip of the first pass. */
struct seek {
  int part;
  double t;
  struct outline_place at; /* photo pixels */
  double half;             /* half its length along the edge, photo px */
  double reach;            /* of the search, photo px */
  int32_t strip;           /* -1: none, outside what the photo can show */
  bool beyond;             /* the place lies outside the photo; of a count any of it */
  bool shows;              /* of a profile of widths: a pair at these offsets */
  double offset[2];
};

/* What the first pass found of one gauge: edges as offsets from the outline, by a linear model a part of a pair. */
struct sought {
  size_t first, count; /* seeks */
  int edges;           /* 1, or 2 for a pair */
  int parameters;
  double model[2][ROBUST_MOST];
  double before[2], after[2]; /* how far the profile is free of other edges, px */
  double blur[2];             /* as the first pass sees it, px */
  double size;                /* half the outline's, photo px: scale of the basis */
  double strip;               /* length of the strips that it is traced by, photo px; 0: as its outline says */
  bool partly;                /* not all seeks show the model's edge */
  bool moved, due;            /* the model is that of a trace; it is to be traced along it */
};

/* A strip of the second pass. */
struct trace {
  const struct gauge *gauge;
  int part, edge; /* of the outline; 0 or 1 of a pair */
  double basis[ROBUST_MOST];
  struct kernel_profile profile;
  int32_t strip;
};

/* The edge of one strip of the second pass. */
struct strip_fit {
  const struct trace *trace;
  enum edge_state state;
  bool spoilt;            /* as the round before found: nothing is known from it about the others */
  double reached;         /* beside a spoilt place: how far that may move it, px; INFINITY: not known */
  bool tail;              /* beside: seen to be reached by a spoilt place, but showing its edge */
  double away;            /* how far it is along the outline to the next strip that shows another thing, px */
  int32_t from;           /* the first bin that counts */
  double expected, place; /* of its response's table, and as found, px */
  struct edge_terms terms;
  struct edge_solved solved;
};

/* Edges that share one blur. */
struct fits {
  size_t count, left_out;
  struct strip_fit one[GAUGE_MOST_PLACES];
  double noise;       /* of the image as the fits leave it, grey levels squared: the median over the strips */
  double least_noise; /* by those that leave least: what the model does not fit in the others is not noise */
  double unseen;      /* share of the contrast that a spoilt edge may hide */
  double level_variance, contrast_variance, covariance; /* of the levels they share, for noise of 1 grey level */
};

struct gauge_work {
  struct fits fits; /* of the edges in hand */
  struct seek *seeks;
  size_t seek_count, seek_capacity;
  struct sought *sought; /* one a gauge */
  size_t sought_capacity;
  struct trace *traces;
  size_t trace_count, trace_capacity;
  double *squares; /* room for two a gauge */
};

/* A whole array with room for one more; the place of it, or NULL out of memory. */
void *gauge_room(void *array, size_t *count, size_t *capacity, size_t size);

/* The linear model's row at a place of the outline; how many parameters there are. */
int gauge_basis(const struct gauge *gauge, const struct sought *sought, int part, double t,
                const struct outline_place *photo, double *basis);

/* Whether its outline has neither beginning nor end nor corners. */
static inline bool gauge_is_closed(const struct gauge *gauge) {
  return gauge->spec->gauge == GAUGE_CIRCLE || gauge->spec->gauge == GAUGE_ELLIPSE;
}

/* First pass: strips, then what they show. */
enum status gauge_seek(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge, struct fault *fault);
void gauge_choose(struct measuring *m, struct gauge *gauge);
/* Second pass: strips, then edges, then shapes. */
enum status gauge_trace(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge, struct fault *fault);
enum status gauge_fit(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge, size_t *next_trace,
                      struct fault *fault);
/* Set `due` again, each once, of a closed outline: where the first pass led the trace so far beside the edge that the
 * strips' edges are not at one place in them; and where so much is spoilt, or beside that, that shorter strips, as far
 * as the noise allows them, would say more of the rest. Along what the trace found, both. */
bool gauge_trace_was_off(struct measuring *m, const struct gauge *gauge, const struct fits *fits);
void gauge_trace_finer(struct measuring *m, const struct gauge *gauge, const struct fits *fits, double sigma);
void gauge_shape(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge);

/* What was seen at a gauge's edges, for `why`. */
void gauge_explain(const struct measuring *m, struct gauge *gauge);

/* Sets `hidden` of all gauges, once they are measured: a bevel, a burr or a shadow too narrow to be fitted as a step of
 * its own makes an edge softer than the photo's others, or leaves much of its profile unexplained. */
void gauges_doubt(struct measuring *measuring);

#endif
