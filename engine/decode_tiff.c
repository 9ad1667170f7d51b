#include "engine/decode_tiff.h"

#include "engine/colour.h"
#include "engine/exif.h"

#include <stdlib.h>
#include <string.h>

/* The most that one strip, tile or tag may need. */
static const tmsize_t LARGEST_PIECE = (tmsize_t)1 << 30;
enum { MOST_PAGES = 100 /* that are looked at */ };

static tmsize_t read_memory(thandle_t handle, void *out, tmsize_t size) {
  struct tiff_memory *memory = handle;
  const uint64_t whole = memory->source.size, left = memory->at < whole ? whole - memory->at : 0;
  if ((uint64_t)size > left) size = (tmsize_t)left;
  if (size > 0) memcpy(out, memory->source.bytes + memory->at, (size_t)size);
  memory->at += (uint64_t)size;
  return size;
}

static tmsize_t write_memory(thandle_t handle, void *bytes, tmsize_t size) {
  (void)handle, (void)bytes, (void)size;
  return -1;
}

static toff_t seek_memory(thandle_t handle, toff_t offset, int whence) {
  struct tiff_memory *memory = handle;
  memory->at = offset + (whence == SEEK_CUR ? memory->at : whence == SEEK_END ? memory->source.size : 0);
  return memory->at;
}

static int close_memory(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size_of_memory(thandle_t handle) {
  return ((struct tiff_memory *)handle)->source.size;
}

static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));
static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list args) {
  (void)tiff, (void)module;
  struct tiff_memory *memory = user;
  if (!memory->error[0]) vsnprintf(memory->error, sizeof memory->error, format, args);
  return 1;
}

/* Only of the JPEG inside a TIFF does a warning say that pixels are missing. */
static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));
static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list args) {
  return module && !strcmp(module, "JPEGLib") ? on_error(tiff, user, module, format, args) : 1;
}

enum status tiff_refuse(const struct tiff_memory *memory, struct fault *fault) {
  return fault_set(fault, STATUS_INVALID, "the TIFF data is damaged, truncated or not supported: %s",
                   memory->error[0] ? memory->error : "no reason given");
}

static enum status open_tiff(struct tiff_memory *memory, TIFF **tiff, struct fault *fault) {
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return fault_set(fault, STATUS_MEMORY, "out of memory while opening a TIFF");
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, LARGEST_PIECE);
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, memory);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, memory);
  *tiff = TIFFClientOpenExt("photo", "rm", memory, read_memory, write_memory, seek_memory, close_memory, size_of_memory,
                            NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  return *tiff ? STATUS_OK : tiff_refuse(memory, fault);
}

static bool matches(struct source source) {
  static const char *const MARKS[] = {"II*\0", "MM\0*", "II+\0", "MM\0+"};
  if (source.size < 8) return false;
  for (int i = 0; i < 4; i++)
    if (!memcmp(source.bytes, MARKS[i], 4)) return true;
  return false;
}

static enum status read_tags(TIFF *tiff, const struct tiff_memory *memory, struct header *header, struct fault *fault) {
  uint32_t width = 0, height = 0, length = 0;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height))
    return tiff_refuse(memory, fault);
  header->width = width, header->height = height;
  uint16_t orientation = 1;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
  if (orientation >= 1 && orientation <= 8) header->orientation = orientation;
  void *profile = NULL;
  if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &length, &profile)) {
    const enum status status = header_keep_profile(header, profile, length, fault);
    if (status) return status;
  }
  toff_t exif = 0;
  const char *date = NULL, *make = NULL, *model = NULL;
  TIFFGetField(tiff, TIFFTAG_MAKE, &make);
  TIFFGetField(tiff, TIFFTAG_MODEL, &model);
  exif_camera(make, model, header->camera);
  if (TIFFGetField(tiff, TIFFTAG_EXIFIFD, &exif) && TIFFReadEXIFDirectory(tiff, exif) &&
      TIFFGetField(tiff, EXIFTAG_DATETIMEORIGINAL, &date))
    exif_date((const uint8_t *)date, strlen(date), header->captured);
  return STATUS_OK;
}

static enum status read_header(struct source source, struct header *header, struct fault *fault) {
  struct tiff_memory memory = {.source = source};
  TIFF *tiff = NULL;
  enum status status = open_tiff(&memory, &tiff, fault);
  if (!status) status = read_tags(tiff, &memory, header, fault);
  if (tiff) TIFFClose(tiff);
  return status;
}

static enum status read_layout(TIFF *tiff, const struct header *header, struct tiff_layout *layout,
                               struct fault *fault) {
  uint16_t format = SAMPLEFORMAT_UINT, extras = 0, *kinds = NULL, inks = INKSET_CMYK;
  *layout = (struct tiff_layout){(uint32_t)header->width, (uint32_t)header->height, .photometric = UINT16_MAX};
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout->bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout->samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout->planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_INKSET, &inks);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout->photometric);
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID)
    return fault_set(fault, STATUS_INVALID, "the TIFF holds %s samples: expected whole numbers without sign",
                     format == SAMPLEFORMAT_IEEEFP ? "floating-point" : "signed or complex");
  if (layout->bits != 1 && layout->bits != 2 && layout->bits != 4 && layout->bits != 8 && layout->bits != 16)
    return fault_set(fault, STATUS_INVALID, "the TIFF has %d bits a sample: expected 1, 2, 4, 8 or 16", layout->bits);
  switch (layout->photometric) {
  case PHOTOMETRIC_MINISWHITE:
  case PHOTOMETRIC_MINISBLACK:
  case PHOTOMETRIC_PALETTE:
    layout->colours = 1;
    break;
  case PHOTOMETRIC_RGB:
  case PHOTOMETRIC_YCBCR:
    layout->colours = 3;
    break;
  case PHOTOMETRIC_SEPARATED:
    layout->colours = 4;
    break;
  default:
    return fault_set(fault, STATUS_INVALID,
                     "the TIFF has photometric interpretation %d: expected grey, palette, RGB, YCbCr or CMYK",
                     layout->photometric);
  }
  if (layout->samples < layout->colours || layout->samples > 8 ||
      (layout->photometric == PHOTOMETRIC_SEPARATED && inks != INKSET_CMYK))
    return fault_set(fault, STATUS_INVALID, "the TIFF has %d samples a pixel: expected %d, and at most 8 with alpha",
                     layout->samples, layout->colours);
  if (extras && layout->samples > layout->colours) {
    layout->premultiplied = kinds[0] == EXTRASAMPLE_ASSOCALPHA;
    layout->alpha = layout->premultiplied || kinds[0] == EXTRASAMPLE_UNASSALPHA;
  }
  return STATUS_OK;
}

static bool has_grey_palette(TIFF *tiff, int bits) {
  uint16_t *red = NULL, *green = NULL, *blue = NULL;
  if (!TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue)) return false;
  for (int i = 0; i < 1 << bits; i++)
    if (red[i] != green[i] || green[i] != blue[i]) return false;
  return true;
}

/* Everything else that libtiff itself can bring to 8-bit RGBA, premultiplied. */
static enum status read_rgba(TIFF *tiff, struct tiff_memory *memory, const struct tiff_layout *layout,
                             struct raster *raster, struct fault *fault) {
  const bool palette = layout->photometric == PHOTOMETRIC_PALETTE;
  const bool grey = layout->colours == 1 && (!palette || has_grey_palette(tiff, layout->bits));
  enum status status = raster_reserve(raster, layout->width, layout->height, grey ? 1 : 3, fault);
  if (status) return status;
  const size_t pixels = (size_t)layout->width * layout->height;
  uint32_t *rgba = calloc(pixels, sizeof *rgba);
  if (!rgba) return fault_set(fault, STATUS_MEMORY, "out of memory while reading a TIFF");
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (!TIFFRGBAImageOK(tiff, memory->error) ||
      !TIFFReadRGBAImageOriented(tiff, layout->width, layout->height, rgba, ORIENTATION_TOPLEFT, 1) || memory->error[0])
    status = tiff_refuse(memory, fault);
  uint8_t *out = raster->pixels;
  for (size_t i = 0; !status && i < pixels; i++) {
    const uint32_t p = rgba[i];
    const int samples[3] = {TIFFGetR(p), TIFFGetG(p), TIFFGetB(p)}, white = 255 - (int)TIFFGetA(p);
    for (int k = 0; k < (grey ? 1 : 3); k++) {
      const int value = samples[k] + white;
      *out++ = value > 255 ? 255 : (uint8_t)value;
    }
  }
  free(rgba);
  return status;
}

static bool has_plain_samples(const struct tiff_layout *layout) {
  return (layout->bits == 8 || layout->bits == 16) && layout->photometric != PHOTOMETRIC_PALETTE &&
         layout->photometric != PHOTOMETRIC_YCBCR;
}

/* A preview has less than half the size; of pages as large as the first none is surely the one that is meant. */
static enum status check_pages(TIFF *tiff, const struct tiff_layout *first, struct fault *fault) {
  for (int page = 2; page <= MOST_PAGES && TIFFReadDirectory(tiff); page++) {
    uint32_t width = 0, height = 0, type = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &type);
    if (type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) continue;
    if (2 * (int64_t)width < (int64_t)first->width || 2 * (int64_t)height < (int64_t)first->height) continue;
    return fault_set(fault, STATUS_INVALID,
                     "the TIFF holds several pictures, page %d of %u x %u pixels: expected one photo a file", page,
                     width, height);
  }
  return STATUS_OK;
}

static enum status read_pixels(struct source source, const struct header *header, const struct decode_options *options,
                               struct image *image, struct fault *fault) {
  (void)options;
  struct tiff_memory memory = {.source = source};
  struct tiff_layout layout;
  struct raster raster = {0};
  TIFF *tiff = NULL;
  enum status status = open_tiff(&memory, &tiff, fault);
  if (!status) status = read_layout(tiff, header, &layout, fault);
  if (!status)
    status = (has_plain_samples(&layout) ? tiff_read_samples : read_rgba)(tiff, &memory, &layout, &raster, fault);
  if (!status) status = check_pages(tiff, &layout, fault);
  if (!status) status = raster_finish(&raster, header, image, fault);
  if (tiff) TIFFClose(tiff);
  raster_free(&raster);
  return status;
}

const struct format format_tiff = {"TIFF", matches, read_header, read_pixels};
