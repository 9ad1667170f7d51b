#include "engine/rigid_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A zone is looked for first where it should lie, then at places RING_STEP pixels of the level apart, up to RINGS of
 * them away, until golden and photo agree as well as SURE. A place is believed from LEAST_CORRELATION on. */
enum { RINGS = 4, ROUNDS = 6 };
static const double RING_STEP = 3, SURE = 0.9, LEAST_CORRELATION = 0.55;

/* Where golden and photo then agree less than as WHOLE, ground in the zone did not move with it (solder pads, print
 * beside a label): what stands out of the residuals by TRIM of their spreads is left out at the end. That pulls the
 * place a little to where it was, so that it is not done without need. */
static const double TRIM = 3, WHOLE = 0.94;
enum { TRIMMED_ROUNDS = 20 };

/* A zone that has moved is at last placed by what moved with it alone, as finely as OWN_PIXELS allow. */
enum { OWN_ROUNDS = 3 };
static const double OWN_PIXELS = 0.25e6;

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

/* The finest on which the cutting has OWN_PIXELS at most. */
static int own_level(const struct rigid_zone *z, int level) {
  while (level > 0 && (double)(z->width >> (level - 1)) * (double)(z->height >> (level - 1)) <= OWN_PIXELS) level--;
  return level;
}

/* By the pixels that moved with the zone alone, as long as they tell. */
static enum status settle_own(struct search *s, const struct rigid_zone *z, int level, struct rigid_work *work,
                              struct fault *fault) {
  const struct placement still = {.pose = s->origin, .field = work->local};
  enum status status = STATUS_OK;
  bool told = true;
  s->refine.trim = 0;
  for (int round = 0; round < OWN_ROUNDS && told && !status; round++) {
    s->refine.mask = &z->mask;
    status = rigid_own_find(&s->refine, &still, level, &work->own, &told, fault);
    s->refine.mask = &work->own.mask, s->refine.cut = 127;
    if (!status && told) status = refine_pose(&s->refine, level, ROUNDS, 0.002, fault);
  }
  s->refine.mask = &z->mask;
  return status;
}

/* On the last level. */
static enum status settle(struct search *s, const struct rigid_zone *z, int level, struct rigid_work *work,
                          struct fault *fault) {
  bool whole = s->refine.correlation >= WHOLE;
  s->refine.trim = whole ? 0 : TRIM;
  refine_next_cut(&s->refine);
  enum status status = refine_pose(&s->refine, level, whole ? ROUNDS : TRIMMED_ROUNDS, 0.002, fault);
  if (!status) status = settle_own(s, z, own_level(z, level), work, fault);
  s->refine.cut = 127;
  return status ? status : refine_measure(&s->refine, level, fault);
}

enum status rigid_search(struct device *device, const struct rigid_zone *z, const struct align_golden *g,
                         const struct alignment *a, struct rigid_work *work, struct rigid_place *place, double m[6],
                         struct fault *fault) {
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
  if (!status) status = settle(&s, z, final_level, work, fault);
  if (status || s.refine.correlation < LEAST_CORRELATION || !motion_of(&s, z, m)) return status;
  place->found = true;
  place->dx = m[0] * z->x + m[1] * z->y + m[2], place->dy = m[3] * z->x + m[4] * z->y + m[5];
  place->turn = m[3];
  return STATUS_OK;
}
