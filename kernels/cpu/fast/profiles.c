#include "kernels/cpu/fast/fast.h"
#include "kernels/profile.h"

#include <string.h>

/* Strips are narrow and lie at any angle, so that their rows are short: pixels of many rows are listed, then worked on
 * LANES at a time, and added to their bins one by one. */
enum { LANES = 16, BYTES = 64, ROOM = 512, ROWS = 64 };

struct list {
  int32_t count;
  float u[ROOM + LANES], v[ROOM + LANES];
  uint8_t bytes[ROOM + LANES];
  int32_t value[ROOM], bin[ROOM];
  uint64_t word[ROOM];
};

/* LANES numbers wherever they lie. */
typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static void widen(struct list *restrict l, int32_t vectors) {
  for (int32_t i = 0; i < vectors * BYTES; i++) l->value[i] = l->bytes[i];
}

/* profile_place of the listed pixels, as bins and words. Where there is no place nothing is added, to one of the first
 * `spare` bins by turns, so that it is not waited for. */
static void straight_places(const struct profile_frame *frame, struct list *restrict l, int32_t vectors,
                            int32_t spare) {
  const struct profile_frame f = *frame;
  for (int32_t i = 0; i < vectors * LANES; i++) {
    float across = l->u[i] * f.nx + l->v[i] * f.ny, along = l->v[i] * f.nx - l->u[i] * f.ny;
    float place = (across - f.first) * (KERNEL_PROFILE_SCALE * KERNEL_PROFILE_FINE);
    int inside = (along >= -f.length) & (along < f.length) & (place >= 0.0f) & (place < f.end);
    int32_t whole = (int32_t)(inside ? place : 0.0f), mask = -inside;
    l->bin[i] = inside ? whole / KERNEL_PROFILE_FINE : i & spare;
    l->word[i] = (uint32_t)((1 | l->value[i] << 16) & mask) | (uint64_t)(uint32_t)(whole % KERNEL_PROFILE_FINE) << 40;
  }
}

static void curved_places(const struct profile_frame *frame, struct list *restrict l, int32_t vectors, int32_t spare) {
  const struct profile_frame f = *frame;
  for (int32_t i = 0; i < vectors * LANES; i++) {
    float across = l->u[i] * f.nx + l->v[i] * f.ny, along = l->v[i] * f.nx - l->u[i] * f.ny;
    float half = f.length * (1.0f + f.curvature * across);
    float q = 2.0f * across + f.curvature * (along * along + across * across), root = 1.0f + f.curvature * q;
    float distance = q / (1.0f + sqrtf(root > 0.0f ? root : 0.0f));
    float place = (distance - f.first) * (KERNEL_PROFILE_SCALE * KERNEL_PROFILE_FINE);
    int inside = (along >= -half) & (along < half) & (place >= 0.0f) & (place < f.end);
    int32_t whole = (int32_t)(inside ? place : 0.0f), mask = -inside;
    l->bin[i] = inside ? whole / KERNEL_PROFILE_FINE : i & spare;
    l->word[i] = (uint32_t)((1 | l->value[i] << 16) & mask) | (uint64_t)(uint32_t)(whole % KERNEL_PROFILE_FINE) << 40;
  }
}

/* A mask of bins that there are. */
static int32_t spare_bins(const struct profile_frame *f) {
  return f->end >= LANES * KERNEL_PROFILE_FINE ? LANES - 1 : 0;
}

/* Adds the listed pixels to the bins and empties the list. */
static void add_list(const struct profile_frame *frame, struct list *l, struct kernel_bin *bins) {
  int32_t vectors = (l->count + LANES - 1) / LANES, part = vectors * LANES / 4, spare = spare_bins(frame);
  /* What fills the last vector up lies far outside. */
  *(lanes *)(l->u + l->count) = *(lanes *)(l->v + l->count) = 1e15f - (lanes){0};
  widen(l, (l->count + BYTES - 1) / BYTES);
  if (frame->curvature != 0.0f)
    curved_places(frame, l, vectors, spare);
  else
    straight_places(frame, l, vectors, spare);
  /* Neighbours are often of one bin, to which an addition has to wait for the one before: those of four places are
   * taken in turn. */
  for (int32_t i = 0; i < part; i++) {
    bins[l->bin[i]].word += l->word[i];
    bins[l->bin[part + i]].word += l->word[part + i];
    bins[l->bin[2 * part + i]].word += l->word[2 * part + i];
    bins[l->bin[3 * part + i]].word += l->word[3 * part + i];
  }
  l->count = 0;
}

static void list_row(const struct profile_frame *f, struct list *l, const uint8_t *row, int32_t y, int32_t left,
                     int32_t right, int32_t width, struct kernel_bin *bins) {
  static const lanes STEPS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  float v = profile_v(f, y);
  for (int32_t x = left; x < right; x += LANES) {
    int32_t n = right - x < LANES ? right - x : LANES, at = l->count;
    if (at > ROOM - LANES) add_list(f, l, bins), at = 0;
    *(lanes *)(l->u + at) = STEPS + (float)(x - f->x) - f->rest_x;
    *(lanes *)(l->v + at) = v - (lanes){0};
    memcpy(l->bytes + at, row + x, x + LANES <= width ? (size_t)LANES : (size_t)n);
    l->count = at + n;
  }
}

/* Rows of a profile, the first of them at least. */
struct rows {
  int32_t top, bottom, left[ROWS], right[ROWS];
};

/* profile_columns of many rows. */
static void row_ends(const struct kernel_profile *p, const struct profile_reach *r, int32_t first, int32_t count,
                     int32_t width, int32_t *restrict left, int32_t *restrict right) {
  double y = first - p->y, x = p->x, last = width - 1, end = width;
  for (int32_t i = 0; i < count; i++) {
    double v = y + i, low = r->low[0] + r->low_slope[0] * v, high = r->high[0] + r->high_slope[0] * v;
    double low_1 = r->low[1] + r->low_slope[1] * v, high_1 = r->high[1] + r->high_slope[1] * v;
    double low_2 = r->low[2] + r->low_slope[2] * v, high_2 = r->high[2] + r->high_slope[2] * v;
    low = low > low_1 ? low : low_1, low = x + (low > low_2 ? low : low_2);
    high = high < high_1 ? high : high_1, high = x + (high < high_2 ? high : high_2);
    low = low < 0 ? 0 : low, low = low > end ? end : low;
    high = high < -1 ? -1 : high, high = high > last ? last : high;
    /* One more than the reach has, which is checked pixel by pixel. */
    left[i] = (int32_t)low, right[i] = (int32_t)(high + 1);
  }
}

/* Where the profile's pixels are; they are fetched while another is worked on. */
static void find_rows(const struct kernel_image *photo, const struct kernel_profile *p, struct rows *rows) {
  const struct profile_reach reach = profile_reach_of(p);
  profile_rows(p, &reach, photo->height, &rows->top, &rows->bottom);
  int32_t n = rows->bottom - rows->top < ROWS ? rows->bottom - rows->top : ROWS;
  row_ends(p, &reach, rows->top, n, photo->width, rows->left, rows->right);
  for (int32_t i = 0; i < n; i++) {
    if (rows->left[i] >= rows->right[i]) continue;
    const uint8_t *row = cpu_row8(photo, rows->top + i);
    __builtin_prefetch(row + rows->left[i]);
    if (rows->right[i] - rows->left[i] > LANES) __builtin_prefetch(row + rows->right[i] - 1);
  }
}

static void add_profile(const struct kernel_image *photo, const struct kernel_profile *p, struct rows *rows,
                        struct list *l, struct kernel_bin *bins) {
  const struct profile_frame frame = profile_frame_of(p);
  memset(bins, 0, (size_t)p->bins * sizeof *bins);
  l->count = 0;
  for (int32_t first = rows->top; first < rows->bottom; first += ROWS) {
    int32_t n = rows->bottom - first < ROWS ? rows->bottom - first : ROWS;
    if (first > rows->top) {
      const struct profile_reach reach = profile_reach_of(p);
      row_ends(p, &reach, first, n, photo->width, rows->left, rows->right);
    }
    for (int32_t i = 0; i < n; i++)
      list_row(&frame, l, cpu_row8(photo, first + i), first + i, rows->left[i], rows->right[i], photo->width, bins);
  }
  add_list(&frame, l, bins);
}

enum kernel_status FAST(cpu_profiles)(struct kernel_context *context, const struct kernel_profiles *call) {
  (void)context;
  if (!profiles_fit(call)) return KERNEL_ARGUMENT;
  struct list list;
  struct rows rows[2];
  find_rows(&call->photo, &call->profiles[0], &rows[0]);
  for (int32_t i = 0; i < call->count; i++) {
    const struct kernel_profile *p = &call->profiles[i];
    if (i + 1 < call->count) find_rows(&call->photo, &call->profiles[i + 1], &rows[(i + 1) % 2]);
    add_profile(&call->photo, p, &rows[i % 2], &list, (struct kernel_bin *)call->bins->bytes + p->at);
  }
  return KERNEL_OK;
}
