#include "cli/bench/photos.h"

#include "cli/bench/bench.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

struct canvas {
  int width, height;
  uint8_t *rgb;
};

static uint32_t mix(uint32_t v) {
  v = (v ^ v >> 16) * 0x7feb352dU;
  v = (v ^ v >> 15) * 0x846ca68bU;
  return v ^ v >> 16;
}

/* Plain fields of colour with smaller prints on them; no two places are alike. */
static void draw_scene(struct canvas *c) {
  for (int y = 0; y < c->height; y++)
    for (int x = 0; x < c->width; x++) {
      uint32_t field = mix((uint32_t)(x / 211) * 7919 + (uint32_t)(y / 163)), part = mix(field + 1);
      uint32_t print = mix((uint32_t)(x / 23) * 104729 + (uint32_t)(y / 29) + 77);
      uint8_t *p = c->rgb + 3 * ((size_t)y * (size_t)c->width + (size_t)x);
      bool printed = print % 4 == 0 && x % 23 > 4 && y % 29 > 6;
      for (int k = 0; k < 3; k++) p[k] = (uint8_t)(printed ? 40 : 120 + ((k == 1 ? part : field) >> (8 * k)) % 100);
    }
}

/* The scene's middle. */
static void draw_golden(const struct canvas *from, struct canvas *to) {
  size_t left = (size_t)(from->width - to->width) / 2, top = (size_t)(from->height - to->height) / 2;
  size_t row = 3 * (size_t)to->width;
  for (size_t y = 0; y < (size_t)to->height; y++)
    memcpy(to->rgb + y * row, from->rgb + 3 * ((y + top) * (size_t)from->width + left), row);
}

/* Where a photo's pixels lie in the golden: turned and scaled about the middle. */
struct view {
  double step_x, step_y, w, h;
};

static struct view view_of(uint32_t seed, const struct canvas *c) {
  double turn = 0.05 + 0.0005 * seed, scale = 1.02;
  return (struct view){cos(turn) / scale, sin(turn) / scale, c->width / 2.0, c->height / 2.0};
}

static void fill_truth(uint32_t seed, const struct canvas *c, struct bench_truth *truth) {
  struct view v = view_of(seed, c);
  double square = v.step_x * v.step_x + v.step_y * v.step_y;
  for (int k = 0; k < 4; k++) {
    double du = (k % 2 ? c->width - 1 : 0) - v.w, dv = (k / 2 ? c->height - 1 : 0) - v.h;
    truth->corners[k][0] = v.w + (v.step_x * du - v.step_y * dv) / square;
    truth->corners[k][1] = v.h + (v.step_y * du + v.step_x * dv) / square;
  }
  truth->width = c->width, truth->height = c->height, truth->radius = c->height / 150;
  for (int k = 0; k < BENCH_PLANTED; k++) {
    uint32_t place = mix(seed * BENCH_PLANTED + (uint32_t)k);
    truth->planted[k][0] = c->width / 8 + (int)(place % 1000) * (c->width / 4 * 3) / 1000;
    truth->planted[k][1] = c->height / 8 + (int)(place / 1000 % 1000) * (c->height / 4 * 3) / 1000;
  }
}

static bool is_marked(const struct bench_truth *truth, double x, double y) {
  for (int k = 0; k < BENCH_PLANTED; k++) {
    double dx = x - truth->planted[k][0], dy = y - truth->planted[k][1];
    if (dx * dx + dy * dy <= truth->radius * truth->radius) return true;
  }
  return false;
}

/* The scene as another camera sees it: bilinear, with noise, and with marks on it that are darker by a third. */
static void draw_photo(const struct canvas *from, uint32_t seed, const struct bench_truth *truth, struct canvas *to) {
  struct view view = view_of(seed, to);
  double left = (from->width - to->width) / 2.0, top = (from->height - to->height) / 2.0;
  uint32_t noise = seed;
  for (int y = 0; y < to->height; y++)
    for (int x = 0; x < to->width; x++) {
      double across = x - view.w, down = y - view.h;
      double u = view.w + view.step_x * across + view.step_y * down;
      double v = view.h - view.step_y * across + view.step_x * down;
      double share = is_marked(truth, u, v) ? 2.0 / 3 : 1, fx = u + left - floor(u + left),
             fy = v + top - floor(v + top);
      const uint8_t *q = from->rgb + 3 * ((size_t)(v + top) * (size_t)from->width + (size_t)(u + left));
      const uint8_t *below = q + 3 * (size_t)from->width;
      uint8_t *p = to->rgb + 3 * ((size_t)y * (size_t)to->width + (size_t)x);
      for (int k = 0; k < 3; k++) {
        noise = noise * 1664525 + 1013904223;
        double value = (q[k] * (1 - fx) + q[k + 3] * fx) * (1 - fy) + (below[k] * (1 - fx) + below[k + 3] * fx) * fy;
        p[k] = (uint8_t)(share * value + (noise >> 24) / 64.0 - 1.5);
      }
    }
}

static enum status compress(const struct canvas *c, const char *name, struct photo *photo, struct fault *fault) {
  unsigned char *bytes = NULL;
  unsigned long size = 0;
  tjhandle coder = tjInitCompress();
  enum status status = STATUS_OK;
  if (!coder || tjCompress2(coder, c->rgb, c->width, 0, c->height, TJPF_RGB, &bytes, &size, TJSAMP_420, 90, 0))
    status = fault_set(fault, STATUS_INTERNAL, "benchmark: a photo cannot be compressed");
  if (!status) status = photo_from_bytes(name, bytes, size, photo, fault);
  tjFree(bytes);
  if (coder) tjDestroy(coder);
  return status;
}

/* Even, so that the golden lies in the scene's middle by whole pixels; enough for the corners of a turned photo. */
static struct canvas scene_of(const struct canvas *golden) {
  int margin = golden->width / 16;
  return (struct canvas){.width = golden->width + 2 * margin, .height = golden->height + 2 * margin};
}

static bool take_canvas(struct canvas *c) {
  return (c->rgb = malloc(3 * (size_t)c->width * (size_t)c->height)) != NULL;
}

enum status bench_photos_draw(double megapixels, struct photo *photos, size_t count, size_t approved,
                              struct bench_truth *truths, struct fault *fault) {
  int height = (int)floor(sqrt(megapixels * 1e6 * 3 / 4) + 0.5);
  struct canvas photo = {.width = height * 4 / 3, .height = height}, scene = scene_of(&photo);
  enum status status = take_canvas(&photo) && take_canvas(&scene)
                           ? STATUS_OK
                           : fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (!status) {
    draw_scene(&scene);
    draw_golden(&scene, &photo);
    status = compress(&photo, "golden.jpg", &photos[0], fault);
  }
  for (size_t i = 1; i < count && !status; i++) {
    char name[32];
    struct bench_truth truth;
    snprintf(name, sizeof name, "photo-%zu.jpg", i);
    fill_truth((uint32_t)i, &photo, &truth);
    for (int k = 0; k < BENCH_PLANTED && i < approved; k++) truth.planted[k][0] = truth.planted[k][1] = INT_MIN / 2;
    draw_photo(&scene, (uint32_t)i, &truth, &photo);
    if (truths) truths[i] = truth;
    status = compress(&photo, name, &photos[i], fault);
  }
  free(scene.rgb);
  free(photo.rgb);
  return status;
}

static bool holds(const struct region *region, const struct bench_truth *truth, int mark) {
  for (int k = 0; k < 2; k++) {
    int begin = region->golden_box[k], end = begin + region->golden_box[2 + k], middle = truth->planted[mark][k];
    if (end <= middle - truth->radius || begin > middle + truth->radius) return false;
  }
  return true;
}

static double corner_error(const struct bench_truth *truth, const struct result *result, int corner) {
  const double *h = result->homography;
  double x = corner % 2 ? truth->width - 1 : 0, y = corner / 2 ? truth->height - 1 : 0;
  double depth = h[6] * x + h[7] * y + h[8];
  return hypot((h[0] * x + h[1] * y + h[2]) / depth - truth->corners[corner][0],
               (h[3] * x + h[4] * y + h[5]) / depth - truth->corners[corner][1]);
}

void bench_photos_check(const struct bench_truth *truth, const struct result *result, struct bench_answer *answer) {
  bool found[BENCH_PLANTED] = {false};
  for (int k = 0; k < 4; k++) answer->corner_px = fmax(answer->corner_px, corner_error(truth, result, k));
  for (size_t i = 0; i < result->region_count; i++) {
    bool any = false;
    for (int k = 0; k < BENCH_PLANTED; k++)
      if (holds(&result->regions[i], truth, k)) found[k] = any = true;
    answer->others += !any;
  }
  for (int k = 0; k < BENCH_PLANTED; k++) answer->planted++, answer->found += found[k];
}

enum status bench_decode(const struct photo *photo, unsigned char **rgb, size_t *rgb_size, double *ms,
                         struct fault *fault) {
  int width, height, sampling, space;
  enum status status = STATUS_OK;
  tjhandle decoder = tjInitDecompress();
  if (!decoder) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (tjDecompressHeader3(decoder, photo->bytes, photo->size, &width, &height, &sampling, &space)) {
    status = fault_set(fault, STATUS_INVALID, "%s: %s; expected a JPEG", photo->path, tjGetErrorStr2(decoder));
    goto end;
  }
  size_t need = 3 * (size_t)width * (size_t)height;
  if (need > *rgb_size) {
    unsigned char *larger = realloc(*rgb, need);
    if (!larger) {
      status = fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
      goto end;
    }
    memset(larger, 1, need);
    *rgb = larger, *rgb_size = need;
  }
  double begin = bench_now();
  if (tjDecompress2(decoder, photo->bytes, photo->size, *rgb, width, 0, height, TJPF_RGB, 0))
    status = fault_set(fault, STATUS_INVALID, "%s: %s; expected a JPEG", photo->path, tjGetErrorStr2(decoder));
  *ms = bench_now() - begin;
end:
  tjDestroy(decoder);
  return status;
}
