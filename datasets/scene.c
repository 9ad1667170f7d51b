#include "datasets/scene.h"

#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct colour colour_hex(uint32_t rrggbb) {
  return (struct colour){(rrggbb >> 16 & 255) / 255.0, (rrggbb >> 8 & 255) / 255.0, (rrggbb & 255) / 255.0};
}

struct colour colour_mix(struct colour a, struct colour b, double t) {
  return (struct colour){a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}

double colour_luma(struct colour c) {
  return 0.299 * c.r + 0.587 * c.g + 0.114 * c.b;
}

static void grow_part(struct scene *scene, double x0, double y0, double x1, double y1) {
  if (scene->current_part < 0) return;
  struct part *part = &scene->parts[scene->current_part];
  part->x0 = fmin(part->x0, x0), part->y0 = fmin(part->y0, y0);
  part->x1 = fmax(part->x1, x1), part->y1 = fmax(part->y1, y1);
}

/* The last place of the list is the spare item. */
static struct item *next_item(struct scene *scene) {
  struct item *item = &scene->items[scene->item_count];
  if (scene->item_count < SCENE_ITEMS - 1) scene->item_count++;
  memset(item, 0, sizeof *item);
  item->part = scene->current_part;
  return item;
}

struct item *scene_add(struct scene *scene, enum item_kind kind, double x, double y, double w, double h,
                       struct colour fill) {
  struct item *item = next_item(scene);
  item->kind = kind;
  item->x = x, item->y = y, item->w = w, item->h = h;
  item->fill = item->other = fill;
  if (scene->current_part >= 0) scene->parts[scene->current_part].thin = false;
  double across = kind == ITEM_DISC || kind == ITEM_CELLS ? w : kind == ITEM_HOLE ? fmax(w, h) : 0;
  double half_w = (across > 0 ? across : w) / 2, half_h = (across > 0 ? across : h) / 2;
  grow_part(scene, x - half_w, y - half_h, x + half_w, y + half_h);
  return item;
}

double scene_text_width(struct scene *scene, enum font font, double size, const char *text) {
  font_select(scene->ruler, font, size);
  cairo_text_extents_t extents;
  cairo_text_extents(scene->ruler, text, &extents);
  return extents.x_advance;
}

const char *scene_serial(char text[64], struct random *random, const char *form) {
  size_t i = 0;
  for (; i < 63 && form[i]; i++) {
    char sign = form[i];
    if (sign == '#')
      sign = (char)('0' + random_below(random, 10));
    else if (sign == '&')
      sign = (char)('1' + random_below(random, 9));
    else if (sign == '@')
      sign = (char)('A' + random_below(random, 6));
    text[i] = sign;
  }
  text[i] = 0;
  return text;
}

struct item *scene_text(struct scene *scene, enum font font, double size, double x, double y, double align,
                        struct colour fill, const char *format, ...) {
  struct item *item = next_item(scene);
  item->kind = ITEM_TEXT;
  va_list args;
  va_start(args, format);
  vsnprintf(item->text, sizeof item->text, format, args);
  va_end(args);
  item->font = font;
  item->h = size;
  item->w = scene_text_width(scene, font, size, item->text);
  item->x = x - align * item->w, item->y = y;
  item->fill = item->other = fill;
  grow_part(scene, item->x, y - 0.75 * size, item->x + item->w, y + 0.2 * size);
  return item;
}

struct item *scene_path(struct scene *scene, enum item_kind kind, const double (*points)[2], int count, double width,
                        struct colour fill) {
  struct item *item = next_item(scene);
  item->kind = kind;
  item->radius = width;
  item->fill = item->other = fill;
  item->first = scene->point_count;
  for (int i = 0; i < count && scene->point_count < SCENE_POINTS; i++, item->count++) {
    memcpy(scene->points[scene->point_count++], points[i], sizeof points[i]);
    grow_part(scene, points[i][0] - width / 2, points[i][1] - width / 2, points[i][0] + width / 2,
              points[i][1] + width / 2);
  }
  return item;
}

void scene_open(struct scene *scene, const char *name, bool removable, bool movable, bool copyable) {
  scene->current_part = -1;
  if (scene->part_count == SCENE_PARTS) return;
  struct part *part = &scene->parts[scene->current_part = scene->part_count++];
  *part = (struct part){.x0 = 1e9, .y0 = 1e9, .x1 = -1e9, .y1 = -1e9, .thin = true};
  snprintf(part->name, sizeof part->name, "%s", name);
  part->removable = removable, part->movable = movable, part->copyable = copyable;
}

void scene_close(struct scene *scene) {
  scene->current_part = -1;
}

void scene_dimension(struct scene *scene, const char *name, int a, int b) {
  if (scene->dimension_count == SCENE_DIMENSIONS) return;
  struct dimension *dimension = &scene->dimensions[scene->dimension_count++];
  snprintf(dimension->name, sizeof dimension->name, "%s", name);
  dimension->a = a, dimension->b = b, dimension->tolerance = 0.1;
  const struct item *items = scene->items;
  double dx = b < 0 ? 0 : items[b].x - items[a].x, dy = b < 0 ? 0 : items[b].y - items[a].y;
  dimension->nominal = b < 0 ? items[a].w : sqrt(dx * dx + dy * dy);
}

enum status scene_make(struct scene *scene, enum product product, uint64_t seed, struct fault *fault) {
  *scene = (struct scene){.width = 160, .height = 120, .current_part = -1};
  scene->items = calloc(SCENE_ITEMS, sizeof *scene->items);
  scene->points = calloc(SCENE_POINTS, sizeof *scene->points);
  scene->parts = calloc(SCENE_PARTS, sizeof *scene->parts);
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
  scene->ruler = cairo_create(surface);
  cairo_surface_destroy(surface);
  if (!scene->items || !scene->points || !scene->parts || cairo_status(scene->ruler))
    return fault_set(fault, STATUS_MEMORY, "out of memory while laying the product out");
  static void (*const layouts[])(struct scene *, struct random *) = {label_layout, board_layout, plate_layout};
  struct random random = random_stream(seed, 'S', (uint64_t)product);
  layouts[product](scene, &random);
  scene_close(scene);
  return STATUS_OK;
}

void scene_free(struct scene *scene) {
  free(scene->items);
  free(scene->points);
  free(scene->parts);
  if (scene->ruler) cairo_destroy(scene->ruler);
  *scene = (struct scene){0};
}

void scene_end(void) {
  cairo_debug_reset_static_data();
  FcFini();
}

int scene_loose_part(const struct scene *scene) {
  int best = -1;
  double most = 0;
  for (int i = 0; i < scene->part_count; i++) {
    const struct part *part = &scene->parts[i];
    double area = (part->x1 - part->x0) * (part->y1 - part->y0);
    if (part->movable && area > most) best = i, most = area;
  }
  return best;
}
