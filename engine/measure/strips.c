#include "engine/measure/strips.h"

#include "engine/measure/light_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BINS = 1 << 26 };

void strips_clear(struct strips *s) {
  s->count = s->bin_count = 0;
}

enum status strips_add(struct strips *s, const struct kernel_profile *profile, struct fault *fault) {
  if (s->count == KERNEL_MOST_PROFILES || s->bin_count > MOST_BINS - profile->bins)
    return fault_set(fault, STATUS_LIMIT, "dimensions: more gauge lines than can be measured at once");
  if (s->count == s->capacity) {
    int32_t capacity = s->capacity ? 2 * s->capacity : 256;
    struct kernel_profile *larger = realloc(s->profiles, (size_t)capacity * sizeof *larger);
    if (!larger) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
    s->profiles = larger, s->capacity = capacity;
  }
  s->profiles[s->count] = *profile;
  s->profiles[s->count++].at = s->bin_count;
  s->bin_count += profile->bins;
  return STATUS_OK;
}

enum status strips_measure(struct strips *s, struct device *device, const struct kernel_image *photo,
                           struct fault *fault) {
  if (!s->count) return STATUS_OK;
  size_t bins = (size_t)s->bin_count;
  if (bins > s->bin_capacity) {
    struct kernel_bin *larger = realloc(s->bins, bins * sizeof *larger);
    if (!larger) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
    s->bins = larger, s->bin_capacity = bins;
  }
  enum status status = device_reserve(device, &s->scratch, (size_t)s->count * sizeof *s->profiles, fault);
  if (!status) status = device_lend_answer(device, &s->device_bins, s->bins, bins * sizeof *s->bins, fault);
  if (status) return status;
  struct kernel_profiles call = {.photo = *photo,
                                 .profiles = s->profiles,
                                 .count = s->count,
                                 .scratch = s->scratch.buffer,
                                 .bins = s->device_bins.buffer};
  status = device_check(device->backend->operations.profiles(device->context, &call), "profiles", fault);
  return status ? status : device_answer(device, &s->device_bins, s->bins, bins * sizeof *s->bins, fault);
}

double strips_light_of(double level) {
  const double at = level > 0 ? level < 255 ? level : 255 : 0;
  const int32_t row = (int32_t)at;
  return light_table[row] + (at - row) * (light_table[row + 1] - light_table[row]);
}

static double mean_of(struct kernel_bin bin) {
  const double pixels = kernel_bin_count(bin);
  return pixels > 0 ? kernel_bin_sum(bin) / pixels : NAN;
}

/* How much more the mean light of a bin's pixels is than the light of their mean, for a slope in levels a bin: half the
 * curve's bend times their own variance, for many 1/12 of the slope's square. */
static double bow_of(double level, double slope, double pixels) {
  const double bend = strips_light_of(level + 1) - 2 * strips_light_of(level) + strips_light_of(level - 1);
  return level >= 1 && level <= 254 ? bend * slope * slope * (0.5 / 12) * (1 - 1 / pixels) : 0;
}

void strips_to_light(struct strips *s) {
  static const uint64_t VALUES = (uint64_t)0xffffff << 16;
  for (int32_t k = 0; k < s->count; k++) {
    struct kernel_bin *bins = s->bins + s->profiles[k].at;
    const int32_t count = s->profiles[k].bins;
    double before = NAN, here = count ? mean_of(bins[0]) : NAN;
    for (int32_t i = 0; i < count; i++) {
      const double after = i + 1 < count ? mean_of(bins[i + 1]) : NAN, pixels = kernel_bin_count(bins[i]);
      if (pixels > 0) {
        const double slope = 0.5 * (after - before);
        const double light = strips_light_of(here) + (slope == slope ? bow_of(here, slope, pixels) : 0);
        bins[i].word = (bins[i].word & ~VALUES) | (uint64_t)(pixels * light + 0.5) << 16;
      }
      before = here, here = after;
    }
  }
}

struct edge_profile strips_profile(const struct strips *s, int32_t index) {
  const struct kernel_profile *p = &s->profiles[index];
  return (struct edge_profile){s->bins + p->at, p->bins, p->first};
}

void strips_free(struct strips *s, struct device *device) {
  device_release(device, &s->scratch);
  device_release(device, &s->device_bins);
  free(s->profiles);
  free(s->bins);
  memset(s, 0, sizeof *s);
}
