/* Limit samples: the reference's limits are widened where a finding was approved. */
#include "engine/reference.h"

#include <math.h>
#include <stdlib.h>

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
