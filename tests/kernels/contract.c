/* What several contracts of kernels.h have in common, written plainly: no code is shared with the kernels. */
#include "tests/kernels/harness.h"

int32_t wrap32(int64_t value) {
  uint64_t low = (uint64_t)value & 0xFFFFFFFFu;
  return (int32_t)(low < 0x80000000u ? (int64_t)low : (int64_t)low - 0x100000000);
}

int64_t floor_shift(int64_t value, int bits) {
  int64_t unit = (int64_t)1 << bits, quotient = value / unit;
  return value % unit < 0 ? quotient - 1 : quotient;
}

int32_t clamp(int64_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : (int32_t)value;
}

/* a + (b - a) i / 16, rounded down. */
static int32_t between(int32_t a, int32_t b, int32_t i) {
  int32_t difference = wrap32((int64_t)b - a);
  return wrap32(a + floor_shift(wrap32((int64_t)difference * i), 4));
}

int32_t grid_at(const struct block *grid, int32_t width, int32_t values, int32_t value, int32_t x, int32_t y) {
  int32_t pitch = KERNEL_NODES(width) * values, column = x / 16, row = y / 16;
  int32_t corner[2][2];
  for (int32_t j = 0; j < 2; j++)
    for (int32_t i = 0; i < 2; i++)
      corner[j][i] = (int32_t)block_get(grid, (row + j) * pitch + (column + i) * values + value, 0);
  int32_t left = between(corner[0][0], corner[1][0], y % 16), right = between(corner[0][1], corner[1][1], y % 16);
  return between(left, right, x % 16);
}

bool sample_at(const struct block *photo, int32_t x, int32_t y, int32_t *value) {
  int64_t u = floor_shift(wrap32((int64_t)x + 128), 8), v = floor_shift(wrap32((int64_t)y + 128), 8);
  *value = 0;
  if (u < 0 || v < 0 || u > 256 * (int64_t)(photo->width - 1) || v > 256 * (int64_t)(photo->height - 1)) return false;
  int64_t sum = 0;
  for (int j = 0; j < 2; j++)
    for (int i = 0; i < 2; i++) {
      int64_t weight = (i ? u % 256 : 256 - u % 256) * (j ? v % 256 : 256 - v % 256);
      if (weight) sum += weight * block_get(photo, (int32_t)(u / 256 + i), (int32_t)(v / 256 + j));
    }
  /* Q16 to Q4, to the nearest, halves up. */
  *value = (int32_t)((sum + 2048) / 4096);
  return true;
}

void harness_lights(struct harness *h, struct block *light, size_t count, int32_t most, bool wild) {
  int32_t scale = most ? harness_between(h, 0, most) : 0, shift = most ? harness_between(h, -9000, 9000) : 0;
  for (size_t i = 0; i < count; i++) {
    int32_t pair[2] = {harness_between(h, 2000, 9000), harness_between(h, -2000, 2000)};
    if (most) pair[0] = scale + harness_between(h, 0, 1100), pair[1] = shift + harness_between(h, 0, 2190);
    for (int32_t k = 0; k < 2; k++)
      block_set(light, (int32_t)(2 * i) + k, 0, wild ? wrap32((int64_t)harness_random(h)) : pair[k]);
  }
}

struct block *harness_places(struct harness *h, int32_t width, int32_t height, int32_t photo_width,
                             int32_t photo_height, bool wild) {
  int32_t columns = KERNEL_NODES(width), rows = KERNEL_NODES(height);
  struct block *grid = harness_array(h, I32, (size_t)columns * (size_t)rows * 2);
  /* Half of them lie inside with room around, where the fast levels have ways of their own. */
  bool inside = photo_width > 40 && photo_height > 16 && harness_random(h) % 2;
  int32_t left = inside ? 8 : 0, top = inside ? 4 : 0, shear = inside ? 50 : 300;
  int32_t photo_right = inside ? photo_width - 24 : photo_width, photo_end = inside ? photo_height - 8 : photo_height;
  int32_t right = inside ? 16 * columns : width, end = inside ? 16 * rows : height;
  int32_t across = harness_between(h, -shear, shear), down = harness_between(h, -shear, shear);
  for (int32_t j = 0; j < rows; j++)
    for (int32_t i = 0; i < columns; i++) {
      /* 1/256 px: the photo's size over the golden's, a shear, and a shake. */
      int64_t x = left * 256 + (int64_t)16 * i * 256 * (photo_right - left) / right + (int64_t)j * across;
      int64_t y = top * 256 + (int64_t)16 * j * 256 * (photo_end - top) / end + (int64_t)i * down;
      x += harness_between(h, -200, 200), y += harness_between(h, -200, 200);
      int32_t at = 2 * (j * columns + i);
      bool any = wild && harness_random(h) % 3 == 0;
      block_set(grid, at, 0, any ? wrap32((int64_t)harness_random(h)) : x * 256 + harness_between(h, 0, 255));
      block_set(grid, at + 1, 0, any ? wrap32((int64_t)harness_random(h)) : y * 256 + harness_between(h, 0, 255));
    }
  return grid;
}
