#include "engine/read/window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* cos and sin of an eighth of a turn. */
static const double SLANT = 0.7071067811865476;

/* Keys' weights of the four pixels around a place, `t` behind the second. */
static void weights(double t, double w[4]) {
  double u = 1 - t;
  w[0] = -0.5 * t * u * u;
  w[1] = 1 + t * t * (1.5 * t - 2.5);
  w[2] = 1 + u * u * (1.5 * u - 2.5);
  w[3] = -0.5 * u * t * t;
}

static int32_t within(int32_t i, int32_t size) {
  return i < 0 ? 0 : i >= size ? size - 1 : i;
}

static double sample(const struct plane *luma, double x, double y) {
  double left = floor(x), top = floor(y), wx[4], wy[4], sum = 0;
  weights(x - left, wx), weights(y - top, wy);
  for (int j = 0; j < 4; j++) {
    const uint8_t *row = luma->pixels + (size_t)within((int32_t)top - 1 + j, luma->height) * luma->stride;
    double across = 0;
    for (int i = 0; i < 4; i++) across += wx[i] * row[within((int32_t)left - 1 + i, luma->width)];
    sum += wy[j] * across;
  }
  return sum;
}

/* Where a golden place lies in the photo. False where it cannot be anywhere in it. */
static bool place(const struct placement *placement, double x, double y, struct pose_point *at) {
  enum { FARTHEST = 1 << 20 };
  *at = (struct pose_point){x, y};
  if (placement) {
    struct pose_point d = placement_displacement(placement, x, y);
    if (!pose_apply(&placement->pose, x + d.x, y + d.y, at)) return false;
  }
  return fabs(at->x) < FARTHEST && fabs(at->y) < FARTHEST;
}

static struct pose_point golden_at(const struct window *window, const struct plane *plane, double scale, double x,
                                   double y) {
  double u = (x - 0.5 * (plane->width - 1)) / scale, v = (y - 0.5 * (plane->height - 1)) / scale;
  if (!window->slanted) return (struct pose_point){window->middle[0] + u, window->middle[1] + v};
  return (struct pose_point){window->middle[0] + SLANT * (u - v), window->middle[1] + SLANT * (u + v)};
}

struct pose_point window_golden(const struct window *window, const struct window_picture *picture, double x, double y) {
  return golden_at(window, &picture->plane, picture->scale, x, y);
}

static enum status reserve(const struct window *window, struct window_picture *picture, struct fault *fault) {
  double width = window->size[0], height = window->size[1];
  if (window->slanted) width = height = SLANT * (window->size[0] + window->size[1]);
  double scale = window->scale, most = sqrt(WINDOW_MOST_PIXELS / (width * height));
  if (scale > most) scale = most;
  /* A long, narrow window stays within what a picture's side may be, too. */
  double longer = width > height ? width : height;
  if (scale * longer > IMAGE_MAX_SIDE) scale = IMAGE_MAX_SIDE / longer;
  int32_t columns = (int32_t)ceil(scale * width), rows = (int32_t)ceil(scale * height);
  picture->scale = scale;
  picture->plane.width = columns < 1 ? 1 : columns;
  picture->plane.height = rows < 1 ? 1 : rows;
  picture->plane.stride = (size_t)picture->plane.width;
  size_t need = picture->plane.stride * (size_t)picture->plane.height;
  if (need <= picture->room) return STATUS_OK;
  uint8_t *pixels = malloc(need);
  if (!pixels) return fault_set(fault, STATUS_MEMORY, "zone: out of memory");
  free(picture->plane.pixels);
  picture->plane.pixels = pixels, picture->room = need;
  return STATUS_OK;
}

/* Samples a side for each pixel of the picture, so that none of the photo's is passed over. */
static int samples_of(const struct window *window, const struct placement *placement, double scale) {
  double photo = placement ? pose_scale_at(&placement->pose, window->middle[0], window->middle[1]) : 1;
  double step = ceil(photo / scale - 0.01);
  return step < 1 ? 1 : step > 8 ? 8 : (int)step;
}

enum status window_take(const struct window *window, const struct plane *luma, const struct placement *placement,
                        struct window_picture *picture, struct fault *fault) {
  enum status status = reserve(window, picture, fault);
  if (status) return status;
  struct plane *plane = &picture->plane;
  int n = samples_of(window, placement, picture->scale);
  size_t seen = 0;
  for (int32_t y = 0; y < plane->height; y++)
    for (int32_t x = 0; x < plane->width; x++) {
      double sum = 0;
      bool here = true;
      for (int k = 0; k < n * n; k++) {
        double sub_x = (k % n + 0.5) / n - 0.5, sub_y = (k / n + 0.5) / n - 0.5;
        struct pose_point golden = golden_at(window, plane, picture->scale, x + sub_x, y + sub_y), at;
        here = here && place(placement, golden.x, golden.y, &at) && at.x >= -0.5 && at.y >= -0.5 &&
               at.x <= luma->width - 0.5 && at.y <= luma->height - 0.5;
        if (place(placement, golden.x, golden.y, &at)) sum += sample(luma, at.x, at.y);
      }
      double value = floor(sum / (n * n) + 0.5);
      plane->pixels[(size_t)y * plane->stride + (size_t)x] = value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
      seen += here;
    }
  picture->seen = (double)seen / ((double)plane->width * plane->height);
  return STATUS_OK;
}

void window_free(struct window_picture *picture) {
  free(picture->plane.pixels);
  *picture = (struct window_picture){.room = 0};
}
