/* The CPU backend's fast versions: one source an operation, compiled once a level with the level's flags (see
 * kernels/CMakeLists.txt), each the same bytes as the reference.
 *
 * FAST_LEVEL is baseline, avx2 or avx512; every function that leaves its file has the level in its name. The loops are
 * written so that the compiler makes vectors of whatever width the level has; what it cannot express stands in lanes.h.
 * Calls that a fast version does not suit (a photo of one column, say) go to the reference. */
#ifndef ASSAY_KERNELS_CPU_FAST_FAST_H
#define ASSAY_KERNELS_CPU_FAST_FAST_H

#include "kernels/cpu/cpu.h"

#define FAST_JOIN_LEVEL(name, level) name##_##level
#define FAST_JOIN(name, level) FAST_JOIN_LEVEL(name, level)
#define FAST(name) FAST_JOIN(name, FAST_LEVEL)

#define FAST_DECLARE(level)                                                                                            \
  extern const struct kernel_backend kernel_cpu_##level;                                                               \
  enum kernel_status cpu_halve_##level(struct kernel_context *, const struct kernel_halve *);                          \
  enum kernel_status cpu_halve_mask_##level(struct kernel_context *, const struct kernel_halve_mask *);                \
  enum kernel_status cpu_tile_sums_##level(struct kernel_context *, const struct kernel_tile_sums *);                  \
  enum kernel_status cpu_warp_##level(struct kernel_context *, const struct kernel_warp *);                            \
  enum kernel_status cpu_warp_chroma_##level(struct kernel_context *, const struct kernel_warp_chroma *);              \
  enum kernel_status cpu_bend_##level(struct kernel_context *, const struct kernel_bend *);                            \
  enum kernel_status cpu_focus_sums_##level(struct kernel_context *, const struct kernel_focus_sums *);                \
  enum kernel_status cpu_accumulate_##level(struct kernel_context *, const struct kernel_accumulate *);                \
  enum kernel_status cpu_statistics_##level(struct kernel_context *, const struct kernel_statistics *);                \
  enum kernel_status cpu_limits_##level(struct kernel_context *, const struct kernel_limits *);                        \
  enum kernel_status cpu_limits_of_one_##level(struct kernel_context *, const struct kernel_limits_of_one *);          \
  enum kernel_status cpu_compare_##level(struct kernel_context *, const struct kernel_compare *);                      \
  enum kernel_status cpu_compare_of_one_##level(struct kernel_context *, const struct kernel_compare_of_one *);        \
  enum kernel_status cpu_components_##level(struct kernel_context *, const struct kernel_components *);                \
  enum kernel_status cpu_profiles_##level(struct kernel_context *, const struct kernel_profiles *);                    \
  enum kernel_status cpu_cell_sums_##level(struct kernel_context *, const struct kernel_cell_sums *);

FAST_DECLARE(baseline)
#if defined __x86_64__
FAST_DECLARE(avx2)
FAST_DECLARE(avx512)
#endif

#endif
