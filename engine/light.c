#include "engine/light.h"

#include "engine/select.h"
#include "engine/solve.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ORDERS = LIGHT_MAX_ORDER + 1, SUMS = 2 * LIGHT_MAX_ORDER + 1 };

/* Several rows of samples are worked on side by side. */
enum { LANES = 2 };
typedef double lanes __attribute__((vector_size(8 * LANES)));

/* Rows that are worked on at a time: a sample of each, and then the next of each. */
struct rows {
  size_t first, end; /* places in the samples' arrays */
  size_t length[LANES];
  double v[LANES], y[LANES];
};

/* Samples as arrays; those of a row have one v. Behind a row that is shorter than those beside it are samples without
 * weight. */
struct samples {
  size_t count, places, row_count;
  struct rows *rows;
  double *u, *golden, *photo; /* the values with the pedestal */
  double *weight, *residual, *scratch;
  double *memory;
};

struct light light_none(int width, int height) {
  struct light light = {.cx = 0.5 * (width - 1), .cy = 0.5 * (height - 1)};
  light.unit = 0.5 * (width > height ? width : height);
  light.coefficient[0] = 1;
  return light;
}

static size_t terms_of(int order) {
  return (size_t)((order + 1) * (order + 2) / 2);
}

struct light_row light_row(const struct light *light, double y) {
  const double *coefficient = light->coefficient;
  double v = (y - light->cy) / light->unit;
  struct light_row row = {.offset = light->cx, .inverse = 1 / light->unit};
  for (int degree = 0; degree <= light->order; degree++) {
    double power = 1;
    for (int b = 0; b <= degree; b++, power *= v) row.coefficient[degree - b] += *coefficient++ * power;
  }
  return row;
}

double light_gain(const struct light *light, double x, double y) {
  struct light_row row = light_row(light, y);
  return light_row_gain(&row, x);
}

static void samples_free(struct samples *s) {
  free(s->memory);
  free(s->rows);
}

/* How the samples lie in rows, as many as there are places for. */
static void find_rows(const struct light_sample *from, size_t count, const struct light *light, struct samples *s) {
  size_t row = 0;
  for (size_t i = 0, next; i < count; i = next, row++) {
    struct rows *r = &s->rows[row / LANES];
    if (row % LANES == 0) *r = (struct rows){.first = s->places, .end = s->places};
    for (next = i + 1; next < count && from[next].y == from[i].y;) next++;
    r->length[row % LANES] = next - i;
    r->y[row % LANES] = from[i].y, r->v[row % LANES] = (from[i].y - light->cy) / light->unit;
    if (r->end < r->first + (next - i) * LANES) r->end = s->places = r->first + (next - i) * LANES;
  }
  s->row_count = (row + LANES - 1) / LANES;
}

static void take_rows(const struct light_sample *from, const struct light *light, struct samples *s) {
  for (size_t row = 0; row < s->row_count; row++)
    for (size_t k = 0; k < LANES; k++)
      for (size_t i = 0; i < s->rows[row].length[k]; i++, from++) {
        size_t at = s->rows[row].first + i * LANES + k;
        s->u[at] = (from->x - light->cx) / light->unit;
        s->golden[at] = from->golden + LIGHT_PEDESTAL, s->photo[at] = from->photo + LIGHT_PEDESTAL;
        s->weight[at] = from->weight;
      }
}

static bool samples_open(const struct light_sample *from, size_t count, const struct light *light, struct samples *s) {
  s->count = count;
  s->rows = malloc((count / LANES + 1) * sizeof *s->rows);
  if (!s->rows) return false;
  find_rows(from, count, light, s);
  size_t n = s->places;
  s->memory = calloc(6 * n, sizeof *s->memory);
  if (!s->memory) return false;
  s->u = s->memory, s->golden = s->u + n, s->photo = s->golden + n, s->weight = s->photo + n;
  s->residual = s->weight + n, s->scratch = s->residual + n;
  take_rows(from, light, s);
  return true;
}

static inline lanes lanes_at(const double *from) {
  lanes v;
  memcpy(&v, from, sizeof v);
  return v;
}

/* The gain along rows, not yet bounded. */
static void find_gains(const struct light *light, const struct samples *s, const struct rows *rows, double *to) {
  lanes c[ORDERS] = {{0}};
  for (int k = 0; k < LANES; k++) {
    const struct light_row row = light_row(light, rows->y[k]);
    for (int a = 0; a < ORDERS; a++) c[a][k] = row.coefficient[a];
  }
  for (size_t i = rows->first; i < rows->end; i += LANES) {
    lanes u = lanes_at(s->u + i), gain = c[ORDERS - 1];
    for (int a = ORDERS - 2; a >= 0; a--) gain = c[a] + u * gain;
    memcpy(to + i, &gain, sizeof gain);
  }
}

static void find_residuals(const struct light *light, struct samples *s) {
  const double *restrict photo = s->photo, *restrict golden = s->golden;
  double *restrict residual = s->residual, offset = light->offset;
  for (size_t row = 0; row < s->row_count; row++) find_gains(light, s, &s->rows[row], residual);
  for (size_t i = 0; i < s->places; i++) residual[i] = photo[i] - light_within(residual[i]) * golden[i] - offset;
}

/* Median absolute residual, as a standard deviation; at least half a grey level. */
static double scale_of(struct samples *s) {
  double *to = s->scratch;
  for (const struct rows *rows = s->rows; rows < s->rows + s->row_count; rows++)
    for (size_t k = 0; k < LANES; k++)
      for (size_t i = 0; i < rows->length[k]; i++) *to++ = fabs(s->residual[rows->first + i * LANES + k]);
  double scale = 1.4826 * select_value(s->scratch, s->count, s->count / 2);
  return scale < 0.5 ? 0.5 : scale;
}

/* Weighted sums over the samples. With q the golden's value and p the photo's, [a][b] has u^a v^b times ... */
struct moments {
  double qq[SUMS][SUMS], q[SUMS][SUMS], qp[SUMS][SUMS];
  double one, p;
};

/* How much each sample counts. `reach`: residual from which it does not; 0: all count alike. */
static void weigh(const struct samples *s, double reach, double *restrict to) {
  const double *restrict residual = s->residual, *restrict weight = s->weight;
  double inverse = reach > 0 ? 1 / reach : 0;
  for (size_t i = 0; i < s->places; i++) {
    double share = residual[i] * inverse, rest = 1 - share * share;
    rest = rest > 0 ? rest : 0;
    to[i] = weight[i] * rest * rest;
  }
}

/* Sample after sample, row after row. */
static void sum_weights(const struct samples *s, const struct rows *rows, const double *weight, struct moments *m) {
  for (size_t k = 0; k < LANES; k++)
    for (size_t i = 0; i < rows->length[k]; i++) {
      size_t at = rows->first + i * LANES + k;
      m->one += weight[at], m->p += weight[at] * s->photo[at];
    }
}

static void sum_rows(const struct samples *s, const struct rows *rows, const double *weight, int order,
                     struct moments *m) {
  lanes qq[SUMS] = {{0}}, q[ORDERS] = {{0}}, qp[ORDERS] = {{0}};
  for (size_t i = rows->first; i < rows->end; i += LANES) {
    lanes u = lanes_at(s->u + i), golden = lanes_at(s->golden + i);
    lanes wq = lanes_at(weight + i) * golden, wqq = wq * golden, wqp = wq * lanes_at(s->photo + i);
    /* Of all orders: loops of a known length are quicker. */
    for (int a = 0; a < SUMS; a++, wqq *= u) qq[a] += wqq;
    for (int a = 0; a < ORDERS; a++, wq *= u, wqp *= u) q[a] += wq, qp[a] += wqp;
  }
  for (int k = 0; k < LANES && rows->length[k]; k++) {
    double power = 1;
    for (int b = 0; b <= 2 * order; b++, power *= rows->v[k]) {
      for (int a = 0; a <= 2 * order - b; a++) m->qq[a][b] += power * qq[a][k];
      for (int a = 0; a <= order - b; a++) m->q[a][b] += power * q[a][k], m->qp[a][b] += power * qp[a][k];
    }
  }
}

/* Exponents of the polynomial's terms, in the order of struct light. */
static void exponents(int order, int *u, int *v) {
  for (int degree = 0; degree <= order; degree++)
    for (int b = 0; b <= degree; b++) *u++ = degree - b, *v++ = b;
}

/* One weighted least-squares round; the bumps are held back a little, the offset (which a uniform gain can mimic) more.
 */
static bool solve_round(const struct samples *s, double reach, struct light *light) {
  size_t terms = terms_of(light->order), n = terms + 1;
  int u[LIGHT_MAX_TERMS] = {0}, v[LIGHT_MAX_TERMS] = {0};
  double a[SOLVE_MAX * SOLVE_MAX] = {0}, b[SOLVE_MAX] = {0};
  struct moments m = {.one = 0};
  weigh(s, reach, s->scratch);
  for (size_t row = 0; row < s->row_count; row++) {
    sum_weights(s, &s->rows[row], s->scratch, &m);
    sum_rows(s, &s->rows[row], s->scratch, light->order, &m);
  }
  if (!(m.one > 0)) return false;
  exponents(light->order, u, v);
  for (size_t j = 0; j < terms; j++) {
    for (size_t k = 0; k <= j; k++) a[j * n + k] = m.qq[u[j] + u[k]][v[j] + v[k]];
    a[terms * n + j] = m.q[u[j]][v[j]];
    b[j] = m.qp[u[j]][v[j]];
  }
  a[terms * n + terms] = m.one, b[terms] = m.p;
  for (size_t j = 1; j < terms; j++) a[j * n + j] += 1e-4 * a[0] + 1e-9;
  a[0] += 1e-9;
  a[terms * n + terms] += 0.05 * m.one;
  if (!solve_symmetric(a, b, n, b)) return false;
  for (size_t j = 0; j < terms; j++) light->coefficient[j] = b[j];
  light->offset = b[terms];
  return true;
}

enum status light_fit(const struct light_sample *samples, size_t count, int order, int rounds, struct light *light,
                      struct fault *fault) {
  if (!count) return STATUS_OK;
  struct samples s = {.count = 0};
  struct light fit = *light;
  if (!samples_open(samples, count, light, &s)) {
    samples_free(&s);
    return fault_set(fault, STATUS_MEMORY, "light: out of memory");
  }
  while (order > 0 && count < 8 * terms_of(order)) order--;
  fit.order = order;
  memset(fit.coefficient, 0, sizeof fit.coefficient);
  bool ok = solve_round(&s, 0, &fit);
  for (int round = 0; ok && round < rounds; round++) {
    find_residuals(&fit, &s);
    ok = solve_round(&s, 4.685 * scale_of(&s), &fit);
  }
  if (ok) *light = fit;
  samples_free(&s);
  return STATUS_OK;
}
