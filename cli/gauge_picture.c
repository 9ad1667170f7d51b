#include "cli/gauge_picture.h"

#include "cli/picture_pixels.h"
#include "cli/text.h"
#include "engine/measure/outline.h"

#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARGIN = 20, LINE = 22, TABLE = 640, FONT = 15, LEAST_SIDE = 480 };

static const uint32_t GREEN = 0x2FBF5B, RED = 0xE5484D, YELLOW = 0xE0A100, GREY = 0x8A8F98, BLUE = 0x3B82F6;

struct sheet {
  cairo_t *cairo;
  const struct inspect_gauges *gauges;
  double scale, left, top; /* of the photo on the picture */
};

static void set_colour(cairo_t *cairo, uint32_t rgb) {
  cairo_set_source_rgb(cairo, (rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

static uint32_t verdict_colour(enum verdict verdict) {
  return verdict == VERDICT_PASS ? GREEN : verdict == VERDICT_FAIL ? RED : YELLOW;
}

/* Whether a measure is of a gauge. */
static bool uses(const struct spec_dimension *measure, const struct gauge *gauge) {
  for (int i = 0; i < 3; i++)
    if (!strcmp(measure->of[i], gauge->spec->name)) return true;
  return false;
}

/* The colour of the worst verdict over the gauge's measures. */
static uint32_t gauge_colour(const struct inspect_gauges *g, const struct gauge *gauge) {
  bool used = false, open = !gauge->found;
  for (size_t i = 0; i < g->value_count; i++) {
    if (!uses(g->values[i].spec, gauge)) continue;
    used = true;
    if (g->values[i].verdict == VERDICT_FAIL) return RED;
    open = open || g->values[i].verdict == VERDICT_CANNOT_JUDGE;
  }
  return open ? YELLOW : used ? GREEN : BLUE;
}

static void to(const struct sheet *s, double x, double y, double *u, double *v) {
  *u = s->left + (x + 0.5) * s->scale, *v = s->top + (y + 0.5) * s->scale;
}

/* The outline where it was sought, dashed. */
static void draw_outline(const struct sheet *s, const struct gauge *gauge) {
  enum { STEPS = 96 };
  static const double dashes[] = {4, 4};
  cairo_set_dash(s->cairo, dashes, 2, 0);
  cairo_set_line_width(s->cairo, 1);
  for (int part = 0; part < outline_parts(gauge->spec); part++) {
    bool pen = false;
    for (int i = 0; i <= STEPS; i++) {
      struct outline_place place = outline_at(gauge->spec, part, (double)i / STEPS);
      struct pose_point photo;
      double u, v;
      if (!outline_carry_point(s->gauges->placement, place.x, place.y, &photo)) continue;
      to(s, photo.x, photo.y, &u, &v);
      if (pen)
        cairo_line_to(s->cairo, u, v);
      else
        cairo_move_to(s->cairo, u, v);
      pen = true;
    }
    cairo_stroke(s->cairo);
  }
  cairo_set_dash(s->cairo, NULL, 0, 0);
}

/* Each edge: a stroke along it where it was found, a cross where it was not or is an outlier, a yellow one beside that.
 */
static void draw_edge(const struct sheet *s, const struct gauge_edge *edge, uint32_t colour) {
  double u, v, size = 5;
  to(s, edge->x, edge->y, &u, &v);
  if (edge->state == EDGE_FOUND) {
    set_colour(s->cairo, colour);
    cairo_set_line_width(s->cairo, 2);
    cairo_move_to(s->cairo, u - size * edge->ny, v + size * edge->nx);
    cairo_line_to(s->cairo, u + size * edge->ny, v - size * edge->nx);
  } else {
    set_colour(s->cairo, edge->state == EDGE_BESIDE ? YELLOW : RED);
    cairo_set_line_width(s->cairo, 1.5);
    cairo_move_to(s->cairo, u - 3, v - 3), cairo_line_to(s->cairo, u + 3, v + 3);
    cairo_move_to(s->cairo, u - 3, v + 3), cairo_line_to(s->cairo, u + 3, v - 3);
  }
  cairo_stroke(s->cairo);
}

static void put_text(cairo_t *cairo, double x, double y, uint32_t colour, const char *text) {
  char *clean = text_clean(text, 0, false);
  set_colour(cairo, colour);
  cairo_move_to(cairo, x, y);
  if (clean) cairo_show_text(cairo, clean);
  free(clean);
}

/* A gauge's name over its edges, below them where the photo ends, dark behind so that it reads on anything. */
static void draw_name(const struct sheet *s, const struct gauge *gauge, uint32_t colour) {
  enum { APART = 9 };
  double u, v, top, bottom;
  cairo_text_extents_t size;
  to(s, gauge->middle.x, gauge->middle.y, &u, &v);
  top = bottom = v;
  for (size_t i = 0; i < gauge->count; i++) {
    double x, y;
    to(s, s->gauges->edges[gauge->first + i].x, s->gauges->edges[gauge->first + i].y, &x, &y);
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  cairo_text_extents(s->cairo, gauge->spec->name, &size);
  u -= 0.5 * size.width;
  v = top - APART > s->top + FONT ? top - APART : bottom + APART + FONT;
  cairo_set_source_rgba(s->cairo, 0.05, 0.06, 0.08, 0.7);
  cairo_rectangle(s->cairo, u - 3, v - FONT, size.width + 6, FONT + 5);
  cairo_fill(s->cairo);
  put_text(s->cairo, u, v, colour, gauge->spec->name);
}

static void draw_gauges(const struct sheet *s) {
  for (size_t i = 0; i < s->gauges->gauge_count; i++) {
    const struct gauge *gauge = &s->gauges->gauges[i];
    uint32_t colour = gauge_colour(s->gauges, gauge);
    set_colour(s->cairo, colour);
    draw_outline(s, gauge);
    for (size_t k = 0; k < gauge->count; k++) draw_edge(s, &s->gauges->edges[gauge->first + k], colour);
    draw_name(s, gauge, colour);
  }
}

/* Why there is no value, in lines broken at a space; where the last one lies. */
static double put_reason(cairo_t *cairo, double x, double y, const char *why) {
  enum { WIDE = 66 };
  while (*why) {
    char line[WIDE + 1];
    size_t size = strlen(why), end = size < WIDE ? size : WIDE;
    while (end < size && end > WIDE / 2 && why[end] != ' ') end--;
    snprintf(line, sizeof line, "%.*s", (int)end, why);
    put_text(cairo, x, y += LINE, GREY, line);
    why += end + (why[end] == ' ');
  }
  return y;
}

static void draw_values(const struct sheet *s, const struct result *result, double x) {
  double y = MARGIN + LINE;
  char text[256];
  snprintf(text, sizeof text, "%s: %s", result->photo, verdict_name(result->verdict));
  put_text(s->cairo, x, y, verdict_colour(result->verdict), text);
  for (size_t i = 0; i < s->gauges->value_count; i++) {
    const struct measured *m = &s->gauges->values[i];
    y += LINE;
    if (m->found)
      snprintf(text, sizeof text, "%-16s %.4f ± %.4f %s", m->spec->name, m->value, m->budget.expanded, m->spec->unit);
    else
      snprintf(text, sizeof text, "%-16s not measured:", m->spec->name);
    put_text(s->cairo, x, y, verdict_colour(m->verdict), text);
    if (!m->found) y = put_reason(s->cairo, x + 2 * MARGIN, y, m->why);
    if (isnan(m->spec->lower) && isnan(m->spec->upper)) continue;
    y += LINE;
    if (isnan(m->spec->upper))
      snprintf(text, sizeof text, "    at least %g", m->spec->lower);
    else if (isnan(m->spec->lower))
      snprintf(text, sizeof text, "    at most %g", m->spec->upper);
    else
      snprintf(text, sizeof text, "    limits %g .. %g", m->spec->lower, m->spec->upper);
    put_text(s->cairo, x, y, GREY, text);
  }
}

/* Enough for all that draw_values puts. */
static double lines_of(const struct inspect_gauges *g) {
  double lines = 1;
  for (size_t i = 0; i < g->value_count; i++) {
    const struct spec_dimension *spec = g->values[i].spec;
    lines += 1 + !(isnan(spec->lower) && isnan(spec->upper));
    if (!g->values[i].found) lines += 2 + (double)strlen(g->values[i].why) / 34;
  }
  return lines;
}

enum status gauge_picture_write(const struct result *result, const struct inspect_gauges *g, const char *path,
                                struct fault *fault) {
  int32_t side = g->photo->width > g->photo->height ? g->photo->width : g->photo->height;
  double scale = side > GAUGE_PICTURE_SIDE ? (double)GAUGE_PICTURE_SIDE / side : side < LEAST_SIDE ? 2 : 1;
  int width = (int)ceil(g->photo->width * scale), height = (int)ceil(g->photo->height * scale);
  int high = (int)(lines_of(g) * LINE), whole = (high > height ? high : height) + 2 * MARGIN + LINE;
  struct picture_area all = {0, 0, g->photo->width, g->photo->height};
  cairo_surface_t *photo = picture_of_image(g->photo, all, width, height);
  cairo_surface_t *paper = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width + TABLE + 3 * MARGIN, whole);
  struct sheet s = {cairo_create(paper), g, scale, MARGIN, MARGIN};
  enum status status = STATUS_OK;
  if (!photo || cairo_status(s.cairo)) {
    status = fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  } else {
    set_colour(s.cairo, 0x14171C);
    cairo_paint(s.cairo);
    cairo_set_source_surface(s.cairo, photo, MARGIN, MARGIN);
    cairo_paint(s.cairo);
    cairo_select_font_face(s.cairo, "DejaVu Sans Mono", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(s.cairo, FONT);
    draw_gauges(&s);
    draw_values(&s, result, width + 2 * MARGIN);
    put_text(
        s.cairo, MARGIN, whole - 0.5 * MARGIN, GREY,
        "dashed: where it was sought   stroke: edge found   red cross: no edge, or an outlier   yellow: beside one");
    cairo_surface_flush(paper);
    cairo_status_t wrote = cairo_surface_write_to_png(paper, path);
    if (wrote == CAIRO_STATUS_NO_MEMORY)
      status = fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
    else if (wrote)
      status = fault_set(fault, STATUS_IO, "%s: cannot be written: %s", path, strerror(errno));
  }
  cairo_destroy(s.cairo);
  cairo_surface_destroy(paper);
  if (photo) cairo_surface_destroy(photo);
  return status;
}
