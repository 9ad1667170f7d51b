/* What holds for every format. */
#include "engine/decode.h"
#include "engine/exif.h"
#include "tests/engine/samples.h"
#include "tests/support.h"

#include <pthread.h>
#include <turbojpeg.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_not_taken(const void *bytes, size_t size, const char *words) {
  struct blob blob = {0};
  blob_append(&blob, bytes, size);
  assert_refused(&blob, words);
  blob_free(&blob);
}

static void what_is_no_photo_is_refused_in_words(void **state) {
  (void)state;
  assert_not_taken("", 0, "the file is empty");
  static const char TEXT[] = "This is a text file that someone named photo.jpg.\n";
  assert_not_taken(TEXT, sizeof TEXT - 1, "not a photo");
  assert_not_taken(TEXT, sizeof TEXT - 1, "expected JPEG, PNG, TIFF, WebP, BMP, PGM/PPM or HEIC");
  assert_not_taken("GIF89a\1\0\1\0\0\0\0;", 14, "not a photo");
  assert_not_taken("\0\0\0\30ftypisom\0\0\0\0isomavc1", 24, "not a photo");
  assert_not_taken("P", 1, "not a photo");
  assert_not_taken("PS I would like to add", 22, "not a photo");
}

static void the_beginning_of_a_photo_alone_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t size;
  } BEGINNINGS[] = {
      {"\xFF\xD8\xFF", 3}, {"\x89PNG\r\n\x1A\n", 8}, {"II*\0\10\0\0\0", 8}, {"RIFF\0\0\0\0WEBP", 12}, {"BM", 2},
      {"P5\n", 3},         {"\0\0\0\14ftypheic", 12}};
  for (size_t i = 0; i < sizeof BEGINNINGS / sizeof *BEGINNINGS; i++)
    assert_not_taken(BEGINNINGS[i].bytes, BEGINNINGS[i].size, " ");
}

static void a_failed_photo_leaves_the_image_usable(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(70, 50);
  struct blob jpeg = sample_jpeg(rgb, 70, 50, TJSAMP_420, false);
  struct image image = {0}, expected = {0};
  struct fault fault;
  sample_decode(&jpeg, NULL, &expected);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(decode_photo(jpeg.bytes, jpeg.size / 2, NULL, &image, NULL, &fault), STATUS_INVALID);
    sample_decode(&jpeg, NULL, &image);
    assert_same_image(&image, &expected);
  }
  image_free(&image);
  image_free(&expected);
  blob_free(&jpeg);
  free(rgb);
}

static void a_date_is_taken_only_when_it_is_one(void **state) {
  (void)state;
  static const char *const WRONG[] = {"2026:02:29 10:00:00", "2026:13:01 10:00:00", "2026:00:01 10:00:00",
                                      "2026:01:01 24:00:00", "2026:01:01 10:60:00", "0000:00:00 00:00:00",
                                      "    :  :     :  :  ", "2026-01-01 10:00:00", "2026:01:01T10:00:00"};
  for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
    struct blob block = sample_exif(1, WRONG[i]);
    struct exif exif;
    assert_int_equal(exif_read(block.bytes, block.size, &exif, NULL), STATUS_OK);
    assert_string_equal(exif.captured, "");
    blob_free(&block);
  }
  struct blob block = sample_exif(9, "2024:02:29 23:59:59");
  struct exif exif;
  assert_int_equal(exif_read(block.bytes, block.size, &exif, NULL), STATUS_OK);
  assert_string_equal(exif.captured, "2024-02-29T23:59:59");
  assert_int_equal(exif.orientation, 1);
  for (size_t size = 0; size < block.size; size++) {
    uint8_t *cut = malloc(size + 1);
    assert_non_null(cut);
    memcpy(cut, block.bytes, size);
    assert_int_equal(exif_read(cut, size, &exif, NULL), STATUS_OK);
    assert_int_equal(exif.orientation, 1);
    free(cut);
  }
  blob_free(&block);
}

static void chroma_is_interpolated_where_its_samples_lie(void **state) {
  (void)state;
  struct image image = {0};
  struct fault fault;
  assert_int_equal(image_reserve(&image, 4, 2, true, &fault), STATUS_OK);
  memset(image.planes[0].pixels, 128, 8);
  image.planes[1].pixels[0] = image.planes[1].pixels[1] = 128;
  image.planes[2].pixels[0] = 128, image.planes[2].pixels[1] = 168;
  uint8_t rgb[12];
  image_rgb_row(&image, 1, rgb);
  /* Cr at x 0..3 is 128, 138, 158, 168; red is 128 + 1.402 (Cr - 128). */
  assert_int_equal(rgb[0], 128);
  assert_int_equal(rgb[3], 142);
  assert_int_equal(rgb[6], 170);
  assert_int_equal(rgb[9], 184);
  image_free(&image);
  assert_int_equal(image_reserve(&image, 32001, 1, true, &fault), STATUS_LIMIT);
  assert_int_equal(image_reserve(&image, 0, 1, true, &fault), STATUS_LIMIT);
}

struct task {
  struct blob photos[3];
  struct image expected[3];
};

static void *decode_many_times(void *argument) {
  const struct task *task = argument;
  struct image image = {0};
  struct fault fault;
  bool same = true;
  for (int i = 0; i < 30; i++) {
    const struct blob *photo = &task->photos[i % 3];
    same &= !decode_photo(photo->bytes, photo->size, NULL, &image, NULL, &fault);
    const struct plane *a = &image.planes[0], *b = &task->expected[i % 3].planes[0];
    same &= a->pixels && !memcmp(a->pixels, b->pixels, b->stride * (size_t)b->height);
  }
  image_free(&image);
  return same ? argument : NULL;
}

static void threads_do_not_disturb_each_other(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(70, 50);
  struct blob wide = sample_profile_display_p3();
  struct task task = {
      .photos = {sample_jpeg(rgb, 70, 50, TJSAMP_420, true), sample_jpeg(rgb, 70, 50, TJSAMP_444, false)}};
  sample_jpeg_exif(&task.photos[0], 6, "2026:03:01 22:14:05");
  sample_jpeg_profile(&task.photos[1], wide.bytes, wide.size);
  const struct sample_png shape = {.width = 70, .height = 50, .bit_depth = 8, .colour_type = 2, .orientation = 3};
  task.photos[2] = sample_png(&shape, rgb, 70 * 50 * 3);
  for (int i = 0; i < 3; i++) sample_decode(&task.photos[i], NULL, &task.expected[i]);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, decode_many_times, &task), 0);
  for (int i = 0; i < 4; i++) {
    void *result = NULL;
    pthread_join(threads[i], &result);
    assert_non_null(result);
  }
  for (int i = 0; i < 3; i++) {
    blob_free(&task.photos[i]);
    image_free(&task.expected[i]);
  }
  blob_free(&wide);
  free(rgb);
}

/* A sum over the planes of one scene by every way through libjpeg, which has several code paths, with lcms2 and
 * without. The files are made here too: the encoder gives the same bytes on every path. */
static uint64_t digest(void) {
  uint8_t *rgb = sample_scene(333, 217);
  uint64_t sum = 1469598103934665603u;
  struct blob wide = sample_profile_display_p3();
  struct image image = {0};
  for (int way = 0; way < 6 * 2 * 4 * 2; way++) {
    const int subsampling = way % 6, progressive = way / 6 % 2, n = 1 << (way / 12 % 4), profiled = way / 48;
    struct blob jpeg = sample_jpeg(rgb, 333, 217, subsampling, progressive);
    if (profiled) sample_jpeg_profile(&jpeg, wide.bytes, wide.size);
    const struct decode_options options = {.least_width = 333 / n, .least_height = 217 / n};
    sample_decode(&jpeg, &options, &image);
    for (int p = 0; p < (image.colour ? 3 : 1); p++)
      for (size_t i = 0; i < image.planes[p].stride * (size_t)image.planes[p].height; i++)
        sum = (sum ^ image.planes[p].pixels[i]) * 1099511628211u;
    blob_free(&jpeg);
  }
  image_free(&image);
  blob_free(&wide);
  free(rgb);
  return sum;
}

static uint64_t digest_of_child(const char *environment) {
  char self[4096];
  const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  assert_true(n > 0);
  self[n] = 0;
  char *command = support_text("%s '%s' digest", environment, self);
  FILE *child = popen(command, "r");
  assert_non_null(child);
  unsigned long long sum = 0;
  assert_int_equal(fscanf(child, "%llx", &sum), 1);
  assert_int_equal(pclose(child), 0);
  free(command);
  return sum;
}

static void the_bytes_do_not_depend_on_the_processor(void **state) {
  (void)state;
  const uint64_t plain = digest_of_child("env");
  assert_true(plain == digest());
  assert_true(plain == digest_of_child("JSIMD_FORCENONE=1"));
  assert_true(plain == digest_of_child("GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable"));
}

static void a_camera_is_named_by_make_and_model(void **state) {
  (void)state;
  char camera[96];
  exif_camera("Canon ", "Canon EOS 80D", camera);
  assert_string_equal(camera, "Canon EOS 80D");
  exif_camera("ACME", "X\x01\xff", camera);
  assert_string_equal(camera, "ACME X??");
  exif_camera(NULL, "DSC-1  ", camera);
  assert_string_equal(camera, "DSC-1");
  exif_camera("ACME", NULL, camera);
  assert_string_equal(camera, "ACME");
  exif_camera(NULL, NULL, camera);
  assert_string_equal(camera, "");
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "digest")) {
    printf("%llx\n", (unsigned long long)digest());
    return 0;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_camera_is_named_by_make_and_model),
      cmocka_unit_test(what_is_no_photo_is_refused_in_words),
      cmocka_unit_test(the_beginning_of_a_photo_alone_is_refused),
      cmocka_unit_test(a_failed_photo_leaves_the_image_usable),
      cmocka_unit_test(a_date_is_taken_only_when_it_is_one),
      cmocka_unit_test(chroma_is_interpolated_where_its_samples_lie),
      cmocka_unit_test(threads_do_not_disturb_each_other),
      cmocka_unit_test(the_bytes_do_not_depend_on_the_processor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
