/* Group images add up in any order; what differs beyond the spread between photos is found, and what does not is not;
 * a file gives back what was written, and a damaged one is refused. */
#include "engine/groups/group_compare.h"
#include "engine/groups/group_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WIDTH = 64, HEIGHT = 48, PHOTOS = 40 };

static uint32_t seed = 1;

/* Roughly normal, of deviation 1. */
static double noise(void) {
  double sum = -6;
  for (int i = 0; i < 12; i++) {
    seed = seed * 1664525 + 1013904223;
    sum += (double)(seed >> 8) / (1 << 24);
  }
  return sum;
}

struct planted {
  double luma, shift; /* grey levels within (16, 16) to (31, 31); pixels everywhere */
};

static void add_value(struct group_layer *layer, size_t pixel, double value) {
  uint32_t v = (uint32_t)(16 * value + 0.5);
  layer->sum[pixel] += v, layer->square[pixel] += (uint64_t)v * v, layer->count[pixel]++;
}

/* Photos that share a light each: pixels are not independent within a photo. */
static struct group_image group_of(int photos, const struct planted *planted) {
  struct group_image image;
  struct fault fault = {0};
  assert_int_equal(group_image_begin(&image, WIDTH, HEIGHT, false, &fault), STATUS_OK);
  for (int n = 0; n < photos; n++) {
    double light = 2 * noise();
    for (int p = 0; p < GROUP_PLANES; p++) {
      struct group_layer *layer = &image.layer[p];
      for (size_t i = 0; i < (size_t)layer->width * (size_t)layer->height; i++) {
        size_t x = i % (size_t)layer->width, y = i / (size_t)layer->width;
        double value = group_zero((enum group_plane)p) + (p ? 2 : 120 + light) + noise();
        if (p == GROUP_LUMA && x >= 16 && x < 32 && y >= 16 && y < 32) value += planted->luma;
        if (p == GROUP_SHIFT_X) value += planted->shift * group_unit(GROUP_SHIFT_X);
        add_value(layer, i, value);
      }
    }
    image.photos++;
  }
  return image;
}

static const struct planted nothing;

static void images_add_up_in_any_order(void **state) {
  (void)state;
  struct fault fault = {0};
  struct group_image a = group_of(5, &nothing), b = group_of(7, &nothing), ab, ba;
  assert_int_equal(group_image_begin(&ab, WIDTH, HEIGHT, false, &fault), STATUS_OK);
  assert_int_equal(group_image_begin(&ba, WIDTH, HEIGHT, false, &fault), STATUS_OK);
  assert_int_equal(group_image_add(&ab, &a, &fault), STATUS_OK);
  assert_int_equal(group_image_add(&ab, &b, &fault), STATUS_OK);
  assert_int_equal(group_image_add(&ba, &b, &fault), STATUS_OK);
  assert_int_equal(group_image_add(&ba, &a, &fault), STATUS_OK);
  assert_int_equal(ab.photos, 12);
  size_t pixels = (size_t)WIDTH * HEIGHT;
  assert_memory_equal(ab.layer[0].square, ba.layer[0].square, pixels * sizeof(uint64_t));
  assert_memory_equal(ab.layer[0].sum, ba.layer[0].sum, pixels * sizeof(uint32_t));
  struct group_image other;
  assert_int_equal(group_image_begin(&other, WIDTH + 1, HEIGHT, false, &fault), STATUS_OK);
  assert_int_equal(group_image_add(&ab, &other, &fault), STATUS_INVALID);
  group_image_free(&a), group_image_free(&b), group_image_free(&ab), group_image_free(&ba), group_image_free(&other);
}

static void large_goldens_are_kept_small(void **state) {
  (void)state;
  struct fault fault = {0};
  struct group_image image;
  assert_int_equal(group_image_begin(&image, 4000, 3000, true, &fault), STATUS_OK);
  assert_int_equal(image.layer[GROUP_LUMA].width, 250);
  assert_int_equal(image.layer[GROUP_CB].width, 125);
  assert_true(image.layer[GROUP_SHADE].width <= GROUP_GRID);
  group_image_free(&image);
  assert_int_equal(group_image_begin(&image, 0, 10, true, &fault), STATUS_LIMIT);
  assert_int_equal(group_image_begin(&image, 32001, 10, true, &fault), STATUS_LIMIT);
}

static struct group_map compare(const struct group_image *a, const struct group_image *b, bool golden) {
  struct group_map map;
  struct fault fault = {0};
  const struct group_terms terms = {.rate = 0.001, .least = 10, .golden = golden};
  assert_int_equal(group_compare(a, b, &terms, &map, &fault), STATUS_OK);
  return map;
}

static void what_differs_is_found_where_it_is(void **state) {
  (void)state;
  const struct planted planted = {3, 0.5};
  struct group_image good = group_of(PHOTOS, &nothing), off = group_of(PHOTOS, &planted);
  struct group_map map = compare(&good, &off, false);
  bool print = false, moved = false;
  for (size_t i = 0; i < map.area_count; i++) {
    const struct group_area *area = &map.areas[i];
    if (area->kind == GROUP_MOVED) {
      moved = true;
      assert_float_equal(area->difference[GROUP_SHIFT_X], 0.5, area->uncertainty[GROUP_SHIFT_X] * 2);
    } else {
      assert_int_equal(area->kind, GROUP_PRINT);
      print = true;
      assert_true(area->box[0] >= 16 && area->box[1] >= 16 && area->box[0] + area->box[2] <= 32);
      assert_float_equal(area->difference[GROUP_LUMA], 3, area->uncertainty[GROUP_LUMA] * 2);
    }
  }
  assert_true(print && moved);
  group_map_free(&map);
  group_image_free(&good);
  group_image_free(&off);
}

/* Light that a photo's pixels share moves them all at once: not a reason to find anything. */
static void halves_of_a_good_lot_are_alike(void **state) {
  (void)state;
  for (int i = 0; i < 50; i++) {
    struct group_image a = group_of(PHOTOS / 2, &nothing), b = group_of(PHOTOS / 2, &nothing);
    struct group_map map = compare(&a, &b, false);
    assert_int_equal(map.area_count, 0);
    group_map_free(&map);
    group_image_free(&a);
    group_image_free(&b);
  }
}

static void one_golden_photo_is_one_observation(void **state) {
  (void)state;
  const struct planted planted = {25, 0};
  struct group_image golden = group_of(1, &nothing), good = group_of(PHOTOS, &nothing),
                     off = group_of(PHOTOS, &planted);
  struct group_map alike = compare(&golden, &good, true), different = compare(&golden, &off, true);
  assert_int_equal(alike.area_count, 0);
  assert_true(different.area_count > 0);
  group_map_free(&alike), group_map_free(&different);
  group_image_free(&golden), group_image_free(&good), group_image_free(&off);
}

static void what_is_not_compared_is_not_tested(void **state) {
  (void)state;
  const struct planted planted = {30, 0};
  struct group_image good = group_of(PHOTOS, &nothing), off = group_of(PHOTOS, &planted);
  uint8_t labels[WIDTH * HEIGHT];
  memset(labels, 2, sizeof labels);
  for (int y = 14; y < 34; y++) memset(labels + y * WIDTH + 14, 0, 20);
  const struct group_terms terms = {.rate = 0.001, .least = 10, .labels = labels};
  struct group_map map;
  struct fault fault = {0};
  assert_int_equal(group_compare(&good, &off, &terms, &map, &fault), STATUS_OK);
  assert_int_equal(map.area_count, 0);
  group_map_free(&map);
  group_image_free(&good), group_image_free(&off);
}

static void a_file_gives_back_what_was_written(void **state) {
  (void)state;
  struct fault fault = {0};
  char folder[] = "/tmp/assay-group-XXXXXX";
  assert_non_null(mkdtemp(folder));
  const char *const texts[GROUP_TEXTS] = {"F", NULL, "night", "L-1"};
  struct group group = {.golden_version = 3, .image = group_of(3, &nothing)}, read;
  memset(group.golden, 'a', SHA256_CHARS);
  strcpy(group.golden_name, "g");
  for (int i = 0; i < GROUP_TEXTS; i++) group.texts[i] = texts[i] ? strdup(texts[i]) : NULL;
  group.ids = calloc(3, sizeof *group.ids);
  group.id_count = 3;
  char *path = group_path(folder, group.golden, texts);
  assert_non_null(path);
  assert_int_equal(group_read(path, &read, &fault), STATUS_MISSING);
  assert_int_equal(group_write(path, &group, &fault), STATUS_OK);
  assert_int_equal(group_read(path, &read, &fault), STATUS_OK);
  assert_int_equal(read.image.photos, 3);
  assert_int_equal(read.id_count, 3);
  assert_string_equal(read.texts[GROUP_SHIFT], "night");
  assert_null(read.texts[GROUP_LINE]);
  assert_memory_equal(read.image.layer[0].square, group.image.layer[0].square, sizeof(uint64_t) * WIDTH * HEIGHT);
  group_free(&read);
  assert_int_equal(truncate(path, 5000), 0);
  assert_int_equal(group_read(path, &read, &fault), STATUS_INVALID);
  assert_int_equal(truncate(path, 20), 0);
  assert_int_equal(group_read(path, &read, &fault), STATUS_INVALID);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(rmdir(folder), 0);
  free(path);
  group_free(&group);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(images_add_up_in_any_order),          cmocka_unit_test(large_goldens_are_kept_small),
      cmocka_unit_test(what_differs_is_found_where_it_is),   cmocka_unit_test(halves_of_a_good_lot_are_alike),
      cmocka_unit_test(one_golden_photo_is_one_observation), cmocka_unit_test(what_is_not_compared_is_not_tested),
      cmocka_unit_test(a_file_gives_back_what_was_written)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
