/* Elementary functions that give the same bits everywhere: only + - x / sqrt floor in a fixed order, in double, for the
 * result path of a photo, where libm's may not be used (they change bits with the processor). Shared by C and CUDA.
 *
 * Largest errors, against 40 digits (tests/kernels/math_test.c holds them):
 *   math_exp    relative 4e-16 over -700..700; 0 under -745, INFINITY over 709.7
 *   math_erf    absolute 5e-16
 *   math_sin, math_cos, math_sin_cos  absolute 3e-16 for |x| <= 1e4; further out the reduction loses a digit a decade
 *   math_atan2  absolute 5e-16
 *   math_log    relative 4e-16, absolute 2e-16 near 1; x above 0 and finite, not subnormal
 *   math_cbrt   relative 4e-16
 * NAN gives NAN. Methods: exp and the trigonometric functions by Cody and Waite's reduction (Software Manual for the
 * Elementary Functions, 1980) and Taylor's series; erf by Chebyshev interpolation in half-unit steps; atan by the
 * addition theorem about sixteenths and Taylor's series; log by the series of atanh about 1; the cube root by Newton's
 * steps. */
#ifndef ASSAY_KERNELS_MATH_H
#define ASSAY_KERNELS_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __CUDACC__
#define MATH_FN static __host__ __device__ inline
#else
#define MATH_FN static inline
#endif

#define MATH_PI 3.14159265358979323846

/* 2^n, n in -1022..1023. */
MATH_FN double math_power_of_two(int n) {
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

MATH_FN double math_exp(double x) {
  if (!(x >= -745)) return x < 0 ? 0 : x;
  if (x > 709.7) return INFINITY;
  /* ln 2 in two parts, the first with so few bits that its multiples are exact. */
  const double high = 6.93147180369123816490e-01, low = 1.90821492927058770002e-10;
  double n = floor(x * 1.44269504088896340736 + 0.5);
  double r = (x - n * high) - n * low, sum = 0;
  const double term[13] = {
      1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
      1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       0.5,          1.0};
  for (int i = 0; i < 13; i++) sum = (sum + term[i]) * r;
  int half = (int)n / 2;
  return (1 + sum) * math_power_of_two(half) * math_power_of_two((int)n - half);
}

/* x = m 2^e, m in sqrt(1/2)..sqrt(2); x above 0, finite and not subnormal. */
MATH_FN double math_mantissa(double x, int *exponent) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  *exponent = (int)(bits >> 52) - 1023;
  bits = (bits & 0xFFFFFFFFFFFFFu) | (uint64_t)1023 << 52;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.41421356237309504880) m *= 0.5, ++*exponent;
  return m;
}

MATH_FN double math_log(double x) {
  if (!(x >= 2.2250738585072014e-308 && x < INFINITY)) return x == 0 ? -INFINITY : x == INFINITY ? INFINITY : NAN;
  int e;
  double m = math_mantissa(x, &e), t = (m - 1) / (m + 1), s = t * t, sum = 1.0 / 23;
  for (int k = 21; k >= 3; k -= 2) sum = sum * s + 1.0 / k;
  /* ln 2 in two parts, as in math_exp. */
  const double high = 6.93147180369123816490e-01, low = 1.90821492927058770002e-10;
  return e * high + (2 * t + (2 * t * s * sum + e * low));
}

MATH_FN double math_cbrt(double x) {
  double size = x < 0 ? -x : x;
  if (!(size >= 2.2250738585072014e-308 && size < INFINITY)) return x;
  int e;
  double m = math_mantissa(size, &e);
  int third = e >= 0 ? e / 3 : -((2 - e) / 3);
  m *= math_power_of_two(e - 3 * third); /* now below 2^2.5 */
  double y = 0.55 + 0.45 * m;
  for (int i = 0; i < 7; i++) y = (2 * y + m / (y * y)) / 3;
  y *= math_power_of_two(third);
  return x < 0 ? -y : y;
}

MATH_FN double math_erf(double x) {
  /* Coefficients of (|x| - (k + 0.5) / 2)^i for |x| in k/2..(k + 1)/2. */
  const double c[12][13] = {
      {0.27632639016823696, 1.0600141293761074, -0.26500353234402113, -0.30917078773162976, 0.12698085924485081,
       0.080053150002410395, -0.040532657906014902, -0.016165062434274517, 0.0096958639702727657, 0.0026039737025157265,
       -0.0018533147581436197, -0.0003345214123008225, 0.00028709445762816447},
      {0.71115563365351508, 0.64293106919522136, -0.48219830189640955, 0.026788794543501786, 0.15068696934444664,
       -0.053242728361090105, -0.02687250976591225, 0.018435190884224368, 0.002301801113337827, -0.0039670771167493925,
       0.0001856897012118463, 0.00060877853132572108, -0.00010177357016492407},
      {0.92290012825645829, 0.23652112244728046, -0.29565140305911297, 0.16753579507145436, -0.00615940423063111,
       -0.047181036997026637, 0.02130127299335265, 0.0036260151336842059, -0.005697679705563093, 0.00087676692910295827,
       0.00079355584750071754, -0.00031277808913709527, -5.3316594905164446e-05},
      {0.98667167121918242, 0.052774995930153605, -0.092356242877762271, 0.090157284712560112, -0.04810220983256315,
       0.0066243616536975905, 0.0089630451492574929, -0.0060587616598175688, 0.00073004847619996299,
       0.00089445444711200371, -0.00044267665715115237, -8.9626896521699732e-06, 6.7727855437994702e-05},
      {0.99853728341331882, 0.0071423190220182677, -0.016070217799541101, 0.021724553691844097, -0.019083383636667155,
       0.010657679181907262, -0.002904357107826592, -0.00067045685564366719, 0.00099949573036159237,
       -0.00036935705533701438, -1.1520438720123666e-05, 6.4842845288652753e-05, -2.1997576289752314e-05},
      {0.99989937807788032, 0.00058627724709328394, -0.00161226242950776, 0.0027603887052943489, -0.0032581136597063169,
       0.0027558083849222909, -0.0016573273939687028, 0.00064604255585893082, -8.901210383632354e-05,
       -7.1265760726929613e-05, 5.50112280515751e-05, -1.5297915660138196e-05, -1.2542222065322328e-06},
      {0.99999569722053627, 2.9189025383682848e-05, -9.486433249664013e-05, 0.00019580971190286752,
       -0.00028656933775044119, 0.00031379723129672558, -0.0002635285041945622, 0.00016999109560468729,
       -8.1647631486967805e-05, 2.5922371652172955e-05, -2.3288489991743236e-06, -2.9739665618232063e-06,
       1.9043571659867285e-06},
      {0.99999988627274339, 8.8143219124319177e-07, -3.3053707171273867e-06, 7.9696160572884986e-06,
       -1.3841239874298722e-05, 1.8370975650019541e-05, -1.9272721912547016e-05, 1.6275267070709673e-05,
       -1.112820190709766e-05, 6.1098275804793114e-06, -2.6039893010936802e-06, 7.6334403285666627e-07,
       -8.1456830377609675e-08},
      {0.99999999814942586, 1.6143993716284223e-08, -6.8611973307356189e-08, 1.8901926124330675e-07,
       -3.7879526955071628e-07, 5.8724599500819086e-07, -7.3091998473871599e-07, 7.4773535929652897e-07,
       -6.3783406068196586e-07, 4.567355317165446e-07, -2.7501633242363667e-07, 1.4123366953098235e-07,
       -5.6507925095344813e-08},
      {0.9999999999815149, 1.7934356995640735e-10, -8.5188195897723605e-10, 2.6378451871301703e-09,
       -5.9809213237041704e-09, 1.0572374709585257e-08, -1.5144707233964314e-08, 1.8037520443677444e-08,
       -1.8173300634921517e-08, 1.5643049837377525e-08, -1.1647987047745826e-08, 7.9170801713479159e-09,
       -4.3395736804273492e-09},
      {0.99999999999988687, 1.2084074567591945e-12, -6.3441392181279539e-12, 2.1801691445521228e-11,
       -5.5114713007056759e-11, 1.0919953510095717e-10, -1.7640297187505831e-10, 2.3865151566277741e-10,
       -2.7539275208302743e-10, 2.7363395529381993e-10, -2.3900896298940349e-10, 1.994210917956294e-10,
       -1.3272826851560282e-10},
      {0.99999999999999956, 4.9384848851270047e-15, -2.839628940044541e-14, 1.0720639612636789e-13,
       -2.9875270142972763e-13, 6.5495453372777696e-13, -1.1756810362429683e-12, 1.7763456136508254e-12,
       -2.3009147450949143e-12, 2.57299472355673e-12, -2.5610504652508644e-12, 2.5340306261326981e-12,
       -1.9504107933076864e-12},
  };
  double size = x < 0 ? -x : x;
  if (!(size < 6)) return size >= 6 ? (x < 0 ? -1 : 1) : x;
  int k = (int)(2 * size);
  double h = size - 0.5 * (k + 0.5), sum = c[k][12];
  for (int i = 11; i >= 0; i--) sum = sum * h + c[k][i];
  return x < 0 ? -sum : sum;
}

/* sin and cos of r in -pi/4..pi/4. */
MATH_FN double math_sin_near(double r) {
  double s = r * r, sum = -1.0 / 1307674368000;
  sum = sum * s + 1.0 / 6227020800;
  sum = sum * s - 1.0 / 39916800;
  sum = sum * s + 1.0 / 362880;
  sum = sum * s - 1.0 / 5040;
  sum = sum * s + 1.0 / 120;
  sum = sum * s - 1.0 / 6;
  return r + r * s * sum;
}

MATH_FN double math_cos_near(double r) {
  double s = r * r, sum = 1.0 / 20922789888000;
  sum = sum * s - 1.0 / 87178291200;
  sum = sum * s + 1.0 / 479001600;
  sum = sum * s - 1.0 / 3628800;
  sum = sum * s + 1.0 / 40320;
  sum = sum * s - 1.0 / 720;
  sum = sum * s + 1.0 / 24;
  return 1 - (0.5 * s - s * s * sum);
}

/* sin and cos of x. */
MATH_FN void math_sin_cos(double x, double *sine, double *cosine) {
  *sine = *cosine = NAN;
  if (!(x >= -1e9 && x <= 1e9)) return;
  /* pi/2 in three parts. */
  const double a = 1.57079632673412561417e+00, b = 6.07710050630396597660e-11, c = 2.02226624879595063154e-21;
  double n = floor(x * 0.63661977236758134308 + 0.5), r = ((x - n * a) - n * b) - n * c;
  double near_sine = math_sin_near(r), near_cosine = math_cos_near(r);
  int q = (int)n & 3, swapped = q & 1;
  double s = swapped ? near_cosine : near_sine, k = swapped ? near_sine : near_cosine;
  *sine = q & 2 ? -s : s;
  *cosine = (q + 1) & 2 ? -k : k;
}

MATH_FN double math_sin(double x) {
  double sine, cosine;
  math_sin_cos(x, &sine, &cosine);
  return sine;
}
MATH_FN double math_cos(double x) {
  double sine, cosine;
  math_sin_cos(x, &sine, &cosine);
  return cosine;
}

/* atan of t in 0..1. */
MATH_FN double math_atan_unit(double t) {
  const double at[17] = {0,
                         0.06241880999595735,
                         0.12435499454676144,
                         0.18534794999569476,
                         0.24497866312686414,
                         0.30288486837497142,
                         0.35877067027057225,
                         0.41241044159738732,
                         0.46364760900080609,
                         0.51238946031073773,
                         0.55859931534356244,
                         0.60228734613496415,
                         0.64350110879328437,
                         0.68231655487474807,
                         0.71882999962162453,
                         0.75315128096219441,
                         0.78539816339744828};
  int k = (int)(16 * t + 0.5);
  double c = k / 16.0, r = (t - c) / (1 + t * c), s = r * r, sum = 1.0 / 13;
  sum = sum * s - 1.0 / 11;
  sum = sum * s + 1.0 / 9;
  sum = sum * s - 1.0 / 7;
  sum = sum * s + 1.0 / 5;
  sum = sum * s - 1.0 / 3;
  return at[k] + (r + r * s * sum);
}

/* The angle of (x, y), -pi..pi; 0 for the origin, NAN where one is not finite. */
MATH_FN double math_atan2(double y, double x) {
  double u = x < 0 ? -x : x, v = y < 0 ? -y : y;
  if (u == 0 && v == 0) return 0;
  if (!(u < INFINITY && v < INFINITY)) return NAN;
  double angle = v <= u ? math_atan_unit(v / u) : 0.5 * MATH_PI - math_atan_unit(u / v);
  if (x < 0) angle = MATH_PI - angle;
  return y < 0 ? -angle : angle;
}

#endif
