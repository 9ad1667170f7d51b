/* Every allocation of a golden's opening and of a photo's judging fails in turn: each says so, or the result is the
 * same as ever; nothing leaks (the sanitizers' build would tell). */
#include "engine/inspect.h"
#include "tests/alloc.h"
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

struct set {
  struct golden golden;
  struct photo photos[2], good, bad, blank;
};

static struct photo draw(const struct picture *object, uint64_t seed, bool spoilt) {
  struct pose pose = pose_turned(seed, 1, 80, 60, 80 + (double)seed, 60);
  struct picture p = picture_seen(object, &pose, WIDTH, HEIGHT, 2, 120);
  if (spoilt) picture_disc(&p, 70, 50, 5, (const float[]){250, 30, 30});
  picture_noise(&p, 1.5, seed);
  struct photo photo = picture_photo(&p, spoilt ? "bad.ppm" : "good.ppm");
  picture_free(&p);
  return photo;
}

static void set_make(struct set *set) {
  static char path[] = "golden";
  struct picture object = picture_product(WIDTH, HEIGHT, 3, 31);
  *set = (struct set){.golden = {.path = path, .version = 1, .photos = set->photos, .photo_count = 2}};
  assert_int_equal(spec_parse(spec_text, sizeof spec_text - 1, "golden.yaml", &set->golden.spec, NULL), STATUS_OK);
  memset(set->golden.sha256, 'a', SHA256_CHARS);
  set->photos[0] = draw(&object, 0, false), set->photos[1] = draw(&object, 1, false);
  set->good = draw(&object, 2, false), set->bad = draw(&object, 3, true);
  struct picture blank = picture_even(40, 40, 1, 99);
  set->blank = picture_photo(&blank, "blank.pgm");
  picture_free(&blank);
  picture_free(&object);
}

static void set_end(struct set *set) {
  spec_free(&set->golden.spec);
  photo_free(&set->photos[0]), photo_free(&set->photos[1]), photo_free(&set->good), photo_free(&set->bad);
  photo_free(&set->blank);
}

/* All photos' results as written, or NULL and the status. */
static enum status judge(const struct set *set, bool align, char **lines, struct fault *fault) {
  const struct photo *photos[] = {&set->good, &set->bad, &set->blank};
  struct inspector *inspector;
  struct inspection *work = NULL;
  *lines = NULL;
  enum status status = inspector_open(&set->golden, NULL, &inspector, fault);
  if (!status) status = inspection_open(inspector, &work, fault);
  for (int i = 0; i < 3 && !status; i++) {
    struct result result = {0};
    status =
        align ? inspect_align(work, photos[i], &result, fault) : inspect_photo(work, photos[i], NULL, &result, fault);
    result.timing = (struct result_timing){0};
    if (!status) {
      char *line = result_write(&result), *both = NULL;
      if (!line || asprintf(&both, "%s%s\n", *lines ? *lines : "", line) < 0)
        both = NULL, status = fault_set(fault, STATUS_MEMORY, "out of memory");
      free(line);
      free(*lines);
      *lines = both;
    }
    result_free(&result);
  }
  inspection_close(work);
  inspector_close(inspector);
  return status;
}

static void fail_each(const struct set *set, bool align) {
  char *expected, *lines;
  struct fault fault = {0};
  if (judge(set, align, &expected, &fault)) fail_msg("%s", fault.text);
  if (!expected) return;
  assert_non_null(strstr(expected, align ? "\"ok\"" : "\"fail\""));
  if (!align) assert_non_null(strstr(expected, "\"pass\""));
  for (size_t n = 1;; n++) {
    memset(&fault, 0, sizeof fault);
    alloc_fail_at(n);
    enum status status = judge(set, align, &lines, &fault);
    bool failed = alloc_has_failed();
    alloc_fail_at(0);
    bool said = status == STATUS_MEMORY && strstr(fault.text, "memory");
    bool same = !status && lines && !strcmp(lines, expected);
    if (failed ? !said && !same : !same)
      fail_msg("allocation %zu: status %d, \"%s\"\n%s\nexpected\n%s", n, (int)status, fault.text, lines ? lines : "",
               expected);
    free(lines);
    if (failed) continue;
    print_message("%zu allocations\n", n - 1);
    assert_true(n > 50);
    break;
  }
  free(expected);
}

static void of_judging(void **state) {
  (void)state;
  struct set set;
  set_make(&set);
  fail_each(&set, false);
  set_end(&set);
}

static void of_aligning(void **state) {
  (void)state;
  struct set set;
  set_make(&set);
  fail_each(&set, true);
  set_end(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(of_judging), cmocka_unit_test(of_aligning)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
