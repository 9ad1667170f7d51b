/* HEIC files made by libheif and x265. */
#ifndef ASSAY_TESTS_ENGINE_SAMPLES_HEIC_H
#define ASSAY_TESTS_ENGINE_SAMPLES_HEIC_H

#include "tests/engine/samples.h"

/* profile and exif may be NULL. Empty where libheif has no encoder. */
struct blob sample_heic(const uint8_t *rgb, int width, int height, const struct blob *profile, const struct blob *exif);

#endif
