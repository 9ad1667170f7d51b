#include "engine/statistics/capability.h"

#include "engine/statistics/distributions.h"

#include <math.h>
#include <stdlib.h>

struct member {
  size_t group, at;
};

static int by_group(const void *a, const void *b) {
  const struct member *x = a, *y = b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  return x->at < y->at ? -1 : x->at > y->at;
}

static double mean_of(const double *values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  return sum / (double)count;
}

/* Sum of squares about the subgroups' means, and its degrees of freedom. */
static enum status pool(const struct capability_input *in, double *sum, double *df, struct fault *fault) {
  *sum = *df = 0;
  if (!in->groups) return STATUS_OK;
  struct member *members = calloc(in->count, sizeof *members);
  if (!members) return fault_set(fault, STATUS_MEMORY, "capability: out of memory");
  for (size_t i = 0; i < in->count; i++) members[i] = (struct member){in->groups[i], i};
  qsort(members, in->count, sizeof *members, by_group);
  for (size_t first = 0, next; first < in->count; first = next) {
    double total = 0;
    for (next = first; next < in->count && members[next].group == members[first].group; next++)
      total += in->values[members[next].at];
    const double mean = total / (double)(next - first);
    for (size_t i = first; i < next; i++) {
      double d = in->values[members[i].at] - mean;
      *sum += d * d;
    }
    *df += (double)(next - first - 1);
  }
  free(members);
  return STATUS_OK;
}

static enum status spread_within(const struct capability_input *in, struct capability *out, struct fault *fault) {
  double sum, df;
  enum status status = pool(in, &sum, &df, fault);
  if (status) return status;
  if (df > 0) {
    out->within = sqrt(sum / df);
    out->within_df = df;
    return STATUS_OK;
  }
  const double n = (double)in->count;
  double ranges = 0;
  for (size_t i = 1; i < in->count; i++) ranges += fabs(in->values[i] - in->values[i - 1]);
  out->within = ranges / (n - 1) / 1.1283791670955126; /* d2 of two: 2 / sqrt(pi) */
  out->within_df = (n - 1) * (n - 1) / (2 * (0.8264 * n - 1.082));
  return STATUS_OK;
}

struct capability_index capability_cp(double value, double df, double confidence) {
  const double tail = (1 - confidence) / 2;
  return (struct capability_index){.value = value,
                                   .low = value * sqrt(chi_square_quantile(tail, df) / df),
                                   .high = value * sqrt(chi_square_upper_quantile(tail, df) / df)};
}

struct capability_index capability_cpk(double value, double count, double df, double confidence) {
  const double z = normal_upper_quantile((1 - confidence) / 2);
  const double half = z * sqrt(1 / (9 * count) + value * value / (2 * df));
  return (struct capability_index){.value = value, .low = value - half, .high = value + half};
}

/* Of one standard deviation: the ratio of the widths, and the nearer limit's. */
static void indices(const struct capability_input *in, double mean, double deviation, double df,
                    struct capability_index *cp, struct capability_index *cpk) {
  const double above = (in->upper - mean) / (3 * deviation), below = (mean - in->lower) / (3 * deviation);
  *cp = capability_cp((in->upper - in->lower) / (6 * deviation), df, in->confidence);
  *cpk = capability_cpk(fmin(above, below), (double)in->count, df, in->confidence); /* fmin passes over a NAN */
}

enum status capability(const struct capability_input *input, struct capability *capability, struct fault *fault) {
  *capability = (struct capability){0};
  if (input->count < 2)
    return fault_set(fault, STATUS_INVALID, "%zu values; expected at least 2, better 50", input->count);
  if (isnan(input->lower) && isnan(input->upper))
    return fault_set(fault, STATUS_INVALID, "no limits; expected lower, upper or both");
  capability->mean = mean_of(input->values, input->count);
  double sum = 0;
  for (size_t i = 0; i < input->count; i++)
    sum += (input->values[i] - capability->mean) * (input->values[i] - capability->mean);
  capability->overall_df = (double)(input->count - 1);
  capability->overall = sqrt(sum / capability->overall_df);
  enum status status = spread_within(input, capability, fault);
  if (status) return status;
  if (!(capability->overall > 0) || !(capability->within > 0))
    return fault_set(fault, STATUS_INVALID, "the values do not vary; expected a spread to compare with the limits");
  indices(input, capability->mean, capability->within, capability->within_df, &capability->cp, &capability->cpk);
  indices(input, capability->mean, capability->overall, capability->overall_df, &capability->pp, &capability->ppk);
  return STATUS_OK;
}
