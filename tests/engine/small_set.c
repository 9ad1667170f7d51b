#include "tests/engine/small_set.h"

#include "tests/engine/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 160, HEIGHT = 120 };

static const char spec_text[] = "outside: ignore\n"
                                "zones: [{name: front, polygon: [[5, 5], [155, 5], [155, 115], [5, 115]]}]\n";

static const char demanding_text[] =
    "outside: ignore\n"
    "colour: {reference: card}\n"
    "zones:\n"
    "  - {name: card, polygon: [[6, 86], [50, 86], [50, 114], [6, 114]]}\n"
    "  - {name: front, polygon: [[52, 5], [155, 5], [155, 115], [52, 115]]}\n"
    "  - {name: part, polygon: [[6, 6], [50, 6], [50, 84], [6, 84]], rigid: true, moves: 3, moves_unit: px}\n"
    "dimensions:\n"
    "  - {name: hole, gauge: circle, centre: [125, 35], radius: 12, search: 6}\n"
    "  - {name: size, measure: diameter, of: hole, lower: 22, upper: 26, unit: px}\n";

static struct photo draw(const struct picture *object, uint64_t seed, bool spoilt) {
  struct pose pose = pose_turned(seed, 1, 80, 60, 80 + (double)seed, 60);
  struct picture p = picture_seen(object, &pose, WIDTH, HEIGHT, 2, 120);
  if (spoilt) picture_disc(&p, 70, 50, 5, (const float[]){250, 30, 30});
  picture_noise(&p, 1.5, seed);
  struct photo photo = picture_photo(&p, spoilt ? "bad.ppm" : "good.ppm");
  picture_free(&p);
  return photo;
}

/* `golden_photos` of the object, then one that is as good, one that is spoilt and one of nothing. */
static void make(struct small_set *set, const struct picture *object, const char *spec, size_t golden_photos) {
  static char path[] = "golden";
  *set = (struct small_set){
      .golden = {.path = path, .version = 1, .photos = set->golden_photos, .photo_count = golden_photos}};
  assert_int_equal(spec_parse(spec, strlen(spec), "golden.yaml", &set->golden.spec, NULL), STATUS_OK);
  memset(set->golden.sha256, 'a', SHA256_CHARS);
  set->golden_photos[0] = draw(object, 0, false), set->golden_photos[1] = draw(object, 1, false);
  set->photos[0] = draw(object, 2, false), set->photos[1] = draw(object, 3, true);
  struct picture blank = picture_even(40, 40, 1, 99);
  set->photos[2] = picture_photo(&blank, "blank.pgm");
  picture_free(&blank);
}

void small_set_make(struct small_set *set) {
  struct picture object = picture_product(WIDTH, HEIGHT, 3, 31);
  make(set, &object, spec_text, 2);
  picture_free(&object);
}

void small_set_make_demanding(struct small_set *set) {
  static const float grey[3] = {128, 128, 128}, light[3] = {205, 200, 190}, dark[3] = {50, 55, 60};
  struct picture object = picture_product(WIDTH, HEIGHT, 3, 31);
  picture_box(&object, 4, 84, 48, 32, grey);
  picture_box(&object, 103, 13, 44, 44, light);
  picture_disc(&object, 125, 35, 12, dark);
  make(set, &object, demanding_text, 1);
  picture_free(&object);
}

void small_set_end(struct small_set *set) {
  spec_free(&set->golden.spec);
  for (int i = 0; i < 2; i++) photo_free(&set->golden_photos[i]);
  for (int i = 0; i < SMALL_SET_PHOTOS; i++) photo_free(&set->photos[i]);
}

static enum status append_line(const struct result *result, char **lines, struct fault *fault) {
  char *line = result_write(result), *both = NULL;
  enum status status = STATUS_OK;
  if (!line || asprintf(&both, "%s%s\n", *lines ? *lines : "", line) < 0)
    both = NULL, status = fault_set(fault, STATUS_MEMORY, "out of memory");
  free(line);
  free(*lines);
  *lines = both;
  return status;
}

enum status small_set_judge(const struct small_set *set, struct inspection *work, bool align, char **lines,
                            struct fault *fault) {
  enum status status = STATUS_OK;
  *lines = NULL;
  for (int i = 0; i < SMALL_SET_PHOTOS && !status; i++) {
    const struct photo *photo = &set->photos[i];
    struct result result = {0};
    status = align ? inspect_align(work, photo, &result, fault) : inspect_photo(work, photo, NULL, &result, fault);
    result.timing = (struct result_timing){0};
    if (!status) status = append_line(&result, lines, fault);
    result_free(&result);
  }
  return status;
}
