#include "engine/measure/gauge_work.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Beyond the search: what lies there is no answer, but a neighbour that spoils the edge's plateau. */
static const double BEYOND = 8;
/* Half the length of a strip that only looks for the edge, px. */
static const double SEEK_HALF = 2;
/* A strip is straight for the search where its edge falls back by less than half of this at the ends, px. */
static const double SLIGHT_BOW = 0.3;
/* An edge so strong against the one chosen spoils its plateau; one so alike makes the choice a guess. */
static const double NEIGHBOUR = 0.15, ALIKE = 0.7, NOTABLE = 0.25;
/* Of a plateau is used so many times the blur, within bounds, and less where another edge is near, px. A level that is
 * not known well costs the place much of its certainty: 16 px for a blur of 2 px leave it 1.14 times the bound. */
static const double PLATEAU = 8, SHORT_PLATEAU = 8, LONG_PLATEAU = 18, LEAST_PLATEAU = 1.5;

static bool takes_pairs(const struct spec_dimension *g) {
  return g->gauge == GAUGE_WIDTH || ((g->gauge == GAUGE_CALLIPER || g->gauge == GAUGE_COUNT) && g->edges == EDGES_PAIR);
}

static bool takes_one_strip(const struct spec_dimension *g) {
  return g->gauge == GAUGE_CALLIPER || g->gauge == GAUGE_COUNT;
}

/* How many strips a part gets, for its length in the photo. */
static int strips_for(const struct spec_dimension *g, double length) {
  double least = 4, most = 8;
  if (takes_one_strip(g)) return 1;
  if (g->gauge == GAUGE_CIRCLE || g->gauge == GAUGE_ELLIPSE) least = 8, most = 16;
  if (g->gauge == GAUGE_ARC) least = 5, most = 12;
  if (g->gauge == GAUGE_WIDTH) most = 64;
  double n = floor(length / (g->gauge == GAUGE_WIDTH ? 10 : 16) + 0.5);
  return (int)(n < least ? least : n > most ? most : n);
}

static bool inside(const struct gauge_photo *photo, double x, double y) {
  return x >= -0.5 && y >= -0.5 && x <= photo->luma->width - 0.5 && y <= photo->luma->height - 0.5;
}

/* Whether the place is in the photo; of what is counted all of it must be. */
static bool is_seen(const struct gauge_photo *photo, const struct gauge *gauge, const struct seek *seek) {
  const struct outline_place *at = &seek->at;
  const double reach = gauge->spec->gauge == GAUGE_COUNT ? seek->reach : 0;
  return inside(photo, at->x - reach * at->nx, at->y - reach * at->ny) &&
         inside(photo, at->x + reach * at->nx, at->y + reach * at->ny);
}

static enum status add_seek(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge,
                            const struct outline *outline, int part, int index, int count, struct fault *fault) {
  struct gauge_work *w = m->work;
  struct sought *sought = &w->sought[gauge - m->gauges];
  struct seek *seek = gauge_room(&w->seeks, &w->seek_count, &w->seek_capacity, sizeof *seek);
  if (!seek) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
  double across, along;
  memset(seek, 0, sizeof *seek);
  seek->part = part, seek->t = (index + 0.5) / count, seek->strip = -1;
  struct outline_place golden = outline_at(outline, part, seek->t);
  sought->count++;
  if (!outline_carry(photo->placement, &golden, &seek->at, &across, &along)) return STATUS_OK;
  seek->half = 0.5 * outline_length(outline, part) * along / count;
  seek->reach = outline_reach(outline) * across;
  seek->beyond = !is_seen(photo, gauge, seek);
  if (seek->beyond) return STATUS_OK;
  double wide = seek->reach + BEYOND, bins = ceil(2 * wide * KERNEL_PROFILE_SCALE);
  if (!(bins <= 16000 && seek->half > 0.25 && seek->half < KERNEL_PROFILE_LENGTH / 2)) return STATUS_OK;
  /* An outline's curvature as it should be serves to find the edge. */
  double curvature = 0;
  if (outline_is_curved(outline, part) && seek->reach > 0) {
    double radius = gauge->spec->gauge == GAUGE_ELLIPSE ? sqrt(gauge->spec->radii[0] * gauge->spec->radii[1])
                    : gauge->spec->gauge == GAUGE_SLOT
                        ? 0.5 * (gauge->spec->box.size[0] < gauge->spec->box.size[1] ? gauge->spec->box.size[0]
                                                                                     : gauge->spec->box.size[1])
                        : gauge->spec->radius;
    curvature = 1 / (radius * across);
    if (curvature > 1) return STATUS_OK;
  }
  /* To find an edge a few lines are enough; a profile of widths and a calliper measure by what they find. */
  double half = seek->half;
  if (!takes_one_strip(gauge->spec) && gauge->spec->gauge != GAUGE_WIDTH && half > SEEK_HALF) half = SEEK_HALF;
  if (curvature * half * half < SLIGHT_BOW) curvature = 0;
  struct kernel_profile profile = {.x = seek->at.x,
                                   .y = seek->at.y,
                                   .nx = seek->at.nx,
                                   .ny = seek->at.ny,
                                   .curvature = curvature,
                                   .length = half,
                                   .first = -wide,
                                   .bins = (int32_t)bins};
  seek->strip = m->strips.count;
  return strips_add(&m->strips, &profile, fault);
}

enum status gauge_seek(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge, struct fault *fault) {
  struct sought *sought = &m->work->sought[gauge - m->gauges];
  const struct spec_dimension *spec = gauge->spec;
  const struct outline outline = outline_of(spec);
  const struct pose_point middle = outline.middle;
  enum status status = STATUS_OK;
  memset(sought, 0, sizeof *sought);
  sought->first = m->work->seek_count;
  sought->edges = takes_pairs(spec) ? 2 : 1;
  if (!outline_carry_point(photo->placement, middle.x, middle.y, &gauge->middle)) {
    snprintf(gauge->why, sizeof gauge->why, "it lies outside what the photo can show");
    return STATUS_OK;
  }
  double scale = pose_scale_at(&photo->placement->pose, middle.x, middle.y), longest = 0;
  for (int part = 0; part < outline_parts(spec) && !status; part++) {
    double length = outline_length(&outline, part) * scale;
    int count = strips_for(spec, length);
    if (length > longest) longest = length;
    for (int i = 0; i < count && !status; i++) status = add_seek(m, photo, gauge, &outline, part, i, count, fault);
  }
  sought->size = 0.5 * longest;
  return status;
}

int gauge_basis(const struct gauge *gauge, const struct sought *sought, int part, double t,
                const struct outline_place *p, double *basis) {
  double x = p->x - gauge->middle.x, y = p->y - gauge->middle.y;
  double turn = (x * p->ny - y * p->nx) / sought->size, out = (x * p->nx + y * p->ny) / sought->size;
  switch (gauge->spec->gauge) {
  case GAUGE_CIRCLE:
  case GAUGE_ARC:
    basis[0] = p->nx, basis[1] = p->ny, basis[2] = 1;
    return 3;
  case GAUGE_ELLIPSE:
  case GAUGE_SLOT: {
    /* Growing all round, and growing lengthwise alone. */
    double lengthwise = gauge->spec->gauge == GAUGE_SLOT ? outline_slot_end(part, t) : out * out;
    basis[0] = p->nx, basis[1] = p->ny, basis[2] = turn, basis[3] = 1, basis[4] = lengthwise;
    return 5;
  }
  case GAUGE_RECTANGLE:
    basis[0] = p->nx, basis[1] = p->ny, basis[2] = turn, basis[3] = !(part & 1), basis[4] = part & 1;
    return 5;
  default:
    basis[0] = 1, basis[1] = 2 * t - 1;
    return 2;
  }
}

/* ---- what a strip shows ---- */

static bool polarity_fits(const struct spec_dimension *g, double strength) {
  return g->polarity == POLARITY_ANY || (g->polarity == POLARITY_DARK_TO_LIGHT) == (strength > 0);
}

/* An answer of one strip: candidates first and (of a pair) second; state tells why there is none. */
struct answer {
  int first, second;
  enum edge_state state;
};

/* How strong candidate i is as an answer: itself, or the weaker one of the pair it begins; 0 for none. */
static double answer_strength(const struct spec_dimension *g, const struct edge_candidate *c, int count, int i,
                              double least, int *second) {
  if (fabs(c[i].strength) < least || !polarity_fits(g, c[i].strength)) return 0;
  *second = -1;
  if (!takes_pairs(g)) return fabs(c[i].strength);
  for (int j = i + 1; j < count; j++) {
    if (fabs(c[j].strength) < least) continue;
    if ((c[j].strength > 0) == (c[i].strength > 0)) return 0;
    *second = j;
    return fabs(c[i].strength) < fabs(c[j].strength) ? fabs(c[i].strength) : fabs(c[j].strength);
  }
  return 0;
}

static struct answer choose(const struct spec_dimension *g, const struct edge_candidate *c, int count, double reach,
                            double least) {
  struct answer a = {-1, -1, EDGE_WEAK};
  double best = 0, next = 0;
  for (int i = 0; i < count; i++) {
    int second = -1;
    double strength = answer_strength(g, c, count, i, least, &second);
    if (strength <= 0) continue;
    if (fabs(c[i].place) > reach || (second >= 0 && fabs(c[second].place) > reach)) {
      if (a.first < 0) a.state = EDGE_OUTSIDE;
      continue;
    }
    if (strength <= best) {
      if (strength > next) next = strength;
      continue;
    }
    next = best, best = strength;
    a = (struct answer){i, second, EDGE_FOUND};
  }
  if (a.first < 0) return a;
  if (g->select == SELECT_STRONGEST) {
    if (next > ALIKE * best) a.state = EDGE_DOUBLED;
    return a;
  }
  for (int k = 0; k < count; k++) {
    int i = g->select == SELECT_FIRST ? k : count - 1 - k, second = -1;
    double strength = answer_strength(g, c, count, i, least, &second);
    if (strength < NOTABLE * best || strength <= 0 || fabs(c[i].place) > reach ||
        (second >= 0 && fabs(c[second].place) > reach))
      continue;
    return (struct answer){i, second, EDGE_FOUND};
  }
  return a;
}

/* How far the profile on one side of candidate i is good for a plateau. */
static double plateau(const struct edge_candidate *c, int count, int i, int step) {
  double most = PLATEAU * edge_blur(&c[i]);
  most = most < SHORT_PLATEAU ? SHORT_PLATEAU : most > LONG_PLATEAU ? LONG_PLATEAU : most;
  for (int j = i + step; j >= 0 && j < count; j += step) {
    if (fabs(c[j].strength) < NEIGHBOUR * fabs(c[i].strength)) continue;
    double half = 0.5 * fabs(c[j].place - c[i].place);
    return half > most ? most : half < LEAST_PLATEAU ? LEAST_PLATEAU : half;
  }
  return most;
}

/* Everything that the strips of a gauge answer. */
struct answers {
  int count, doubled, weak, outside, beyond;
  struct robust_row rows[2][GAUGE_MOST_PLACES];
  double before[2][GAUGE_MOST_PLACES], after[2][GAUGE_MOST_PLACES], blur[2][GAUGE_MOST_PLACES];
  int found;
};

static void take_answer(const struct edge_candidate *c, int count, int index, int edge, struct answers *all, int row) {
  all->rows[edge][row].offset = c[index].place;
  all->rows[edge][row].usable = true;
  all->before[edge][all->found] = plateau(c, count, index, -1);
  all->after[edge][all->found] = plateau(c, count, index, 1);
  all->blur[edge][all->found] = edge_blur(&c[index]);
}

/* Least slope that the gauge's least contrast makes, blurred as far as an edge may be. */
static double least_slope(const struct spec_dimension *g) {
  return g->contrast * edge_strength(2.0);
}

static void ask(const struct measuring *m, const struct gauge *gauge, const struct sought *sought,
                struct answers *all) {
  const struct spec_dimension *g = gauge->spec;
  const double least = least_slope(g);
  for (size_t k = 0; k < sought->count && all->count < GAUGE_MOST_PLACES; k++) {
    const struct seek *seek = &m->work->seeks[sought->first + k];
    struct edge_candidate c[EDGE_MOST_CANDIDATES];
    int row = all->count++;
    for (int e = 0; e < 2; e++) {
      gauge_basis(gauge, sought, seek->part, seek->t, &seek->at, all->rows[e][row].basis);
      all->rows[e][row].usable = false, all->rows[e][row].offset = 0;
    }
    if (seek->strip < 0) {
      all->beyond++;
      continue;
    }
    struct edge_profile profile = strips_profile(&m->strips, seek->strip);
    int count = edge_find(&profile, NEIGHBOUR * least, c);
    struct answer a = choose(g, c, count, seek->reach, least);
    all->doubled += a.state == EDGE_DOUBLED, all->weak += a.state == EDGE_WEAK, all->outside += a.state == EDGE_OUTSIDE;
    if (a.state != EDGE_FOUND && a.state != EDGE_DOUBLED) continue;
    take_answer(c, count, a.first, 0, all, row);
    if (a.second >= 0) take_answer(c, count, a.second, 1, all, row);
    all->found++;
  }
}

/* Answers of a count: how many edges or pairs lie within reach. */
static void count_features(const struct measuring *m, struct gauge *gauge, const struct sought *sought) {
  const struct seek *seek = &m->work->seeks[sought->first];
  struct edge_candidate c[EDGE_MOST_CANDIDATES];
  if (!sought->count || seek->strip < 0) {
    snprintf(gauge->why, sizeof gauge->why, "it lies %s what the photo shows; expected all that is counted in it",
             seek->beyond ? "partly outside" : "outside");
    return;
  }
  struct edge_profile profile = strips_profile(&m->strips, seek->strip);
  int count = edge_find(&profile, least_slope(gauge->spec), c);
  gauge->number = 0;
  for (int i = 0; i < count; i++) {
    int second = -1;
    if (answer_strength(gauge->spec, c, count, i, least_slope(gauge->spec), &second) <= 0) continue;
    if (fabs(c[i].place) > seek->reach || (second >= 0 && fabs(c[second].place) > seek->reach)) continue;
    gauge->number++;
    if (second > i) i = second;
  }
  gauge->found = true;
}

/* What most places have of a plateau; or a quarter of them where a neighbour cuts it short, for what a bevel shows
 * under light from one side is on both sides of it the plateau's own level. */
static double usual_plateau(double *lengths, size_t count) {
  const double median = robust_median(lengths, count), quarter = count ? lengths[count / 4] : 0;
  return quarter < SHORT_PLATEAU ? quarter : median;
}

void gauge_choose(struct measuring *m, struct gauge *gauge) {
  struct sought *sought = &m->work->sought[gauge - m->gauges];
  struct answers all; /* large: what is not counted is not set */
  if (gauge->why[0]) return;
  if (gauge->spec->gauge == GAUGE_COUNT) {
    count_features(m, gauge, sought);
    return;
  }
  all.count = all.doubled = all.weak = all.outside = all.beyond = all.found = 0;
  ask(m, gauge, sought, &all);
  if (2 * all.found < all.count || 2 * all.doubled > all.count) {
    if (2 * all.doubled > all.count)
      snprintf(gauge->why, sizeof gauge->why,
               "two edges are alike in %d of %d places; expected one, or polarity or select to tell which", all.doubled,
               all.count);
    else
      snprintf(gauge->why, sizeof gauge->why,
               "an edge shows in %d of %d places (in %d none of the least contrast, in %d only beyond the search, %d "
               "outside the photo); expected it in at least half of them",
               all.found, all.count, all.weak, all.outside, all.beyond);
    return;
  }
  double basis[ROBUST_MOST];
  struct outline_place any = {0, 0, 1, 0};
  sought->parameters = gauge_basis(gauge, sought, 0, 0, &any, basis);
  bool one = takes_one_strip(gauge->spec), each = gauge->spec->gauge == GAUGE_WIDTH;
  for (int e = 0; e < sought->edges; e++) {
    sought->before[e] = usual_plateau(all.before[e], (size_t)all.found);
    sought->after[e] = usual_plateau(all.after[e], (size_t)all.found);
    sought->blur[e] = robust_median(all.blur[e], (size_t)all.found);
    if (one)
      sought->model[e][0] = all.rows[e][0].offset;
    else if (!each && !robust_fit(all.rows[e], all.count, sought->parameters, 1, sought->model[e])) {
      snprintf(gauge->why, sizeof gauge->why, "the edges found at %d of %d places do not make the shape", all.found,
               all.count);
      return;
    }
  }
  for (int k = 0; k < all.count; k++)
    for (int e = 0; e < sought->edges; e++) sought->partly = sought->partly || !all.rows[e][k].usable;
  /* A profile of widths follows each place by itself. */
  for (size_t k = 0; each && k < (size_t)all.count; k++) {
    struct seek *seek = &m->work->seeks[sought->first + k];
    seek->shows = all.rows[0][k].usable;
    for (int e = 0; e < 2; e++) seek->offset[e] = all.rows[e][k].offset;
  }
}
