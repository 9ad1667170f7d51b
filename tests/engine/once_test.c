/* A golden image that one photo alone is compared with, ready at once or in threads of its own, gives the result that
 * one kept for many photos gives. */
#include "engine/inspect.h"
#include "tests/engine/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 403, HEIGHT = 301 };

static const struct inspect_options ways[] = {{.backend = "cpu"},
                                              {.backend = "cpu", .aside = true},
                                              {.backend = "cpu", .once = true},
                                              {.backend = "cpu", .once = true, .aside = true},
                                              {.backend = "cpu", .cpu = "reference", .once = true, .aside = true}};
enum { WAYS = sizeof ways / sizeof *ways };

/* What is printed of the result but for its timing, and a sum over the evidence. */
static char *judge(const struct photo *golden, const struct photo *photo, const struct inspect_options *options,
                   uint64_t *evidence_sum) {
  struct inspector *inspector;
  struct inspection *work;
  struct result result = {0};
  struct inspect_evidence evidence;
  struct fault fault = {0};
  assert_int_equal(inspector_open_photo(golden, options, &inspector, &fault), STATUS_OK);
  assert_int_equal(inspection_open(inspector, &work, &fault), STATUS_OK);
  assert_int_equal(inspect_photo(work, photo, NULL, &result, &fault), STATUS_OK);
  *evidence_sum = 0;
  if (inspect_evidence(work, &evidence))
    for (int32_t y = 0; y < evidence.map->height; y++)
      for (int32_t x = 0; x < evidence.map->width; x++) {
        size_t at = (size_t)y * evidence.map->stride + (size_t)x;
        *evidence_sum = *evidence_sum * 31 + evidence.map->pixels[at];
        *evidence_sum = *evidence_sum * 31 + evidence.photo->planes[0].pixels[at];
      }
  result.timing = (struct result_timing){0};
  char *text = result_write(&result);
  assert_non_null(text);
  result_free(&result);
  inspection_close(work);
  inspector_close(inspector);
  return text;
}

static void each_way_gives_the_same(const struct picture *product, int channels, bool differs) {
  const float ink[3] = {30, 40, 60}, red[3] = {200, 60, 50};
  struct picture object = picture_even(WIDTH, HEIGHT, channels, 0);
  memcpy(object.values, product->values, (size_t)WIDTH * HEIGHT * (size_t)channels * sizeof *object.values);
  if (differs) picture_disc(&object, 120, 90, 7, ink), picture_box(&object, 250, 200, 20, 14, red);
  struct pose pose = pose_turned(1.5, 1.01, WIDTH / 2.0, HEIGHT / 2.0, WIDTH / 2.0 + 2, HEIGHT / 2.0 - 1);
  struct picture seen = picture_seen(&object, &pose, WIDTH, HEIGHT, 2, 90);
  picture_noise(&seen, 2, 7);
  struct photo golden = picture_photo(product, "golden"), photo = picture_photo(&seen, "photo");
  uint64_t sum, first_sum = 0;
  char *first = NULL;
  for (int i = 0; i < WAYS; i++) {
    char *text = judge(&golden, &photo, &ways[i], &sum);
    if (!first) first_sum = sum, first = strdup(text);
    assert_string_equal(text, first);
    assert_true(sum == first_sum && sum);
    free(text);
  }
  assert_non_null(strstr(first, differs ? "\"verdict\":\"fail\"" : "\"verdict\":\"pass\""));
  free(first);
  photo_free(&golden);
  photo_free(&photo);
  picture_free(&seen);
  picture_free(&object);
}

static void a_good_photo_passes_each_way(void **state) {
  (void)state;
  struct picture product = picture_product(WIDTH, HEIGHT, 3, 11);
  each_way_gives_the_same(&product, 3, false);
  picture_free(&product);
}

static void a_defect_is_found_each_way(void **state) {
  (void)state;
  for (int channels = 1; channels <= 3; channels += 2) {
    struct picture product = picture_product(WIDTH, HEIGHT, channels, 12);
    each_way_gives_the_same(&product, channels, true);
    picture_free(&product);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_good_photo_passes_each_way),
      cmocka_unit_test(a_defect_is_found_each_way),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
