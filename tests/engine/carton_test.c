/* The printed drink carton under uneven light: a golden of five good photos passes the other good ones and fails the
 * three defective ones, each with a region at its defect and none elsewhere; so does one of any good photo alone. */
#include "tests/engine/stage.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GOOD = 10, DEFECTIVE = 3, CHOICES = 126, CHOSEN = SLOW_BUILD ? 2 : 12, CORNERS = 4 };

static const struct pose_point front[CORNERS] = {{118, 120}, {302, 116}, {306, 236}, {122, 242}};

static const char spec_text[] = "name: carton\noutside: ignore\nzones:\n"
                                "  - {name: front, polygon: [[118, 120], [302, 116], [306, 236], [122, 242]]}\n";

static const struct {
  int number, box[4];
} defective[DEFECTIVE] = {{1, {153, 198, 19, 20}}, {4, {267, 203, 16, 19}}, {6, {152, 155, 9, 8}}};

static struct photo good[GOOD], bad[DEFECTIVE];

static void read_carton(const char *folder, int number, struct photo *photo) {
  char name[64];
  struct fault fault = {0};
  snprintf(name, sizeof name, "carton/%s/%d.png", folder, number);
  char *path = support_data(name);
  if (photo_read(path, 0, photo, &fault)) fail_msg("%s", fault.text);
  free(path);
}

/* A golden of ok/0 and the four good photos of `mask` (bit i: ok/i + 1), made and opened as a user's is. */
static struct golden *golden_of(unsigned mask, const char *folder) {
  char *golden_path = support_text("%s/golden", folder), *spec_path = support_text("%s/spec.yaml", folder);
  char *paths[GOOD];
  const char *photos[GOOD];
  size_t count = 0;
  for (int i = 0; i < GOOD; i++) {
    paths[i] = support_text("%s/%d.png", folder, i);
    support_write(paths[i], good[i].bytes, good[i].size);
    if (!i || mask >> (i - 1) & 1) photos[count++] = paths[i];
  }
  support_write(spec_path, spec_text, sizeof spec_text - 1);
  struct golden_create how = {
      .path = golden_path, .spec_file = spec_path, .photos = photos, .photo_count = count, .by = "test"};
  struct golden *golden;
  struct fault fault = {0};
  if (golden_create(&how, &fault) || golden_open(golden_path, &golden, &fault)) fail_msg("%s", fault.text);
  for (int i = 0; i < GOOD; i++) free(paths[i]);
  free(golden_path);
  free(spec_path);
  return golden;
}

/* Intersection over union of two boxes x, y, width, height. */
static double likeness(const int32_t *a, const int *b) {
  int left = a[0] > b[0] ? a[0] : b[0], top = a[1] > b[1] ? a[1] : b[1];
  int right = a[0] + a[2] < b[0] + b[2] ? a[0] + a[2] : b[0] + b[2];
  int bottom = a[1] + a[3] < b[1] + b[3] ? a[1] + a[3] : b[1] + b[3];
  double both = right > left && bottom > top ? (double)(right - left) * (bottom - top) : 0;
  return both / ((double)a[2] * a[3] + (double)b[2] * b[3] - both);
}

static struct result judge(struct inspection *work, const struct photo *photo) {
  struct result result = {0};
  struct fault fault = {0};
  if (inspect_photo(work, photo, NULL, &result, &fault)) fail_msg("%s: %s", photo->path, fault.text);
  return result;
}

static void complain(const char *golden, const struct photo *photo, const struct result *result) {
  print_message("golden of %s: %s: %s", golden, photo->path, verdict_name(result->verdict));
  for (size_t i = 0; i < result->region_count; i++) {
    const struct region *r = &result->regions[i];
    print_message(", [%d %d %d %d] peak %.2f area %lld", r->box[0], r->box[1], r->box[2], r->box[3], r->peak,
                  (long long)r->area_px);
  }
  print_message("\n");
}

struct tally {
  int wrong;
  double worst_good, best_bad;
};

/* Judges what the golden was not made of. */
static void judge_all(struct inspection *work, const char *golden, const bool *used, struct tally *tally) {
  for (int i = 0; i < GOOD; i++) {
    if (used[i]) continue;
    struct result result = judge(work, &good[i]);
    if (result.verdict != VERDICT_PASS) tally->wrong++, complain(golden, &good[i], &result);
    if (result.score < tally->worst_good) tally->worst_good = result.score;
    result_free(&result);
  }
  for (int i = 0; i < DEFECTIVE; i++) {
    struct result result = judge(work, &bad[i]);
    bool right = result.verdict == VERDICT_FAIL && result.region_count == 1 &&
                 likeness(result.regions[0].box, defective[i].box) >= 0.1;
    if (!right) tally->wrong++, complain(golden, &bad[i], &result);
    if (result.score > tally->best_bad) tally->best_bad = result.score;
    result_free(&result);
  }
}

static void tell(int goldens, const struct tally *tally) {
  print_message("%d goldens: %d photos judged wrongly; scores of good photos from %.1f, of defective ones to %.1f\n",
                goldens, tally->wrong, tally->worst_good, tally->best_bad);
}

static void check_choice(unsigned mask, struct tally *tally) {
  char *folder = support_folder(), name[32];
  struct golden *golden = golden_of(mask, folder);
  struct inspector *inspector = NULL;
  struct inspection *work = NULL;
  struct fault fault = {0};
  bool used[GOOD] = {true};
  for (int i = 1; i < GOOD; i++) used[i] = mask >> (i - 1) & 1;
  if (inspector_open(golden, NULL, &inspector, &fault) || inspection_open(inspector, &work, &fault))
    fail_msg("%s", fault.text);
  snprintf(name, sizeof name, "ok/0 and choice %03x", mask);
  judge_all(work, name, used, tally);
  inspection_close(work);
  inspector_close(inspector);
  golden_close(golden);
  support_remove(folder);
}

static int bits(unsigned v) {
  int n = 0;
  for (; v; v &= v - 1) n++;
  return n;
}

/* Skips the test where the photos are not there. */
static void read_all(void) {
  if (good[0].bytes) return;
  for (int i = 0; i < GOOD; i++) read_carton("ok", i, &good[i]);
  for (int i = 0; i < DEFECTIVE; i++) read_carton("mix", defective[i].number, &bad[i]);
}

static int free_all(void **state) {
  (void)state;
  for (int i = 0; i < GOOD; i++) photo_free(&good[i]);
  for (int i = 0; i < DEFECTIVE; i++) photo_free(&bad[i]);
  return 0;
}

static void good_cartons_pass_and_defective_ones_fail_at_their_defect(void **state) {
  (void)state;
  unsigned choices[CHOICES];
  read_all();
  int count = 0, chosen = getenv("ASSAY_TEST_ALL") ? CHOICES : CHOSEN;
  struct tally tally = {0, 100, 0};
  for (unsigned mask = 0; mask < 1u << (GOOD - 1); mask++)
    if (bits(mask) == 4) choices[count++] = mask;
  assert_int_equal(count, CHOICES);
  uint64_t random = 2026;
  for (int i = 0; i < chosen; i++) {
    int j = i + (int)(support_random(&random) % (uint64_t)(CHOICES - i));
    unsigned mask = choices[j];
    choices[j] = choices[i], choices[i] = mask;
    check_choice(mask, &tally);
  }
  tell(chosen, &tally);
  assert_int_equal(tally.wrong, 0);
}

/* The spec of a golden of another good photo: the front's corners where alignment to ok/0 has them. */
static void spec_of(int number, char *text, size_t room) {
  struct pose pose = pose_identity();
  struct stage stage;
  if (number) {
    stage_open(&stage, spec_text, &good[0], 1);
    struct result result = stage_align(&stage, &good[number]);
    assert_true(result.aligned);
    pose = result_pose(&result);
    result_free(&result);
    stage_close(&stage);
  }
  struct pose_point p[CORNERS];
  for (int i = 0; i < CORNERS; i++) assert_true(pose_apply(&pose, front[i].x, front[i].y, &p[i]));
  snprintf(text, room,
           "name: carton\noutside: ignore\nzones:\n"
           "  - {name: front, polygon: [[%.2f, %.2f], [%.2f, %.2f], [%.2f, %.2f], [%.2f, %.2f]]}\n",
           p[0].x, p[0].y, p[1].x, p[1].y, p[2].x, p[2].y, p[3].x, p[3].y);
}

static void one_good_carton_is_golden_enough(void **state) {
  (void)state;
  static const int chosen[GOOD] = {3, 6, 0, 1, 2, 4, 5, 7, 8, 9};
  int count = getenv("ASSAY_TEST_ALL") ? GOOD : SLOW_BUILD ? 1 : 2;
  struct tally tally = {0, 100, 0};
  read_all();
  for (int i = 0; i < count; i++) {
    char text[512], name[16];
    bool used[GOOD] = {false};
    struct stage stage;
    spec_of(chosen[i], text, sizeof text);
    used[chosen[i]] = true;
    snprintf(name, sizeof name, "ok/%d", chosen[i]);
    stage_open(&stage, text, &good[chosen[i]], 1);
    judge_all(stage.work, name, used, &tally);
    stage_close(&stage);
  }
  tell(count, &tally);
  assert_int_equal(tally.wrong, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good_cartons_pass_and_defective_ones_fail_at_their_defect),
      cmocka_unit_test(one_good_carton_is_golden_enough),
  };
  return cmocka_run_group_tests(tests, NULL, free_all);
}
