#include "engine/lots/reuse.h"

#include "engine/statistics/distributions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = RESULT_FINGERPRINT_BITS };
static const double MOST_PAIRS = 2e8;

/* A pair is looked at closely where so many deviations more of its bits agree than by chance. */
static const double WORTH = 2;

/* Pairs from which the spread is learned. */
enum { SAMPLE = 20000 };

bool reuse_parse(const char *hex, struct reuse_print *print) {
  if (!hex || strlen(hex) != BITS / 4) return false;
  memset(print->bits, 0, sizeof print->bits);
  for (size_t i = 0; i < BITS / 4; i++) {
    char c = hex[i];
    unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
    if (digit > 15) return false;
    print->bits[i / 16] |= (uint64_t)digit << (4 * (i % 16));
  }
  return true;
}

/* The photos of one golden, in order. */
struct company {
  const struct reuse_print *prints;
  const size_t *members;
  size_t count;
  double share[BITS];     /* p of each bit */
  double agree, spread;   /* of the number of bits in which two agree by chance */
  double mean, deviation; /* of likeness */
};

static bool bit(const struct reuse_print *print, int i) {
  return print->bits[i / 64] >> (i % 64) & 1;
}

static void find_common(struct company *c) {
  double variance = 0;
  c->agree = 0;
  for (int i = 0; i < BITS; i++) {
    size_t ones = 0;
    for (size_t k = 0; k < c->count; k++) ones += bit(&c->prints[c->members[k]], i);
    double p = ((double)ones + 1) / ((double)c->count + 2), q = p * p + (1 - p) * (1 - p);
    c->share[i] = p;
    c->agree += q, variance += q * (1 - q);
  }
  c->spread = sqrt(variance);
}

static double likeness(const struct company *c, const struct reuse_print *a, const struct reuse_print *b) {
  double sum = 0;
  for (int i = 0; i < BITS; i++) sum += (bit(a, i) - c->share[i]) * (bit(b, i) - c->share[i]);
  return sum;
}

static int differing(const struct reuse_print *a, const struct reuse_print *b) {
  int count = 0;
  for (int w = 0; w < REUSE_WORDS; w++) count += __builtin_popcountll(a->bits[w] ^ b->bits[w]);
  return count;
}

static int by_value(const void *a, const void *b) {
  const double *p = a, *q = b;
  return (*p > *q) - (*p < *q);
}

/* From pairs spread over all there are: the median, and how far below it 15.87 % lie, which pairs of one scene, all far
 * above it, do not move. */
static void learn_spread(struct company *c, double *values) {
  double pairs = 0.5 * (double)c->count * (double)(c->count - 1);
  size_t steps = pairs < SAMPLE ? c->count - 1 : SAMPLE / c->count + 1, used = 0;
  if (steps > c->count - 1) steps = c->count - 1;
  for (size_t i = 0; i < c->count; i += c->count / SAMPLE + 1)
    for (size_t s = 1; s <= steps; s++) {
      size_t k = (i + s * ((c->count - 1) / steps)) % c->count;
      if (k != i && used < 2 * SAMPLE)
        values[used++] = likeness(c, &c->prints[c->members[i]], &c->prints[c->members[k]]);
    }
  qsort(values, used, sizeof *values, by_value);
  c->mean = values[used / 2];
  c->deviation = c->mean - values[(size_t)(0.1587 * (double)used)];
  if (c->deviation < 1) c->deviation = 1;
}

static bool look_through(const struct company *c, bool (*each)(void *, size_t, size_t, double), void *context) {
  double back = MOST_PAIRS / (double)c->count;
  size_t reach = back < (double)c->count ? (size_t)back + 1 : c->count;
  double limit = normal_upper_quantile(REUSE_RATE / (0.5 * (double)c->count * (double)reach));
  int most = (int)(BITS - c->agree - WORTH * c->spread);
  for (size_t i = 1; i < c->count; i++) {
    const struct reuse_print *later = &c->prints[c->members[i]];
    double best = limit;
    size_t found = SIZE_MAX;
    for (size_t k = i > reach ? i - reach : 0; k < i; k++) {
      const struct reuse_print *earlier = &c->prints[c->members[k]];
      if (later->photo == earlier->photo || differing(later, earlier) > most) continue;
      double t = (likeness(c, later, earlier) - c->mean) / c->deviation;
      if (t > best) best = t, found = c->members[k];
    }
    if (found != SIZE_MAX && !each(context, c->members[i], found, best)) return false;
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

bool reuse_find(const struct reuse_print *prints, size_t count,
                bool (*each)(void *context, size_t later, size_t earlier, double likeness), void *context) {
  struct place *places = malloc((count + 1) * sizeof *places);
  size_t *order = malloc((count + 1) * sizeof *order);
  double *values = malloc((size_t)2 * SAMPLE * sizeof *values);
  bool good = places && order && values;
  for (size_t i = 0; good && i < count; i++) places[i] = (struct place){prints[i].golden, i};
  if (good) qsort(places, count, sizeof *places, by_golden);
  for (size_t i = 0; good && i < count; i++) order[i] = places[i].index;
  for (size_t from = 0, to; good && from < count; from = to) {
    for (to = from; to < count && places[to].golden == places[from].golden;) to++;
    struct company company = {.prints = prints, .members = order + from, .count = to - from};
    if (company.count < REUSE_LEAST_PHOTOS) continue;
    find_common(&company);
    learn_spread(&company, values);
    good = look_through(&company, each, context);
  }
  free(places);
  free(values);
  free(order);
  return good;
}
