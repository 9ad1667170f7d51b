#include "engine/reference.h"

#include "engine/detail.h"
#include "engine/noise.h"
#include "engine/tolerance.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The binomial sum leaves 0.375 of white noise; demosaicing and JPEG make noise coarser than white. */
static const double SMOOTHED_NOISE = 0.6;

static enum status element_view(struct device *device, struct device_memory *memory, size_t element, int32_t width,
                                int32_t height, struct kernel_image *view, struct fault *fault) {
  enum status status = device_reserve(device, memory, (size_t)width * (size_t)height * element, fault);
  if (!status) *view = device_view(memory, width, height);
  return status;
}

static enum status begin_plane(struct device *device, int32_t width, int32_t height, struct reference_plane *p,
                               struct fault *fault) {
  p->width = width, p->height = height;
  enum status status = element_view(device, &p->statistics[0], 4, width, height, &p->sum, fault);
  if (!status) status = element_view(device, &p->statistics[1], 4, width, height, &p->square, fault);
  if (!status) status = element_view(device, &p->statistics[2], 2, width, height, &p->count, fault);
  return status;
}

enum status reference_begin(struct device *device, int32_t width, int32_t height, bool colour,
                            struct reference *reference, struct fault *fault) {
  memset(reference, 0, sizeof *reference);
  reference->planes = colour ? ALIGNED_PLANES : 1;
  enum status status = STATUS_OK;
  for (int i = 0; i < reference->planes && !status; i++) {
    int32_t w = width, h = height;
    for (int level = 0; level < aligned_level(i); level++) w = (w + 1) / 2, h = (h + 1) / 2;
    status = begin_plane(device, w, h, &reference->plane[i], fault);
  }
  return status;
}

enum status reference_add(struct device *device, const struct aligned *photo, struct reference *reference,
                          struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < reference->planes && i < photo->planes && !status; i++) {
    struct reference_plane *p = &reference->plane[i];
    struct kernel_accumulate call = {
        .photo = photo->plane[i], .seen = photo->seen[i], .sum = p->sum, .square = p->square, .count = p->count};
    if (i == ALIGNED_LUMA) call.bend = photo->bend, call.focus = photo->focus;
    status = device_check(device->backend->operations.accumulate(device->context, &call), "accumulate", fault);
  }
  reference->photos++;
  return status;
}

enum { FLAT_CONTRAST = 8 * 16, EDGE_CONTRAST = 24 * 16 };

/* Range of the mean over the 5 x 5 pixels around (x, y), which lie inside. */
static int contrast_at(const uint16_t *mean, int32_t width, int32_t x, int32_t y) {
  int low = 65535, high = 0;
  for (int32_t v = y - 2; v <= y + 2; v++)
    for (int32_t u = x - 2; u <= x + 2; u++) {
      int m = mean[(size_t)v * (size_t)width + (size_t)u];
      if (m < low) low = m;
      if (m > high) high = m;
    }
  return high - low;
}

static struct variability pool(const struct reference_plane *p, const uint16_t *mean, const uint32_t *variance,
                               const struct plane *zones, double noise) {
  double flat = 0, flats = 0, edge = 0, squares = 0;
  for (int pass = 0; pass < 2; pass++)
    for (int32_t y = 2; y + 2 < p->height; y += 2)
      for (int32_t x = 2; x + 2 < p->width; x += 2) {
        if (!zones->pixels[(size_t)y * zones->stride + (size_t)x]) continue;
        double v = variance[(size_t)y * (size_t)p->width + (size_t)x];
        int contrast = contrast_at(mean, p->width, x, y);
        if (pass == 0 && contrast < FLAT_CONTRAST) flat += v, flats++;
        if (pass == 1 && contrast >= EDGE_CONTRAST)
          edge += v - (flats > 0 ? flat / flats : 0), squares += (double)contrast * contrast;
      }
  struct variability out = {flats > 0 ? flat / flats : 0, squares > 0 && edge > 0 ? edge / squares : 0};
  if (out.flat < noise) out.flat = noise;
  return out;
}

static enum status find_variability(struct device *device, const struct reference_plane *p,
                                    const struct kernel_image *variance, const struct plane *zones, int photos,
                                    double noise, struct variability *out, struct fault *fault) {
  double deviation = 16 * SMOOTHED_NOISE * noise;
  *out = (struct variability){deviation * deviation, 0};
  if (photos < 2) return STATUS_OK;
  size_t count = (size_t)p->width * (size_t)p->height;
  uint16_t *mean = malloc(count * sizeof *mean);
  uint32_t *v = malloc(count * sizeof *v);
  enum status status = mean && v ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  const struct kernel_memory *m = &device->backend->memory;
  if (!status)
    status =
        device_check(m->download(device->context, p->mean.buffer, 0, mean, count * sizeof *mean), "download", fault);
  if (!status)
    status = device_check(m->download(device->context, variance->buffer, 0, v, count * sizeof *v), "download", fault);
  if (!status) *out = pool(p, mean, v, zones, deviation * deviation);
  free(mean);
  free(v);
  return status;
}

static enum status make_limits(struct device *device, const struct spec *spec, const struct plane *zones,
                               const struct plane *detail, int plane, int photos, const struct variability *variability,
                               const struct kernel_image *variance, struct reference_plane *p, struct fault *fault) {
  struct kernel_tolerance tolerances[ZONES_MOST + 1];
  int32_t count = tolerances_of_zones(spec, plane, photos, variability, SIDE_BRIGHT, tolerances);
  struct device_memory zone_memory = {0}, detail_memory = {0}, other_memory = {0};
  struct kernel_image zone_view, detail_view;
  enum status status = device_borrow_plane(device, &zone_memory, zones, &zone_view, fault);
  if (!status) status = device_borrow_plane(device, &detail_memory, detail, &detail_view, fault);
  if (!status) {
    struct kernel_limits call = {.mean = p->mean,
                                 .variance = *variance,
                                 .count = p->count,
                                 .zones = zone_view,
                                 .detail = detail_view,
                                 .tolerances = tolerances,
                                 .tolerance_count = count,
                                 .rise = p->rise,
                                 .fall = p->fall};
    status = device_check(device->backend->operations.limits(device->context, &call), "limits", fault);
    /* The fall by the dark side's tolerance; the rise stays. */
    if (!status && tolerance_has_sides(spec)) {
      status = element_view(device, &other_memory, 2, p->width, p->height, &call.rise, fault);
      tolerances_of_zones(spec, plane, photos, variability, SIDE_DARK, tolerances);
      if (!status) status = device_check(device->backend->operations.limits(device->context, &call), "limits", fault);
    }
  }
  device_release(device, &zone_memory);
  device_release(device, &detail_memory);
  device_release(device, &other_memory);
  return status;
}

static enum status reserve_limits(struct device *device, struct reference_plane *p, struct fault *fault) {
  enum status status = element_view(device, &p->memory[0], 2, p->width, p->height, &p->mean, fault);
  if (!status) status = element_view(device, &p->memory[1], 2, p->width, p->height, &p->rise, fault);
  if (!status) status = element_view(device, &p->memory[2], 2, p->width, p->height, &p->fall, fault);
  return status;
}

enum status reference_bend(struct device *device, struct reference *reference, struct fault *fault) {
  struct reference_plane *luma = &reference->plane[ALIGNED_LUMA];
  enum status status = element_view(device, &luma->memory[3], 2, luma->width, luma->height, &luma->bend, fault);
  struct kernel_bend call = {.mean = luma->mean, .bend = luma->bend};
  return status ? status : device_check(device->backend->operations.bend(device->context, &call), "bend", fault);
}

static enum status finish_plane(struct device *device, const struct spec *spec, const struct plane *zones,
                                const struct plane *detail, int plane, int photos, double noise,
                                const struct robust *robust, struct reference_plane *p, struct fault *fault) {
  struct device_memory variance_memory = {0};
  struct kernel_image variance;
  struct variability variability;
  enum status status = element_view(device, &variance_memory, 4, p->width, p->height, &variance, fault);
  if (!status) status = reserve_limits(device, p, fault);
  if (!status) {
    struct kernel_statistics call = {
        .sum = p->sum, .square = p->square, .count = p->count, .mean = p->mean, .variance = variance};
    status = device_check(device->backend->operations.statistics(device->context, &call), "statistics", fault);
  }
  if (!status && robust) status = robust_finish(device, robust, plane, &p->mean, &variance, fault);
  if (!status) status = find_variability(device, p, &variance, zones, photos, noise, &variability, fault);
  if (!status) status = make_limits(device, spec, zones, detail, plane, photos, &variability, &variance, p, fault);
  if (!status && plane == ALIGNED_LUMA) p->restless = tolerance_restless(spec, photos, &variability);
  device_release(device, &variance_memory);
  for (int i = 0; i < 3; i++) device_release(device, &p->statistics[i]);
  return status;
}

/* Of the golden's planes noise and, for chroma, detail of the luma. Luma is not allowed for detail: what stands there
 * for it, the zones, has no weight. */
struct character {
  struct plane detail[3];
  double noise[ALIGNED_PLANES];
};

static enum status find_character(const struct zones *zones, const struct image *golden, int planes,
                                  struct character *c, struct fault *fault) {
  memset(c, 0, sizeof *c);
  c->detail[0] = zones->labels;
  enum status status = STATUS_OK;
  if (planes > 1) status = detail_of(&golden->planes[0], &c->detail[1], &c->detail[2], fault);
  /* A quarter plane is the half plane averaged over four. */
  for (int i = 0; i < planes && !status; i++)
    c->noise[i] = aligned_level(i) < 2 ? noise_of(&golden->planes[i]) : 0.5 * c->noise[i - 2];
  return status;
}

static void character_free(struct character *c) {
  free(c->detail[1].pixels);
  free(c->detail[2].pixels);
}

enum status reference_finish(struct device *device, const struct spec *spec, const struct zones *zones,
                             const struct image *golden, const struct robust *robust, struct reference *reference,
                             struct fault *fault) {
  const struct plane *labels[] = {&zones->labels, &zones->half, &zones->quarter};
  struct character c;
  enum status status = find_character(zones, golden, reference->planes, &c, fault);
  for (int i = 0; i < reference->planes && !status; i++) {
    int level = aligned_level(i);
    status = finish_plane(device, spec, labels[level], &c.detail[level], i, reference->photos, c.noise[i], robust,
                          &reference->plane[i], fault);
  }
  character_free(&c);
  return status || reference->photos < 2 ? status : reference_bend(device, reference, fault);
}

/* ---- of one photo, whose planes are the means' own ---- */

/* Plane i of the golden; a quarter one is halved from the half one before. */
static enum status view_plane(struct device *device, const struct image *golden, int i,
                              struct reference_source planes[ALIGNED_PLANES], struct fault *fault) {
  struct reference_source *p = &planes[i];
  if (aligned_level(i) < 2) return device_borrow_plane(device, &p->memory[0], &golden->planes[i], &p->photo, fault);
  const struct kernel_image *half = &planes[i - 2].photo;
  enum status status =
      element_view(device, &p->memory[0], 1, (half->width + 1) / 2, (half->height + 1) / 2, &p->photo, fault);
  struct kernel_halve call = {.from = *half, .to = p->photo};
  return status ? status : device_check(device->backend->operations.halve(device->context, &call), "halve", fault);
}

static enum status limit_one(struct device *device, const struct spec *spec, int plane,
                             const struct variability *variability, const struct reference_source *from,
                             struct reference_plane *p, struct fault *fault) {
  struct kernel_tolerance dark[ZONES_MOST + 1];
  enum status status = reserve_limits(device, p, fault);
  struct kernel_limits_of_one call = {.photo = from->photo,
                                      .zones = from->zones,
                                      .detail = from->detail,
                                      .tolerances = from->tolerances,
                                      .tolerance_count = from->tolerance_count,
                                      .mean = p->mean,
                                      .rise = p->rise,
                                      .fall = p->fall};
  if (status) return status;
  status = device_check(device->backend->operations.limits_of_one(device->context, &call), "limits_of_one", fault);
  if (status || !tolerance_has_sides(spec)) return status;
  struct device_memory other = {0}, mean = {0};
  status = element_view(device, &other, 2, p->width, p->height, &call.rise, fault);
  if (!status) status = element_view(device, &mean, 2, p->width, p->height, &call.mean, fault);
  tolerances_of_zones(spec, plane, 1, variability, SIDE_DARK, dark);
  call.tolerances = dark;
  if (!status)
    status = device_check(device->backend->operations.limits_of_one(device->context, &call), "limits_of_one", fault);
  if (!status) status = device_wait(device, fault);
  device_release(device, &other);
  device_release(device, &mean);
  return status;
}

static bool may_be_once(const struct device *device, const struct spec *spec) {
  const struct kernel_backend *backend = device->backend;
  return backend->memory.view && backend->operations.compare_of_one && !tolerance_has_sides(spec) &&
         !spec->approval_count;
}

enum status reference_of_one(struct device *device, const struct spec *spec, const struct zones *zones,
                             const struct image *golden, int once, struct reference *reference, struct fault *fault) {
  const struct plane *labels[] = {&zones->labels, &zones->half, &zones->quarter};
  struct character c;
  memset(reference, 0, sizeof *reference);
  reference->planes = golden->colour ? ALIGNED_PLANES : 1, reference->photos = 1;
  struct reference_once *sources = calloc(1, sizeof *sources);
  if (!sources) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  sources->threads = once;
  if (!may_be_once(device, spec)) once = 0;
  enum status status = find_character(zones, golden, reference->planes, &c, fault);
  memcpy(sources->detail, c.detail, sizeof sources->detail);
  for (int i = 0; i < reference->planes && !status; i++) {
    int level = aligned_level(i);
    struct reference_source *from = &sources->planes[i];
    struct reference_plane *p = &reference->plane[i];
    double deviation = 16 * SMOOTHED_NOISE * c.noise[i];
    const struct variability variability = {deviation * deviation, 0};
    status = view_plane(device, golden, i, sources->planes, fault);
    if (!status) status = device_borrow_plane(device, &from->memory[1], labels[level], &from->zones, fault);
    if (!status) status = device_borrow_plane(device, &from->memory[2], &c.detail[level], &from->detail, fault);
    from->tolerance_count = tolerances_of_zones(spec, i, 1, &variability, SIDE_BRIGHT, from->tolerances);
    p->width = from->photo.width, p->height = from->photo.height;
    if (!status && !once) status = limit_one(device, spec, i, &variability, from, p, fault);
  }
  if (!status) status = device_wait(device, fault);
  if (!status && once)
    reference->once = sources;
  else
    reference_once_free(device, sources);
  return status;
}

enum status reference_mean(struct device *device, const struct reference *reference, int plane, int32_t left,
                           int32_t top, int32_t width, int32_t height, uint16_t *mean, struct fault *fault) {
  if (!reference->once)
    return device_download_part(device, &reference->plane[plane].mean, sizeof *mean, left, top, width, height, mean,
                                fault);
  reference_once_mean(device, &reference->once->planes[plane], left, top, width, height, mean);
  return STATUS_OK;
}

void reference_free(struct device *device, struct reference *reference) {
  reference_once_free(device, reference->once);
  for (int i = 0; i < ALIGNED_PLANES; i++) {
    for (int j = 0; j < 4; j++) device_release(device, &reference->plane[i].memory[j]);
    for (int j = 0; j < 3; j++) device_release(device, &reference->plane[i].statistics[j]);
  }
  memset(reference, 0, sizeof *reference);
}
