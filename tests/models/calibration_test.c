/* A calibration under the golden's seal. Its own fields are tested with what makes them: tests/engine/measure. */
#include "models/golden.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
  char *folder, *golden, *spec, *photo, *camera;
};

static char *camera_text(double focal) {
  double covariance[CALIBRATION_VALUES * CALIBRATION_VALUES] = {0};
  char path[] = "board.jpg";
  struct calibration_photo photo = {.path = path};
  memset(photo.id, '0', sizeof photo.id - 1);
  struct calibration c = {.width = 640,
                          .height = 480,
                          .lens = {focal, focal, 320, 240},
                          .freedom = 100,
                          .columns = 9,
                          .rows = 6,
                          .square_mm = 25,
                          .photos = &photo,
                          .photo_count = 1,
                          .opencv = "4"};
  memcpy(c.covariance, covariance, sizeof covariance);
  size_t size;
  char *text = calibration_write(&c, &size);
  assert_non_null(text);
  return text;
}

static void write_text(const char *path, const char *text) {
  support_write(path, text, strlen(text));
}

static int begin(void **state) {
  struct place *p = calloc(1, sizeof *p);
  assert_non_null(p);
  p->folder = support_folder();
  p->golden = support_text("%s/golden", p->folder);
  p->spec = support_text("%s/spec.yaml", p->folder);
  p->photo = support_text("%s/photo.pgm", p->folder);
  p->camera = support_text("%s/lens.json", p->folder);
  write_text(p->spec, "name: g\nscale: {source: fixture, mm_per_px: 0.1, calibration: lens.json}\n");
  write_text(p->photo, "photo");
  char *text = camera_text(500);
  write_text(p->camera, text);
  free(text);
  *state = p;
  return 0;
}

static int end(void **state) {
  struct place *p = *state;
  support_remove(p->folder);
  free(p->golden), free(p->spec), free(p->photo), free(p->camera), free(p);
  return 0;
}

static enum status create(const struct place *p, struct fault *fault) {
  const char *photos[] = {p->photo};
  const struct golden_create how = {.path = p->golden, .photos = photos, .photo_count = 1, .spec_file = p->spec};
  return golden_create(&how, fault);
}

static void it_lies_under_the_seal(void **state) {
  const struct place *p = *state;
  struct fault fault = {0};
  struct golden *golden;
  if (create(p, &fault)) fail_msg("%s", fault.text);
  if (golden_open(p->golden, &golden, &fault)) fail_msg("%s", fault.text);
  assert_non_null(golden->calibration);
  assert_float_equal(golden->calibration->lens[0], 500, 0);
  assert_int_equal(golden->calibration->width, 640);
  golden_close(golden);
  char *sealed = support_text("%s/calibration.json", p->golden), *other = camera_text(501);
  assert_int_equal(unlink(sealed), 0);
  write_text(sealed, other);
  assert_int_equal(golden_open(p->golden, &golden, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "calibration.json: changed after sealing"));
  free(sealed), free(other);
}

static void the_next_version_keeps_it_or_takes_another(void **state) {
  const struct place *p = *state;
  struct fault fault = {0};
  struct golden *golden;
  if (create(p, &fault)) fail_msg("%s", fault.text);
  struct golden_revise how = {.path = p->golden, .why = "kept"};
  if (golden_revise(&how, &fault)) fail_msg("%s", fault.text);
  char *other = camera_text(501);
  unlink(p->camera);
  write_text(p->camera, other);
  free(other);
  if (golden_open(p->golden, &golden, &fault)) fail_msg("%s", fault.text);
  assert_float_equal(golden->calibration->lens[0], 500, 0);
  golden_close(golden);
  how.why = "another", how.mask_folder = p->folder;
  if (golden_revise(&how, &fault)) fail_msg("%s", fault.text);
  if (golden_open(p->golden, &golden, &fault)) fail_msg("%s", fault.text);
  assert_float_equal(golden->calibration->lens[0], 501, 0);
  golden_close(golden);
}

static void one_that_is_none_or_is_missing_makes_no_golden(void **state) {
  const struct place *p = *state;
  struct fault fault = {0};
  unlink(p->camera);
  assert_int_equal(create(p, &fault), STATUS_MISSING);
  write_text(p->camera, "{}");
  assert_int_equal(create(p, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "lens.json: format"));
  assert_int_equal(access(p->golden, F_OK), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(it_lies_under_the_seal, begin, end),
      cmocka_unit_test_setup_teardown(the_next_version_keeps_it_or_takes_another, begin, end),
      cmocka_unit_test_setup_teardown(one_that_is_none_or_is_missing_makes_no_golden, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
