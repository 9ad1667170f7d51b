/* What an inspection shows of the photo that it measured or judged last. */
#include "engine/crew.h"
#include "engine/inspector.h"

#include <stdlib.h>

bool inspect_gauges(const struct inspection *work, struct inspect_gauges *gauges) {
  if (!work->measured) return false;
  const struct dimensions *d = &work->dimensions;
  *gauges =
      (struct inspect_gauges){d->measuring.gauges, d->measuring.gauge_count,  d->measuring.edges, d->values, d->count,
                              &work->photo,        &work->alignment.placement};
  return true;
}

/* Without a copy, where the planes are the host's own. */
static bool view_photo(struct inspection *work) {
  const struct aligned *a = &work->aligned;
  const struct kernel_image *luma = &a->plane[ALIGNED_LUMA];
  struct image image = {.width = luma->width,
                        .height = luma->height,
                        .full_width = luma->width,
                        .full_height = luma->height,
                        .reduction = 1,
                        .colour = a->colour};
  for (int i = 0; i < (a->colour ? 3 : 1); i++)
    if (!device_host_plane(&work->device, &a->plane[i], &image.planes[i])) return false;
  image_free(&work->evidence_photo);
  work->evidence_photo = image;
  return true;
}

static enum status fetch_photo(struct inspection *work, struct fault *fault) {
  const struct aligned *a = &work->aligned;
  const struct kernel_image *luma = &a->plane[ALIGNED_LUMA];
  struct image *image = &work->evidence_photo;
  if (view_photo(work)) return STATUS_OK;
  enum status status = image_reserve(image, luma->width, luma->height, a->colour, fault);
  for (int i = 0; i < (a->colour ? 3 : 1) && !status; i++)
    status = device_download_plane(&work->device, &a->plane[i], &image->planes[i], fault);
  return status;
}

static uint8_t larger(uint8_t a, uint8_t b) {
  return a > b ? a : b;
}

static void raise_row(const uint8_t *restrict from, int32_t width, uint8_t *restrict to) {
  for (int32_t x = 0; x < width; x++) to[x] = larger(to[x], from[x]);
}

/* From half as many. */
static void raise_row_doubled(const uint8_t *restrict from, int32_t width, uint8_t *restrict to) {
  for (int32_t x = 0; x < width / 2; x++)
    to[2 * x] = larger(to[2 * x], from[x]), to[2 * x + 1] = larger(to[2 * x + 1], from[x]);
  if (width % 2) to[width - 1] = larger(to[width - 1], from[width / 2]);
}

struct raising {
  struct plane *map;
  const struct plane *by;
};

enum { BAND_ROWS = 256 };

static enum status raise_band(void *context, size_t band, struct fault *fault) {
  const struct raising *raising = context;
  const struct plane *map = raising->map, *by = raising->by;
  const bool half = by->width < map->width || by->height < map->height;
  const int32_t first = (int32_t)band * BAND_ROWS;
  (void)fault;
  for (int32_t y = first; y < map->height && y < first + BAND_ROWS; y++) {
    const uint8_t *from = by->pixels + (size_t)(half ? y / 2 : y) * by->stride;
    uint8_t *to = map->pixels + (size_t)y * map->stride;
    if (half)
      raise_row_doubled(from, map->width, to);
    else
      raise_row(from, map->width, to);
  }
  return STATUS_OK;
}

/* Raises a map to one of its size or half of it. */
static void raise_map(const struct plane *by, struct plane *map, int threads) {
  struct raising raising = {map, by};
  const struct crew crew = {threads, raise_band, &raising};
  crew_run(&crew, ((size_t)map->height + BAND_ROWS - 1) / BAND_ROWS, NULL);
}

/* The luma's map, raised to the colour maps where these are higher: the smaller ones raise that of Cb first. Once more
 * raised they stay what they are. */
static bool view_map(struct inspection *work, struct plane *map) {
  const struct comparison *c = &work->comparison;
  const int threads = inspector_threads(work->inspector);
  struct plane colour, small;
  if (!device_host_plane(&work->device, &c->map[ALIGNED_LUMA], map)) return false;
  if (c->planes == 1) return true;
  device_host_plane(&work->device, &c->map[ALIGNED_CB], &colour);
  for (int i = ALIGNED_CR; i < c->planes; i++) {
    device_host_plane(&work->device, &c->map[i], &small);
    raise_map(&small, &colour, threads);
  }
  raise_map(&colour, map, threads);
  return true;
}

/* The same, of maps that are elsewhere. */
static enum status fetch_map(struct inspection *work, struct plane *map, struct fault *fault) {
  if (view_map(work, map)) return STATUS_OK;
  const struct comparison *c = &work->comparison;
  const int threads = inspector_threads(work->inspector);
  const struct kernel_image *luma = &c->map[ALIGNED_LUMA], *chroma = &c->map[ALIGNED_CB];
  size_t full = (size_t)luma->width * (size_t)luma->height;
  size_t half = c->planes > 1 ? (size_t)chroma->width * (size_t)chroma->height : 0, need = full + 2 * half;
  if (need > work->evidence_map_size) {
    uint8_t *memory = realloc(work->evidence_map, need);
    if (!memory) return fault_set(fault, STATUS_MEMORY, "evidence: out of memory");
    work->evidence_map = memory, work->evidence_map_size = need;
  }
  *map = (struct plane){work->evidence_map, luma->width, luma->height, (size_t)luma->width};
  enum status status = device_download_plane(&work->device, luma, map, fault);
  if (status || !half) return status;
  struct plane colour = {work->evidence_map + full, chroma->width, chroma->height, (size_t)chroma->width};
  status = device_download_plane(&work->device, chroma, &colour, fault);
  for (int i = ALIGNED_CR; i < c->planes && !status; i++) {
    const struct kernel_image *view = &c->map[i];
    struct plane small = {colour.pixels + half, view->width, view->height, (size_t)view->width};
    status = device_download_plane(&work->device, view, &small, fault);
    if (!status) raise_map(&small, &colour, threads);
  }
  if (!status) raise_map(&colour, map, threads);
  return status;
}

const struct image *inspection_golden(const struct inspection *inspection) {
  inspector_wait(inspection->inspector, INSPECTOR_ALIGNS, NULL);
  return &inspection->inspector->image;
}

bool inspect_evidence(struct inspection *work, struct inspect_evidence *evidence) {
  if (!work->judged) return false;
  if (fetch_photo(work, NULL) || fetch_map(work, &work->evidence_plane, NULL)) return false;
  *evidence = (struct inspect_evidence){&work->inspector->image, &work->evidence_photo, &work->evidence_plane};
  return true;
}

void inspect_release_photo(struct inspection *work) {
  image_free(&work->photo);
  work->measured = false;
}
