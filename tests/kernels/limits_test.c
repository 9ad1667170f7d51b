#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { TOLERANCES = 5 };

struct limits_case {
  struct block *mean, *variance, *count, *zones, *detail, *rise, *fall;
  struct kernel_tolerance tolerances[TOLERANCES];
};

static enum kernel_status limits(const struct kernel_operations *o, struct kernel_context *device,
                                 const void *context) {
  const struct limits_case *c = context;
  struct kernel_limits call = {.mean = block_view(c->mean),
                               .variance = block_view(c->variance),
                               .count = block_view(c->count),
                               .zones = block_view(c->zones),
                               .detail = block_view(c->detail),
                               .tolerances = c->tolerances,
                               .tolerance_count = TOLERANCES,
                               .rise = block_view(c->rise),
                               .fall = block_view(c->fall)};
  return o->limits ? o->limits(device, &call) : KERNEL_OPERATION_MISSING;
}

/* Least and largest mean within `reach` pixels of (x, y), of those that were seen at all. */
static void extremes(const struct limits_case *c, int32_t x, int32_t y, int32_t reach, int64_t *least, int64_t *most) {
  *least = *most = block_get(c->mean, x, y);
  for (int32_t v = y - reach; v <= y + reach; v++)
    for (int32_t u = x - reach; u <= x + reach; u++) {
      if (u < 0 || v < 0 || u >= c->mean->width || v >= c->mean->height || !block_get(c->count, u, v)) continue;
      int64_t m = block_get(c->mean, u, v);
      if (m < *least) *least = m;
      if (m > *most) *most = m;
    }
}

static int64_t variance_near(const struct limits_case *c, int32_t x, int32_t y) {
  int64_t sum = 0, n = 0;
  for (int32_t v = y - 2; v <= y + 2; v++)
    for (int32_t u = x - 2; u <= x + 2; u++)
      if (u >= 0 && v >= 0 && u < c->mean->width && v < c->mean->height) sum += block_get(c->variance, u, v), n++;
  return n ? sum / n : 0;
}

/* floor(sqrt(v)), by trying. */
static int64_t root(int64_t v) {
  int64_t low = 0, high = 65536;
  while (high - low > 1) {
    int64_t middle = (low + high) / 2;
    if (middle * middle <= v)
      low = middle;
    else
      high = middle;
  }
  return low;
}

static int64_t reciprocal(int64_t limit) {
  int64_t r = (int64_t)KERNEL_MAP_UNIT * 65536 / limit;
  return r < 65535 ? r : 65535;
}

/* Whether no pixel of the 3 x 3, of those within the picture, is outside of all zones. */
static bool zoned_around(const struct limits_case *c, int32_t x, int32_t y) {
  for (int32_t v = y - 1; v <= y + 1; v++)
    for (int32_t u = x - 1; u <= x + 1; u++)
      if (u >= 0 && v >= 0 && u < c->zones->width && v < c->zones->height && !block_get(c->zones, u, v)) return false;
  return true;
}

struct limit {
  int64_t rise, fall;
};

static struct limit limit_at(const struct limits_case *c, int32_t x, int32_t y) {
  int64_t n = block_get(c->count, x, y), zone = block_get(c->zones, x, y), m = block_get(c->mean, x, y);
  struct limit limit = {0, 0};
  if (!n || zone > TOLERANCES || !zoned_around(c, x, y)) return limit;
  const struct kernel_tolerance *t = &c->tolerances[zone - 1];
  int64_t low, high, least, most;
  extremes(c, x, y, 1, &low, &high);
  extremes(c, x, y, 2, &least, &most);
  int64_t r = most - least, prior_variance = t->prior_variance + floor_shift(t->prior_edge * r * r, 16);
  int64_t variance = (t->prior * prior_variance + (n - 1) * variance_near(c, x, y)) / (t->prior + n - 1);
  int64_t deviation = root(variance > UINT32_MAX ? UINT32_MAX : variance);
  int64_t spread = floor_shift(t->relative * deviation, 8);
  int64_t lowest = t->absolute + floor_shift(t->detail * block_get(c->detail, x, y), 4);
  if (spread < lowest) spread = lowest;
  limit.rise = reciprocal(spread + floor_shift(t->edge * (high - m) + t->sharp * r, 8));
  limit.fall = reciprocal(spread + floor_shift(t->edge * (m - low) + t->sharp * r, 8));
  return limit;
}

static void expect_pixel(const struct limits_case *c, int32_t x, int32_t y) {
  struct limit limit = limit_at(c, x, y);
  block_expect(c->rise, x, y, limit.rise), block_expect(c->fall, x, y, limit.fall);
}

static struct kernel_tolerance tolerance_of(struct harness *h, bool wild) {
  struct kernel_tolerance t = {.absolute = harness_between(h, 1, wild ? INT32_MAX : 400),
                               .detail = harness_between(h, 0, wild ? INT32_MAX : 60),
                               .relative = harness_between(h, 0, wild ? INT32_MAX : 4000),
                               .edge = harness_between(h, 0, wild ? INT32_MAX : 600),
                               .sharp = harness_between(h, 0, wild ? INT32_MAX : 100),
                               .prior = harness_between(h, 1, wild ? 1024 : 8),
                               .prior_variance = harness_between(h, 0, wild ? INT32_MAX : 3000),
                               .prior_edge = harness_between(h, 0, wild ? 1 << 20 : 300)};
  return t;
}

static void limits_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  bool wild = round % 4 == 0;
  struct limits_case c = {harness_image(h, U16, width, height), harness_image(h, U32, width, height),
                          harness_image(h, U16, width, height), harness_image(h, U8, width, height),
                          harness_image(h, U8, width, height),  harness_image(h, U16, width, height),
                          harness_image(h, U16, width, height), {{0}}};
  harness_note(h, "%s", wild ? ", wild" : "");
  for (int i = 0; i < TOLERANCES; i++) c.tolerances[i] = tolerance_of(h, wild);
  if (wild)
    block_fill(h, c.mean, (enum fill)(round % FILLS)), block_fill(h, c.variance, (enum fill)(round / 2 % FILLS));
  else
    block_fill_between(h, c.mean, 0, 4080), block_fill_between(h, c.variance, 0, 20000);
  if (wild)
    block_fill(h, c.count, (enum fill)(round / 3 % FILLS));
  else
    block_fill_between(h, c.count, 0, 12);
  block_fill(h, c.detail, wild ? (enum fill)(round / 4 % FILLS) : FILL_RANDOM);
  if (round % 3)
    block_fill_between(h, c.zones, 1, TOLERANCES);
  else
    block_fill(h, c.zones, FILL_RANDOM);
  /* A few pixels that are in no zone, not so many that nothing is left. */
  for (int32_t i = 0; i < width * height / 40 + round % 2; i++)
    block_set(c.zones, harness_between(h, 0, width - 1), harness_between(h, 0, height - 1), 0);
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) expect_pixel(&c, x, y);
  harness_run(h, limits, &c, KERNEL_OK);
}

static void limits_are_the_reciprocals_of_the_tolerance(void **state) {
  (void)state;
  harness_sizes("limits", 7000, 150, limits_of_size);
}

/* ---- of one photo ---- */

struct one_case {
  struct limits_case limits; /* mean, variance and count hold what is expected of them */
  struct block *photo, *mean;
};

static enum kernel_status limits_of_one(const struct kernel_operations *o, struct kernel_context *device,
                                        const void *context) {
  const struct one_case *c = context;
  struct kernel_limits_of_one call = {.photo = block_view(c->photo),
                                      .zones = block_view(c->limits.zones),
                                      .detail = block_view(c->limits.detail),
                                      .tolerances = c->limits.tolerances,
                                      .tolerance_count = TOLERANCES,
                                      .mean = block_view(c->mean),
                                      .rise = block_view(c->limits.rise),
                                      .fall = block_view(c->limits.fall)};
  return o->limits_of_one ? o->limits_of_one(device, &call) : KERNEL_OPERATION_MISSING;
}

static int64_t smoothed(const struct block *photo, int32_t x, int32_t y) {
  static const int64_t binomial[3] = {1, 2, 1};
  int64_t s = 0;
  for (int32_t j = -1; j <= 1; j++)
    for (int32_t i = -1; i <= 1; i++)
      s += binomial[i + 1] * binomial[j + 1] *
           block_get(photo, clamp(x + i, 0, photo->width - 1), clamp(y + j, 0, photo->height - 1));
  return s;
}

static struct one_case one_case_of(struct harness *h, int32_t width, int32_t height, int round) {
  bool wild = round % 4 == 0, even = round % 5 == 1;
  struct one_case c = {{harness_image(h, U16, width, height),
                        harness_image(h, U32, width, height),
                        harness_image(h, U16, width, height),
                        harness_image(h, U8, width, height),
                        harness_image(h, U8, width, height),
                        harness_image(h, U16, width, height),
                        harness_image(h, U16, width, height),
                        {{0}}},
                       harness_image(h, U8, width, height),
                       harness_image(h, U16, width, height)};
  struct limits_case *l = &c.limits;
  harness_note(h, "%s%s", wild ? ", wild" : "", even ? ", one zone" : "");
  for (int i = 0; i < TOLERANCES; i++) {
    l->tolerances[i] = tolerance_of(h, wild);
    if (round % 2) l->tolerances[i].prior_edge = 0;
  }
  block_fill(h, c.photo, (enum fill)(round % FILLS));
  block_fill(h, l->detail, wild ? (enum fill)(round / 4 % FILLS) : FILL_RANDOM);
  block_fill_between(h, l->zones, even ? 2 : 1, even ? 2 : TOLERANCES + round % 3);
  block_fill(h, l->variance, FILL_LEAST);
  block_fill_between(h, l->count, 1, 1);
  if (!even)
    for (int32_t i = 0; i < width * height / 40 + round % 2; i++)
      block_set(l->zones, harness_between(h, 0, width - 1), harness_between(h, 0, height - 1), 0);
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      block_set(l->mean, x, y, smoothed(c.photo, x, y));
    }
  return c;
}

static void limits_of_one_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct one_case c = one_case_of(h, width, height, round);
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      block_expect(c.mean, x, y, smoothed(c.photo, x, y));
      expect_pixel(&c.limits, x, y);
    }
  harness_run(h, limits_of_one, &c, KERNEL_OK);
}

static void limits_of_one_photo_are_those_without_a_variance(void **state) {
  (void)state;
  harness_sizes("limits_of_one", 8000, 150, limits_of_one_of_size);
}

/* ---- compared at once ---- */

struct compared_case {
  struct one_case golden;
  struct block *photo, *seen, *map, *histogram;
  int32_t first, rows;
};

static enum kernel_status compare_of_one(const struct kernel_operations *o, struct kernel_context *device,
                                         const void *context) {
  const struct compared_case *c = context;
  struct kernel_compare_of_one call = {.golden = block_view(c->golden.photo),
                                       .zones = block_view(c->golden.limits.zones),
                                       .detail = block_view(c->golden.limits.detail),
                                       .tolerances = c->golden.limits.tolerances,
                                       .tolerance_count = TOLERANCES,
                                       .photo = block_view(c->photo),
                                       .seen = block_view(c->seen),
                                       .first = c->first,
                                       .rows = c->rows,
                                       .map = block_view(c->map),
                                       .histogram = c->histogram->buffer};
  return o->compare_of_one ? o->compare_of_one(device, &call) : KERNEL_OPERATION_MISSING;
}

/* The map's value; negative where nothing is compared. */
static int64_t use_at(const struct compared_case *c, int32_t x, int32_t y) {
  struct limit limit = limit_at(&c->golden.limits, x, y);
  for (int32_t v = y - 1; v <= y + 1; v++)
    for (int32_t u = x - 1; u <= x + 1; u++)
      if (!block_get(c->seen, clamp(u, 0, c->seen->width - 1), clamp(v, 0, c->seen->height - 1))) return -1;
  if (!limit.rise) return -1;
  int64_t d = smoothed(c->photo, x, y) - smoothed(c->golden.photo, x, y);
  int64_t use = d >= 0 ? d * limit.rise / 65536 : -d * limit.fall / 65536;
  return use < 255 ? use : 255;
}

static void compare_of_one_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct compared_case c = {.golden = one_case_of(h, width, height, round),
                            .photo = harness_image(h, U8, width, height),
                            .seen = harness_image(h, U8, width, height),
                            .map = harness_image(h, U8, width, height),
                            .histogram = harness_array(h, I32, 256)};
  int64_t counts[256] = {0};
  c.first = round % 3 ? harness_between(h, 0, height - 1) : 0;
  c.rows = round % 3 ? harness_between(h, 1, height - c.first) : height;
  block_fill(h, c.photo, (enum fill)(round / 3 % FILLS));
  block_fill(h, c.seen, round / 10 % 3 == 0 ? FILL_MOST : round / 10 % 3 == 1 ? FILL_SPARSE : FILL_RANDOM);
  harness_note(h, ", rows %d from %d", c.rows, c.first);
  for (int32_t y = c.first; y < c.first + c.rows; y++)
    for (int32_t x = 0; x < width; x++) {
      int64_t use = use_at(&c, x, y);
      block_expect(c.map, x, y, use < 0 ? 0 : use);
      if (use >= 0) counts[use]++;
    }
  for (int32_t i = 0; i < 256; i++) block_expect(c.histogram, i, 0, counts[i]);
  harness_run(h, compare_of_one, &c, KERNEL_OK);
}

static void a_photo_is_compared_with_the_limits_of_one(void **state) {
  (void)state;
  harness_sizes("compare_of_one", 9000, 100, compare_of_one_of_size);
  /* A row of several parts and blocks of them, in one zone, all seen and with holes, and in several. */
  static const int rounds[] = {1, 11, 21, 2, 3};
  for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
    struct harness *h = harness_open("compare_of_one", 9900 + (uint64_t)rounds[i]);
    compare_of_one_of_size(h, 4357, 5, rounds[i]);
    harness_close(h);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(limits_are_the_reciprocals_of_the_tolerance),
                                     cmocka_unit_test(limits_of_one_photo_are_those_without_a_variance),
                                     cmocka_unit_test(a_photo_is_compared_with_the_limits_of_one)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
