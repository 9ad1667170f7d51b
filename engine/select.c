#include "engine/select.h"

#include <stdbool.h>

/* The middle one of three. */
static double middle_of(double a, double b, double c) {
  double low = a < b ? a : b, high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

/* Brings those that are less than the pivot, or `equal`, to the front: as many as it returns. Each is moved whether it
 * belongs there or not, since the processor cannot guess which do. */
static size_t part(double *values, size_t count, double pivot, bool equal) {
  size_t front = 0;
  for (size_t i = 0; i < count; i++) {
    double value = values[i];
    values[i] = values[front], values[front] = value;
    front += equal ? !(value > pivot) : value < pivot;
  }
  return front;
}

double select_value(double *values, size_t count, size_t k) {
  while (count > 1) {
    double pivot = middle_of(values[0], values[count / 2], values[count - 1]);
    size_t less = part(values, count, pivot, false);
    if (k < less) {
      count = less;
      continue;
    }
    /* The pivot is the least of what is left, which may all be like it. */
    if (!less) {
      less = part(values, count, pivot, true);
      if (k < less) return pivot;
    }
    values += less, count -= less, k -= less;
  }
  return values[0];
}
