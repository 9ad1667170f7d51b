#include "engine/curve.h"

#include "engine/cielab.h"
#include "engine/colour.h"
#include "kernels/math.h"

/* Where photos have their values: what a curve does beyond is not seen. */
enum { FIRST = 24, LAST = 232 };

/* ln of a value's light on the golden's curve. */
static double straightened(const struct tone *curve, int value) {
  return tone_undo(curve, 0, 0, 0, math_log(cielab_light(value) + TONE_FLOOR));
}

double curve_of_tone(const struct tone *tone, struct curve *curve) {
  struct tone plain = tone_none(1, 1);
  plain.contrast = tone->contrast, plain.bend = tone->bend;
  plain.level[0] = (tone->level[0] + tone->level[1] + tone->level[2]) / 3;
  /* The brightest stays, so that nothing is driven out of the range. */
  double stays = math_log(cielab_light(LAST) + TONE_FLOOR) - straightened(&plain, LAST), most = 0;
  for (int v = 0; v < 256; v++) {
    double value = cielab_value(math_exp(straightened(&plain, v) + stays) - TONE_FLOOR);
    double change = value < v ? v - value : value - v;
    curve->value[v] = (uint8_t)floor(value + 0.5), curve->exact[v] = value;
    if (v >= FIRST && v <= LAST && change > most) most = change;
  }
  return most;
}

static void apply_grey(const struct curve *curve, struct plane *plane) {
  for (int32_t y = 0; y < plane->height; y++) {
    uint8_t *row = plane->pixels + (size_t)y * plane->stride;
    for (int32_t x = 0; x < plane->width; x++) row[x] = curve->value[row[x]];
  }
}

/* Up to four pixels that share their chroma. */
static void apply_four(const struct curve *curve, struct image *image, int32_t i, int32_t j) {
  struct plane *luma = &image->planes[0];
  uint8_t *cb = image->planes[1].pixels + (size_t)j * image->planes[1].stride + i;
  uint8_t *cr = image->planes[2].pixels + (size_t)j * image->planes[2].stride + i;
  int sum[3] = {0, 0, 0};
  int32_t right = 2 * i + 1 < luma->width ? 1 : 0, down = 2 * j + 1 < luma->height ? 1 : 0;
  uint8_t *here = luma->pixels + (size_t)(2 * j) * luma->stride + 2 * i, four[4];
  for (int k = 0; k < 4; k++) {
    uint8_t rgb[3];
    colour_ycbcr_to_rgb(here[(size_t)(k / 2 * down) * luma->stride + (size_t)(k % 2 * right)], *cb, *cr, rgb);
    for (int c = 0; c < 3; c++) rgb[c] = curve->value[rgb[c]], sum[c] += rgb[c];
    four[k] = colour_luma(rgb[0], rgb[1], rgb[2]);
  }
  for (int k = 0; k < 4; k++) here[(size_t)(k / 2 * down) * luma->stride + (size_t)(k % 2 * right)] = four[k];
  colour_chroma_of_four(sum[0], sum[1], sum[2], cb, cr);
}

/* What a value that lies between whole levels becomes. */
static double between(const struct curve *curve, double value) {
  if (!(value > 0)) return curve->exact[0];
  if (value >= 255) return curve->exact[255];
  int v = (int)value;
  return curve->exact[v] + (value - v) * (curve->exact[v + 1] - curve->exact[v]);
}

/* Every so many samples of a square's chroma tell its mean. */
enum { EVERY = 2 };

/* Part of an image that has one fraction: chroma samples from (left, top) to before (right, bottom). */
struct square {
  int32_t left, top, right, bottom;
  double fraction[3];
};

/* Sums of Y, Cb, Cr over some of a square's samples: as they are, or, `curve`, as they would be behind it if none were
 * rounded. */
static int sum_square(const struct curve *curve, const struct image *image, const struct square *s, double sum[3]) {
  int count = 0;
  for (int k = 0; k < 3; k++) sum[k] = 0;
  for (int32_t j = s->top; j < s->bottom; j += EVERY)
    for (int32_t i = s->left; i < s->right; i += EVERY, count++) {
      double ycc[3] = {0, 0, 0}, rgb[3];
      for (int k = 0; k < 3; k++) {
        const struct plane *plane = &image->planes[k];
        ycc[k] = plane->pixels[(size_t)(k ? j : 2 * j) * plane->stride + (size_t)(k ? i : 2 * i)];
      }
      if (curve) {
        for (int k = 0; k < 3; k++) ycc[k] += s->fraction[k];
        image_rgb_of(ycc[0], ycc[1] - 128, ycc[2] - 128, rgb);
        for (int c = 0; c < 3; c++) rgb[c] = between(curve, rgb[c]);
        image_ycc_of(rgb, ycc);
        ycc[1] += 128, ycc[2] += 128;
      }
      for (int k = 0; k < 3; k++) sum[k] += ycc[k];
    }
  return count;
}

static void apply_square(const struct curve *curve, struct image *image, int32_t x, int32_t y) {
  const int32_t side = IMAGE_FRACTION_SIDE / image->reduction / 2, width = image->planes[1].width;
  const int32_t height = image->planes[1].height;
  struct square s = {.left = side * x, .top = side * y};
  uint8_t *fraction[3];
  double exact[3], rounded[3];
  s.right = s.left + side < width ? s.left + side : width, s.bottom = s.top + side < height ? s.top + side : height;
  for (int k = 0; k < 3; k++) {
    fraction[k] = image->fraction[k].pixels + (size_t)y * image->fraction[k].stride + (size_t)x;
    s.fraction[k] = (*fraction[k] - 128.0) / IMAGE_FRACTION_UNIT;
  }
  sum_square(curve, image, &s, exact);
  for (int32_t j = s.top; j < s.bottom; j++)
    for (int32_t i = s.left; i < s.right; i++) apply_four(curve, image, i, j);
  int count = sum_square(NULL, image, &s, rounded);
  for (int k = 0; k < 3; k++) {
    double off = 128.5 + IMAGE_FRACTION_UNIT * (exact[k] - rounded[k]) / (count ? count : 1);
    *fraction[k] = (uint8_t)(off < 0 ? 0 : off > 255 ? 255 : off);
  }
}

void curve_apply(const struct curve *curve, struct image *image) {
  image->full = between(curve, image->full);
  if (!image->colour) {
    apply_grey(curve, &image->planes[0]);
    return;
  }
  for (int32_t y = 0; y < image->fraction[0].height && image->fractions; y++)
    for (int32_t x = 0; x < image->fraction[0].width; x++) apply_square(curve, image, x, y);
  for (int32_t j = 0; j < image->planes[1].height && !image->fractions; j++)
    for (int32_t i = 0; i < image->planes[1].width; i++) apply_four(curve, image, i, j);
}
