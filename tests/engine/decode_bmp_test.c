#include "engine/decode.h"
#include "tests/engine/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct sample_bmp {
  uint32_t header; /* 12, 40, 108 or 124 */
  int32_t width, height;
  uint32_t bits, packing;
  uint32_t masks[4];
  const uint8_t (*palette)[4]; /* BGR0 */
  uint32_t colours;
};

static void put16(uint8_t *p, uint32_t v) {
  p[0] = (uint8_t)v, p[1] = (uint8_t)(v >> 8);
}
static void put32(uint8_t *p, uint32_t v) {
  put16(p, v), put16(p + 2, v >> 16);
}

static struct blob write_bmp(const struct sample_bmp *s, const void *pixels, size_t size) {
  uint8_t head[14 + 124 + 12] = "BM", *info = head + 14;
  put32(info, s->header);
  if (s->header == 12) {
    put16(info + 4, (uint32_t)s->width), put16(info + 6, (uint32_t)s->height);
    put16(info + 8, 1), put16(info + 10, s->bits);
  } else {
    put32(info + 4, (uint32_t)s->width), put32(info + 8, (uint32_t)s->height);
    put16(info + 12, 1), put16(info + 14, s->bits), put32(info + 16, s->packing), put32(info + 32, s->colours);
  }
  const bool fields = s->packing == 3;
  if (fields || s->header > 40)
    for (int i = 0; i < 4; i++) put32(info + 40 + 4 * i, s->masks[i]);
  struct blob blob = {0};
  blob_append(&blob, head, 14 + s->header + (fields && s->header == 40 ? 12 : 0));
  for (uint32_t i = 0; i < s->colours; i++) blob_append(&blob, s->palette[i], s->header == 12 ? 3 : 4);
  put32(blob.bytes + 10, (uint32_t)blob.size);
  blob_append(&blob, pixels, size);
  return blob;
}

/* Two rows, the upper first. */
static void assert_decodes(const struct sample_bmp *shape, const void *pixels, size_t size, const uint8_t *rgb) {
  struct blob bmp = write_bmp(shape, pixels, size);
  struct image image = {0}, expected = {0};
  sample_decode(&bmp, NULL, &image);
  sample_image(rgb, shape->width, abs(shape->height), &expected);
  assert_same_image(&image, &expected);
  image_free(&image);
  image_free(&expected);
  /* No shorter file is read past its end. */
  for (size_t shorter = 14; shorter < bmp.size; shorter++) {
    struct blob cut = {malloc(shorter), shorter};
    assert_non_null(cut.bytes);
    memcpy(cut.bytes, bmp.bytes, shorter);
    struct fault fault;
    (void)decode_photo(cut.bytes, cut.size, NULL, &image, NULL, &fault);
    blob_free(&cut);
  }
  image_free(&image);
  blob_free(&bmp);
}

static const uint8_t SCENE[18] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 8, 16, 24, 0, 0, 0};

static void colours_of_24_and_32_bits_from_both_ends(void **state) {
  (void)state;
  const uint8_t up[24] = {255, 255, 255, 24, 16, 8, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 255, 0, 255, 0, 0};
  const uint8_t down[24] = {0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 0, 255, 255, 255, 24, 16, 8};
  const uint8_t wide[24] = {255, 255, 255, 0, 24, 16, 8, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255};
  assert_decodes(&(struct sample_bmp){40, 3, 2, .bits = 24}, up, 24, SCENE);
  assert_decodes(&(struct sample_bmp){40, 3, 2, .bits = 24}, up, 21, SCENE); /* last padding left out */
  assert_decodes(&(struct sample_bmp){12, 3, 2, .bits = 24}, up, 24, SCENE);
  assert_decodes(&(struct sample_bmp){40, 3, -2, .bits = 24}, down, 24, SCENE);
  assert_decodes(&(struct sample_bmp){124, 3, 2, .bits = 24}, up, 24, SCENE);
  assert_decodes(&(struct sample_bmp){40, 3, 2, .bits = 32}, wide, 24, SCENE);
}

static void bit_fields_say_where_the_samples_are(void **state) {
  (void)state;
  /* 5-6-5: 31 -> 255, 63 -> 255, 1 of 31 -> 8, 2 of 63 -> 8. */
  const uint8_t small[4] = {0xFF, 0xFF, 0x41, 0x08};
  assert_decodes(&(struct sample_bmp){40, 2, 1, 16, 3, .masks = {0xF800, 0x7E0, 0x1F}}, small, 4,
                 (uint8_t[]){255, 255, 255, 8, 8, 8});
  const uint8_t plain[4] = {0x00, 0x7C, 0x1F, 0x00};
  assert_decodes(&(struct sample_bmp){40, 2, 1, .bits = 16}, plain, 4, (uint8_t[]){255, 0, 0, 0, 0, 255});
  const uint32_t deep[2] = {1023u << 20 | 512u << 10, 1023};
  assert_decodes(&(struct sample_bmp){40, 2, 1, 32, 3, .masks = {1023u << 20, 1023u << 10, 1023}}, deep, 8,
                 (uint8_t[]){255, 128, 0, 0, 0, 255});
}

static void alpha_counts_unless_all_of_it_is_zero(void **state) {
  (void)state;
  struct sample_bmp shape = {108, 2, 1, 32, 3, .masks = {0xFF0000, 0xFF00, 0xFF, 0xFF000000}};
  assert_decodes(&shape, (uint8_t[]){30, 200, 10, 255, 0, 50, 100, 102}, 8, (uint8_t[]){10, 200, 30, 193, 173, 153});
  assert_decodes(&shape, (uint8_t[]){30, 200, 10, 0, 0, 50, 100, 0}, 8, (uint8_t[]){10, 200, 30, 100, 50, 0});
}

static const uint8_t COLOURS[4][4] = {{0, 0, 255}, {0, 255, 0}, {255, 0, 0}, {9, 9, 9}};
static const uint8_t INDEXED[15] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9, 0, 255, 0};

static void palettes_of_1_to_8_bits(void **state) {
  (void)state;
  struct sample_bmp shape = {40, 5, 1, .bits = 8, .palette = COLOURS, .colours = 4};
  assert_decodes(&shape, (uint8_t[]){0, 1, 2, 3, 1, 0, 0, 0}, 8, INDEXED);
  shape.bits = 4;
  assert_decodes(&shape, (uint8_t[]){0x01, 0x23, 0x10, 0}, 4, INDEXED);
  shape.bits = 2;
  assert_decodes(&shape, (uint8_t[]){0x1B, 0x40, 0, 0}, 4, INDEXED);
  shape.bits = 1, shape.colours = 2;
  assert_decodes(&shape, (uint8_t[]){0x50, 0, 0, 0}, 4,
                 (uint8_t[]){255, 0, 0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 255, 0, 0});
}

static void a_palette_of_greys_is_grey(void **state) {
  (void)state;
  const uint8_t greys[3][4] = {{0, 0, 0}, {77, 77, 77}, {255, 255, 255}};
  const struct sample_bmp shape = {40, 4, 1, .bits = 8, .palette = greys, .colours = 3};
  struct blob bmp = write_bmp(&shape, (uint8_t[]){2, 1, 0, 1}, 4);
  struct image image = {0};
  sample_decode(&bmp, NULL, &image);
  assert_false(image.colour);
  assert_memory_equal(image.planes[0].pixels, ((uint8_t[]){255, 77, 0, 77}), 4);
  image_free(&image);
  blob_free(&bmp);
}

static void run_lengths_unpack(void **state) {
  (void)state;
  const uint8_t rgb[30] = {255, 0, 0, 255, 0,   0, 255, 0, 0,   0,   255, 0, 0,   0, 255,
                           9,   9, 9, 0,   255, 0, 0,   0, 255, 255, 0,   0, 255, 0, 0};
  struct sample_bmp shape = {40, 5, 2, .bits = 8, .packing = 1, .palette = COLOURS, .colours = 4};
  /* Lower row: three as they are, the rest skipped; upper row: a run of three and two of one. */
  const uint8_t rle8[] = {0, 3, 3, 1, 2, 0, 0, 0, 3, 0, 1, 1, 1, 2, 0, 1};
  assert_decodes(&shape, rle8, sizeof rle8, rgb);
  shape.bits = 4, shape.packing = 2;
  const uint8_t rle4[] = {0, 3, 0x31, 0x20, 0, 0, 3, 0x00, 2, 0x12, 0, 1};
  assert_decodes(&shape, rle4, sizeof rle4, rgb);
  struct blob bmp = write_bmp(&shape, rle4, sizeof rle4 - 2);
  assert_refused(&bmp, "ends early");
  blob_free(&bmp);
  const uint8_t many[] = {0, 0, 0, 0, 0, 0, 3, 0, 0, 1};
  bmp = write_bmp(&shape, many, sizeof many);
  assert_refused(&bmp, "more than 2 rows");
  blob_free(&bmp);
}

static void what_is_wrong_is_refused_in_words(void **state) {
  (void)state;
  const uint8_t pixels[64] = {0};
  struct sample_bmp shape = {40, 3, 2, .bits = 24};
  struct blob bmp = write_bmp(&shape, pixels, 20);
  assert_refused(&bmp, "BMP data ends early");
  blob_free(&bmp);
  shape.bits = 7;
  bmp = write_bmp(&shape, pixels, 64);
  assert_refused(&bmp, "7 bits a pixel");
  blob_free(&bmp);
  shape.bits = 24, shape.packing = 4;
  bmp = write_bmp(&shape, pixels, 64);
  assert_refused(&bmp, "compression 4");
  blob_free(&bmp);
  shape.packing = 0, shape.width = 0;
  bmp = write_bmp(&shape, pixels, 64);
  assert_refused(&bmp, "0 x 2 pixels");
  blob_free(&bmp);
  shape.width = 3, shape.height = INT32_MIN;
  bmp = write_bmp(&shape, pixels, 64);
  assert_refused(&bmp, "2147483648");
  blob_free(&bmp);
  bmp = (struct blob){0};
  blob_append(&bmp, "BM", 2);
  assert_refused(&bmp, "BMP data ends early");
  blob_free(&bmp);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(colours_of_24_and_32_bits_from_both_ends),
      cmocka_unit_test(bit_fields_say_where_the_samples_are),
      cmocka_unit_test(alpha_counts_unless_all_of_it_is_zero),
      cmocka_unit_test(palettes_of_1_to_8_bits),
      cmocka_unit_test(a_palette_of_greys_is_grey),
      cmocka_unit_test(run_lengths_unpack),
      cmocka_unit_test(what_is_wrong_is_refused_in_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
