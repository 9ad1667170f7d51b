#include "datasets/camera.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

/* Beyond the blur: what demosaicing and sharpening read. */
enum { HALO = 5, CURVE = 8192, BENDS = 1020 };

/* sRGB's curve in grey levels over the square root of light, where it is nearly straight. */
static float curve[CURVE + 2];
static pthread_once_t curve_made = PTHREAD_ONCE_INIT;

static void make_curve(void) {
  for (int i = 0; i < CURVE + 2; i++) {
    double root = (double)i / CURVE;
    curve[i] = (float)(255 * number_to_srgb(root * root));
  }
}

static float tone(float light) {
  float at = sqrtf(fminf(fmaxf(light, 0), 1)) * CURVE;
  int i = (int)at;
  return curve[i] + (curve[i + 1] - curve[i]) * (at - (float)i);
}

enum status studio_make(struct studio *studio, const struct artwork *artwork, int photo_width, uint64_t seed,
                        struct fault *fault) {
  const struct scene *scene = artwork->scene;
  *studio = (struct studio){.artwork = artwork, .table_scale = 2000.0 / photo_width};
  for (int i = 0; i < 256; i++) studio->linear[i] = (float)number_to_linear(i / 255.0);
  enum status status =
      texture_make(&studio->table, TEXTURE_CLOTH + (enum texture_kind)scene->table_kind, number_mix(seed + 11), fault);
  if (status == STATUS_OK)
    status =
        texture_make(&studio->grain, scene->brush > 0 ? TEXTURE_BRUSH : TEXTURE_FIBRE, number_mix(seed + 12), fault);
  return status;
}

void studio_free(struct studio *studio) {
  texture_free(&studio->table);
  texture_free(&studio->grain);
}

void darkroom_free(struct darkroom *darkroom) {
  for (int i = 0; i < 7; i++) free(darkroom->planes[i]);
  *darkroom = (struct darkroom){0};
}

static enum status darkroom_reserve(struct darkroom *darkroom, size_t count, struct fault *fault) {
  if (count <= darkroom->capacity) return STATUS_OK;
  darkroom_free(darkroom);
  for (int i = 0; i < 7; i++)
    if (!(darkroom->planes[i] = malloc(count * sizeof(float))))
      return fault_set(fault, STATUS_MEMORY, "out of memory for %zu pixels", count);
  darkroom->capacity = count;
  return STATUS_OK;
}

/* 3 x 3 binomial mean. */
static float smooth(const float *p, int w) {
  return (4 * p[0] + 2 * (p[-1] + p[1] + p[-w] + p[w]) + p[-w - 1] + p[-w + 1] + p[w - 1] + p[w + 1]) / 16;
}

/* A value by the curve of `bend`, which has BENDS even steps over 0..255. */
static float bent(float value, const float *bend) {
  float at = value * (BENDS / 255.0f);
  int i = (int)at;
  return i >= BENDS ? bend[BENDS] : bend[i] + (bend[i + 1] - bend[i]) * (at - (float)i);
}

/* The tone curve, and red and blue as differences from luma: of the rectangle and one pixel round it, which is what is
 * smoothed and sharpened. The outermost pixels of the frame have not been demosaiced. */
static void tone_and_split(const struct shot *shot, struct frame frame, struct rectangle rectangle, float *const rgb[3],
                           float *luma) {
  float bend[BENDS + 1];
  bool is_bent = shot->gamma != 1;
  for (int i = 0; i <= BENDS && is_bent; i++) bend[i] = (float)(255 * number_pow((double)i / BENDS, shot->gamma));
  for (int y = rectangle.y0 - 1; y <= rectangle.y1; y++) {
    size_t i = (size_t)(y - frame.y0) * (size_t)frame.width + (size_t)(rectangle.x0 - 1 - frame.x0);
    for (const size_t end = i + (size_t)(rectangle.x1 - rectangle.x0) + 2; i < end; i++) {
      for (int c = 0; c < 3; c++) rgb[c][i] = is_bent ? bent(tone(rgb[c][i]), bend) : tone(rgb[c][i]);
      luma[i] = 0.299f * rgb[0][i] + 0.587f * rgb[1][i] + 0.114f * rgb[2][i];
      rgb[0][i] -= luma[i], rgb[2][i] -= luma[i];
    }
  }
}

/* Tone curve, colour smoothed against the mosaic's false colour, luma sharpened, 8 bits. Red and blue become colour
 * differences on the way. */
static void develop(const struct shot *shot, struct frame frame, struct rectangle rectangle, float *const rgb[3],
                    float *luma, uint8_t *out, size_t stride) {
  int w = frame.width;
  tone_and_split(shot, frame, rectangle, rgb, luma);
  float amount = (float)shot->sharpen;
  for (int y = rectangle.y0; y < rectangle.y1; y++) {
    uint8_t *pixel = out + (size_t)(y - rectangle.y0) * stride;
    for (int x = rectangle.x0; x < rectangle.x1; x++, pixel += 3) {
      size_t place = (size_t)(y - frame.y0) * (size_t)w + (size_t)(x - frame.x0);
      const float *p = luma + place;
      float crisp = p[0] + amount * (p[0] - smooth(p, w));
      float red = smooth(rgb[0] + place, w), blue = smooth(rgb[2] + place, w);
      float values[3] = {crisp + red, crisp - (0.299f * red + 0.114f * blue) / 0.587f, crisp + blue};
      for (int c = 0; c < 3; c++) pixel[c] = (uint8_t)rintf(fminf(fmaxf(values[c], 0), 255));
    }
  }
}

enum status camera_render(const struct studio *studio, const struct shot *shot, const struct view *view,
                          struct rectangle rectangle, bool noisy, struct darkroom *darkroom, uint8_t *rgb,
                          size_t stride, struct fault *fault) {
  pthread_once(&curve_made, make_curve);
  const double sigma[2] = {shot->shake > 0 ? sqrt(shot->blur * shot->blur + shot->shake * shot->shake) : shot->blur,
                           shot->blur};
  int halo = HALO + optics_reach(sigma[0]);
  struct frame frame = {rectangle.x0 - halo, rectangle.y0 - halo, rectangle.x1 - rectangle.x0 + 2 * halo,
                        rectangle.y1 - rectangle.y0 + 2 * halo};
  enum status status = darkroom_reserve(darkroom, (size_t)frame.width * (size_t)frame.height, fault);
  if (status != STATUS_OK) return status;
  float *const *planes = darkroom->planes;
  optics_expose(studio, shot, view, frame, planes);
  for (int c = 0; c < 3; c++) optics_blur(sigma, frame, planes[c], planes[3]);
  sensor_mosaic(shot, noisy, frame, planes, planes[3]);
  sensor_demosaic(frame, planes[3], planes + 4);
  develop(shot, frame, rectangle, planes + 4, planes[3], rgb, stride);
  return STATUS_OK;
}
