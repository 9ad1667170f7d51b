#include "engine/lots/reuse.h"

#include "engine/statistics/distributions.h"
#include "models/ascending.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = RESULT_FINGERPRINT_BITS, BYTES = BITS / 8 };
static const double MOST_PAIRS = 2e8;

/* Of most pairs only every second word is compared: all of a pair whose likeness in those is so many deviations above
 * the mean. One that stands out in all words is hardly ever below that (less than 1 in 5,000). */
static const double WORTH = 2;

enum {
  SAMPLE = 20000, /* pairs from which the spread is learned */
  LEARNED = 50000 /* photos from which the shares are */
};

enum { NO_DIGIT = 16 };

/* Lower case, as results have them. */
#define NONE 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16
static const uint8_t digits[256] = {
    NONE, NONE, NONE, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  16, 16,   16,   16,   16,   16,   NONE, NONE, 16,   10,
    11,   12,   13,   14, 15, 16, 16, 16, 16, 16, 16, 16, 16, 16, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE};

bool reuse_parse(const char *hex, struct reuse_print *print) {
  if (!hex || strlen(hex) != BITS / 4) return false;
  unsigned wrong = 0;
  for (size_t w = 0; w < REUSE_WORDS; w++, hex += 16) {
    uint64_t word = 0;
    for (int i = 0; i < 16; i++) {
      unsigned digit = digits[(unsigned char)hex[i]];
      wrong |= digit;
      word |= (uint64_t)(digit & 15) << (4 * i);
    }
    print->bits[w] = word;
  }
  return wrong < NO_DIGIT;
}

/* In all words, and in every second one. */
struct pair_sums {
  double all, half;
};

/* The photos of one golden, in order. The likeness of x and y is the number of bits that both have, less the weights of
 * the two, plus `constant`: sum xy - sum xp - sum yp + sum pp. */
struct company {
  const struct reuse_print *prints;
  const size_t *members;
  size_t count;
  struct pair_sums *weights; /* by place among the members */
  double table[BYTES][256];  /* sum of p over the bits of a byte */
  struct pair_sums constant;
  struct pair_sums mean, deviation; /* of likeness */
};

static const struct reuse_print *print_at(const struct company *c, size_t k) {
  return &c->prints[c->members[k]];
}

static void find_common(struct company *c) {
  const size_t step = c->count / LEARNED + 1, learned = (c->count + step - 1) / step;
  uint32_t ones[BITS] = {0};
  for (size_t k = 0; k < c->count; k += step)
    for (int i = 0; i < BITS; i++) ones[i] += print_at(c, k)->bits[i / 64] >> (i % 64) & 1;
  c->constant = (struct pair_sums){0, 0};
  for (int i = 0; i < BITS; i++) {
    double p = ((double)ones[i] + 1) / ((double)learned + 2), *row = c->table[i / 8];
    for (unsigned value = 0; value < 256; value++)
      row[value] = (i % 8 ? row[value] : 0) + (value >> (i % 8) & 1 ? p : 0);
    c->constant.all += p * p;
    if (i / 64 % 2 == 0) c->constant.half += p * p;
  }
}

static void weigh(struct company *c) {
  for (size_t k = 0; k < c->count; k++) {
    struct pair_sums sum = {0, 0};
    for (int w = 0; w < REUSE_WORDS; w++) {
      double of_word = 0;
      for (int b = 0; b < 8; b++) of_word += c->table[8 * w + b][print_at(c, k)->bits[w] >> (8 * b) & 255];
      sum.all += of_word;
      if (w % 2 == 0) sum.half += of_word;
    }
    c->weights[k] = sum;
  }
}

/* Inlined, so that it counts bits by the instruction that the processor of its caller has. */
__attribute__((always_inline)) static inline int common_bits(const struct reuse_print *a, const struct reuse_print *b,
                                                             int first) {
  int count = 0;
  for (int w = first; w < REUSE_WORDS; w += 2) count += __builtin_popcountll(a->bits[w] & b->bits[w]);
  return count;
}

static struct pair_sums likeness(const struct company *c, size_t i, size_t k) {
  const struct reuse_print *a = print_at(c, i), *b = print_at(c, k);
  const struct pair_sums *x = &c->weights[i], *y = &c->weights[k];
  int half = common_bits(a, b, 0), rest = common_bits(a, b, 1);
  return (struct pair_sums){half + rest - x->all - y->all + c->constant.all,
                            half - x->half - y->half + c->constant.half};
}

/* The median, and how far below it 15.87 % lie, which pairs of one scene, all far above it, do not move. */
static void spread_of(double *values, size_t count, double *mean, double *deviation) {
  qsort(values, count, sizeof *values, ascending);
  *mean = values[count / 2];
  *deviation = *mean - values[(size_t)(0.1587 * (double)count)];
  if (*deviation < 1) *deviation = 1;
}

/* From pairs spread over all there are. `values` has room for two of each. */
static void learn_spread(struct company *c, double *values) {
  double pairs = 0.5 * (double)c->count * (double)(c->count - 1), *halves = values + (size_t)2 * SAMPLE;
  size_t steps = pairs < SAMPLE ? c->count - 1 : SAMPLE / c->count + 1, used = 0;
  if (steps > c->count - 1) steps = c->count - 1;
  for (size_t i = 0; i < c->count; i += c->count / SAMPLE + 1)
    for (size_t s = 1; s <= steps; s++) {
      size_t k = (i + s * ((c->count - 1) / steps)) % c->count;
      if (k == i || used == 2 * (size_t)SAMPLE) continue;
      struct pair_sums alike = likeness(c, i, k);
      values[used] = alike.all, halves[used++] = alike.half;
    }
  spread_of(values, used, &c->mean.all, &c->deviation.all);
  spread_of(halves, used, &c->mean.half, &c->deviation.half);
}

/* The member before `i`, from `from` on, that is most alike, where it stands out by more than *best; else `i`. */
__attribute__((always_inline)) static inline size_t most_alike(const struct company *c, size_t i, size_t from,
                                                               double *best) {
  const struct reuse_print *later = print_at(c, i);
  const double own = c->weights[i].half - c->constant.half + c->mean.half + WORTH * c->deviation.half;
  size_t found = i;
  for (size_t k = from; k < i; k++) {
    const struct reuse_print *earlier = print_at(c, k);
    int half = common_bits(later, earlier, 0);
    if (half < own + c->weights[k].half || later->photo == earlier->photo) continue;
    double sum = half + common_bits(later, earlier, 1) - c->weights[i].all - c->weights[k].all + c->constant.all;
    double t = (sum - c->mean.all) / c->deviation.all;
    if (t > *best) *best = t, found = k;
  }
  return found;
}

static size_t most_alike_anywhere(const struct company *c, size_t i, size_t from, double *best) {
  return most_alike(c, i, from, best);
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static size_t most_alike_counted(const struct company *c, size_t i, size_t from,
                                                                   double *best) {
  return most_alike(c, i, from, best);
}
#endif

static bool look_through(const struct company *c, bool (*each)(void *, size_t, size_t, double), void *context) {
  size_t (*search)(const struct company *, size_t, size_t, double *) = most_alike_anywhere;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("popcnt")) search = most_alike_counted;
#endif
  double back = MOST_PAIRS / (double)c->count;
  size_t reach = back < (double)c->count ? (size_t)back + 1 : c->count;
  double limit = normal_upper_quantile(REUSE_RATE / (0.5 * (double)c->count * (double)reach));
  for (size_t i = 1; i < c->count; i++) {
    double best = limit;
    size_t found = search(c, i, i > reach ? i - reach : 0, &best);
    if (found != i && !each(context, c->members[i], c->members[found], best)) return false;
  }
  return true;
}

struct place {
  uint32_t golden;
  size_t index;
};

static int by_golden(const void *a, const void *b) {
  const struct place *p = a, *q = b;
  return p->golden != q->golden ? (p->golden > q->golden) - (p->golden < q->golden)
                                : (p->index > q->index) - (p->index < q->index);
}

struct searching {
  const struct reuse_print *prints;
  struct company company;
  struct place *places;
  size_t *order;
  struct pair_sums *weights;
  double *values;
};

static bool search_all(struct searching *in, size_t count, bool (*each)(void *, size_t, size_t, double),
                       void *context) {
  bool good = true;
  for (size_t i = 0; i < count; i++) in->places[i] = (struct place){in->prints[i].golden, i};
  qsort(in->places, count, sizeof *in->places, by_golden);
  for (size_t i = 0; i < count; i++) in->order[i] = in->places[i].index;
  for (size_t from = 0, to; good && from < count; from = to) {
    for (to = from; to < count && in->places[to].golden == in->places[from].golden;) to++;
    struct company *c = &in->company;
    c->prints = in->prints, c->members = in->order + from, c->count = to - from, c->weights = in->weights;
    if (c->count < REUSE_LEAST_PHOTOS) continue;
    find_common(c);
    weigh(c);
    learn_spread(c, in->values);
    good = look_through(c, each, context);
  }
  return good;
}

bool reuse_find(const struct reuse_print *prints, size_t count,
                bool (*each)(void *context, size_t later, size_t earlier, double likeness), void *context) {
  struct searching *in = calloc(1, sizeof *in);
  if (!in) return false;
  in->prints = prints;
  in->places = malloc((count + 1) * sizeof *in->places);
  in->order = malloc((count + 1) * sizeof *in->order);
  in->weights = malloc((count + 1) * sizeof *in->weights);
  in->values = malloc((size_t)4 * SAMPLE * sizeof *in->values);
  bool good = in->places && in->order && in->weights && in->values && search_all(in, count, each, context);
  free(in->places);
  free(in->order);
  free(in->weights);
  free(in->values);
  free(in);
  return good;
}
