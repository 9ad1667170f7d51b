/* Numbers of the synthetic sets: random numbers from a seed, and the few functions whose bits must not change with the
 * processor (glibc's do). No state is shared; every function may be called from any thread. */
#ifndef ASSAY_DATASETS_NUMBER_H
#define ASSAY_DATASETS_NUMBER_H

#include <stdint.h>

#define NUMBER_PI 3.14159265358979323846

/* exp, natural logarithm (x > 0), x^y (x >= 0), sine and cosine (radians, |x| < 1e6) to about 1e-14, by series in
 * double with + - x / only. */
double number_exp(double x);
double number_log(double x);
double number_pow(double x, double y);
double number_sin(double x);
double number_cos(double x);
/* The standard normal quantile of p, 0 < p < 1 (rational start by Abramowitz and Stegun 26.2.23, two Newton steps). */
double number_normal_quantile(double p);

/* Mixes 64 bits (the finaliser of SplitMix64): the source of counter-based random numbers. */
uint64_t number_mix(uint64_t x);

/* xoshiro256** of Blackman and Vigna. */
struct random {
  uint64_t s[4];
};

/* A stream of its own for each (seed, stream, index). */
struct random random_stream(uint64_t seed, uint64_t stream, uint64_t index);
uint64_t random_bits(struct random *random);
double random_uniform(struct random *random);                        /* [0, 1) */
double random_range(struct random *random, double low, double high); /* [low, high) */
double random_log_range(struct random *random, double low, double high);
int random_below(struct random *random, int n); /* 0 .. n-1, n >= 1 */
double random_normal(struct random *random);

/* sRGB's curves, value and light in 0..1. */
double number_to_linear(double value);
double number_to_srgb(double linear);

#endif
