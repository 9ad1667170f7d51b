#include "engine/statistics/distributions.h"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/hypergeometric.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

using namespace boost::math::policies;
using silent =
    policy<domain_error<ignore_error>, pole_error<ignore_error>, overflow_error<ignore_error>,
           underflow_error<ignore_error>, denorm_error<ignore_error>, evaluation_error<ignore_error>,
           rounding_error<ignore_error>, indeterminate_result_error<ignore_error>, discrete_quantile<integer_round_up>>;
using normal = boost::math::normal_distribution<double, silent>;
using student = boost::math::students_t_distribution<double, silent>;
using fisher = boost::math::fisher_f_distribution<double, silent>;
using chi_square = boost::math::chi_squared_distribution<double, silent>;
using beta = boost::math::beta_distribution<double, silent>;
using binomial = boost::math::binomial_distribution<double, silent>;
using hypergeometric = boost::math::hypergeometric_distribution<double, silent>;
using poisson = boost::math::poisson_distribution<double, silent>;

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr int64_t most_items = 1000000000;

/* No exception may cross into C. */
template <class Function> double guarded(Function function) noexcept {
  try {
    return function();
  } catch (...) {
    return none;
  }
}

bool probable(double p) {
  return p >= 0 && p <= 1;
}

bool positive(double value) {
  return value > 0 && value < infinite;
}

/* The four functions of a continuous distribution on least..most. Boost refuses infinite arguments, and quantiles at
 * 0 and 1, of some. */
struct range {
  double least, most;
};

template <class Distribution> double lower_tail(const Distribution &distribution, range on, double x) {
  if (std::isnan(x)) return none;
  if (x <= on.least || x >= on.most) return x >= on.most;
  return guarded([&] { return cdf(distribution, x); });
}

template <class Distribution> double upper_tail(const Distribution &distribution, range on, double x) {
  if (std::isnan(x)) return none;
  if (x <= on.least || x >= on.most) return x <= on.least;
  return guarded([&] { return cdf(complement(distribution, x)); });
}

template <class Distribution> double lower_quantile(const Distribution &distribution, range on, double p) {
  if (!probable(p)) return none;
  if (p == 0 || p == 1) return p == 0 ? on.least : on.most;
  return guarded([&] { return quantile(distribution, p); });
}

template <class Distribution> double upper_quantile(const Distribution &distribution, range on, double p) {
  if (!probable(p)) return none;
  if (p == 0 || p == 1) return p == 1 ? on.least : on.most;
  return guarded([&] { return quantile(complement(distribution, p)); });
}

constexpr range line = {-infinite, infinite}, half_line = {0, infinite}, unit = {0, 1};

/* The four functions of a discrete distribution on least..most. */
struct steps {
  int64_t least, most;
};

template <class Distribution> double point_probability(const Distribution &distribution, steps on, int64_t k) {
  if (k < on.least || k > on.most) return 0;
  return guarded([&] { return pdf(distribution, static_cast<double>(k)); });
}

template <class Distribution> double lower_sum(const Distribution &distribution, steps on, int64_t k) {
  if (k < on.least || k >= on.most) return k >= on.most;
  return guarded([&] { return cdf(distribution, static_cast<double>(k)); });
}

template <class Distribution> double upper_sum(const Distribution &distribution, steps on, int64_t k) {
  if (k < on.least || k >= on.most) return k < on.least;
  return guarded([&] { return cdf(complement(distribution, static_cast<double>(k))); });
}

template <class Distribution> double step_quantile(const Distribution &distribution, steps on, double p) {
  if (!probable(p)) return none;
  if (p == 0) return static_cast<double>(on.least);
  if (p == 1) return on.most == INT64_MAX ? infinite : static_cast<double>(on.most);
  /* Boost's rounding goes by a search that may stop one off where p is a value of the cdf. */
  double k = guarded([&] { return quantile(distribution, p); });
  if (!(k < 9e18)) return k;
  auto at = static_cast<int64_t>(k);
  while (at > on.least && lower_sum(distribution, on, at - 1) >= p) at--;
  while (at < on.most && lower_sum(distribution, on, at) < p) at++;
  return static_cast<double>(at);
}

bool binomial_valid(int64_t n, double share) {
  return n >= 0 && n <= (int64_t{1} << 53) && probable(share);
}

/* A sure or impossible event, and no trial at all, are certain results that Boost does not take everywhere. */
steps binomial_steps(int64_t n, double share) {
  return {share == 1 ? n : 0, share == 0 ? 0 : n};
}

bool hypergeometric_valid(int64_t n, int64_t marked, int64_t size) {
  return n >= 0 && marked >= 0 && size <= most_items && n <= size && marked <= size;
}

steps hypergeometric_steps(int64_t n, int64_t marked, int64_t size) {
  return {std::max<int64_t>(0, n + marked - size), std::min(n, marked)};
}

hypergeometric hypergeometric_of(int64_t n, int64_t marked, int64_t size) {
  return {static_cast<unsigned>(marked), static_cast<unsigned>(n), static_cast<unsigned>(size)};
}

steps poisson_steps(double mean) {
  return {0, mean == 0 ? 0 : INT64_MAX};
}

bool poisson_valid(double mean) {
  return mean >= 0 && mean < infinite;
}

} // namespace

double normal_density(double x) {
  return std::isnan(x) ? none : std::isinf(x) ? 0 : guarded([&] { return pdf(normal(), x); });
}
double normal_cdf(double x) {
  return lower_tail(normal(), line, x);
}
double normal_upper(double x) {
  return upper_tail(normal(), line, x);
}
double normal_quantile(double p) {
  return lower_quantile(normal(), line, p);
}
double normal_upper_quantile(double p) {
  return upper_quantile(normal(), line, p);
}

double student_cdf(double x, double df) {
  if (df == infinite) return normal_cdf(x);
  return positive(df) ? lower_tail(student(df), line, x) : none;
}
double student_upper(double x, double df) {
  if (df == infinite) return normal_upper(x);
  return positive(df) ? upper_tail(student(df), line, x) : none;
}
double student_quantile(double p, double df) {
  if (df == infinite) return normal_quantile(p);
  return positive(df) ? lower_quantile(student(df), line, p) : none;
}
double student_upper_quantile(double p, double df) {
  if (df == infinite) return normal_upper_quantile(p);
  return positive(df) ? upper_quantile(student(df), line, p) : none;
}

double f_cdf(double x, double df1, double df2) {
  return positive(df1) && positive(df2) && !(x < 0) ? lower_tail(fisher(df1, df2), half_line, x) : none;
}
double f_upper(double x, double df1, double df2) {
  return positive(df1) && positive(df2) && !(x < 0) ? upper_tail(fisher(df1, df2), half_line, x) : none;
}
double f_quantile(double p, double df1, double df2) {
  return positive(df1) && positive(df2) ? lower_quantile(fisher(df1, df2), half_line, p) : none;
}
double f_upper_quantile(double p, double df1, double df2) {
  return positive(df1) && positive(df2) ? upper_quantile(fisher(df1, df2), half_line, p) : none;
}

double chi_square_cdf(double x, double df) {
  return positive(df) && !(x < 0) ? lower_tail(chi_square(df), half_line, x) : none;
}
double chi_square_upper(double x, double df) {
  return positive(df) && !(x < 0) ? upper_tail(chi_square(df), half_line, x) : none;
}
double chi_square_quantile(double p, double df) {
  return positive(df) ? lower_quantile(chi_square(df), half_line, p) : none;
}
double chi_square_upper_quantile(double p, double df) {
  return positive(df) ? upper_quantile(chi_square(df), half_line, p) : none;
}

double beta_cdf(double x, double a, double b) {
  return positive(a) && positive(b) && probable(x) ? lower_tail(beta(a, b), unit, x) : none;
}
double beta_upper(double x, double a, double b) {
  return positive(a) && positive(b) && probable(x) ? upper_tail(beta(a, b), unit, x) : none;
}
double beta_quantile(double p, double a, double b) {
  return positive(a) && positive(b) ? lower_quantile(beta(a, b), unit, p) : none;
}
double beta_upper_quantile(double p, double a, double b) {
  return positive(a) && positive(b) ? upper_quantile(beta(a, b), unit, p) : none;
}

double binomial_probability(int64_t k, int64_t n, double share) {
  if (!binomial_valid(n, share)) return none;
  steps on = binomial_steps(n, share);
  if (on.least == on.most) return k == on.least;
  return point_probability(binomial(static_cast<double>(n), share), on, k);
}
double binomial_cdf(int64_t k, int64_t n, double share) {
  if (!binomial_valid(n, share)) return none;
  return lower_sum(binomial(static_cast<double>(n), share), binomial_steps(n, share), k);
}
double binomial_upper(int64_t k, int64_t n, double share) {
  if (!binomial_valid(n, share)) return none;
  return upper_sum(binomial(static_cast<double>(n), share), binomial_steps(n, share), k);
}
double binomial_quantile(double p, int64_t n, double share) {
  if (!binomial_valid(n, share)) return none;
  steps on = binomial_steps(n, share);
  if (on.least == on.most) return probable(p) ? static_cast<double>(on.least) : none;
  return step_quantile(binomial(static_cast<double>(n), share), on, p);
}

double hypergeometric_probability(int64_t k, int64_t n, int64_t marked, int64_t size) {
  if (!hypergeometric_valid(n, marked, size)) return none;
  steps on = hypergeometric_steps(n, marked, size);
  if (on.least == on.most) return k == on.least;
  return point_probability(hypergeometric_of(n, marked, size), on, k);
}
double hypergeometric_cdf(int64_t k, int64_t n, int64_t marked, int64_t size) {
  if (!hypergeometric_valid(n, marked, size)) return none;
  return lower_sum(hypergeometric_of(n, marked, size), hypergeometric_steps(n, marked, size), k);
}
double hypergeometric_upper(int64_t k, int64_t n, int64_t marked, int64_t size) {
  if (!hypergeometric_valid(n, marked, size)) return none;
  return upper_sum(hypergeometric_of(n, marked, size), hypergeometric_steps(n, marked, size), k);
}
double hypergeometric_quantile(double p, int64_t n, int64_t marked, int64_t size) {
  if (!hypergeometric_valid(n, marked, size)) return none;
  steps on = hypergeometric_steps(n, marked, size);
  if (on.least == on.most) return probable(p) ? static_cast<double>(on.least) : none;
  return step_quantile(hypergeometric_of(n, marked, size), on, p);
}

double poisson_probability(int64_t k, double mean) {
  if (!poisson_valid(mean)) return none;
  steps on = poisson_steps(mean);
  if (mean == 0) return k == 0;
  return point_probability(poisson(mean), on, k);
}
double poisson_cdf(int64_t k, double mean) {
  if (!poisson_valid(mean)) return none;
  return mean == 0 ? k >= 0 : lower_sum(poisson(mean), poisson_steps(mean), k);
}
double poisson_upper(int64_t k, double mean) {
  if (!poisson_valid(mean)) return none;
  return mean == 0 ? k < 0 : upper_sum(poisson(mean), poisson_steps(mean), k);
}
double poisson_quantile(double p, double mean) {
  if (!poisson_valid(mean)) return none;
  if (mean == 0) return probable(p) ? 0 : none;
  return step_quantile(poisson(mean), poisson_steps(mean), p);
}
