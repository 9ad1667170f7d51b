#include "engine/measure/target_strips.h"

#include "engine/measure/edge_strip.h"

#include <math.h>
#include <stdlib.h>

/* Pixels: a strip's usual length, what is left free at an edge's ends, where other edges blur in, how far these blur,
 * and how far from the expected place the edge may be looked for. */
static const double STRIP = 8, LEAST_STRIP = 3, FREE = 3, BLUR = 2.5, NEAR = 6, FAR = 16;

enum { MOST_STRIPS = 12 };

static bool seen_at(const struct target_photo *photo, const struct pose *back, double x, double y,
                    struct pose_point *seen) {
  struct pose_point ideal;
  if (!pose_apply(back, x, y, &ideal)) return false;
  *seen = photo->lens ? lens_distort(photo->lens, ideal.x, ideal.y) : ideal;
  return seen->x > -1e5 && seen->x < 1e5 && seen->y > -1e5 && seen->y < 1e5;
}

static bool straighten(const struct lens *lens, struct target_strip *s) {
  if (!lens) {
    s->straight = (struct pose_point){s->x, s->y};
    s->beyond = (struct pose_point){s->x + s->nx, s->y + s->ny};
    return true;
  }
  return lens_straighten(lens, s->x, s->y, &s->straight) &&
         lens_straighten(lens, s->x + s->nx, s->y + s->ny, &s->beyond);
}

bool target_strips_straighten(struct target_strips *strips, const struct lens *lens) {
  bool all = true;
  for (size_t i = 0; i < strips->count; i++) all = straighten(lens, &strips->items[i]) && all;
  return all;
}

static enum status keep(struct target_strips *strips, const struct target_strip *s, struct fault *fault) {
  if (strips->count == strips->room) {
    const size_t room = strips->room ? 2 * strips->room : 256;
    struct target_strip *items = realloc(strips->items, room * sizeof *items);
    if (!items) return fault_set(fault, STATUS_MEMORY, "marker: out of memory");
    strips->items = items;
    strips->room = room;
  }
  strips->items[strips->count++] = *s;
  return STATUS_OK;
}

struct search {
  const struct target_photo *photo;
  const struct pose *back;
  bool wide;
};

static bool along_edge(const struct search *in, const struct target_edge *edge, double at, double along,
                       struct pose_point *seen) {
  return seen_at(in->photo, in->back, edge->upright ? at : along, edge->upright ? along : at, seen);
}

/* One strip of `half` mm either way about a place along the edge. */
static enum status measure_strip(struct target_strips *strips, const struct search *in, const struct target_edge *edge,
                                 double middle, double half, struct fault *fault) {
  struct pose_point here, before, after, less, more;
  const double aside = 0.25 * edge->clear;
  if (!along_edge(in, edge, edge->at, middle, &here) || !along_edge(in, edge, edge->at, middle - half, &before) ||
      !along_edge(in, edge, edge->at, middle + half, &after) ||
      !along_edge(in, edge, edge->at - aside, middle, &less) || !along_edge(in, edge, edge->at + aside, middle, &more))
    return STATUS_OK;
  const double tx = after.x - before.x, ty = after.y - before.y, length = sqrt(tx * tx + ty * ty);
  if (!(length > 0)) return STATUS_OK;
  struct target_strip s = {.edge = edge, .nx = -ty / length, .ny = tx / length};
  const double across = (more.x - less.x) * s.nx + (more.y - less.y) * s.ny;
  if (across < 0) s.nx = -s.nx, s.ny = -s.ny;
  /* Up to the next parallel edge, less its blur. */
  const double room = 2 * fabs(across) - BLUR, most = in->wide ? FAR : NEAR;
  const double reach = room < most ? room : most;
  if (!(reach >= 2) || !(length >= LEAST_STRIP)) return STATUS_OK;
  strips->sought++;
  const struct edge_strip strip = {here.x, here.y, s.nx, s.ny, 0.5 * length, reach};
  struct edge_fit fit;
  if (!edge_strip_fit(in->photo->luma, &strip, edge->rising ? 1 : -1, &fit)) return STATUS_OK;
  s.x = here.x + fit.place * s.nx;
  s.y = here.y + fit.place * s.ny;
  s.spread = fit.spread;
  if (!(s.spread > 0) || !straighten(in->photo->lens, &s)) return STATUS_OK;
  return keep(strips, &s, fault);
}

static enum status measure_edge(struct target_strips *strips, const struct search *in, const struct target_edge *edge,
                                struct fault *fault) {
  struct pose_point a, b;
  if (!along_edge(in, edge, edge->at, edge->from, &a) || !along_edge(in, edge, edge->at, edge->to, &b))
    return STATUS_OK;
  const double pixels = sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
  const double length = edge->to - edge->from, mm = length / pixels, clear = pixels - 2 * FREE;
  if (!(clear >= LEAST_STRIP)) return STATUS_OK;
  int count = (int)(clear / STRIP);
  count = count < 1 ? 1 : count > MOST_STRIPS ? MOST_STRIPS : count;
  /* Neighbours touch, or stand apart where the edge is long. */
  const double pitch = clear / count, half = 0.5 * (pitch < 2 * STRIP ? pitch : 2 * STRIP) * mm;
  enum status status = STATUS_OK;
  for (int i = 0; i < count && !status; i++)
    status = measure_strip(strips, in, edge, edge->from + (FREE + (i + 0.5) * pitch) * mm, half, fault);
  return status;
}

enum status target_strips_measure(struct target_strips *strips, const struct target *target,
                                  const struct target_photo *photo, const struct pose *back, bool wide,
                                  struct fault *fault) {
  const struct search in = {photo, back, wide};
  strips->count = strips->sought = 0;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < target->count && !status; i++) status = measure_edge(strips, &in, &target->edges[i], fault);
  return status;
}

void target_strips_free(struct target_strips *strips) {
  free(strips->items);
  *strips = (struct target_strips){0};
}
