#include "tests/engine/samples_heic.h"

#include <libheif/heif.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* x265 never frees some of its tables. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:libx265";
}

static struct heif_error collect(struct heif_context *context, const void *bytes, size_t size, void *user) {
  (void)context;
  blob_append(user, bytes, size);
  return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, ""};
}

static void must(struct heif_error error) {
  if (error.code != heif_error_Ok) fail_msg("libheif: %s", error.message);
}

struct blob sample_heic(const uint8_t *rgb, int width, int height, const struct blob *profile,
                        const struct blob *exif) {
  struct heif_context *context = heif_context_alloc();
  struct heif_encoder *encoder = NULL;
  if (heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder).code != heif_error_Ok) {
    heif_context_free(context);
    return (struct blob){0};
  }
  struct heif_image *image = NULL;
  struct heif_image_handle *handle = NULL;
  must(heif_image_create(width, height, heif_colorspace_RGB, heif_chroma_interleaved_RGB, &image));
  must(heif_image_add_plane(image, heif_channel_interleaved, width, height, 24));
  int stride = 0;
  uint8_t *pixels = heif_image_get_plane(image, heif_channel_interleaved, &stride);
  for (int y = 0; y < height; y++) memcpy(pixels + y * stride, rgb + 3 * y * width, 3 * (size_t)width);
  if (profile) must(heif_image_set_raw_color_profile(image, "prof", profile->bytes, profile->size));
  must(heif_encoder_set_lossy_quality(encoder, 95));
  must(heif_context_encode_image(context, image, encoder, NULL, &handle));
  if (exif) must(heif_context_add_exif_metadata(context, handle, exif->bytes, (int)exif->size));
  struct blob blob = {0};
  struct heif_writer writer = {.writer_api_version = 1, .write = collect};
  must(heif_context_write(context, &writer, &blob));
  heif_image_handle_release(handle);
  heif_image_release(image);
  heif_encoder_release(encoder);
  heif_context_free(context);
  return blob;
}
