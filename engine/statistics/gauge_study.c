#include "engine/statistics/gauge_study.h"

#include "engine/statistics/distributions.h"

#include <float.h>
#include <math.h>

static double mean_of(const double *values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  return sum / (double)count;
}

static double operator_mean(const struct gauge_study_input *in, size_t index) {
  double sum = 0;
  for (size_t part = 0; part < in->parts; part++)
    sum += mean_of(in->values + (part * in->operators + index) * in->trials, in->trials);
  return sum / (double)in->parts;
}

static struct gauge_study_row row(double df, double sum) {
  return (struct gauge_study_row){.df = df, .sum = sum, .mean = df > 0 ? sum / df : NAN, .f = NAN, .p = NAN};
}

static void test_against(struct gauge_study_row *row, const struct gauge_study_row *error) {
  if (!(row->df > 0) || !(error->df > 0) || !(error->mean > 0)) return;
  row->f = row->mean / error->mean;
  row->p = f_upper(row->f, row->df, error->df);
}

/* What rounding alone can leave of a sum of squares that is 0. */
static double rounding(const struct gauge_study_input *in) {
  const size_t count = in->parts * in->operators * in->trials;
  double largest = 0;
  for (size_t i = 0; i < count; i++) largest = fmax(largest, fabs(in->values[i]));
  return (double)count * 64 * DBL_EPSILON * DBL_EPSILON * largest * largest;
}

/* Sums of squares from deviations of means, which do not cancel where the values are large and their spread small. */
static void sums_of_squares(const struct gauge_study_input *in, struct gauge_study *study) {
  const size_t cell_count = in->parts * in->operators;
  const double parts = (double)in->parts, operators = (double)in->operators, trials = (double)in->trials;
  const double all = mean_of(in->values, cell_count * in->trials);
  double part_sum = 0, operator_sum = 0, interaction_sum = 0, equipment_sum = 0, total_sum = 0;
  for (size_t j = 0; j < in->operators; j++) {
    double d = operator_mean(in, j) - all;
    operator_sum += parts * trials * d * d;
  }
  for (size_t i = 0; i < in->parts; i++) {
    const double *of_part = in->values + i * in->operators * in->trials;
    const double part_mean = mean_of(of_part, in->operators * in->trials);
    part_sum += operators * trials * (part_mean - all) * (part_mean - all);
    for (size_t j = 0; j < in->operators; j++) {
      const double *cell = of_part + j * in->trials, cell_mean = mean_of(cell, in->trials);
      double d = cell_mean - part_mean - operator_mean(in, j) + all;
      interaction_sum += trials * d * d;
      for (size_t k = 0; k < in->trials; k++) {
        equipment_sum += (cell[k] - cell_mean) * (cell[k] - cell_mean);
        total_sum += (cell[k] - all) * (cell[k] - all);
      }
    }
  }
  const double least = rounding(in);
  double *sums[] = {&part_sum, &operator_sum, &interaction_sum, &equipment_sum, &total_sum};
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
    if (*sums[i] <= least) *sums[i] = 0;
  study->part = row(parts - 1, part_sum);
  study->operator_ = row(operators - 1, operator_sum);
  study->interaction = row((parts - 1) * (operators - 1), interaction_sum);
  study->equipment = row(parts * operators * (trials - 1), equipment_sum);
  study->pooled = row(study->interaction.df + study->equipment.df, interaction_sum + equipment_sum);
  study->total = row(parts * operators * trials - 1, total_sum);
  study->total.mean = NAN;
}

static void components(const struct gauge_study_input *in, struct gauge_study *study) {
  const double parts = (double)in->parts, operators = (double)in->operators, trials = (double)in->trials;
  const struct gauge_study_row *error = study->kept ? &study->equipment : &study->pooled;
  const struct gauge_study_row *between = study->kept ? &study->interaction : error;
  study->repeatability = error->mean;
  study->interacting = study->kept ? fmax(0, (between->mean - error->mean) / trials) : 0;
  study->reproducibility = in->operators > 1 ? fmax(0, (study->operator_.mean - between->mean) / (parts * trials)) : 0;
  study->gauge = study->repeatability + study->reproducibility + study->interacting;
  study->parts = fmax(0, (study->part.mean - between->mean) / (operators * trials));
  study->whole = study->gauge + study->parts;
  study->categories = study->gauge > 0 ? 1.41 * sqrt(study->parts / study->gauge) : INFINITY;
}

static enum status check(const struct gauge_study_input *in, struct fault *fault) {
  if (in->parts < 2) return fault_set(fault, STATUS_INVALID, "%zu part; expected at least 2, better 10", in->parts);
  if (in->operators < 1 || in->trials < 1 || (in->trials < 2 && in->operators < 2))
    return fault_set(fault, STATUS_INVALID, "%zu operators with %zu trials each; expected at least 2 of either",
                     in->operators, in->trials);
  return STATUS_OK;
}

enum status gauge_study(const struct gauge_study_input *input, struct gauge_study *study, struct fault *fault) {
  *study = (struct gauge_study){0};
  enum status status = check(input, fault);
  if (status) return status;
  sums_of_squares(input, study);
  if (!(study->total.sum > 0))
    return fault_set(fault, STATUS_INVALID, "all values are the same; expected parts that differ");
  test_against(&study->interaction, &study->equipment);
  bool separable = study->interaction.df > 0 && study->equipment.df > 0;
  /* Where the equipment does not vary at all there is no test, and any interaction stands out. */
  bool significant =
      isnan(study->interaction.p) ? study->interaction.sum > 0 : study->interaction.p < input->significance;
  study->kept = separable && (input->model == GAUGE_STUDY_WITH || (input->model == GAUGE_STUDY_AUTO && significant));
  const struct gauge_study_row *error = study->equipment.df > 0 ? &study->equipment : &study->pooled;
  test_against(&study->part, error);
  test_against(&study->operator_, error);
  components(input, study);
  return STATUS_OK;
}
