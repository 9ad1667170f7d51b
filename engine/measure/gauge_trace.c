#include "engine/measure/gauge_work.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double LONGEST = KERNEL_PROFILE_LENGTH / 2;

static int strips_for(const struct spec_dimension *g, int part, double length) {
  bool round = g->gauge == GAUGE_CIRCLE || g->gauge == GAUGE_ELLIPSE;
  double n = floor(length / 8 + 0.5), least = round ? 16 : 5, most = round ? 48 : 32;
  if (g->gauge == GAUGE_SLOT && outline_is_curved(g, part)) least = 10;
  return (int)(n < least ? least : n > most ? most : n);
}

/* The place on the found edge at t: from the outline's, by the model's offset along its vector. */
static bool found_at(const struct gauge_photo *photo, const struct gauge *gauge, const struct sought *sought, int part,
                     int edge, double t, struct outline_place *place, double *basis) {
  struct outline_place golden = outline_at(gauge->spec, part, t);
  double across, along;
  if (!outline_carry(photo->placement, &golden, place, &across, &along)) return false;
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

/* A place on the found edge; `basis` is its linear model's row, `there` whether the photo can show it. */
struct found_place {
  bool there;
  struct outline_place at;
  double basis[ROBUST_MOST];
};

static struct found_place find_place(const struct gauge_photo *photo, const struct gauge *gauge,
                                     const struct sought *sought, int part, int edge, double t) {
  struct found_place p;
  p.there = found_at(photo, gauge, sought, part, edge, t, &p.at, p.basis);
  return p;
}

/* The strip about a place, from the border with the one before to that with the next. */
static bool strip_of(const struct gauge *gauge, const struct sought *sought, int part, int edge,
                     const struct outline_place *here, const struct outline_place *before,
                     const struct outline_place *after, struct kernel_profile *p) {
  *p = (struct kernel_profile){.x = here->x, .y = here->y, .nx = here->nx, .ny = here->ny};
  if (!bend(before, after, outline_is_curved(gauge->spec, part), p)) return false;
  double dx = after->x - before->x, dy = after->y - before->y, chord = sqrt(dx * dx + dy * dy);
  double sine = 0.5 * chord * fabs(p->curvature);
  /* Half the chord, in terms of the tangent of half the sector's angle. */
  p->length = 0.5 * chord / sqrt(1 - (sine < 0.9 ? sine * sine : 0.81));
  p->first = -sought->before[edge];
  p->bins = (int32_t)ceil((sought->before[edge] + sought->after[edge]) * KERNEL_PROFILE_SCALE);
  return p->length > 0.25 && p->length < LONGEST;
}

/* The strips of one part, which share their borders. */
static enum status add_part(struct measuring *m, const struct gauge_photo *photo, const struct gauge *gauge, int part,
                            int edge, int count, struct fault *fault) {
  const struct sought *sought = &m->work->sought[gauge - m->gauges];
  struct gauge_work *w = m->work;
  enum status status = STATUS_OK;
  struct found_place before = find_place(photo, gauge, sought, part, edge, 0);
  for (int i = 0; i < count && !status; i++) {
    struct trace *trace = gauge_room(&w->traces, &w->trace_count, &w->trace_capacity, sizeof *trace);
    if (!trace) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
    struct found_place here = find_place(photo, gauge, sought, part, edge, (i + 0.5) / count);
    struct found_place after = find_place(photo, gauge, sought, part, edge, (i + 1.0) / count);
    *trace = (struct trace){.gauge = gauge, .part = part, .edge = edge, .strip = -1};
    if (here.there) memcpy(trace->basis, here.basis, sizeof trace->basis);
    if (here.there && before.there && after.there &&
        strip_of(gauge, sought, part, edge, &here.at, &before.at, &after.at, &trace->profile)) {
      trace->strip = m->strips.count;
      status = strips_add(&m->strips, &trace->profile, fault);
    }
    before = after;
  }
  return status;
}

/* One edge of one place of a profile of widths. */
static enum status add_width(struct measuring *m, const struct gauge *gauge, const struct seek *seek, int edge,
                             struct fault *fault) {
  const struct sought *sought = &m->work->sought[gauge - m->gauges];
  struct gauge_work *w = m->work;
  struct trace *trace = gauge_room(&w->traces, &w->trace_count, &w->trace_capacity, sizeof *trace);
  if (!trace) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
  *trace = (struct trace){.gauge = gauge, .edge = edge, .strip = -1};
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
      status = add_part(m, photo, gauge, part, edge, count, fault);
    }
  }
  return status;
}
