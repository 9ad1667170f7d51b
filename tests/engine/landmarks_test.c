/* What a photo shows of the golden's edges. */
#include "engine/landmarks.h"
#include "tests/engine/picture.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 480, HEIGHT = 360 };

/* Bars that lie to the left and stand to the right, of random widths and greys. */
static struct picture bars(uint64_t seed) {
  struct picture picture = picture_even(WIDTH, HEIGHT, 1, 120);
  for (int side = 0; side < 2; side++)
    for (int at = 4, wide; at < (side ? WIDTH / 2 : HEIGHT) - 14; at += 2 * wide) {
      wide = 4 + (int)(support_random(&seed) % 9);
      float grey = (float)(support_random(&seed) % 256);
      if (side)
        picture_box(&picture, WIDTH / 2 + at, 0, wide, HEIGHT, &grey);
      else
        picture_box(&picture, 0, at, WIDTH / 2 - 8, wide, &grey);
    }
  return picture;
}

/* A camera that moved to the side by `length` pixels. */
static void smear(struct picture *picture, int length) {
  float *row = malloc((size_t)picture->width * sizeof *row);
  assert_non_null(row);
  for (int y = 0; y < picture->height; y++) {
    memcpy(row, picture_at(picture, 0, y), (size_t)picture->width * sizeof *row);
    for (int x = 0; x < picture->width; x++) {
      float sum = 0;
      for (int k = x - length / 2; k <= x + length / 2; k++)
        sum += row[k < 0 ? 0 : k >= picture->width ? picture->width - 1 : k];
      *picture_at(picture, x, y) = sum / (float)(length / 2 * 2 + 1);
    }
  }
  free(row);
}

static struct plane plane_of(const struct picture *picture) {
  return (struct plane){picture_bytes(picture), picture->width, picture->height, (size_t)picture->width};
}

/* A photo that shows the bars of this seed in the golden's own place, smeared by `length`; the golden's are those of 1.
 */
static struct sighting look(uint64_t seen, int length) {
  struct spec spec = {0};
  struct zones zones;
  struct landmarks landmarks;
  struct sighting sighting;
  struct picture golden = bars(1), photo = bars(seen);
  smear(&photo, length);
  struct plane before = plane_of(&golden), now = plane_of(&photo);
  const struct placement placement = {.pose = {{1, 0, 0, 0, 1, 0, 0, 0, 1}}};
  const struct light light = light_none(WIDTH, HEIGHT);
  if (zones_draw(&spec, NULL, WIDTH, HEIGHT, &zones, NULL)) fail();
  landmarks_choose(&before, &zones, &landmarks);
  assert_true(landmarks.count > 50);
  landmarks_look(&landmarks, &now, &placement, &light, &sighting);
  zones_free(&zones);
  free(before.pixels);
  free(now.pixels);
  picture_free(&golden);
  picture_free(&photo);
  return sighting;
}

static void the_same_picture_confirms_every_edge(void **state) {
  (void)state;
  struct sighting s = look(1, 1);
  assert_true(s.confirmed == 1);
  assert_true(s.strange == 0);
  assert_true(s.sharpness > 0.95);
  assert_true(s.smeared == 1);
}

static void a_camera_that_moved_is_told_by_the_edges_across_its_way(void **state) {
  (void)state;
  struct sighting s = look(1, 31);
  assert_true(s.confirmed < 0.75);
  assert_true(s.smeared < 0.3);
}

static void another_product_is_no_smeared_one(void **state) {
  (void)state;
  for (uint64_t seed = 2; seed < 8; seed++) {
    struct sighting s = look(seed, 1);
    assert_true(s.confirmed < 0.6);
    assert_true(s.smeared == 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_picture_confirms_every_edge),
      cmocka_unit_test(a_camera_that_moved_is_told_by_the_edges_across_its_way),
      cmocka_unit_test(another_product_is_no_smeared_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
