#include "engine/colour.h"
#include "engine/decode_bytes.h"
#include "engine/decode_formats.h"

#include <string.h>

/* PBM, PGM and PPM, plain (P1..P3) and raw (P4..P6), as netpbm's manual pages define them. Samples are taken as sRGB,
 * as cameras and viewers do. */
struct pnm {
  struct source source;
  size_t at;
  int kind; /* 1..6 */
  int64_t width, height;
  uint32_t maximum;
};

static bool is_space(int c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool matches(struct source source) {
  return source.size >= 3 && source.bytes[0] == 'P' && source.bytes[1] >= '1' && source.bytes[1] <= '6' &&
         (is_space(source.bytes[2]) || source.bytes[2] == '#');
}

static enum status refuse_end(struct fault *fault) {
  return fault_set(fault, STATUS_INVALID, "the PNM data ends early: the file is truncated");
}

static void skip_space(struct pnm *pnm) {
  const uint8_t *bytes = pnm->source.bytes;
  bool comment = false;
  for (; pnm->at < pnm->source.size; pnm->at++) {
    const int c = bytes[pnm->at];
    if (comment)
      comment = c != '\n' && c != '\r';
    else if (c == '#')
      comment = true;
    else if (!is_space(c))
      return;
  }
}

/* A decimal number of at most 9 digits, after space and comments. */
static enum status read_number(struct pnm *pnm, const char *what, int64_t *number, struct fault *fault) {
  skip_space(pnm);
  if (pnm->at == pnm->source.size) return refuse_end(fault);
  *number = 0;
  int digits = 0;
  for (; pnm->at < pnm->source.size; pnm->at++, digits++) {
    const int c = pnm->source.bytes[pnm->at];
    if (c < '0' || c > '9') break;
    if (digits == 9) break;
    *number = 10 * *number + (c - '0');
  }
  if (digits && digits < 9) return STATUS_OK;
  return fault_set(fault, STATUS_INVALID, "byte %zu of the PNM data is wrong: expected %s as a number", pnm->at, what);
}

static enum status open_pnm(struct source source, struct pnm *pnm, struct fault *fault) {
  *pnm = (struct pnm){.source = source, .at = 2, .kind = source.bytes[1] - '0', .maximum = 1};
  enum status status = read_number(pnm, "the width", &pnm->width, fault);
  if (!status) status = read_number(pnm, "the height", &pnm->height, fault);
  if (!status && pnm->kind != 1 && pnm->kind != 4) {
    int64_t maximum = 0;
    status = read_number(pnm, "the largest sample", &maximum, fault);
    if (!status && (maximum < 1 || maximum > 65535))
      status = fault_set(fault, STATUS_INVALID, "the PNM header says %d for the largest sample: expected 1 to 65535",
                         (int)maximum);
    pnm->maximum = (uint32_t)maximum;
  }
  if (!status && pnm->kind >= 4) pnm->at++; /* one white-space byte before raw samples */
  return status;
}

static enum status read_header(struct source source, struct header *header, struct fault *fault) {
  struct pnm pnm;
  const enum status status = open_pnm(source, &pnm, fault);
  header->width = pnm.width, header->height = pnm.height;
  return status;
}

static enum status refuse_sample(int64_t sample, uint32_t maximum, struct fault *fault) {
  return fault_set(fault, STATUS_INVALID, "a PNM sample is %d: expected at most %u as the header says", (int)sample,
                   maximum);
}

static enum status read_plain(struct pnm *pnm, size_t samples, uint8_t *out, struct fault *fault) {
  for (size_t i = 0; i < samples; i++) {
    int64_t value = 0;
    const enum status status = read_number(pnm, "a sample", &value, fault);
    if (status) return status;
    if (value > pnm->maximum) return refuse_sample(value, pnm->maximum, fault);
    out[i] = colour_scaled((uint32_t)value, pnm->maximum);
  }
  return STATUS_OK;
}

/* Plain bits need no space between them; 1 is black. */
static enum status read_plain_bits(struct pnm *pnm, size_t samples, uint8_t *out, struct fault *fault) {
  for (size_t i = 0; i < samples; i++) {
    skip_space(pnm);
    if (pnm->at == pnm->source.size) return refuse_end(fault);
    const int c = pnm->source.bytes[pnm->at++];
    if (c != '0' && c != '1')
      return fault_set(fault, STATUS_INVALID, "byte %zu of the PNM data is wrong: expected 0 or 1", pnm->at - 1);
    out[i] = c == '1' ? 0 : 255;
  }
  return STATUS_OK;
}

static enum status read_raw_bits(const struct pnm *pnm, const struct raster *raster, struct fault *fault) {
  const size_t row_size = ((size_t)raster->width + 7) / 8;
  if (pnm->at > pnm->source.size || (pnm->source.size - pnm->at) / row_size < (size_t)raster->height)
    return refuse_end(fault);
  for (int32_t y = 0; y < raster->height; y++) {
    const uint8_t *in = pnm->source.bytes + pnm->at + row_size * (size_t)y;
    uint8_t *out = raster_row(raster, y);
    for (int32_t x = 0; x < raster->width; x++) out[x] = in[x / 8] >> (7 - x % 8) & 1 ? 0 : 255;
  }
  return STATUS_OK;
}

static enum status read_raw(const struct pnm *pnm, size_t samples, uint8_t *out, struct fault *fault) {
  const size_t width = pnm->maximum > 255 ? 2 : 1;
  if (pnm->at > pnm->source.size || (pnm->source.size - pnm->at) / width < samples) return refuse_end(fault);
  const uint8_t *in = pnm->source.bytes + pnm->at;
  if (pnm->maximum == 255) {
    memcpy(out, in, samples);
    return STATUS_OK;
  }
  for (size_t i = 0; i < samples; i++) {
    const uint32_t value = width == 2 ? bytes_be16(in + 2 * i) : in[i];
    if (value > pnm->maximum) return refuse_sample(value, pnm->maximum, fault);
    out[i] = colour_scaled(value, pnm->maximum);
  }
  return STATUS_OK;
}

static enum status read_pixels(struct source source, const struct header *header, const struct decode_options *options,
                               struct image *image, struct fault *fault) {
  (void)options;
  struct pnm pnm;
  struct raster raster = {0};
  enum status status = open_pnm(source, &pnm, fault);
  if (!status) status = raster_reserve(&raster, pnm.width, pnm.height, pnm.kind % 3 == 0 ? 3 : 1, fault);
  if (!status) {
    const size_t samples = (size_t)pnm.width * (size_t)pnm.height * (size_t)raster.channels;
    switch (pnm.kind) {
    case 1:
      status = read_plain_bits(&pnm, samples, raster.pixels, fault);
      break;
    case 4:
      status = read_raw_bits(&pnm, &raster, fault);
      break;
    case 2:
    case 3:
      status = read_plain(&pnm, samples, raster.pixels, fault);
      break;
    default:
      status = read_raw(&pnm, samples, raster.pixels, fault);
    }
  }
  if (!status) status = raster_finish(&raster, header, image, fault);
  raster_free(&raster);
  return status;
}

const struct format format_pnm = {"PNM", matches, read_header, read_pixels};
