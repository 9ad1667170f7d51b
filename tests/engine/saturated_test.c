/* White that a brighter photo cannot tell from brighter white is no difference; what it can tell is. */
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { WIDTH = 320, HEIGHT = 240, SAMPLES = 3, LEFT = 236, TOP = 60, BARS = 3, PITCH = 26, WIDE = 13, LONG = 90 };

/* Something on the middle one of the white bars; side 0: nothing. */
struct mark {
  int side;
  float colour[3];
};

/* A printed front with white bars to the right, where the light of a photo is the stronger by `across`. */
static struct photo seen(int channels, double across, const struct mark *mark, uint64_t seed, const char *name) {
  static const float white[3] = {245, 245, 245};
  struct picture object = picture_product(SAMPLES * WIDTH, SAMPLES * HEIGHT, channels, 11);
  for (int bar = 0; bar < BARS; bar++)
    picture_box(&object, SAMPLES * (LEFT + bar * PITCH), SAMPLES * TOP, SAMPLES * WIDE, SAMPLES * LONG, white);
  picture_box(&object, SAMPLES * (LEFT + PITCH + 1), SAMPLES * (TOP + 35), SAMPLES * mark->side, SAMPLES * mark->side,
              mark->colour);
  struct pose pose = pose_turned(across > 0 ? 1 : 0, 1.0 / SAMPLES, SAMPLES * WIDTH / 2.0, SAMPLES * HEIGHT / 2.0,
                                 WIDTH / 2.0, HEIGHT / 2.0);
  struct picture p = picture_seen(&object, &pose, WIDTH, HEIGHT, SAMPLES, 110);
  picture_blur(&p, 0.6);
  picture_light(&p, 1, across, 0);
  picture_noise(&p, 1, seed);
  struct photo photo = picture_photo(&p, name);
  picture_free(&p);
  picture_free(&object);
  return photo;
}

/* Regions of a photo with that mark, in which the bars are brighter by about 0.6 `across`. */
static size_t regions(int channels, double across, const struct mark *mark) {
  struct photo golden = seen(channels, 0, &(struct mark){.side = 0}, 1, "golden");
  struct photo photo = seen(channels, across, mark, 2, "photo");
  return stage_regions("name: white\n", &golden, &photo);
}

static const int ALL_CHANNELS[] = {1, 3};

static void white_that_is_brighter_than_the_sensor_tells_is_no_difference(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(regions(ALL_CHANNELS[i], 0.1, &(struct mark){.side = 0}), 0);
    assert_int_equal(regions(ALL_CHANNELS[i], 0.3, &(struct mark){.side = 0}), 0);
  }
}

static void a_grey_spot_on_saturated_white_is_found(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++)
    assert_int_equal(regions(ALL_CHANNELS[i], 0.3, &(struct mark){10, {150, 150, 150}}), 1);
}

static void a_tint_that_one_channel_shows_is_found(void **state) {
  (void)state;
  assert_int_equal(regions(3, 0.3, &(struct mark){14, {245, 245, 130}}), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(white_that_is_brighter_than_the_sensor_tells_is_no_difference),
      cmocka_unit_test(a_grey_spot_on_saturated_white_is_found),
      cmocka_unit_test(a_tint_that_one_channel_shows_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
