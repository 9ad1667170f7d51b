#include "cli/gauge_picture.h"

#include "cli/gauge_labels.h"
#include "cli/picture_pixels.h"
#include "engine/measure/outline.h"

#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARGIN = 20, FONT = 15, LEAST_SIDE = 480, COLUMNS = 56 };

static const uint32_t GREEN = 0x2FBF5B, RED = 0xE5484D, YELLOW = 0xE0A100, GREY = 0x8A8F98, BLUE = 0x3B82F6;

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

/* The outline where it was sought, dashed. */
static void draw_outline(const struct labels *s, const struct gauge *gauge) {
  enum { STEPS = 96 };
  static const double dashes[] = {4, 4};
  cairo_set_dash(s->cairo, dashes, 2, 0);
  cairo_set_line_width(s->cairo, 1);
  const struct outline outline = outline_of(gauge->spec);
  for (int part = 0; part < outline_parts(gauge->spec); part++) {
    bool pen = false;
    for (int i = 0; i <= STEPS; i++) {
      struct outline_place place = outline_at(&outline, part, (double)i / STEPS);
      struct pose_point photo;
      double u, v;
      if (!outline_carry_point(s->gauges->placement, place.x, place.y, &photo)) continue;
      labels_to(s, photo.x, photo.y, &u, &v);
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
static void draw_edge(const struct labels *s, const struct gauge_edge *edge, uint32_t colour) {
  double u, v, size = 5;
  labels_to(s, edge->x, edge->y, &u, &v);
  if (edge->state == EDGE_FOUND) {
    labels_colour(s->cairo, colour);
    cairo_set_line_width(s->cairo, 2);
    cairo_move_to(s->cairo, u - size * edge->ny, v + size * edge->nx);
    cairo_line_to(s->cairo, u + size * edge->ny, v - size * edge->nx);
  } else {
    labels_colour(s->cairo, edge->state == EDGE_BESIDE ? YELLOW : RED);
    cairo_set_line_width(s->cairo, 1.5);
    cairo_move_to(s->cairo, u - 3, v - 3), cairo_line_to(s->cairo, u + 3, v + 3);
    cairo_move_to(s->cairo, u - 3, v + 3), cairo_line_to(s->cairo, u + 3, v - 3);
  }
  cairo_stroke(s->cairo);
}

static void draw_gauges(const struct labels *s) {
  for (size_t i = 0; i < s->gauges->gauge_count; i++) {
    const struct gauge *gauge = &s->gauges->gauges[i];
    uint32_t colour = gauge_colour(s->gauges, gauge);
    labels_colour(s->cairo, colour);
    draw_outline(s, gauge);
    for (size_t k = 0; k < gauge->count; k++) draw_edge(s, &s->gauges->edges[gauge->first + k], colour);
  }
}

static double line_of(const struct labels *s) {
  return 1.45 * s->font;
}

/* Why there is no value, in lines broken at a space; where the last one lies. */
static double put_reason(const struct labels *s, double x, double y, const char *why) {
  enum { WIDE = COLUMNS - 4 };
  while (*why) {
    char line[WIDE + 1];
    size_t size = strlen(why), end = size < WIDE ? size : WIDE;
    while (end < size && end > WIDE / 2 && why[end] != ' ') end--;
    snprintf(line, sizeof line, "%.*s", (int)end, why);
    labels_text(s->cairo, x, y += line_of(s), GREY, line);
    why += end + (why[end] == ' ');
  }
  return y;
}

static void draw_values(const struct labels *s, const struct result *result, double x) {
  double y = MARGIN + line_of(s);
  char text[256], value[96];
  snprintf(text, sizeof text, "%s: %s", result->photo, verdict_name(result->verdict));
  labels_text(s->cairo, x, y, labels_of_verdict(result->verdict), text);
  for (size_t i = 0; i < s->gauges->value_count; i++) {
    const struct measured *m = &s->gauges->values[i];
    y += line_of(s);
    if (m->found) {
      value_text(m, "±", value, sizeof value);
      snprintf(text, sizeof text, "%-16s %s", m->spec->name, value);
    } else {
      snprintf(text, sizeof text, "%-16s not measured:", m->spec->name);
    }
    labels_text(s->cairo, x, y, labels_of_verdict(m->verdict), text);
    if (!m->found) y = put_reason(s, x + 2 * MARGIN, y, m->why);
    value_limits_text(m->spec, value, sizeof value);
    if (!*value) continue;
    y += line_of(s);
    snprintf(text, sizeof text, "    expected %s", value);
    labels_text(s->cairo, x, y, GREY, text);
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

/* Wide enough for the values beside it, as large as the photo lets them be read. */
static double table_width(cairo_t *cairo) {
  cairo_font_extents_t font;
  cairo_font_extents(cairo, &font);
  return COLUMNS * font.max_x_advance;
}

static void set_font(cairo_t *cairo, double size) {
  cairo_select_font_face(cairo, "DejaVu Sans Mono", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, size);
}

/* How wide the table is in this font, before there is a picture. */
static double measure_table(double font) {
  cairo_surface_t *none = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cairo = cairo_create(none);
  set_font(cairo, font);
  const double width = table_width(cairo);
  cairo_destroy(cairo);
  cairo_surface_destroy(none);
  return width;
}

static void draw_sheet(struct labels *s, const struct result *result, cairo_surface_t *photo, int whole) {
  labels_colour(s->cairo, 0x14171C);
  cairo_paint(s->cairo);
  cairo_set_source_surface(s->cairo, photo, MARGIN, MARGIN);
  cairo_paint(s->cairo);
  set_font(s->cairo, s->font);
  draw_gauges(s);
  labels_draw(s, gauge_colour);
  draw_values(s, result, s->width + 2 * MARGIN);
  labels_text(
      s->cairo, MARGIN, whole - 0.5 * MARGIN, GREY,
      "dashed: where it was sought   stroke: edge found   red cross: no edge, or an outlier   yellow: beside one   "
      "±: 95.45 %");
}

enum status gauge_picture_write(const struct result *result, const struct inspect_gauges *g, const char *path,
                                struct fault *fault) {
  int32_t side = g->photo->width > g->photo->height ? g->photo->width : g->photo->height;
  double scale = side > GAUGE_PICTURE_SIDE ? (double)GAUGE_PICTURE_SIDE / side : side < LEAST_SIDE ? 2 : 1;
  int width = (int)ceil(g->photo->width * scale), height = (int)ceil(g->photo->height * scale);
  double font = width > 900 ? width / 60.0 : FONT, table = measure_table(font);
  int high = (int)(lines_of(g) * 1.45 * font),
      whole = (int)((high > height ? high : height) + 2 * MARGIN + 1.45 * font);
  struct picture_area all = {0, 0, g->photo->width, g->photo->height};
  cairo_surface_t *photo = picture_of_image(g->photo, all, width, height);
  cairo_surface_t *paper = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width + (int)table + 3 * MARGIN, whole);
  struct labels s = {.cairo = cairo_create(paper),
                     .font = font,
                     .gauges = g,
                     .scale = scale,
                     .left = MARGIN,
                     .top = MARGIN,
                     .width = width,
                     .height = height};
  enum status status = STATUS_OK;
  if (!photo || cairo_status(s.cairo)) {
    status = fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  } else {
    draw_sheet(&s, result, photo, whole);
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
