#include "cli/picture_pixels.h"

#include "engine/colour.h"
#include "engine/inspect.h"

#include <stdlib.h>
#include <string.h>

struct stop {
  double at;
  uint8_t rgb[3];
};

/* The step at the limit is on purpose: what is out of tolerance must not be mistaken for what is nearly so. */
static const struct stop stops[] = {{0.0, {14, 17, 26}},   {1.0, {70, 88, 122}}, {1.0, {255, 224, 92}},
                                    {2.0, {255, 148, 28}}, {3.0, {226, 42, 42}}, {PICTURE_MAP_LAST, {255, 84, 232}}};

uint32_t picture_map_colour(double tolerances) {
  size_t last = sizeof stops / sizeof *stops - 1, i = 1;
  if (tolerances >= stops[last].at) tolerances = stops[last].at;
  if (!(tolerances > 0)) tolerances = 0;
  while (i < last && tolerances >= stops[i].at) i++;
  double span = stops[i].at - stops[i - 1].at, part = span > 0 ? (tolerances - stops[i - 1].at) / span : 1;
  uint32_t colour = 0;
  for (int c = 0; c < 3; c++)
    colour = colour << 8 | (uint32_t)(stops[i - 1].rgb[c] + part * (stops[i].rgb[c] - stops[i - 1].rgb[c]) + 0.5);
  return colour;
}

/* First and one past the last source pixel of target pixel i; never empty. */
static void span_of(int i, int out, int32_t start, int32_t length, int32_t *from, int32_t *to) {
  *from = start + (int32_t)((int64_t)i * length / out);
  *to = start + (int32_t)((int64_t)(i + 1) * length / out);
  if (*to <= *from) *to = *from + 1;
}

static cairo_surface_t *new_surface(int width, int height) {
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  if (cairo_surface_status(surface)) {
    cairo_surface_destroy(surface);
    return NULL;
  }
  cairo_surface_flush(surface);
  return surface;
}

static uint32_t *surface_row(cairo_surface_t *surface, int y) {
  return (uint32_t *)(void *)(cairo_image_surface_get_data(surface) +
                              (size_t)y * (size_t)cairo_image_surface_get_stride(surface));
}

/* Source pixels of each pixel of a row of the picture, from `left` on; of a plane with 1 / `unit` of the image's pixels
 * each way, from its `left` on. */
struct spans {
  int32_t left, right;
  int32_t *from, *to;
};

static bool spans_make(int32_t width, int unit, struct picture_area area, int out_width, struct spans *spans) {
  int32_t *memory = malloc(2 * (size_t)out_width * sizeof *memory);
  *spans = (struct spans){area.x / unit, (area.x + area.width + unit - 1) / unit, memory, memory + out_width};
  if (!memory) return false;
  if (spans->right > width) spans->right = width;
  for (int x = 0; x < out_width; x++) {
    int32_t from, to;
    span_of(x, out_width, area.x, area.width, &from, &to);
    to = (to + unit - 1) / unit;
    spans->from[x] = from / unit - spans->left;
    spans->to[x] = (to < spans->right ? to : spans->right) - spans->left;
  }
  return true;
}

/* `rgb` begins where the area does. */
static void add_row(const uint8_t *rgb, const struct spans *spans, int out_width, uint32_t *sums) {
  for (int x = 0; x < out_width; x++)
    for (int32_t from = spans->from[x]; from < spans->to[x]; from++)
      for (int c = 0; c < 3; c++) sums[3 * x + c] += rgb[3 * (size_t)from + (size_t)c];
}

/* Whole numbers under 2^24 are divided exactly in float, and faster: the whole part of the rounded quotient is the
 * quotient. */
enum { MOST_IN_FLOAT = 1 << 16 };

static uint32_t mean_of(uint32_t sum, uint32_t n) {
  sum += n / 2;
  return n < MOST_IN_FLOAT ? (uint32_t)(int32_t)((float)(int32_t)sum / (float)(int32_t)n) : sum / n;
}

static void mean_row(const uint32_t *sums, const struct spans *spans, int out_width, uint32_t rows, uint32_t *pixels) {
  for (int x = 0; x < out_width; x++, sums += 3) {
    uint32_t n = (uint32_t)(spans->to[x] - spans->from[x]) * rows;
    pixels[x] = mean_of(sums[0], n) << 16 | mean_of(sums[1], n) << 8 | mean_of(sums[2], n);
  }
}

/* ---- much smaller: means of the planes, turned into a colour once a pixel ---- */

/* So many rows of bytes add up to less than 2^16. */
enum { MOST_ROWS = 256 };

/* Sums of the columns of rows first..end - 1, at most MOST_ROWS. */
static void add_rows(const struct plane *plane, const struct spans *spans, int32_t first, int32_t end,
                     uint16_t *restrict sums) {
  int32_t count = spans->right - spans->left;
  memset(sums, 0, (size_t)count * sizeof *sums);
  int32_t y = first;
  for (; y + 4 <= end; y += 4) {
    const uint8_t *restrict a = plane->pixels + (size_t)y * plane->stride + spans->left;
    const uint8_t *restrict b = a + plane->stride, *restrict c = b + plane->stride, *restrict d = c + plane->stride;
    for (int32_t x = 0; x < count; x++) sums[x] = (uint16_t)(sums[x] + a[x] + b[x] + c[x] + d[x]);
  }
  for (; y < end; y++) {
    const uint8_t *restrict row = plane->pixels + (size_t)y * plane->stride + spans->left;
    for (int32_t x = 0; x < count; x++) sums[x] = (uint16_t)(sums[x] + row[x]);
  }
}

/* Adds to each total the sums of its span: what all up to its end add up to, less what those before it do. `running`
 * has room for one more than there are sums. They may wrap: what is left is right all the same. */
static void add_spans(const uint16_t *restrict sums, const struct spans *spans, int out_width,
                      uint32_t *restrict running, uint32_t *restrict totals) {
  uint32_t sum = 0;
  for (int32_t i = 0; i < spans->right - spans->left; i++) running[i] = sum, sum += sums[i];
  running[spans->right - spans->left] = sum;
  for (int x = 0; x < out_width; x++) totals[x] += running[spans->to[x]] - running[spans->from[x]];
}

static void divide(const uint32_t *restrict totals, const struct spans *spans, int out_width, int32_t rows,
                   uint8_t *restrict means) {
  const int32_t *restrict from = spans->from, *restrict to = spans->to;
  for (int x = 0; x < out_width; x++) {
    int32_t n = (to[x] - from[x]) * rows;
    means[x] = (uint8_t)((float)(int32_t)(totals[x] + (uint32_t)n / 2) / (float)n);
  }
}

/* The same of any. */
static void divide_large(const uint32_t *totals, const struct spans *spans, int out_width, int32_t rows,
                         uint8_t *means) {
  for (int x = 0; x < out_width; x++) {
    uint32_t n = (uint32_t)(spans->to[x] - spans->from[x]) * (uint32_t)rows;
    means[x] = (uint8_t)mean_of(totals[x], n);
  }
}

/* Room for what a row of the picture is made of. */
struct row_work {
  uint16_t *sums;             /* of columns of the image */
  uint32_t *running, *totals; /* one more than columns; pixels of the row */
};

/* Means of one plane over the spans of one row of the picture. */
static void mean_values(const struct plane *plane, int unit, const struct spans *spans, int out_width, int32_t top,
                        int32_t bottom, const struct row_work *work, uint8_t *means) {
  int32_t first = top / unit, end = (bottom + unit - 1) / unit;
  if (end > plane->height) end = plane->height;
  memset(work->totals, 0, (size_t)out_width * sizeof *work->totals);
  for (int32_t y = first; y < end; y += MOST_ROWS) {
    add_rows(plane, spans, y, end - y < MOST_ROWS ? end : y + MOST_ROWS, work->sums);
    add_spans(work->sums, spans, out_width, work->running, work->totals);
  }
  int64_t widest = (spans->right - spans->left) / out_width + 2;
  if (widest * (end - first) < MOST_IN_FLOAT)
    divide(work->totals, spans, out_width, end - first, means);
  else
    divide_large(work->totals, spans, out_width, end - first, means);
}

static bool reduce_image(const struct image *image, struct picture_area area, int out_width, int out_height,
                         cairo_surface_t *surface) {
  size_t width = (size_t)out_width;
  uint8_t *means = malloc(6 * width), *rgb = means + 3 * width;
  uint32_t *memory = malloc((width + (size_t)image->width + 1) * sizeof *memory);
  const struct row_work work = {malloc((size_t)image->width * sizeof *work.sums), memory, memory + image->width + 1};
  struct spans spans[2] = {{.from = NULL}};
  bool good = means && work.sums && memory && spans_make(image->width, 1, area, out_width, &spans[0]);
  if (good && image->colour) good = spans_make(image->planes[1].width, 2, area, out_width, &spans[1]);
  for (int y = 0; good && y < out_height; y++) {
    int32_t from, to;
    span_of(y, out_height, area.y, area.height, &from, &to);
    uint32_t *pixels = surface_row(surface, y);
    for (int i = 0; i < (image->colour ? 3 : 1); i++)
      mean_values(&image->planes[i], i ? 2 : 1, &spans[i > 0], out_width, from, to, &work, means + (size_t)i * width);
    if (image->colour) colour_ycbcr_row(means, means + width, means + 2 * width, width, rgb);
    for (size_t x = 0; x < width; x++)
      pixels[x] = image->colour ? (uint32_t)rgb[3 * x] << 16 | (uint32_t)rgb[3 * x + 1] << 8 | rgb[3 * x + 2]
                                : 0x010101u * means[x];
  }
  free(means);
  free(work.sums);
  free(memory);
  free(spans[0].from);
  free(spans[1].from);
  return good;
}

/* ---- any size: from the pixels' colours ---- */

static bool draw_image(const struct image *image, struct picture_area area, int out_width, int out_height,
                       cairo_surface_t *surface) {
  uint8_t *rgb = calloc((size_t)area.width, 3);
  uint32_t *sums = calloc((size_t)out_width, 3 * sizeof *sums);
  struct spans spans;
  bool good = spans_make(image->width, 1, area, out_width, &spans) && rgb && sums;
  int32_t from = -1, to = -1;
  for (int y = 0; good && y < out_height; y++) {
    const int32_t drawn_from = from, drawn_to = to;
    span_of(y, out_height, area.y, area.height, &from, &to);
    if (from == drawn_from && to == drawn_to) {
      memcpy(surface_row(surface, y), surface_row(surface, y - 1), (size_t)out_width * sizeof(uint32_t));
      continue;
    }
    memset(sums, 0, 3 * (size_t)out_width * sizeof *sums);
    for (int32_t row = from; row < to; row++) {
      image_rgb_part(image, area.x, row, area.width, rgb);
      add_row(rgb, &spans, out_width, sums);
    }
    mean_row(sums, &spans, out_width, (uint32_t)(to - from), surface_row(surface, y));
  }
  free(rgb);
  free(sums);
  free(spans.from);
  return good;
}

cairo_surface_t *picture_of_image(const struct image *image, struct picture_area area, int out_width, int out_height) {
  cairo_surface_t *surface = new_surface(out_width, out_height);
  if (!surface) return NULL;
  bool smaller = area.width >= 2 * out_width && area.height >= 2 * out_height;
  if (!(smaller ? reduce_image : draw_image)(image, area, out_width, out_height, surface)) {
    cairo_surface_destroy(surface);
    return NULL;
  }
  cairo_surface_mark_dirty(surface);
  return surface;
}

/* Largest values of each column. */
static void largest_row(const uint8_t *restrict row, int32_t count, uint8_t *restrict largest) {
  for (int32_t x = 0; x < count; x++) largest[x] = row[x] > largest[x] ? row[x] : largest[x];
}

cairo_surface_t *picture_of_map(const struct plane *map, struct picture_area area, int out_width, int out_height) {
  cairo_surface_t *surface = new_surface(out_width, out_height);
  if (!surface) return NULL;
  uint32_t colours[256];
  uint8_t *columns = malloc((size_t)area.width);
  struct spans spans;
  if (!spans_make(map->width, 1, area, out_width, &spans) || !columns) {
    free(columns);
    free(spans.from);
    cairo_surface_destroy(surface);
    return NULL;
  }
  for (int i = 0; i < 256; i++) colours[i] = picture_map_colour((double)i / INSPECT_MAP_UNIT);
  for (int y = 0; y < out_height; y++) {
    int32_t top, bottom;
    span_of(y, out_height, area.y, area.height, &top, &bottom);
    uint32_t *pixels = surface_row(surface, y);
    memset(columns, 0, (size_t)area.width);
    for (int32_t row = top; row < bottom; row++)
      largest_row(map->pixels + (size_t)row * map->stride + area.x, area.width, columns);
    for (int x = 0; x < out_width; x++) {
      uint8_t largest = 0;
      for (int32_t at = spans.from[x]; at < spans.to[x]; at++)
        if (columns[at] > largest) largest = columns[at];
      pixels[x] = colours[largest];
    }
  }
  free(columns);
  free(spans.from);
  cairo_surface_mark_dirty(surface);
  return surface;
}
