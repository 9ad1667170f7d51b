#include "engine/decode.h"
#include "tests/engine/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct blob blob_of(const void *bytes, size_t size) {
  struct blob blob = {0};
  blob_append(&blob, bytes, size);
  return blob;
}

static void assert_grey(const void *bytes, size_t size, const uint8_t expected[4]) {
  struct blob pnm = blob_of(bytes, size);
  struct image image = {0};
  sample_decode(&pnm, NULL, &image);
  assert_false(image.colour);
  assert_int_equal(image.width, 4);
  assert_int_equal(image.height, 1);
  assert_memory_equal(image.planes[0].pixels, expected, 4);
  image_free(&image);
  blob_free(&pnm);
}

static void assert_colour(const void *bytes, size_t size, const uint8_t expected[6]) {
  struct blob pnm = blob_of(bytes, size);
  struct image image = {0}, same = {0};
  sample_decode(&pnm, NULL, &image);
  sample_image(expected, 2, 1, &same);
  assert_same_image(&image, &same);
  image_free(&image);
  image_free(&same);
  blob_free(&pnm);
}

/* The text with its closing NUL left out. */
#define TEXT(text) "" text, sizeof text - 1

static void all_six_kinds_and_depths(void **state) {
  (void)state;
  assert_grey(TEXT("P1\n4 1\n0110"), (uint8_t[]){255, 0, 0, 255});
  assert_grey(TEXT("P1 4 1 0 1\n1 # note\n0"), (uint8_t[]){255, 0, 0, 255});
  assert_grey(TEXT("P2 4 1 10 0 1 5 10\n"), (uint8_t[]){0, 26, 128, 255});
  assert_grey(TEXT("P4\n4 1\n\x60"), (uint8_t[]){255, 0, 0, 255});
  assert_grey(TEXT("P5\n4 1\n255\n\0\7\xC8\xFF"), (uint8_t[]){0, 7, 200, 255});
  assert_grey(TEXT("P5\n4 1\n100\n\0\12\62\144"), (uint8_t[]){0, 26, 128, 255});
  assert_grey(TEXT("P5\n4 1\n65535\n\0\x80\0\x81\x80\0\xFF\xFF"), (uint8_t[]){0, 1, 128, 255});
  assert_colour(TEXT("P3 2 1 255 10 20 30 40 50 60"), (uint8_t[]){10, 20, 30, 40, 50, 60});
  assert_colour(TEXT("P6 2 1 255\n\12\24\36\50\62\74"), (uint8_t[]){10, 20, 30, 40, 50, 60});
  assert_colour(TEXT("P6 2 1 1\n\0\1\0\1\0\1"), (uint8_t[]){0, 255, 0, 255, 0, 255});
}

static void comments_and_any_space_separate_the_header(void **state) {
  (void)state;
  assert_grey(TEXT("P5#a\n# 9 9\r4\t\v1 # more\n\f255 \0\7\xC8\xFF"), (uint8_t[]){0, 7, 200, 255});
}

static void a_second_picture_is_left_alone(void **state) {
  (void)state;
  assert_grey(TEXT("P5 4 1 255\n\0\7\xC8\xFFP5 1 1 255\n\0"), (uint8_t[]){0, 7, 200, 255});
}

static void assert_wrong(const void *bytes, size_t size, const char *words) {
  struct blob pnm = blob_of(bytes, size);
  assert_refused(&pnm, words);
  blob_free(&pnm);
}

static void what_is_wrong_is_refused_in_words(void **state) {
  (void)state;
  assert_wrong(TEXT("P5\n4 1\n255\n\0\7\xC8"), "ends early");
  assert_wrong(TEXT("P5\n4 1\n255"), "ends early");
  assert_wrong(TEXT("P5\n4"), "ends early");
  assert_wrong(TEXT("P4\n9 1\n\x60"), "ends early");
  assert_wrong(TEXT("P2 4 1 10 0 1 5"), "ends early");
  assert_wrong(TEXT("P1 4 1 010"), "ends early");
  assert_wrong(TEXT("P1 4 1 0120"), "expected 0 or 1");
  assert_wrong(TEXT("P2 4 1 10 0 1 5 11"), "is 11: expected at most 10");
  assert_wrong(TEXT("P5 4 1 10\n\0\1\5\13"), "is 11: expected at most 10");
  assert_wrong(TEXT("P5 4 1 65536\n\0\1\5\13"), "65536");
  assert_wrong(TEXT("P5 4 1 0\n\0\1\5\13"), "largest sample");
  assert_wrong(TEXT("P5 4 x 10\n\0\1\5\13"), "expected the height");
  assert_wrong(TEXT("P5 -4 1 10\n\0\1\5\13"), "expected the width");
  assert_wrong(TEXT("P5 99999999999 1 10\n"), "expected the width");
  assert_wrong(TEXT("P5 60000 60000 255\n"), "60000 x 60000");
  assert_wrong(TEXT("P5 0 1 255\n\0"), "0 x 1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_six_kinds_and_depths),
      cmocka_unit_test(comments_and_any_space_separate_the_header),
      cmocka_unit_test(a_second_picture_is_left_alone),
      cmocka_unit_test(what_is_wrong_is_refused_in_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
