#include "engine/robust.h"

#include <math.h>
#include <stdlib.h>

/* Of a normal distribution, the standard deviation over the median absolute one; and what few values make too small. */
static const double NORMAL = 1.4826, FEW[] = {1, 1, 1.196, 1.495, 1.363, 1.206, 1.200, 1.140, 1.129, 1.107};

static double correction(int photos) {
  return photos < (int)(sizeof FEW / sizeof *FEW) ? FEW[photos] : photos / (photos - 0.8);
}

static size_t values_of(const struct robust_plane *p) {
  return (size_t)p->width * (size_t)p->height;
}

/* The sums of no photo: device memory is zero when it is new. */
static enum status clear_sums(struct device *device, struct robust_plane *p, struct fault *fault) {
  static const size_t element[3] = {4, 4, 2};
  enum status status = STATUS_OK;
  for (int i = 0; i < 3 && !status; i++) {
    device_release(device, &p->sums[i]);
    status = device_reserve(device, &p->sums[i], values_of(p) * element[i], fault);
  }
  return status;
}

/* The photo as it is compared, which is what it adds to sums of none where it is seen. */
static enum status take_smoothed(struct device *device, const struct aligned *photo, int plane, struct robust_plane *p,
                                 struct fault *fault) {
  size_t count = values_of(p);
  uint32_t *sum = malloc(count * sizeof *sum);
  uint16_t *seen = malloc(count * sizeof *seen);
  enum status status = sum && seen ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  if (!status) status = clear_sums(device, p, fault);
  if (!status) {
    bool luma = plane == ALIGNED_LUMA;
    struct kernel_accumulate call = {.photo = photo->plane[plane],
                                     .bend = luma ? photo->bend : (struct kernel_image){.buffer = NULL},
                                     .focus = luma ? photo->focus : 0,
                                     .seen = photo->seen[plane],
                                     .sum = device_view(&p->sums[0], p->width, p->height),
                                     .square = device_view(&p->sums[1], p->width, p->height),
                                     .count = device_view(&p->sums[2], p->width, p->height)};
    status = device_check(device->backend->operations.accumulate(device->context, &call), "accumulate", fault);
  }
  if (!status) status = device_download(device, &p->sums[0], sum, count * sizeof *sum, fault);
  if (!status) status = device_download(device, &p->sums[2], seen, count * sizeof *seen, fault);
  for (size_t i = 0; i < count && !status; i++)
    if (seen[i]) p->smoothed[i] = (uint16_t)sum[i];
  free(sum);
  free(seen);
  return status;
}

static enum status add_plane(struct device *device, const struct aligned *photo, int plane, struct robust_plane *p,
                             struct fault *fault) {
  size_t count = values_of(p);
  enum status status = take_smoothed(device, photo, plane, p, fault);
  if (status || !p->median) return status ? status : remedian_add(&p->remedian, p->smoothed, count, fault);
  uint16_t *deviation = malloc(count * sizeof *deviation);
  if (!deviation) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  for (size_t i = 0; i < count; i++) deviation[i] = (uint16_t)abs((int)p->smoothed[i] - (int)p->median[i]);
  status = remedian_add(&p->remedian, deviation, count, fault);
  free(deviation);
  return status;
}

enum status robust_add(struct device *device, const struct aligned *photo, struct robust *robust, struct fault *fault) {
  enum status status = STATUS_OK;
  bool first = !robust->planes;
  if (first) robust->planes = photo->planes;
  for (int i = 0; i < robust->planes && i < photo->planes && !status; i++) {
    struct robust_plane *p = &robust->plane[i];
    if (first) {
      p->width = photo->plane[i].width, p->height = photo->plane[i].height;
      p->smoothed = calloc(values_of(p), sizeof *p->smoothed);
      if (!p->smoothed) status = fault_set(fault, STATUS_MEMORY, "golden: out of memory");
    }
    if (!status) status = add_plane(device, photo, i, p, fault);
  }
  robust->photos++;
  return status;
}

enum status robust_turn(struct robust *robust, struct fault *fault) {
  for (int i = 0; i < robust->planes; i++) {
    struct robust_plane *p = &robust->plane[i];
    p->median = malloc(values_of(p) * sizeof *p->median);
    if (!p->median) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
    remedian_take(&p->remedian, p->median);
    remedian_free(&p->remedian);
  }
  robust->photos = 0;
  return STATUS_OK;
}

enum status robust_finish(struct device *device, const struct robust *robust, int plane,
                          const struct kernel_image *mean, const struct kernel_image *variance, struct fault *fault) {
  const struct robust_plane *p = &robust->plane[plane];
  size_t count = values_of(p);
  double factor = NORMAL * correction(robust->photos);
  uint16_t *deviation = malloc(count * sizeof *deviation);
  uint32_t *squares = malloc(count * sizeof *squares);
  enum status status = deviation && squares ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  if (!status) {
    remedian_take(&p->remedian, deviation);
    for (size_t i = 0; i < count; i++)
      squares[i] = (uint32_t)floor(factor * factor * deviation[i] * deviation[i] + 0.5);
    status = device_upload_part(device, mean, sizeof *p->median, 0, 0, p->width, p->height, p->median, fault);
  }
  if (!status)
    status = device_upload_part(device, variance, sizeof *squares, 0, 0, p->width, p->height, squares, fault);
  free(deviation);
  free(squares);
  return status;
}

void robust_free(struct device *device, struct robust *robust) {
  for (int i = 0; i < ALIGNED_PLANES; i++) {
    struct robust_plane *p = &robust->plane[i];
    for (int k = 0; k < 3; k++) device_release(device, &p->sums[k]);
    free(p->smoothed), free(p->median);
    remedian_free(&p->remedian);
  }
  *robust = (struct robust){.planes = 0};
}
