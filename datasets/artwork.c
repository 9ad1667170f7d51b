#include "datasets/artwork.h"

#include "datasets/number.h"

#include <math.h>

static enum status raster_draw(struct raster *raster, const struct scene *scene, const struct change *change,
                               double scale, struct fault *fault) {
  raster->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, raster->width, raster->height);
  cairo_t *cairo = cairo_create(raster->surface);
  cairo_translate(cairo, -raster->x, -raster->y);
  cairo_scale(cairo, scale, scale);
  cairo_translate(cairo, ARTWORK_MARGIN, ARTWORK_MARGIN);
  scene_draw(scene, change, cairo);
  cairo_status_t failed = cairo_status(cairo);
  cairo_destroy(cairo);
  cairo_surface_flush(raster->surface);
  raster->pixels = (const uint32_t *)(const void *)cairo_image_surface_get_data(raster->surface);
  raster->stride = cairo_image_surface_get_stride(raster->surface) / 4;
  if (!failed && raster->pixels) return STATUS_OK;
  cairo_surface_destroy(raster->surface);
  *raster = (struct raster){0};
  return fault_set(fault, STATUS_MEMORY, "cannot draw the product: %s", cairo_status_to_string(failed));
}

enum status artwork_make(struct artwork *artwork, const struct scene *scene, double scale, struct fault *fault) {
  double width = ceil((scene->width + 2 * ARTWORK_MARGIN) * scale);
  double height = ceil((scene->height + 2 * ARTWORK_MARGIN) * scale);
  *artwork = (struct artwork){.scene = scene, .scale = scale};
  if (width > 32000 || height > 32000)
    return fault_set(fault, STATUS_LIMIT,
                     "the product would be drawn %.0f x %.0f pixels large, at most 32000 are possible", width, height);
  artwork->whole.width = (int)width, artwork->whole.height = (int)height;
  return raster_draw(&artwork->whole, scene, NULL, scale, fault);
}

static double light_of(struct colour c) {
  return colour_luma((struct colour){number_to_linear(c.r), number_to_linear(c.g), number_to_linear(c.b)});
}

double artwork_growth(const struct artwork *artwork, const struct item *disc) {
  enum { STEPS = 256 };
  const struct colour ground = artwork->scene->ground;
  const double far = light_of(ground), step = light_of(disc->fill) - far;
  double more = 0; /* of the disc's share of the light than of the texel, over all shares */
  for (int i = 0; i < STEPS && step != 0; i++) {
    const double share = (i + 0.5) / STEPS;
    more += ((light_of(colour_mix(ground, disc->fill, share)) - far) / step - share) / STEPS;
  }
  return 2 * more / artwork->scale;
}

void artwork_free(struct artwork *artwork) {
  if (artwork->whole.surface) cairo_surface_destroy(artwork->whole.surface);
  *artwork = (struct artwork){0};
}

static int clamp_int(double value, int low, int high) {
  return value < low ? low : value > high ? high : (int)value;
}

enum status view_patch(struct view *view, const struct change *change, const double box[4], struct fault *fault) {
  const struct artwork *artwork = view->artwork;
  double scale = artwork->scale;
  if (view->count == VIEW_PATCHES) return fault_set(fault, STATUS_INTERNAL, "more than %d patches", VIEW_PATCHES);
  int x0 = clamp_int(floor((box[0] + ARTWORK_MARGIN) * scale), 0, artwork->whole.width);
  int y0 = clamp_int(floor((box[1] + ARTWORK_MARGIN) * scale), 0, artwork->whole.height);
  int x1 = clamp_int(ceil((box[2] + ARTWORK_MARGIN) * scale), 0, artwork->whole.width);
  int y1 = clamp_int(ceil((box[3] + ARTWORK_MARGIN) * scale), 0, artwork->whole.height);
  if (x1 <= x0 || y1 <= y0) return STATUS_OK;
  struct raster *raster = &view->patches[view->count];
  *raster = (struct raster){.x = x0, .y = y0, .width = x1 - x0, .height = y1 - y0};
  enum status status = raster_draw(raster, artwork->scene, change, scale, fault);
  if (status == STATUS_OK) view->count++;
  return status;
}

void view_truncate(struct view *view, int count) {
  while (view->count > count) cairo_surface_destroy(view->patches[--view->count].surface);
}

static bool raster_pixel(const struct raster *raster, int x, int y, uint32_t *pixel) {
  x -= raster->x, y -= raster->y;
  if (x < 0 || y < 0 || x >= raster->width || y >= raster->height) return false;
  *pixel = raster->pixels[(ptrdiff_t)y * raster->stride + x];
  return true;
}

uint32_t view_pixel(const struct view *view, int x, int y) {
  uint32_t pixel;
  for (int i = view->count - 1; i >= 0; i--)
    if (raster_pixel(&view->patches[i], x, y, &pixel)) return pixel;
  return raster_pixel(&view->artwork->whole, x, y, &pixel) ? pixel : 0;
}
