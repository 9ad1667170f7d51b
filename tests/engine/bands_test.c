#include "engine/bands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of the golden; more than one band of both, and a last one that is not whole. */
enum { WIDTH = 83, HEIGHT = 333, HALF_WIDTH = (WIDTH + 1) / 2, HALF_HEIGHT = (HEIGHT + 1) / 2, MOST = WIDTH * HEIGHT };

struct bench {
  struct device device;
  struct device_memory luma, cb, place, light, tint, out, seen, other;
};

static uint8_t noise(size_t i) {
  return (uint8_t)((i * 2654435761U >> 7) % 251);
}

static struct kernel_image plane(struct bench *b, struct device_memory *memory, int32_t width, int32_t height) {
  uint8_t pixels[MOST];
  for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = noise(i);
  assert_int_equal(device_upload(&b->device, memory, pixels, (size_t)width * (size_t)height, NULL), STATUS_OK);
  return device_view(memory, width, height);
}

/* A slight turn, and a light that differs from corner to corner. */
static void grids(struct bench *b, int32_t width, int32_t height, size_t values) {
  int32_t columns = KERNEL_NODES(width), rows = KERNEL_NODES(height);
  int32_t *place = malloc((size_t)columns * (size_t)rows * 2 * sizeof *place);
  int32_t *light = malloc((size_t)columns * (size_t)rows * values * sizeof *light);
  for (int32_t j = 0; j < rows; j++)
    for (int32_t i = 0; i < columns; i++) {
      size_t at = (size_t)j * (size_t)columns + (size_t)i;
      int32_t x = KERNEL_CELL * i, y = KERNEL_CELL * j;
      place[2 * at] = x * 65536 + y * 1500 - 90000, place[2 * at + 1] = y * 65536 - x * 1400 + 30000;
      for (size_t k = 0; k < values; k++)
        light[at * values + k] = k % 2 ? noise(at) - 100 : 4096 + 3 * (int32_t)noise(at + k);
    }
  size_t nodes = (size_t)columns * (size_t)rows;
  assert_int_equal(device_upload(&b->device, &b->place, place, nodes * 2 * sizeof *place, NULL), STATUS_OK);
  assert_int_equal(device_upload(&b->device, &b->light, light, nodes * values * sizeof *light, NULL), STATUS_OK);
  free(place), free(light);
}

static void fetch(struct bench *b, const struct device_memory *memory, size_t count, uint8_t *bytes) {
  assert_int_equal(device_download(&b->device, memory, bytes, count, NULL), STATUS_OK);
}

static void bench_free(struct bench *b) {
  struct device_memory *all[] = {&b->luma, &b->cb, &b->place, &b->light, &b->tint, &b->out, &b->seen, &b->other};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) device_release(&b->device, all[i]);
  device_close(&b->device);
}

static void luma_is_the_same_by_any_number_of_threads(void **state) {
  (void)state;
  static uint8_t alone[MOST], shared[MOST];
  for (int tinted = 0; tinted < 2; tinted++) {
    struct bench b = {.device = {.backend = NULL}};
    assert_int_equal(device_open(kernel_cpu_level(NULL), &b.device, NULL), STATUS_OK);
    grids(&b, WIDTH, HEIGHT, 2);
    struct kernel_warp call = {.photo = plane(&b, &b.luma, WIDTH, HEIGHT),
                               .place = b.place.buffer,
                               .light = b.light.buffer,
                               .out = plane(&b, &b.out, WIDTH, HEIGHT)};
    if (tinted) call.tint = plane(&b, &b.tint, HALF_WIDTH, HALF_HEIGHT);
    for (int threads = 1; threads <= 3; threads++) {
      assert_int_equal(bands_warp(&b.device, threads, &call, NULL), STATUS_OK);
      fetch(&b, &b.out, MOST, threads > 1 ? shared : alone);
      if (threads > 1) assert_memory_equal(shared, alone, sizeof alone);
    }
    bench_free(&b);
  }
}

static void chroma_is_the_same_by_any_number_of_threads(void **state) {
  (void)state;
  enum { COUNT = HALF_WIDTH * HALF_HEIGHT };
  static uint8_t alone[4][COUNT], shared[4][COUNT];
  struct bench b = {.device = {.backend = NULL}};
  assert_int_equal(device_open(kernel_cpu_level(NULL), &b.device, NULL), STATUS_OK);
  grids(&b, HALF_WIDTH, HALF_HEIGHT, 8);
  struct device_memory *to[4] = {&b.out, &b.other, &b.tint, &b.seen};
  struct kernel_image out[4];
  for (int i = 0; i < 4; i++) out[i] = plane(&b, to[i], HALF_WIDTH, HALF_HEIGHT);
  struct kernel_image cb = plane(&b, &b.cb, HALF_WIDTH, HALF_HEIGHT);
  struct kernel_warp_chroma call = {.luma = plane(&b, &b.luma, HALF_WIDTH, HALF_HEIGHT),
                                    .cb = cb,
                                    .cr = cb,
                                    .place = b.place.buffer,
                                    .light = b.light.buffer,
                                    .out_cb = out[0],
                                    .out_cr = out[1],
                                    .tint = out[2],
                                    .seen = out[3]};
  for (int threads = 1; threads <= 3; threads++) {
    assert_int_equal(bands_warp_chroma(&b.device, threads, &call, NULL), STATUS_OK);
    for (int i = 0; i < 4; i++) fetch(&b, to[i], COUNT, (threads > 1 ? shared : alone)[i]);
    if (threads > 1) assert_memory_equal(shared, alone, sizeof alone);
  }
  bench_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(luma_is_the_same_by_any_number_of_threads),
                                     cmocka_unit_test(chroma_is_the_same_by_any_number_of_threads)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
