#include "tests/engine/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void stage_open(struct stage *s, const char *spec, struct photo *photos, size_t count) {
  static char path[] = "golden";
  struct fault fault = {0};
  *s = (struct stage){.golden = {.path = path, .version = 1, .photos = photos, .photo_count = count}};
  memset(s->golden.sha256, 'a', SHA256_CHARS);
  if (spec_parse(spec, strlen(spec), "golden.yaml", &s->golden.spec, &fault) ||
      inspector_open(&s->golden, NULL, &s->inspector, &fault) || inspection_open(s->inspector, &s->work, &fault))
    fail_msg("%s", fault.text);
}

void stage_close(struct stage *s) {
  inspection_close(s->work);
  inspector_close(s->inspector);
  spec_free(&s->golden.spec);
}

struct result stage_judge(struct stage *s, const struct photo *photo) {
  struct result result = {0};
  struct fault fault = {0};
  if (inspect_photo(s->work, photo, NULL, &result, &fault)) fail_msg("%s: %s", photo->path, fault.text);
  return result;
}

struct result stage_align(struct stage *s, const struct photo *photo) {
  struct result result = {0};
  struct fault fault = {0};
  if (inspect_align(s->work, photo, &result, &fault)) fail_msg("%s: %s", photo->path, fault.text);
  return result;
}

size_t stage_regions(const char *spec, struct photo *golden, struct photo *photo) {
  struct stage stage;
  stage_open(&stage, spec, golden, 1);
  struct result result = stage_judge(&stage, photo);
  size_t count = result.region_count;
  if (result.verdict != (count ? VERDICT_FAIL : VERDICT_PASS)) result_tell(&result);
  assert_int_equal(result.verdict, count ? VERDICT_FAIL : VERDICT_PASS);
  result_free(&result);
  stage_close(&stage);
  photo_free(golden);
  photo_free(photo);
  return count;
}

struct pose result_pose(const struct result *result) {
  struct pose pose;
  assert_true(result->aligned);
  memcpy(pose.h, result->homography, sizeof pose.h);
  return pose;
}

void result_tell(const struct result *result) {
  print_message("%s: %s, score %.1f\n", result->photo, verdict_name(result->verdict), result->score);
  for (size_t i = 0; i < result->reason_count; i++)
    print_message("  %s: %s\n", reason_name(result->reasons[i].code), result->reasons[i].text);
  for (size_t i = 0; i < result->region_count; i++) {
    const struct region *r = &result->regions[i];
    print_message("  [%d %d %d %d], golden [%d %d %d %d], peak %.2f, area %lld, %s\n", r->box[0], r->box[1], r->box[2],
                  r->box[3], r->golden_box[0], r->golden_box[1], r->golden_box[2], r->golden_box[3], r->peak,
                  (long long)r->area_px, class_name(r->class_));
  }
}

double box_likeness(const int32_t *a, const int32_t *b) {
  int left = a[0] > b[0] ? a[0] : b[0], top = a[1] > b[1] ? a[1] : b[1];
  int right = a[0] + a[2] < b[0] + b[2] ? a[0] + a[2] : b[0] + b[2];
  int bottom = a[1] + a[3] < b[1] + b[3] ? a[1] + a[3] : b[1] + b[3];
  double both = right > left && bottom > top ? (double)(right - left) * (bottom - top) : 0;
  return both / ((double)a[2] * a[3] + (double)b[2] * b[3] - both);
}
