#include "engine/statistics/means.h"

#include "engine/statistics/distributions.h"
#include "engine/statistics/studentized_range.h"

#include <stdlib.h>

static const struct interval nothing = {NAN, NAN};

struct interval mean_interval(const struct moments *group, double confidence) {
  if (group->count < 2 || !(confidence > 0 && confidence < 1)) return nothing;
  double half = student_upper_quantile((1 - confidence) / 2, (double)(group->count - 1)) *
                sqrt(moments_variance(group) / (double)group->count);
  return (struct interval){group->mean - half, group->mean + half};
}

struct interval spread_interval(const struct moments *group, double confidence) {
  if (group->count < 2 || !(confidence > 0 && confidence < 1)) return nothing;
  double df = (double)(group->count - 1), tail = (1 - confidence) / 2;
  return (struct interval){sqrt(group->squares / chi_square_upper_quantile(tail, df)),
                           sqrt(group->squares / chi_square_quantile(tail, df))};
}

/* A difference of two means: its standard error, and the degrees of freedom of that (Satterthwaite). */
struct contrast {
  double difference, error, df;
};

static bool contrast_of(const struct moments *a, const struct moments *b, struct contrast *contrast) {
  if (a->count < 2 || b->count < 2) return false;
  double va = moments_variance(a) / (double)a->count, vb = moments_variance(b) / (double)b->count;
  if (!(va + vb > 0)) return false;
  contrast->difference = b->mean - a->mean;
  contrast->error = sqrt(va + vb);
  contrast->df = (va + vb) * (va + vb) / (va * va / (double)(a->count - 1) + vb * vb / (double)(b->count - 1));
  return true;
}

bool mean_welch(const struct moments *a, const struct moments *b, struct mean_test *test) {
  struct contrast contrast;
  if (!contrast_of(a, b, &contrast)) return false;
  double t = -contrast.difference / contrast.error;
  *test = (struct mean_test){t, 1, contrast.df, 2 * student_upper(fabs(t), contrast.df)};
  return true;
}

bool mean_welch_groups(const struct moments *groups, size_t count, struct mean_test *test) {
  double weights = 0, mean = 0, k = (double)count;
  if (count < 2) return false;
  for (size_t i = 0; i < count; i++) {
    double variance = moments_variance(&groups[i]);
    if (!(variance > 0)) return false;
    weights += (double)groups[i].count / variance;
    mean += (double)groups[i].count / variance * groups[i].mean;
  }
  mean /= weights;
  double between = 0, lack = 0;
  for (size_t i = 0; i < count; i++) {
    double weight = (double)groups[i].count / moments_variance(&groups[i]), rest = 1 - weight / weights;
    between += weight * (groups[i].mean - mean) * (groups[i].mean - mean);
    lack += rest * rest / (double)(groups[i].count - 1);
  }
  test->df1 = k - 1;
  test->df2 = (k * k - 1) / (3 * lack);
  test->statistic = between / (k - 1) / (1 + 2 * (k - 2) / (k * k - 1) * lack);
  test->p = f_upper(test->statistic, test->df1, test->df2);
  return true;
}

bool mean_games_howell(const struct moments *a, const struct moments *b, size_t count, double confidence,
                       struct mean_pair *pair) {
  struct contrast contrast;
  if (count < 2 || count > STUDENTIZED_RANGE_MOST || !contrast_of(a, b, &contrast)) return false;
  /* The studentized range is in units of the error of one mean, not of a difference. */
  double q = fabs(contrast.difference) / contrast.error * M_SQRT2;
  *pair = (struct mean_pair){.difference = contrast.difference, .df = contrast.df, .interval = nothing};
  pair->p = studentized_range_upper(q, (int)count, contrast.df);
  if (confidence > 0 && confidence < 1) {
    double half =
        studentized_range_upper_quantile(1 - confidence, (int)count, contrast.df) * contrast.error * M_SQRT1_2;
    pair->interval = (struct interval){contrast.difference - half, contrast.difference + half};
  }
  return true;
}

static int by_value(const void *a, const void *b) {
  double x = **(double *const *)a, y = **(double *const *)b;
  return x < y ? -1 : x > y;
}

bool mean_holm(double *p, size_t count) {
  double **order = calloc(count + 1, sizeof *order), least = 0;
  if (!order) return false;
  size_t n = 0;
  for (size_t i = 0; i < count; i++)
    if (!isnan(p[i])) order[n++] = &p[i];
  qsort(order, n, sizeof *order, by_value);
  for (size_t i = 0; i < n; i++) {
    double adjusted = (double)(n - i) * *order[i];
    if (adjusted < least) adjusted = least;
    if (adjusted > 1) adjusted = 1;
    *order[i] = least = adjusted;
  }
  free(order);
  return true;
}
