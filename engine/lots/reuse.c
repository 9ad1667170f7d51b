#include "engine/lots/reuse.h"

#include "engine/crew.h"
#include "engine/lots/hex.h"
#include "engine/statistics/distributions.h"
#include "models/ascending.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { BITS = RESULT_FINGERPRINT_BITS, BYTES = BITS / 8 };
static const double MOST_PAIRS = 2e8;

/* Of most pairs only every second word is compared: all of a pair whose likeness in those is so many deviations above
 * the mean. One that stands out in all words is hardly ever below that (less than 1 in 5,000). */
static const double WORTH = 2;

enum {
  SAMPLE = 20000, /* pairs from which the spread is learned */
  LEARNED = 50000 /* photos from which the shares are */
};

/* The words that are compared first lie together: those of even numbers, then the others. */
static size_t place_of(size_t word) {
  return word / 2 + word % 2 * (REUSE_WORDS / 2);
}

bool reuse_parse(const char *hex, struct reuse_print *print) {
  if (!hex || strlen(hex) != BITS / 4) return false;
  unsigned wrong = 0;
  for (size_t w = 0; w < REUSE_WORDS; w++, hex += 16) {
    uint64_t word = 0;
    for (int i = 0; i < 16; i++) {
      unsigned digit = hex_digits[(unsigned char)hex[i]];
      wrong |= digit;
      word |= (uint64_t)(digit & 15) << (4 * i);
    }
    print->bits[place_of(w)] = word;
  }
  return wrong < HEX_NONE;
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
    for (int i = 0; i < BITS; i++) ones[i] += print_at(c, k)->bits[place_of((size_t)i / 64)] >> (i % 64) & 1;
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
    for (size_t w = 0; w < REUSE_WORDS; w++) {
      double of_word = 0;
      for (size_t b = 0; b < 8; b++) of_word += c->table[8 * w + b][print_at(c, k)->bits[place_of(w)] >> (8 * b) & 255];
      sum.all += of_word;
      if (w % 2 == 0) sum.half += of_word;
    }
    c->weights[k] = sum;
  }
}

/* Of one half of the words. Inlined, so that it counts bits by the instruction that the processor of its caller has. */
__attribute__((always_inline)) static inline int common_bits(const struct reuse_print *a, const struct reuse_print *b,
                                                             int half) {
  const uint64_t *x = a->bits + half * (REUSE_WORDS / 2), *y = b->bits + half * (REUSE_WORDS / 2);
  uint64_t count = 0;
  for (int w = 0; w < REUSE_WORDS / 2; w++) count += (uint64_t)__builtin_popcountll(x[w] & y[w]);
  return (int)count;
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

typedef int bit_count(const struct reuse_print *a, const struct reuse_print *b, int half);

/* How far a pair with so many bits in common stands out. */
__attribute__((always_inline)) static inline double likeness_by(const struct company *c, size_t i, size_t k, int bits) {
  double sum = bits - c->weights[i].all - c->weights[k].all + c->constant.all;
  return (sum - c->mean.all) / c->deviation.all;
}

/* The member before `i`, from `from` on, that is most alike, where it stands out by more than *best; else `i`. */
__attribute__((always_inline)) static inline size_t most_alike(const struct company *c, size_t i, size_t from,
                                                               bit_count *count, double *best) {
  const struct reuse_print *later = print_at(c, i);
  const double own = c->weights[i].half - c->constant.half + c->mean.half + WORTH * c->deviation.half;
  size_t found = i;
  for (size_t k = from; k < i; k++) {
    const struct reuse_print *earlier = print_at(c, k);
    int half = count(later, earlier, 0);
    if (half < own + c->weights[k].half || later->photo == earlier->photo) continue;
    double t = likeness_by(c, i, k, half + count(later, earlier, 1));
    if (t > *best) *best = t, found = k;
  }
  return found;
}

static size_t most_alike_anywhere(const struct company *c, size_t i, size_t from, double *best) {
  return most_alike(c, i, from, common_bits, best);
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static size_t most_alike_counted(const struct company *c, size_t i, size_t from,
                                                                   double *best) {
  return most_alike(c, i, from, common_bits, best);
}

#define WIDE __attribute__((target("avx512f,avx512vpopcntdq")))
static_assert(REUSE_WORDS / 2 == 8, "half of a print is a vector");

WIDE static inline int common_bits_wide(const struct reuse_print *a, const struct reuse_print *b, int half) {
  __m512i x = _mm512_loadu_si512(&a->bits[half * (REUSE_WORDS / 2)]);
  __m512i y = _mm512_loadu_si512(&b->bits[half * (REUSE_WORDS / 2)]);
  return (int)_mm512_reduce_add_epi64(_mm512_popcnt_epi64(_mm512_and_si512(x, y)));
}

WIDE static size_t most_alike_wide(const struct company *c, size_t i, size_t from, double *best) {
  return most_alike(c, i, from, common_bits_wide, best);
}
#endif

/* The search among a company's pairs, in pieces of so many photos. */
enum { PIECE = 1024 };

struct looking {
  const struct company *company;
  size_t (*search)(const struct company *, size_t, size_t, double *);
  size_t reach;
  double limit;
  uint32_t *back; /* by place: how far back the one most alike is; 0: none stands out */
};

static enum status look_at_piece(void *context, size_t piece, struct fault *fault) {
  (void)fault;
  const struct looking *in = context;
  size_t to = (piece + 1) * PIECE;
  if (to > in->company->count) to = in->company->count;
  for (size_t i = piece * PIECE; i < to; i++) {
    double best = in->limit;
    in->back[i] = (uint32_t)(i - in->search(in->company, i, i > in->reach ? i - in->reach : 0, &best));
  }
  return STATUS_OK;
}

static bool look_through(const struct company *c, uint32_t *back, bool (*each)(void *, size_t, size_t, double),
                         void *context) {
  struct looking in = {.company = c, .search = most_alike_anywhere, .back = back};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("popcnt")) in.search = most_alike_counted;
  if (__builtin_cpu_supports("avx512vpopcntdq")) in.search = most_alike_wide;
#endif
  double most = MOST_PAIRS / (double)c->count;
  in.reach = most < (double)c->count ? (size_t)most + 1 : c->count;
  in.limit = normal_upper_quantile(REUSE_RATE / (0.5 * (double)c->count * (double)in.reach));
  const struct crew crew = {.threads = crew_processors(), .piece = look_at_piece, .context = &in};
  crew_run(&crew, (c->count + PIECE - 1) / PIECE, NULL);
  for (size_t i = 0; i < c->count; i++) {
    if (!back[i]) continue;
    const struct reuse_print *later = print_at(c, i), *earlier = print_at(c, i - back[i]);
    double t = likeness_by(c, i, i - back[i], common_bits(later, earlier, 0) + common_bits(later, earlier, 1));
    if (!each(context, c->members[i], c->members[i - back[i]], t)) return false;
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
  uint32_t *back;
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
    good = look_through(c, in->back, each, context);
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
  in->back = malloc((count + 1) * sizeof *in->back);
  bool good = in->places && in->order && in->weights && in->values && in->back && search_all(in, count, each, context);
  free(in->places);
  free(in->order);
  free(in->weights);
  free(in->values);
  free(in->back);
  free(in);
  return good;
}
