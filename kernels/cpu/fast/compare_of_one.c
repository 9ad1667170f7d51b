#include "kernels/cpu/fast/binomial.h"
#include "kernels/cpu/fast/counting.h"
#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lanes.h"
#include "kernels/cpu/fast/of_one.h"

/* A block of columns is done from its first row to its last, so that the rows that a limit depends on are at hand: ROWS
 * of them, of which 2 REACH + 1 are needed at a time. */
enum { PARTS = 16, BLOCK = PARTS * PART, ROWS = 8, ROOM = BLOCK + TAKEN };

/* Row y at y % ROWS. */
struct rows {
  uint16_t mean[ROWS][ROOM]; /* column x of the block at x + REACH; the picture's edges repeated */
  uint8_t zone[ROWS][PARTS]; /* of all pixels of a part and beside it; 0: they are not in one */
  uint8_t seen[ROWS][PARTS]; /* 0: one of them is not */
};

static void take_means(const struct kernel_image *golden, int32_t y, int32_t first, int32_t n, struct rows *rows) {
  uint16_t *row = rows->mean[y % ROWS] + REACH;
  int32_t begin = first < REACH ? -first : -REACH;
  int32_t end = first + n + REACH < golden->width ? n + REACH : golden->width - first;
  for (int32_t x = begin; x < end; x += BINOMIAL_PART)
    binomial_sums(golden, y, first + x, end - x < BINOMIAL_PART ? end - x : BINOMIAL_PART, row + x);
  for (int32_t x = -REACH; x < begin; x++) row[x] = row[begin];
  for (int32_t x = end; x < n + REACH; x++) row[x] = row[end - 1];
}

/* What is the same all over a part need not be asked for each of its pixels. */
static void look_along(const struct kernel_compare_of_one *call, int32_t y, int32_t first, int32_t n,
                       struct rows *rows) {
  const uint8_t *zones = cpu_row8(&call->zones, y) + first, *seen = cpu_row8(&call->seen, y) + first;
  for (int32_t part = 0; part * PART < n; part++) {
    int32_t begin = part * PART, end = begin + PART < n ? begin + PART : n;
    int32_t before = begin - (first + begin > 0), after = end - (first + end == call->golden.width);
    uint8_t other = (zones[before] ^ zones[begin]) | (zones[after] ^ zones[begin]);
    uint8_t low = seen[before] < seen[after] ? seen[before] : seen[after];
    for (int32_t i = begin; i < end; i++) other |= zones[i] ^ zones[begin];
    for (int32_t i = begin; i < end; i++) low = seen[i] < low ? seen[i] : low;
    rows->zone[y % ROWS][part] = other ? 0 : zones[begin];
    rows->seen[y % ROWS][part] = low;
  }
}

/* What a pixel of a part is compared by. */
struct sides {
  const struct around *around;
  const uint16_t *mean, *photo;
  const uint8_t *detail;
  const uint8_t *compared;
};

/* Pixels begin..end - 1 of a part, all of one zone; where detail has no weight, and where all are compared, that is
 * not looked at. As limit_run and the use of kernel_compare, but that only the side on which the photo lies is
 * divided. Returns how many are not compared. */
static inline int32_t use_each(const struct terms *t, const struct sides *sides, bool detailed, bool all, int32_t begin,
                               int32_t end, uint8_t *restrict map) {
  const struct around *restrict a = sides->around;
  const uint16_t *restrict mean = sides->mean, *restrict photo = sides->photo;
  const uint8_t *restrict detail = sides->detail, *restrict compared = sides->compared;
  int32_t skipped = 0, plain = t->spread > t->absolute ? t->spread : t->absolute;
  for (int32_t i = begin; i < end; i++) {
    int32_t spread = plain;
    if (detailed) {
      int32_t lowest = t->absolute + ((t->detail * detail[i]) >> 4);
      spread = t->spread > lowest ? t->spread : lowest;
    }
    int32_t m = mean[i], s = photo[i], sharp = t->sharp * a->range[i];
    int32_t up = a->near_high[i] - m, down = m - a->near_low[i], difference = s > m ? s - m : m - s;
    int32_t limit = spread + ((t->edge * (s >= m ? up : down) + sharp) >> 8);
    int32_t use = (difference * reciprocal(limit)) >> 16;
    use = use < 255 ? use : 255;
    if (!all) {
      int32_t is = compared[i] & (spread + ((t->edge * up + sharp) >> 8) < LARGEST);
      use &= -is, skipped += 1 - is;
    }
    map[i] = (uint8_t)use;
  }
  return skipped;
}

/* The largest limit there can be is under the one that is never used. */
static bool is_bounded(const struct terms *t) {
  const int64_t most = 16 * 255, spread = t->absolute + (((int64_t)t->detail * 255) >> 4);
  return (t->spread > spread ? t->spread : spread) + (((t->edge + (int64_t)t->sharp) * most) >> 8) < LARGEST;
}

#if defined __AVX2__
enum { USE_WORDS = sizeof(lanes_wide) / sizeof(uint16_t) };

/* The terms of a zone, four bytes a pixel; pairs of 16-bit factors. */
struct use_terms {
  lanes_wide spread, absolute, detail, edge_and_sharp;
};

/* As reciprocal, of limits that are bounded, from pairs of what edge and sharp are times. */
static inline lanes_wide use_reciprocal(const struct use_terms *t, lanes_wide pairs, lanes_wide spread) {
  lanes_wide limit = WIDE(add_epi32)(spread, WIDE(srli_epi32)(WIDE(madd_epi16)(pairs, t->edge_and_sharp), 8));
  return WIDE(cvttps_epi32)(WIDE(div_ps)(WIDE(set1_ps)(KERNEL_MAP_UNIT << 16), WIDE(cvtepi32_ps)(limit)));
}

static inline lanes_wide use_spread(const struct use_terms *t, lanes_wide details) {
  lanes_wide fine = WIDE(srli_epi32)(WIDE(madd_epi16)(details, t->detail), 4);
  return WIDE(max_epi32)(t->spread, WIDE(add_epi32)(t->absolute, fine));
}

/* USE_WORDS pixels from i on. */
static inline void use_vector(const struct use_terms *t, const struct sides *sides, bool detailed, int32_t i,
                              uint8_t *map) {
  const struct around *a = sides->around;
  const lanes_wide zero = WIDE(set1_epi16)(0);
  lanes_wide m = lanes_at(sides->mean + i), s = lanes_at(sides->photo + i), range = lanes_at(a->range + i);
  lanes_wide over = WIDE(subs_epu16)(s, m), under = WIDE(subs_epu16)(m, s);
  lanes_wide up = WIDE(sub_epi16)(lanes_at(a->near_high + i), m), down = WIDE(sub_epi16)(m, lanes_at(a->near_low + i));
  lanes_wide side = lanes_either(up, down, under, 0), low = t->spread, high = t->spread;
  if (detailed) {
    lanes_wide detail = lanes_words(sides->detail + i);
    low = use_spread(t, WIDE(unpacklo_epi16)(detail, zero)), high = use_spread(t, WIDE(unpackhi_epi16)(detail, zero));
  }
  low = use_reciprocal(t, WIDE(unpacklo_epi16)(side, range), low);
  high = use_reciprocal(t, WIDE(unpackhi_epi16)(side, range), high);
  lanes_wide use = WIDE(mulhi_epu16)(WIDE_BITS(or)(over, under), WIDE(packus_epi32)(low, high));
  lanes_half bytes = lanes_bytes(use);
  memcpy(map + i, &bytes, sizeof bytes);
}

/* Whether the products with a zone's factors fit pairs of 16 bits. */
static bool is_narrow(const struct terms *t) {
  return t->edge <= INT16_MAX && t->sharp <= INT16_MAX && t->detail <= INT16_MAX && is_bounded(t);
}

/* As use_each, where a zone is_narrow and a run has USE_WORDS pixels: the last vector may overlap the one before. */
static inline int32_t use_wide_run(const struct terms *t, const struct sides *sides, bool detailed, bool all,
                                   int32_t begin, int32_t end, uint8_t *restrict map) {
  int32_t skipped = 0, plain = t->spread > t->absolute ? t->spread : t->absolute;
  const struct use_terms wide = {WIDE(set1_epi32)(plain), WIDE(set1_epi32)(t->absolute), WIDE(set1_epi32)(t->detail),
                                 WIDE(set1_epi32)(t->sharp << 16 | t->edge)};
  for (int32_t i = begin; i < end; i += USE_WORDS)
    use_vector(&wide, sides, detailed, i + USE_WORDS <= end ? i : end - USE_WORDS, map);
  for (int32_t i = begin; i < end && !all; i++) {
    skipped += 1 - sides->compared[i];
    map[i] &= (uint8_t)-sides->compared[i];
  }
  return skipped;
}
#endif

static inline int32_t use_run(const struct terms *t, const struct sides *sides, bool detailed, bool all, int32_t begin,
                              int32_t end, uint8_t *map) {
#if defined __AVX2__
  if (end - begin >= USE_WORDS && is_narrow(t)) return use_wide_run(t, sides, detailed, all, begin, end, map);
#endif
  return use_each(t, sides, detailed, all, begin, end, map);
}

/* A part that is all of one zone, or run by run. */
static int32_t use_whole(const struct terms *t, const struct sides *sides, int32_t n, uint8_t *map) {
  return t->detail ? use_run(t, sides, true, true, 0, n, map) : use_run(t, sides, false, true, 0, n, map);
}

static int32_t use_runs(const struct kernel_compare_of_one *call, const struct terms *terms, const struct sides *sides,
                        const uint8_t *zones, int32_t n, uint8_t *map) {
  int32_t skipped = 0;
  for (int32_t begin = 0, end = 0; begin < n; begin = end) {
    end = run_end(zones, begin, n);
    if (zones[begin] && zones[begin] <= call->tolerance_count) {
      skipped += use_run(&terms[zones[begin] - 1], sides, true, false, begin, end, map);
    } else {
      memset(map + begin, 0, (size_t)(end - begin));
      skipped += end - begin;
    }
  }
  return skipped;
}

/* The zone that a part and all around it are of and seen in; 0: look closer. */
static int32_t zone_of(const struct kernel_compare_of_one *call, const struct rows *rows, int32_t y, int32_t part) {
  int32_t above = cpu_edge(y - 1, call->golden.height) % ROWS, below = cpu_edge(y + 1, call->golden.height) % ROWS;
  int32_t here = y % ROWS, zone = rows->zone[here][part];
  if (zone != rows->zone[above][part] || zone != rows->zone[below][part] || zone > call->tolerance_count) return 0;
  return rows->seen[above][part] && rows->seen[here][part] && rows->seen[below][part] ? zone : 0;
}

static int32_t use_part(const struct kernel_compare_of_one *call, const struct terms *terms, const struct rows *rows,
                        int32_t y, int32_t first, int32_t part, int32_t n, uint8_t *map) {
  struct columns columns;
  struct around around;
  uint16_t photo[PART];
  uint8_t zoned[PART], compared[PART];
  const uint16_t *means[2 * REACH + 1];
  const uint8_t *zones = cpu_row8(&call->zones, y) + first;
  int32_t zone = zone_of(call, rows, y, part);
  for (int32_t k = 0; k <= 2 * REACH; k++)
    means[k] = rows->mean[cpu_edge(y + k - REACH, call->golden.height) % ROWS] + part * PART;
  range_columns(means, TAKEN, columns.near_low, columns.near_high, columns.low, columns.high);
  take_around(&columns, &around);
  binomial_sums(&call->photo, y, first, n, photo);
  const struct sides sides = {&around, means[REACH] + REACH, photo, cpu_row8(&call->detail, y) + first, compared};
  if (zone && is_bounded(&terms[zone - 1])) return use_whole(&terms[zone - 1], &sides, n, map);
  seen_part(&call->seen, y, first, n, compared);
  seen_part(&call->zones, y, first, n, zoned);
  for (int32_t i = 0; i < n; i++) compared[i] &= zoned[i];
  return use_runs(call, terms, &sides, zones, n, map);
}

/* Columns first..first + n - 1, of all rows that are asked for. */
static int32_t use_block(const struct kernel_compare_of_one *call, const struct terms *terms, int32_t first, int32_t n,
                         uint32_t tables[TABLES][256]) {
  const int32_t height = call->golden.height;
  int32_t skipped = 0, made = cpu_edge(call->first - REACH, height), known = cpu_edge(call->first - 1, height);
  struct rows rows;
  for (int32_t y = call->first; y < call->first + call->rows; y++) {
    for (; made < height && made <= y + REACH; made++) take_means(&call->golden, made, first, n, &rows);
    for (; known < height && known <= y + 1; known++) look_along(call, known, first, n, &rows);
    for (int32_t part = 0; part * PART < n; part++) {
      int32_t x = part * PART, count = n - x < PART ? n - x : PART;
      uint8_t *map = cpu_row8(&call->map, y) + first + x;
      skipped += use_part(call, terms, &rows, y, first + x, part, count, map);
      count_part(map, count, tables);
    }
  }
  return skipped;
}

enum kernel_status FAST(cpu_compare_of_one)(struct kernel_context *context, const struct kernel_compare_of_one *call) {
  struct terms terms[KERNEL_MOST_TOLERANCES];
  if (!compare_of_one_fits(call)) return KERNEL_ARGUMENT;
  for (int32_t i = 0; i < call->tolerance_count; i++) {
    if (!is_usual(&call->tolerances[i])) return cpu_compare_of_one(context, call);
    terms[i] = terms_of(&call->tolerances[i]);
  }
  uint32_t tables[TABLES][256] = {{0}};
  int32_t skipped = 0;
  for (int32_t first = 0; first < call->golden.width; first += BLOCK) {
    int32_t left = call->golden.width - first;
    skipped += use_block(call, terms, first, left < BLOCK ? left : BLOCK, tables);
  }
  count_finish(tables, skipped, call->histogram->bytes);
  return KERNEL_OK;
}
