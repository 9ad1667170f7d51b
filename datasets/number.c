#include "datasets/number.h"

#include <math.h>
#include <string.h>

#define LN2 0.693147180559945309417

static double scale_by_power_of_two(double x, int n) {
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return x * power;
}

double number_exp(double x) {
  if (x < -700) return 0;
  if (x > 700) x = 700;
  double n = floor(x / LN2 + 0.5);
  double r = x - n * LN2, sum = 1;
  for (int i = 18; i >= 1; i--) sum = 1 + r * sum / i;
  return scale_by_power_of_two(sum, (int)n);
}

double number_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int n = (int)(bits >> 52) - 1022;
  bits = (bits & 0xFFFFFFFFFFFFFu) | (1022ull << 52);
  double m;
  memcpy(&m, &bits, sizeof m); /* 0.5 <= m < 1 */
  if (m < 0.70710678118654752440) m *= 2, n--;
  double s = (m - 1) / (m + 1), square = s * s, sum = 0;
  for (int i = 23; i >= 1; i -= 2) sum = 1.0 / i + square * sum;
  return 2 * s * sum + n * LN2;
}

double number_pow(double x, double y) {
  return x > 0 ? number_exp(y * number_log(x)) : 0;
}

double number_sin(double x) {
  x -= 2 * NUMBER_PI * floor(x / (2 * NUMBER_PI) + 0.5);
  if (x > NUMBER_PI / 2) x = NUMBER_PI - x;
  if (x < -NUMBER_PI / 2) x = -NUMBER_PI - x;
  double square = x * x, sum = 1;
  for (int i = 20; i >= 2; i -= 2) sum = 1 - square * sum / (i * (i + 1));
  return x * sum;
}

double number_cos(double x) {
  return number_sin(x + NUMBER_PI / 2);
}

static double normal_upper_tail(double x) {
  /* Continued fraction from the far end for large x, the series of the distribution for small x. */
  double density = number_exp(-x * x / 2) / 2.50662827463100050242;
  if (x > 3) {
    double tail = x;
    for (int i = 60; i >= 1; i--) tail = x + i / tail;
    return density / tail;
  }
  double term = x, sum = x;
  for (int i = 1; i < 80; i++) term *= x * x / (2 * i + 1), sum += term;
  return 0.5 - density * sum;
}

double number_normal_quantile(double p) {
  double tail = p < 0.5 ? p : 1 - p;
  double t = sqrt(-2 * number_log(tail));
  double x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int i = 0; i < 2; i++) x += (normal_upper_tail(x) - tail) * 2.50662827463100050242 * number_exp(x * x / 2);
  return p < 0.5 ? -x : x;
}

uint64_t number_mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

struct random random_stream(uint64_t seed, uint64_t stream, uint64_t index) {
  struct random random;
  uint64_t x = number_mix(number_mix(number_mix(seed) ^ stream) ^ index);
  for (int i = 0; i < 4; i++) random.s[i] = x = number_mix(x);
  return random;
}

static uint64_t rotate_left(uint64_t x, int k) {
  return (x << k) | (x >> (64 - k));
}

uint64_t random_bits(struct random *random) {
  uint64_t *s = random->s, result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3];
  s[2] ^= t, s[3] = rotate_left(s[3], 45);
  return result;
}

double random_uniform(struct random *random) {
  return (double)(random_bits(random) >> 11) * 0x1p-53;
}

double random_range(struct random *random, double low, double high) {
  return low + (high - low) * random_uniform(random);
}

double random_log_range(struct random *random, double low, double high) {
  return low * number_pow(high / low, random_uniform(random));
}

int random_below(struct random *random, int n) {
  return (int)((random_bits(random) >> 33) % (uint64_t)n);
}

double random_normal(struct random *random) {
  return number_normal_quantile(((double)(random_bits(random) >> 12) + 0.5) * 0x1p-52);
}

double number_to_linear(double value) {
  return value <= 0.04045 ? value / 12.92 : number_pow((value + 0.055) / 1.055, 2.4);
}

double number_to_srgb(double linear) {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * number_pow(linear, 1 / 2.4) - 0.055;
}
