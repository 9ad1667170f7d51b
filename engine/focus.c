#include "engine/focus.h"

/* A pixel that differs by more grey levels tells of the product. */
static const double MOST_DIFFERENCE = 64;

/* Of a change of focus in units of the bend; beyond, it is not taken for focus. Of a few edges alone little is known:
 * as if so much squared bend (grey levels) had shown none. */
static const double LEAST = -0.75, MOST = 1.5, PRIOR = 8000;

enum status focus_find(struct device *device, const struct reference_plane *luma, struct aligned *photo,
                       struct fault *fault) {
  int64_t found[2] = {0, 0};
  enum status status = device_reserve(device, &photo->focus_sums, sizeof found, fault);
  photo->focus = 0, photo->bend = luma->bend;
  if (status) return status;
  struct kernel_focus_sums call = {.photo = photo->plane[ALIGNED_LUMA],
                                   .seen = photo->seen[ALIGNED_LUMA],
                                   .mean = luma->mean,
                                   .bend = luma->bend,
                                   .compared = luma->rise,
                                   .cut = (int32_t)(16 * MOST_DIFFERENCE),
                                   .sums = photo->focus_sums.buffer};
  status = device_check(device->backend->operations.focus_sums(device->context, &call), "focus_sums", fault);
  if (!status) status = device_download(device, &photo->focus_sums, found, sizeof found, fault);
  if (status) return status;
  /* Bends of 1/8 grey level, differences of 1/16. */
  double focus = ((double)found[1] / 128) / ((double)found[0] / 64 + PRIOR);
  focus = focus < LEAST ? LEAST : focus > MOST ? MOST : focus;
  photo->focus = (int32_t)(focus * 16384);
  return STATUS_OK;
}
