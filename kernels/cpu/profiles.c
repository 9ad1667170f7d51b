#include "kernels/cpu/cpu.h"
#include "kernels/profile.h"

#include <string.h>

enum kernel_status cpu_profiles(struct kernel_context *context, const struct kernel_profiles *call) {
  (void)context;
  if (!profiles_fit(call)) return KERNEL_ARGUMENT;
  for (int32_t i = 0; i < call->count; i++) {
    const struct kernel_profile *p = &call->profiles[i];
    struct kernel_bin *bins = (struct kernel_bin *)call->bins->bytes + p->at;
    const struct profile_frame frame = profile_frame_of(p);
    const struct profile_reach reach = profile_reach_of(p);
    int32_t top, bottom, left, right;
    memset(bins, 0, (size_t)p->bins * sizeof *bins);
    profile_rows(p, &reach, call->photo.height, &top, &bottom);
    for (int32_t y = top; y < bottom; y++) {
      const uint8_t *row = cpu_row8(&call->photo, y);
      float v = profile_v(&frame, y);
      profile_columns(p, &reach, y, call->photo.width, &left, &right);
      for (int32_t x = left; x < right; x++) {
        int32_t place = profile_place(&frame, profile_u(&frame, x), v * frame.ny, v * frame.nx);
        if (place >= 0) bins[place / KERNEL_PROFILE_FINE].word += profile_word(place, row[x]);
      }
    }
  }
  return KERNEL_OK;
}
