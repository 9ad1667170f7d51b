#include "engine/select.h"

double select_value(double *values, size_t count, size_t k) {
  size_t low = 0, high = count - 1;
  while (low < high) {
    double middle = values[low + (high - low) / 2];
    size_t i = low, j = high;
    for (;;) {
      while (values[i] < middle) i++;
      while (values[j] > middle) j--;
      if (i >= j) break;
      double swapped = values[i];
      values[i++] = values[j], values[j--] = swapped;
    }
    /* Up to j no value is above the middle, behind it none below. */
    if (k <= j)
      high = j;
    else
      low = j + 1;
  }
  return values[k];
}
