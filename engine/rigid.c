#include "engine/rigid.h"

#include "engine/rigid_ground.h"
#include "engine/rigid_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of what is compared, so much must lie outside all rigid zones. */
static const double LEAST_DATUM = 0.1;

/* A zone is looked for on a level where its shorter side still has LEAST_SIDE pixels. */
enum { LEAST_SIDE = 16, LEAST_PIXELS = 64 };

/* Beside a zone that moved by more than STILL pixels, the map between the parts bends over so many cells. */
static const double STILL = 0.5;
enum { BENT_CELLS = 2 };

/* The ground around a zone tells of that under it from as far as so many of its diagonals, or tiles, away. */
static const double REACH_DIAGONALS = 1.25, REACH_TILES = 6;

/* ---- the golden's side ---- */

static bool is_rigid(const struct spec *spec, int label) {
  const struct spec_zone *zone = zones_of_label(spec, label);
  return zone && zone->rigid;
}

enum status rigid_begin(const struct spec *spec, const struct zones *zones, struct rigid *rigid,
                        const struct plane **mask, struct fault *fault) {
  const struct plane *labels = &zones->labels;
  size_t count = 0, pixels = (size_t)labels->width * (size_t)labels->height, compared = 0, datum = 0;
  memset(rigid, 0, sizeof *rigid);
  rigid->spec = spec;
  for (size_t i = 0; i < spec->zone_count; i++) count += spec->zones[i].rigid;
  if (!count) return STATUS_OK;
  rigid->datum = malloc(pixels);
  rigid->zones = calloc(count, sizeof *rigid->zones);
  rigid->approved = calloc(count, sizeof *rigid->approved);
  rigid->sums = calloc(count, sizeof *rigid->sums);
  if (!rigid->datum || !rigid->zones || !rigid->approved || !rigid->sums)
    return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
  for (size_t i = 0; i < pixels; i++) {
    rigid->datum[i] = is_rigid(spec, labels->pixels[i]) ? 0 : labels->pixels[i];
    compared += labels->pixels[i] != 0, datum += rigid->datum[i] != 0;
  }
  if ((double)datum < LEAST_DATUM * (double)compared)
    return fault_set(
        fault, STATUS_INVALID,
        "zones: %.0f %% of what is compared is rigid; expected at least %.0f %% of it outside rigid zones, "
        "against which their displacement is measured",
        100 - 100 * (double)datum / (double)compared, 100 * LEAST_DATUM);
  rigid->plane = (struct plane){rigid->datum, labels->width, labels->height, (size_t)labels->width};
  *mask = &rigid->plane;
  return STATUS_OK;
}

/* Box and middle of the pixels with a label; how many there are. */
static size_t extent(const struct plane *labels, uint8_t label, struct rigid_zone *zone) {
  double x_sum = 0, y_sum = 0;
  size_t count = 0;
  int32_t *box = zone->box;
  box[0] = labels->width, box[1] = labels->height, box[2] = box[3] = -1;
  for (int32_t y = 0; y < labels->height; y++)
    for (int32_t x = 0; x < labels->width; x++) {
      if (labels->pixels[(size_t)y * labels->stride + (size_t)x] != label) continue;
      if (x < box[0]) box[0] = x;
      if (x > box[2]) box[2] = x;
      if (y < box[1]) box[1] = y;
      box[3] = y;
      x_sum += x, y_sum += y;
      count++;
    }
  if (count) zone->x = x_sum / (double)count, zone->y = y_sum / (double)count;
  zone->area = (int64_t)count;
  return count;
}

/* The cutting begins on a corner of the coarsest level's pixels and of the field's cells. */
static void cut_out(const struct align_golden *g, struct rigid_zone *z) {
  const int32_t *box = z->box;
  int32_t shorter = box[2] - box[0] < box[3] - box[1] ? box[2] - box[0] + 1 : box[3] - box[1] + 1;
  z->coarse = g->final_level;
  while (z->coarse + 1 < g->luma.count && shorter >> (z->coarse + 1) >= LEAST_SIDE) z->coarse++;
  int32_t grain = KERNEL_CELL << z->coarse;
  z->left = box[0] / grain * grain, z->top = box[1] / grain * grain;
  if (z->left && box[0] - z->left < KERNEL_CELL) z->left -= grain;
  if (z->top && box[1] - z->top < KERNEL_CELL) z->top -= grain;
  int32_t right = box[2] + grain, bottom = box[3] + grain;
  z->width = (right < g->width ? right : g->width) - z->left;
  z->height = (bottom < g->height ? bottom : g->height) - z->top;
}

static enum status open_zone(struct device *device, const struct plane *labels, const struct align_golden *g,
                             struct rigid_zone *z, struct fault *fault) {
  cut_out(g, z);
  size_t width = (size_t)z->width, size = width * (size_t)z->height;
  uint8_t *mask = z->pixels = malloc(size);
  if (!mask) return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
  for (size_t y = 0; y < (size_t)z->height; y++)
    for (size_t x = 0; x < width; x++)
      mask[y * width + x] =
          labels->pixels[((size_t)z->top + y) * labels->stride + (size_t)z->left + x] == ZONES_FIRST + z->zone ? 255
                                                                                                               : 0;
  const struct plane plane = {mask, z->width, z->height, width};
  enum status status = pyramid_build_mask(device, &z->mask, &plane, z->coarse + 1, fault);
  if (status) return status;
  z->luma.count = z->coarse + 1 < z->mask.count ? z->coarse + 1 : z->mask.count;
  if (z->coarse >= z->luma.count) z->coarse = z->luma.count - 1;
  for (int level = 0; level < z->luma.count; level++) {
    struct kernel_image *view = &z->luma.level[level];
    *view = g->luma.level[level];
    view->offset += (size_t)(z->top >> level) * (size_t)view->stride + (size_t)(z->left >> level);
    view->width = z->mask.level[level].width, view->height = z->mask.level[level].height;
  }
  return STATUS_OK;
}

static enum status make_owner(const struct plane *labels, struct rigid *rigid, struct fault *fault) {
  rigid->columns = KERNEL_TILES(labels->width), rigid->rows = KERNEL_TILES(labels->height);
  rigid->owner = calloc((size_t)rigid->columns * (size_t)rigid->rows, 1);
  if (!rigid->owner) return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
  for (size_t i = 0; i < rigid->count; i++) {
    const struct rigid_zone *z = &rigid->zones[i];
    for (int32_t y = z->box[1]; y <= z->box[3]; y++)
      for (int32_t x = z->box[0]; x <= z->box[2]; x++)
        if (labels->pixels[(size_t)y * labels->stride + (size_t)x] == ZONES_FIRST + z->zone)
          rigid->owner[(size_t)(y / KERNEL_CELL) * (size_t)rigid->columns + (size_t)(x / KERNEL_CELL)] =
              (uint8_t)(i + 1);
  }
  return STATUS_OK;
}

enum status rigid_open(struct device *device, const struct zones *zones, const struct align_golden *golden,
                       struct rigid *rigid, struct fault *fault) {
  const struct spec *spec = rigid->spec;
  if (!rigid->datum) return STATUS_OK;
  enum status status = pyramid_build_mask(device, &rigid->all, &zones->labels, PYRAMID_LEVELS, fault);
  for (size_t i = 0; i < spec->zone_count && !status; i++) {
    if (!spec->zones[i].rigid) continue;
    struct rigid_zone *z = &rigid->zones[rigid->count];
    z->zone = (int)i;
    if (extent(&zones->labels, (uint8_t)(ZONES_FIRST + i), z) < LEAST_PIXELS)
      return fault_set(fault, STATUS_INVALID,
                       "zone %s: rigid, and fewer than %d pixels of it are its own; expected a larger one",
                       spec->zones[i].name, LEAST_PIXELS);
    rigid->count++;
    status = open_zone(device, &zones->labels, golden, z, fault);
  }
  return status ? status : make_owner(&zones->labels, rigid, fault);
}

void rigid_close(struct device *device, struct rigid *rigid) {
  for (size_t i = 0; i < rigid->count; i++) {
    pyramid_release(device, &rigid->zones[i].mask);
    free(rigid->zones[i].pixels);
  }
  pyramid_release(device, &rigid->all);
  free(rigid->zones), free(rigid->datum), free(rigid->owner);
  free(rigid->approved), free(rigid->sums);
  memset(rigid, 0, sizeof *rigid);
}

const struct pyramid *rigid_mask(const struct rigid *rigid, const struct align_golden *golden) {
  return rigid->datum ? &rigid->all : &golden->mask;
}

/* ---- a photo ---- */

/* From where the ground under it and the approved photos have the zone. */
static void take_from_ground(const struct rigid *rigid, size_t at, const struct alignment *a, struct rigid_place *p) {
  const struct rigid_zone *z = &rigid->zones[at];
  double wide = z->box[2] - z->box[0] + 1, high = z->box[3] - z->box[1] + 1;
  double near = REACH_DIAGONALS * sqrt(wide * wide + high * high);
  double least = REACH_TILES * (double)(KERNEL_CELL << a->tiles.level);
  const struct pose_point ground = rigid_ground_under(a, z->x, z->y, near > least ? near : least);
  const double *approved = rigid->approved[at];
  p->dx -= ground.x + approved[0], p->dy -= ground.y + approved[1], p->turn -= approved[2];
}

void rigid_approve(struct rigid *rigid, const struct rigid_work *work) {
  for (size_t i = 0; i < rigid->count && work->places; i++) {
    const struct rigid_place *p = &work->places[i];
    if (!p->found) continue;
    double *sums = rigid->sums[i];
    sums[0] += p->dx, sums[1] += p->dy, sums[2] += p->turn, sums[3]++;
  }
}

void rigid_take_mean(struct rigid *rigid) {
  for (size_t i = 0; i < rigid->count; i++)
    for (int k = 0; k < 3; k++) rigid->approved[i][k] = rigid->sums[i][k] / (1 + rigid->sums[i][3]);
}

/* The light of all that is compared, each part where it lies. */
static enum status complete_light(struct device *device, const struct rigid *rigid, const struct align_golden *g,
                                  struct alignment *a, struct fault *fault) {
  struct refine r = align_refine(device, g, a);
  r.mask = &rigid->all;
  refine_next_cut(&r);
  enum status status = refine_light(&r, g->final_level, fault);
  a->light = r.light, a->sigma = r.sigma;
  return status;
}

enum status rigid_measure(struct device *device, const struct rigid *rigid, const struct align_golden *golden,
                          struct alignment *a, struct rigid_work *work, struct fault *fault) {
  a->placement.parts.columns = 0;
  if (!rigid->count) return STATUS_OK;
  if (!work->places) work->places = calloc(rigid->count, sizeof *work->places);
  if (!work->motion) work->motion = calloc(rigid->count, sizeof *work->motion);
  if (!work->places || !work->motion) return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
  enum status status = rigid_ground_measure(device, golden, a, fault);
  for (size_t i = 0; i < rigid->count && !status; i++) {
    status = rigid_search(device, &rigid->zones[i], golden, a, work, &work->places[i], work->motion[i], fault);
    if (!status && work->places[i].found) take_from_ground(rigid, i, a, &work->places[i]);
  }
  if (status) return status;
  a->placement.parts = (struct parts){rigid->columns, rigid->rows, rigid->owner, (const double(*)[6])work->motion};
  return complete_light(device, rigid, golden, a, fault);
}

void rigid_work_free(struct device *device, struct rigid_work *work) {
  free(work->places), free(work->motion);
  field_free(&work->local);
  rigid_own_free(device, &work->own);
  tiles_free(device, &work->tiles);
  memset(work, 0, sizeof *work);
}

/* Whether the finding lies in the ring round the zone's edge, inside and outside, where the move shows. */
static bool is_in_ring(const struct rigid_zone *z, const struct rigid_place *p, const struct plane *labels,
                       const struct finding *f) {
  double moved = sqrt(p->dx * p->dx + p->dy * p->dy), out = BENT_CELLS * KERNEL_CELL + moved, in = moved + 2;
  if (f->left < z->box[0] - out || f->right > z->box[2] + out || f->top < z->box[1] - out ||
      f->bottom > z->box[3] + out)
    return false;
  int32_t left = f->left > in ? (int32_t)(f->left - in) : 0, right = (int32_t)(f->right + in);
  int32_t top = f->top > in ? (int32_t)(f->top - in) : 0, bottom = (int32_t)(f->bottom + in);
  if (right >= labels->width) right = labels->width - 1;
  if (bottom >= labels->height) bottom = labels->height - 1;
  for (int32_t y = top; y <= bottom; y++)
    for (int32_t x = left; x <= right; x++)
      if (labels->pixels[(size_t)y * labels->stride + (size_t)x] != ZONES_FIRST + z->zone) return true;
  return false;
}

void rigid_clear(const struct rigid *rigid, const struct zones *zones, const struct rigid_work *work,
                 struct comparison *c) {
  for (size_t i = 0; i < rigid->count; i++) {
    const struct rigid_place *p = &work->places[i];
    if (!p->found || p->dx * p->dx + p->dy * p->dy < STILL * STILL) continue;
    size_t kept = 0;
    for (size_t k = 0; k < c->count; k++)
      if (!is_in_ring(&rigid->zones[i], p, &zones->labels, &c->findings[k])) c->findings[kept++] = c->findings[k];
    c->count = kept;
  }
}
