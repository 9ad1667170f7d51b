#include "engine/colour.h"
#include "engine/colour_profile.h"
#include "engine/decode_formats.h"

#include <stdlib.h>

enum status raster_reserve(struct raster *raster, int64_t width, int64_t height, int channels, struct fault *fault) {
  raster->width = (int32_t)width, raster->height = (int32_t)height, raster->channels = channels;
  const size_t size = (size_t)width * (size_t)height * (size_t)channels;
  raster->pixels = malloc(size);
  if (!raster->pixels) return fault_set(fault, STATUS_MEMORY, "out of memory: the photo needs %zu bytes", size);
  return STATUS_OK;
}

void raster_free(struct raster *raster) {
  free(raster->pixels);
  *raster = (struct raster){0};
}

/* The raster seen as turned: how many bytes to go for one pixel to the right and one down. */
struct view {
  const uint8_t *origin;
  ptrdiff_t right, down;
};

static struct view view_of(const struct raster *raster, struct turn turn) {
  struct view view = {raster->pixels, raster->channels, (ptrdiff_t)raster->width * raster->channels};
  if (turn.mirror_x) view.origin += view.right * (raster->width - 1), view.right = -view.right;
  if (turn.mirror_y) view.origin += view.down * (raster->height - 1), view.down = -view.down;
  if (turn.exchange) {
    const ptrdiff_t right = view.right;
    view.right = view.down, view.down = right;
  }
  return view;
}

/* One row of chroma from two rows of pixels, from chroma column i0 to i1; the last column stands for the one missing.
 * `right` is that of the view, given apart so that it can be a constant. */
static inline void chroma_row(struct view view, ptrdiff_t right, const struct image *image, int32_t j, int32_t i0,
                              int32_t i1) {
  const uint8_t *above = view.origin + 2 * j * view.down;
  const uint8_t *below = 2 * j + 1 < image->height ? above + view.down : above;
  uint8_t *cb = image->planes[1].pixels + (size_t)j * image->planes[1].stride;
  uint8_t *cr = image->planes[2].pixels + (size_t)j * image->planes[2].stride;
  for (int32_t i = i0; i < i1; i++) {
    const ptrdiff_t left = 2 * i * right, next = 2 * i + 1 < image->width ? left + right : left;
    const uint8_t *a = above + left, *b = above + next, *c = below + left, *d = below + next;
    colour_chroma_of_four(a[0] + b[0] + c[0] + d[0], a[1] + b[1] + c[1] + d[1], a[2] + b[2] + c[2] + d[2], cb + i,
                          cr + i);
  }
}

static inline void luma_row(struct view view, ptrdiff_t right, const struct image *image, int32_t y, int32_t x0,
                            int32_t x1) {
  const uint8_t *restrict in = view.origin + y * view.down;
  uint8_t *restrict out = image->planes[0].pixels + (size_t)y * image->planes[0].stride;
  for (int32_t x = x0; x < x1; x++) {
    const uint8_t *pixel = in + x * right;
    out[x] = colour_luma(pixel[0], pixel[1], pixel[2]);
  }
}

static void grey_row(struct view view, const struct image *image, int32_t y, int32_t x0, int32_t x1) {
  const uint8_t *in = view.origin + y * view.down;
  uint8_t *out = image->planes[0].pixels + (size_t)y * image->planes[0].stride;
  for (int32_t x = x0; x < x1; x++) out[x] = in[x * view.right];
}

static inline void colour_tile(struct view view, ptrdiff_t right, const struct image *image, int32_t x0, int32_t x1,
                               int32_t y0, int32_t y1) {
  for (int32_t y = y0; y < y1; y++) luma_row(view, right, image, y, x0, x1);
  for (int32_t j = y0 / 2; j < (y1 + 1) / 2; j++) chroma_row(view, right, image, j, x0 / 2, (x1 + 1) / 2);
}

static int32_t least(int32_t a, int32_t b) {
  return a < b ? a : b;
}

/* In tiles, so that a turned photo is read by cache lines too. */
enum { TILE = 64 };

static void fill_planes(struct view view, struct image *image) {
  for (int32_t y0 = 0; y0 < image->height; y0 += TILE)
    for (int32_t x0 = 0; x0 < image->width; x0 += TILE) {
      const int32_t y1 = least(y0 + TILE, image->height), x1 = least(x0 + TILE, image->width);
      if (!image->colour)
        for (int32_t y = y0; y < y1; y++) grey_row(view, image, y, x0, x1);
      else if (view.right == 3)
        colour_tile(view, 3, image, x0, x1, y0, y1);
      else
        colour_tile(view, view.right, image, x0, x1, y0, y1);
    }
}

enum status raster_finish(struct raster *raster, const struct header *header, struct image *image,
                          struct fault *fault) {
  const size_t pixels = (size_t)raster->width * (size_t)raster->height;
  enum status status = STATUS_OK;
  if (header->profile)
    status = profile_apply(header->profile, header->profile_size, raster->pixels, raster->channels, pixels, fault);
  else if (raster->channels == 4)
    colour_cmyk_to_rgb(raster->pixels, raster->pixels, pixels);
  if (status) return status;
  if (raster->channels == 4) raster->channels = 3;

  const struct turn turn = turn_of(header->orientation);
  const int32_t width = turn.exchange ? raster->height : raster->width;
  const int32_t height = turn.exchange ? raster->width : raster->height;
  status = image_reserve(image, width, height, raster->channels == 3, fault);
  if (status) return status;
  fill_planes(view_of(raster, turn), image);
  return STATUS_OK;
}
