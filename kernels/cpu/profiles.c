#include "kernels/cpu/cpu.h"
#include "kernels/profile.h"

#include <string.h>

static void add_row(const struct kernel_profile *p, const uint8_t *row, int32_t y, int32_t low, int32_t high,
                    struct kernel_bin *bins) {
  for (int32_t x = low; x < high; x++) {
    uint32_t fine;
    int32_t bin = profile_bin(p, x, y, &fine);
    if (bin < 0) continue;
    bins[bin].count++;
    bins[bin].sum += row[x];
    bins[bin].place += fine;
  }
}

enum kernel_status cpu_profiles(struct kernel_context *context, const struct kernel_profiles *call) {
  (void)context;
  if (!profiles_fit(call)) return KERNEL_ARGUMENT;
  for (int32_t i = 0; i < call->count; i++) {
    const struct kernel_profile *p = &call->profiles[i];
    struct kernel_bin *bins = (struct kernel_bin *)call->bins->bytes + p->at;
    struct profile_reach reach = profile_reach_of(p);
    int32_t top, bottom, left, right;
    memset(bins, 0, (size_t)p->bins * sizeof *bins);
    profile_rows(p, &reach, call->photo.height, &top, &bottom);
    for (int32_t y = top; y < bottom; y++) {
      profile_columns(p, &reach, y, call->photo.width, &left, &right);
      add_row(p, cpu_row8(&call->photo, y), y, left, right, bins);
    }
  }
  return KERNEL_OK;
}
