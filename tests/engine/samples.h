/* Photos made by the tests, and the files they are written to with the formats' own libraries. */
#ifndef ASSAY_TESTS_ENGINE_SAMPLES_H
#define ASSAY_TESTS_ENGINE_SAMPLES_H

#include "engine/decode.h"
#include "engine/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob {
  uint8_t *bytes; /* malloc'd; blob_free */
  size_t size;
};

void blob_free(struct blob *blob);
void blob_append(struct blob *blob, const void *bytes, size_t size);
/* Puts bytes in before position `at`. */
void blob_insert(struct blob *blob, size_t at, const void *bytes, size_t size);

/* An asymmetric colour picture, 3 bytes a pixel, to be freed: gradients and a disc, a little noise. */
uint8_t *sample_scene(int width, int height);

/* The same picture as a camera held so would have stored it: turning it by `orientation` gives the picture back. */
uint8_t *sample_unturned(const uint8_t *rgb, int width, int height, int orientation, int *out_width, int *out_height);

/* JPEG by TurboJPEG; subsampling is TJSAMP_*, TJSAMP_GRAY for grey. */
struct blob sample_jpeg(const uint8_t *rgb, int width, int height, int subsampling, bool progressive);
/* An EXIF block from its TIFF header on. orientation 0: none; captured NULL: none. */
struct blob sample_exif(int orientation, const char *captured);
/* Puts an EXIF segment into a JPEG. */
void sample_jpeg_exif(struct blob *jpeg, int orientation, const char *captured);
/* Puts an ICC profile into a JPEG, in one segment. */
void sample_jpeg_profile(struct blob *jpeg, const uint8_t *profile, size_t size);

/* PNG by libspng from samples as PNG stores them (16 bits big-endian); colour_type is SPNG_COLOR_TYPE_*. */
struct sample_png {
  int width, height, bit_depth, colour_type;
  const uint8_t (*palette)[4]; /* RGBA, `colours` of them */
  int colours;
  const uint8_t *profile;
  size_t profile_size;
  int orientation; /* 0: no EXIF */
};
struct blob sample_png(const struct sample_png *png, const void *pixels, size_t size);

/* ICC profiles, to be freed with blob_free. */
struct blob sample_profile_srgb(void);
struct blob sample_profile_display_p3(void);
struct blob sample_profile_grey(double gamma);
/* Primaries and a gamma; the white of D65. */
struct blob sample_profile_rgb(const double primaries[6], double gamma);

/* Decodes, or fails the test with the message. */
void sample_decode(const struct blob *blob, const struct decode_options *options, struct image *image);
/* Fails the test unless decoding fails with a message that has these words. */
void assert_refused(const struct blob *blob, const char *words);

/* Fails the test unless both images have the same size, kind and bytes. */
void assert_same_image(const struct image *image, const struct image *expected);
/* The largest difference between two images of the same size and kind. */
int image_difference(const struct image *a, const struct image *b);
/* The image of an RGB picture by the definition of colour.h, in its plainest form. */
void sample_image(const uint8_t *rgb, int width, int height, struct image *image);

#endif
