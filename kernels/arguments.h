/* Whether a call of an operation makes sense: what KERNEL_ARGUMENT stands for, the same for every backend.
 *
 * Views lie within their buffers, sizes fit together, buffers hold what the operation reads and writes, numbers are in
 * range. Nothing is read but the call itself, the tolerances of limits and the strips of profiles. Thread-safe. */
#ifndef ASSAY_KERNELS_ARGUMENTS_H
#define ASSAY_KERNELS_ARGUMENTS_H

#include "kernels/kernels.h"

#include <stdbool.h>

/* Memory of a backend, wherever it is. */
struct kernel_buffer {
  size_t size;
  void *bytes;
  bool borrowed; /* from the host */
};

enum { KERNEL_MOST_TOLERANCES = 255 };

#ifdef __cplusplus
extern "C" {
#endif

/* Whether bytes at..at + bytes - 1 lie within the buffer, which may be NULL. */
bool range_fits(const struct kernel_buffer *buffer, size_t at, size_t bytes);

/* Both operations that halve. */
bool halve_fits(const struct kernel_image *from, const struct kernel_image *to);
bool tile_sums_fits(const struct kernel_tile_sums *call);
bool warp_fits(const struct kernel_warp *call);
bool warp_chroma_fits(const struct kernel_warp_chroma *call);
bool bend_fits(const struct kernel_bend *call);
bool focus_sums_fit(const struct kernel_focus_sums *call);
bool accumulate_fits(const struct kernel_accumulate *call);
bool statistics_fit(const struct kernel_statistics *call);
bool limits_fit(const struct kernel_limits *call);
bool limits_of_one_fits(const struct kernel_limits_of_one *call);
bool compare_fits(const struct kernel_compare *call);
bool compare_of_one_fits(const struct kernel_compare_of_one *call);
bool components_fit(const struct kernel_components *call);
bool profiles_fit(const struct kernel_profiles *call);
bool cell_sums_fit(const struct kernel_cell_sums *call);

#ifdef __cplusplus
}
#endif

#endif
