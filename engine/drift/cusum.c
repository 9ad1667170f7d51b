#include "engine/drift/cusum.h"

#include <math.h>

void cusum_begin(struct cusum *cusum, double target, double sigma, double k, double h) {
  *cusum = (struct cusum){.target = target, .allowance = k * sigma, .decision = h * sigma};
}

bool cusum_add(struct cusum *cusum, double value) {
  cusum->high = fmax(0, cusum->high + value - cusum->target - cusum->allowance);
  cusum->low = fmax(0, cusum->low + cusum->target - value - cusum->allowance);
  cusum->high_run = cusum->high > 0 ? cusum->high_run + 1 : 0;
  cusum->low_run = cusum->low > 0 ? cusum->low_run + 1 : 0;
  return cusum->high > cusum->decision || cusum->low > cusum->decision;
}
