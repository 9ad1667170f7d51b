#include "engine/fingerprint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Half-size pixels: a cell is 2 x 2, in the middle of 6 x 6. */
enum { CELL = 2, AROUND = 6, BEFORE = (AROUND - CELL) / 2, MOST_A_SIDE = 160, LARGEST = 16384 };

/* A cell's deviation is counted in 36ths of a grey level, and one of more than a grey level counts as that. */
enum { SCALE = AROUND * AROUND, BOUND = SCALE };

/* Ground without so much contrast is blank, burnt out or dark: it has nothing of a photo's own. */
enum { LEAST_CONTRAST = 2, LEAST_CELLS = 256 };

/* Every so many pixels one. */
struct lattice {
  int32_t step, columns, rows;
  uint8_t *contrasts;
};

static int32_t places_along(int32_t side, int32_t step) {
  return side < AROUND ? 0 : (side - AROUND) / step + 1;
}

/* A half-size pixel of a row of them: as halving makes it. */
static int half_at(const uint8_t *top, const uint8_t *below, int32_t width, int32_t x) {
  int32_t left = 2 * x, right = left + 1 < width ? left + 1 : left;
  return (top[left] + top[right] + below[left] + below[right] + 2) >> 2;
}

static uint8_t contrast(const struct plane *plane, int32_t x, int32_t y) {
  int low = 255, high = 0;
  for (int32_t v = y - BEFORE; v < y - BEFORE + AROUND; v++) {
    const uint8_t *top = plane->pixels + (size_t)(2 * v) * plane->stride;
    const uint8_t *below = 2 * v + 1 < plane->height ? top + plane->stride : top;
    for (int32_t u = x - BEFORE; u < x - BEFORE + AROUND; u++) {
      int value = half_at(top, below, plane->width, u);
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return (uint8_t)(high - low);
}

static enum status look(const struct plane *golden, const struct fingerprint_golden *g, struct lattice *lattice,
                        struct fault *fault) {
  int32_t longer = g->width > g->height ? g->width : g->height, step = (longer + MOST_A_SIDE - 1) / MOST_A_SIDE;
  if (step < CELL) step = CELL;
  *lattice = (struct lattice){step, places_along(g->width, step), places_along(g->height, step), NULL};
  lattice->contrasts = malloc((size_t)lattice->columns * (size_t)lattice->rows + 1);
  if (!lattice->contrasts) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  uint8_t *to = lattice->contrasts;
  for (int32_t j = 0; j < lattice->rows; j++)
    for (int32_t i = 0; i < lattice->columns; i++) *to++ = contrast(golden, BEFORE + i * step, BEFORE + j * step);
  return STATUS_OK;
}

/* Lattice points, and how many there are of each contrast; of `limit` and less the cells are kept. */
static size_t walk(const struct lattice *lattice, const struct fingerprint_golden *g, int limit, size_t histogram[256],
                   uint32_t *cells) {
  const uint8_t *contrasts = lattice->contrasts;
  size_t count = 0;
  for (int32_t j = 0; j < lattice->rows; j++)
    for (int32_t i = 0; i < lattice->columns; i++) {
      int c = *contrasts++;
      if (c < LEAST_CONTRAST || c > limit) continue;
      size_t x = BEFORE + (size_t)i * (size_t)lattice->step, y = BEFORE + (size_t)j * (size_t)lattice->step;
      if (histogram) histogram[c]++;
      if (cells && count < LARGEST) cells[count] = (uint32_t)(y * (size_t)g->width + x);
      count++;
    }
  return count < LARGEST ? count : LARGEST;
}

enum status fingerprint_open(const struct plane *golden, struct fingerprint_golden *g, struct fault *fault) {
  *g = (struct fingerprint_golden){.width = (golden->width + 1) / 2, .height = (golden->height + 1) / 2};
  struct lattice lattice;
  enum status status = look(golden, g, &lattice, fault);
  if (status) return status;
  size_t histogram[256] = {0}, all = walk(&lattice, g, 255, histogram, NULL), below = 0;
  int quartile = 0;
  while (quartile < 255 && 4 * (below += histogram[quartile]) < all) quartile++;
  size_t count = walk(&lattice, g, quartile, NULL, NULL);
  if (count >= LEAST_CELLS) {
    g->cells = malloc(count * sizeof *g->cells);
    if (!g->cells) status = fault_set(fault, STATUS_MEMORY, "golden: out of memory");
    if (!status) g->count = walk(&lattice, g, quartile, NULL, g->cells);
    for (g->length = RESULT_FINGERPRINT_BITS; g->length < g->count;) g->length *= 2;
  }
  free(lattice.contrasts);
  return status;
}

void fingerprint_close(struct fingerprint_golden *g) {
  free(g->cells);
  memset(g, 0, sizeof *g);
}

/* A row of AROUND half-size pixels; what is left of the vector does not count. */
typedef uint16_t words __attribute__((vector_size(16)));

static inline words row_of_half(const struct plane *half, int32_t x, int32_t y) {
  const uint8_t *p = half->pixels + (size_t)y * half->stride + (size_t)x;
  return (words){p[0], p[1], p[2], p[3], p[4], p[5]};
}

/* The same of a plane at full size, as halving makes it: a pair of bytes a word. */
static inline words row_of_full(const struct plane *full, int32_t x, int32_t y) {
  const uint8_t *top = full->pixels + (size_t)(2 * y) * full->stride;
  const uint8_t *below = 2 * y + 1 < full->height ? top + full->stride : top;
  words a, b;
  memcpy(&a, top + 2 * x, sizeof a), memcpy(&b, below + 2 * x, sizeof b);
  return ((a & 255) + (a >> 8) + (b & 255) + (b >> 8) + 2) >> 2;
}

/* Where the plane ends before what that reads. */
static words row_at_end(const struct plane *full, int32_t x, int32_t y) {
  const uint8_t *top = full->pixels + (size_t)(2 * y) * full->stride;
  const uint8_t *below = 2 * y + 1 < full->height ? top + full->stride : top;
  words a = {0};
  for (int u = 0; u < AROUND; u++) a[u] = (uint16_t)half_at(top, below, full->width, x + u);
  return a;
}

/* The photo's luma at half size, or, where the host has it, at full size: cells lie far apart, and to halve all of it
 * takes longer. */
struct lumas {
  bool full;
  struct plane plane;
};

/* The rows about the cell whose first pixel at half size is x, y. */
static inline void take_rows(const struct lumas *luma, int32_t x, int32_t y, words rows[AROUND]) {
  const struct plane *plane = &luma->plane;
  x -= BEFORE, y -= BEFORE;
  if (!luma->full)
    for (int v = 0; v < AROUND; v++) rows[v] = row_of_half(plane, x, y + v);
  else if (2 * x + (int32_t)sizeof *rows <= plane->width)
    for (int v = 0; v < AROUND; v++) rows[v] = row_of_full(plane, x, y + v);
  else
    for (int v = 0; v < AROUND; v++) rows[v] = row_at_end(plane, x, y + v);
}

static int32_t deviation(const struct lumas *luma, int32_t x, int32_t y) {
  words rows[AROUND], all = {0};
  int32_t around = 0;
  take_rows(luma, x, y, rows);
  for (int v = 0; v < AROUND; v++) all += rows[v];
  for (int u = 0; u < AROUND; u++) around += all[u];
  words cell = rows[BEFORE] + rows[BEFORE + 1];
  int32_t d = SCALE / (CELL * CELL) * (cell[BEFORE] + cell[BEFORE + 1]) - around;
  return d > BOUND ? BOUND : d < -BOUND ? -BOUND : d;
}

/* Cells lie so far apart that each waits for its memory: that of the cell so many further on is asked for ahead. Part
 * of its caller: the compiler drops the calls of a function that does nothing else. */
enum { AHEAD = 8 };

static inline __attribute__((always_inline)) void ask_for(const struct lumas *luma, size_t x, size_t y) {
  size_t scale = luma->full ? 2 : 1;
  const uint8_t *p = luma->plane.pixels + scale * ((y - BEFORE) * luma->plane.stride + x - BEFORE);
  for (size_t v = 0; v + 1 < scale * AROUND; v++, p += luma->plane.stride) __builtin_prefetch(p);
}

/* Whether the golden pixels about a cell are all in the photo, and a little more; `around` in photo pixels. */
static bool is_seen(const struct fingerprint_photo *photo, double x, double y, double around) {
  struct pose_point p;
  return pose_apply(&photo->placement->pose, x, y, &p) && p.x >= around && p.y >= around &&
         p.x <= photo->luma->width - 1 - around && p.y <= photo->luma->height - 1 - around;
}

/* The finaliser of SplitMix64 (Steele, Lea and Flood 2014): the sign of a cell. */
static bool is_odd(uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return (x ^ (x >> 31)) & 1;
}

/* Walsh-Hadamard, in place and unscaled. */
static void mix(int32_t *values, size_t length) {
  for (size_t half = 1; half < length; half *= 2)
    for (size_t i = 0; i < length; i += 2 * half)
      for (size_t k = i; k < i + half; k++) {
        int32_t a = values[k], b = values[k + half];
        values[k] = a + b, values[k + half] = a - b;
      }
}

/* Halved on the device, in host memory. */
static enum status fetch_half(struct device *device, const struct fingerprint_golden *g, const struct aligned *aligned,
                              struct fingerprint_work *work, struct plane *half, struct fault *fault) {
  size_t pixels = (size_t)g->width * (size_t)g->height;
  enum status status = device_reserve(device, &work->half, pixels, fault);
  if (status) return status;
  struct kernel_halve call = {.from = aligned->plane[ALIGNED_LUMA],
                              .to = device_view(&work->half, g->width, g->height)};
  status = device_check(device->backend->operations.halve(device->context, &call), "halve", fault);
  if (status) return status;
  if (!work->pixels) work->pixels = malloc(pixels);
  if (!work->pixels) return fault_set(fault, STATUS_MEMORY, "fingerprint: out of memory");
  *half = (struct plane){work->pixels, g->width, g->height, (size_t)g->width};
  return device_download_plane(device, &call.to, half, fault);
}

static enum status fetch(struct device *device, const struct fingerprint_golden *g, const struct aligned *aligned,
                         struct fingerprint_work *work, struct lumas *luma, struct fault *fault) {
  if (!work->values) work->values = malloc(g->length * sizeof *work->values);
  if (!work->values) return fault_set(fault, STATUS_MEMORY, "fingerprint: out of memory");
  luma->full = device_host_plane(device, &aligned->plane[ALIGNED_LUMA], &luma->plane);
  return luma->full ? STATUS_OK : fetch_half(device, g, aligned, work, &luma->plane, fault);
}

enum status fingerprint_make(struct device *device, const struct fingerprint_golden *g,
                             const struct fingerprint_photo *photo, struct fingerprint_work *work,
                             struct result *result, struct fault *fault) {
  result->fingerprint[0] = 0;
  if (!g->count) return STATUS_OK;
  struct lumas luma;
  enum status status = fetch(device, g, photo->aligned, work, &luma, fault);
  if (status) return status;
  memset(work->values, 0, g->length * sizeof *work->values);
  size_t width = (size_t)g->width;
  double around = 2 * AROUND * (1 + pose_scale_at(&photo->placement->pose, g->width, g->height));
  for (size_t i = 0; i < g->count; i++) {
    size_t x = g->cells[i] % width, y = g->cells[i] / width;
    if (i + AHEAD < g->count) ask_for(&luma, g->cells[i + AHEAD] % width, g->cells[i + AHEAD] / width);
    if (!is_seen(photo, 2 * (double)x + CELL, 2 * (double)y + CELL, around)) continue;
    int32_t d = deviation(&luma, (int32_t)x, (int32_t)y);
    work->values[i] = is_odd(i) ? -d : d;
  }
  mix(work->values, g->length);
  size_t step = g->length / RESULT_FINGERPRINT_BITS;
  for (size_t digit = 0; digit < RESULT_FINGERPRINT_BITS / 4; digit++) {
    unsigned value = 0;
    for (size_t k = 0; k < 4; k++) value = value << 1 | (work->values[(4 * digit + k) * step + step / 2] > 0);
    result->fingerprint[digit] = "0123456789abcdef"[value];
  }
  result->fingerprint[RESULT_FINGERPRINT_BITS / 4] = 0;
  return STATUS_OK;
}

void fingerprint_free(struct device *device, struct fingerprint_work *work) {
  device_release(device, &work->half);
  free(work->pixels);
  free(work->values);
  memset(work, 0, sizeof *work);
}
