#include "engine/measure/edge.h"

#include "engine/measure/normal_table.h"

#include <math.h>

/* Two numbers that are worked on at once. */
typedef double pair __attribute__((vector_size(2 * sizeof(double))));
typedef int64_t bits __attribute__((vector_size(2 * sizeof(int64_t))));
typedef int32_t rows __attribute__((vector_size(2 * sizeof(int32_t))));

/* The normal distribution and its density, at two places. */
struct normal {
  pair share, density;
};

/* By Taylor's series about the nearest row of the table, to 1e-10. */
static inline struct normal normal(pair z) {
  static const bits SIGN = {INT64_MIN, INT64_MIN};
  static const pair LAST = {(NORMAL_ROWS - 1.0) / NORMAL_STEPS, (NORMAL_ROWS - 1.0) / NORMAL_STEPS};
  const bits sign = (bits)z & SIGN, whole = (bits)z & ~SIGN, within = (pair)whole < LAST;
  const pair size = (pair)((whole & within) | ((bits)LAST & ~within));
  const rows row = __builtin_convertvector(size * NORMAL_STEPS + 0.5, rows);
  const pair at = __builtin_convertvector(row, pair) * (1.0 / NORMAL_STEPS), t = size - at;
  pair share = {normal_table[row[0]][0], normal_table[row[1]][0]};
  pair density = {normal_table[row[0]][1], normal_table[row[1]][1]};
  const pair square = at * at, second = square - 1, third = at * (square - 3), fourth = square * (square - 6) + 3;
  const pair a = at * (-1.0 / 2), b = second * (1.0 / 6), c = third * (-1.0 / 24), e = fourth * (1.0 / 120);
  share += density * (t * (1 + t * (a + t * (b + t * (c + t * e)))));
  density *= 1 + t * (2 * a + t * (3 * b + t * (4 * c + t * 5 * e)));
  /* Below the middle it is what is left of 1. */
  return (struct normal){0.5 + (pair)((bits)(share - 0.5) ^ sign), density};
}

/* A straight edge's shape as its response needs it. */
struct straight {
  double sigma, half, each, of; /* half the box; 1 / sigma, 1 / box */
};

static inline struct edge_response straight_at(const struct straight *s, double d) {
  const pair ends = {(d + s->half) * s->each, (d - s->half) * s->each};
  const struct normal n = normal(ends);
  const pair reached = ends * n.share + n.density;
  struct edge_response r;
  r.value = s->sigma * (reached[0] - reached[1]) * s->of;
  r.slope = (n.share[0] - n.share[1]) * s->of;
  r.by_sigma = (n.density[0] - n.density[1]) * s->of;
  r.bend = r.by_sigma * s->each;
  return r;
}

/* Where the blur falls back by less along a curved edge, px, its mean place is all there is to see: what else the curve
 * does is about 1e-4 px. */
static const double SLIGHT = 0.08;

/* Blur along the edge: that across, without the smaller part of the pixel, and the pixel's 1/12, whatever its angle. */
static double variance_along(const struct edge_shape *shape) {
  return shape->sigma * shape->sigma + shape->box * shape->box / 12;
}

/* Of the response, what lies at some deviations along the edge, where the circle has fallen back; its sigma changes
 * that, too. */
struct node {
  double weight, back, by_slope;
};
enum { NODES = 3 };

static void find_nodes(const struct edge_shape *shape, double along, struct node *nodes) {
  static const double places[NODES] = {0, 1.3556261799742659, 2.8569700138728056};
  static const double weights[NODES] = {8.0 / 15, 0.44415184554016907, 0.02251482112649760};
  const double k = shape->curvature;
  for (int i = 0; i < NODES; i++) {
    const double variance = places[i] * places[i] * along, root = 1 - k * k * variance;
    const double back = -k * variance / (1 + sqrt(root > 0 ? root : 0));
    nodes[i] = (struct node){weights[i], back, 2 * back * shape->sigma / along};
  }
}

static inline struct edge_response curved_at(const struct straight *s, const struct node *nodes, double d) {
  struct edge_response sum = {0, 0, 0, 0};
  for (int i = 0; i < NODES; i++) {
    const struct edge_response side = straight_at(s, d - nodes[i].back);
    sum.value += nodes[i].weight * side.value;
    sum.slope += nodes[i].weight * side.slope;
    sum.bend += nodes[i].weight * side.bend;
    sum.by_sigma += nodes[i].weight * (side.by_sigma - side.slope * nodes[i].by_slope);
  }
  return sum;
}

/* Deviations beyond which the response is what it is far away, to 2e-5 of it with the pixel's box; and how many times
 * what the curve makes it fall back. */
static const double FAR = 3.9, FAR_BACK = 5;

void edge_responses(const struct edge_shape *shape, const double *distances, int32_t count,
                    struct edge_response *responses) {
  const struct edge_response before = {0, 0, 0, 0}, beyond = {1, 0, 0, 0};
  const struct straight s = {shape->sigma, 0.5 * shape->box, 1 / shape->sigma, 1 / shape->box};
  const double along = variance_along(shape), bow = shape->curvature * along;
  const double reach = FAR * shape->sigma + s.half + FAR_BACK * fabs(bow), by_slope = shape->curvature * shape->sigma;
  const bool bent = fabs(bow) >= SLIGHT;
  struct node nodes[NODES];
  if (bent) find_nodes(shape, along, nodes);
  for (int32_t i = 0; i < count; i++) {
    const double d = distances[i];
    if (d <= -reach || d >= reach) {
      responses[i] = d > 0 ? beyond : before;
    } else if (bent) {
      responses[i] = curved_at(&s, nodes, d);
    } else {
      responses[i] = straight_at(&s, d + 0.5 * bow);
      responses[i].by_sigma += responses[i].slope * by_slope;
    }
  }
}

struct edge_shape edge_shape_at(const struct edge_shape *shape, double place) {
  struct edge_shape s = *shape;
  const double wide = 1 + s.curvature * place;
  if (wide > 0.1) s.curvature /= wide;
  return s;
}
