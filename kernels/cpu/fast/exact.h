/* Divisions of whole numbers in floating point, exact, since vectors have no integer division.
 *
 * With a and b whole and a < 2^53, floor of the rounded a / b is the whole quotient: the next whole number above lies
 * at least 1 / b away, a share of more than 2^-53 of the quotient, so that rounding does not reach it. In float the
 * same holds for a < 2^24. A rounded square root of a whole number under 2^52 never reaches the next one either. */
#ifndef ASSAY_KERNELS_CPU_FAST_EXACT_H
#define ASSAY_KERNELS_CPU_FAST_EXACT_H

/* floor for 0 <= v < 2^51, without an instruction that the first processors of the architecture lack: the sum has no
 * bits left under 1. */
static inline double exact_floor(double v) {
  const double whole = 4503599627370496.0;
  double rounded = (v + whole) - whole;
  return rounded > v ? rounded - 1 : rounded;
}

#endif
