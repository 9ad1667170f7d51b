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
    curve->value[v] = (uint8_t)floor(value + 0.5);
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

void curve_apply(const struct curve *curve, struct image *image) {
  if (!image->colour) {
    apply_grey(curve, &image->planes[0]);
    return;
  }
  for (int32_t j = 0; j < image->planes[1].height; j++)
    for (int32_t i = 0; i < image->planes[1].width; i++) apply_four(curve, image, i, j);
}
