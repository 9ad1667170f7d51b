#include "engine/zones.h"

#include "engine/decode.h"
#include "models/ascending.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A golden with a shorter side is compared up to its frame. */
enum { LEAST_FRAMED = 16 };

/* Where the polygon's edges cross the line through the pixel centres of row y, in order. */
static size_t crossings(const struct spec_zone *zone, double y, double *out) {
  size_t n = 0;
  for (size_t i = 0; i < zone->point_count; i++) {
    const struct spec_point *a = &zone->polygon[i], *b = &zone->polygon[(i + 1) % zone->point_count];
    if ((a->y <= y) == (b->y <= y)) continue;
    out[n++] = a->x + (y - a->y) * (b->x - a->x) / (b->y - a->y);
  }
  qsort(out, n, sizeof *out, ascending);
  return n;
}

static int32_t column(double x, int32_t width) {
  double c = ceil(x);
  return c < 0 ? 0 : c > width ? width : (int32_t)c;
}

static enum status draw_polygon(const struct spec_zone *zone, uint8_t label, struct plane *labels,
                                struct fault *fault) {
  double *at = malloc(zone->point_count * sizeof *at);
  if (!at) return fault_set(fault, STATUS_MEMORY, "zone %s: out of memory", zone->name);
  for (int32_t y = 0; y < labels->height; y++) {
    size_t n = crossings(zone, y, at);
    for (size_t i = 0; i + 1 < n; i += 2) {
      int32_t first = column(at[i], labels->width), end = column(at[i + 1], labels->width);
      if (end > first) memset(labels->pixels + (size_t)y * labels->stride + first, label, (size_t)(end - first));
    }
  }
  free(at);
  return STATUS_OK;
}

static enum status draw_mask(const struct spec_zone *zone, const struct photo *mask, uint8_t label,
                             struct plane *labels, struct fault *fault) {
  struct image image = {0};
  struct decode_options options = {0};
  enum status status = decode_photo(mask->bytes, mask->size, &options, &image, NULL, fault);
  if (status) {
    fault_prefix(fault, "zone %s: mask %s", zone->name, mask->path);
  } else if (image.width != labels->width || image.height != labels->height) {
    status = fault_set(fault, STATUS_INVALID, "zone %s: the mask %s is %d x %d pixels; expected the golden's %d x %d",
                       zone->name, mask->path, image.width, image.height, labels->width, labels->height);
  } else {
    for (int32_t y = 0; y < labels->height; y++) {
      const uint8_t *from = image.planes[0].pixels + (size_t)y * image.planes[0].stride;
      uint8_t *to = labels->pixels + (size_t)y * labels->stride;
      for (int32_t x = 0; x < labels->width; x++)
        if (from[x]) to[x] = label;
    }
  }
  image_free(&image);
  return status;
}

/* Least and largest of two rows; `count` of each. */
static void take_rows(const uint8_t *restrict top, const uint8_t *restrict bottom, int32_t count,
                      uint8_t *restrict least, uint8_t *restrict most) {
  for (int32_t x = 0; x < count; x++) {
    least[x] = top[x] < bottom[x] ? top[x] : bottom[x];
    most[x] = top[x] > bottom[x] ? top[x] : bottom[x];
  }
}

static void halve_rows(const uint8_t *restrict least, const uint8_t *restrict most, int32_t count,
                       uint8_t *restrict out) {
  for (int32_t x = 0; x < count; x++) {
    uint8_t label = most[2 * x] > most[2 * x + 1] ? most[2 * x] : most[2 * x + 1];
    uint8_t all = least[2 * x] < least[2 * x + 1] ? least[2 * x] : least[2 * x + 1];
    out[x] = all ? label : 0;
  }
}

static void halve(const struct plane *from, struct plane *to) {
  enum { PART = 512 };
  uint8_t least[PART + 1], most[PART + 1];
  for (int32_t y = 0; y < to->height; y++)
    for (int32_t first = 0; first < from->width; first += PART) {
      const uint8_t *top = from->pixels + (size_t)(2 * y) * from->stride + first;
      const uint8_t *bottom = 2 * y + 1 < from->height ? top + from->stride : top;
      int32_t n = from->width - first < PART ? from->width - first : PART;
      take_rows(top, bottom, n, least, most);
      if (n % 2) least[n] = least[n - 1], most[n] = most[n - 1];
      halve_rows(least, most, (n + 1) / 2, to->pixels + (size_t)y * to->stride + first / 2);
    }
}

static struct plane plane_at(uint8_t *pixels, int32_t width, int32_t height) {
  return (struct plane){pixels, width, height, (size_t)width};
}

static size_t plane_size(const struct plane *plane) {
  return (size_t)plane->width * (size_t)plane->height;
}

/* What lies outside the golden is mixed into the pixels along its frame, and may be another thing in each photo: a
 * golden that was cut out along the product's outline has the ground beyond everywhere. rim.h takes care of what is
 * further inside. */
static void clear_frame(const struct plane *p) {
  for (int32_t y = 0; y < p->height; y++) {
    uint8_t *row = p->pixels + (size_t)y * p->stride;
    if (y == 0 || y + 1 == p->height) memset(row, 0, (size_t)p->width);
    row[0] = row[p->width - 1] = 0;
  }
}

enum status zones_draw_one(const struct spec_zone *zone, const struct photo *mask, uint8_t label, struct plane *labels,
                           struct fault *fault) {
  if (zone->polygon) return draw_polygon(zone, label, labels, fault);
  return mask && mask->bytes ? draw_mask(zone, mask, label, labels, fault) : STATUS_OK;
}

static void make_smaller(struct zones *zones) {
  halve(&zones->labels, &zones->half);
  clear_frame(&zones->half);
  halve(&zones->half, &zones->quarter);
}

/* ---- without zones: all but the frame is the same, and the smaller planes have a frame of their own ---- */

static bool make_framed(uint8_t *row, int32_t width, int32_t height, struct same_rows *rows) {
  size_t columns = (size_t)width;
  memset(row, ZONES_OUTSIDE, columns);
  row[0] = row[columns - 1] = 0;
  if (!same_rows_make(row, width, height, rows)) return false;
  memset(rows->plane.pixels, 0, columns);
  memset(rows->plane.pixels + (size_t)(height - 1) * rows->plane.stride, 0, columns);
  return true;
}

static enum status make_whole(int32_t width, int32_t height, struct zones *zones, struct fault *fault) {
  struct plane *const planes[] = {&zones->labels, &zones->half, &zones->quarter};
  uint8_t *row = malloc((size_t)width);
  bool made = row;
  for (int i = 0; i < 3 && made; i++) {
    made = make_framed(row, width, height, &zones->rows[i]);
    *planes[i] = zones->rows[i].plane;
    width = (width + 1) / 2, height = (height + 1) / 2;
  }
  free(row);
  zones->whole = true;
  if (made) return STATUS_OK;
  zones_free(zones);
  return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
}

enum status zones_draw(const struct spec *spec, const struct photo *masks, int32_t width, int32_t height,
                       struct zones *zones, struct fault *fault) {
  memset(zones, 0, sizeof *zones);
  if (spec->zone_count > ZONES_MOST)
    return fault_set(fault, STATUS_LIMIT, "zones: %zu of them; expected at most %d", spec->zone_count, ZONES_MOST);
  bool framed = width >= LEAST_FRAMED && height >= LEAST_FRAMED;
  if (framed && !spec->zone_count && !spec->outside_ignored) return make_whole(width, height, zones, fault);
  struct plane half = plane_at(NULL, (width + 1) / 2, (height + 1) / 2);
  struct plane quarter = plane_at(NULL, (half.width + 1) / 2, (half.height + 1) / 2);
  size_t full = (size_t)width * (size_t)height;
  zones->memory = image_memory(full + plane_size(&half) + plane_size(&quarter));
  if (!zones->memory) return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
  zones->labels = plane_at(zones->memory, width, height);
  zones->half = plane_at(zones->memory + full, half.width, half.height);
  zones->quarter = plane_at(zones->half.pixels + plane_size(&half), quarter.width, quarter.height);
  memset(zones->memory, spec->outside_ignored ? 0 : ZONES_OUTSIDE, full);
  enum status status = STATUS_OK;
  for (int ignored = 0; ignored < 2; ignored++)
    for (size_t i = 0; i < spec->zone_count && !status; i++) {
      const struct spec_zone *zone = &spec->zones[i];
      if (zone->ignore != (ignored == 1)) continue;
      uint8_t label = (uint8_t)(zone->ignore ? 0 : ZONES_FIRST + i);
      status = zones_draw_one(zone, masks ? &masks[i] : NULL, label, &zones->labels, fault);
    }
  size_t compared = 0, frame = framed ? 2 * ((size_t)width + (size_t)height) - 4 : 0;
  if (framed) clear_frame(&zones->labels);
  for (size_t i = 0; i < full; i++) compared += zones->memory[i] != 0;
  zones->whole = compared + frame == full;
  if (!status && !compared)
    status = fault_set(fault, STATUS_INVALID,
                       "zones: no pixel of the golden (%d x %d) is compared; expected at least "
                       "one zone inside the photo that is not ignored",
                       width, height);
  if (status)
    zones_free(zones);
  else
    make_smaller(zones);
  return status;
}

void zones_free(struct zones *zones) {
  free(zones->memory);
  for (int i = 0; i < 3; i++) same_rows_free(&zones->rows[i]);
  memset(zones, 0, sizeof *zones);
}
