#include "engine/measure/edge_terms.h"

#include "engine/measure/bin_pair.h"

#include <math.h>
#include <string.h>

_Static_assert(KERNEL_PROFILE_SCALE == 2, "a cell of a plateau, a pixel's width, is two bins");

void edge_table(const struct edge_shape *shape, double first, int32_t count, double place, struct edge_table *table) {
  const struct edge_shape own = edge_shape_at(shape, place);
  double distances[EDGE_MOST_BINS];
  struct edge_response responses[EDGE_MOST_BINS];
  table->count = count < EDGE_MOST_BINS ? count : EDGE_MOST_BINS;
  table->low = table->high = 0;
  for (int32_t i = 0; i < table->count; i++) distances[i] = first + (i + 0.5) / KERNEL_PROFILE_SCALE - place;
  edge_responses(&own, distances, table->count, responses);
  for (int32_t i = 0; i < table->count; i++) {
    const struct edge_response *r = &responses[i];
    const bool flat = edge_response_is_flat(r);
    if (flat && distances[i] < 0) table->low = i + 1;
    if (!flat || distances[i] < 0) table->high = i + 1;
    table->value[i] = r->value, table->slope[i] = r->slope, table->bend[i] = r->bend;
  }
  table->value[table->count] = table->slope[table->count] = table->bend[table->count] = 0;
}

static double both(bin_pair p) {
  return p[0] + p[1];
}

/* Sums over pairs of a plateau's cells. */
struct plateau {
  bin_pair n, m, mm, there;
};

/* Two cells, each of an element of both pairs of bins; a cell of nothing adds nothing. */
static inline void add_cells(bin_words some, bin_words others, struct plateau *t) {
  const bin_words cells = some + others;
  const bin_pair n = bin_pair_counts(cells), m = bin_pair_sums(cells), there = bin_pair_there(n);
  t->n += n, t->m += m, t->mm += m * m / (n + (1 - there)), t->there += there;
}

/* Bins first <= i < end where the response is `r`, 0 or 1, and has no slope. */
static void add_plateau(const struct edge_profile *p, int32_t first, int32_t end, double r, struct edge_terms *t) {
  const bin_words nothing = {0, 0};
  struct plateau sum = {0};
  int32_t i = first;
  for (; i + 4 <= end; i += 4) {
    const bin_words one = bin_words_at(p->bins + i), next = bin_words_at(p->bins + i + 2);
    add_cells((bin_words){one[0], next[0]}, (bin_words){one[1], next[1]}, &sum);
  }
  for (; i < end; i += 2)
    add_cells((bin_words){p->bins[i].word, 0}, i + 1 < end ? (bin_words){p->bins[i + 1].word, 0} : nothing, &sum);
  const double pixels = both(sum.n), values = both(sum.m);
  t->n += pixels, t->m += values, t->mm += both(sum.mm), t->freedom += both(sum.there);
  t->r += r * pixels, t->rr += r * pixels, t->mr += r * values;
}

/* Sums over pairs of bins. */
struct pair_terms {
  bin_pair n, s, r, ss, sr, rr, m, ms, mr, mm, there;
};

/* Bins i and i + 1, whose words are given; a bin of nothing adds nothing. */
static inline void add_pair(bin_words words, const struct edge_table *table, int32_t i, struct pair_terms *t) {
  const double fine = 1.0 / (KERNEL_PROFILE_FINE * KERNEL_PROFILE_SCALE);
  const double middle = 0.5 * fine - 0.5 / KERNEL_PROFILE_SCALE;
  const bin_pair n = bin_pair_counts(words), m = bin_pair_sums(words), there = bin_pair_there(n);
  const bin_pair each = 1 / (n + (1 - there)), off = bin_pair_places(words) * each * fine + middle;
  bin_pair value, slope, bend;
  memcpy(&value, table->value + i, sizeof value);
  memcpy(&slope, table->slope + i, sizeof slope);
  memcpy(&bend, table->bend + i, sizeof bend);
  const bin_pair s = slope + bend * off, r = value + (slope + 0.5 * bend * off) * off, ns = n * s, nr = n * r;
  t->n += n, t->s += ns, t->r += nr, t->ss += ns * s, t->sr += ns * r, t->rr += nr * r;
  t->m += m, t->ms += m * s, t->mr += m * r, t->mm += m * m * each, t->there += there;
}

void edge_terms(const struct edge_profile *p, const struct edge_table *table, int32_t from, struct edge_terms *terms) {
  const int32_t count = p->count < table->count ? p->count : table->count,
                end = count < table->high ? count : table->high;
  struct pair_terms t = {0};
  int32_t i = table->low > from ? table->low : from;
  for (; i + 2 <= end; i += 2) add_pair(bin_words_at(p->bins + i), table, i, &t);
  if (i < end) add_pair((bin_words){p->bins[i].word, 0}, table, i, &t);
  *terms = (struct edge_terms){.n = both(t.n),
                               .s = both(t.s),
                               .r = both(t.r),
                               .ss = both(t.ss),
                               .sr = both(t.sr),
                               .rr = both(t.rr),
                               .m = both(t.m),
                               .ms = both(t.ms),
                               .mr = both(t.mr),
                               .mm = both(t.mm),
                               .freedom = both(t.there) - 3};
  add_plateau(p, from, table->low < count ? table->low : count, 0, terms);
  add_plateau(p, end > from ? end : from, count, 1, terms);
}

bool edge_terms_solve(const struct edge_terms *t, const struct edge_prior *prior, struct edge_solved *out) {
  /* Of the slope's coefficient (less the contrast times the shift), level and contrast. */
  double a = t->ss, b = t->s, c = t->sr, d = t->n + prior->level_worth, e = t->r, f = t->rr + prior->contrast_worth;
  double x = t->ms, y = t->m + prior->level_worth * prior->level, z = t->mr + prior->contrast_worth * prior->contrast;
  double i00 = d * f - e * e, i01 = c * e - b * f, i02 = b * e - c * d;
  double i11 = a * f - c * c, i12 = b * c - a * e, i22 = a * d - b * b;
  double determinant = a * i00 + b * i01 + c * i02;
  if (!(determinant > 1e-9 * a * d * f)) return false;
  double each = 1 / determinant, slope = (i00 * x + i01 * y + i02 * z) * each;
  double level = (i01 * x + i11 * y + i12 * z) * each, contrast = (i02 * x + i12 * y + i22 * z) * each;
  if (!(fabs(contrast) > 1e-6)) return false;
  double shift = -slope / contrast, of = 1 / contrast;
  *out = (struct edge_solved){.shift = shift, .level = level, .contrast = contrast};
  out->spread = sqrt(i00 * each) * fabs(of);
  out->by_level = -(i01 + shift * i12) * each * prior->level_worth * of;
  out->by_contrast = -(i02 + shift * i22) * each * prior->contrast_worth * of;
  out->level_variance = i11 * each, out->contrast_variance = i22 * each, out->covariance = i12 * each;
  double cross = slope * t->ms + level * t->m + contrast * t->mr;
  double square = slope * (slope * a + 2 * (level * b + contrast * c)) + level * (level * t->n + 2 * contrast * e) +
                  contrast * contrast * t->rr;
  out->residual = t->mm - 2 * cross + square;
  if (!(out->residual > 0)) out->residual = 0;
  return true;
}
