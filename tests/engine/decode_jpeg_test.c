#include "engine/decode.h"
#include "tests/engine/samples.h"
#include "tests/support.h"

#include <turbojpeg.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <cmocka.h>

static struct blob scene_jpeg(int width, int height, int subsampling, bool progressive) {
  uint8_t *rgb = sample_scene(width, height);
  struct blob jpeg = sample_jpeg(rgb, width, height, subsampling, progressive);
  free(rgb);
  return jpeg;
}

/* The planes as TurboJPEG gives them, by another way through the library. */
struct yuv {
  uint8_t *planes[3];
  int widths[3], heights[3];
};

static struct yuv turbo_planes(const struct blob *jpeg, int reduction) {
  tjhandle tj = tjInitDecompress();
  int width, height, subsampling, space;
  assert_int_equal(tjDecompressHeader3(tj, jpeg->bytes, jpeg->size, &width, &height, &subsampling, &space), 0);
  width = (width + reduction - 1) / reduction, height = (height + reduction - 1) / reduction;
  struct yuv yuv = {0};
  for (int i = 0; i < (subsampling == TJSAMP_GRAY ? 1 : 3); i++) {
    yuv.widths[i] = tjPlaneWidth(i, width, subsampling);
    yuv.heights[i] = tjPlaneHeight(i, height, subsampling);
    yuv.planes[i] = malloc((size_t)yuv.widths[i] * (size_t)yuv.heights[i]);
    assert_non_null(yuv.planes[i]);
  }
  assert_int_equal(tjDecompressToYUVPlanes(tj, jpeg->bytes, jpeg->size, yuv.planes, width, NULL, height, 0), 0);
  tjDestroy(tj);
  return yuv;
}

static void yuv_free(struct yuv *yuv) {
  for (int i = 0; i < 3; i++) free(yuv->planes[i]);
}

static int at(const struct yuv *yuv, int i, int x, int y) {
  if (x >= yuv->widths[i]) x = yuv->widths[i] - 1;
  if (y >= yuv->heights[i]) y = yuv->heights[i] - 1;
  return yuv->planes[i][(size_t)y * (size_t)yuv->widths[i] + (size_t)x];
}

/* Chroma (i, j) covers luma 2i, 2i + 1 and 2j, 2j + 1: the rounded mean of what the file has there. */
static int half_chroma(const struct yuv *yuv, int plane, int i, int j, int every_x, int every_y) {
  int sum = 2;
  for (int k = 0; k < 4; k++) {
    const int x = 2 * i + k % 2 < yuv->widths[0] ? 2 * i + k % 2 : yuv->widths[0] - 1;
    const int y = 2 * j + k / 2 < yuv->heights[0] ? 2 * j + k / 2 : yuv->heights[0] - 1;
    sum += at(yuv, plane, x / every_x, y / every_y);
  }
  return sum / 4;
}

static void check_planes(int width, int height, int subsampling, bool progressive) {
  struct blob jpeg = scene_jpeg(width, height, subsampling, progressive);
  struct yuv yuv = turbo_planes(&jpeg, 1);
  struct image image = {0};
  sample_decode(&jpeg, NULL, &image);
  assert_int_equal(image.width, width);
  assert_int_equal(image.height, height);
  assert_int_equal(image.colour, subsampling != TJSAMP_GRAY);
  for (int y = 0; y < height; y++)
    assert_memory_equal(image.planes[0].pixels + (size_t)y * image.planes[0].stride,
                        yuv.planes[0] + (size_t)y * (size_t)yuv.widths[0], (size_t)width);
  const int every_x = tjMCUWidth[subsampling] / 8, every_y = tjMCUHeight[subsampling] / 8;
  for (int p = 1; image.colour && p < 3; p++)
    for (int j = 0; j < (height + 1) / 2; j++)
      for (int i = 0; i < (width + 1) / 2; i++) {
        const int got = image.planes[p].pixels[(size_t)j * image.planes[p].stride + (size_t)i];
        const int expected = half_chroma(&yuv, p, i, j, every_x, every_y);
        if (got != expected)
          fail_msg("%dx%d, subsampling %d, plane %d, (%d, %d): %d, expected %d", width, height, subsampling, p, i, j,
                   got, expected);
      }
  image_free(&image);
  yuv_free(&yuv);
  blob_free(&jpeg);
}

static void planes_are_those_of_the_file_for_every_subsampling_and_size(void **state) {
  (void)state;
  static const int SIZES[][2] = {{1, 1}, {2, 1}, {1, 3}, {16, 16}, {17, 31}, {64, 48}, {83, 65}, {100, 33}};
  static const int SAMPLINGS[] = {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_GRAY, TJSAMP_440, TJSAMP_411};
  for (size_t s = 0; s < sizeof SIZES / sizeof *SIZES; s++)
    for (size_t k = 0; k < sizeof SAMPLINGS / sizeof *SAMPLINGS; k++)
      for (int progressive = 0; progressive < 2; progressive++)
        check_planes(SIZES[s][0], SIZES[s][1], SAMPLINGS[k], progressive);
}

static void a_photo_is_reduced_as_far_as_the_sides_allow(void **state) {
  (void)state;
  static const struct {
    int least_width, least_height, reduction;
  } CASES[] = {{0, 0, 1}, {200, 150, 1}, {101, 76, 1}, {100, 75, 2}, {51, 30, 2}, {50, 38, 4}, {25, 19, 8}, {1, 1, 8}};
  static const int SAMPLINGS[] = {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_GRAY, TJSAMP_440, TJSAMP_411};
  for (size_t k = 0; k < sizeof SAMPLINGS / sizeof *SAMPLINGS; k++) {
    struct blob jpeg = scene_jpeg(200, 150, SAMPLINGS[k], false);
    for (size_t c = 0; c < sizeof CASES / sizeof *CASES; c++) {
      const struct decode_options options = {.least_width = CASES[c].least_width,
                                             .least_height = CASES[c].least_height};
      const int n = CASES[c].reduction;
      struct image image = {0};
      sample_decode(&jpeg, &options, &image);
      assert_int_equal(image.reduction, n);
      assert_int_equal(image.width, (200 + n - 1) / n);
      assert_int_equal(image.height, (150 + n - 1) / n);
      assert_int_equal(image.full_width, 200);
      assert_int_equal(image.full_height, 150);
      struct yuv yuv = turbo_planes(&jpeg, n);
      for (int y = 0; y < image.height; y++)
        assert_memory_equal(image.planes[0].pixels + (size_t)y * image.planes[0].stride,
                            yuv.planes[0] + (size_t)y * (size_t)yuv.widths[0], (size_t)image.width);
      yuv_free(&yuv);
      image_free(&image);
    }
    blob_free(&jpeg);
  }
}

/* Reduced chroma is the mean of the full one, about: it must not be shifted or swapped. */
static void reduced_chroma_stays_in_place(void **state) {
  (void)state;
  static const int SAMPLINGS[] = {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_440, TJSAMP_411};
  for (size_t k = 0; k < sizeof SAMPLINGS / sizeof *SAMPLINGS; k++) {
    struct blob jpeg = scene_jpeg(320, 160, SAMPLINGS[k], false);
    struct image full = {0}, small = {0};
    sample_decode(&jpeg, NULL, &full);
    for (int n = 2; n <= 8; n *= 2) {
      sample_decode(&jpeg, &(struct decode_options){.least_width = 320 / n, .least_height = 160 / n}, &small);
      assert_int_equal(small.reduction, n);
      for (int p = 1; p < 3; p++) {
        int64_t difference = 0;
        for (int j = 0; j < small.planes[p].height; j++)
          for (int i = 0; i < small.planes[p].width; i++) {
            int sum = 0;
            for (int q = 0; q < n * n; q++)
              sum += full.planes[p].pixels[(size_t)(j * n + q / n) * full.planes[p].stride + (size_t)(i * n + q % n)];
            difference += abs(sum / (n * n) - small.planes[p].pixels[(size_t)j * small.planes[p].stride + (size_t)i]);
          }
        assert_true(difference <= 3 * (int64_t)small.planes[p].width * small.planes[p].height);
      }
    }
    image_free(&full);
    image_free(&small);
    blob_free(&jpeg);
  }
}

static void turned(const struct image *in, int orientation, struct image *out) {
  struct fault fault;
  const bool exchange = orientation >= 5;
  assert_int_equal(
      image_reserve(out, exchange ? in->height : in->width, exchange ? in->width : in->height, in->colour, &fault),
      STATUS_OK);
  for (int p = 0; p < (in->colour ? 3 : 1); p++) {
    const struct plane *a = &in->planes[p], *b = &out->planes[p];
    for (int y = 0; y < b->height; y++)
      for (int x = 0; x < b->width; x++) {
        /* The stored pixel that EXIF says is seen at (x, y). */
        const int sx[9] = {0, x, b->width - 1 - x, b->width - 1 - x, x, y, y, b->height - 1 - y, b->height - 1 - y};
        const int sy[9] = {0, y, y, b->height - 1 - y, b->height - 1 - y, x, b->width - 1 - x, b->width - 1 - x, x};
        const uint8_t *row = a->pixels + (size_t)sy[orientation] * a->stride;
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a decoded plane
        b->pixels[(size_t)y * b->stride + (size_t)x] = row[sx[orientation]];
      }
  }
}

static void all_eight_orientations_turn_the_planes(void **state) {
  (void)state;
  for (int orientation = 1; orientation <= 8; orientation++) {
    struct blob jpeg = scene_jpeg(114, 70, TJSAMP_420, false);
    struct image stored = {0}, expected = {0}, image = {0};
    sample_decode(&jpeg, NULL, &stored);
    sample_jpeg_exif(&jpeg, orientation, "2026:03:01 22:14:05");
    struct decode_info info;
    struct fault fault = {0};
    assert_int_equal(decode_photo(jpeg.bytes, jpeg.size, NULL, &image, &info, &fault), STATUS_OK);
    assert_int_equal(info.orientation, orientation);
    assert_string_equal(info.captured, "2026-03-01T22:14:05");
    assert_string_equal(info.format, "JPEG");
    turned(&stored, orientation, &expected);
    assert_same_image(&image, &expected);
    int32_t width, height;
    assert_int_equal(decode_header(jpeg.bytes, jpeg.size, &width, &height, NULL, &fault), STATUS_OK);
    assert_int_equal(width, image.width);
    assert_int_equal(height, image.height);
    image_free(&stored);
    image_free(&expected);
    image_free(&image);
    blob_free(&jpeg);
  }
}

/* With odd sides the chroma is made anew, so that its samples lie where image.h says. */
static void odd_sides_turn_to_the_upright_picture(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(83, 65);
  struct image upright = {0}, image = {0};
  sample_image(rgb, 83, 65, &upright);
  for (int orientation = 1; orientation <= 8; orientation++)
    for (int subsampling = TJSAMP_444; subsampling <= TJSAMP_420; subsampling++) {
      int width, height;
      uint8_t *stored = sample_unturned(rgb, 83, 65, orientation, &width, &height);
      struct blob jpeg = sample_jpeg(stored, width, height, subsampling, false);
      sample_jpeg_exif(&jpeg, orientation, NULL);
      sample_decode(&jpeg, NULL, &image);
      assert_int_equal(image.full_width, 83);
      assert_int_equal(image.full_height, 65);
      int64_t difference = 0;
      for (int y = 0; y < 65; y++)
        for (int x = 0; x < 83; x++)
          difference += abs(image.planes[0].pixels[y * 83 + x] - upright.planes[0].pixels[y * 83 + x]);
      assert_true(difference < 3 * 83 * 65);
      difference = 0;
      for (int i = 0; i < 42 * 33; i++) difference += abs(image.planes[1].pixels[i] - upright.planes[1].pixels[i]);
      assert_true(difference < 3 * 42 * 33);
      blob_free(&jpeg);
      free(stored);
    }
  image_free(&upright);
  image_free(&image);
  free(rgb);
}

/* With and without its fractions, for which all of it is read beforehand. */
static void assert_refused_always(const struct blob *blob, const char *text) {
  struct image image = {0};
  struct fault fault = {0};
  const struct decode_options options = {.fractions = true};
  assert_refused(blob, text);
  assert_int_not_equal(decode_photo(blob->bytes, blob->size, &options, &image, NULL, &fault), STATUS_OK);
  assert_non_null(strstr(fault.text, text));
  image_free(&image);
}

static void a_truncated_photo_is_refused_wherever_it_ends(void **state) {
  (void)state;
  for (int progressive = 0; progressive < 2; progressive++) {
    struct blob jpeg = scene_jpeg(120, 90, TJSAMP_420, progressive);
    const size_t whole = jpeg.size;
    for (size_t size = 3; size + 2 < whole; size += size < whole - 40 ? 37 : 1) {
      struct blob cut = {malloc(size), size}; /* its own block: reading past its end is found */
      assert_non_null(cut.bytes);
      memcpy(cut.bytes, jpeg.bytes, size);
      assert_refused_always(&cut, "ends early");
      blob_free(&cut);
    }
    blob_free(&jpeg);
  }
}

static void a_truncated_photo_with_an_end_marker_is_refused(void **state) {
  (void)state;
  for (int progressive = 0; progressive < 2; progressive++) {
    struct blob jpeg = scene_jpeg(120, 90, TJSAMP_420, progressive);
    const size_t whole = jpeg.size;
    for (size_t size = whole / 2; size < whole - 60; size += 101) {
      jpeg.size = size;
      struct blob cut = {0};
      blob_append(&cut, jpeg.bytes, size);
      while (cut.bytes[cut.size - 1] == 0xFF) cut.size--;
      blob_append(&cut, "\xFF\xD9", 2);
      assert_refused_always(&cut, "");
      blob_free(&cut);
    }
    blob_free(&jpeg);
  }
}

static void a_photo_filled_up_with_zeros_is_refused(void **state) {
  (void)state;
  struct blob jpeg = scene_jpeg(120, 90, TJSAMP_420, false);
  memset(jpeg.bytes + jpeg.size * 2 / 3, 0, jpeg.size - jpeg.size * 2 / 3);
  assert_refused_always(&jpeg, "");
  blob_free(&jpeg);
}

static void what_viewers_show_whole_is_not_refused(void **state) {
  (void)state;
  struct blob jpeg = scene_jpeg(120, 90, TJSAMP_420, false);
  struct image expected = {0}, image = {0};
  sample_decode(&jpeg, NULL, &expected);
  struct blob longer = {0}, stray = {0}, open = {0};
  blob_append(&longer, jpeg.bytes, jpeg.size);
  blob_append(&longer, "trailing bytes \xFF\xD8\xFF", 18);
  sample_decode(&longer, NULL, &image);
  assert_same_image(&image, &expected);
  blob_append(&stray, jpeg.bytes, jpeg.size);
  blob_insert(&stray, stray.size - 2, "\0\0\0\0", 4);
  sample_decode(&stray, NULL, &image);
  assert_same_image(&image, &expected);
  blob_append(&open, jpeg.bytes, jpeg.size - 2);
  sample_decode(&open, NULL, &image);
  assert_same_image(&image, &expected);
  blob_free(&jpeg);
  blob_free(&longer);
  blob_free(&stray);
  blob_free(&open);
  image_free(&expected);
  image_free(&image);
}

/* From the marker at `from` to the next one that ends its data. */
static size_t segment_end(const struct blob *jpeg, size_t from) {
  size_t at = from + 2 + ((size_t)jpeg->bytes[from + 2] << 8 | jpeg->bytes[from + 3]);
  if (jpeg->bytes[from + 1] != 0xDA) return at;
  while (!(jpeg->bytes[at] == 0xFF && jpeg->bytes[at + 1] != 0)) at++;
  return at;
}

static void a_progressive_photo_without_its_last_scans_is_refused(void **state) {
  (void)state;
  struct blob jpeg = scene_jpeg(64, 64, TJSAMP_420, true);
  size_t last = 0;
  for (size_t at = 2; jpeg.bytes[at + 1] != 0xD9; at = segment_end(&jpeg, at))
    if (jpeg.bytes[at + 1] == 0xDA) last = at;
  jpeg.size = last;
  blob_append(&jpeg, "\xFF\xD9", 2);
  assert_refused_always(&jpeg, "scans are missing");
  blob_free(&jpeg);
}

/* A grey photo in two scans, all of the mean and all of the detail; the second may be repeated without breaking a rule.
 */
static struct blob in_two_scans(void) {
  const jpeg_scan_info scans[2] = {{.comps_in_scan = 1}, {.comps_in_scan = 1, .Ss = 1, .Se = 63}};
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  unsigned char *bytes = NULL;
  unsigned long size = 0;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = jpeg.image_height = 64;
  jpeg.input_components = 1;
  jpeg.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&jpeg);
  jpeg.scan_info = scans;
  jpeg.num_scans = 2;
  jpeg_start_compress(&jpeg, TRUE);
  uint8_t *rgb = sample_scene(64, 64);
  for (int y = 0; y < 64; y++) {
    JSAMPROW row = rgb + 64 * y;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  struct blob blob = {0};
  blob_append(&blob, bytes, size);
  free(bytes);
  free(rgb);
  return blob;
}

static void a_photo_with_more_than_a_hundred_scans_is_refused(void **state) {
  (void)state;
  struct blob jpeg = in_two_scans();
  size_t last = 0;
  for (size_t at = 2; jpeg.bytes[at + 1] != 0xD9; at = segment_end(&jpeg, at))
    if (jpeg.bytes[at + 1] == 0xDA) last = at;
  struct blob scan = {0};
  blob_append(&scan, jpeg.bytes + last, jpeg.size - 2 - last);
  for (int i = 2; i < 100; i++) blob_insert(&jpeg, last, scan.bytes, scan.size);
  struct image image = {0};
  sample_decode(&jpeg, NULL, &image);
  blob_insert(&jpeg, last, scan.bytes, scan.size);
  assert_refused_always(&jpeg, "more than 100 scans");
  image_free(&image);
  blob_free(&scan);
  blob_free(&jpeg);
}

/* Phones put one into every photo: it must not cost the planes of the file. */
static void a_profile_that_is_srgb_in_fact_leaves_the_planes_as_they_are(void **state) {
  (void)state;
  static const int SAMPLINGS[] = {TJSAMP_420, TJSAMP_GRAY};
  for (int k = 0; k < 2; k++) {
    struct blob jpeg = scene_jpeg(83, 65, SAMPLINGS[k], false), srgb = sample_profile_srgb();
    struct image image = {0}, expected = {0};
    sample_decode(&jpeg, NULL, &expected);
    sample_jpeg_profile(&jpeg, srgb.bytes, srgb.size);
    sample_decode(&jpeg, NULL, &image);
    assert_same_image(&image, &expected);
    image_free(&image);
    image_free(&expected);
    blob_free(&jpeg);
    blob_free(&srgb);
  }
}

static void a_wide_profile_is_converted(void **state) {
  (void)state;
  uint8_t rgb[32 * 32 * 3];
  for (int i = 0; i < 32 * 32; i++) memcpy(rgb + 3 * i, (const uint8_t[3]){200, 100, 50}, 3);
  struct blob jpeg = sample_jpeg(rgb, 32, 32, TJSAMP_420, false), wide = sample_profile_display_p3();
  sample_jpeg_profile(&jpeg, wide.bytes, wide.size);
  struct image image = {0};
  sample_decode(&jpeg, NULL, &image);
  uint8_t row[32 * 3];
  image_rgb_row(&image, 16, row);
  const int expected[3] = {215, 93, 31};
  for (int k = 0; k < 3; k++) assert_in_range(row[48 + k] + 3, expected[k], expected[k] + 6);
  image_free(&image);
  blob_free(&jpeg);
  blob_free(&wide);
}

static void a_header_that_claims_too_much_is_refused_before_anything_is_allocated(void **state) {
  (void)state;
  struct blob jpeg = scene_jpeg(64, 64, TJSAMP_420, false);
  for (size_t at = 2; jpeg.bytes[at + 1] != 0xDA; at = segment_end(&jpeg, at))
    if (jpeg.bytes[at + 1] == 0xC0) memset(jpeg.bytes + at + 5, 0xFD, 4);
  assert_refused_always(&jpeg, "65021 x 65021");
  blob_free(&jpeg);

  jpeg = scene_jpeg(64, 64, TJSAMP_420, false);
  struct image image = {0};
  struct fault fault = {0};
  assert_int_equal(
      decode_photo(jpeg.bytes, jpeg.size, &(struct decode_options){.max_pixels = 4095}, &image, NULL, &fault),
      STATUS_LIMIT);
  assert_non_null(strstr(fault.text, "64 x 64 pixels, 4096 in all: at most 4095"));
  blob_free(&jpeg);
}

/* TurboJPEG writes CMYK as YCCK with Adobe's marker and takes samples as they stand in the file: 255 is no ink. */
static void a_cmyk_photo_becomes_colour(void **state) {
  (void)state;
  uint8_t cmyk[16 * 16 * 4];
  for (int i = 0; i < 16 * 16; i++) memcpy(cmyk + 4 * i, (const uint8_t[4]){255, 55, 155, 205}, 4);
  tjhandle tj = tjInitCompress();
  unsigned char *bytes = NULL;
  unsigned long size = 0;
  assert_int_equal(tjCompress2(tj, cmyk, 16, 0, 16, TJPF_CMYK, &bytes, &size, TJSAMP_444, 100, 0), 0);
  struct image image = {0};
  struct fault fault = {0};
  assert_int_equal(decode_photo(bytes, size, NULL, &image, NULL, &fault), STATUS_OK);
  uint8_t rgb[16 * 3];
  image_rgb_row(&image, 8, rgb);
  const int expected[3] = {255 * 205 / 255, 55 * 205 / 255, 155 * 205 / 255};
  for (int k = 0; k < 3; k++) assert_in_range(rgb[8 * 3 + k] + 3, expected[k], expected[k] + 6);
  image_free(&image);
  tjFree(bytes);
  tjDestroy(tj);
}

/* The same JPEG, its components named R, G, B: then they are that. */
static void a_jpeg_in_rgb_becomes_planes(void **state) {
  (void)state;
  uint8_t rgb[24 * 16 * 3];
  for (int i = 0; i < 24 * 16; i++) memcpy(rgb + 3 * i, (const uint8_t[3]){90, 90, 90}, 3);
  struct blob jpeg = sample_jpeg(rgb, 24, 16, TJSAMP_444, false);
  for (size_t at = 2;; at = segment_end(&jpeg, at)) {
    const int marker = jpeg.bytes[at + 1];
    if (marker == 0xE0) jpeg.bytes[at + 4] = 'X'; /* no JFIF: that would say YCbCr */
    for (int k = 0; k < 3; k++) {
      if (marker == 0xC0) jpeg.bytes[at + 10 + 3 * (size_t)k] = (uint8_t) "RGB"[k];
      if (marker == 0xDA) jpeg.bytes[at + 5 + 2 * (size_t)k] = (uint8_t) "RGB"[k];
    }
    if (marker == 0xDA) break;
  }
  struct image image = {0};
  sample_decode(&jpeg, NULL, &image);
  uint8_t row[24 * 3];
  image_rgb_row(&image, 3, row);
  const int expected[3] = {90, 128, 128};
  for (int k = 0; k < 3; k++) assert_in_range(row[3 * 5 + k] + 2, expected[k], expected[k] + 4);
  image_free(&image);
  blob_free(&jpeg);
}

/* The first value of a table of the file, 8 bits wide; the n-th table segment. */
static double first_of_table(const struct blob *jpeg, int n) {
  for (size_t i = 0; i + 5 < jpeg->size; i++)
    if (jpeg->bytes[i] == 0xFF && jpeg->bytes[i + 1] == 0xDB && !n--) return jpeg->bytes[i + 5];
  fail_msg("no such table");
  return 0;
}

static void the_steps_of_means_are_the_file_s_and_no_other_photo_has_them(void **state) {
  (void)state;
  struct blob colour = scene_jpeg(64, 48, TJSAMP_420, false), grey = scene_jpeg(64, 48, TJSAMP_GRAY, false);
  uint8_t pixels[4 * 4 * 3] = {0};
  struct blob png = sample_png(&(struct sample_png){.width = 4, .height = 4, .bit_depth = 8, .colour_type = 2}, pixels,
                               sizeof pixels);
  struct image image = {0};
  sample_decode(&colour, NULL, &image);
  for (int i = 0; i < 2; i++) assert_float_equal(image.step[i], first_of_table(&colour, i) / 8, 0);
  sample_decode(&grey, NULL, &image);
  assert_float_equal(image.step[0], first_of_table(&grey, 0) / 8, 0);
  assert_float_equal(image.step[1], 0, 0);
  sample_decode(&png, NULL, &image);
  assert_float_equal(image.step[0], 0, 0);
  image_free(&image);
  blob_free(&colour);
  blob_free(&grey);
  blob_free(&png);
}

/* Means of squares of 16 x 16 pixels as the file has them, less 128: of a component, turned by no EXIF. */
static double mean_in_file(struct jpeg_decompress_struct *jpeg, jvirt_barray_ptr blocks, int component, int column,
                           int row) {
  const jpeg_component_info *c = &jpeg->comp_info[component];
  const int across = 2 * c->h_samp_factor / jpeg->max_h_samp_factor;
  const int down = 2 * c->v_samp_factor / jpeg->max_v_samp_factor;
  double sum = 0;
  for (int j = 0; j < down; j++) {
    JBLOCKARRAY rows =
        jpeg->mem->access_virt_barray((j_common_ptr)jpeg, blocks, (JDIMENSION)(row * down + j), 1, FALSE);
    for (int i = 0; i < across; i++) sum += rows[0][column * across + i][0];
  }
  return sum * c->quant_table->quantval[0] / (8 * across * down);
}

static double mean_in_plane(const struct plane *plane, int side, int column, int row) {
  double sum = 0;
  for (int y = row * side; y < (row + 1) * side; y++)
    for (int x = column * side; x < (column + 1) * side; x++)
      sum += plane->pixels[(size_t)y * plane->stride + (size_t)x];
  return sum / (side * side) - 128;
}

static void check_fractions(int subsampling, bool progressive, int least) {
  int told = 0;
  enum { WIDTH = 176, HEIGHT = 144 };
  struct blob blob = scene_jpeg(WIDTH + 5, HEIGHT + 9, subsampling, progressive);
  struct image image = {0}, plain = {0};
  const struct decode_options options = {.fractions = true, .least_width = least, .least_height = least};
  struct decode_options without = options;
  without.fractions = false;
  sample_decode(&blob, &options, &image);
  sample_decode(&blob, &without, &plain);
  assert_true(image.fractions && !plain.fractions);
  struct jpeg_error_mgr errors;
  struct jpeg_decompress_struct jpeg = {.err = jpeg_std_error(&errors)};
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, blob.bytes, blob.size);
  jpeg_read_header(&jpeg, TRUE);
  jvirt_barray_ptr *blocks = jpeg_read_coefficients(&jpeg);
  for (int k = 0; k < (image.colour ? 3 : 1); k++) {
    const int side = IMAGE_FRACTION_SIDE / image.reduction / (k ? 2 : 1);
    for (int y = 0; y < image.planes[k].height; y++)
      assert_memory_equal(image.planes[k].pixels + (size_t)y * image.planes[k].stride,
                          plain.planes[k].pixels + (size_t)y * plain.planes[k].stride, (size_t)plain.planes[k].width);
    for (int row = 0; row < HEIGHT / 16; row++)
      for (int column = 0; column < WIDTH / 16; column++) {
        const struct plane *f = &image.fraction[k];
        double off = (f->pixels[(size_t)row * f->stride + (size_t)column] - 128.0) / IMAGE_FRACTION_UNIT;
        const double shown = mean_in_plane(&image.planes[k], side, column, row);
        const double meant = mean_in_file(&jpeg, blocks[k], k, column, row);
        if (shown - meant < 1.4 && meant - shown < 1.4)
          assert_float_equal(shown + off, meant, 0.6 / IMAGE_FRACTION_UNIT), told++;
      }
  }
  assert_true(told > (WIDTH / 16) * (HEIGHT / 16) / 2);
  jpeg_destroy_decompress(&jpeg);
  image_free(&image);
  image_free(&plain);
  blob_free(&blob);
}

static void fractions_make_the_planes_means_those_of_the_file(void **state) {
  (void)state;
  check_fractions(TJSAMP_420, false, 0);
  check_fractions(TJSAMP_444, false, 0);
  check_fractions(TJSAMP_422, true, 0);
  check_fractions(TJSAMP_GRAY, false, 0);
  check_fractions(TJSAMP_420, true, 60);
}

/* A turned photo's fractions are the photo's, turned: of whole squares. */
static void fractions_turn_with_the_planes(void **state) {
  (void)state;
  enum { COLUMNS = 4, ROWS = 3 };
  const struct decode_options options = {.fractions = true};
  struct blob blob = scene_jpeg(16 * COLUMNS, 16 * ROWS, TJSAMP_420, false);
  struct image upright = {0}, image = {0};
  sample_decode(&blob, &options, &upright);
  for (int orientation = 2; orientation <= 8; orientation++) {
    struct blob turned_blob = scene_jpeg(16 * COLUMNS, 16 * ROWS, TJSAMP_420, false);
    sample_jpeg_exif(&turned_blob, orientation, NULL);
    sample_decode(&turned_blob, &options, &image);
    struct image expected = {0};
    struct image small = {.width = COLUMNS, .height = ROWS, .planes = {upright.fraction[1]}};
    turned(&small, orientation, &expected);
    assert_int_equal(image.fraction[1].width, expected.planes[0].width);
    for (int y = 0; y < expected.planes[0].height; y++)
      assert_memory_equal(image.fraction[1].pixels + (size_t)y * image.fraction[1].stride,
                          expected.planes[0].pixels + (size_t)y * expected.planes[0].stride,
                          (size_t)expected.planes[0].width);
    image_free(&expected);
    blob_free(&turned_blob);
  }
  image_free(&upright);
  image_free(&image);
  blob_free(&blob);
}

static void memory_is_reused(void **state) {
  (void)state;
  struct blob large = scene_jpeg(200, 100, TJSAMP_420, false), small = scene_jpeg(64, 64, TJSAMP_GRAY, false);
  struct image image = {0}, fresh = {0};
  sample_decode(&large, NULL, &image);
  const void *memory = image.memory;
  sample_decode(&small, NULL, &image);
  assert_ptr_equal(image.memory, memory);
  sample_decode(&small, NULL, &fresh);
  assert_same_image(&image, &fresh);
  image_free(&image);
  image_free(&fresh);
  blob_free(&large);
  blob_free(&small);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(planes_are_those_of_the_file_for_every_subsampling_and_size),
      cmocka_unit_test(a_photo_is_reduced_as_far_as_the_sides_allow),
      cmocka_unit_test(reduced_chroma_stays_in_place),
      cmocka_unit_test(all_eight_orientations_turn_the_planes),
      cmocka_unit_test(odd_sides_turn_to_the_upright_picture),
      cmocka_unit_test(a_truncated_photo_is_refused_wherever_it_ends),
      cmocka_unit_test(a_truncated_photo_with_an_end_marker_is_refused),
      cmocka_unit_test(a_photo_filled_up_with_zeros_is_refused),
      cmocka_unit_test(what_viewers_show_whole_is_not_refused),
      cmocka_unit_test(a_progressive_photo_without_its_last_scans_is_refused),
      cmocka_unit_test(a_photo_with_more_than_a_hundred_scans_is_refused),
      cmocka_unit_test(a_profile_that_is_srgb_in_fact_leaves_the_planes_as_they_are),
      cmocka_unit_test(a_wide_profile_is_converted),
      cmocka_unit_test(a_header_that_claims_too_much_is_refused_before_anything_is_allocated),
      cmocka_unit_test(a_cmyk_photo_becomes_colour),
      cmocka_unit_test(a_jpeg_in_rgb_becomes_planes),
      cmocka_unit_test(the_steps_of_means_are_the_file_s_and_no_other_photo_has_them),
      cmocka_unit_test(fractions_make_the_planes_means_those_of_the_file),
      cmocka_unit_test(fractions_turn_with_the_planes),
      cmocka_unit_test(memory_is_reused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
