#include "engine/decode_jpeg.h"

#include <string.h>

/* How many luma samples there are to one of a component, in the decoded (perhaps reduced) photo. */
struct ratio {
  int x, y;
};

static struct ratio ratio_of(const struct jpeg_decompress_struct *jpeg, const jpeg_component_info *component) {
  const int luma = jpeg->min_DCT_scaled_size, own = component->DCT_scaled_size;
  struct ratio ratio = {0, 0};
  if (jpeg->max_h_samp_factor * luma % (component->h_samp_factor * own) == 0)
    ratio.x = jpeg->max_h_samp_factor * luma / (component->h_samp_factor * own);
  if (jpeg->max_v_samp_factor * luma % (component->v_samp_factor * own) == 0)
    ratio.y = jpeg->max_v_samp_factor * luma / (component->v_samp_factor * own);
  return ratio;
}

static bool halves_or_doubles(int ratio) {
  return ratio == 1 || ratio == 2 || ratio == 4;
}

bool jpeg_has_planes(const struct jpeg_decompress_struct *jpeg) {
  const struct ratio luma = ratio_of(jpeg, &jpeg->comp_info[0]);
  if (luma.x != 1 || luma.y != 1) return false;
  if (jpeg->jpeg_color_space == JCS_GRAYSCALE) return true;
  if (jpeg->jpeg_color_space != JCS_YCbCr) return false;
  for (int i = 1; i < 3; i++) {
    const struct ratio ratio = ratio_of(jpeg, &jpeg->comp_info[i]);
    if (!halves_or_doubles(ratio.x) || !halves_or_doubles(ratio.y)) return false;
  }
  return true;
}

/* A strip is two rows of MCUs, so that it always holds pairs of rows. */
enum { MCU_ROWS = 2 };

/* One component of a strip. */
struct band {
  JSAMPARRAY rows;   /* as decoded, with room for whole blocks */
  JSAMPARRAY halved; /* chroma that is not at half size: brought there */
  struct ratio ratio;
  int32_t rows_per_mcu, width, height; /* height: of the whole component */
};

static void make_band(struct jpeg_decompress_struct *jpeg, int index, struct band *band) {
  const jpeg_component_info *component = &jpeg->comp_info[index];
  j_common_ptr common = (j_common_ptr)jpeg;
  band->rows_per_mcu = component->v_samp_factor * component->DCT_scaled_size;
  band->width = (int32_t)component->downsampled_width;
  band->height = (int32_t)component->downsampled_height;
  band->ratio = ratio_of(jpeg, component);
  const JDIMENSION room = component->width_in_blocks * (JDIMENSION)component->DCT_scaled_size;
  band->rows = jpeg->mem->alloc_sarray(common, JPOOL_IMAGE, room, (JDIMENSION)(MCU_ROWS * band->rows_per_mcu));
  if (index == 0 || (band->ratio.x == 2 && band->ratio.y == 2)) return;
  const int strip_rows = MCU_ROWS * jpeg->max_v_samp_factor * jpeg->min_DCT_scaled_size;
  band->halved =
      jpeg->mem->alloc_sarray(common, JPOOL_IMAGE, (jpeg->output_width + 1) / 2, (JDIMENSION)(strip_rows / 2));
}

/* Reads up to MCU_ROWS rows of MCUs into the bands; returns the number of luma rows they hold. */
static int32_t read_strip(struct jpeg_decompress_struct *jpeg, struct band bands[3]) {
  const int lines = jpeg->max_v_samp_factor * jpeg->min_DCT_scaled_size;
  const JDIMENSION first = jpeg->output_scanline;
  for (int m = 0; m < MCU_ROWS && jpeg->output_scanline < jpeg->output_height; m++) {
    JSAMPARRAY rows[3];
    for (int i = 0; i < jpeg->num_components; i++) rows[i] = bands[i].rows + m * bands[i].rows_per_mcu;
    jpeg_read_raw_data(jpeg, rows, (JDIMENSION)lines);
  }
  const JDIMENSION end = jpeg->output_scanline < jpeg->output_height ? jpeg->output_scanline : jpeg->output_height;
  return (int32_t)(end - first);
}

/* One row of half-width chroma from two rows at full, half or quarter width; means are exact and rounded half up. */
static void halve_rows(const uint8_t *a, const uint8_t *b, int32_t width, int ratio, uint8_t *out, int32_t out_width) {
  if (ratio == 1) {
    for (int32_t i = 0; i < width / 2; i++)
      out[i] = (uint8_t)((a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1] + 2) >> 2);
    if (width % 2) out[width / 2] = (uint8_t)((a[width - 1] + b[width - 1] + 1) >> 1);
  } else if (ratio == 2) {
    for (int32_t i = 0; i < out_width; i++) out[i] = (uint8_t)((a[i] + b[i] + 1) >> 1);
  } else {
    for (int32_t i = 0; i < out_width; i++) out[i] = (uint8_t)((a[i / 2] + b[i / 2] + 1) >> 1);
  }
}

/* The strip's chroma at half size, `count` rows of it; `rows` is how many decoded rows of the band are real. */
static JSAMPARRAY half_size(const struct band *band, int32_t rows, int32_t half_width, int32_t count) {
  if (!band->halved) return band->rows;
  for (int32_t j = 0; j < count; j++) {
    int32_t upper = band->ratio.y == 1 ? 2 * j : band->ratio.y == 2 ? j : j / 2;
    int32_t lower = band->ratio.y == 1 && upper + 1 < rows ? upper + 1 : upper;
    halve_rows(band->rows[upper], band->rows[lower], band->width, band->ratio.x, band->halved[j], half_width);
  }
  return band->halved;
}

static void place_strip(const struct jpeg_decompress_struct *jpeg, const struct band bands[3], struct turn turn,
                        int32_t y, int32_t count, struct image *image) {
  const int32_t width = (int32_t)jpeg->output_width, height = (int32_t)jpeg->output_height;
  turn_rows(turn, bands[0].rows, width, height, y, count, &image->planes[0]);
  const int32_t half_width = (width + 1) / 2, half_height = (height + 1) / 2, half_count = (count + 1) / 2;
  for (int i = 1; i < jpeg->num_components; i++) {
    // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): the ratio is 1, 2 or 4
    const int32_t left = bands[i].height - y / bands[i].ratio.y, room = MCU_ROWS * bands[i].rows_per_mcu;
    JSAMPARRAY rows = half_size(&bands[i], left < room ? left : room, half_width, half_count);
    turn_rows(turn, rows, half_width, half_height, y / 2, half_count, &image->planes[i]);
  }
}

void jpeg_read_planes(struct jpeg_reader *reader) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  const struct turn turn = turn_of(reader->header->orientation);
  jpeg->raw_data_out = TRUE;
  jpeg->out_color_space = jpeg->jpeg_color_space;
  jpeg_begin(reader);
  const int32_t width = (int32_t)jpeg->output_width, height = (int32_t)jpeg->output_height;
  const enum status status = image_reserve(reader->image, turn.exchange ? height : width,
                                           turn.exchange ? width : height, jpeg->num_components == 3, reader->fault);
  if (status) jpeg_leave(reader, status);
  if (reader->fractions) jpeg_begin_fractions(reader);
  struct band bands[3] = {0};
  for (int i = 0; i < jpeg->num_components; i++) make_band(jpeg, i, &bands[i]);
  for (int32_t y = 0; y < height;) {
    const int32_t count = read_strip(jpeg, bands);
    place_strip(jpeg, bands, turn, y, count, reader->image);
    if (reader->fractions) jpeg_read_fractions(reader, y, count);
    y += count;
  }
  if (reader->fractions) jpeg_read_dither(reader);
  jpeg_end(reader);
}
