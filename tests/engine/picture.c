#include "tests/engine/picture.h"

#include "engine/light.h"
#include "tests/engine/samples.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

struct picture picture_even(int width, int height, int channels, float value) {
  size_t count = (size_t)width * (size_t)height * (size_t)channels;
  struct picture p = {width, height, channels, malloc(count * sizeof(float))};
  assert_non_null(p.values);
  for (size_t i = 0; i < count; i++) p.values[i] = value;
  return p;
}

void picture_free(struct picture *picture) {
  free(picture->values);
  *picture = (struct picture){0};
}

float *picture_at(const struct picture *p, int x, int y) {
  return p->values + ((size_t)y * (size_t)p->width + (size_t)x) * (size_t)p->channels;
}

void picture_box(struct picture *p, int left, int top, int width, int height, const float *colour) {
  for (int y = top < 0 ? 0 : top; y < top + height && y < p->height; y++)
    for (int x = left < 0 ? 0 : left; x < left + width && x < p->width; x++)
      memcpy(picture_at(p, x, y), colour, (size_t)p->channels * sizeof *colour);
}

void picture_disc(struct picture *p, double x, double y, double radius, const float *colour) {
  for (int v = 0; v < p->height; v++)
    for (int u = 0; u < p->width; u++)
      if ((u - x) * (u - x) + (v - y) * (v - y) <= radius * radius)
        memcpy(picture_at(p, u, v), colour, (size_t)p->channels * sizeof *colour);
}

static int below(uint64_t *random, int n) {
  return (int)(support_random(random) % (uint64_t)n);
}

static void any_colour(uint64_t *random, int least, int most, float *colour) {
  for (int i = 0; i < 3; i++) colour[i] = (float)(least + below(random, most - least));
}

struct picture picture_product(int width, int height, int channels, uint64_t seed) {
  struct picture p = picture_even(width, height, channels, 150);
  uint64_t random = seed;
  int unit = (width < height ? width : height) / 16;
  for (int i = 0; i < 14; i++) {
    float colour[3];
    any_colour(&random, 70, 215, colour);
    picture_box(&p, below(&random, width) - unit, below(&random, height) - unit, unit + below(&random, 4 * unit),
                unit + below(&random, 3 * unit), colour);
  }
  for (int i = 0; i < 8; i++) {
    float ring[3], inside[3];
    any_colour(&random, 60, 220, ring), any_colour(&random, 60, 220, inside);
    double x = below(&random, width), y = below(&random, height), radius = unit * (0.5 + below(&random, 10) * 0.1);
    picture_disc(&p, x, y, radius, ring);
    picture_disc(&p, x, y, 0.6 * radius, inside);
  }
  for (int i = 0; i < 300; i++) {
    float colour[3];
    any_colour(&random, 40, 230, colour);
    int longer = unit / 6 + below(&random, unit / 2 + 1), shorter = unit / 8 + 1;
    bool upright = below(&random, 2);
    picture_box(&p, below(&random, width), below(&random, height), upright ? shorter : longer,
                upright ? longer : shorter, colour);
  }
  return p;
}

struct picture picture_of_plane(const struct plane *plane) {
  struct picture p = picture_even(plane->width, plane->height, 1, 0);
  for (int y = 0; y < p.height; y++)
    for (int x = 0; x < p.width; x++) *picture_at(&p, x, y) = plane->pixels[(size_t)y * plane->stride + (size_t)x];
  return p;
}

/* Bilinear; false outside of the outermost pixels' own squares. */
static bool sample(const struct picture *p, double x, double y, float *out) {
  if (!(x >= -0.5 && y >= -0.5 && x <= p->width - 0.5 && y <= p->height - 0.5)) return false;
  x = x < 0 ? 0 : x > p->width - 1 ? p->width - 1 : x;
  y = y < 0 ? 0 : y > p->height - 1 ? p->height - 1 : y;
  int i = (int)x, j = (int)y, right = i + 1 < p->width ? i + 1 : i, down = j + 1 < p->height ? j + 1 : j;
  float u = (float)(x - i), v = (float)(y - j);
  const float *a = picture_at(p, i, j), *b = picture_at(p, right, j);
  const float *c = picture_at(p, i, down), *d = picture_at(p, right, down);
  for (int k = 0; k < p->channels; k++)
    out[k] = (1 - v) * ((1 - u) * a[k] + u * b[k]) + v * ((1 - u) * c[k] + u * d[k]);
  return true;
}

static void see_pixel(const struct picture *object, const struct pose *back, int x, int y, int samples,
                      float background, float *out) {
  float sum[3] = {0, 0, 0};
  int channels = object->channels == 1 ? 1 : 3;
  for (int j = 0; j < samples; j++)
    for (int i = 0; i < samples; i++) {
      struct pose_point q;
      float value[3] = {background, background, background};
      if (pose_apply(back, x + (i + 0.5) / samples - 0.5, y + (j + 0.5) / samples - 0.5, &q))
        sample(object, q.x, q.y, value);
      for (int k = 0; k < channels; k++) sum[k] += value[k];
    }
  for (int k = 0; k < channels; k++) out[k] = sum[k] / (float)(samples * samples);
}

struct picture picture_seen(const struct picture *object, const struct pose *pose, int width, int height, int samples,
                            float background) {
  struct picture p = picture_even(width, height, object->channels, background);
  struct pose back;
  assert_true(pose_invert(pose, &back));
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) see_pixel(object, &back, x, y, samples, background, picture_at(&p, x, y));
  return p;
}

static void blur_line(float *at, size_t step, int count, const double *weight, int reach, double *scratch) {
  for (int i = 0; i < count; i++) {
    scratch[i] = 0;
    for (int k = -reach; k <= reach; k++) {
      int from = i + k < 0 ? 0 : i + k >= count ? count - 1 : i + k;
      scratch[i] += weight[k + reach] * (double)at[(size_t)from * step];
    }
  }
  for (int i = 0; i < count; i++) at[(size_t)i * step] = (float)scratch[i];
}

void picture_blur(struct picture *p, double sigma) {
  enum { MOST = 32 };
  double weight[2 * MOST + 1] = {0}, sum = 0;
  int reach = (int)(3 * sigma) + 1, longer = p->width > p->height ? p->width : p->height;
  if (!(sigma > 0)) return;
  if (reach > MOST) {
    fail_msg("a blur of %g pixels is too much", sigma);
    return;
  }
  for (int k = -reach; k <= reach; k++) sum += weight[k + reach] = exp(-0.5 * k * k / (sigma * sigma));
  for (int k = 0; k <= 2 * reach; k++) weight[k] /= sum;
  double *scratch = malloc((size_t)longer * sizeof *scratch);
  assert_non_null(scratch);
  size_t channels = (size_t)p->channels, row = (size_t)p->width * channels;
  for (size_t k = 0; k < channels; k++) {
    for (int y = 0; y < p->height; y++)
      blur_line(p->values + (size_t)y * row + k, channels, p->width, weight, reach, scratch);
    for (int x = 0; x < p->width; x++)
      blur_line(p->values + (size_t)x * channels + k, row, p->height, weight, reach, scratch);
  }
  free(scratch);
}

void picture_noise(struct picture *p, double sigma, uint64_t seed) {
  uint64_t random = seed;
  for (size_t i = 0; i < (size_t)p->width * (size_t)p->height * (size_t)p->channels; i++) {
    /* Twelve uniform numbers less six: near enough to normal. */
    double sum = -6;
    for (int k = 0; k < 12; k++) sum += (double)(support_random(&random) >> 11) * 0x1p-53;
    p->values[i] += (float)(sigma * sum);
  }
}

void picture_light(struct picture *p, double gain, double across, double down) {
  for (int y = 0; y < p->height; y++)
    for (int x = 0; x < p->width; x++) {
      double u = 2.0 * x / (p->width - 1) - 1, v = 2.0 * y / (p->height - 1) - 1;
      float g = (float)(gain * (1 + across * u + down * v)), pedestal = (float)LIGHT_PEDESTAL;
      for (int k = 0; k < p->channels; k++) picture_at(p, x, y)[k] = g * (picture_at(p, x, y)[k] + pedestal) - pedestal;
    }
}

uint8_t *picture_bytes(const struct picture *p) {
  size_t count = (size_t)p->width * (size_t)p->height * (size_t)p->channels;
  uint8_t *bytes = malloc(count);
  assert_non_null(bytes);
  for (size_t i = 0; i < count; i++) {
    float v = floorf(p->values[i] + 0.5f);
    bytes[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
  }
  return bytes;
}

static struct photo photo_of(struct blob *blob, const char *name) {
  struct photo photo;
  struct fault fault = {0};
  if (photo_from_bytes(name, blob->bytes, blob->size, &photo, &fault)) fail_msg("%s", fault.text);
  blob_free(blob);
  return photo;
}

struct photo picture_photo(const struct picture *p, const char *name) {
  char head[64];
  int length = snprintf(head, sizeof head, "P%d\n%d %d\n255\n", p->channels == 1 ? 5 : 6, p->width, p->height);
  uint8_t *bytes = picture_bytes(p);
  struct blob blob = {0};
  blob_append(&blob, head, (size_t)length);
  blob_append(&blob, bytes, (size_t)p->width * (size_t)p->height * (size_t)p->channels);
  free(bytes);
  return photo_of(&blob, name);
}

struct photo picture_jpeg(const struct picture *p, const char *name, int orientation) {
  uint8_t *bytes = picture_bytes(p), *rgb = bytes;
  size_t count = (size_t)p->width * (size_t)p->height;
  int width = p->width, height = p->height;
  if (p->channels == 1) {
    rgb = malloc(3 * count);
    assert_non_null(rgb);
    for (size_t i = 0; i < count; i++) memset(rgb + 3 * i, bytes[i], 3);
    free(bytes);
  }
  if (orientation) {
    uint8_t *turned = sample_unturned(rgb, p->width, p->height, orientation, &width, &height);
    free(rgb);
    rgb = turned;
  }
  struct blob blob = sample_jpeg(rgb, width, height, p->channels == 1 ? TJSAMP_GRAY : TJSAMP_420, false);
  if (orientation) sample_jpeg_exif(&blob, orientation, NULL);
  free(rgb);
  return photo_of(&blob, name);
}

struct pose pose_turned(double degrees, double scale, double x, double y, double to_x, double to_y) {
  double angle = degrees * 0.017453292519943295, c = scale * cos(angle), s = scale * sin(angle);
  return (struct pose){{c, -s, to_x - c * x + s * y, s, c, to_y - s * x - c * y, 0, 0, 1}};
}
