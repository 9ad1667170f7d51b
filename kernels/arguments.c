#include "kernels/arguments.h"

#include "kernels/profile.h"

bool range_fits(const struct kernel_buffer *buffer, size_t at, size_t bytes) {
  return buffer && at <= buffer->size && bytes <= buffer->size - at;
}

/* Whether the buffer holds at least `count` elements of `element` bytes. */
static bool holds(const struct kernel_buffer *buffer, size_t count, size_t element) {
  return buffer && count <= buffer->size / element;
}

/* Whether the buffer holds a grid over `image` with `values` int32 a corner. */
static bool holds_grid(const struct kernel_buffer *buffer, const struct kernel_image *image, size_t values) {
  return holds(buffer, (size_t)KERNEL_NODES(image->width) * (size_t)KERNEL_NODES(image->height),
               values * sizeof(int32_t));
}

/* Whether the view lies within its buffer, for elements of `element` bytes. */
static bool fits(const struct kernel_image *image, size_t element) {
  if (!image->buffer || image->width < 1 || image->height < 1 || image->width > KERNEL_MAX_SIDE ||
      image->height > KERNEL_MAX_SIDE || image->stride < image->width)
    return false;
  size_t elements = image->buffer->size / element;
  size_t needed = (size_t)(image->height - 1) * (size_t)image->stride + (size_t)image->width;
  return image->offset <= elements && needed <= elements - image->offset;
}

/* The same, and the view has the size of `other`. */
static bool fits_like(const struct kernel_image *image, size_t element, const struct kernel_image *other) {
  return fits(image, element) && image->width == other->width && image->height == other->height;
}

/* The same, and the view has half the size of `other`. */
static bool fits_half(const struct kernel_image *image, size_t element, const struct kernel_image *other) {
  return fits(image, element) && image->width == (other->width + 1) / 2 && image->height == (other->height + 1) / 2;
}

bool halve_fits(const struct kernel_image *from, const struct kernel_image *to) {
  return fits(from, 1) && fits_half(to, 1, from);
}

bool tile_sums_fits(const struct kernel_tile_sums *call) {
  const struct kernel_image *golden = &call->golden;
  if (!fits(golden, 1) || !fits(&call->photo, 1) || call->cut < 16 || call->cut > 2032) return false;
  if (call->mask.buffer && !fits_like(&call->mask, 1, golden)) return false;
  size_t tiles = (size_t)KERNEL_TILES(golden->width) * (size_t)KERNEL_TILES(golden->height);
  return holds_grid(call->place, golden, 2) && holds(call->light, tiles, 2 * sizeof(int32_t)) &&
         holds(call->sums, tiles, KERNEL_SUMS * sizeof(int64_t));
}

bool warp_fits(const struct kernel_warp *call) {
  const struct kernel_image *out = &call->out;
  if (!fits(&call->photo, 1) || !fits(out, 1)) return false;
  if (call->tint.buffer && !fits_half(&call->tint, 1, out)) return false;
  return holds_grid(call->place, out, 2) && holds_grid(call->light, out, 2);
}

bool warp_chroma_fits(const struct kernel_warp_chroma *call) {
  const struct kernel_image *out = &call->out_cb, *photo = &call->luma;
  return fits(out, 1) && fits_like(&call->out_cr, 1, out) && fits_like(&call->tint, 1, out) &&
         fits_like(&call->seen, 1, out) && fits(photo, 1) && fits_like(&call->cb, 1, photo) &&
         fits_like(&call->cr, 1, photo) && holds_grid(call->place, out, 2) && holds_grid(call->light, out, 8);
}

bool bend_fits(const struct kernel_bend *call) {
  return fits(&call->mean, 2) && fits_like(&call->bend, 2, &call->mean);
}

bool focus_sums_fit(const struct kernel_focus_sums *call) {
  const struct kernel_image *photo = &call->photo;
  return fits(photo, 1) && fits_like(&call->seen, 1, photo) && fits_like(&call->mean, 2, photo) &&
         fits_like(&call->bend, 2, photo) && fits_like(&call->compared, 2, photo) && call->cut >= 0 &&
         call->cut <= 4080 && holds(call->sums, 2, sizeof(int64_t));
}

/* A bend may be left out. */
static bool focus_fits(const struct kernel_image *bend, int32_t focus, const struct kernel_image *photo) {
  return !bend->buffer || (fits_like(bend, 2, photo) && focus >= INT16_MIN && focus <= INT16_MAX);
}

bool accumulate_fits(const struct kernel_accumulate *call) {
  const struct kernel_image *photo = &call->photo;
  return focus_fits(&call->bend, call->focus, photo) && fits(photo, 1) && fits_like(&call->seen, 1, photo) &&
         fits_like(&call->sum, 4, photo) && fits_like(&call->square, 4, photo) && fits_like(&call->count, 2, photo);
}

bool statistics_fit(const struct kernel_statistics *call) {
  const struct kernel_image *sum = &call->sum;
  return fits(sum, 4) && fits_like(&call->square, 4, sum) && fits_like(&call->count, 2, sum) &&
         fits_like(&call->mean, 2, sum) && fits_like(&call->variance, 4, sum);
}

static bool tolerance_fits(const struct kernel_tolerance *t) {
  return t->absolute >= 1 && t->detail >= 0 && t->relative >= 0 && t->edge >= 0 && t->sharp >= 0 && t->prior >= 1 &&
         t->prior <= 1024 && t->prior_variance >= 0 && t->prior_edge >= 0 && t->prior_edge <= 1 << 20;
}

static bool tolerances_fit(const struct kernel_tolerance *tolerances, int32_t count) {
  if (!tolerances || count < 1 || count > KERNEL_MOST_TOLERANCES) return false;
  for (int32_t i = 0; i < count; i++)
    if (!tolerance_fits(&tolerances[i])) return false;
  return true;
}

bool limits_fit(const struct kernel_limits *call) {
  const struct kernel_image *mean = &call->mean;
  return fits(mean, 2) && fits_like(&call->variance, 4, mean) && fits_like(&call->count, 2, mean) &&
         fits_like(&call->zones, 1, mean) && fits_like(&call->detail, 1, mean) && fits_like(&call->rise, 2, mean) &&
         fits_like(&call->fall, 2, mean) && tolerances_fit(call->tolerances, call->tolerance_count);
}

bool limits_of_one_fits(const struct kernel_limits_of_one *call) {
  const struct kernel_image *photo = &call->photo;
  return fits(photo, 1) && fits_like(&call->zones, 1, photo) && fits_like(&call->detail, 1, photo) &&
         fits_like(&call->mean, 2, photo) && fits_like(&call->rise, 2, photo) && fits_like(&call->fall, 2, photo) &&
         tolerances_fit(call->tolerances, call->tolerance_count);
}

bool compare_fits(const struct kernel_compare *call) {
  const struct kernel_image *photo = &call->photo;
  return focus_fits(&call->bend, call->focus, photo) && fits(photo, 1) && fits_like(&call->seen, 1, photo) &&
         fits_like(&call->mean, 2, photo) && fits_like(&call->rise, 2, photo) && fits_like(&call->fall, 2, photo) &&
         fits_like(&call->map, 1, photo) && holds(call->histogram, 256, sizeof(int32_t));
}

bool compare_of_one_fits(const struct kernel_compare_of_one *call) {
  const struct kernel_image *photo = &call->photo;
  return fits(photo, 1) && fits_like(&call->golden, 1, photo) && fits_like(&call->zones, 1, photo) &&
         fits_like(&call->detail, 1, photo) && fits_like(&call->seen, 1, photo) && fits_like(&call->map, 1, photo) &&
         tolerances_fit(call->tolerances, call->tolerance_count) && call->first >= 0 && call->rows >= 1 &&
         call->rows <= photo->height && call->first <= photo->height - call->rows &&
         holds(call->histogram, 256, sizeof(int32_t));
}

bool components_fit(const struct kernel_components *call) {
  const struct kernel_image *map = &call->map;
  return fits(map, 1) && call->low >= 1 && call->high >= call->low && call->capacity >= 1 &&
         holds(call->scratch, (size_t)map->width * (size_t)map->height, sizeof(int32_t)) &&
         holds(call->rows, (size_t)call->capacity, sizeof(struct kernel_component)) &&
         holds(call->counts, 2, sizeof(int32_t));
}

bool profiles_fit(const struct kernel_profiles *call) {
  if (!fits(&call->photo, 1) || !call->profiles || call->count < 1 || call->count > KERNEL_MOST_PROFILES ||
      !holds(call->scratch, (size_t)call->count, sizeof *call->profiles))
    return false;
  size_t bins = 0;
  for (int32_t i = 0; i < call->count; i++) {
    if (!profile_valid(&call->profiles[i]) || (size_t)call->profiles[i].at != bins) return false;
    bins += (size_t)call->profiles[i].bins;
  }
  return holds(call->bins, bins, sizeof(struct kernel_bin));
}

bool cell_sums_fit(const struct kernel_cell_sums *call) {
  const struct kernel_image *photo = &call->luma;
  return fits(&call->cells, 2) && fits(photo, 1) && fits_like(&call->cb, 1, photo) && fits_like(&call->cr, 1, photo) &&
         holds_grid(call->place, &call->cells, 2) && call->cell_count >= 1 && call->cell_count <= UINT16_MAX &&
         holds(call->sums, (size_t)call->cell_count * KERNEL_CELL_SUMS, sizeof(int64_t));
}
