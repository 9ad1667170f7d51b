#include "engine/focus.h"
#include "tests/engine/picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 300, HEIGHT = 200, COUNT = WIDTH * HEIGHT };

/* A printed product through a lens of this blur, px; with a dark bar over a part of it. */
static uint8_t *taken(double blur, bool bar) {
  struct picture p = picture_product(WIDTH, HEIGHT, 1, 4);
  if (bar) picture_box(&p, 40, 40, 120, 20, (const float[]){10});
  picture_blur(&p, blur);
  picture_noise(&p, 1, 9);
  uint8_t *bytes = picture_bytes(&p);
  picture_free(&p);
  return bytes;
}

/* The focus of a photo of one blur against a golden of 0.7 px, all of which is compared. */
static double focus_of(double blur, bool bar) {
  struct device device;
  struct fault fault = {0};
  uint8_t *golden = taken(0.7, false), *bytes = taken(blur, bar);
  uint16_t *ones = malloc(COUNT * sizeof *ones);
  struct reference reference = {.planes = 1, .photos = 2};
  struct reference_plane *luma = &reference.plane[ALIGNED_LUMA];
  struct aligned photo;
  struct device_memory mean = {0}, compared = {0}, square = {0}, count = {0}, sum = {0}, variance = {0};
  memset(&photo, 0, sizeof photo);
  assert_non_null(ones);
  for (int i = 0; i < COUNT; i++) ones[i] = 1;
  assert_int_equal(device_open(kernel_cpu_level(NULL), &device, &fault), STATUS_OK);
  const struct image image = {.planes = {{golden, WIDTH, HEIGHT, WIDTH}}},
                     other = {.planes = {{bytes, WIDTH, HEIGHT, WIDTH}}};
  const struct kernel_operations *o = &device.backend->operations;
  assert_int_equal(aligned_of_golden(&device, &image, false, &photo, &fault), STATUS_OK);
  assert_int_equal(device_reserve(&device, &sum, COUNT * 4, &fault), STATUS_OK);
  assert_int_equal(device_reserve(&device, &square, COUNT * 4, &fault), STATUS_OK);
  assert_int_equal(device_reserve(&device, &count, COUNT * 2, &fault), STATUS_OK);
  assert_int_equal(device_reserve(&device, &mean, COUNT * 2, &fault), STATUS_OK);
  assert_int_equal(device_reserve(&device, &variance, COUNT * 4, &fault), STATUS_OK);
  assert_int_equal(device_upload(&device, &compared, ones, COUNT * sizeof *ones, &fault), STATUS_OK);
  luma->width = WIDTH, luma->height = HEIGHT;
  luma->mean = device_view(&mean, WIDTH, HEIGHT), luma->rise = device_view(&compared, WIDTH, HEIGHT);
  struct kernel_accumulate add = {.photo = photo.plane[ALIGNED_LUMA],
                                  .seen = photo.seen[ALIGNED_LUMA],
                                  .sum = device_view(&sum, WIDTH, HEIGHT),
                                  .square = device_view(&square, WIDTH, HEIGHT),
                                  .count = device_view(&count, WIDTH, HEIGHT)};
  assert_int_equal(o->accumulate(device.context, &add), KERNEL_OK);
  struct kernel_statistics finish = {.sum = add.sum,
                                     .square = add.square,
                                     .count = add.count,
                                     .mean = luma->mean,
                                     .variance = device_view(&variance, WIDTH, HEIGHT)};
  assert_int_equal(o->statistics(device.context, &finish), KERNEL_OK);
  assert_int_equal(reference_bend(&device, &reference, &fault), STATUS_OK);
  assert_int_equal(aligned_of_golden(&device, &other, false, &photo, &fault), STATUS_OK);
  assert_int_equal(focus_find(&device, luma, &photo, &fault), STATUS_OK);
  double focus = photo.focus / 16384.0;
  aligned_free(&device, &photo);
  reference_free(&device, &reference);
  struct device_memory *all[] = {&mean, &compared, &square, &count, &sum, &variance};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) device_release(&device, all[i]);
  device_close(&device);
  free(golden);
  free(bytes);
  free(ones);
  return focus;
}

/* To first order a blur adds half the change of its variance times the Laplacian; the bend is a quarter of that. */
static void a_softer_and_a_sharper_photo_are_told(void **state) {
  (void)state;
  double soft = focus_of(0.85, false), sharp = focus_of(0.55, false);
  if (fabs(soft - (0.85 * 0.85 - 0.49) / 0.5) > 0.12) fail_msg("softer: %.3f", soft);
  if (fabs(sharp - (0.55 * 0.55 - 0.49) / 0.5) > 0.12) fail_msg("sharper: %.3f", sharp);
}

static void a_defect_tells_next_to_nothing_of_focus(void **state) {
  (void)state;
  double focus = focus_of(0.7, true);
  if (fabs(focus) > 0.05) fail_msg("%.3f", focus);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_softer_and_a_sharper_photo_are_told),
                                     cmocka_unit_test(a_defect_tells_next_to_nothing_of_focus)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
