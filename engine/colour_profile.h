/* Embedded ICC profiles, converted to sRGB by lcms2 with perceptual intent. */
#ifndef ASSAY_ENGINE_COLOUR_PROFILE_H
#define ASSAY_ENGINE_COLOUR_PROFILE_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the pixels of a photo with this profile (NULL: none) and this many channels (1 grey, 3 RGB) may be taken as
 * sRGB as they are: an RGB profile that moves no colour by more than 2 of 255, as those that say "sRGB" do. A profile
 * that cannot be read is not. */
bool profile_is_srgb(const uint8_t *profile, size_t size, int channels);

/* Converts pixels in place: channels 1 (grey) to grey of sRGB, 3 (RGB) to RGB, 4 (CMYK, 255: full ink) to RGB at the
 * front of the same memory. Grey pixels under an RGB profile are taken as R = G = B. STATUS_INVALID for a profile that
 * is damaged or for another kind of pixels. */
enum status profile_apply(const uint8_t *profile, size_t size, uint8_t *pixels, int channels, size_t count,
                          struct fault *fault);

#endif
