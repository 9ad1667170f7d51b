#include "engine/colour.h"
#include "engine/decode_formats.h"
#include "models/library.h"

#include <libheif/heif.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What is used of libheif. */
/* clang-format off */
#define FUNCTIONS(X) \
  X(check_filetype) X(context_alloc) X(context_free) X(context_get_primary_image_handle) \
  X(context_read_from_memory_without_copy) X(context_set_max_decoding_threads) \
  X(context_set_maximum_image_size_limit) X(decode_image) X(image_get_height) X(image_get_plane_readonly) \
  X(image_get_width) X(image_handle_get_height) X(image_handle_get_list_of_metadata_block_IDs) \
  X(image_handle_get_metadata) X(image_handle_get_metadata_size) X(image_handle_get_nclx_color_profile) \
  X(image_handle_get_raw_color_profile) X(image_handle_get_raw_color_profile_size) X(image_handle_get_width) \
  X(image_handle_has_alpha_channel) X(image_handle_release) X(image_release) X(nclx_color_profile_free)
/* clang-format on */
#define POINTER(name) __typeof__(heif_##name) *name;
#define ENTRY(name) {"heif_" #name, &heif.name},

static struct { FUNCTIONS(POINTER) } heif;

static const struct library_function functions[] = {FUNCTIONS(ENTRY){NULL, NULL}};
static struct library libheif = {
    .file = "libheif.so.1", .package = "libheif1", .lost = "HEIC cannot be read", .functions = functions};

/* HEIC and its kin (HEIF, AVIF) as far as libheif has decoders. libheif turns the pixels by the file's own boxes, which
 * stand beside the EXIF orientation and overrule it. */
struct heic {
  struct heif_context *context;
  struct heif_image_handle *handle;
};

static bool matches(struct source source) {
  if (source.size < 12 || memcmp(source.bytes + 4, "ftyp", 4) != 0) return false;
  /* Then that is said of it. */
  if (library_need(&libheif, NULL)) return true;
  const enum heif_filetype_result result = heif.check_filetype(source.bytes, source.size < 64 ? (int)source.size : 64);
  return result == heif_filetype_yes_supported || result == heif_filetype_yes_unsupported;
}

static enum status refuse(struct heif_error error, struct fault *fault) {
  if (error.code == heif_error_Memory_allocation_error)
    return fault_set(fault, error.subcode == heif_suberror_Security_limit_exceeded ? STATUS_LIMIT : STATUS_MEMORY,
                     "the HEIC needs too much memory: %s", error.message);
  return fault_set(fault, STATUS_INVALID, "the HEIC data is damaged, truncated or not supported: %s", error.message);
}

static void close_heic(struct heic *heic) {
  if (heic->handle) heif.image_handle_release(heic->handle);
  if (heic->context) heif.context_free(heic->context);
}

static enum status open_heic(struct source source, struct heic *heic, struct fault *fault) {
  *heic = (struct heic){.context = NULL};
  enum status status = library_need(&libheif, fault);
  if (status) return status;
  *heic = (struct heic){.context = heif.context_alloc()};
  if (!heic->context) return fault_set(fault, STATUS_MEMORY, "out of memory while opening a HEIC");
  heif.context_set_maximum_image_size_limit(heic->context, IMAGE_MAX_SIDE);
  heif.context_set_max_decoding_threads(heic->context, 0);
  struct heif_error error = heif.context_read_from_memory_without_copy(heic->context, source.bytes, source.size, NULL);
  if (error.code == heif_error_Ok) error = heif.context_get_primary_image_handle(heic->context, &heic->handle);
  return error.code == heif_error_Ok ? STATUS_OK : refuse(error, fault);
}

/* An EXIF block in HEIF begins with the offset of its TIFF header behind these four bytes. */
static enum status read_exif(const struct heif_image_handle *handle, struct header *header, struct fault *fault) {
  heif_item_id id;
  if (heif.image_handle_get_list_of_metadata_block_IDs(handle, "Exif", &id, 1) < 1) return STATUS_OK;
  const size_t size = heif.image_handle_get_metadata_size(handle, id);
  if (size < 4 || size > 1 << 20) return STATUS_OK;
  uint8_t *bytes = malloc(size);
  if (!bytes) return fault_set(fault, STATUS_MEMORY, "out of memory while reading a HEIC");
  enum status status = STATUS_OK;
  if (heif.image_handle_get_metadata(handle, id, bytes).code == heif_error_Ok) {
    const size_t skip = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
    if (skip < size - 4) status = header_read_exif(header, bytes + 4 + skip, size - 4 - skip, fault);
  }
  free(bytes);
  header->said_orientation = header->orientation;
  header->orientation = 1;
  return status;
}

/* Colours named by number instead of a profile: those of sRGB and BT.601 pass, wide gamut and HDR do not. */
static enum status check_named_colours(const struct heif_image_handle *handle, struct fault *fault) {
  struct heif_color_profile_nclx *nclx = NULL;
  if (heif.image_handle_get_nclx_color_profile(handle, &nclx).code != heif_error_Ok || !nclx) return STATUS_OK;
  const int primaries = (int)nclx->color_primaries, transfer = (int)nclx->transfer_characteristics;
  heif.nclx_color_profile_free(nclx);
  const bool known = primaries == 1 || primaries == 2 || primaries == 5 || primaries == 6;
  const bool curved = transfer == 1 || transfer == 2 || transfer == 6 || transfer == 13;
  if (known && curved) return STATUS_OK;
  return fault_set(fault, STATUS_INVALID,
                   "the HEIC has colour primaries %d and transfer %d without a profile: expected sRGB (1 and 13) or a "
                   "colour profile",
                   primaries, transfer);
}

static enum status read_colours(const struct heif_image_handle *handle, struct header *header, struct fault *fault) {
  const size_t size = heif.image_handle_get_raw_color_profile_size(handle);
  if (!size) return check_named_colours(handle, fault);
  uint8_t *profile = malloc(size);
  if (!profile) return fault_set(fault, STATUS_MEMORY, "out of memory while reading a HEIC");
  const struct heif_error error = heif.image_handle_get_raw_color_profile(handle, profile);
  const enum status status =
      error.code == heif_error_Ok ? header_keep_profile(header, profile, size, fault) : refuse(error, fault);
  free(profile);
  return status;
}

static enum status read_header(struct source source, struct header *header, struct fault *fault) {
  struct heic heic;
  enum status status = open_heic(source, &heic, fault);
  if (!status) {
    header->width = heif.image_handle_get_width(heic.handle);
    header->height = heif.image_handle_get_height(heic.handle);
    status = read_exif(heic.handle, header, fault);
  }
  if (!status) status = read_colours(heic.handle, header, fault);
  close_heic(&heic);
  return status;
}

static enum status keep_pixels(const struct heif_image *decoded, const struct header *header, size_t channels,
                               struct raster *raster, struct fault *fault) {
  int stride = 0;
  const uint8_t *pixels = heif.image_get_plane_readonly(decoded, heif_channel_interleaved, &stride);
  const int width = heif.image_get_width(decoded, heif_channel_interleaved);
  const int height = heif.image_get_height(decoded, heif_channel_interleaved);
  if (!pixels || width != header->width || height != header->height)
    return fault_set(fault, STATUS_INVALID, "the HEIC data is damaged: its pixels are not of the size it claims");
  enum status status = raster_reserve(raster, width, height, 3, fault);
  if (status) return status;
  for (int y = 0; y < height; y++) {
    const uint8_t *in = pixels + (size_t)y * (size_t)stride;
    uint8_t *out = raster_row(raster, y);
    if (channels == 3)
      memcpy(out, in, (size_t)width * 3);
    else
      for (size_t i = 0; i < (size_t)width * 3; i++)
        out[i] = colour_over_white(in[i / 3 * 4 + i % 3], in[i / 3 * 4 + 3]);
  }
  return STATUS_OK;
}

static enum status read_pixels(struct source source, const struct header *header, const struct decode_options *options,
                               struct image *image, struct fault *fault) {
  (void)options;
  struct heic heic;
  struct heif_image *decoded = NULL;
  struct raster raster = {0};
  enum status status = open_heic(source, &heic, fault);
  if (!status) {
    const bool alpha = heif.image_handle_has_alpha_channel(heic.handle);
    const struct heif_error error =
        heif.decode_image(heic.handle, &decoded, heif_colorspace_RGB,
                          alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, NULL);
    status = error.code == heif_error_Ok ? keep_pixels(decoded, header, alpha ? 4 : 3, &raster, fault)
                                         : refuse(error, fault);
  }
  if (!status) status = raster_finish(&raster, header, image, fault);
  if (decoded) heif.image_release(decoded);
  close_heic(&heic);
  raster_free(&raster);
  return status;
}

const struct format format_heic = {"HEIC", matches, read_header, read_pixels};
