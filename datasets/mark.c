/* The planted things that are no part of the product: scratches, stains, tints, specks, solder balls, holes. */
#include "datasets/scene.h"

#include <math.h>

/* A closed outline round the origin, w x h over all, irregular as dirt is. */
static void blob(cairo_t *cairo, double w, double h, uint64_t shape, double roughness) {
  enum { POINTS = 40 };
  struct random random = random_stream(shape, 'B', 0);
  double amount[4], phase[4], radius[POINTS], largest = 0;
  for (int k = 0; k < 4; k++) {
    amount[k] = roughness * random_range(&random, 0.3, 1) / (k + 2);
    phase[k] = random_range(&random, 0, 2 * NUMBER_PI);
  }
  for (int i = 0; i < POINTS; i++) {
    double angle = 2 * NUMBER_PI * i / POINTS;
    radius[i] = 1;
    for (int k = 0; k < 4; k++) radius[i] += amount[k] * number_sin((k + 2) * angle + phase[k]);
    largest = fmax(largest, radius[i]);
  }
  double scale = 0.5 / (0.5 * (1 + largest));
  cairo_new_path(cairo);
  for (int i = 0; i < POINTS; i++) {
    double angle = 2 * NUMBER_PI * i / POINTS, r = radius[i] * scale * 0.5;
    cairo_line_to(cairo, w * r * number_cos(angle), h * r * number_sin(angle));
  }
  cairo_close_path(cairo);
}

static void draw_scratch(const struct mark *mark, cairo_t *cairo) {
  enum { STEPS = 24 };
  struct random random = random_stream(mark->shape, 'C', 0);
  double bend = random_range(&random, -0.12, 0.12) * mark->w;
  double x = -mark->w / 2, y = 0;
  cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
  for (int i = 1; i <= STEPS; i++) {
    double t = (double)i / STEPS;
    double next_x = mark->w * (t - 0.5);
    double next_y = 4 * bend * t * (1 - t) + random_range(&random, -0.1, 0.1) * mark->h;
    cairo_move_to(cairo, x, y);
    cairo_line_to(cairo, next_x, next_y);
    cairo_set_line_width(cairo, mark->h * random_range(&random, 0.85, 1.1));
    cairo_stroke(cairo);
    x = next_x, y = next_y;
  }
}

static void draw_stain(const struct mark *mark, double roughness, cairo_t *cairo) {
  enum { RINGS = 6 };
  for (int i = 0; i < RINGS; i++) {
    double grow = 1.0 + 0.16 * (1 - (double)i / (RINGS - 1)) - 0.06;
    blob(cairo, mark->w * grow, mark->h * grow, mark->shape, roughness);
    cairo_fill(cairo);
  }
}

static void draw_copy(const struct scene *scene, const struct mark *mark, cairo_t *cairo) {
  const struct part *part = &scene->parts[mark->part];
  cairo_translate(cairo, -(part->x0 + part->x1) / 2, -(part->y0 + part->y1) / 2);
  for (int i = 0; i < scene->item_count; i++)
    if (scene->items[i].part == mark->part) item_draw(&scene->items[i], (const double(*)[2])scene->points, cairo);
}

void mark_draw(const struct scene *scene, const struct mark *mark, cairo_t *cairo) {
  cairo_save(cairo);
  cairo_new_path(cairo);
  cairo_translate(cairo, mark->x, mark->y);
  cairo_rotate(cairo, mark->angle);
  struct colour c = mark->colour;
  struct item item = {.w = mark->w, .fill = c, .other = c};
  switch (mark->kind) {
  case MARK_SCRATCH:
    /* A group: where its strokes overlap they must not add up. */
    cairo_push_group(cairo);
    cairo_set_source_rgb(cairo, c.r, c.g, c.b);
    draw_scratch(mark, cairo);
    cairo_pop_group_to_source(cairo);
    cairo_paint_with_alpha(cairo, mark->strength);
    break;
  case MARK_STAIN:
  case MARK_TINT:
    /* Six rings on top of each other leave 1 - (1 - a)^6. */
    cairo_set_source_rgba(cairo, c.r, c.g, c.b, 1 - number_pow(fmax(1 - mark->strength, 1e-6), 1.0 / 6));
    draw_stain(mark, mark->kind == MARK_TINT ? 0.15 : 0.5, cairo);
    break;
  case MARK_SPECK:
    blob(cairo, mark->w, mark->h, mark->shape, 0.4);
    cairo_set_source_rgba(cairo, c.r, c.g, c.b, mark->strength);
    cairo_fill(cairo);
    break;
  case MARK_BALL:
    item.kind = ITEM_DISC, item.finish = FINISH_BALL, item.lift = 0.15 * mark->w;
    item_draw(&item, NULL, cairo);
    break;
  case MARK_HOLE:
    item.kind = ITEM_HOLE, item.h = mark->w * 1.15, item.w = mark->w;
    item_draw(&item, NULL, cairo);
    break;
  case MARK_COPY:
    draw_copy(scene, mark, cairo);
    break;
  }
  cairo_restore(cairo);
}
