#include "kernels/cpu/fast/fast.h"

#define FAST_TEXT_OF(level) #level
#define FAST_TEXT(level) FAST_TEXT_OF(level)

const struct kernel_backend FAST(kernel_cpu) = {
    .name = "cpu",
    .level = FAST_TEXT(FAST_LEVEL),
    .open = cpu_open,
    .close = cpu_close,
    .wait = cpu_wait,
    .memory = {.allocate = cpu_allocate,
               .borrow = cpu_borrow,
               .view = cpu_view,
               .release = cpu_release,
               .upload = cpu_upload,
               .download = cpu_download},
    .operations = {.halve = FAST(cpu_halve),
                   .halve_mask = FAST(cpu_halve_mask),
                   .tile_sums = FAST(cpu_tile_sums),
                   .warp = FAST(cpu_warp),
                   .warp_chroma = FAST(cpu_warp_chroma),
                   .bend = FAST(cpu_bend),
                   .focus_sums = FAST(cpu_focus_sums),
                   .accumulate = FAST(cpu_accumulate),
                   .statistics = FAST(cpu_statistics),
                   .limits = FAST(cpu_limits),
                   .limits_of_one = FAST(cpu_limits_of_one),
                   .compare = FAST(cpu_compare),
                   .components = FAST(cpu_components),
                   .profiles = FAST(cpu_profiles),
                   .cell_sums = FAST(cpu_cell_sums),
                   .compare_of_one = FAST(cpu_compare_of_one)},
};
