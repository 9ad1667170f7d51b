#include "engine/measure/edge_terms.h"

#include <math.h>
#include <string.h>

/* Bins that make a cell of a plateau: a pixel's width. */
enum { CELL = KERNEL_PROFILE_SCALE };

void edge_table(const struct edge_shape *shape, double first, int32_t count, double place, struct edge_table *table) {
  struct edge_shape own = edge_shape_at(shape, place);
  double reach = edge_reach(&own);
  table->count = count < EDGE_MOST_BINS ? count : EDGE_MOST_BINS;
  table->low = table->high = 0;
  for (int32_t i = 0; i < table->count; i++) {
    double d = first + (i + 0.5) / KERNEL_PROFILE_SCALE - place;
    if (d <= -reach) table->low = i + 1;
    if (d < reach) table->high = i + 1;
    if (d <= -reach || d >= reach) continue;
    struct edge_response r = edge_response(&own, d);
    table->value[i] = r.value, table->slope[i] = r.slope, table->bend[i] = r.bend;
  }
}

/* Bins first <= i < end where the response is `r`, 0 or 1, and has no slope. */
static void add_plateau(const struct edge_profile *p, int32_t first, int32_t end, double r, struct edge_terms *t) {
  double pixels = 0, values = 0, squares = 0;
  for (int32_t i = first; i < end; i += CELL) {
    struct kernel_bin cell = {0};
    for (int32_t k = i; k < i + CELL && k < end; k++) cell.word += p->bins[k].word;
    const int32_t count = (int32_t)kernel_bin_count(cell), sum = (int32_t)kernel_bin_sum(cell);
    if (!count) continue;
    double n = count, v = sum;
    pixels += n, values += v, squares += v * v / n;
    t->freedom++;
  }
  t->n += pixels, t->m += values, t->mm += squares;
  t->r += r * pixels, t->rr += r * pixels, t->mr += r * values;
}

/* Two sums that are worked on at once. */
typedef double pair __attribute__((vector_size(2 * sizeof(double))));

void edge_terms(const struct edge_profile *p, const struct edge_table *table, int32_t from, struct edge_terms *terms) {
  const double fine = 1.0 / (KERNEL_PROFILE_FINE * KERNEL_PROFILE_SCALE);
  const double middle = 0.5 * fine - 0.5 / KERNEL_PROFILE_SCALE;
  int32_t count = p->count < table->count ? p->count : table->count, end = count < table->high ? count : table->high;
  pair n_m = {0}, s_r = {0}, ss_sr = {0}, ms_mr = {0}, rr_mm = {0};
  double freedom = -3;
  for (int32_t i = table->low > from ? table->low : from; i < end; i++) {
    const struct kernel_bin bin = p->bins[i];
    if (!bin.word) continue;
    const int32_t pixels = (int32_t)kernel_bin_count(bin), sum = (int32_t)kernel_bin_sum(bin);
    double n = pixels, m = sum, each = 1 / n, off = (int32_t)kernel_bin_place(bin) * each * fine + middle;
    double slope = table->slope[i], bend = table->bend[i];
    const pair shape = {slope + bend * off, table->value[i] + (slope + 0.5 * bend * off) * off};
    const pair weighed = n * shape;
    n_m += (pair){n, m}, s_r += weighed, ss_sr += weighed[0] * shape, ms_mr += m * shape;
    rr_mm += (pair){weighed[1], m * m} * (pair){shape[1], each};
    freedom++;
  }
  struct edge_terms t = {.n = n_m[0],
                         .s = s_r[0],
                         .r = s_r[1],
                         .ss = ss_sr[0],
                         .sr = ss_sr[1],
                         .rr = rr_mm[0],
                         .m = n_m[1],
                         .ms = ms_mr[0],
                         .mr = ms_mr[1],
                         .mm = rr_mm[1],
                         .freedom = freedom};
  add_plateau(p, from, table->low < count ? table->low : count, 0, &t);
  add_plateau(p, end > from ? end : from, count, 1, &t);
  *terms = t;
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
