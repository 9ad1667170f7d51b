#include "engine/measure/gauge_work.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double LONGEST = KERNEL_PROFILE_LENGTH / 2;

static int strips_for(const struct outline *outline, const struct sought *sought, int part, double length) {
  const enum gauge_kind kind = outline->gauge->gauge;
  bool round = kind == GAUGE_CIRCLE || kind == GAUGE_ELLIPSE;
  double n = floor(length / 8 + 0.5), least = round ? 16 : 5, most = round ? 48 : 32;
  if (sought->strip > 0) n = floor(length / sought->strip + 0.5), most = GAUGE_MOST_PLACES / 2;
  if (kind == GAUGE_SLOT && outline_is_curved(outline, part)) least = 10;
  return (int)(n < least ? least : n > most ? most : n);
}

/* The edges of one part, whose strips follow what was found. */
struct part {
  const struct gauge_photo *photo;
  const struct gauge *gauge;
  const struct sought *sought;
  const struct outline *outline;
  int part, edge, count;
  bool curved;
};

/* A place on the found edge; `basis` is its linear model's row, `there` whether the photo can show it. */
struct found_place {
  bool there;
  struct outline_place at;
  double basis[ROBUST_MOST];
};

/* The middle of strip i: from the outline's place, by the model's offset along its vector. */
static struct found_place find_middle(const struct part *p, int i) {
  const double t = (i + 0.5) / p->count;
  const struct outline_place golden = outline_at(p->outline, p->part, t);
  struct found_place found;
  double across, along;
  found.there = outline_carry(p->photo->placement, &golden, &found.at, &across, &along);
  if (!found.there) return found;
  const int n = gauge_basis(p->gauge, p->sought, p->part, t, &found.at, found.basis);
  const double offset = robust_at(found.basis, n, p->sought->model[p->edge]);
  found.at.x += offset * found.at.nx, found.at.y += offset * found.at.ny;
  return found;
}

/* The strip about a place, whose vector, curvature and length are those of the found edge at the places of the strips
 * before and after: its borders lie half way to these. Vectors are kept on the side of the outline's. */
static bool strip_of(const struct part *part, const struct outline_place *here, const struct outline_place *before,
                     const struct outline_place *after, struct kernel_profile *p) {
  const double tx = after->x - before->x, ty = after->y - before->y, chord = sqrt(tx * tx + ty * ty);
  if (!(chord > 1e-6)) return false;
  double each = 1 / chord, nx = ty * each, ny = -tx * each, curvature = 0;
  if (nx * here->nx + ny * here->ny < 0) nx = -nx, ny = -ny;
  if (part->curved) {
    /* Height of the arc over its chord c: k = 8 h / (c^2 + 4 h^2). */
    const double rise = (here->x - before->x) * nx + (here->y - before->y) * ny;
    curvature = 8 * rise / (chord * chord + 4 * rise * rise);
  }
  if (!(curvature > -1 && curvature < 1)) return false;
  /* Of the sector's half angle a, which is that between strips, the sine; R tan(a / 2) = R sin a / (1 + cos a). */
  const double sine = 0.5 * chord * curvature, square = sine * sine < 0.81 ? sine * sine : 0.81;
  const double length = 0.5 * chord / (1 + sqrt(1 - square));
  const double first = -part->sought->before[part->edge], end = part->sought->after[part->edge];
  *p = (struct kernel_profile){.x = here->x,
                               .y = here->y,
                               .nx = nx,
                               .ny = ny,
                               .curvature = curvature,
                               .length = length,
                               .first = first,
                               .bins = (int32_t)ceil((end - first) * KERNEL_PROFILE_SCALE)};
  return length > 0.25 && length < LONGEST;
}

static enum status add_part(struct measuring *m, const struct part *p, struct fault *fault) {
  struct gauge_work *w = m->work;
  enum status status = STATUS_OK;
  struct found_place before = find_middle(p, -1), here = find_middle(p, 0);
  for (int i = 0; i < p->count && !status; i++) {
    struct trace *trace = gauge_room(&w->traces, &w->trace_count, &w->trace_capacity, sizeof *trace);
    if (!trace) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
    const struct found_place after = find_middle(p, i + 1);
    *trace = (struct trace){.gauge = p->gauge, .part = p->part, .edge = p->edge, .strip = -1};
    if (here.there) {
      memcpy(trace->basis, here.basis, sizeof trace->basis);
      trace->profile = (struct kernel_profile){.x = here.at.x, .y = here.at.y, .nx = here.at.nx, .ny = here.at.ny};
    }
    if (here.there && before.there && after.there && strip_of(p, &here.at, &before.at, &after.at, &trace->profile)) {
      trace->strip = m->strips.count;
      status = strips_add(&m->strips, &trace->profile, fault);
    }
    before = here, here = after;
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
  const struct outline outline = outline_of(spec);
  enum status status = STATUS_OK;
  double scale = pose_scale_at(&photo->placement->pose, outline.middle.x, outline.middle.y);
  for (int edge = 0; edge < sought->edges && !status; edge++) {
    for (size_t k = 0; spec->gauge == GAUGE_WIDTH && k < sought->count && k < GAUGE_MOST_PLACES && !status; k++)
      status = add_width(m, gauge, &m->work->seeks[sought->first + k], edge, fault);
    for (int part = 0; spec->gauge != GAUGE_WIDTH && part < outline_parts(spec) && !status; part++) {
      const struct part one = {.photo = photo,
                               .gauge = gauge,
                               .sought = sought,
                               .outline = &outline,
                               .part = part,
                               .edge = edge,
                               .count = strips_for(&outline, sought, part, outline_length(&outline, part) * scale),
                               .curved = outline_is_curved(&outline, part)};
      status = add_part(m, &one, fault);
    }
  }
  return status;
}
