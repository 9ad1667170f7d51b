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

static struct photo draw(const struct picture *object, uint64_t seed, bool spoilt) {
  struct pose pose = pose_turned(seed, 1, 80, 60, 80 + (double)seed, 60);
  struct picture p = picture_seen(object, &pose, WIDTH, HEIGHT, 2, 120);
  if (spoilt) picture_disc(&p, 70, 50, 5, (const float[]){250, 30, 30});
  picture_noise(&p, 1.5, seed);
  struct photo photo = picture_photo(&p, spoilt ? "bad.ppm" : "good.ppm");
  picture_free(&p);
  return photo;
}

void small_set_make(struct small_set *set) {
  static char path[] = "golden";
  struct picture object = picture_product(WIDTH, HEIGHT, 3, 31);
  *set = (struct small_set){.golden = {.path = path, .version = 1, .photos = set->golden_photos, .photo_count = 2}};
  assert_int_equal(spec_parse(spec_text, sizeof spec_text - 1, "golden.yaml", &set->golden.spec, NULL), STATUS_OK);
  memset(set->golden.sha256, 'a', SHA256_CHARS);
  set->golden_photos[0] = draw(&object, 0, false), set->golden_photos[1] = draw(&object, 1, false);
  set->photos[0] = draw(&object, 2, false), set->photos[1] = draw(&object, 3, true);
  struct picture blank = picture_even(40, 40, 1, 99);
  set->photos[2] = picture_photo(&blank, "blank.pgm");
  picture_free(&blank);
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
