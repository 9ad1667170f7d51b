/* A decoded photo's planes and the colours made of them. */
#include "engine/image.h"

#include "engine/colour.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Samples of the chroma lie in the middle of four pixels; beyond the edge they are the edge's. */
static int chroma_at(const struct plane *p, int32_t x, int32_t y) {
  const int32_t near_x = x / 2, near_y = y / 2;
  int32_t far_x = x % 2 ? near_x + 1 : near_x - 1, far_y = y % 2 ? near_y + 1 : near_y - 1;
  if (far_x < 0 || far_x >= p->width) far_x = near_x;
  if (far_y < 0 || far_y >= p->height) far_y = near_y;
  const uint8_t *near = p->pixels + (size_t)near_y * p->stride, *far = p->pixels + (size_t)far_y * p->stride;
  return (9 * near[near_x] + 3 * near[far_x] + 3 * far[near_x] + far[far_x] + 8) / 16;
}

static void fill(struct plane *plane, uint64_t *seed) {
  for (int32_t y = 0; y < plane->height; y++)
    for (int32_t x = 0; x < plane->width; x++)
      plane->pixels[(size_t)y * plane->stride + (size_t)x] = (uint8_t)support_random(seed);
}

static void check_part(const struct image *image, int32_t left, int32_t y, int32_t width) {
  uint8_t *part = malloc(3 * (size_t)width), rgb[3];
  assert_non_null(part);
  image_rgb_part(image, left, y, width, part);
  for (int32_t i = 0; i < width; i++) {
    const int32_t x = left + i;
    const uint8_t luma = image->planes[0].pixels[(size_t)y * image->planes[0].stride + (size_t)x];
    if (image->colour)
      colour_ycbcr_to_rgb(luma, chroma_at(&image->planes[1], x, y), chroma_at(&image->planes[2], x, y), rgb);
    else
      memset(rgb, luma, 3);
    if (memcmp(rgb, part + 3 * (size_t)i, 3))
      fail_msg("%d x %d, pixel (%d, %d) of a part from %d on", image->width, image->height, x, y, left);
  }
  free(part);
}

static void a_part_of_a_row_has_the_colours_of_its_pixels(void **state) {
  (void)state;
  static const int32_t sizes[][2] = {{1, 1}, {2, 1}, {1, 2}, {3, 3}, {127, 4}, {128, 5}, {129, 3}, {130, 2}, {517, 6}};
  uint64_t seed = 5;
  for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
    struct image image = {0};
    assert_int_equal(image_reserve(&image, sizes[i / 2][0], sizes[i / 2][1], i % 2 == 0, NULL), STATUS_OK);
    for (int k = 0; k < (image.colour ? 3 : 1); k++) fill(&image.planes[k], &seed);
    for (int32_t y = 0; y < image.height; y++) {
      check_part(&image, 0, y, image.width);
      for (int k = 0; k < 10; k++) {
        const int32_t left = (int32_t)(support_random(&seed) % (uint64_t)image.width);
        check_part(&image, left, y, 1 + (int32_t)(support_random(&seed) % (uint64_t)(image.width - left)));
      }
    }
    image_free(&image);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_part_of_a_row_has_the_colours_of_its_pixels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
