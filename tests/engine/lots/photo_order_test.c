#include "engine/lots/photo_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_photos_number_is_the_last_digits_of_its_name(void **state) {
  (void)state;
  uint64_t a, b, number;
  assert_true(photo_number("day/IMG_0042.jpg", &a, &number));
  assert_int_equal(number, 42);
  assert_true(photo_number("day/IMG_0043.JPG", &b, &number));
  assert_true(a == b && number == 43);
  assert_true(photo_number("night/IMG_0043.JPG", &b, &number));
  assert_true(a != b);
  assert_true(photo_number("7", &b, &number));
  assert_int_equal(number, 7);
  assert_false(photo_number("IMG.jpg", &a, &number));
  assert_false(photo_number("12/front.jpg", &a, &number));
  assert_false(photo_number("", &a, &number));
  assert_false(photo_number("1234567890123456789.jpg", &a, &number));
}

/* Photos 0..count-1 of one series, a second apart. */
static void fill(struct photo_time *photos, size_t count) {
  for (size_t i = 0; i < count; i++)
    photos[i] = (struct photo_time){.series = 1, .number = i, .time_ms = (int64_t)i * 1000, .owner = (uint32_t)i};
}

static void the_photo_that_was_taken_at_another_time_is_marked_and_no_other(void **state) {
  (void)state;
  struct photo_time photos[100];
  bool done;
  fill(photos, 100);
  assert_int_equal(photo_order_check(photos, 100, &done), 0);
  assert_true(done);
  photos[60].time_ms = 5500;   /* from much earlier */
  photos[20].time_ms = 900000; /* from much later */
  photos[30].time_ms = photos[31].time_ms;
  struct photo_time last = photos[99];
  memmove(photos + 1, photos, 99 * sizeof *photos); /* in another order */
  photos[0] = last;
  assert_int_equal(photo_order_check(photos, 100, &done), 2);
  for (int i = 0; i < 100; i++) assert_int_equal(photos[i].disordered, i == 20 || i == 60);
}

static void names_that_do_not_follow_time_say_nothing(void **state) {
  (void)state;
  struct photo_time photos[40];
  bool done;
  fill(photos, 40);
  for (int i = 0; i < 40; i++) photos[i].time_ms = (i * 17) % 40;
  assert_int_equal(photo_order_check(photos, 40, &done), 0);
  fill(photos, 40);
  /* Two cameras, each in order: two series. */
  for (int i = 0; i < 40; i++) photos[i].series = 1 + (uint64_t)i % 2;
  for (int i = 1; i < 40; i += 2) photos[i].time_ms -= 700000;
  assert_int_equal(photo_order_check(photos, 40, &done), 0);
  assert_int_equal(photo_order_check(photos, 0, &done), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_photos_number_is_the_last_digits_of_its_name),
      cmocka_unit_test(the_photo_that_was_taken_at_another_time_is_marked_and_no_other),
      cmocka_unit_test(names_that_do_not_follow_time_say_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
