#include "engine/compare.h"

#include "engine/rim.h"
#include "engine/saturated.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Hysteresis: an area grows while a pixel uses more than half of the tolerance, and counts if one uses all of it. */
enum { MOST_AREAS = 65536, JOIN_PX = 4 };

/* A photo may be more restless than the approved ones (noise, mosaic, JPEG): then a larger share of its pixels than
 * CALM, and than those do, uses a quarter to a half of the tolerance, where defects, which use more, have no part. Its
 * tolerance is widened by UNREST times what is above, at most to MOST_WIDENED. */
static const double CALM = 0.012, UNREST = 20, MOST_WIDENED = 1.5;

/* The other way round, a photo whose chroma shows next to nothing else may differ less: up to the share STILL the limit
 * is NARROWED, and it grows to the whole tolerance at STIRRED. */
static const double STILL = 0.0008, STIRRED = 0.0026, NARROWED = 0.6;

/* An area as large as FULL_AREA (golden pixels; chroma, seen coarsely, twice that) counts from the whole tolerance on,
 * a smaller one, to the LEAST_SHARE of it, where it is stronger: noise that is averaged over an area falls with the
 * root of its size. */
static const double FULL_AREA = 14, LEAST_SHARE = 0.5, LEAST_SMALL = 3;

/* Pixels of a plane. */
struct size {
  double full, least;
};

/* A strong defect has a halo (its gloss, its shade, the blur of the lens) that uses some tolerance too; what is under
 * this share of the peak is not the defect. */
enum { HALO_SHARE = 4, MOST_TRIMMED = 256 };

static struct finding finding_of(const struct kernel_component *row, int plane, int32_t limit) {
  int32_t scale = 1 << aligned_level(plane);
  double n = row->area, x = (double)row->x / n, y = (double)row->y / n;
  double xx = (double)row->xx / n - x * x + 1.0 / 12, yy = (double)row->yy / n - y * y + 1.0 / 12;
  double xy = (double)row->xy / n - x * y, half = 0.5 * (xx + yy);
  double spread = sqrt(0.25 * (xx - yy) * (xx - yy) + xy * xy), minor = half - spread;
  struct finding f = {
      .left = scale * row->left,
      .top = scale * row->top,
      .right = scale * row->right + scale - 1,
      .bottom = scale * row->bottom + scale - 1,
      .area = (int64_t)scale * scale * row->area,
      .peak = (double)row->peak / limit,
      .middle_x = scale * (x + 0.5) - 0.5,
      .middle_y = scale * (y + 0.5) - 0.5,
      .length = 4 * scale * sqrt(half + spread),
      .width = 4 * scale * sqrt(minor > 0 ? minor : 0),
  };
  if (plane != ALIGNED_LUMA) f.chroma_peak = f.peak;
  f.full_peak = limit < KERNEL_MAP_UNIT ? (double)row->peak / KERNEL_MAP_UNIT : f.peak;
  return f;
}

static double narrowed(double share) {
  double stir = (share - STILL) / (STIRRED - STILL);
  return NARROWED + (1 - NARROWED) * (stir < 0 ? 0 : stir > 1 ? 1 : stir);
}

/* The map value that is the whole tolerance of this photo. */
static int32_t limit_of(const int32_t *histogram, bool chroma, double expected) {
  double calm = 0, restless = 0;
  for (int v = 0; v < KERNEL_MAP_UNIT / 4; v++) calm += histogram[v];
  for (int v = KERNEL_MAP_UNIT / 4; v < KERNEL_MAP_UNIT / 2; v++) restless += histogram[v];
  double share = calm > 0 ? restless / (calm + restless) : 0, most = expected > CALM ? expected : CALM;
  double factor = share > most ? 1 + UNREST * (share - most) : chroma ? narrowed(share) : 1;
  return (int32_t)(KERNEL_MAP_UNIT * (factor > MOST_WIDENED ? MOST_WIDENED : factor));
}

/* The largest value that at least `area` pixels reach, in tolerances, at most 1. */
static double use_of(const int32_t *histogram, double area, int32_t limit) {
  int64_t above = 0;
  for (int v = 255; v > 0; v--) {
    above += histogram[v];
    if ((double)above >= area) return v >= limit ? 1 : (double)v / limit;
  }
  return 0;
}

static enum status reserve(struct device *device, const struct reference_plane *p, int plane, struct comparison *c,
                           struct fault *fault) {
  size_t size = (size_t)p->width * (size_t)p->height;
  enum status status = device_reserve(device, &c->maps[plane], size, fault);
  if (!status) status = device_reserve(device, &c->scratch, size * sizeof(int32_t), fault);
  if (!status) status = device_reserve(device, &c->rows, MOST_AREAS * sizeof(struct kernel_component), fault);
  if (!status) status = device_reserve(device, &c->counts, 2 * sizeof(int32_t), fault);
  if (!status) status = device_reserve(device, &c->histogram, 256 * sizeof(int32_t), fault);
  if (status) return status;
  if (!c->host_rows) c->host_rows = malloc(MOST_AREAS * sizeof *c->host_rows);
  if (!c->findings) c->findings = malloc(COMPARE_MOST_FINDINGS * sizeof *c->findings);
  if (!c->host_rows || !c->findings) return fault_set(fault, STATUS_MEMORY, "comparison: out of memory");
  c->map[plane] = device_view(&c->maps[plane], p->width, p->height);
  return STATUS_OK;
}

static enum status make_map(struct device *device, const struct reference_plane *p, const struct aligned *photo,
                            int plane, struct comparison *c, struct fault *fault) {
  struct kernel_compare call = {.photo = photo->plane[plane],
                                .seen = photo->seen[plane],
                                .mean = p->mean,
                                .rise = p->rise,
                                .fall = p->fall,
                                .map = c->map[plane],
                                .histogram = c->histogram.buffer};
  if (plane == ALIGNED_LUMA) call.bend = photo->bend, call.focus = photo->focus;
  enum status status = device_check(device->backend->operations.compare(device->context, &call), "compare", fault);
  return status ? status : device_download(device, &c->histogram, c->levels[plane], sizeof c->levels[plane], fault);
}

/* Of a golden that is made ready while it is compared with, all maps are made at once. */
static enum status map_planes(struct device *device, const struct reference *reference, const struct aligned *photo,
                              struct comparison *c, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < c->planes && !status; i++) {
    status = reserve(device, &reference->plane[i], i, c, fault);
    if (!status && !reference->once) status = make_map(device, &reference->plane[i], photo, i, c, fault);
  }
  if (!status && reference->once)
    status = reference_once_compare(device, reference->once, photo, c->planes, c->map, c->levels, fault);
  for (int i = 0; i < c->planes && !status; i++)
    c->limit[i] = limit_of(c->levels[i], i != ALIGNED_LUMA, reference->plane[i].restless);
  for (int v = 0; v < 256 && !status; v++) c->compared += c->levels[ALIGNED_LUMA][v];
  return status;
}

/* Components of a part of the map, from `low` on; *rows of them in host_rows. */
static enum status find_rows(struct device *device, const struct kernel_image *map, int32_t low, int32_t high,
                             double least, struct comparison *c, int32_t counts[2], struct fault *fault) {
  struct kernel_components call = {.map = *map,
                                   .low = low,
                                   .high = high,
                                   .min_area = (int32_t)ceil(least),
                                   .scratch = c->scratch.buffer,
                                   .rows = c->rows.buffer,
                                   .capacity = MOST_AREAS,
                                   .counts = c->counts.buffer};
  enum status status =
      device_check(device->backend->operations.components(device->context, &call), "components", fault);
  if (!status) status = device_download(device, &c->counts, counts, 2 * sizeof *counts, fault);
  if (!status && counts[0])
    status = device_download(device, &c->rows, c->host_rows, (size_t)counts[0] * sizeof *c->host_rows, fault);
  return status;
}

static void add_finding(struct comparison *c, const struct kernel_component *row, const struct size *size, int plane) {
  if (c->count == COMPARE_MOST_FINDINGS) {
    c->overflow = true;
    return;
  }
  struct finding *f = &c->findings[c->count++];
  *f = finding_of(row, plane, c->limit[plane]);
  f->weight = f->peak * f->peak * row->area / size->full;
}

/* Takes the halo off a strong area: the parts of its box that reach a share of its peak are the findings. */
static enum status trim(struct device *device, const struct kernel_component *area, const struct size *size, int plane,
                        struct comparison *c, struct fault *fault) {
  struct kernel_image part = c->map[plane];
  int32_t low = area->peak / HALO_SHARE, counts[2] = {0};
  part.offset += (size_t)area->top * (size_t)part.stride + (size_t)area->left;
  part.width = area->right - area->left + 1, part.height = area->bottom - area->top + 1;
  enum status status =
      find_rows(device, &part, low, low > c->limit[plane] ? low : c->limit[plane], size->least, c, counts, fault);
  for (int32_t i = 0; i < counts[0] && !status; i++) {
    struct kernel_component row = c->host_rows[i];
    int64_t n = row.area, dx = area->left, dy = area->top;
    row.left += area->left, row.right += area->left, row.top += area->top, row.bottom += area->top;
    row.xx += 2 * dx * row.x + n * dx * dx, row.yy += 2 * dy * row.y + n * dy * dy;
    row.xy += dx * row.y + dy * row.x + n * dx * dy;
    row.x += n * dx, row.y += n * dy;
    add_finding(c, &row, size, plane);
  }
  if (!status && !counts[0]) add_finding(c, area, size, plane);
  return status;
}

static enum status find_areas(struct device *device, const struct size *size, int plane, struct comparison *c,
                              struct fault *fault) {
  int32_t counts[2] = {0};
  enum status status =
      find_rows(device, &c->map[plane], c->limit[plane] / 2, c->limit[plane], size->least, c, counts, fault);
  if (status) return status;
  if (counts[1] > MOST_AREAS) c->overflow = true;
  struct kernel_component strong[MOST_TRIMMED];
  int32_t trimmed = 0;
  for (int32_t i = 0; i < counts[0]; i++) {
    const struct kernel_component *row = &c->host_rows[i];
    if (row->peak > HALO_SHARE * c->limit[plane] / 2 && trimmed < MOST_TRIMMED)
      strong[trimmed++] = *row;
    else
      add_finding(c, row, size, plane);
  }
  for (int32_t i = 0; i < trimmed && !status; i++) status = trim(device, &strong[i], size, plane, c, fault);
  return status;
}

static bool near(const struct finding *a, const struct finding *b) {
  return a->left <= b->right + JOIN_PX && b->left <= a->right + JOIN_PX && a->top <= b->bottom + JOIN_PX &&
         b->top <= a->bottom + JOIN_PX;
}

/* Luma and colour of one defect overlap; their areas are not added. */
static void absorb(struct finding *into, const struct finding *other) {
  bool same_kind = (into->chroma_peak > 0) == (other->chroma_peak > 0);
  const struct finding *larger = other->area > into->area ? other : into;
  double x = larger->middle_x, y = larger->middle_y, length = larger->length, width = larger->width;
  into->area = same_kind ? into->area + other->area : larger->area;
  into->middle_x = x, into->middle_y = y, into->length = length, into->width = width;
  if (other->left < into->left) into->left = other->left;
  if (other->top < into->top) into->top = other->top;
  if (other->right > into->right) into->right = other->right;
  if (other->bottom > into->bottom) into->bottom = other->bottom;
  into->weight += other->weight;
  if (other->peak > into->peak) into->peak = other->peak;
  if (other->chroma_peak > into->chroma_peak) into->chroma_peak = other->chroma_peak;
  if (other->full_peak > into->full_peak) into->full_peak = other->full_peak;
}

static int by_place(const void *a, const void *b) {
  const struct finding *p = a, *q = b;
  if (p->top != q->top) return p->top < q->top ? -1 : 1;
  if (p->left != q->left) return p->left < q->left ? -1 : 1;
  if (p->bottom != q->bottom) return p->bottom < q->bottom ? -1 : 1;
  return (p->right > q->right) - (p->right < q->right);
}

/* Joins what lies together until nothing more does, in order of place. */
static void join_findings(struct comparison *c) {
  for (bool joined = true; joined;) {
    joined = false;
    qsort(c->findings, c->count, sizeof *c->findings, by_place);
    for (size_t i = 0; i < c->count; i++)
      for (size_t j = i + 1; j < c->count;) {
        if (!near(&c->findings[i], &c->findings[j])) {
          j++;
          continue;
        }
        absorb(&c->findings[i], &c->findings[j]);
        memmove(&c->findings[j], &c->findings[j + 1], (c->count - j - 1) * sizeof *c->findings);
        c->count--;
        joined = true;
      }
  }
}

/* What is small and weak, and nothing like it is beside it. */
static void drop_specks(struct comparison *c) {
  size_t kept = 0;
  for (size_t i = 0; i < c->count; i++)
    if (c->findings[i].weight >= 1) c->findings[kept++] = c->findings[i];
  c->count = kept;
}

/* A spec's min_area is the least, whatever the strength. */
static struct size size_of(int plane, double min_area) {
  double scale = 1 << aligned_level(plane), full = isnan(min_area) ? FULL_AREA : min_area;
  double share = isnan(min_area) ? LEAST_SHARE : 1;
  full = ceil((plane == ALIGNED_LUMA ? 1 : 2) * full / (scale * scale));
  if (full < LEAST_SMALL) full = LEAST_SMALL;
  double least = ceil(share * full);
  return (struct size){full, least < LEAST_SMALL ? LEAST_SMALL : least};
}

/* The areas of a plane, once more where ground from beyond an outline or white was among them. */
static enum status find_plane(struct device *device, const struct reference *reference, const struct plane *labels,
                              const struct aligned *photo, const struct size *size, int plane, struct comparison *c,
                              struct fault *fault) {
  size_t first = c->count;
  bool overflow = c->overflow, cleared = false, lowered = false;
  enum status status = find_areas(device, size, plane, c, fault);
  /* The luma's are the first that there are. */
  if (!status && plane == ALIGNED_LUMA) status = rim_clear(device, reference, labels, photo, c, &cleared, fault);
  if (!status && photo->photo) status = saturated_clear(device, reference, photo, plane, first, c, &lowered, fault);
  if (status || !(cleared || lowered)) return status;
  c->count = first, c->overflow = overflow;
  return find_areas(device, size, plane, c, fault);
}

void comparison_find_use(double min_area, struct comparison *c) {
  c->use = 0;
  for (int i = 0; i < c->planes; i++) {
    double use = use_of(c->levels[i], size_of(i, min_area).full, c->limit[i]);
    if (use > c->use) c->use = use;
  }
}

enum status compare_photo(struct device *device, const struct reference *reference, const struct plane *labels,
                          const struct aligned *photo, double min_area, struct comparison *c, struct fault *fault) {
  c->count = 0, c->overflow = false, c->compared = 0;
  c->planes = reference->planes < photo->planes ? reference->planes : photo->planes;
  enum status status = map_planes(device, reference, photo, c, fault);
  for (int i = 0; i < c->planes && !status; i++) {
    struct size size = size_of(i, min_area);
    status = find_plane(device, reference, labels, photo, &size, i, c, fault);
  }
  if (status) return status;
  comparison_find_use(min_area, c);
  join_findings(c);
  drop_specks(c);
  return STATUS_OK;
}

void comparison_free(struct device *device, struct comparison *c) {
  for (int i = 0; i < ALIGNED_PLANES; i++) device_release(device, &c->maps[i]);
  device_release(device, &c->scratch);
  device_release(device, &c->rows);
  device_release(device, &c->counts);
  device_release(device, &c->histogram);
  free(c->host_rows);
  free(c->findings);
  memset(c, 0, sizeof *c);
}
