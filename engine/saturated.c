#include "engine/saturated.h"

#include <stdlib.h>
#include <string.h>

/* A channel of the photo begins to saturate at BRINK (the camera's shoulder, ringing of lens and JPEG), and is at
 * WHITE. */
static const double BRINK = 240, WHITE = 252;

/* MOST_PIXELS: golden pixels that are looked at in one photo. PROBES: places a side at which a finding is asked first
 * whether anything is white there. */
enum { MOST_PIXELS = 1 << 22, PROBES = 16 };

/* Luma and chroma of BT.601, full range. */
static const double RED = 0.299, GREEN = 0.587, BLUE = 0.114, CB = 0.564334, CR = 0.713267;

struct rgb {
  double channel[3];
};

/* The photo's own value where a golden position lies; false outside it. */
static bool photo_at(const struct aligned *photo, double x, double y, struct rgb *rgb) {
  const struct image *image = photo->photo;
  struct pose_point d = placement_displacement(photo->placement, x, y), q;
  if (!pose_apply(&photo->placement->pose, x + d.x, y + d.y, &q)) return false;
  if (!(q.x >= 0 && q.y >= 0 && q.x <= image->width - 1 && q.y <= image->height - 1)) return false;
  image_rgb_at(image, photo->colour, (int32_t)(q.x + 0.5), (int32_t)(q.y + 0.5), rgb->channel);
  return true;
}

/* A plane of the golden over a finding. */
struct part {
  int plane, level;
  int32_t left, top, width, height; /* pixels of the plane */
  uint16_t *mean;                   /* as in struct reference_plane */
};

/* A finding's box in pixels of its plane, one more on each side, and what is fetched for it. */
struct patch {
  int32_t scale; /* golden pixels a pixel */
  int32_t left, top, width, height;
  uint8_t *map, *photo;
  struct part luma, cb, cr;
  double *relief; /* grey levels by which saturated channels lower the plane's value */
};

static double golden_position(const struct patch *p, int32_t first, int32_t at) {
  return p->scale * (first + at + 0.5) - 0.5;
}

static double part_at(const struct part *part, double x, double y) {
  int32_t column = ((int32_t)x >> part->level) - part->left, row = ((int32_t)y >> part->level) - part->top;
  if (column >= part->width) column = part->width - 1;
  if (row >= part->height) row = part->height - 1;
  return part->mean[(size_t)row * (size_t)part->width + (size_t)column] / 16.0;
}

static struct part part_of(const struct patch *p, int plane, const struct reference *reference) {
  const struct reference_plane *r = &reference->plane[plane];
  int level = aligned_level((enum aligned_plane)plane);
  int32_t left = p->scale * p->left >> level, top = p->scale * p->top >> level;
  int32_t right = (p->scale * (p->left + p->width) - 1) >> level;
  int32_t bottom = (p->scale * (p->top + p->height) - 1) >> level;
  if (right >= r->width) right = r->width - 1;
  if (bottom >= r->height) bottom = r->height - 1;
  return (struct part){plane, level, left, top, right - left + 1, bottom - top + 1, NULL};
}

static size_t part_size(const struct part *part) {
  return (size_t)part->width * (size_t)part->height;
}

static struct patch patch_of(const struct finding *f, int plane, bool colour, const struct reference *reference) {
  const struct reference_plane *r = &reference->plane[plane];
  int level = aligned_level((enum aligned_plane)plane);
  int32_t left = f->left >> level, top = f->top >> level, right = f->right >> level, bottom = f->bottom >> level;
  struct patch p = {.scale = 1 << level, .left = left > 0 ? left - 1 : 0, .top = top > 0 ? top - 1 : 0};
  p.width = (right + 1 < r->width ? right + 1 : r->width - 1) - p.left + 1;
  p.height = (bottom + 1 < r->height ? bottom + 1 : r->height - 1) - p.top + 1;
  bool quarter = plane >= ALIGNED_CB_QUARTER;
  p.luma = part_of(&p, ALIGNED_LUMA, reference);
  if (colour) p.cb = part_of(&p, quarter ? ALIGNED_CB_QUARTER : ALIGNED_CB, reference);
  if (colour) p.cr = part_of(&p, quarter ? ALIGNED_CR_QUARTER : ALIGNED_CR, reference);
  return p;
}

static bool any_white(const struct aligned *photo, const struct patch *p) {
  int32_t across = p->width / PROBES + 1, down = p->height / PROBES + 1;
  struct rgb rgb;
  for (int32_t y = 0; y < p->height; y += down)
    for (int32_t x = 0; x < p->width; x += across) {
      if (!photo_at(photo, golden_position(p, p->left, x), golden_position(p, p->top, y), &rgb)) continue;
      for (int k = 0; k < 3; k++)
        if (rgb.channel[k] > BRINK) return true;
    }
  return false;
}

static enum status fetch_part(struct device *device, const struct reference *reference, struct part *part,
                              struct fault *fault) {
  if (!part_size(part)) return STATUS_OK;
  return reference_mean(device, reference, part->plane, part->left, part->top, part->width, part->height, part->mean,
                        fault);
}

/* `memory` is to be freed in any case. */
static enum status fetch(struct device *device, const struct reference *reference, const struct aligned *photo,
                         const struct comparison *c, int plane, struct patch *p, void **memory, struct fault *fault) {
  size_t count = (size_t)p->width * (size_t)p->height, means = part_size(&p->luma) + 2 * part_size(&p->cb);
  *memory = malloc(count * (sizeof *p->relief + 2) + means * sizeof *p->luma.mean);
  if (!*memory) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  p->relief = *memory;
  p->luma.mean = (uint16_t *)(void *)(p->relief + count);
  p->cb.mean = p->luma.mean + part_size(&p->luma), p->cr.mean = p->cb.mean + part_size(&p->cb);
  p->map = (uint8_t *)(p->cr.mean + part_size(&p->cr)), p->photo = p->map + count;
  enum status status =
      device_download_part(device, &c->map[plane], 1, p->left, p->top, p->width, p->height, p->map, fault);
  if (!status)
    status =
        device_download_part(device, &photo->plane[plane], 1, p->left, p->top, p->width, p->height, p->photo, fault);
  if (!status) status = fetch_part(device, reference, &p->luma, fault);
  if (!status) status = fetch_part(device, reference, &p->cb, fault);
  if (!status) status = fetch_part(device, reference, &p->cr, fault);
  return status;
}

/* How far each channel, brought to the golden's light, lies below the golden, where it is saturated: 0 where it is
 * not. */
static struct rgb missing_at(const struct aligned *photo, const struct patch *p, double x, double y) {
  struct rgb own, missing = {{0, 0, 0}};
  if (!photo_at(photo, x, y, &own)) return missing;
  double cb = photo->colour ? part_at(&p->cb, x, y) - 128 : 0, cr = photo->colour ? part_at(&p->cr, x, y) - 128 : 0;
  double golden[3];
  image_rgb_of(part_at(&p->luma, x, y), cb, cr, golden);
  for (int k = 0; k < 3; k++) {
    if (!(own.channel[k] > BRINK)) continue;
    const struct light *light = photo->colour ? &photo->light.channel[k] : &photo->light.luma;
    double lit = (own.channel[k] + LIGHT_PEDESTAL - light->offset) / light_gain(light, x, y) - LIGHT_PEDESTAL;
    double share = own.channel[k] < WHITE ? (own.channel[k] - BRINK) / (WHITE - BRINK) : 1;
    if (lit < golden[k]) missing.channel[k] = share * (golden[k] - lit);
  }
  return missing;
}

static double plane_value(const struct rgb *rgb, int plane) {
  const double *c = rgb->channel;
  double luma = RED * c[0] + GREEN * c[1] + BLUE * c[2];
  if (plane == ALIGNED_LUMA) return luma;
  return plane == ALIGNED_CB || plane == ALIGNED_CB_QUARTER ? CB * (c[2] - luma) : CR * (c[0] - luma);
}

static void find_relief(const struct aligned *photo, int plane, struct patch *p) {
  for (int32_t y = 0; y < p->height; y++)
    for (int32_t x = 0; x < p->width; x++) {
      struct rgb missing = missing_at(photo, p, golden_position(p, p->left, x), golden_position(p, p->top, y));
      p->relief[(size_t)y * (size_t)p->width + (size_t)x] = plane_value(&missing, plane);
    }
}

/* What is left of a difference when `relief` is given back: never more, and nothing where its sign turns. */
static double share_left(double difference, double relief) {
  double left = difference + relief;
  if (difference < 0 ? left >= 0 : left <= 0) return 0;
  return left / difference < 1 ? left / difference : 1;
}

/* Both the photo and the relief are compared through the 3 x 3 binomial mean. */
static bool lower(struct patch *p, int plane, int32_t limit, int32_t *levels) {
  const struct part *golden = plane == p->luma.plane ? &p->luma : plane == p->cb.plane ? &p->cb : &p->cr;
  static const double weight[3] = {0.25, 0.5, 0.25};
  bool lowered = false;
  for (int32_t y = 1; y + 1 < p->height; y++)
    for (int32_t x = 1; x + 1 < p->width; x++) {
      size_t at = (size_t)y * (size_t)p->width + (size_t)x;
      if (p->map[at] < limit / 2) continue;
      double relief = 0, value = 0;
      for (int32_t v = -1; v <= 1; v++)
        for (int32_t u = -1; u <= 1; u++) {
          size_t near = (size_t)(y + v) * (size_t)p->width + (size_t)(x + u);
          double w = weight[v + 1] * weight[u + 1];
          relief += w * p->relief[near], value += w * p->photo[near];
        }
      double own = part_at(golden, golden_position(p, p->left, x), golden_position(p, p->top, y));
      uint8_t left = (uint8_t)(p->map[at] * share_left(value - own, relief));
      if (left == p->map[at]) continue;
      levels[p->map[at]]--, levels[left]++;
      p->map[at] = left;
      lowered = true;
    }
  return lowered;
}

enum status saturated_clear(struct device *device, const struct reference *reference, const struct aligned *photo,
                            int plane, size_t first, struct comparison *c, bool *lowered, struct fault *fault) {
  int64_t pixels = 0;
  *lowered = false;
  for (size_t i = first; i < c->count; i++) {
    struct patch p = patch_of(&c->findings[i], plane, photo->colour, reference);
    pixels += (int64_t)p.width * p.height * p.scale * p.scale;
    if (pixels > MOST_PIXELS) return STATUS_OK;
    if (!any_white(photo, &p)) continue;
    void *memory;
    enum status status = fetch(device, reference, photo, c, plane, &p, &memory, fault);
    if (!status) {
      find_relief(photo, plane, &p);
      if (lower(&p, plane, c->limit[plane], c->levels[plane])) {
        *lowered = true;
        status = device_upload_part(device, &c->map[plane], 1, p.left, p.top, p.width, p.height, p.map, fault);
      }
    }
    free(memory);
    if (status) return status;
  }
  return STATUS_OK;
}
