/* Every photo of the real data decodes, whole and at the size its header says. */
#include "engine/decode.h"
#include "tests/support.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int decoded;
static struct image image;

static bool is_photo(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot && (!strcmp(dot, ".jpg") || !strcmp(dot, ".png") || !strcmp(dot, ".bmp"));
}

static int decode_one(const char *path, const struct stat *info, int type, struct FTW *where) {
  (void)where;
  if (type != FTW_F || !is_photo(path)) return 0;
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("cannot read %s", path);
  const size_t size = (size_t)info->st_size;
  uint8_t *bytes = malloc(size + 1);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, size, file), size);
  fclose(file);
  struct fault fault = {0};
  int32_t width = 0, height = 0;
  if (decode_header(bytes, size, &width, &height, NULL, &fault)) fail_msg("%s: %s", path, fault.text);
  if (decode_photo(bytes, size, NULL, &image, NULL, &fault)) fail_msg("%s: %s", path, fault.text);
  assert_int_equal(image.width, width);
  assert_int_equal(image.height, height);
  /* Half a photo is no photo. */
  if (!decode_photo(bytes, size / 2, NULL, &image, NULL, &fault)) fail_msg("%s: its first half was taken", path);
  free(bytes);
  decoded++;
  return 0;
}

static void every_photo_decodes_and_no_half_of_one_does(void **state) {
  (void)state;
  char *folder = support_data("");
  assert_int_equal(nftw(folder, decode_one, 16, FTW_PHYS), 0);
  print_message("%d photos\n", decoded);
  assert_true(decoded > 0);
  image_free(&image);
  free(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_photo_decodes_and_no_half_of_one_does)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
