#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct cells_case {
  const struct block *cells, *photo[3], *place;
  int32_t cell_count;
  struct block *sums;
};

static enum kernel_status cell_sums(const struct kernel_operations *o, struct kernel_context *device,
                                    const void *context) {
  const struct cells_case *c = context;
  struct kernel_cell_sums call = {.cells = block_view(c->cells),
                                  .luma = block_view(c->photo[0]),
                                  .cb = block_view(c->photo[1]),
                                  .cr = block_view(c->photo[2]),
                                  .place = c->place->buffer,
                                  .cell_count = c->cell_count,
                                  .sums = c->sums->buffer};
  return o->cell_sums ? o->cell_sums(device, &call) : KERNEL_OPERATION_MISSING;
}

static void expect_sums(const struct cells_case *c) {
  const struct block *cells = c->cells;
  int64_t *sums = calloc((size_t)c->cell_count * KERNEL_CELL_SUMS, sizeof *sums);
  assert_non_null(sums);
  for (int32_t y = 0; y < cells->height; y++)
    for (int32_t x = 0; x < cells->width; x++) {
      int64_t cell = block_get(cells, x, y);
      int32_t px = grid_at(c->place, cells->width, 2, 0, x, y), py = grid_at(c->place, cells->width, 2, 1, x, y), v[3];
      bool inside = true;
      for (int k = 0; k < 3; k++) inside = sample_at(c->photo[k], px, py, &v[k]) && inside;
      if (!inside || cell < 1 || cell > c->cell_count) continue;
      int64_t *row = sums + (cell - 1) * KERNEL_CELL_SUMS;
      row[0]++;
      for (int k = 0; k < 3; k++) row[1 + k] += v[k];
    }
  for (int32_t i = 0; i < c->cell_count * KERNEL_CELL_SUMS; i++) block_expect(c->sums, i, 0, sums[i]);
  free(sums);
}

/* Cells are several pixels wide. */
static void widen(struct block *cells) {
  for (int32_t y = 0; y < cells->height; y++)
    for (int32_t x = 0; x < cells->width; x++)
      if (x % 11) block_set(cells, x, y, block_get(cells, x - 1, y));
}

static void sums_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  bool wild = round % 5 == 0;
  int32_t photo_width = harness_between(h, 1, 80), photo_height = harness_between(h, 1, 80);
  struct cells_case c = {.cell_count = round % 7 ? harness_between(h, 1, 40) : 65535};
  harness_note(h, ", photo %d x %d, %d cells%s", photo_width, photo_height, c.cell_count, wild ? ", wild" : "");
  struct block *cells = harness_image(h, U16, width, height);
  if (round % 3)
    block_fill_between(h, cells, 0, c.cell_count < 65535 ? c.cell_count + 1 : 65535);
  else
    block_fill(h, cells, (enum fill)(round % FILLS));
  if (round % 2) widen(cells);
  c.cells = cells;
  for (int k = 0; k < 3; k++) {
    struct block *photo = harness_image(h, U8, photo_width, photo_height);
    block_fill(h, photo, (enum fill)((k ? round / 2 + k : round) % FILLS));
    c.photo[k] = photo;
  }
  c.place = harness_places(h, width, height, photo_width, photo_height, wild);
  c.sums = harness_array(h, I64, (size_t)c.cell_count * KERNEL_CELL_SUMS);
  expect_sums(&c);
  harness_run(h, cell_sums, &c, KERNEL_OK);
}

static void each_cell_gets_the_colours_of_its_pixels_that_the_photo_shows(void **state) {
  (void)state;
  harness_sizes("cell_sums", 5000, 60, sums_of_size);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_cell_gets_the_colours_of_its_pixels_that_the_photo_shows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
