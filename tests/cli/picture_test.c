#include "cli/picture.h"
#include "cli/picture_pixels.h"
#include "cli/png_write.h"
#include "engine/decode.h"
#include "tests/cli/program.h"
#include "tests/support.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A golden of stripes, a photo with a dark spot, and the map that says so. */
struct scene {
  struct image golden, photo;
  struct plane map;
  struct region regions[2];
  struct result result;
  struct inspect_evidence evidence;
};

static void make_scene(struct scene *scene, int32_t width, int32_t height) {
  memset(scene, 0, sizeof *scene);
  struct fault fault = {0};
  assert_int_equal(image_reserve(&scene->golden, width, height, true, &fault), STATUS_OK);
  assert_int_equal(image_reserve(&scene->photo, width, height, false, &fault), STATUS_OK);
  scene->map = (struct plane){calloc((size_t)width, (size_t)height), width, height, (size_t)width};
  assert_non_null(scene->map.pixels);
  const int32_t spot[4] = {width / 3, height / 3, width / 20 + 1, height / 20 + 1};
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      bool in = x >= spot[0] && x < spot[0] + spot[2] && y >= spot[1] && y < spot[1] + spot[3];
      uint8_t grey = (uint8_t)(120 + 80 * (x / 16 % 2));
      scene->golden.planes[0].pixels[(size_t)y * scene->golden.planes[0].stride + (size_t)x] = grey;
      scene->photo.planes[0].pixels[(size_t)y * scene->photo.planes[0].stride + (size_t)x] = in ? 30 : grey;
      scene->map.pixels[(size_t)y * scene->map.stride + (size_t)x] = (uint8_t)(in ? 110 : x % 32);
    }
  for (int c = 1; c < 3; c++)
    memset(scene->golden.planes[c].pixels, c == 1 ? 150 : 110,
           scene->golden.planes[c].stride * (size_t)scene->golden.planes[c].height);
  scene->regions[0] = (struct region){
      .peak = 3.44, .class_ = CLASS_STAIN, .severity = SEVERITY_MAJOR, .zone = "body", .confidence = 0.9};
  memcpy(scene->regions[0].golden_box, spot, sizeof spot);
  scene->regions[1] =
      (struct region){.golden_box = {0, 0, 1, 1}, .peak = 1.2, .class_ = CLASS_MISSING, .severity = SEVERITY_CRITICAL};
  scene->result = (struct result){.photo = "photos/\033[31m\xE5\xB7\xA5.jpg",
                                  .verdict = VERDICT_FAIL,
                                  .score = 12.5,
                                  .regions = scene->regions,
                                  .region_count = 2};
  scene->evidence = (struct inspect_evidence){&scene->golden, &scene->photo, &scene->map};
}

static void free_scene(struct scene *scene) {
  image_free(&scene->golden);
  image_free(&scene->photo);
  free(scene->map.pixels);
}

/* Width and height from a PNG's header; fails the test where the file is none. */
static void read_size(const char *path, uint32_t *width, uint32_t *height) {
  size_t size;
  char *bytes = program_read(path, &size);
  assert_true(size > 33);
  assert_memory_equal(bytes, "\x89PNG\r\n\x1A\n", 8);
  assert_memory_equal(bytes + size - 8, "IEND\xAE\x42\x60\x82", 8);
  const unsigned char *at = (const unsigned char *)bytes + 16;
  *width = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
  *height = (uint32_t)at[4] << 24 | (uint32_t)at[5] << 16 | (uint32_t)at[6] << 8 | at[7];
  free(bytes);
}

static void a_picture_of_any_golden_is_a_whole_png_of_a_bounded_width(void **state) {
  (void)state;
  static const int32_t sizes[][2] = {{640, 480}, {1, 1}, {3, 3000}, {4000, 5}, {3000, 2000}, {20, 20}};
  char *folder = support_folder(), *path = support_text("%s/map.png", folder);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct scene scene;
    make_scene(&scene, sizes[i][0], sizes[i][1]);
    const struct picture picture = {&scene.result, &scene.evidence, "label v1", 2};
    struct fault fault = {0};
    assert_int_equal(picture_write(&picture, path, &fault), STATUS_OK);
    uint32_t width, height;
    read_size(path, &width, &height);
    assert_in_range(width, 600, PICTURE_MAX_WIDTH);
    assert_in_range(height, 200, 8000);
    free_scene(&scene);
  }
  free(path);
  support_remove(folder);
}

static void the_same_findings_give_the_same_bytes(void **state) {
  (void)state;
  char *folder = support_folder(), *bytes[2];
  size_t sizes[2];
  for (int i = 0; i < 2; i++) {
    char *path = support_text("%s/%d.png", folder, i);
    struct scene scene;
    make_scene(&scene, 300, 200);
    const struct picture picture = {&scene.result, &scene.evidence, "label v1", 2};
    assert_int_equal(picture_write(&picture, path, NULL), STATUS_OK);
    bytes[i] = program_read(path, &sizes[i]);
    free_scene(&scene);
    free(path);
  }
  assert_int_equal(sizes[0], sizes[1]);
  assert_memory_equal(bytes[0], bytes[1], sizes[0]);
  free(bytes[0]);
  free(bytes[1]);
  support_remove(folder);
}

static void write_png(const char *path, const uint32_t *pixels, int width, int height, size_t stride, int threads) {
  struct png *packed;
  assert_int_equal(png_pack(pixels, width, height, stride, threads, &packed, NULL), STATUS_OK);
  assert_int_equal(png_put(packed, path, NULL), STATUS_OK);
}

/* Read back by the engine's decoder, which is another library; several strips, of noise and of what repeats. */
static void a_written_png_holds_the_pixels_on_however_many_threads(void **state) {
  (void)state;
  enum { WIDTH = 37, HEIGHT = 300, STRIDE = 40 };
  char *folder = support_folder(), *path = support_text("%s/p.png", folder);
  static uint32_t pixels[HEIGHT * STRIDE];
  for (uint32_t i = 0; i < HEIGHT * STRIDE; i++)
    pixels[i] = 0xFF000000 | ((i < 200 * STRIDE ? i * 2654435761U : i) >> 24) * 0x010101;
  size_t size, size_alone;
  write_png(path, pixels, WIDTH, HEIGHT, STRIDE, 1);
  char *alone = program_read(path, &size_alone);
  write_png(path, pixels, WIDTH, HEIGHT, STRIDE, 3);
  char *bytes = program_read(path, &size);
  assert_int_equal(size, size_alone);
  assert_memory_equal(bytes, alone, size);
  free(alone);
  struct image image = {0};
  const struct decode_options options = {0};
  assert_int_equal(decode_photo((const uint8_t *)bytes, size, &options, &image, NULL, NULL), STATUS_OK);
  assert_int_equal(image.width, WIDTH);
  assert_int_equal(image.height, HEIGHT);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      assert_int_equal(image.planes[0].pixels[(size_t)y * image.planes[0].stride + (size_t)x],
                       pixels[y * STRIDE + x] & 0xFF);
  image_free(&image);
  free(bytes);
  free(path);
  support_remove(folder);
}

static void a_large_image_is_reduced_to_its_means(void **state) {
  (void)state;
  struct image image = {0};
  assert_int_equal(image_reserve(&image, 301, 203, true, NULL), STATUS_OK);
  for (int i = 0; i < 3; i++)
    for (int32_t y = 0; y < image.planes[i].height; y++)
      for (int32_t x = 0; x < image.planes[i].width; x++)
        image.planes[i].pixels[(size_t)y * image.planes[i].stride + (size_t)x] = (uint8_t)(i ? 128 : 100 + x % 2 * 40);
  cairo_surface_t *surface = picture_of_image(&image, (struct picture_area){0, 0, 301, 203}, 50, 50);
  assert_non_null(surface);
  const uint32_t *pixels = (const uint32_t *)(const void *)cairo_image_surface_get_data(surface);
  for (int x = 0; x < 50; x++) assert_in_range(pixels[x] & 0xFF, 114, 126);
  cairo_surface_destroy(surface);
  image_free(&image);
}

static void a_picture_that_cannot_be_written_leaves_nothing(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/none/map.png", folder);
  struct scene scene;
  make_scene(&scene, 64, 64);
  const struct picture picture = {&scene.result, &scene.evidence, "label v1", 2};
  struct fault fault = {0};
  assert_int_equal(picture_write(&picture, path, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, path));
  free_scene(&scene);
  free(path);
  support_remove(folder);
}

static void the_scale_is_fixed_and_jumps_at_the_limit(void **state) {
  (void)state;
  assert_int_equal(picture_map_colour(-1), picture_map_colour(0));
  assert_int_equal(picture_map_colour(4), picture_map_colour(7.9));
  uint32_t below = picture_map_colour(0.999), above = picture_map_colour(1);
  assert_true((above >> 16) > (below >> 16) + 100);
}

static void a_small_difference_is_not_lost_where_the_map_is_made_smaller(void **state) {
  (void)state;
  struct scene scene;
  make_scene(&scene, 1000, 1000);
  memset(scene.map.pixels, 0, 1000 * 1000);
  scene.map.pixels[777 * 1000 + 333] = 4 * INSPECT_MAP_UNIT;
  cairo_surface_t *surface = picture_of_map(&scene.map, (struct picture_area){0, 0, 1000, 1000}, 100, 100);
  assert_non_null(surface);
  const uint32_t *row = (const uint32_t *)(const void *)(cairo_image_surface_get_data(surface) +
                                                         (size_t)77 * (size_t)cairo_image_surface_get_stride(surface));
  assert_int_equal(row[33] & 0xFFFFFF, picture_map_colour(4));
  assert_int_equal(row[34] & 0xFFFFFF, picture_map_colour(0));
  cairo_surface_destroy(surface);
  free_scene(&scene);
}

int main(void) {
  if (!setlocale(LC_CTYPE, "C.UTF-8")) return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_picture_of_any_golden_is_a_whole_png_of_a_bounded_width),
      cmocka_unit_test(the_same_findings_give_the_same_bytes),
      cmocka_unit_test(a_written_png_holds_the_pixels_on_however_many_threads),
      cmocka_unit_test(a_large_image_is_reduced_to_its_means),
      cmocka_unit_test(a_picture_that_cannot_be_written_leaves_nothing),
      cmocka_unit_test(the_scale_is_fixed_and_jumps_at_the_limit),
      cmocka_unit_test(a_small_difference_is_not_lost_where_the_map_is_made_smaller),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
