#include "engine/decode_jpeg.h"
#include "engine/dither.h"

#include <math.h>

/* Steps of first coefficients that are finer, grey levels, leave little unknown. */
static const double COARSE = 1;

static bool is_even(const JCOEF *block) {
  int any = 0;
  for (int i = 1; i < DCTSIZE2; i++) any |= block[i];
  return !any;
}

static void read_levels(struct jpeg_decompress_struct *jpeg, jvirt_barray_ptr blocks, int32_t width, int32_t height,
                        int16_t *level) {
  for (int32_t y = 0; y < height; y++) {
    JBLOCKARRAY rows = jpeg->mem->access_virt_barray((j_common_ptr)jpeg, blocks, (JDIMENSION)y, 1, FALSE);
    for (int32_t x = 0; x < width; x++) *level++ = is_even(rows[0][x]) ? rows[0][x][0] : DITHER_UNEVEN;
  }
}

static void add_to_fractions(const struct dither *d, struct turn turn, double step, const struct plane *out) {
  for (int32_t y = 0; y < d->height; y++)
    for (int32_t x = 0; x < d->width; x++) {
      int32_t at[2];
      jpeg_turn_square(turn, d->width, d->height, x, y, at);
      uint8_t *fraction = out->pixels + (size_t)at[1] * out->stride + (size_t)at[0];
      const double value = *fraction + rint(IMAGE_FRACTION_UNIT * step * dither_at(d, x, y));
      *fraction = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

/* One block of the component is one square of the fractions. */
static bool fits_squares(const struct jpeg_decompress_struct *jpeg, const jpeg_component_info *component) {
  return 2 * component->h_samp_factor == jpeg->max_h_samp_factor &&
         2 * component->v_samp_factor == jpeg->max_v_samp_factor;
}

void jpeg_read_dither(struct jpeg_reader *reader) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  const int32_t width = (int32_t)(jpeg->image_width / IMAGE_FRACTION_SIDE);
  const int32_t height = (int32_t)(jpeg->image_height / IMAGE_FRACTION_SIDE);
  for (int i = 1; i < jpeg->num_components && width > 0 && height > 0; i++) {
    const jpeg_component_info *component = &jpeg->comp_info[i];
    const double step = component->quant_table ? (double)component->quant_table->quantval[0] / DCTSIZE : 0;
    if (step < COARSE || !fits_squares(jpeg, component)) continue;
    int16_t *level =
        jpeg->mem->alloc_large((j_common_ptr)jpeg, JPOOL_IMAGE, (size_t)width * (size_t)height * sizeof *level);
    struct dither dither;
    read_levels(jpeg, reader->coefficients[i], width, height, level);
    dither_open(width, height, level, step, &dither);
    add_to_fractions(&dither, turn_of(reader->header->orientation), step, &reader->image->fraction[i]);
  }
}
