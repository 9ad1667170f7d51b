#include "cli/bench/photos.h"

#include "cli/bench/bench.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

struct canvas {
  int width, height;
  uint8_t *rgb;
};

static uint32_t mix(uint32_t v) {
  v = (v ^ v >> 16) * 0x7feb352dU;
  v = (v ^ v >> 15) * 0x846ca68bU;
  return v ^ v >> 16;
}

/* Plain fields of colour with smaller prints on them; no two places are alike. */
static void draw_product(struct canvas *c) {
  for (int y = 0; y < c->height; y++)
    for (int x = 0; x < c->width; x++) {
      uint32_t field = mix((uint32_t)(x / 211) * 7919 + (uint32_t)(y / 163)), part = mix(field + 1);
      uint32_t print = mix((uint32_t)(x / 23) * 104729 + (uint32_t)(y / 29) + 77);
      uint8_t *p = c->rgb + 3 * ((size_t)y * (size_t)c->width + (size_t)x);
      bool printed = print % 4 == 0 && x % 23 > 4 && y % 29 > 6;
      for (int k = 0; k < 3; k++) p[k] = (uint8_t)(printed ? 40 : 120 + ((k == 1 ? part : field) >> (8 * k)) % 100);
    }
}

/* The product as another camera sees it: bilinear, about the middle, with noise. */
static void draw_photo(const struct canvas *from, uint32_t seed, struct canvas *to) {
  double turn = 0.05 + 0.0005 * seed, scale = 1.02, w = from->width / 2.0, h = from->height / 2.0;
  double step_x = cos(turn) / scale, step_y = sin(turn) / scale;
  uint32_t noise = seed;
  for (int y = 0; y < to->height; y++)
    for (int x = 0; x < to->width; x++) {
      double u = w + step_x * (x - w) + step_y * (y - h), v = h - step_y * (x - w) + step_x * (y - h);
      uint8_t *p = to->rgb + 3 * ((size_t)y * (size_t)to->width + (size_t)x);
      bool inside = u >= 0 && v >= 0 && u < from->width - 1 && v < from->height - 1;
      for (int k = 0; k < 3; k++) {
        noise = noise * 1664525 + 1013904223;
        double value = 128;
        if (inside) {
          const uint8_t *q = from->rgb + 3 * ((size_t)v * (size_t)from->width + (size_t)u) + k;
          double fx = u - floor(u), fy = v - floor(v);
          const uint8_t *below = q + 3 * (size_t)from->width;
          value = (q[0] * (1 - fx) + q[3] * fx) * (1 - fy) + (below[0] * (1 - fx) + below[3] * fx) * fy;
        }
        p[k] = (uint8_t)(value + (noise >> 24) / 64.0);
      }
    }
}

static enum status compress(const struct canvas *c, const char *name, struct photo *photo, struct fault *fault) {
  unsigned char *bytes = NULL;
  unsigned long size = 0;
  tjhandle coder = tjInitCompress();
  enum status status = STATUS_OK;
  if (!coder || tjCompress2(coder, c->rgb, c->width, 0, c->height, TJPF_RGB, &bytes, &size, TJSAMP_420, 90, 0))
    status = fault_set(fault, STATUS_INTERNAL, "benchmark: a photo cannot be compressed");
  if (!status) status = photo_from_bytes(name, bytes, size, photo, fault);
  tjFree(bytes);
  if (coder) tjDestroy(coder);
  return status;
}

enum status bench_photos_draw(double megapixels, struct photo *photos, size_t count, struct fault *fault) {
  int height = (int)floor(sqrt(megapixels * 1e6 * 3 / 4) + 0.5);
  struct canvas product = {.width = height * 4 / 3, .height = height}, photo = product;
  size_t size = 3 * (size_t)product.width * (size_t)product.height;
  product.rgb = malloc(size), photo.rgb = malloc(size);
  enum status status =
      product.rgb && photo.rgb ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (!status) draw_product(&product);
  if (!status) status = compress(&product, "golden.jpg", &photos[0], fault);
  for (size_t i = 1; i < count && !status; i++) {
    char name[32];
    snprintf(name, sizeof name, "photo-%zu.jpg", i);
    draw_photo(&product, (uint32_t)i, &photo);
    status = compress(&photo, name, &photos[i], fault);
  }
  free(product.rgb);
  free(photo.rgb);
  return status;
}

enum status bench_decode(const struct photo *photo, unsigned char **rgb, size_t *rgb_size, double *ms,
                         struct fault *fault) {
  int width, height, sampling, space;
  enum status status = STATUS_OK;
  tjhandle decoder = tjInitDecompress();
  if (!decoder) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (tjDecompressHeader3(decoder, photo->bytes, photo->size, &width, &height, &sampling, &space)) {
    status = fault_set(fault, STATUS_INVALID, "%s: %s; expected a JPEG", photo->path, tjGetErrorStr2(decoder));
    goto end;
  }
  size_t need = 3 * (size_t)width * (size_t)height;
  if (need > *rgb_size) {
    unsigned char *larger = realloc(*rgb, need);
    if (!larger) {
      status = fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
      goto end;
    }
    memset(larger, 1, need);
    *rgb = larger, *rgb_size = need;
  }
  double begin = bench_now();
  if (tjDecompress2(decoder, photo->bytes, photo->size, *rgb, width, 0, height, TJPF_RGB, 0))
    status = fault_set(fault, STATUS_INVALID, "%s: %s; expected a JPEG", photo->path, tjGetErrorStr2(decoder));
  *ms = bench_now() - begin;
end:
  tjDestroy(decoder);
  return status;
}
