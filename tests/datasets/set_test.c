#include "datasets/drawn_season.h"
#include "datasets/pose.h"
#include "datasets/set.h"
#include "tests/support.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <turbojpeg.h>

#include <cmocka.h>

static void make(const char *folder, const char *more) {
  char *text = support_text("--out %s/set --count 6 --goldens 2 --megapixels 0.3 --lot-size 3 %s", folder, more);
  char *argv[40] = {"assay-synth"}, *rest = NULL;
  int argc = 1;
  for (char *word = strtok_r(text, " ", &rest); word && argc < 40; word = strtok_r(NULL, " ", &rest))
    argv[argc++] = word;
  struct options options;
  struct fault fault = {0};
  if (options_parse(&options, argc, argv, &fault) || set_make(&options, NULL, &fault)) fail_msg("%s", fault.text);
  free(text);
}

static char *read_all(const char *folder, const char *name, size_t *size) {
  char *path = support_text("%s/set/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s is missing", path);
  free(path);
  char *bytes = NULL;
  FILE *memory = open_memstream(&bytes, size);
  assert_non_null(memory);
  for (int c; (c = fgetc(file)) != EOF;) fputc(c, memory);
  fclose(memory);
  fclose(file);
  return bytes;
}

static json_t *read_lines(const char *folder, const char *name) {
  size_t size;
  char *text = read_all(folder, name, &size), *rest = NULL;
  json_t *lines = json_array();
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    json_t *object = json_loads(line, 0, NULL);
    assert_non_null(object);
    json_array_append_new(lines, object);
  }
  free(text);
  return lines;
}

static double at(const json_t *array, size_t i) {
  return json_number_value(json_array_get(array, i));
}

static uint8_t *read_photo(const char *folder, const char *name, int *width, int *height) {
  size_t size;
  char *bytes = read_all(folder, name, &size);
  int sampling, space;
  tjhandle handle = tjInitDecompress();
  assert_int_equal(tjDecompressHeader3(handle, (unsigned char *)bytes, size, width, height, &sampling, &space), 0);
  assert_int_equal(sampling, TJSAMP_420);
  uint8_t *luma = malloc((size_t)*width * (size_t)*height);
  assert_non_null(luma);
  assert_int_equal(tjDecompress2(handle, (unsigned char *)bytes, size, luma, *width, 0, *height, TJPF_GRAY, 0), 0);
  tjDestroy(handle);
  free(bytes);
  return luma;
}

static void the_same_seed_gives_the_same_bytes_on_one_thread_and_on_two(void **state) {
  (void)state;
  static const char *const names[] = {"truth.jsonl",    "golden_truth.jsonl", "manifest.csv",     "golden.yaml",
                                      "golden/001.jpg", "photos/00000.jpg",   "photos/00001.jpg", "photos/00005.jpg"};
  char *a = support_folder(), *b = support_folder();
  make(a, "--product board --seed 11 --defects 3 --per-photo 2 --drift shift,dimension,colour --threads 1");
  make(b, "--product board --seed 11 --defects 3 --per-photo 2 --drift shift,dimension,colour --threads 2");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t size_a, size_b;
    char *bytes_a = read_all(a, names[i], &size_a), *bytes_b = read_all(b, names[i], &size_b);
    if (size_a != size_b || memcmp(bytes_a, bytes_b, size_a)) fail_msg("%s differs", names[i]);
    free(bytes_a), free(bytes_b);
  }
  support_remove(a), support_remove(b);
}

static void a_defect_lies_in_its_box_and_nowhere_else(void **state) {
  (void)state;
  static const char *const products[] = {"label", "board", "plate"};
  for (int p = 0; p < 3; p++) {
    char *with = support_folder(), *without = support_folder();
    char *options =
        support_text("--product %s --seed 4 --noise 0 --quality 100 --count 3 --goldens 1 --defects 3", products[p]);
    make(with, options);
    strcpy(strstr(options, "--defects"), "--defects 0");
    make(without, options);
    free(options);
    json_t *lines = read_lines(with, "truth.jsonl");
    for (size_t i = 0; i < json_array_size(lines); i++) {
      json_t *line = json_array_get(lines, i), *defect = json_array_get(json_object_get(line, "defects"), 0);
      const char *name = json_string_value(json_object_get(line, "photo"));
      assert_non_null(defect);
      int width, height;
      uint8_t *a = read_photo(without, name, &width, &height), *b = read_photo(with, name, &width, &height);
      json_t *box = json_object_get(defect, "box");
      int x0 = (int)at(box, 0), y0 = (int)at(box, 1), x1 = x0 + (int)at(box, 2), y1 = y0 + (int)at(box, 3), most = 0;
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
          int difference = abs(a[y * width + x] - b[y * width + x]);
          bool near = x >= x0 - 4 && x < x1 + 4 && y >= y0 - 4 && y < y1 + 4;
          if (near)
            most = difference > most ? difference : most;
          else if (difference > 9)
            fail_msg("%s: a difference of %d at %d, %d, outside of its box", name, difference, x, y);
        }
      double contrast = json_number_value(json_object_get(defect, "contrast"));
      assert_true(contrast >= 25);
      bool colour = !strcmp(json_string_value(json_object_get(defect, "class")), "colour");
      if (!colour && most < 0.8 * contrast) fail_msg("%s: differs by %d, contrast %.1f", name, most, contrast);
      free(a), free(b);
    }
    json_decref(lines);
    support_remove(with), support_remove(without);
  }
}

static void the_truth_agrees_with_itself(void **state) {
  (void)state;
  char *folder = support_folder();
  make(folder, "--product plate --seed 8 --defects 4 --classes scratch,extra --min-size 7");
  json_t *lines = read_lines(folder, "truth.jsonl");
  assert_int_equal(json_array_size(lines), 6);
  int defective = 0;
  for (size_t i = 0; i < 6; i++) {
    json_t *line = json_array_get(lines, i), *h = json_object_get(line, "homography");
    json_t *golden = json_object_get(line, "golden_corners"), *corners = json_object_get(line, "corners");
    double homography[9], found[2];
    for (size_t k = 0; k < 9; k++) homography[k] = at(h, k);
    assert_true(homography[8] == 1);
    for (size_t k = 0; k < 4; k++) {
      homography_apply(homography, at(json_array_get(golden, k), 0), at(json_array_get(golden, k), 1), found);
      double dx = found[0] - at(json_array_get(corners, k), 0), dy = found[1] - at(json_array_get(corners, k), 1);
      if (dx * dx + dy * dy > 0.25) fail_msg("line %zu: a corner is %.2f, %.2f px off", i, dx, dy);
    }
    json_t *defects = json_object_get(line, "defects"), *defect = json_array_get(defects, 0);
    defective += json_array_size(defects) > 0;
    assert_int_equal(json_array_size(defects) > 0, json_is_true(json_object_get(line, "defective")));
    if (!defect) continue;
    const char *class = json_string_value(json_object_get(defect, "class"));
    assert_true(!strcmp(class, "scratch") || !strcmp(class, "extra"));
    if (!strcmp(class, "extra")) assert_true(json_number_value(json_object_get(defect, "size_px")) >= 7);
    json_t *box = json_object_get(defect, "box"), *golden_box = json_object_get(defect, "golden_box");
    double centre[2] = {at(golden_box, 0) + at(golden_box, 2) / 2, at(golden_box, 1) + at(golden_box, 3) / 2};
    homography_apply(homography, centre[0], centre[1], found);
    assert_true(found[0] > at(box, 0) && found[0] < at(box, 0) + at(box, 2));
    assert_true(found[1] > at(box, 1) && found[1] < at(box, 1) + at(box, 3));
  }
  assert_int_equal(defective, 4);
  json_decref(lines);
  support_remove(folder);
}

static void groups_drift_when_asked(void **state) {
  (void)state;
  char *folder = support_folder();
  make(folder, "--product plate --seed 2 --defects 0 --drift dimension,colour --factories 1 --lines 1");
  json_t *lines = read_lines(folder, "truth.jsonl");
  json_t *last = json_array_get(lines, 5), *group = json_object_get(last, "group");
  assert_int_equal(json_array_size(json_object_get(group, "drift")), 2);
  json_t *bore = json_array_get(json_object_get(last, "dimensions"), 0);
  double creep =
      json_number_value(json_object_get(bore, "value")) - json_number_value(json_object_get(bore, "nominal"));
  assert_true(creep > 0.18 && creep < 0.32);
  assert_string_equal(json_string_value(json_object_get(group, "lot")), "L002");
  json_decref(lines);
  support_remove(folder);
}

/* Another ink is no other card: the reference would hide it. */
static void another_ink_leaves_the_card_as_it_is(void **state) {
  (void)state;
  char *argv[] = {"assay-synth", "--out", "x", "--card", "--drift", "colour"};
  struct options options;
  struct scene scene;
  struct shot shot;
  struct fault fault = {0};
  const struct unit unit = {.other_ink = true};
  assert_int_equal(options_parse(&options, 6, argv, &fault), STATUS_OK);
  assert_int_equal(scene_make(&scene, PRODUCT_LABEL, 1, &fault), STATUS_OK);
  plan_shot(&options, &scene, &unit, 0, &shot);
  double card[4];
  panels_box(&scene, PANELS, card);
  assert_int_equal(shot.material_count, PANELS);
  for (int c = 0; c < 3; c++) assert_true(shot.tint[c] == 1);
  for (int i = 0; i < PANELS; i++) {
    assert_true(shot.materials[i].tint[0] < 1 && shot.materials[i].tint[2] > 1);
    assert_true(shot.materials[i].box[3] <= card[1]);
  }
  scene_free(&scene);
}

/* 20 lots of 30, and of each planted drift units that show it. */
static void a_season_is_drawn_as_it_was_planned(void **state) {
  (void)state;
  char *argv[] = {"assay-synth", "--out", "x", "--product", "plate", "--count", "600", "--season", "--seed", "4"};
  struct options options;
  struct unit *units;
  struct drawn_season season = {0};
  struct fault fault = {0};
  int lots[PRODUCTION_LOTS] = {0}, scratches = 0, material = 0, before = 0;
  assert_int_equal(options_parse(&options, 10, argv, &fault), STATUS_OK);
  assert_true(options.card && options.scale == 0 && options.tilt == 0);
  assert_int_equal(drawn_season_plan(&options, &units, &season, &fault), STATUS_OK);
  for (int i = 0; i < options.count; i++) {
    const struct drawn_unit *drawn = units[i].season;
    lots[units[i].lot]++;
    if (i) assert_true(strcmp(units[i - 1].captured, units[i].captured) <= 0);
    scratches += units[i].defects && drawn->classes == 1u << DEFECT_SCRATCH;
    material += !strcmp(drawn->names.lot, season.plants[PLANT_MATERIAL].lot);
    before += !strcmp(drawn->names.factory, season.plants[PLANT_CREEP].factory) &&
              !strcmp(drawn->names.line, season.plants[PLANT_CREEP].line);
  }
  for (int i = 0; i < PRODUCTION_LOTS; i++) assert_int_equal(lots[i], 30);
  assert_int_equal(material, 30);
  assert_true(before >= 90 && scratches > 8 && scratches < 60);
  assert_string_equal(season.plants[PLANT_MATERIAL].quantity, panels_name(season.panel));
  free(units);
  drawn_season_free(&season);
}

static int run_program(const char *arguments) {
  char *command = support_text("%s %s 2>/dev/null >/dev/null", ASSAY_SYNTH, arguments);
  int result = system(command);
  free(command);
  return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

static void wrong_usage_exits_with_64(void **state) {
  (void)state;
  char *folder = support_folder();
  char *old = support_text("%s/old.txt", folder);
  support_write(old, "x", 1);
  free(old);
  char *occupied = support_text("--out %s --count 1", folder);
  assert_int_equal(run_program("--help"), 0);
  assert_int_equal(run_program("--seed x --out /tmp/none"), 64);
  assert_int_equal(run_program(""), 64);
  assert_int_equal(run_program(occupied), 64);
  free(occupied);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_seed_gives_the_same_bytes_on_one_thread_and_on_two),
      cmocka_unit_test(a_defect_lies_in_its_box_and_nowhere_else),
      cmocka_unit_test(the_truth_agrees_with_itself),
      cmocka_unit_test(groups_drift_when_asked),
      cmocka_unit_test(another_ink_leaves_the_card_as_it_is),
      cmocka_unit_test(a_season_is_drawn_as_it_was_planned),
      cmocka_unit_test(wrong_usage_exits_with_64),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  scene_end();
  return failed;
}
