#include "engine/decode_jpeg.h"

#include <math.h>
#include <string.h>

/* Coefficients take six bytes a pixel at most. */
static const double MOST_PIXELS = 50e6;

/* More is not rounding: samples were cut off at black or white. */
enum { MOST = 96 };

/* Squares of IMAGE_FRACTION_SIDE luma pixels of the file are whole blocks of each component. */
struct squares {
  struct turn turn;
  JDIMENSION columns, rows; /* of the file, whole ones */
  int across, down;         /* blocks of the component in one */
  int side;                 /* samples of the plane in one */
};

static int blocks_in_square(int most, int own) {
  return 2 * own / most;
}

bool jpeg_has_fractions(const struct jpeg_decompress_struct *jpeg, struct turn turn) {
  if ((double)jpeg->image_width * (double)jpeg->image_height > MOST_PIXELS) return false;
  if ((turn.mirror_x && jpeg->image_width % IMAGE_FRACTION_SIDE) ||
      (turn.mirror_y && jpeg->image_height % IMAGE_FRACTION_SIDE))
    return false;
  for (int i = 0; i < jpeg->num_components; i++) {
    const jpeg_component_info *c = &jpeg->comp_info[i];
    if (blocks_in_square(jpeg->max_h_samp_factor, c->h_samp_factor) < 1 ||
        blocks_in_square(jpeg->max_v_samp_factor, c->v_samp_factor) < 1)
      return false;
  }
  return true;
}

void jpeg_turn_square(struct turn turn, int32_t columns, int32_t rows, int32_t column, int32_t row, int32_t at[2]) {
  const int32_t x = turn.mirror_x ? columns - 1 - column : column, y = turn.mirror_y ? rows - 1 - row : row;
  at[0] = turn.exchange ? y : x, at[1] = turn.exchange ? x : y;
}

/* Of a square of a plane: of its columns first, which are words. */
static inline int32_t sum_of(const uint8_t *pixels, size_t stride, int side) {
  uint16_t columns[IMAGE_FRACTION_SIDE] = {0};
  int32_t sum = 0;
  for (int y = 0; y < side; y++, pixels += stride)
    for (int x = 0; x < side; x++) columns[x] = (uint16_t)(columns[x] + pixels[x]);
  for (int x = 0; x < side; x++) sum += columns[x];
  return sum;
}

/* The mean of a square of a plane, less 128. Of whole photos sides are known: their loops are vectors. A side is a
 * power of two, so that `share`, 1 / side^2, is exact. */
static double mean_of(const struct plane *plane, const int32_t at[2], int side, double share) {
  const uint8_t *first = plane->pixels + (size_t)at[1] * (size_t)side * plane->stride + (size_t)at[0] * (size_t)side;
  const int32_t sum = side == IMAGE_FRACTION_SIDE       ? sum_of(first, plane->stride, IMAGE_FRACTION_SIDE)
                      : side == IMAGE_FRACTION_SIDE / 2 ? sum_of(first, plane->stride, IMAGE_FRACTION_SIDE / 2)
                                                        : sum_of(first, plane->stride, side);
  return sum * share - 128;
}

/* First coefficients, summed over each square of a row. */
static void sum_blocks(struct jpeg_decompress_struct *jpeg, jvirt_barray_ptr blocks, const struct squares *s,
                       JDIMENSION row, JDIMENSION column, int32_t *sums, JDIMENSION count) {
  memset(sums, 0, count * sizeof *sums);
  for (int k = 0; k < s->down; k++) {
    JBLOCKARRAY rows =
        jpeg->mem->access_virt_barray((j_common_ptr)jpeg, blocks, row * (JDIMENSION)s->down + (JDIMENSION)k, 1, FALSE);
    const JBLOCK *block = (const JBLOCK *)rows[0] + (size_t)column * (size_t)s->across;
    for (JDIMENSION i = 0; i < count; i++)
      for (int j = 0; j < s->across; j++, block++) sums[i] += (*block)[0];
  }
}

static void read_row(struct jpeg_reader *reader, int index, const struct squares *s, JDIMENSION row) {
  enum { AT_ONCE = 64 };
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  const double unit = (double)jpeg->comp_info[index].quant_table->quantval[0] / (DCTSIZE * s->across * s->down);
  const struct plane *out = &reader->image->fraction[index];
  const double share = 1.0 / (s->side * s->side);
  int32_t sums[AT_ONCE], at[2];
  for (JDIMENSION column = 0; column < s->columns; column++) {
    JDIMENSION left = s->columns - column;
    if (column % AT_ONCE == 0)
      sum_blocks(jpeg, reader->coefficients[index], s, row, column, sums, left < AT_ONCE ? left : AT_ONCE);
    jpeg_turn_square(s->turn, (int32_t)s->columns, (int32_t)s->rows, (int32_t)column, (int32_t)row, at);
    double mean = unit * sums[column % AT_ONCE];
    double off = IMAGE_FRACTION_UNIT * (mean - mean_of(&reader->image->planes[index], at, s->side, share));
    if (fabs(off) <= MOST) out->pixels[(size_t)at[1] * out->stride + (size_t)at[0]] = (uint8_t)(128.5 + off);
  }
}

void jpeg_begin_fractions(struct jpeg_reader *reader) {
  reader->image->reduction = (int32_t)reader->reduction;
  const enum status status = image_reserve_fractions(reader->image, reader->fault);
  if (status) jpeg_leave(reader, status);
}

void jpeg_read_fractions(struct jpeg_reader *reader, int32_t y, int32_t count) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  const int32_t side = IMAGE_FRACTION_SIDE / (int32_t)reader->reduction;
  struct squares s = {.turn = turn_of(reader->header->orientation),
                      .columns = jpeg->image_width / IMAGE_FRACTION_SIDE,
                      .rows = jpeg->image_height / IMAGE_FRACTION_SIDE};
  for (int i = 0; i < jpeg->num_components; i++) {
    const jpeg_component_info *component = &jpeg->comp_info[i];
    if (!component->quant_table) continue;
    s.across = blocks_in_square(jpeg->max_h_samp_factor, component->h_samp_factor);
    s.down = blocks_in_square(jpeg->max_v_samp_factor, component->v_samp_factor);
    s.side = side / (i ? 2 : 1);
    for (JDIMENSION row = (JDIMENSION)(y / side); row < (JDIMENSION)((y + count) / side) && row < s.rows; row++)
      read_row(reader, i, &s, row);
  }
}
