/* The program, with CUDA on the CPU as its backend. What control.h decides comes from the environment:
 *   CUDA_ON_CPU_DEVICES=COUNT  CUDA_ON_CPU_BUSY=1  CUDA_ON_CPU_LOSE=CALL (that call and all after it fail)
 *   CUDA_ON_CPU_RANDOM=SEED (order of threads, streams deferred) */
#include "tests/cuda_on_cpu/control.h"

#include <stdlib.h>

/* main of cli/main.c */
int assay_main(int argc, char **argv);

static long number(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text ? strtol(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
  enum { LAUNCH_FAILURE = 719 };
  cuda_on_cpu_devices((int)number("CUDA_ON_CPU_DEVICES", 1));
  cuda_on_cpu_busy(number("CUDA_ON_CPU_BUSY", 0) != 0);
  if (number("CUDA_ON_CPU_LOSE", -1) >= 0) cuda_on_cpu_lose(number("CUDA_ON_CPU_LOSE", -1), LAUNCH_FAILURE);
  if (number("CUDA_ON_CPU_RANDOM", -1) >= 0) {
    cuda_on_cpu_order(CUDA_ON_CPU_RANDOM, (uint64_t)number("CUDA_ON_CPU_RANDOM", 0));
    cuda_on_cpu_defer(true);
  }
  return assay_main(argc, argv);
}
