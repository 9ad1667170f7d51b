/* Alignment of real photos whose homography is known, and of pairs made from them by turning, scaling and blurring:
 * right, or refused; never wrong. */
#include "engine/decode.h"
#include "engine/inspect.h"
#include "tests/engine/picture.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct photo read_photo(const char *name) {
  char *path = support_data(name);
  struct photo photo;
  struct fault fault = {0};
  if (photo_read(path, 0, &photo, &fault)) fail_msg("%s", fault.text);
  free(path);
  return photo;
}

static struct pose read_homography(const char *name) {
  char *path = support_data(name);
  FILE *file = fopen(path, "r");
  struct pose pose;
  assert_non_null(file);
  for (int i = 0; i < 9; i++) assert_int_equal(fscanf(file, "%lf", &pose.h[i]), 1);
  for (int i = 0; i < 9; i++) pose.h[i] /= pose.h[8];
  fclose(file);
  free(path);
  return pose;
}

struct golden_side {
  struct photo photo;
  struct inspector *inspector;
  struct inspection *work;
};

static void golden_open_side(struct golden_side *g) {
  struct fault fault = {0};
  if (inspector_open_photo(&g->photo, NULL, &g->inspector, &fault)) fail_msg("%s", fault.text);
  if (inspection_open(g->inspector, &g->work, &fault)) fail_msg("%s", fault.text);
}

static void golden_close_side(struct golden_side *g) {
  inspection_close(g->work);
  inspector_close(g->inspector);
  photo_free(&g->photo);
}

/* Mean corner error in photo pixels; negative: refused. */
static double error_of(struct golden_side *g, const struct photo *photo, const struct pose *truth, int width,
                       int height) {
  struct result result = {0};
  struct fault fault = {0};
  if (inspect_align(g->work, photo, &result, &fault)) fail_msg("%s: %s", photo->path, fault.text);
  struct pose found;
  memcpy(found.h, result.homography, sizeof found.h);
  double error = result.aligned ? pose_corner_error(&found, truth, width, height) : -1;
  result_free(&result);
  return error;
}

static void size_of(const struct photo *photo, int *width, int *height) {
  int32_t w, h;
  assert_int_equal(decode_header(photo->bytes, photo->size, &w, &h, NULL, NULL), STATUS_OK);
  *width = w, *height = h;
}

/* img1 of a series to img2..6; limits in pixels, negative: may be refused. */
static void check_series(const char *series, const double *limit) {
  char name[64];
  struct golden_side g;
  int width, height, wrong = 0;
  snprintf(name, sizeof name, "oxford-affine/%s/img1.png", series);
  g.photo = read_photo(name);
  size_of(&g.photo, &width, &height);
  golden_open_side(&g);
  for (int n = 2; n <= 6; n++) {
    snprintf(name, sizeof name, "oxford-affine/%s/img%d.png", series, n);
    struct photo photo = read_photo(name);
    snprintf(name, sizeof name, "oxford-affine/%s/H1to%dp", series, n);
    struct pose truth = read_homography(name);
    double error = error_of(&g, &photo, &truth, width, height), most = fabs(limit[n - 2]);
    bool right = error < 0 ? limit[n - 2] < 0 : error <= most;
    print_message("%s 1 to %d: %s, mean corner error %.3f px (at most %.2f)\n", series, n,
                  right ? error < 0 ? "refused" : "right" : "WRONG", error, most);
    wrong += !right;
    photo_free(&photo);
  }
  golden_close_side(&g);
  assert_int_equal(wrong, 0);
}

static void leuven_is_aligned_under_changing_light(void **state) {
  (void)state;
  check_series("leuven", (const double[]){1, 1, 1, 1, 1});
}

static void ubc_is_aligned_under_jpeg_compression(void **state) {
  (void)state;
  check_series("ubc", (const double[]){0.05, 0.05, 0.05, 0.05, 0.15});
}

static void graf_is_aligned_from_other_viewpoints_or_refused(void **state) {
  (void)state;
  check_series("graf", (const double[]){2.5, 2.5, 2.5, -5, -5});
}

/* ---- derived pairs ---- */

struct change {
  double degrees, scale, blur;
};

struct tally {
  int right, refused, wrong;
};

/* The picture turned and scaled on a canvas that holds all of it. */
static struct picture change_picture(const struct picture *from, const struct change *c, struct pose *truth) {
  double middle_x = 0.5 * (from->width - 1), middle_y = 0.5 * (from->height - 1);
  double angle = c->degrees * 0.017453292519943295, cosine = fabs(cos(angle)), sine = fabs(sin(angle));
  int width = (int)ceil(c->scale * (cosine * from->width + sine * from->height));
  int height = (int)ceil(c->scale * (sine * from->width + cosine * from->height));
  *truth = pose_turned(c->degrees, c->scale, middle_x, middle_y, 0.5 * (width - 1), 0.5 * (height - 1));
  int samples = c->scale < 1 ? (int)ceil(1.5 / c->scale) : 2;
  struct picture p = picture_seen(from, truth, width, height, samples, 110);
  picture_blur(&p, c->blur);
  return p;
}

/* `from` shows the golden by `base`, known to `base_error` px. Right: within 1.5 px more, of the larger of the two
 * pictures' pixels. */
static void check_change(struct golden_side *g, const char *name, const struct picture *from, const struct pose *base,
                         double base_error, const struct change *c, struct tally *tally) {
  struct pose truth;
  struct picture changed = change_picture(from, c, &truth);
  int width, height;
  size_of(&g->photo, &width, &height);
  assert_true(pose_compose(&truth, base, &truth));
  struct photo photo = picture_photo(&changed, name);
  double error = error_of(g, &photo, &truth, width, height);
  double limit = (1.5 + base_error) * (c->scale > 1 ? c->scale : 1);
  const char *word = error < 0 ? "refused" : error <= limit ? "right" : "WRONG";
  if (error < 0)
    tally->refused++;
  else if (error <= limit)
    tally->right++;
  else
    tally->wrong++;
  print_message("%-7s turned %6.1f, scaled %.2f, blurred %.1f: %s, mean corner error %.3f px\n", name, c->degrees,
                c->scale, c->blur, word, error);
  photo_free(&photo);
  picture_free(&changed);
}

static struct change random_change(uint64_t *random) {
  double a = (double)(support_random(random) >> 11) * 0x1p-53, b = (double)(support_random(random) >> 11) * 0x1p-53,
         d = (double)(support_random(random) >> 11) * 0x1p-53;
  /* Scales evenly between a third and three times in proportion. */
  return (struct change){360 * a - 180, pow(3, 2 * b - 1), d < 0.3 ? 0 : 3 * d};
}

static void check_changes(const char *series, struct tally *tally) {
  static const struct change single[] = {{30, 1, 0},  {60, 1, 0},   {90, 1, 0},  {120, 1, 0}, {150, 1, 0},
                                         {180, 1, 0}, {0, 0.33, 0}, {0, 0.5, 0}, {0, 0.7, 0}, {0, 1.4, 0},
                                         {0, 2, 0},   {0, 3, 0},    {0, 1, 1},   {0, 1, 2},   {0, 1, 3}};
  bool all = getenv("ASSAY_TEST_ALL") != NULL;
  char name[64];
  struct image image = {0};
  snprintf(name, sizeof name, "oxford-affine/%s/img1.png", series);
  struct golden_side g = {.photo = read_photo(name)};
  struct pose identity = pose_identity();
  assert_int_equal(decode_photo(g.photo.bytes, g.photo.size, NULL, &image, NULL, NULL), STATUS_OK);
  struct picture from = picture_of_plane(&image.planes[0]);
  golden_open_side(&g);
  size_t step = all ? 1 : SLOW_BUILD ? 5 : 1;
  for (size_t i = 0; i < sizeof single / sizeof *single; i += step)
    check_change(&g, series, &from, &identity, 0, &single[i], tally);
  uint64_t random = 11;
  for (int i = 0; i < (all ? 60 : SLOW_BUILD ? 1 : 6); i++) {
    struct change c = random_change(&random);
    check_change(&g, series, &from, &identity, 0, &c, tally);
  }
  golden_close_side(&g);
  picture_free(&from);
  image_free(&image);
}

static void turned_scaled_and_blurred_pairs_are_right_or_refused(void **state) {
  (void)state;
  struct tally tally = {0, 0, 0};
  check_changes("leuven", &tally);
  check_changes("ubc", &tally);
  check_changes("graf", &tally);
  print_message("%d right, %d refused, %d wrong\n", tally.right, tally.refused, tally.wrong);
  assert_int_equal(tally.wrong, 0);
  assert_true(tally.right > 2 * tally.refused);
}

/* The series' other photos changed too: light, compression and viewpoint on top of turning, scaling and blurring. */
static void check_changed_series(const char *series, int last, double base_error, struct tally *tally) {
  int each = getenv("ASSAY_TEST_ALL") ? 12 : SLOW_BUILD ? 0 : 1;
  char name[64];
  uint64_t random = 23;
  snprintf(name, sizeof name, "oxford-affine/%s/img1.png", series);
  struct golden_side g = {.photo = read_photo(name)};
  golden_open_side(&g);
  for (int n = 2; n <= last; n++) {
    struct image image = {0};
    snprintf(name, sizeof name, "oxford-affine/%s/img%d.png", series, n);
    struct photo photo = read_photo(name);
    assert_int_equal(decode_photo(photo.bytes, photo.size, NULL, &image, NULL, NULL), STATUS_OK);
    struct picture from = picture_of_plane(&image.planes[0]);
    snprintf(name, sizeof name, "oxford-affine/%s/H1to%dp", series, n);
    struct pose base = read_homography(name);
    snprintf(name, sizeof name, "%s %d", series, n);
    for (int i = 0; i < each; i++) {
      struct change c = random_change(&random);
      check_change(&g, name, &from, &base, base_error, &c, tally);
    }
    picture_free(&from);
    image_free(&image);
    photo_free(&photo);
  }
  golden_close_side(&g);
}

static void changed_photos_of_a_series_are_right_or_refused(void **state) {
  (void)state;
  struct tally tally = {0, 0, 0};
  check_changed_series("leuven", 6, 1, &tally);
  check_changed_series("ubc", 6, 0, &tally);
  check_changed_series("graf", 4, 2, &tally);
  print_message("%d right, %d refused, %d wrong\n", tally.right, tally.refused, tally.wrong);
  assert_int_equal(tally.wrong, 0);
  assert_true(tally.right >= 2 * tally.refused);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(leuven_is_aligned_under_changing_light),
      cmocka_unit_test(ubc_is_aligned_under_jpeg_compression),
      cmocka_unit_test(graf_is_aligned_from_other_viewpoints_or_refused),
      cmocka_unit_test(turned_scaled_and_blurred_pairs_are_right_or_refused),
      cmocka_unit_test(changed_photos_of_a_series_are_right_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
