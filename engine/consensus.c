#include "engine/consensus.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 24, OPTIMISE_ROUNDS = 4 };

struct search {
  const struct feature_match *matches;
  size_t count;
  enum motion motion;
  int width, height;
  double within;
  uint64_t random;
  double *share;                /* of each match: those of one cell of the golden have one vote together */
  double votes;                 /* all shares */
  struct pose_point *from, *to; /* [count] of the inliers of a round */
  double *weight;
  struct consensus best;
  bool found;
};

/* splitmix64: a fixed seed gives the same samples on every machine. */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static double squared_error(const struct feature_match *m, const struct pose *pose) {
  struct pose_point p;
  if (!pose_apply(pose, m->golden_x, m->golden_y, &p)) return 1e30;
  double dx = p.x - m->photo_x, dy = p.y - m->photo_y;
  return dx * dx + dy * dy;
}

/* Stops as soon as the cost is not below `bound`. */
static double cost_of(const struct search *s, const struct pose *pose, double bound) {
  double cost = 0, limit = s->within * s->within;
  for (size_t i = 0; i < s->count && cost < bound; i++) {
    double e = squared_error(&s->matches[i], pose);
    cost += s->share[i] * (e < limit ? e / limit : 1);
  }
  return cost;
}

/* Fits `motion` to the matches within `reach`, weighted towards the near ones. */
static bool refit(struct search *s, enum motion motion, double reach, struct pose *pose) {
  size_t n = 0;
  double limit = reach * reach;
  for (size_t i = 0; i < s->count; i++) {
    double e = squared_error(&s->matches[i], pose);
    if (e >= limit) continue;
    s->from[n] = (struct pose_point){s->matches[i].golden_x, s->matches[i].golden_y};
    s->to[n] = (struct pose_point){s->matches[i].photo_x, s->matches[i].photo_y};
    s->weight[n++] = s->share[i] * (1 - e / limit) * (1 - e / limit);
  }
  return n >= 2 * pose_minimum(motion) && pose_fit(motion, s->from, s->to, s->weight, n, pose) &&
         pose_plausible(pose, s->width, s->height);
}

/* From a first guess towards the spec's own model, from wide to narrow. */
static void optimise(struct search *s, struct pose pose) {
  static const double reach[OPTIMISE_ROUNDS] = {6, 3, 1.5, 1};
  for (int round = 0; round < OPTIMISE_ROUNDS; round++) {
    enum motion motion = round == 0 && s->motion == MOTION_HOMOGRAPHY ? MOTION_AFFINE : s->motion;
    if (!refit(s, motion, reach[round] * s->within, &pose)) return;
    double cost = cost_of(s, &pose, s->best.cost);
    if (cost < s->best.cost && motion == s->motion) {
      s->best.cost = cost;
      s->best.pose = pose;
      s->found = true;
    }
  }
}

/* A match's own scale and orientation against the pose at its place; ORB knows them to about a step of its pyramid and
 * a dozen degrees, and strong perspective bends both. */
static bool agrees(const struct feature_match *m, const struct pose *pose) {
  double scale = pose_scale_at(pose, m->golden_x, m->golden_y);
  if (!(scale > 0.6 * m->scale && scale < 1.7 * m->scale)) return false;
  struct pose_point a, b;
  if (!pose_apply(pose, m->golden_x, m->golden_y, &a) || !pose_apply(pose, m->golden_x + 1, m->golden_y, &b))
    return false;
  double x = b.x - a.x, y = b.y - a.y;
  return x * m->cosine + y * m->sine > 0.75 * sqrt(x * x + y * y);
}

static void try_sample(struct search *s, enum motion motion, size_t size) {
  struct pose_point from[4], to[4];
  size_t pick[4];
  static const double ones[4] = {1, 1, 1, 1};
  for (size_t i = 0; i < size; i++) {
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): consensus_find returns before where there are no matches */
    pick[i] = (size_t)(next_random(&s->random) % s->count);
    for (size_t j = 0; j < i; j++)
      if (pick[j] == pick[i]) return;
    const struct feature_match *m = &s->matches[pick[i]];
    from[i] = (struct pose_point){m->golden_x, m->golden_y};
    to[i] = (struct pose_point){m->photo_x, m->photo_y};
  }
  struct pose pose;
  if (!pose_fit(motion, from, to, ones, size, &pose)) return;
  for (size_t i = 0; i < size; i++)
    if (!agrees(&s->matches[pick[i]], &pose)) return;
  if (!pose_plausible(&pose, s->width, s->height)) return;
  double bound = s->best.cost + 0.02 * s->votes; /* a rough sample may still lead to a better pose */
  if (cost_of(s, &pose, bound) < bound) optimise(s, pose);
}

static int cell_of(const struct search *s, const struct feature_match *m) {
  int column = (int)(m->golden_x * CELLS / s->width), row = (int)(m->golden_y * CELLS / s->height);
  column = column < 0 ? 0 : column < CELLS ? column : CELLS - 1;
  row = row < 0 ? 0 : row < CELLS ? row : CELLS - 1;
  return row * CELLS + column;
}

/* A small part with much print must not outvote the rest of the product: it may be the part that moved. */
static void give_shares(struct search *s) {
  int count[CELLS * CELLS] = {0};
  for (size_t i = 0; i < s->count; i++) count[cell_of(s, &s->matches[i])]++;
  for (size_t i = 0; i < s->count; i++) {
    s->share[i] = 1.0 / count[cell_of(s, &s->matches[i])];
    s->votes += s->share[i];
  }
}

/* Inliers that stand apart: many features on one corner say no more than one. */
static size_t spread_inliers(const struct search *s) {
  bool taken[CELLS * CELLS] = {false};
  size_t n = 0;
  for (size_t i = 0; i < s->count; i++) {
    const struct feature_match *m = &s->matches[i];
    if (squared_error(m, &s->best.pose) >= s->within * s->within) continue;
    int cell = cell_of(s, m);
    if (taken[cell]) continue;
    taken[cell] = true;
    n++;
  }
  return n;
}

enum status consensus_find(const struct feature_match *matches, size_t count, enum motion motion, int width, int height,
                           double within, int effort, bool *found, struct consensus *best, struct fault *fault) {
  struct search s = {.matches = matches,
                     .count = count,
                     .motion = motion,
                     .width = width,
                     .height = height,
                     .within = within,
                     .random = 1};
  enum status status = STATUS_OK;
  *found = false;
  if (count < 2 * pose_minimum(motion)) return STATUS_OK;
  s.from = malloc(count * sizeof *s.from);
  s.to = malloc(count * sizeof *s.to);
  s.weight = malloc(count * sizeof *s.weight);
  s.share = malloc(count * sizeof *s.share);
  if (!s.from || !s.to || !s.weight || !s.share) {
    status = fault_set(fault, STATUS_MEMORY, "finding the pose: out of memory");
    goto done;
  }
  give_shares(&s);
  s.best.cost = s.votes;
  for (int i = 0; i < effort; i++) {
    if (motion <= MOTION_RIGID)
      try_sample(&s, motion, pose_minimum(motion));
    else
      try_sample(&s, MOTION_SIMILARITY, 2);
    if (motion >= MOTION_AFFINE) try_sample(&s, MOTION_AFFINE, 3);
    if (motion >= MOTION_HOMOGRAPHY) try_sample(&s, MOTION_HOMOGRAPHY, 4);
    /* Most matches agree already: more samples would find the same. */
    if (i >= 50 && s.best.cost < 0.5 * s.votes) break;
  }
  if (s.found) {
    s.best.inliers = spread_inliers(&s);
    *best = s.best;
    *found = true;
  }
done:
  free(s.from), free(s.to), free(s.weight), free(s.share);
  return status;
}
