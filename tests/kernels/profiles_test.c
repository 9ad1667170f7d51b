#include "tests/kernels/harness.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 12 };

struct profiles_case {
  struct block *photo, *scratch, *bins;
  struct kernel_profile profiles[MOST];
  int32_t count;
};

static enum kernel_status profiles(const struct kernel_operations *o, struct kernel_context *device,
                                   const void *context) {
  const struct profiles_case *c = context;
  struct kernel_profiles call = {.photo = block_view(c->photo),
                                 .profiles = c->profiles,
                                 .count = c->count,
                                 .scratch = c->scratch->buffer,
                                 .bins = c->bins->buffer};
  return o->profiles ? o->profiles(device, &call) : KERNEL_OPERATION_MISSING;
}

/* In 0..1. */
static double share(struct harness *h) {
  return harness_between(h, 0, 1 << 20) / (double)(1 << 20);
}

static struct kernel_profile draw(struct harness *h, int32_t width, int32_t height, int round, int32_t at) {
  static const double upright[][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  double turn = 6.3 * share(h);
  struct kernel_profile p = {.x = (1.5 * share(h) - 0.25) * width,
                             .y = (1.5 * share(h) - 0.25) * height,
                             .nx = cos(turn),
                             .ny = sin(turn),
                             .length = 0.2 + 12 * share(h),
                             .first = -8 * share(h),
                             .bins = harness_between(h, 1, 80),
                             .at = at};
  if (round % 3 == 1) p.nx = upright[round % 4][0], p.ny = upright[round % 4][1], p.x = floor(p.x), p.y = floor(p.y);
  if (round % 2) p.curvature = (share(h) - 0.5) * (round % 5 ? 0.2 : 2);
  if (round % 7 == 0)
    p.length = 0.999 * KERNEL_PROFILE_LENGTH / (1 + 16000 * fabs(p.curvature)), p.first = -16000, p.bins = 4000;
  return p;
}

/* Every pixel of the photo, by the contract's words. */
static void expect_profile(const struct profiles_case *c, const struct kernel_profile *p) {
  uint64_t *bins = calloc((size_t)p->bins, sizeof *bins);
  assert_non_null(bins);
  const float nx = (float)p->nx, ny = (float)p->ny, curvature = (float)p->curvature, first = (float)p->first;
  for (int32_t y = 0; y < c->photo->height; y++)
    for (int32_t x = 0; x < c->photo->width; x++) {
      float u = (float)(x - (int)p->x) - (float)(p->x - (int)p->x),
            v = (float)(y - (int)p->y) - (float)(p->y - (int)p->y);
      float across = u * nx + v * ny, along = v * nx - u * ny;
      float length = (float)p->length * (1 + curvature * across);
      if (along < -length || along >= length) continue;
      float q = 2 * across + curvature * (along * along + across * across);
      float root = 1 + curvature * q, d = q / (1 + sqrtf(root > 0 ? root : 0)),
            bin = (d - first) * (KERNEL_PROFILE_SCALE * KERNEL_PROFILE_FINE);
      if (bin < 0 || bin >= (float)p->bins * KERNEL_PROFILE_FINE) continue;
      bins[(int)bin / KERNEL_PROFILE_FINE] +=
          1 + ((uint64_t)block_get(c->photo, x, y) << 16) + ((uint64_t)((int)bin % KERNEL_PROFILE_FINE) << 40);
    }
  for (int32_t i = 0; i < p->bins; i++) block_expect(c->bins, p->at + i, 0, (int64_t)bins[i]);
  free(bins);
}

static void profiles_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct profiles_case c = {.photo = harness_image(h, U8, width, height), .count = harness_between(h, 1, MOST)};
  block_fill(h, c.photo, (enum fill)(round % FILLS));
  int32_t bins = 0;
  for (int32_t i = 0; i < c.count; i++) {
    c.profiles[i] = draw(h, width, height, round + i, bins);
    bins += c.profiles[i].bins;
  }
  c.scratch = harness_array(h, I64, (size_t)c.count * sizeof *c.profiles / 8);
  c.scratch->unsaid_from = 0;
  c.bins = harness_array(h, I64, (size_t)bins);
  for (int32_t i = 0; i < c.count; i++) expect_profile(&c, &c.profiles[i]);
  harness_run(h, profiles, &c, KERNEL_OK);
}

static void each_pixel_goes_to_the_bin_of_its_distance(void **state) {
  (void)state;
  harness_sizes("profiles", 8000, 60, profiles_of_size);
}

/* Sectors that share their borders have each pixel of the ring once, at its distance from the centre. */
static void sectors_of_a_ring_share_its_pixels_out(void **state) {
  (void)state;
  enum { SIDE = 120, SECTORS = 10, BINS = 40 };
  const double radius = 31.3, half = 3.14159265358979323846 / SECTORS;
  struct harness *h = harness_open("profiles of a ring", 1);
  struct profiles_case c = {.photo = harness_image(h, U8, SIDE, SIDE), .count = SECTORS};
  block_fill(h, c.photo, FILL_MOST);
  c.scratch = harness_array(h, I64, SECTORS * sizeof *c.profiles / 8);
  c.scratch->unsaid_from = 0;
  c.bins = harness_array(h, I64, (size_t)SECTORS * BINS);
  int64_t all = 0, ring = 0;
  for (int32_t i = 0; i < SECTORS; i++) {
    double turn = 0.1 + 2 * half * i;
    c.profiles[i] = (struct kernel_profile){.x = 60.2 + radius * cos(turn),
                                            .y = 58.7 + radius * sin(turn),
                                            .nx = cos(turn),
                                            .ny = sin(turn),
                                            .curvature = 1 / radius,
                                            .length = radius * tan(half),
                                            .first = -5,
                                            .bins = BINS,
                                            .at = i * BINS};
    expect_profile(&c, &c.profiles[i]);
  }
  for (size_t i = 0; i < (size_t)SECTORS * BINS; i++) {
    struct kernel_bin bin;
    memcpy(&bin, c.bins->after + sizeof bin * i, sizeof bin);
    all += kernel_bin_count(bin);
  }
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) {
      double d = hypot(x - 60.2, y - 58.7) - radius;
      ring += d >= -5 && d < -5 + BINS / KERNEL_PROFILE_SCALE;
    }
  assert_int_equal(all, ring);
  harness_run(h, profiles, &c, KERNEL_OK);
  harness_close(h);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_pixel_goes_to_the_bin_of_its_distance),
      cmocka_unit_test(sectors_of_a_ring_share_its_pixels_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
