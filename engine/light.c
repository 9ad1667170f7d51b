#include "engine/light.h"

#include "engine/select.h"
#include "engine/solve.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SUMS = 2 * LIGHT_MAX_ORDER + 1 };

/* Samples as arrays; those of a row have one v. */
struct samples {
  size_t count, row_count, *row; /* row[i]: its first sample; row[row_count]: count */
  double *u, *golden, *photo;    /* the values with the pedestal */
  double *weight, *residual, *scratch;
  double *v, *y; /* of each row */
  void *memory;
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
  free(s->row);
}

static bool samples_open(const struct light_sample *from, size_t count, const struct light *light, struct samples *s) {
  double *memory = malloc(8 * count * sizeof *memory);
  s->memory = memory, s->count = count;
  s->row = malloc((count + 1) * sizeof *s->row);
  if (!memory || !s->row) return false;
  s->u = memory, s->golden = s->u + count, s->photo = s->golden + count, s->weight = s->photo + count;
  s->residual = s->weight + count, s->scratch = s->residual + count, s->v = s->scratch + count, s->y = s->v + count;
  for (size_t i = 0; i < count; i++) {
    s->u[i] = (from[i].x - light->cx) / light->unit;
    s->golden[i] = from[i].golden + LIGHT_PEDESTAL, s->photo[i] = from[i].photo + LIGHT_PEDESTAL;
    s->weight[i] = from[i].weight;
    if (i && from[i].y == from[i - 1].y) continue;
    s->y[s->row_count] = from[i].y;
    s->v[s->row_count] = (from[i].y - light->cy) / light->unit;
    s->row[s->row_count++] = i;
  }
  s->row[s->row_count] = count;
  return true;
}

static void find_residuals(const struct light *light, struct samples *s) {
  for (size_t j = 0; j < s->row_count; j++) {
    struct light_row row = light_row(light, s->y[j]);
    for (size_t i = s->row[j]; i < s->row[j + 1]; i++)
      s->residual[i] = s->photo[i] - light_bounded(row.coefficient, s->u[i]) * s->golden[i] - light->offset;
  }
}

/* Median absolute residual, as a standard deviation; at least half a grey level. */
static double scale_of(struct samples *s) {
  for (size_t i = 0; i < s->count; i++) s->scratch[i] = fabs(s->residual[i]);
  double scale = 1.4826 * select_value(s->scratch, s->count, s->count / 2);
  return scale < 0.5 ? 0.5 : scale;
}

/* Weighted sums over the samples. With q the golden's value and p the photo's, [a][b] has u^a v^b times ... */
struct moments {
  double qq[SUMS][SUMS], q[SUMS][SUMS], qp[SUMS][SUMS];
  double one, p;
};

/* `reach`: residual from which a sample does not count; 0: all count alike. */
static void sum_row(const struct samples *s, size_t row, int order, double reach, struct moments *m) {
  double qq[SUMS] = {0}, q[SUMS] = {0}, qp[SUMS] = {0}, inverse = reach > 0 ? 1 / reach : 0;
  for (size_t i = s->row[row]; i < s->row[row + 1]; i++) {
    double share = s->residual[i] * inverse, rest = 1 - share * share;
    if (!(rest > 0)) continue;
    double w = s->weight[i] * rest * rest, u = s->u[i];
    double wq = w * s->golden[i], wqq = wq * s->golden[i], wqp = wq * s->photo[i];
    m->one += w, m->p += w * s->photo[i];
    /* Of all orders: loops of a known length are quicker. */
    for (int a = 0; a < SUMS; a++, wqq *= u) qq[a] += wqq;
    for (int a = 0; a <= LIGHT_MAX_ORDER; a++, wq *= u, wqp *= u) q[a] += wq, qp[a] += wqp;
  }
  double power = 1;
  for (int b = 0; b <= 2 * order; b++, power *= s->v[row]) {
    for (int a = 0; a <= 2 * order - b; a++) m->qq[a][b] += power * qq[a];
    for (int a = 0; a <= order - b; a++) m->q[a][b] += power * q[a], m->qp[a][b] += power * qp[a];
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
  for (size_t row = 0; row < s->row_count; row++) sum_row(s, row, light->order, reach, &m);
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
  memset(s.residual, 0, count * sizeof *s.residual);
  bool ok = solve_round(&s, 0, &fit);
  for (int round = 0; ok && round < rounds; round++) {
    find_residuals(&fit, &s);
    ok = solve_round(&s, 4.685 * scale_of(&s), &fit);
  }
  if (ok) *light = fit;
  samples_free(&s);
  return STATUS_OK;
}
