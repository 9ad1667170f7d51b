/* Photos and lists that are damaged, odd or missing: each gets its own clear answer and the rest is judged. */
#include "tests/cli/run_place.h"
#include "tests/cli/scene.h"
#include "tests/engine/samples.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <jpeglib.h>
#include <spng.h>
#include <turbojpeg.h>

static const char *write_blob(struct blob blob, const char *name) {
  const char *path = run_place_path("%s", name);
  support_write(path, blob.bytes, blob.size);
  blob_free(&blob);
  return path;
}

static const char *write_text(const char *name, const char *text) {
  const char *path = run_place_path("%s", name);
  support_write(path, text, strlen(text));
  return path;
}

static struct blob scene_jpeg(void) {
  uint8_t *rgb = scene_make(50, 0, 0, false);
  struct blob jpeg = sample_jpeg(rgb, SCENE_WIDTH, SCENE_HEIGHT, TJSAMP_420, false);
  free(rgb);
  return jpeg;
}

/* Adobe's CMYK, which stores every ink inverted. */
static struct blob scene_cmyk(void) {
  uint8_t *rgb = scene_make(51, 0, 0, false), row[4 * SCENE_WIDTH], *rows[1] = {row};
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  unsigned char *bytes = NULL;
  unsigned long size = 0;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = SCENE_WIDTH;
  jpeg.image_height = SCENE_HEIGHT;
  jpeg.input_components = 4;
  jpeg.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 95, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  for (size_t y = 0; y < SCENE_HEIGHT; y++) {
    for (size_t x = 0; x < SCENE_WIDTH; x++) {
      memcpy(row + 4 * x, rgb + 3 * (y * SCENE_WIDTH + x), 3);
      row[4 * x + 3] = 255;
    }
    jpeg_write_scanlines(&jpeg, rows, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  free(rgb);
  struct blob blob = {0};
  blob_append(&blob, bytes, size);
  free(bytes);
  return blob;
}

static struct blob scene_png16(void) {
  uint8_t *rgb = scene_make(52, 0, 0, false);
  const size_t samples = (size_t)3 * SCENE_WIDTH * SCENE_HEIGHT;
  uint8_t *wide = malloc(2 * samples);
  assert_non_null(wide);
  for (size_t i = 0; i < samples; i++) wide[2 * i] = wide[2 * i + 1] = rgb[i];
  const struct sample_png png = {SCENE_WIDTH, SCENE_HEIGHT, 16, SPNG_COLOR_TYPE_TRUECOLOR, NULL, 0, NULL, 0, 0};
  struct blob blob = sample_png(&png, wide, 2 * samples);
  free(wide);
  free(rgb);
  return blob;
}

/* A PNG whose header claims 60000 x 60000 pixels: 8 bits, grey, with a right checksum. */
static const unsigned char huge_png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0,    0,    13, 'I',
                                         'H',  'D', 'R', 0,   0,    0xEA, 0x60, 0,    0, 0xEA, 0x60, 8,  0,
                                         0,    0,   0,   0,   0,    0,    0,    0,    0, 0,    0};

static uint32_t crc_of(const unsigned char *bytes, size_t size) {
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

static struct blob make_huge_png(void) {
  struct blob blob = {0};
  blob_append(&blob, huge_png, 29);
  uint32_t crc = crc_of(huge_png + 12, 17);
  blob_append(&blob, (const unsigned char[]){crc >> 24 & 255, crc >> 16 & 255, crc >> 8 & 255, crc & 255}, 4);
  blob_append(&blob, "\0\0\0\0IEND\xAE\x42\x60\x82", 12);
  return blob;
}

static void each_bad_photo_has_its_own_message_and_the_rest_is_judged(void **state) {
  const struct run_place *place = *state;
  struct blob truncated = scene_jpeg();
  truncated.size = truncated.size / 2;
  const uint8_t dot[3] = {200, 10, 10};
  const char *photos[] = {
      run_place_path("photos/0.jpg"),
      write_text("empty.jpg", ""),
      write_text("text.jpg", "These are words and no picture.\n"),
      write_blob(truncated, "truncated.jpg"),
      write_blob(make_huge_png(), "huge.png"),
      write_blob(sample_jpeg(dot, 1, 1, TJSAMP_444, false), "dot.jpg"),
      run_place_path("missing.jpg"),
      run_place_path("photos/1.jpg"),
  };
  enum { COUNT = sizeof photos / sizeof *photos };
  const char *arguments[COUNT + 4] = {"run", place->golden, "--json"};
  memcpy(arguments + 3, photos, sizeof photos);
  struct program_end end = program_run(arguments);
  ASSERT_EXIT(end, 2);
  json_t *lines = run_lines(end.out);
  assert_int_equal(json_array_size(lines), COUNT);
  for (size_t i = 0; i < COUNT; i++) {
    const json_t *line = json_array_get(lines, i);
    bool good = i == 0 || i == COUNT - 1;
    assert_string_equal(run_text(line, "photo"), photos[i]);
    assert_string_equal(run_text(line, "verdict"), good ? "pass" : "cannot_judge");
    if (good) continue;
    assert_true(json_is_null(json_object_get(line, "score")));
    const char *code = run_text(line, "reasons.0.code"), *text = run_text(line, "reasons.0.text");
    if (strcmp(code, "unreadable") != 0 && strcmp(code, "too_small") != 0) fail_msg("%s: reason %s", photos[i], code);
    assert_true(strlen(text) > 10);
    for (size_t j = 0; j < i; j++) assert_string_not_equal(text, run_text(json_array_get(lines, j), "reasons.0.text"));
  }
  json_decref(lines);
  program_end_free(&end);
}

static void odd_but_sound_photos_are_judged(void **state) {
  const struct run_place *place = *state;
  const char *cmyk = write_blob(scene_cmyk(), "cmyk.jpg"), *png = write_blob(scene_png16(), "deep.png");
  const char *const photos[] = {cmyk, png};
  for (size_t i = 0; i < 2; i++) {
    struct program_end end = RUN("run", place->golden, photos[i], "--json");
    json_t *lines = run_lines(end.out);
    if (strcmp(run_text(lines, "0.alignment.status"), "ok") != 0) fail_msg("%s: %s", photos[i], end.out);
    json_decref(lines);
    program_end_free(&end);
  }
}

static void all_eight_ways_to_hold_a_camera_give_the_same_verdict(void **state) {
  const struct run_place *place = *state;
  uint8_t *rgb = scene_make(53, 1, 1, false);
  for (int orientation = 1; orientation <= 8; orientation++) {
    int width, height;
    uint8_t *stored = sample_unturned(rgb, SCENE_WIDTH, SCENE_HEIGHT, orientation, &width, &height);
    struct blob jpeg = sample_jpeg(stored, width, height, TJSAMP_444, false);
    sample_jpeg_exif(&jpeg, orientation, NULL);
    char *name = support_text("turned%d.jpg", orientation);
    struct program_end end = RUN("run", place->golden, write_blob(jpeg, name), "--json");
    ASSERT_EXIT(end, 0);
    program_end_free(&end);
    free(name);
    free(stored);
  }
  free(rgb);
}

static void a_folder_without_photos_is_an_error_in_words(void **state) {
  const struct run_place *place = *state;
  const char *bare = run_place_path("bare");
  mkdir(bare, 0777);
  write_text("bare/notes.txt", "nothing to see");
  struct program_end end = RUN("run", place->golden, bare, "--json");
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, bare);
  assert_string_equal(end.out, "");
  program_end_free(&end);
  end = RUN("run", place->golden, bare, run_place_path("photos/0.jpg"), "--json");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.err, bare);
  program_end_free(&end);
}

static void a_golden_that_is_not_sound_judges_nothing(void **state) {
  const struct run_place *place = *state;
  scene_write(place->folder, "golden/photos/good0.jpg", 9, 0, 0, true);
  struct program_end end = RUN("run", place->golden, place->photos, "--json");
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "good0.jpg");
  assert_string_equal(end.out, "");
  program_end_free(&end);
  end = RUN("run", run_place_path("nowhere"), place->photos);
  ASSERT_EXIT(end, 65);
  program_end_free(&end);
}

static void manifests_give_the_groups_and_are_refused_with_their_place(void **state) {
  const struct run_place *place = *state;
  const char *list = write_text("list.csv", "photo,factory,shift,unit\nphotos/1.jpg,North,day,U1\n"
                                            "photos/0.jpg,\"South, hall 2\",night,U2\nnone.jpg,North,day,U3\n");
  struct program_end end = RUN("run", place->golden, "--manifest", list, "--json", "--lot", "L7");
  ASSERT_EXIT(end, 2);
  json_t *lines = run_lines(end.out);
  assert_int_equal(json_array_size(lines), 3);
  assert_string_equal(run_text(lines, "0.photo"), "photos/1.jpg");
  assert_string_equal(run_text(lines, "2.photo"), "none.jpg");
  assert_string_equal(run_text(lines, "0.job.factory"), "North");
  assert_string_equal(run_text(lines, "0.job.lot"), "L7");
  assert_string_equal(run_text(lines, "1.job.factory"), "South, hall 2");
  assert_string_equal(run_text(lines, "2.verdict"), "cannot_judge");
  json_decref(lines);
  program_end_free(&end);
  static const char *const wrong[][2] = {
      {"photo,colour\na.jpg,red\n", "colour"},
      {"factory\nNorth\n", "photo"},
      {"photo,lot\na.jpg\n", "2"},
      {"photo,lot\na.jpg,\"L1\n", "quote"},
      {"photo,captured\na.jpg,yesterday\n", "captured"},
      {"photo\n", "list.csv"},
      {"", "list.csv"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    end = RUN("run", place->golden, "--manifest", write_text("list.csv", wrong[i][0]), "--json");
    ASSERT_EXIT(end, 65);
    ASSERT_HAS(end.err, "list.csv");
    ASSERT_HAS(end.err, wrong[i][1]);
    assert_string_equal(end.out, "");
    program_end_free(&end);
  }
  end = RUN("run", place->golden, "--manifest", run_place_path("none.csv"));
  ASSERT_EXIT(end, 65);
  program_end_free(&end);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_place_set_up, run_place_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(each_bad_photo_has_its_own_message_and_the_rest_is_judged),
      TEST(odd_but_sound_photos_are_judged),
      TEST(all_eight_ways_to_hold_a_camera_give_the_same_verdict),
      TEST(a_folder_without_photos_is_an_error_in_words),
      TEST(a_golden_that_is_not_sound_judges_nothing),
      TEST(manifests_give_the_groups_and_are_refused_with_their_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
