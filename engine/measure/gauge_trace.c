#include "engine/measure/gauge_work.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int strips_for(const struct spec_dimension *g, int part, double length) {
  bool round = g->gauge == GAUGE_CIRCLE || g->gauge == GAUGE_ELLIPSE;
  double n = floor(length / 8 + 0.5), least = round ? 24 : 5, most = round ? 48 : 32;
  if (g->gauge == GAUGE_SLOT && outline_is_curved(g, part)) least = 10;
  return (int)(n < least ? least : n > most ? most : n);
}

/* The place on the found edge at t: from the outline's, by the model's offset along its vector. */
static bool found_at(const struct gauge_photo *photo, const struct gauge *gauge, const struct sought *sought, int part,
                     int edge, double t, struct outline_place *place, double *along, double *basis) {
  struct outline_place golden = outline_at(gauge->spec, part, t);
  double across;
  if (!outline_carry(photo->placement, &golden, place, &across, along)) return false;
  int n = gauge_basis(gauge, sought, part, t, place, basis);
  double offset = robust_at(basis, n, sought->model[edge]);
  place->x += offset * place->nx, place->y += offset * place->ny;
  return true;
}

/* Vector and curvature of the found edge from three places on it, kept on the side of the outline's vector. */
static bool bend(const struct outline_place *before, const struct outline_place *after, bool curved,
                 struct kernel_profile *p) {
  double tx = after->x - before->x, ty = after->y - before->y, chord = sqrt(tx * tx + ty * ty);
  if (!(chord > 1e-6)) return false;
  double nx = ty / chord, ny = -tx / chord;
  if (nx * p->nx + ny * p->ny < 0) nx = -nx, ny = -ny;
  double rise = (p->x - before->x) * nx + (p->y - before->y) * ny;
  p->nx = nx, p->ny = ny;
  /* Height of the arc over its chord c: k = 8 h / (c^2 + 4 h^2). */
  p->curvature = curved ? 8 * rise / (chord * chord + 4 * rise * rise) : 0;
  return p->curvature > -1 && p->curvature < 1;
}

static enum status add_trace(struct measuring *m, const struct gauge_photo *photo, const struct gauge *gauge, int part,
                             int edge, int index, int count, struct fault *fault) {
  const struct sought *sought = &m->work->sought[gauge - m->gauges];
  struct gauge_work *w = m->work;
  struct trace *trace = gauge_room(&w->traces, &w->trace_count, &w->trace_capacity, sizeof *trace);
  if (!trace) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
  struct outline_place here, before, after;
  double along, unused[ROBUST_MOST], other, step = 0.5 / count;
  memset(trace, 0, sizeof *trace);
  trace->gauge = gauge, trace->part = part, trace->edge = edge, trace->t = (index + 0.5) / count, trace->strip = -1;
  if (!found_at(photo, gauge, sought, part, edge, trace->t, &here, &along, trace->basis) ||
      !found_at(photo, gauge, sought, part, edge, trace->t - step, &before, &other, unused) ||
      !found_at(photo, gauge, sought, part, edge, trace->t + step, &after, &other, unused))
    return STATUS_OK;
  struct kernel_profile *p = &trace->profile;
  bool curved = outline_is_curved(gauge->spec, part);
  *p = (struct kernel_profile){.x = here.x, .y = here.y, .nx = here.nx, .ny = here.ny};
  if (!bend(&before, &after, curved, p)) return STATUS_OK;
  double chord = sqrt((after.x - before.x) * (after.x - before.x) + (after.y - before.y) * (after.y - before.y));
  double sine = 0.5 * chord * fabs(p->curvature);
  /* Half the chord, in terms of the tangent of half the sector's angle. */
  p->length = 0.5 * chord / sqrt(1 - (sine < 0.9 ? sine * sine : 0.81));
  p->first = -sought->before[edge];
  p->bins = (int32_t)ceil((sought->before[edge] + sought->after[edge]) * KERNEL_PROFILE_SCALE);
  if (!(p->length > 0.25 && p->length < 5e4)) return STATUS_OK;
  trace->strip = m->strips.count;
  return strips_add(&m->strips, p, fault);
}

/* One edge of one place of a profile of widths. */
static enum status add_width(struct measuring *m, const struct gauge *gauge, const struct seek *seek, int edge,
                             struct fault *fault) {
  const struct sought *sought = &m->work->sought[gauge - m->gauges];
  struct gauge_work *w = m->work;
  struct trace *trace = gauge_room(&w->traces, &w->trace_count, &w->trace_capacity, sizeof *trace);
  if (!trace) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
  memset(trace, 0, sizeof *trace);
  trace->gauge = gauge, trace->part = 0, trace->edge = edge, trace->t = seek->t, trace->strip = -1;
  double offset = seek->offset[edge];
  trace->profile = (struct kernel_profile){
      .x = seek->at.x + offset * seek->at.nx,
      .y = seek->at.y + offset * seek->at.ny,
      .nx = seek->at.nx,
      .ny = seek->at.ny,
      .length = seek->half,
      .first = -sought->before[edge],
      .bins = (int32_t)ceil((sought->before[edge] + sought->after[edge]) * KERNEL_PROFILE_SCALE)};
  if (!seek->shows) return STATUS_OK;
  trace->strip = m->strips.count;
  return strips_add(&m->strips, &trace->profile, fault);
}

enum status gauge_trace(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge,
                        struct fault *fault) {
  const struct sought *sought = &m->work->sought[gauge - m->gauges];
  const struct spec_dimension *spec = gauge->spec;
  enum status status = STATUS_OK;
  double scale = pose_scale_at(&photo->placement->pose, outline_middle(spec).x, outline_middle(spec).y);
  for (int edge = 0; edge < sought->edges && !status; edge++) {
    for (size_t k = 0; spec->gauge == GAUGE_WIDTH && k < sought->count && k < GAUGE_MOST_PLACES && !status; k++)
      status = add_width(m, gauge, &m->work->seeks[sought->first + k], edge, fault);
    for (int part = 0; spec->gauge != GAUGE_WIDTH && part < outline_parts(spec) && !status; part++) {
      int count = strips_for(spec, part, outline_length(spec, part) * scale);
      for (int i = 0; i < count && !status; i++) status = add_trace(m, photo, gauge, part, edge, i, count, fault);
    }
  }
  return status;
}
