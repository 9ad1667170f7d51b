#include "engine/solve.h"

#include <math.h>

bool solve_symmetric(const double *a, const double *b, size_t n, double *x) {
  double l[SOLVE_MAX][SOLVE_MAX], y[SOLVE_MAX];
  if (n > SOLVE_MAX) return false;
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j <= i; j++) {
      double s = a[i * n + j];
      for (size_t k = 0; k < j; k++) s -= l[i][k] * l[j][k];
      if (i == j) {
        if (!(s > 1e-13 * a[i * n + i])) return false;
        l[i][i] = sqrt(s);
      } else {
        l[i][j] = s / l[j][j];
      }
    }
  }
  for (size_t i = 0; i < n; i++) {
    double s = b[i];
    for (size_t k = 0; k < i; k++) s -= l[i][k] * y[k];
    y[i] = s / l[i][i];
  }
  for (size_t i = n; i-- > 0;) {
    double s = y[i];
    for (size_t k = i + 1; k < n; k++) s -= l[k][i] * y[k];
    y[i] = s / l[i][i];
  }
  for (size_t i = 0; i < n; i++) x[i] = y[i];
  return true;
}

double solve_variance(const double *a, size_t n, size_t unknown) {
  double one[SOLVE_MAX] = {0};
  one[unknown] = 1;
  return solve_symmetric(a, one, n, one) && one[unknown] > 0 ? one[unknown] : INFINITY;
}

bool solve_last(const double *a, const double *b, size_t n, struct solved_last *last) {
  double m[SOLVE_MAX][SOLVE_MAX], y[SOLVE_MAX];
  if (n < 1 || n > SOLVE_MAX) return false;
  for (size_t i = 0; i < n; i++) {
    y[i] = b[i];
    for (size_t j = 0; j <= i; j++) m[i][j] = a[i * n + j];
  }
  for (size_t k = 0; k < n; k++) {
    if (!(m[k][k] > 1e-13 * a[k * n + k])) return false;
    const double each = 1 / m[k][k];
    for (size_t i = k + 1; i < n; i++) {
      const double part = m[i][k] * each;
      y[i] -= part * y[k];
      for (size_t j = k + 1; j <= i; j++) m[i][j] -= part * m[j][k];
    }
    *last = (struct solved_last){.x = y[k] * each, .variance = each};
  }
  return true;
}

bool solve_inverse(const double *a, size_t n, double *inverse) {
  double m[SOLVE_MAX][SOLVE_MAX];
  if (n > SOLVE_MAX) return false;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) m[i][j] = i < j ? a[j * n + i] : a[i * n + j];
  for (size_t k = 0; k < n; k++) {
    if (!(m[k][k] > 1e-13 * a[k * n + k])) return false;
    const double each = 1 / m[k][k];
    m[k][k] = 1;
    for (size_t j = 0; j < n; j++) m[k][j] *= each;
    for (size_t i = 0; i < n; i++) {
      const double part = m[i][k];
      if (i == k) continue;
      m[i][k] = 0;
      for (size_t j = 0; j < n; j++) m[i][j] -= part * m[k][j];
    }
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) inverse[i * n + j] = m[i][j];
  return true;
}
