/* Photos gathered into a group image by every backend: the sums that a slow formula gives, to the bit. */
#include "engine/group_tally.h"
#include "kernels/cuda/cuda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Odd, and over GROUP_SIDE, so that it is halved once. */
enum { WIDTH = 353, HEIGHT = 37, PHOTOS = 3 };

static void fill(struct image *image, uint32_t seed) {
  struct fault fault = {0};
  assert_int_equal(image_reserve(image, WIDTH, HEIGHT, true, &fault), STATUS_OK);
  for (int p = 0; p < 3; p++)
    for (size_t i = 0; i < image->planes[p].stride * (size_t)image->planes[p].height; i++)
      image->planes[p].pixels[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
}

static int at(const uint8_t *v, int width, int height, int x, int y) {
  x = x < 0 ? 0 : x >= width ? width - 1 : x, y = y < 0 ? 0 : y >= height ? height - 1 : y;
  return v[y * width + x];
}

/* sum and square of luma, halved and smoothed. */
static void expect(const struct image *photos, const struct group_layer *layer) {
  int width = layer->width, height = layer->height;
  uint8_t *half = calloc((size_t)width * (size_t)height, PHOTOS);
  assert_non_null(half);
  for (int n = 0; n < PHOTOS; n++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) {
        int sum = 2;
        for (int k = 0; k < 4; k++) sum += at(photos[n].planes[0].pixels, WIDTH, HEIGHT, 2 * x + k % 2, 2 * y + k / 2);
        half[n * width * height + y * width + x] = (uint8_t)(sum >> 2);
      }
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      uint64_t sum = 0, square = 0;
      for (int n = 0; n < PHOTOS; n++) {
        uint64_t s = 0;
        for (int v = -1; v <= 1; v++)
          for (int u = -1; u <= 1; u++)
            s += (uint64_t)((u ? 1 : 2) * (v ? 1 : 2) * at(half + n * width * height, width, height, x + u, y + v));
        sum += s, square += s * s;
      }
      assert_int_equal(layer->sum[y * width + x], sum);
      assert_int_equal(layer->square[y * width + x], square);
      assert_int_equal(layer->count[y * width + x], PHOTOS);
    }
  free(half);
}

static void gather(const struct kernel_backend *backend, struct group_image *into) {
  struct fault fault = {0};
  struct device device;
  struct aligned aligned = {0};
  struct group_tally tally = {0};
  struct image photos[PHOTOS];
  struct placement placement = {.field = {0}};
  memset(photos, 0, sizeof photos);
  assert_int_equal(device_open(backend, &device, &fault), STATUS_OK);
  assert_int_equal(group_image_begin(into, WIDTH, HEIGHT, true, &fault), STATUS_OK);
  assert_int_equal(field_reserve(&placement.field, 1, 1, 16, 8, &fault), STATUS_OK);
  placement.field.x[0] = 0.5, placement.field.y[0] = -1;
  for (int n = 0; n < PHOTOS; n++) {
    fill(&photos[n], (uint32_t)n + 7);
    assert_int_equal(aligned_of_golden(&device, &photos[n], true, &aligned, &fault), STATUS_OK);
    assert_int_equal(group_tally_add(&device, &tally, &aligned, &placement, true, &fault), STATUS_OK);
    if (n == 1) assert_int_equal(group_tally_take(&device, &tally, into, &fault), STATUS_OK);
  }
  assert_int_equal(group_tally_take(&device, &tally, into, &fault), STATUS_OK);
  assert_int_equal(group_tally_take(&device, &tally, into, &fault), STATUS_OK);
  assert_int_equal(into->photos, PHOTOS);
  expect(photos, &into->layer[GROUP_LUMA]);
  double mean, variance;
  assert_true(group_image_at(into, GROUP_SHIFT_X, 0, &mean, &variance));
  assert_float_equal(mean, 0.5, 1e-9);
  assert_true(group_image_at(into, GROUP_SHIFT_Y, 0, &mean, &variance));
  assert_float_equal(mean, -1, 1e-9);
  for (int n = 0; n < PHOTOS; n++) image_free(&photos[n]);
  field_free(&placement.field);
  group_tally_free(&device, &tally);
  aligned_free(&device, &aligned);
  device_close(&device);
}

static void assert_same(const struct group_image *a, const struct group_image *b) {
  for (int i = 0; i < GROUP_PLANES; i++) {
    size_t n = (size_t)a->layer[i].width * (size_t)a->layer[i].height;
    assert_memory_equal(a->layer[i].square, b->layer[i].square, n * sizeof(uint64_t));
    assert_memory_equal(a->layer[i].sum, b->layer[i].sum, n * sizeof(uint32_t));
    assert_memory_equal(a->layer[i].count, b->layer[i].count, n * sizeof(uint32_t));
  }
}

static void every_backend_gathers_the_same_sums(void **state) {
  (void)state;
  struct group_image reference, other;
  gather(&kernel_cpu, &reference);
  static const char *const levels[] = {"baseline", "avx2", "avx512"};
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    if (!kernel_cpu_level(levels[i])) continue;
    gather(kernel_cpu_level(levels[i]), &other);
    assert_same(&reference, &other);
    group_image_free(&other);
  }
  char why[128];
  const struct kernel_backend *gpu = kernel_cuda_here(0, why, sizeof why);
  if (!gpu) fail_msg("%s", why);
  gather(gpu, &other);
  assert_same(&reference, &other);
  group_image_free(&other);
  group_image_free(&reference);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_backend_gathers_the_same_sums)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
