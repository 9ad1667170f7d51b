#include "kernels/cpu/fast/fast.h"

#include <string.h>

/* __builtin_cpu_supports asks the processor and, for registers that a kernel of the system must save, the system. */
static bool always(void) {
  return true;
}

#if defined __x86_64__
static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

static bool has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
#endif

/* The best first. */
static const struct {
  const struct kernel_backend *backend;
  bool (*runs_here)(void);
} levels[] = {
#if defined __x86_64__
    {&kernel_cpu_avx512, has_avx512},
    {&kernel_cpu_avx2, has_avx2},
#endif
    {&kernel_cpu_baseline, always},
    {&kernel_cpu, always},
};

const struct kernel_backend *kernel_cpu_level(const char *name) {
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
    if ((!name || !strcmp(name, levels[i].backend->level)) && levels[i].runs_here()) return levels[i].backend;
  return NULL;
}
