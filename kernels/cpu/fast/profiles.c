#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lanes.h"
#include "kernels/profile.h"

#include <stdbool.h>
#include <string.h>

/* Strips are narrow and lie at any angle, so that their rows are short: pixels of many rows and strips are listed, then
 * worked on LANES at a time, and added to their bins one by one. */
enum { BEFORE = 3, LANES = 16, BYTES = 64, ROOM = 1024, STRETCHES = 32, ROW_BITS = 6, ROWS = 1 << ROW_BITS };
/* A column so far off that no profile has it. */
enum { NOWHERE = 1 << 24 };

/* Some rows of one profile: pixels first..end - 1 of a list. */
struct stretch {
  struct profile_frame frame;
  int32_t first, end;
  int32_t top;   /* row */
  int32_t bins;  /* the profile's first one */
  int32_t spare; /* a mask of bins that it has */
};

struct list {
  int32_t count, stretches;
  int32_t at[ROOM + LANES]; /* column less that of the frame, times ROWS, and row less that of the stretch */
  uint8_t bytes[ROOM + BYTES];
  int32_t value[ROOM + BYTES], bin[ROOM];
  _Alignas(8) uint32_t word[2 * ROOM]; /* of each the lower half first, as the processor has it */
  struct stretch stretch[STRETCHES];
};

/* LANES numbers wherever they lie. */
typedef int32_t lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* Words whose halves were written. */
typedef uint64_t words __attribute__((may_alias));

static void widen(struct list *restrict l) {
  for (int32_t i = 0; i < (l->count + BYTES - 1) / BYTES * BYTES; i++) l->value[i] = l->bytes[i];
}

/* profile_place of the stretch's pixels, as bins and words. Where there is no place nothing is added, to one of the
 * spare bins by turns, so that it is not waited for. `curved` is known where this is put in, so that each kind of edge
 * has a loop of its own. */
static inline __attribute__((always_inline)) void find_places(const struct stretch *stretch, struct list *restrict l,
                                                              const bool curved) {
  const struct stretch s = *stretch;
  const struct profile_frame f = s.frame;
  const int32_t top = s.top - f.y;
  const int32_t *restrict at = l->at + s.first, *restrict value = l->value + s.first;
  int32_t *restrict bin = l->bin + s.first;
  uint32_t *restrict word = l->word + 2 * (ptrdiff_t)s.first;
  for (int32_t i = 0; i < (s.end - s.first) / LANES * LANES; i++) {
    float u = (float)(at[i] >> ROW_BITS) - f.rest_x, v = (float)(top + (at[i] & (ROWS - 1))) - f.rest_y;
    float across = u * f.nx + v * f.ny, along = v * f.nx - u * f.ny, half = f.length, distance = across;
    if (curved) {
      half = f.length * (1.0f + f.curvature * across);
      float q = 2.0f * across + f.curvature * (along * along + across * across), root = 1.0f + f.curvature * q;
      distance = q / (1.0f + sqrtf(root > 0.0f ? root : 0.0f));
    }
    float place = (distance - f.first) * (KERNEL_PROFILE_SCALE * KERNEL_PROFILE_FINE);
    int inside = (along >= -half) & (along < half) & (place >= 0.0f) & (place < f.end);
    int32_t whole = (int32_t)(inside ? place : 0.0f), mask = -inside;
    bin[i] = s.bins + (inside ? whole / KERNEL_PROFILE_FINE : i & s.spare);
    word[2 * i] = (uint32_t)((1 | value[i] << 16) & mask);
    word[2 * i + 1] = (uint32_t)(whole % KERNEL_PROFILE_FINE) << 8;
  }
}

/* Adds the listed pixels to the bins and empties the list. */
static void add_list(struct list *l, struct kernel_bin *bins) {
  int32_t part = l->count / 4;
  widen(l);
  for (int32_t i = 0; i < l->stretches; i++)
    if (l->stretch[i].frame.curvature != 0.0f)
      find_places(&l->stretch[i], l, true);
    else
      find_places(&l->stretch[i], l, false);
  /* Neighbours are often of one bin, to which an addition has to wait for the one before: those of four places are
   * taken in turn. */
  const words *word = (const words *)l->word;
  for (int32_t i = 0; i < part; i++) {
    bins[l->bin[i]].word += word[i];
    bins[l->bin[part + i]].word += word[part + i];
    bins[l->bin[2 * part + i]].word += word[2 * part + i];
    bins[l->bin[3 * part + i]].word += word[3 * part + i];
  }
  l->count = l->stretches = 0;
}

/* Rows of a profile, ROWS of them at most, from `first` on; the last of all is `end` - 1. The widest one's pixels, and
 * where the last one begins. */
struct rows {
  int32_t first, end, widest, last, left[ROWS], right[ROWS];
};

static struct stretch *begin_stretch(const struct kernel_profile *p, const struct profile_frame *f,
                                     const struct rows *rows, struct list *l) {
  struct stretch *s = &l->stretch[l->stretches++];
  *s = (struct stretch){
      .frame = *f, .first = l->count, .top = rows->first, .bins = p->at, .spare = p->bins >= LANES ? LANES - 1 : 0};
  return s;
}

/* What fills the last vector up lies far outside. */
static void end_stretch(struct list *l, struct stretch *s, int32_t at) {
  *(lanes *)(l->at + at) = NOWHERE * ROWS - (lanes){0};
  l->count = s->end = (at + LANES - 1) / LANES * LANES;
}

/* Adds a full list to the bins; the stretch that has reached `at` goes on in the empty one. */
static struct stretch *make_room(const struct kernel_profile *p, const struct profile_frame *f, const struct rows *rows,
                                 struct stretch *s, int32_t *at, struct list *l, struct kernel_bin *bins) {
  end_stretch(l, s, *at);
  add_list(l, bins);
  *at = 0;
  return begin_stretch(p, f, rows, l);
}

static const lanes STEPS = {0 * ROWS, 1 * ROWS, 2 * ROWS,  3 * ROWS,  4 * ROWS,  5 * ROWS,  6 * ROWS,  7 * ROWS,
                            8 * ROWS, 9 * ROWS, 10 * ROWS, 11 * ROWS, 12 * ROWS, 13 * ROWS, 14 * ROWS, 15 * ROWS};

static void list_rows(const struct kernel_profile *p, const struct profile_frame *f, struct list *l,
                      const struct kernel_image *photo, const struct rows *rows, int32_t count,
                      struct kernel_bin *bins) {
  const int32_t width = photo->width, stride = photo->stride, middle = f->x;
  const uint8_t *row = cpu_row8(photo, rows->first);
  if (l->stretches == STRETCHES) add_list(l, bins);
  struct stretch *s = begin_stretch(p, f, rows, l);
  int32_t at = s->first;
  for (int32_t i = 0; i < count; i++, row += stride)
    for (int32_t x = rows->left[i], right = rows->right[i]; x < right; x += LANES) {
      int32_t n = right - x < LANES ? right - x : LANES;
      if (__builtin_expect(at > ROOM - LANES, 0)) s = make_room(p, f, rows, s, &at, l, bins);
      *(lanes *)(l->at + at) = STEPS + ((x - middle) * ROWS + i);
      if (__builtin_expect(x + LANES <= width, 1))
        memcpy(l->bytes + at, row + x, LANES);
      else
        memcpy(l->bytes + at, row + x, (size_t)n);
      at += n;
    }
  end_stretch(l, s, at);
}

/* The same where a vector holds each row, and the list them all. */
static void list_narrow_rows(const struct kernel_profile *p, const struct profile_frame *f, struct list *l,
                             const struct kernel_image *photo, const struct rows *rows, int32_t count,
                             struct kernel_bin *bins) {
  const int32_t stride = photo->stride, middle = f->x;
  const uint8_t *row = cpu_row8(photo, rows->first);
  if (l->stretches == STRETCHES || l->count + count * rows->widest > ROOM) add_list(l, bins);
  struct stretch *s = begin_stretch(p, f, rows, l);
  int32_t *restrict at = l->at + s->first;
  uint8_t *restrict bytes = l->bytes + s->first;
  for (int32_t i = 0; i < count; i++, row += stride) {
    const int32_t left = rows->left[i], n = rows->right[i] - left;
    *(lanes *)at = STEPS + ((left - middle) * ROWS + i);
    memcpy(bytes, row + left, LANES);
    at += n, bytes += n;
  }
  end_stretch(l, s, (int32_t)(at - l->at));
}

/* profile_columns of many rows, by blocks: arrays have room for what is too many. */
static void row_ends(const struct kernel_profile *p, const struct profile_reach *r, int32_t width, struct rows *rows) {
  enum { BLOCK = 8 };
  int32_t n = rows->end - rows->first < ROWS ? rows->end - rows->first : ROWS;
  int32_t *restrict left = rows->left, *restrict right = rows->right;
  double y = rows->first - p->y, x = p->x, last = width - 1, end = width;
  for (int32_t i = 0; i < (n + BLOCK - 1) / BLOCK * BLOCK; i++) {
    double v = y + i, low = r->low[0] + r->low_slope[0] * v, high = r->high[0] + r->high_slope[0] * v;
    double low_1 = r->low[1] + r->low_slope[1] * v, high_1 = r->high[1] + r->high_slope[1] * v;
    double low_2 = r->low[2] + r->low_slope[2] * v, high_2 = r->high[2] + r->high_slope[2] * v;
    low = low > low_1 ? low : low_1, low = x + (low > low_2 ? low : low_2);
    high = high < high_1 ? high : high_1, high = x + (high < high_2 ? high : high_2);
    low = low < 0 ? 0 : low, low = low > end ? end : low;
    high = high < -1 ? -1 : high, high = high > last ? last : high;
    /* The whole numbers from low to high. */
    left[i] = (int32_t)end - (int32_t)(end - low), right[i] = (int32_t)(high + 1);
    right[i] = right[i] > left[i] ? right[i] : left[i];
  }
  int32_t widest = 0, furthest = 0;
  for (int32_t i = 0; i < n; i++) {
    const int32_t wide = right[i] - left[i];
    widest = wide > widest ? wide : widest, furthest = left[i] > furthest ? left[i] : furthest;
  }
  rows->widest = widest, rows->last = furthest;
}

/* Where the profile's pixels are; they are fetched while BEFORE others are worked on. */
static void find_rows(const struct kernel_image *photo, const struct kernel_profile *p, struct rows *rows) {
  const struct profile_reach reach = profile_reach_of(p);
  profile_rows(p, &reach, photo->height, &rows->first, &rows->end);
  row_ends(p, &reach, photo->width, rows);
  const uint8_t *row = cpu_row8(photo, rows->first);
  const int32_t n = rows->end - rows->first < ROWS ? rows->end - rows->first : ROWS, stride = photo->stride;
  for (int32_t i = 0; i < n; i++, row += stride)
    __builtin_prefetch(row + rows->left[i]), __builtin_prefetch(row + rows->right[i]);
}

static void add_profile(const struct kernel_image *photo, const struct kernel_profile *p, struct rows *rows,
                        struct list *l, struct kernel_bin *bins) {
  const struct profile_frame frame = profile_frame_of(p);
  memset(bins + p->at, 0, (size_t)p->bins * sizeof *bins);
  for (bool more = false; rows->first < rows->end; rows->first += ROWS, more = true) {
    int32_t n = rows->end - rows->first < ROWS ? rows->end - rows->first : ROWS;
    if (more) {
      const struct profile_reach reach = profile_reach_of(p);
      row_ends(p, &reach, photo->width, rows);
    }
    if (rows->widest <= LANES && rows->last + LANES <= photo->width && n * rows->widest <= ROOM)
      list_narrow_rows(p, &frame, l, photo, rows, n, bins);
    else
      list_rows(p, &frame, l, photo, rows, n, bins);
  }
}

enum kernel_status FAST(cpu_profiles)(struct kernel_context *context, const struct kernel_profiles *call) {
  (void)context;
  if (!profiles_fit(call)) return KERNEL_ARGUMENT;
  struct list list;
  struct rows rows[BEFORE + 1];
  struct kernel_bin *bins = (struct kernel_bin *)call->bins->bytes;
  list.count = list.stretches = 0;
  for (int32_t i = -BEFORE; i < call->count; i++) {
    if (i + BEFORE < call->count)
      find_rows(&call->photo, &call->profiles[i + BEFORE], &rows[(i + BEFORE) % (BEFORE + 1)]);
    if (i >= 0) add_profile(&call->photo, &call->profiles[i], &rows[i % (BEFORE + 1)], &list, bins);
  }
  add_list(&list, bins);
  lanes_leave();
  return KERNEL_OK;
}
