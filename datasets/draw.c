/* Items drawn with Cairo. Text goes through paths: glyphs then lie where the layout says, to a fraction of a pixel. */
#include "datasets/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void set_colour(cairo_t *cairo, struct colour c, double alpha) {
  cairo_set_source_rgba(cairo, c.r, c.g, c.b, alpha);
}

static const struct colour black = {0, 0, 0}, white = {1, 1, 1};

void font_select(cairo_t *cairo, enum font font, double size) {
  static const struct {
    const char *family;
    cairo_font_slant_t slant;
    cairo_font_weight_t weight;
  } faces[FONT_COUNT] = {
      [FONT_SANS] = {"Liberation Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL},
      [FONT_SANS_BOLD] = {"Liberation Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD},
      [FONT_NARROW] = {"Liberation Sans Narrow", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL},
      [FONT_NARROW_BOLD] = {"Liberation Sans Narrow", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD},
      [FONT_SERIF_BOLD] = {"Liberation Serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD},
      [FONT_SERIF_ITALIC] = {"Liberation Serif", CAIRO_FONT_SLANT_ITALIC, CAIRO_FONT_WEIGHT_NORMAL},
      [FONT_MONO] = {"Liberation Mono", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL},
      [FONT_MONO_BOLD] = {"DejaVu Sans Mono", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD},
  };
  cairo_select_font_face(cairo, faces[font].family, faces[font].slant, faces[font].weight);
  cairo_set_font_size(cairo, size);
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(cairo, options);
  cairo_font_options_destroy(options);
}

static void rounded_box(cairo_t *cairo, double w, double h, double r) {
  if (r > fmin(w, h) / 2) r = fmin(w, h) / 2;
  if (r <= 0) {
    cairo_rectangle(cairo, -w / 2, -h / 2, w, h);
    return;
  }
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, w / 2 - r, -h / 2 + r, r, -NUMBER_PI / 2, 0);
  cairo_arc(cairo, w / 2 - r, h / 2 - r, r, 0, NUMBER_PI / 2);
  cairo_arc(cairo, -w / 2 + r, h / 2 - r, r, NUMBER_PI / 2, NUMBER_PI);
  cairo_arc(cairo, -w / 2 + r, -h / 2 + r, r, NUMBER_PI, 1.5 * NUMBER_PI);
  cairo_close_path(cairo);
}

static void outline(const struct item *item, cairo_t *cairo, double grow) {
  if (item->kind == ITEM_DISC) {
    cairo_new_sub_path(cairo);
    cairo_arc(cairo, 0, 0, item->w / 2 + grow, 0, 2 * NUMBER_PI);
    if (item->h > 0) {
      cairo_new_sub_path(cairo);
      cairo_arc_negative(cairo, 0, 0, item->h / 2, 2 * NUMBER_PI, 0);
    }
  } else {
    rounded_box(cairo, item->w + 2 * grow, item->h + 2 * grow, item->radius + grow);
  }
}

static void draw_shadow(const struct item *item, cairo_t *cairo) {
  cairo_save(cairo);
  cairo_rotate(cairo, -item->angle);
  cairo_translate(cairo, 0.45 * item->lift, 0.6 * item->lift);
  cairo_rotate(cairo, item->angle);
  for (int i = 3; i >= 0; i--) {
    outline(item, cairo, 0.22 * item->lift * (i - 1));
    set_colour(cairo, black, 0.13);
    cairo_fill(cairo);
  }
  cairo_restore(cairo);
}

static cairo_pattern_t *finish_pattern(const struct item *item) {
  double half = item->h > 0 && item->kind == ITEM_BOX ? item->h / 2 : item->w / 2;
  struct colour c = item->fill, o = item->other;
  cairo_pattern_t *pattern = NULL;
  if (item->finish == FINISH_FADE) {
    pattern = cairo_pattern_create_linear(0, -half, 0, half);
    cairo_pattern_add_color_stop_rgb(pattern, 0, c.r, c.g, c.b);
    cairo_pattern_add_color_stop_rgb(pattern, 1, o.r, o.g, o.b);
  } else if (item->finish == FINISH_METAL) {
    pattern = cairo_pattern_create_linear(-0.3 * half, -half, 0.3 * half, half);
    static const double stops[][2] = {{0, -0.12}, {0.25, 0.28}, {0.4, 0.4}, {0.55, 0.05}, {0.85, -0.22}, {1, -0.05}};
    for (int i = 0; i < 6; i++) {
      double t = stops[i][1];
      struct colour s = colour_mix(c, t < 0 ? black : white, fabs(t));
      cairo_pattern_add_color_stop_rgb(pattern, stops[i][0], s.r, s.g, s.b);
    }
  } else if (item->finish == FINISH_BALL) {
    pattern =
        cairo_pattern_create_radial(-0.35 * half, -0.4 * half, 0.05 * half, -0.1 * half, -0.1 * half, 1.15 * half);
    struct colour light = colour_mix(c, white, 0.75), dark = colour_mix(c, black, 0.5);
    cairo_pattern_add_color_stop_rgb(pattern, 0, light.r, light.g, light.b);
    cairo_pattern_add_color_stop_rgb(pattern, 0.35, c.r, c.g, c.b);
    cairo_pattern_add_color_stop_rgb(pattern, 1, dark.r, dark.g, dark.b);
  }
  return pattern;
}

static void draw_body_edges(const struct item *item, cairo_t *cairo) {
  double edge = fmin(0.35, 0.08 * fmin(item->w, item->kind == ITEM_DISC ? item->w : item->h));
  cairo_save(cairo);
  outline(item, cairo, 0);
  cairo_clip(cairo);
  cairo_set_line_width(cairo, 2 * edge);
  for (int side = 0; side < 2; side++) {
    cairo_save(cairo);
    cairo_translate(cairo, side ? -edge / 2 : edge / 2, side ? -edge / 2 : edge / 2);
    outline(item, cairo, edge / 2);
    set_colour(cairo, side ? black : white, side ? 0.45 : 0.22);
    cairo_stroke(cairo);
    cairo_restore(cairo);
  }
  cairo_restore(cairo);
}

static void draw_filled(const struct item *item, cairo_t *cairo) {
  if (item->lift > 0) draw_shadow(item, cairo);
  outline(item, cairo, 0);
  cairo_pattern_t *pattern = finish_pattern(item);
  if (pattern) {
    cairo_set_source(cairo, pattern);
    cairo_pattern_destroy(pattern);
  } else {
    set_colour(cairo, item->fill, 1);
  }
  cairo_fill(cairo);
  if (item->finish == FINISH_BODY) draw_body_edges(item, cairo);
}

static void draw_bars(const struct item *item, cairo_t *cairo) {
  static const uint8_t left_odd[10] = {0x0D, 0x19, 0x13, 0x3D, 0x23, 0x31, 0x2F, 0x3B, 0x37, 0x0B};
  static const uint8_t parity[10] = {0x00, 0x0B, 0x0D, 0x0E, 0x13, 0x19, 0x1C, 0x15, 0x16, 0x1A};
  uint8_t modules[95] = {0};
  int digits[13], check = 0, at = 0;
  for (int i = 0; i < 12; i++) digits[i] = item->text[i] - '0', check += digits[i] * (i % 2 ? 3 : 1);
  digits[12] = (10 - check % 10) % 10;
  modules[0] = modules[2] = modules[46] = modules[48] = modules[92] = modules[94] = 1;
  for (int i = 1; i <= 12; i++) {
    at = i <= 6 ? 3 + 7 * (i - 1) : 50 + 7 * (i - 7);
    int code = left_odd[digits[i]];
    bool even = i <= 6 && parity[digits[0]] >> (6 - i) & 1;
    for (int bit = 0; bit < 7; bit++) {
      int set = even ? !(code >> bit & 1) : i <= 6 ? code >> (6 - bit) & 1 : !(code >> (6 - bit) & 1);
      modules[at + bit] = (uint8_t)set;
    }
  }
  double module = item->w / 95;
  set_colour(cairo, item->fill, 1);
  for (int i = 0; i < 95; i++) {
    bool guard = i < 3 || i > 91 || (i > 44 && i < 50);
    if (modules[i])
      cairo_rectangle(cairo, -item->w / 2 + i * module, -item->h / 2, module, guard ? item->h * 1.07 : item->h);
  }
  cairo_fill(cairo);
}

static void draw_cells(const struct item *item, cairo_t *cairo) {
  enum { CELLS = 21 };
  double cell = item->w / CELLS;
  uint64_t hash = 0;
  for (const char *c = item->text; *c; c++) hash = number_mix(hash ^ (uint8_t)*c);
  set_colour(cairo, item->fill, 1);
  for (int y = 0; y < CELLS; y++) {
    for (int x = 0; x < CELLS; x++) {
      int fx = x < 8 ? x : x > 12 ? x - 14 : -9, fy = y < 8 ? y : y > 12 ? y - 14 : -9;
      bool finder = fx > -9 && fy > -9 && !(x > 12 && y > 12), set = number_mix(hash + (uint64_t)(y * CELLS + x)) & 1;
      if (finder) {
        int ring = (int)fmax(abs(fx - 3), abs(fy - 3));
        set = ring == 3 || ring <= 1;
      }
      if (set) cairo_rectangle(cairo, -item->w / 2 + x * cell, -item->w / 2 + y * cell, cell * 1.01, cell * 1.01);
    }
  }
  cairo_fill(cairo);
}

/* A bore seen from above: the chamfer's ring is bright where it faces the light, the wall below is dark. */
static void draw_bore(const struct item *item, cairo_t *cairo) {
  bool slot = item->kind == ITEM_SLOT;
  double w = item->w, h = slot ? item->h : item->w;
  double chamfer = slot ? item->radius : fmax(0, (item->h - item->w) / 2);
  double rim = fmin(w, h) / 2 + chamfer;
  cairo_pattern_t *ring = cairo_pattern_create_linear(-rim * 0.7, -rim * 0.7, rim * 0.7, rim * 0.7);
  struct colour dark = colour_mix(item->fill, black, 0.55), light = colour_mix(item->fill, white, 0.7);
  cairo_pattern_add_color_stop_rgb(ring, 0, dark.r, dark.g, dark.b);
  cairo_pattern_add_color_stop_rgb(ring, 0.5, item->fill.r, item->fill.g, item->fill.b);
  cairo_pattern_add_color_stop_rgb(ring, 1, light.r, light.g, light.b);
  rounded_box(cairo, w + 2 * chamfer, h + 2 * chamfer, fmin(w, h) / 2 + chamfer);
  cairo_set_source(cairo, ring);
  cairo_pattern_destroy(ring);
  cairo_fill(cairo);
  double narrow = fmin(w, h), wall = fmin(0.09 * narrow, 1.0);
  struct colour lit = colour_mix(colour_hex(0x14151A), item->fill, 0.32);
  cairo_pattern_t *depth = cairo_pattern_create_linear(0, -narrow / 2, narrow * 0.2, narrow / 2);
  cairo_pattern_add_color_stop_rgb(depth, 0.3, 0.06, 0.06, 0.08);
  cairo_pattern_add_color_stop_rgb(depth, 1, lit.r, lit.g, lit.b);
  rounded_box(cairo, w, h, narrow / 2);
  cairo_set_source(cairo, depth);
  cairo_pattern_destroy(depth);
  cairo_fill_preserve(cairo);
  cairo_clip(cairo);
  cairo_translate(cairo, -0.55 * wall, -0.8 * wall);
  rounded_box(cairo, w - wall, h - wall, (narrow - wall) / 2);
  set_colour(cairo, colour_hex(0x0F1014), 1);
  cairo_fill(cairo);
}

void item_draw(const struct item *item, const double (*points)[2], cairo_t *cairo) {
  cairo_save(cairo);
  cairo_new_path(cairo);
  if (item->kind == ITEM_LINE || item->kind == ITEM_POLYGON) {
    cairo_translate(cairo, item->x, item->y);
    for (int i = 0; i < item->count; i++) cairo_line_to(cairo, points[item->first + i][0], points[item->first + i][1]);
    set_colour(cairo, item->fill, 1);
    cairo_set_line_width(cairo, item->radius);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    if (item->kind == ITEM_LINE)
      cairo_stroke(cairo);
    else
      cairo_fill(cairo);
    cairo_restore(cairo);
    return;
  }
  cairo_translate(cairo, item->x, item->y);
  cairo_rotate(cairo, item->angle);
  switch (item->kind) {
  case ITEM_TEXT:
    font_select(cairo, item->font, item->h);
    if (item->finish == FINISH_ENGRAVED) {
      cairo_move_to(cairo, 0.09, 0.12);
      cairo_text_path(cairo, item->text);
      set_colour(cairo, item->other, 1);
      cairo_fill(cairo);
      cairo_move_to(cairo, 0, 0);
    }
    cairo_text_path(cairo, item->text);
    set_colour(cairo, item->fill, 1);
    cairo_fill(cairo);
    break;
  case ITEM_BARS:
    draw_bars(item, cairo);
    break;
  case ITEM_CELLS:
    draw_cells(item, cairo);
    break;
  case ITEM_HOLE:
  case ITEM_SLOT:
    draw_bore(item, cairo);
    break;
  default:
    draw_filled(item, cairo);
    break;
  }
  cairo_restore(cairo);
}

static void draw_part_item(const struct scene *scene, const struct change *change, int index, cairo_t *cairo) {
  struct item item = scene->items[index];
  const struct part *part = item.part < 0 ? NULL : &scene->parts[item.part];
  cairo_save(cairo);
  for (int i = 0; change && i < change->part_count; i++) {
    if (change->parts[i].part != item.part || !part) continue;
    double x = (part->x0 + part->x1) / 2, y = (part->y0 + part->y1) / 2;
    cairo_translate(cairo, x + change->parts[i].dx, y + change->parts[i].dy);
    cairo_rotate(cairo, change->parts[i].angle);
    cairo_translate(cairo, -x, -y);
  }
  for (int i = 0; change && i < change->tweak_count; i++) {
    if (change->tweaks[i].item != index) continue;
    item.w += change->tweaks[i].dw;
    if (item.kind == ITEM_HOLE) item.h += change->tweaks[i].dw;
    item.x += change->tweaks[i].dx;
  }
  for (int i = 0; change && i < change->text_count; i++)
    if (change->texts[i].item == index) memcpy(item.text, change->texts[i].text, sizeof item.text);
  item_draw(&item, (const double(*)[2])scene->points, cairo);
  cairo_restore(cairo);
}

static bool is_missing(const struct change *change, int part) {
  for (int i = 0; change && i < change->part_count; i++)
    if (change->parts[i].part == part && change->parts[i].missing) return true;
  return false;
}

void scene_draw(const struct scene *scene, const struct change *change, cairo_t *cairo) {
  cairo_save(cairo);
  cairo_translate(cairo, scene->width / 2, scene->height / 2);
  rounded_box(cairo, scene->width, scene->height, scene->corner);
  cairo_translate(cairo, -scene->width / 2, -scene->height / 2);
  cairo_clip(cairo);
  set_colour(cairo, scene->ground, 1);
  cairo_paint(cairo);
  for (int i = 0; i < scene->item_count; i++)
    if (scene->items[i].part < 0 || !is_missing(change, scene->items[i].part)) draw_part_item(scene, change, i, cairo);
  for (int i = 0; change && i < change->mark_count; i++) mark_draw(scene, &change->marks[i], cairo);
  cairo_restore(cairo);
}
