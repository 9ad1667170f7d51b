#include "engine/colour_profile.h"

#include "engine/colour.h"
#include "engine/colour_matrix.h"

#include <lcms2.h>

#include <stdlib.h>

/* Real profiles have at most a few megabytes (CMYK tables). */
enum { LONGEST_PROFILE = 16 << 20 };

/* A transform of 8-bit pixels to sRGB, NULL on failure: lcms works on 8-bit pixels in integers once it is made. */
static cmsHTRANSFORM transform_to_srgb(cmsHPROFILE profile, cmsUInt32Number from, cmsUInt32Number flags) {
  cmsHPROFILE srgb = cmsCreate_sRGBProfile();
  if (!srgb) return NULL;
  cmsHTRANSFORM transform = cmsCreateTransform(profile, from, srgb, TYPE_RGB_8, INTENT_PERCEPTUAL, flags);
  cmsCloseProfile(srgb);
  return transform;
}

static cmsHPROFILE opened(const uint8_t *profile, size_t size) {
  if (!profile || size < 128 || size > LONGEST_PROFILE) return NULL;
  return cmsOpenProfileFromMem(profile, (cmsUInt32Number)size);
}

static bool moves_nothing(cmsHTRANSFORM transform) {
  for (int r = 0; r <= 255; r += 51)
    for (int g = 0; g <= 255; g += 51)
      for (int b = 0; b <= 255; b += 17) {
        const uint8_t in[3] = {(uint8_t)r, (uint8_t)g, (uint8_t)b};
        uint8_t out[3];
        cmsDoTransform(transform, in, out, 1);
        for (int i = 0; i < 3; i++)
          if (abs(in[i] - out[i]) > 2) return false;
      }
  return true;
}

bool profile_is_srgb(const uint8_t *bytes, size_t size, int channels) {
  if (!bytes) return true;
  if (channels != 1 && channels != 3) return false;
  bool same = false;
  cmsHPROFILE profile = opened(bytes, size);
  if (profile && cmsGetColorSpace(profile) == cmsSigRgbData) {
    cmsHTRANSFORM transform = transform_to_srgb(profile, TYPE_RGB_8, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
    if (transform) {
      same = moves_nothing(transform);
      cmsDeleteTransform(transform);
    }
  }
  if (profile) cmsCloseProfile(profile);
  return same;
}

/* Grey has 256 colours: each goes through the transform once. */
static void apply_to_grey(cmsHTRANSFORM transform, bool rgb_profile, uint8_t *pixels, size_t count) {
  uint8_t table[256];
  for (int v = 0; v < 256; v++) {
    const uint8_t in[3] = {(uint8_t)v, (uint8_t)v, (uint8_t)v};
    uint8_t out[3];
    cmsDoTransform(transform, rgb_profile ? in : &in[0], out, 1);
    table[v] = colour_luma(out[0], out[1], out[2]);
  }
  for (size_t i = 0; i < count; i++) pixels[i] = table[pixels[i]];
}

static void apply_to_colour(cmsHTRANSFORM transform, uint8_t *pixels, int channels, size_t count) {
  const size_t most = 1 << 16;
  for (size_t done = 0; done < count; done += most) {
    const size_t n = count - done < most ? count - done : most;
    cmsDoTransform(transform, pixels + done * (size_t)channels, pixels + done * 3, (cmsUInt32Number)n);
  }
}

enum status profile_apply(const uint8_t *bytes, size_t size, uint8_t *pixels, int channels, size_t count,
                          struct fault *fault) {
  if (profile_is_srgb(bytes, size, channels)) return STATUS_OK;
  cmsHPROFILE profile = opened(bytes, size);
  if (!profile)
    return fault_set(fault, STATUS_INVALID,
                     "the photo's colour profile (%zu bytes) is damaged: expected a valid ICC profile or none", size);
  struct colour_matrix matrix;
  if (channels == 3 && colour_matrix_make(profile, &matrix)) {
    cmsCloseProfile(profile);
    colour_matrix_apply(&matrix, pixels, count);
    return STATUS_OK;
  }
  static const char *const KINDS[] = {"", "grey", "", "RGB", "CMYK"};
  const cmsColorSpaceSignature space = cmsGetColorSpace(profile);
  const bool rgb = space == cmsSigRgbData;
  cmsUInt32Number from = 0;
  if (channels == 1 && space == cmsSigGrayData) from = TYPE_GRAY_8;
  if ((channels == 1 || channels == 3) && rgb) from = TYPE_RGB_8;
  if (channels == 4 && space == cmsSigCmykData) from = TYPE_CMYK_8;
  cmsHTRANSFORM transform = from ? transform_to_srgb(profile, from, 0) : NULL;
  cmsCloseProfile(profile);
  if (!transform)
    return fault_set(fault, STATUS_INVALID,
                     "the photo's colour profile cannot be used: its pixels are %s, the profile is %s; expected a "
                     "profile for such pixels that can be converted to sRGB",
                     KINDS[channels], from ? "incomplete" : "for other pixels");
  if (channels == 1)
    apply_to_grey(transform, rgb, pixels, count);
  else
    apply_to_colour(transform, pixels, channels, count);
  cmsDeleteTransform(transform);
  return STATUS_OK;
}
