/* The distributions against values of R 4.2 (pnorm, qnorm, pt, pf, pchisq, pbeta, pbinom, phyper, ppois), and at the
 * ends of their ranges. */
#include "engine/statistics/distributions.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) fail_msg("not so: %s", #condition);                                                              \
  } while (0)

static void values_are_those_of_another_implementation(void **state) {
  (void)state;
  const struct {
    double value, expected;
  } all[] = {
      {normal_cdf(-1.5), 0.0668072012688581},
      {normal_upper(8), 6.22096057427178e-16},
      {normal_quantile(0.975), 1.95996398454005},
      {normal_upper_quantile(1e-12), 7.03448382530113},
      {student_cdf(-2.1, 7.3), 0.0361233567124267},
      {student_upper(12, 4), 0.000138214274251487},
      {student_quantile(0.975, 11), 2.20098516009164},
      {student_upper_quantile(1e-7, 2.5), 553.059983048323},
      {f_cdf(0.4, 3, 17.5), 0.245282050229096},
      {f_upper(20, 3, 17.5), 6.87659917086043e-06},
      {f_quantile(0.05, 4, 9), 0.166700589369475},
      {f_upper_quantile(0.001, 4, 9), 12.5603187395907},
      {chi_square_cdf(3.2, 5), 0.330817097966757},
      {chi_square_upper(90, 5), 6.71931936485258e-18},
      {chi_square_quantile(0.025, 19), 8.90651648198797},
      {chi_square_upper_quantile(1e-9, 2), 41.4465316738928},
      {beta_cdf(0.03, 2, 60), 0.549741326739585},
      {beta_upper(0.3, 2, 60), 9.65241535405284e-09},
      {beta_quantile(0.025, 0.5, 3), 0.000177819932934758},
      {beta_upper_quantile(0.025, 4, 197), 0.0432082819177126},
      {binomial_probability(3, 125, 0.01), 0.0932350697646375},
      {binomial_cdf(7, 200, 0.025), 0.869285901827942},
      {binomial_upper(21, 1250, 0.001), 3.09561742871768e-20},
      {hypergeometric_probability(2, 80, 20, 1000), 0.274171149626421},
      {hypergeometric_cdf(5, 200, 250, 10000), 0.616020870631354},
      {hypergeometric_cdf(21, 1250, 12000, 1000000), 0.948082577830838},
      {hypergeometric_cdf(21, 2000, 3000000, 500000000), 0.994083571661613},
      {hypergeometric_upper(30, 200, 250, 10000), 1.88902472405511e-16},
      {poisson_probability(4, 2.5), 0.133601885781085},
      {poisson_cdf(1, 4.7), 0.0518430794796662},
      {poisson_upper(30, 4.7), 8.85999467081831e-16},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (!(fabs(all[i].value - all[i].expected) <= 1e-11 * fabs(all[i].expected)))
      fail_msg("value %zu: %.17g; expected %.15g", i, all[i].value, all[i].expected);
}

static void quantiles_of_discrete_distributions_are_the_smallest_value_that_reaches_the_probability(void **state) {
  (void)state;
  for (int64_t k = 0; k < 30; k++) {
    double p = binomial_cdf(k, 125, 0.05);
    CHECK(binomial_quantile(p, 125, 0.05) == (double)k);
    CHECK(binomial_quantile(nextafter(p, 1), 125, 0.05) == (double)(k + 1));
    p = hypergeometric_cdf(k, 80, 300, 1000);
    CHECK(p == 0 || hypergeometric_quantile(p, 80, 300, 1000) == (double)k);
    p = poisson_cdf(k, 7.5);
    CHECK(poisson_quantile(p, 7.5) == (double)k);
    CHECK(poisson_quantile(nextafter(p, 1), 7.5) == (double)(k + 1));
  }
}

static void both_tails_sum_to_one(void **state) {
  (void)state;
  for (int64_t k = -1; k <= 21; k++) {
    CHECK(fabs(binomial_cdf(k, 20, 0.3) + binomial_upper(k, 20, 0.3) - 1) < 1e-14);
    CHECK(fabs(hypergeometric_cdf(k, 20, 50, 60) + hypergeometric_upper(k, 20, 50, 60) - 1) < 1e-14);
    CHECK(fabs(poisson_cdf(k, 3) + poisson_upper(k, 3) - 1) < 1e-14);
  }
}

static void ends_of_the_range_are_certain(void **state) {
  (void)state;
  CHECK(normal_cdf(-INFINITY) == 0 && normal_cdf(INFINITY) == 1 && normal_upper(INFINITY) == 0);
  CHECK(normal_quantile(0) == -INFINITY && normal_quantile(1) == INFINITY && normal_upper_quantile(0) == INFINITY);
  CHECK(student_cdf(-INFINITY, 3) == 0 && student_quantile(1, 3) == INFINITY);
  CHECK(student_upper(1.5, INFINITY) == normal_upper(1.5));
  CHECK(f_cdf(0, 2, 2) == 0 && f_upper(INFINITY, 2, 2) == 0 && f_quantile(0, 2, 2) == 0);
  CHECK(chi_square_upper(0, 1) == 1 && chi_square_quantile(1, 1) == INFINITY);
  CHECK(beta_cdf(1, 2, 3) == 1 && beta_quantile(0, 2, 3) == 0 && beta_upper_quantile(0, 2, 3) == 1);
  CHECK(binomial_probability(0, 0, 0.5) == 1 && binomial_cdf(0, 5, 0) == 1 && binomial_cdf(4, 5, 1) == 0);
  CHECK(binomial_cdf(-1, 5, 0.5) == 0 && binomial_upper(5, 5, 0.5) == 0 && binomial_quantile(1, 5, 0.5) == 5);
  CHECK(hypergeometric_cdf(4, 10, 15, 20) == 0 && hypergeometric_probability(5, 10, 5, 10) == 1);
  CHECK(hypergeometric_quantile(0, 10, 15, 20) == 5 && hypergeometric_quantile(1, 10, 15, 20) == 10);
  CHECK(poisson_probability(0, 0) == 1 && poisson_upper(0, 0) == 0 && poisson_quantile(1, 2) == INFINITY);
}

static void what_makes_no_sense_is_not_a_number(void **state) {
  (void)state;
  const double values[] = {
      normal_cdf(NAN),
      normal_density(NAN),
      normal_quantile(-0.1),
      normal_quantile(1.1),
      student_cdf(1, 0),
      student_cdf(1, NAN),
      student_quantile(NAN, 3),
      f_cdf(-1, 2, 2),
      f_cdf(1, 2, INFINITY),
      f_quantile(0.5, 0, 2),
      chi_square_cdf(-1, 1),
      chi_square_cdf(1, -1),
      beta_cdf(2, 1, 1),
      beta_quantile(0.5, 0, 1),
      binomial_cdf(1, -1, 0.5),
      binomial_cdf(1, 5, 1.5),
      binomial_quantile(2, 5, 0.5),
      hypergeometric_cdf(1, 5, 5, 4),
      hypergeometric_cdf(1, -1, 5, 9),
      hypergeometric_quantile(NAN, 1, 5, 9),
      poisson_cdf(1, -1),
      poisson_cdf(1, INFINITY),
  };
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    if (!isnan(values[i])) fail_msg("value %zu is %g; expected NAN", i, values[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_those_of_another_implementation),
      cmocka_unit_test(quantiles_of_discrete_distributions_are_the_smallest_value_that_reaches_the_probability),
      cmocka_unit_test(both_tails_sum_to_one),
      cmocka_unit_test(ends_of_the_range_are_certain),
      cmocka_unit_test(what_makes_no_sense_is_not_a_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
