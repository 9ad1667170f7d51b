#include "engine/reference.h"

#include "engine/detail.h"
#include "engine/noise.h"
#include "kernels/math.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Defaults of the tolerance, where the spec leaves it to us: grey levels, deviations, golden pixels, share of the
 * contrast within two pixels (an edge's overshoot differs from camera to camera and with sub-pixel phase). Where the
 * luma has fine detail a camera's mosaic makes up colours that change with every pose: chroma is allowed a share of the
 * contrast there, and elsewhere little. Tuned on synthetic lots for no false region at a contrast of 25 grey levels
 * over 6 px found; see datasets/README.md. */
struct defaults {
  double absolute, detail, relative, edge, sharp;
};
static const struct defaults LUMA = {12.5, 0, 8, 1, 0.1}, CHROMA = {8, 0.105, 8, 1, 0.3},
                             CHROMA_QUARTER = {5, 0.06, 8, 1, 0.2};

/* With more photos, what edges really do shows in the variance, and less need be allowed beforehand; and a deviation
 * that is known better need not be allowed as many times. Of the luma what all edges do together is known soon, and
 * focus has no part in it; chroma is what the mosaic makes of it. */
static const double CHROMA_EDGE_KNOWN = 0.1, EDGE_KNOWN = 0.1, SHARP_KNOWN = 0.5, DEVIATION_KNOWN = 0.9;

static double known_share(double known, double unknown) {
  return known + (1 - known) * unknown;
}

static struct defaults defaults_of(int plane, int photos) {
  struct defaults d = plane == ALIGNED_LUMA ? LUMA : aligned_level(plane) == 1 ? CHROMA : CHROMA_QUARTER;
  double n = photos;
  if (plane != ALIGNED_LUMA) {
    d.edge *= known_share(CHROMA_EDGE_KNOWN, 1 / n);
    return d;
  }
  double unknown = 2 / (n * (n + 1));
  d.edge *= known_share(EDGE_KNOWN, unknown);
  d.sharp *= known_share(SHARP_KNOWN, unknown);
  d.relative *= known_share(DEVIATION_KNOWN, unknown);
  return d;
}

/* The binomial sum leaves 0.375 of white noise; demosaicing and JPEG make noise coarser than white. */
static const double SMOOTHED_NOISE = 0.6;

/* A deviation from few photos is drawn towards the noise as if so many more had shown just that. */
enum { PRIOR_PHOTOS = 4 };

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

/* What the approved photos' variance is like over the whole golden: `flat` where nothing is printed, and growing with
 * the square of the local contrast by `edge`. A pixel's own variance, from few photos, is drawn towards it. Q4 squared.
 */
struct variability {
  double flat, edge;
};

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

static double given(double zone, double all, double otherwise) {
  return !isnan(zone) ? zone : !isnan(all) ? all : otherwise;
}

static int32_t fixed(double v, double unit) {
  return (int32_t)floor(v * unit + 0.5);
}

/* What is brighter than the golden, or darker. */
enum side { BRIGHT, DARK };

/* absolute (0) or relative (1) of a side: the zone's own first. */
static double given_side(const struct spec_tolerance *zone, const struct spec_tolerance *all, enum side side, int which,
                         double otherwise) {
  const struct spec_tolerance *both[] = {zone, all};
  for (int i = 0; i < 2; i++) {
    double own = (side == BRIGHT ? both[i]->bright : both[i]->dark)[which];
    double common = which ? both[i]->relative : both[i]->absolute;
    if (!isnan(own)) return own;
    if (!isnan(common)) return common;
  }
  return otherwise;
}

static const struct spec_tolerance UNSET = {NAN, NAN, NAN, NAN, {NAN, NAN}, {NAN, NAN}, NAN};

/* `same_print`: only the zone's own tolerance widens that for one photo, and what photos differ by counts for noise
 * over the whole golden at most. */
static struct kernel_tolerance tolerance_of(const struct spec *spec, const struct spec_tolerance *zone, bool same_print,
                                            int plane, int photos, const struct variability *variability,
                                            enum side side) {
  const struct spec_tolerance *all = same_print ? &UNSET : &spec->tolerance;
  if (same_print) photos = 1;
  struct defaults d = defaults_of(plane, photos), luma = defaults_of(ALIGNED_LUMA, photos);
  double scale = given(zone->scale, all->scale, 1);
  /* The spec speaks of luma; chroma, which moves less for the same colour, keeps its proportion to it. */
  double absolute = scale * given_side(zone, all, side, 0, luma.absolute) * d.absolute / luma.absolute;
  double relative = scale * given_side(zone, all, side, 1, d.relative);
  if (same_print) {
    double noise = relative * sqrt(variability->flat) / 16;
    if (absolute < noise) absolute = noise;
    relative = 0;
  }
  double edge = scale * given(zone->edge, all->edge, luma.edge) * d.edge / luma.edge;
  struct kernel_tolerance t = {
      .absolute = fixed(absolute < 2 ? 2 : absolute, 16),
      .detail = fixed(scale * d.detail, 256),
      .relative = fixed(relative, 256),
      .edge = fixed(edge, 256),
      .sharp = fixed(scale * d.sharp, 256),
      .prior = PRIOR_PHOTOS,
      .prior_variance = fixed(variability->flat, 1),
      .prior_edge = fixed(variability->edge, 65536),
  };
  return t;
}

static bool has_sides(const struct spec *spec) {
  bool sides = !isnan(spec->tolerance.bright[0]) || !isnan(spec->tolerance.dark[0]);
  for (size_t i = 0; i < spec->zone_count; i++)
    sides |= !isnan(spec->zones[i].tolerance.bright[0]) || !isnan(spec->zones[i].tolerance.dark[0]);
  return sides;
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

/* Of what is outside of all zones, and of each zone. Returns how many. */
static int32_t tolerances_of(const struct spec *spec, int plane, int photos, const struct variability *variability,
                             enum side side, struct kernel_tolerance tolerances[ZONES_MOST + 1]) {
  int32_t count = 0;
  tolerances[count++] = tolerance_of(spec, &UNSET, false, plane, photos, variability, side);
  for (size_t i = 0; i < spec->zone_count; i++) {
    const struct spec_zone *zone = &spec->zones[i];
    tolerances[count++] = tolerance_of(spec, &zone->tolerance, zone->same_print, plane, photos, variability, side);
  }
  return count;
}

static enum status make_limits(struct device *device, const struct spec *spec, const struct plane *zones,
                               const struct plane *detail, int plane, int photos, const struct variability *variability,
                               const struct kernel_image *variance, struct reference_plane *p, struct fault *fault) {
  struct kernel_tolerance tolerances[ZONES_MOST + 1];
  int32_t count = tolerances_of(spec, plane, photos, variability, BRIGHT, tolerances);
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
    if (!status && has_sides(spec)) {
      status = element_view(device, &other_memory, 2, p->width, p->height, &call.rise, fault);
      tolerances_of(spec, plane, photos, variability, DARK, tolerances);
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

/* Of the luma, as the approved photos showed it: a photo differs from their mean by its noise and by the mean's. */
static double restless(const struct spec *spec, int photos, const struct variability *variability) {
  struct kernel_tolerance t = tolerance_of(spec, &UNSET, false, ALIGNED_LUMA, photos, variability, BRIGHT);
  double deviation = sqrt(variability->flat), limit = t.relative * deviation / 256;
  if (photos < 2 || !(deviation > 0)) return 0;
  if (limit < t.absolute) limit = t.absolute;
  return 1 - math_erf(0.25 * limit / (deviation * sqrt(2 * (1 + 1.0 / photos))));
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
  if (!status && plane == ALIGNED_LUMA) p->restless = restless(spec, photos, &variability);
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
  if (status || !has_sides(spec)) return status;
  struct device_memory other = {0}, mean = {0};
  status = element_view(device, &other, 2, p->width, p->height, &call.rise, fault);
  if (!status) status = element_view(device, &mean, 2, p->width, p->height, &call.mean, fault);
  tolerances_of(spec, plane, 1, variability, DARK, dark);
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
  return backend->memory.view && backend->operations.compare_of_one && !has_sides(spec) && !spec->approval_count;
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
    from->tolerance_count = tolerances_of(spec, i, 1, &variability, BRIGHT, from->tolerances);
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

/* ---- limit samples ---- */

/* So far about a limit sample its tolerance holds, golden pixels, and so much more than it used is allowed. */
static const double APPROVED_MARGIN = 3, APPROVED_MORE = 1.1;

/* A map's value ends at 255: a finding may have gone any further from here on, and its place is set free. */
static const double MOST_SHOWN = 255.0 / (1.5 * KERNEL_MAP_UNIT), FREE = 65536;

/* Whether the print of the zone with this label must equal the golden's, whatever was approved. */
static bool must_be_same(const struct spec *spec, uint8_t label) {
  const struct spec_zone *zone = zones_of_label(spec, label);
  return zone && zone->same_print;
}

/* Divides the reciprocals of a view's part; `labels` are the zones at its size. */
static enum status widen_part(struct device *device, const struct spec *spec, const struct plane *labels,
                              const struct kernel_image *view, const int32_t part[4], double factor,
                              struct fault *fault) {
  size_t width = (size_t)part[2], count = width * (size_t)part[3];
  uint16_t *values = malloc(count * sizeof *values);
  if (!values) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  enum status status =
      device_download_part(device, view, sizeof *values, part[0], part[1], part[2], part[3], values, fault);
  /* What is not compared stays so, and nothing else becomes it. */
  for (size_t i = 0; i < count && !status; i++) {
    size_t x = (size_t)part[0] + i % width, y = (size_t)part[1] + i / width;
    if (values[i] && !must_be_same(spec, labels->pixels[y * labels->stride + x])) {
      double wider = floor(values[i] / factor);
      values[i] = wider < 1 ? 1 : (uint16_t)wider;
    }
  }
  if (!status)
    status = device_upload_part(device, view, sizeof *values, part[0], part[1], part[2], part[3], values, fault);
  free(values);
  return status;
}

/* The pixels of a plane under a box, cut to it: x, y, width, height. */
static void part_under(const struct spec_approval *approval, int level, const struct reference_plane *p,
                       int32_t part[4]) {
  double unit = (double)(1 << level);
  for (int k = 0; k < 2; k++) {
    int32_t size = k ? p->height : p->width;
    double first = floor((approval->box[k] - APPROVED_MARGIN) / unit);
    double end = ceil((approval->box[k] + approval->box[2 + k] + APPROVED_MARGIN) / unit);
    part[k] = first < 0 ? 0 : first > size ? size : (int32_t)first;
    part[2 + k] = (end < 0 ? 0 : end > size ? size : (int32_t)end) - part[k];
  }
}

enum status reference_approve(struct device *device, const struct spec *spec, const struct zones *zones,
                              enum aligned_plane first, struct reference *reference, struct fault *fault) {
  const struct plane *labels[] = {&zones->labels, &zones->half, &zones->quarter};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < spec->approval_count; i++)
    for (int plane = (int)first; plane < reference->planes && !status; plane++) {
      struct reference_plane *p = &reference->plane[plane];
      int32_t part[4];
      part_under(&spec->approvals[i], aligned_level(plane), p, part);
      if (part[2] < 1 || part[3] < 1) continue;
      double use = spec->approvals[i].use, factor = use < MOST_SHOWN ? APPROVED_MORE * use : FREE;
      const struct plane *at = labels[aligned_level(plane)];
      status = widen_part(device, spec, at, &p->rise, part, factor, fault);
      if (!status) status = widen_part(device, spec, at, &p->fall, part, factor, fault);
    }
  return status;
}

void reference_free(struct device *device, struct reference *reference) {
  reference_once_free(device, reference->once);
  for (int i = 0; i < ALIGNED_PLANES; i++) {
    for (int j = 0; j < 4; j++) device_release(device, &reference->plane[i].memory[j]);
    for (int j = 0; j < 3; j++) device_release(device, &reference->plane[i].statistics[j]);
  }
  memset(reference, 0, sizeof *reference);
}
