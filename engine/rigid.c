#include "engine/rigid.h"

#include "engine/rigid_ground.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of what is compared, so much must lie outside all rigid zones. */
static const double LEAST_DATUM = 0.1;

/* A zone is looked for on a level where its shorter side still has LEAST_SIDE pixels, first where it should lie, then
 * at places RING_STEP pixels of the level apart, up to RINGS of them away, until golden and photo agree as well as
 * SURE. A place is believed from LEAST_CORRELATION on. */
enum { LEAST_SIDE = 16, RINGS = 4, ROUNDS = 6, LEAST_PIXELS = 64 };
/* Where golden and photo then agree less than as WHOLE, ground in the zone did not move with it (solder pads, print
 * beside a label): what stands out of the residuals by TRIM of their spreads is left out at the end. That pulls the
 * place a little to where it was, so that it is not done without need. */
static const double TRIM = 3, WHOLE = 0.94;
enum { TRIMMED_ROUNDS = 20 };
static const double RING_STEP = 3, SURE = 0.9, LEAST_CORRELATION = 0.55;

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

/* What the search for one zone works on: its cutting of the golden, with a placement and light of its own. */
struct search {
  struct refine refine;
  struct placement placement;
  struct pose origin; /* where the zone should lie: cutting -> photo */
  struct light light;
};

/* The field in the cutting's pixels: its own points, which the cutting's corner lies on. */
static enum status local_field(const struct field *field, const struct rigid_zone *z, struct field *local,
                               struct fault *fault) {
  local->columns = 0;
  if (!field->columns) return STATUS_OK;
  int columns = (int)(z->width / field->spacing) + 2, rows = (int)(z->height / field->spacing) + 2;
  enum status status = field_reserve(local, columns, rows, field->spacing, field->origin, fault);
  if (status) return status;
  for (int j = 0; j < rows; j++)
    for (int i = 0; i < columns; i++) {
      struct pose_point d =
          field_at(field, z->left + field->origin + i * field->spacing, z->top + field->origin + j * field->spacing);
      size_t at = (size_t)j * (size_t)columns + (size_t)i;
      local->x[at] = d.x, local->y[at] = d.y;
    }
  return STATUS_OK;
}

static enum status begin_search(struct device *device, const struct rigid_zone *z, const struct alignment *a,
                                struct rigid_work *work, struct search *s, struct fault *fault) {
  const struct pose corner = {{1, 0, z->left, 0, 1, z->top, 0, 0, 1}};
  s->origin = a->placement.pose;
  if (!pose_compose(&a->placement.pose, &corner, &s->origin)) return STATUS_OK;
  s->light = a->light;
  s->light.cx -= z->left, s->light.cy -= z->top;
  enum status status = local_field(&a->placement.field, z, &work->local, fault);
  s->placement = (struct placement){.pose = s->origin, .field = work->local};
  s->refine = (struct refine){.device = device,
                              .tiles = &work->tiles,
                              .golden = &z->luma,
                              .mask = &z->mask,
                              .photo = &a->photo,
                              .motion = MOTION_RIGID,
                              .placement = &s->placement};
  return status;
}

/* From a start, in golden pixels off where the zone should lie, to a place on the coarse level. */
static enum status try_start(struct search *s, int level, double x, double y, struct fault *fault) {
  const struct pose shift = {{1, 0, x, 0, 1, y, 0, 0, 1}};
  s->placement.pose = s->origin;
  if (!pose_compose(&s->origin, &shift, &s->placement.pose)) return STATUS_OK;
  s->refine.light = s->light, s->refine.cut = 127, s->refine.sigma = 127;
  enum status status = refine_pose(&s->refine, level, ROUNDS, 0.05, fault);
  s->refine.cut = 127;
  return status ? status : refine_measure(&s->refine, level, fault);
}

static enum status search_coarse(struct search *s, int level, struct fault *fault) {
  double step = RING_STEP * (double)(1 << level), best_correlation;
  enum status status = try_start(s, level, 0, 0, fault);
  struct pose best = s->placement.pose;
  struct light light = s->refine.light;
  best_correlation = s->refine.correlation;
  for (int ring = 1; ring <= RINGS && best_correlation < SURE; ring++)
    for (int v = -ring; v <= ring && !status; v++)
      for (int u = -ring; u <= ring && !status; u++) {
        if (abs(u) != ring && abs(v) != ring) continue;
        status = try_start(s, level, u * step, v * step, fault);
        if (status || s->refine.correlation <= best_correlation) continue;
        best = s->placement.pose, light = s->refine.light, best_correlation = s->refine.correlation;
      }
  s->placement.pose = best, s->refine.light = light, s->refine.correlation = best_correlation;
  return status;
}

/* What the search moved the zone by, over the golden: d(p) = M p - p. */
static bool motion_of(const struct search *s, const struct rigid_zone *z, double m[6]) {
  struct pose back, moved;
  if (!pose_invert(&s->origin, &back) || !pose_compose(&back, &s->placement.pose, &moved)) return false;
  const double *h = moved.h;
  m[0] = h[0] - 1, m[1] = h[1], m[2] = h[2] - m[0] * z->left - m[1] * z->top;
  m[3] = h[3], m[4] = h[4] - 1, m[5] = h[5] - m[3] * z->left - m[4] * z->top;
  return true;
}

static enum status measure_zone(struct device *device, const struct rigid_zone *z, const struct align_golden *g,
                                const struct alignment *a, struct rigid_work *work, struct rigid_place *place,
                                double m[6], struct fault *fault) {
  struct search s;
  *place = (struct rigid_place){.found = false};
  memset(m, 0, 6 * sizeof *m);
  enum status status = begin_search(device, z, a, work, &s, fault);
  if (!status) status = search_coarse(&s, z->coarse, fault);
  for (int level = z->coarse; level >= g->final_level && level < z->luma.count && !status; level--) {
    s.refine.cut = 127;
    status = refine_pose(&s.refine, level, 10, 0.005, fault);
  }
  int final_level = g->final_level < z->luma.count ? g->final_level : z->luma.count - 1;
  s.refine.cut = 127;
  if (!status) status = refine_measure(&s.refine, final_level, fault);
  bool whole = s.refine.correlation >= WHOLE;
  s.refine.trim = whole ? 0 : TRIM;
  refine_next_cut(&s.refine);
  if (!status) status = refine_pose(&s.refine, final_level, whole ? ROUNDS : TRIMMED_ROUNDS, 0.002, fault);
  s.refine.cut = 127;
  if (!status) status = refine_measure(&s.refine, final_level, fault);
  if (status || s.refine.correlation < LEAST_CORRELATION || !motion_of(&s, z, m)) return status;
  place->found = true;
  place->dx = m[0] * z->x + m[1] * z->y + m[2], place->dy = m[3] * z->x + m[4] * z->y + m[5];
  place->turn = m[3];
  return STATUS_OK;
}

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
    status = measure_zone(device, &rigid->zones[i], golden, a, work, &work->places[i], work->motion[i], fault);
    if (!status && work->places[i].found) take_from_ground(rigid, i, a, &work->places[i]);
  }
  if (status) return status;
  a->placement.parts = (struct parts){rigid->columns, rigid->rows, rigid->owner, (const double(*)[6])work->motion};
  return complete_light(device, rigid, golden, a, fault);
}

void rigid_work_free(struct device *device, struct rigid_work *work) {
  free(work->places), free(work->motion);
  field_free(&work->local);
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
