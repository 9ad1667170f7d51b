#include "cli/bench/group_photos.h"

#include "cli/drawing.h"
#include "datasets/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FINE = GROUP_ART_FINE, MARGIN = GROUP_ART_MARGIN };

/* ---- the product ---- */

struct rgb {
  double v[3];
};

static void fill(struct group_art *art, double x, double y, double width, double height, struct rgb colour) {
  int left = (int)floor((x + MARGIN) * FINE + 0.5), top = (int)floor((y + MARGIN) * FINE + 0.5);
  int right = left + (int)floor(width * FINE + 0.5), bottom = top + (int)floor(height * FINE + 0.5);
  for (int j = top < 0 ? 0 : top; j < bottom && j < art->height; j++)
    for (int i = left < 0 ? 0 : left; i < right && i < art->width; i++)
      for (int k = 0; k < 3; k++)
        art->rgb[((size_t)j * (size_t)art->width + (size_t)i) * 3 + (size_t)k] = (float)colour.v[k];
}

/* Lines of words: bars of uneven length. */
static void letter(struct group_art *art, double x, double y, double width, double height, uint64_t seed,
                   struct rgb ink) {
  struct draws draws = {seed};
  for (double line = y; line + 5 < y + height; line += 9)
    for (double at = x; at + 4 < x + width;) {
      double length = draw_even(&draws, 2, 7), rise = draw_even(&draws, 4, 6);
      fill(art, at, line + 6 - rise, length < x + width - at ? length : x + width - at, rise, ink);
      at += length + draw_even(&draws, 1.5, 3);
    }
}

static double lab_f(double t) {
  return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static double lab_inverse(double f) {
  return f * f * f > 216.0 / 24389 ? f * f * f : (116 * f - 16) * 27 / 24389;
}

/* Linear sRGB to XYZ over the white of D65 (IEC 61966-2-1), and back. */
static const double TO_XYZ[3][3] = {{0.433891, 0.376235, 0.189874},
                                    {0.212639, 0.715169, 0.072192},
                                    {0.017725, 0.109475, 0.872800}},
                    FROM_XYZ[3][3] = {{3.080089, -1.537138, -0.542951},
                                      {-0.921259, 1.876011, 0.045248},
                                      {0.052886, -0.203977, 1.151091}};

static void times(const double m[3][3], const double from[3], double to[3]) {
  for (int i = 0; i < 3; i++) to[i] = m[i][0] * from[0] + m[i][1] * from[1] + m[i][2] * from[2];
}

/* A colour moved by delta_e in Lab (CIE 1976), in equal parts of L*, a* and b*. */
static struct rgb moved(struct rgb colour, double delta_e) {
  double linear[3], xyz[3], f[3], step = delta_e / sqrt(3);
  for (int k = 0; k < 3; k++) linear[k] = number_to_linear(colour.v[k] / 255);
  times(TO_XYZ, linear, xyz);
  for (int k = 0; k < 3; k++) f[k] = lab_f(xyz[k]);
  double l = 116 * f[1] - 16 + step, a = 500 * (f[0] - f[1]) + step, b = 200 * (f[1] - f[2]) + step;
  f[1] = (l + 16) / 116, f[0] = f[1] + a / 500, f[2] = f[1] - b / 200;
  for (int k = 0; k < 3; k++) xyz[k] = lab_inverse(f[k]);
  times(FROM_XYZ, xyz, linear);
  for (int k = 0; k < 3; k++) colour.v[k] = 255 * number_to_srgb(linear[k]);
  return colour;
}

enum status group_art_draw(const struct group_drift *drift, struct group_art *art, struct fault *fault) {
  art->width = (GROUP_PHOTO_WIDTH + 2 * MARGIN) * FINE, art->height = (GROUP_PHOTO_HEIGHT + 2 * MARGIN) * FINE;
  art->rgb = calloc((size_t)art->width * (size_t)art->height * 3, sizeof *art->rgb);
  if (!art->rgb) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  const struct rgb body = {{196, 188, 172}}, ink = {{40, 52, 70}}, patch = {{150, 118, 92}}, paper = {{226, 226, 220}},
                   red = {{172, 44, 40}};
  fill(art, -MARGIN, -MARGIN, GROUP_PHOTO_WIDTH + 2 * MARGIN, GROUP_PHOTO_HEIGHT + 2 * MARGIN, body);
  letter(art, 14, 12, 110, 66, 11, ink);
  letter(art, 14, 112, 226, 66, 12, ink);
  fill(art, 140, 12, 100, 16, red);
  fill(art, 20, 84, 64, 24, moved(patch, drift->zone_delta_e));
  double x = 140 + drift->label_px;
  fill(art, x, 52, 52, 32, paper);
  letter(art, x + 5, 56, 42, 24, 13, ink);
  return STATUS_OK;
}

void group_art_free(struct group_art *art) {
  free(art->rgb);
  memset(art, 0, sizeof *art);
}

/* ---- the photo ---- */

struct shot {
  double turn, scale, x, y, gain, slope_x, slope_y, cast[3];
  struct draws draws;
};

/* Mean of the art over a square of side `side` at (x, y), by 2 x 2 bilinear samples. */
static void look(const struct group_art *art, const struct shot *shot, double x, double y, double side,
                 double colour[3]) {
  double u = x - 0.5 * GROUP_PHOTO_WIDTH, v = y - 0.5 * GROUP_PHOTO_HEIGHT;
  double px = 0.5 * GROUP_PHOTO_WIDTH + shot->x + shot->scale * (u - shot->turn * v),
         py = 0.5 * GROUP_PHOTO_HEIGHT + shot->y + shot->scale * (v + shot->turn * u);
  for (int k = 0; k < 3; k++) colour[k] = 0;
  for (int n = 0; n < 4; n++) {
    double cx = (px + MARGIN + side * (0.25 + 0.5 * (n % 2))) * FINE - 0.5,
           cy = (py + MARGIN + side * (0.25 + 0.5 * (n / 2))) * FINE - 0.5;
    cx = fmin(fmax(cx, 0), art->width - 2), cy = fmin(fmax(cy, 0), art->height - 2);
    int ix = (int)cx, iy = (int)cy;
    double fx = cx - ix, fy = cy - iy;
    const float *a = art->rgb + ((size_t)iy * (size_t)art->width + (size_t)ix) * 3, *b = a + (size_t)art->width * 3;
    for (int k = 0; k < 3; k++)
      colour[k] += 0.25 * ((1 - fy) * ((1 - fx) * (double)a[k] + fx * (double)a[k + 3]) +
                           fy * ((1 - fx) * (double)b[k] + fx * (double)b[k + 3]));
  }
}

static struct shot shot_of(uint64_t unit) {
  struct shot shot = {.scale = 1, .gain = 1, .cast = {1, 1, 1}, .draws = {0x9e3779b97f4a7c15U * (unit + 1)}};
  if (!unit) return shot;
  struct draws *d = &shot.draws;
  for (int i = 0; i < 4; i++) draw_even(d, 0, 1);
  shot.turn = draw_even(d, -0.01, 0.01), shot.scale = draw_even(d, 0.985, 1.005);
  shot.x = draw_even(d, -3, 3), shot.y = draw_even(d, -3, 3);
  shot.gain = draw_even(d, 0.93, 1.05);
  shot.slope_x = draw_even(d, -0.05, 0.05), shot.slope_y = draw_even(d, -0.05, 0.05);
  for (int k = 0; k < 3; k++) shot.cast[k] = draw_even(d, 0.985, 1.015);
  return shot;
}

enum status group_photo_take(const struct group_art *art, const struct group_view *view, uint64_t unit,
                             struct photo *photo, struct fault *fault) {
  enum { HEAD = 32 };
  static const double NOISE = 2;
  int width = GROUP_PHOTO_WIDTH * view->size, height = GROUP_PHOTO_HEIGHT * view->size;
  size_t pixels = (size_t)width * (size_t)height, size = HEAD + 3 * pixels;
  uint8_t *bytes = malloc(size);
  if (!bytes) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  size_t at = (size_t)snprintf((char *)bytes, HEAD, "P6\n%d %d\n255\n", width, height);
  struct shot shot = shot_of(unit);
  double side = view->field / view->size;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      double light =
          shot.gain * (1 + shot.slope_x * ((double)x / width - 0.5) + shot.slope_y * ((double)y / height - 0.5));
      double grain = draw_normal(&shot.draws), colour[3];
      look(art, &shot, side * (x - 0.5 * width) + 0.5 * GROUP_PHOTO_WIDTH,
           side * (y - 0.5 * height) + 0.5 * GROUP_PHOTO_HEIGHT, side, colour);
      for (int k = 0; k < 3; k++) {
        double v = (colour[k] + 14.025) * light * shot.cast[k] - 14.025 + grain + NOISE * draw_normal(&shot.draws);
        v = floor(v + 0.5);
        bytes[at++] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
      }
    }
  *photo = (struct photo){.bytes = bytes, .size = at};
  return STATUS_OK;
}
