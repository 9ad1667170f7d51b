#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROW_WORDS = sizeof(struct kernel_component) / sizeof(int32_t) };

struct components_case {
  struct block *map, *scratch, *rows, *counts;
  int32_t low, high, min_area, capacity;
};

static enum kernel_status components(const struct kernel_operations *o, struct kernel_context *device,
                                     const void *context) {
  const struct components_case *c = context;
  struct kernel_components call = {.map = block_view(c->map),
                                   .low = c->low,
                                   .high = c->high,
                                   .min_area = c->min_area,
                                   .scratch = c->scratch->buffer,
                                   .rows = c->rows->buffer,
                                   .capacity = c->capacity,
                                   .counts = c->counts->buffer};
  return o->components ? o->components(device, &call) : KERNEL_OPERATION_MISSING;
}

/* Everything that is connected to a pixel, by going from neighbour to neighbour; what was reached is marked. */
static struct kernel_component flood(const struct block *map, int32_t low, int32_t x, int32_t y, bool *reached,
                                     int32_t *stack) {
  struct kernel_component a = {.left = x, .top = y, .right = x, .bottom = y};
  int32_t width = map->width, depth = 0;
  stack[depth++] = y * width + x;
  reached[y * width + x] = true;
  while (depth) {
    int32_t at = stack[--depth], u = at % width, v = at / width, value = (int32_t)block_get(map, u, v);
    if (u < a.left) a.left = u;
    if (u > a.right) a.right = u;
    if (v < a.top) a.top = v;
    if (v > a.bottom) a.bottom = v;
    if (value > a.peak) a.peak = value;
    a.area++;
    a.total += value;
    a.x += u, a.y += v;
    a.xx += (int64_t)u * u, a.xy += (int64_t)u * v, a.yy += (int64_t)v * v;
    for (int32_t q = v - 1; q <= v + 1; q++)
      for (int32_t p = u - 1; p <= u + 1; p++) {
        if (p < 0 || q < 0 || p >= width || q >= map->height || reached[q * width + p]) continue;
        if (block_get(map, p, q) < low) continue;
        reached[q * width + p] = true;
        stack[depth++] = q * width + p;
      }
  }
  return a;
}

static void expect_row(struct block *rows, int32_t index, const struct kernel_component *a) {
  int32_t words[ROW_WORDS];
  memcpy(words, a, sizeof words);
  for (int32_t i = 0; i < ROW_WORDS; i++) block_expect(rows, index * ROW_WORDS + i, 0, words[i]);
}

/* Rows behind those that are written may hold anything. */
static void expect_areas(struct components_case *c) {
  int32_t width = c->map->width, height = c->map->height, areas = 0, kept = 0;
  size_t pixels = (size_t)width * (size_t)height;
  bool *reached = calloc(pixels, sizeof *reached);
  int32_t *stack = calloc(pixels, sizeof *stack);
  assert_non_null(reached);
  assert_non_null(stack);
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      if (reached[y * width + x] || block_get(c->map, x, y) < c->low) continue;
      struct kernel_component a = flood(c->map, c->low, x, y, reached, stack);
      if (areas++ < c->capacity && a.peak >= c->high && a.area >= c->min_area) expect_row(c->rows, kept++, &a);
    }
  free(reached);
  free(stack);
  c->rows->unsaid_from = (size_t)kept * ROW_WORDS;
  block_expect(c->counts, 0, 0, kept), block_expect(c->counts, 1, 0, areas);
}

static void draw_map(struct harness *h, struct block *map, int round) {
  static const int share[] = {2, 5, 12, 40};
  block_fill(h, map, FILL_LEAST);
  if (round % 7 < 4) {
    /* From a sea to islands. */
    for (int32_t y = 0; y < map->height; y++)
      for (int32_t x = 0; x < map->width; x++)
        if (harness_random(h) % (uint64_t)share[round % 7] == 0) block_set(map, x, y, harness_between(h, 1, 255));
  } else if (round % 7 == 4) {
    block_fill(h, map, (enum fill)(round % FILLS));
  } else {
    /* Combs, whose teeth meet only at the end: what joins late is one area. */
    for (int32_t y = 0; y < map->height; y++)
      for (int32_t x = 0; x < map->width; x++)
        if (round % 7 == 5
                ? x % 2 == 0 || y + 1 == map->height
                : (y % 4 == 0) || (y % 4 == 2) || (y % 4 == 1 && x + 1 == map->width) || (y % 4 == 3 && x == 0))
          block_set(map, x, y, 40 + (x + y) % 200);
  }
}

static void components_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct components_case c = {.low = harness_between(h, 1, round % 5 ? 60 : 255)};
  c.high = c.low + (round % 3 ? harness_between(h, 0, 100) : 0);
  c.min_area = round % 4 ? harness_between(h, 1, 6) : harness_between(h, -5, 0);
  c.capacity = round % 2 ? harness_between(h, 1, 6) : 2000;
  harness_note(h, ", low %d, high %d, least area %d, capacity %d", c.low, c.high, c.min_area, c.capacity);
  c.map = harness_image(h, U8, width, height);
  c.scratch = harness_array(h, I32, (size_t)width * (size_t)height);
  c.scratch->unsaid_from = 0;
  c.rows = harness_array(h, I32, (size_t)c.capacity * ROW_WORDS);
  c.counts = harness_array(h, I32, 2);
  draw_map(h, c.map, round);
  expect_areas(&c);
  harness_run(h, components, &c, KERNEL_OK);
}

static void areas_are_what_is_connected(void **state) {
  (void)state;
  harness_sizes("components", 9000, 300, components_of_size);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(areas_are_what_is_connected)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
