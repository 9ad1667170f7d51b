#include "engine/colour_profile.h"
#include "tests/engine/samples.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const int channels[] = {1, 3, 4};
  for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
    uint8_t pixels[16 * 4];
    struct fault fault = {0};
    for (size_t p = 0; p < sizeof pixels; p++) pixels[p] = (uint8_t)(37 * p);
    (void)profile_is_srgb(bytes, size, channels[i]);
    if (!profile_apply(bytes, size, pixels, channels[i], 16, &fault) != !fault.text[0]) __builtin_trap();
  }
  return 0;
}

uint8_t *fuzz_seed(int i, size_t *size) {
  struct blob seed = {0};
  if (i == 0) seed = sample_profile_srgb();
  if (i == 1) seed = sample_profile_display_p3();
  if (i == 2) seed = sample_profile_grey(2.2);
  *size = seed.size;
  return seed.bytes;
}
