#include "engine/reach.h"

#include "engine/cielab.h"
#include "engine/inspector.h"
#include "models/ascending.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Q4 range of the mean over 5 x 5 pixels: even ground below, an edge from there on. */
enum { EVEN = 8 * 16, EDGE = 24 * 16 };

/* Fewer pixels say nothing. */
enum { LEAST_PIXELS = 25 };

/* A plane of the reference in host memory. */
struct limits {
  int32_t width, height;
  uint16_t *mean, *rise, *fall;
};

static void limits_free(struct limits *l) {
  free(l->mean), free(l->rise), free(l->fall);
}

static enum status fetch(struct device *device, const struct kernel_image *view, uint16_t **to, struct fault *fault) {
  *to = malloc((size_t)view->width * (size_t)view->height * sizeof **to);
  if (!*to) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  return device_download_part(device, view, sizeof **to, 0, 0, view->width, view->height, *to, fault);
}

static enum status limits_fetch(struct device *device, const struct reference_plane *p, struct limits *l,
                                struct fault *fault) {
  *l = (struct limits){.width = p->mean.width, .height = p->mean.height};
  enum status status = fetch(device, &p->mean, &l->mean, fault);
  if (!status) status = fetch(device, &p->rise, &l->rise, fault);
  if (!status) status = fetch(device, &p->fall, &l->fall, fault);
  return status;
}

/* Grey levels of a reciprocal, which is not 0. */
static double grey(uint16_t reciprocal) {
  return (KERNEL_MAP_UNIT << 12) / (double)reciprocal;
}

/* Range of the mean over the 5 x 5 around a pixel, Q4. */
static int contrast_at(const struct limits *l, int32_t x, int32_t y) {
  int low = 65535, high = 0;
  for (int32_t v = y > 1 ? y - 2 : 0; v <= y + 2 && v < l->height; v++)
    for (int32_t u = x > 1 ? x - 2 : 0; u <= x + 2 && u < l->width; u++) {
      int m = l->mean[(size_t)v * (size_t)l->width + (size_t)u];
      if (m < low) low = m;
      if (m > high) high = m;
    }
  return high - low;
}

/* Grey levels a pixel at (x, y). */
static double steepness(const struct limits *l, int32_t x, int32_t y) {
  if (x < 1 || y < 1 || x + 1 >= l->width || y + 1 >= l->height) return 0;
  const uint16_t *m = l->mean + (size_t)y * (size_t)l->width + (size_t)x;
  double across = (m[1] - m[-1]) / 32.0, down = (m[l->width] - m[-l->width]) / 32.0;
  return sqrt(across * across + down * down);
}

/* ---- quantiles ---- */

struct sample {
  double *values;
  size_t count;
};

static double quantile(struct sample *s, double share) {
  if (s->count < LEAST_PIXELS) return NAN;
  qsort(s->values, s->count, sizeof *s->values, ascending);
  return s->values[(size_t)(share * (double)(s->count - 1))];
}

enum { ALL_BRIGHT, ALL_DARK, EVEN_BRIGHT, EVEN_DARK, AT_EDGES, SAMPLES };

static void collect(const struct limits *l, const struct plane *labels, uint8_t label, struct sample s[SAMPLES],
                    struct reach *out) {
  for (int i = 0; i < SAMPLES; i++) s[i].count = 0;
  for (int32_t y = 0; y < l->height; y++)
    for (int32_t x = 0; x < l->width; x++) {
      size_t at = (size_t)y * (size_t)l->width + (size_t)x;
      if (labels->pixels[(size_t)y * labels->stride + (size_t)x] != label || !l->rise[at] || !l->fall[at]) continue;
      double rise = grey(l->rise[at]), fall = grey(l->fall[at]);
      int contrast = contrast_at(l, x, y);
      out->pixels++;
      s[ALL_BRIGHT].values[s[ALL_BRIGHT].count++] = rise, s[ALL_DARK].values[s[ALL_DARK].count++] = fall;
      if (contrast < EVEN)
        s[EVEN_BRIGHT].values[s[EVEN_BRIGHT].count++] = rise, s[EVEN_DARK].values[s[EVEN_DARK].count++] = fall;
      double steep = steepness(l, x, y);
      if (contrast >= EDGE && steep > 0.25 * contrast / 16)
        s[AT_EDGES].values[s[AT_EDGES].count++] = (rise < fall ? rise : fall) / steep;
    }
}

static enum status describe_luma(const struct limits *l, const struct plane *labels, uint8_t label, struct reach *out,
                                 struct fault *fault) {
  struct sample s[SAMPLES] = {{NULL, 0}};
  size_t count = (size_t)l->width * (size_t)l->height;
  enum status status = STATUS_OK;
  for (int i = 0; i < SAMPLES && !status; i++) {
    s[i].values = malloc(count * sizeof(double));
    if (!s[i].values) status = fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  }
  if (!status) {
    collect(l, labels, label, s, out);
    out->bright = quantile(&s[EVEN_BRIGHT], 0.5), out->dark = quantile(&s[EVEN_DARK], 0.5);
    out->bright_most = quantile(&s[ALL_BRIGHT], 0.95), out->dark_most = quantile(&s[ALL_DARK], 0.95);
    out->displaced = quantile(&s[AT_EDGES], 0.5);
  }
  for (int i = 0; i < SAMPLES; i++) free(s[i].values);
  return status;
}

/* ---- colour ---- */

static struct cielab lab_of(const double ycc[3]) {
  double rgb[3];
  image_rgb_of(ycc[0], ycc[1] - 128, ycc[2] - 128, rgb);
  const double light[3] = {cielab_light(rgb[0]), cielab_light(rgb[1]), cielab_light(rgb[2])};
  return cielab_of_light(light);
}

/* Means of a zone: luma, Cb and Cr. */
static void mean_colour(const struct inspector *in, uint8_t label, double ycc[3]) {
  const struct plane *labels[] = {&in->zones.labels, &in->zones.half, &in->zones.half};
  for (int i = 0; i < 3; i++) {
    const struct plane *p = &in->image.planes[i];
    double sum = 0, n = 0;
    for (int32_t y = 0; y < p->height; y++)
      for (int32_t x = 0; x < p->width; x++)
        if (labels[i]->pixels[(size_t)y * labels[i]->stride + (size_t)x] == label)
          sum += p->pixels[(size_t)y * p->stride + (size_t)x], n++;
    ycc[i] = n > 0 ? sum / n : 128;
  }
}

/* The median by which a chroma plane may be off in the zone, the narrower of both sides. */
static enum status chroma_limit(const struct limits *l, const struct plane *labels, uint8_t label, double *limit,
                                struct fault *fault) {
  struct sample s = {malloc((size_t)l->width * (size_t)l->height * sizeof(double)), 0};
  if (!s.values) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  for (int32_t y = 0; y < l->height; y++)
    for (int32_t x = 0; x < l->width; x++) {
      size_t at = (size_t)y * (size_t)l->width + (size_t)x;
      if (labels->pixels[(size_t)y * labels->stride + (size_t)x] != label || !l->rise[at] || !l->fall[at]) continue;
      s.values[s.count++] = grey(l->rise[at] > l->fall[at] ? l->rise[at] : l->fall[at]);
    }
  *limit = quantile(&s, 0.5);
  free(s.values);
  return STATUS_OK;
}

static void describe_colour(const struct inspector *in, uint8_t label, const double limit[2], struct reach *out) {
  double middle[3];
  mean_colour(in, label, middle);
  const struct cielab golden = lab_of(middle);
  for (int side = 0; side < 4; side++) {
    double ycc[3] = {middle[0], middle[1], middle[2]}, step = limit[side / 2];
    if (isnan(step)) continue;
    ycc[1 + side / 2] += side % 2 ? step : -step;
    const struct cielab spot = lab_of(ycc);
    double difference = cielab_difference(&golden, &spot);
    if (!(out->spot_colour <= difference)) out->spot_colour = difference;
  }
}

/* ---- zones ---- */

static struct reach nothing_known(const char *zone) {
  struct reach r = {.zone = zone, .bright = NAN, .dark = NAN, .bright_most = NAN, .dark_most = NAN, .displaced = NAN};
  r.spot_colour = NAN;
  for (int i = 0; i < REACH_SIZES; i++) r.found[i] = NAN;
  return r;
}

static enum status describe(const struct inspector *in, const struct limits limits[3], uint8_t label, struct reach *out,
                            struct fault *fault) {
  double chroma[2] = {NAN, NAN};
  enum status status = describe_luma(&limits[0], &in->zones.labels, label, out, fault);
  for (int i = 0; i < 2 && in->reference.planes > 1 && !status; i++)
    status = chroma_limit(&limits[1 + i], &in->zones.half, label, &chroma[i], fault);
  if (!status) describe_colour(in, label, chroma, out);
  return status;
}

enum status reach_of(const struct inspector *in, struct reach **reaches, size_t *count, struct fault *fault) {
  struct limits limits[3] = {{.width = 0}};
  struct device device;
  *reaches = NULL, *count = 0;
  enum status status = inspector_wait(in, INSPECTOR_READY, fault);
  if (!status) status = device_open(in->backend, &device, fault);
  if (status) return status;
  *reaches = malloc((in->spec->zone_count + 1) * sizeof **reaches);
  if (!*reaches) status = fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  for (int i = 0; i < (in->reference.planes > 1 ? 3 : 1) && !status; i++)
    status = limits_fetch(&device, &in->reference.plane[i], &limits[i], fault);
  for (size_t i = 0; i <= in->spec->zone_count && !status; i++) {
    const struct spec_zone *zone = i < in->spec->zone_count ? &in->spec->zones[i] : NULL;
    struct reach *out = &(*reaches)[*count];
    if (zone && zone->ignore) continue;
    *out = nothing_known(zone ? zone->name : NULL);
    status = describe(in, limits, (uint8_t)(zone ? ZONES_FIRST + i : ZONES_OUTSIDE), out, fault);
    *count += out->pixels > 0;
  }
  for (int i = 0; i < 3; i++) limits_free(&limits[i]);
  device_close(&device);
  if (status) {
    free(*reaches);
    *reaches = NULL, *count = 0;
  }
  return status;
}
