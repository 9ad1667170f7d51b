#include "engine/direct.h"

/* The coarsest level that is looked at has at most so many pixels: there a photo that was held a little askew lies off
 * by about one. */
static const double START_PIXELS = 1000;

/* Correlation within tiles of the start from which no other is tried, of a pose worth following, and of a golden with
 * itself turned from which it does not tell how it lies. */
static const double CLEAR = 0.85, LEAST = 0.6, MOST_ALIKE = 0.8;

/* Tangents of half of 0, 5 and -5 degrees, and of 90, 180 (nearly) and 270. */
static const double TILTS[] = {0, 0.0437, -0.0437}, TURNS[] = {1, 1e6, -1};
enum { ROUNDS = 8, STARTS = 3 };

static int start_level(const struct pyramid *golden) {
  int level = 0;
  while (level + 1 < golden->count &&
         (double)golden->level[level].width * (double)golden->level[level].height > START_PIXELS)
    level++;
  return level;
}

/* The golden's middle on the photo's, turned, and filling the photo as the golden's own picture does where the model
 * knows a scale. */
static struct pose start_pose(const struct refine *r, double tangent) {
  const struct kernel_image *golden = &r->golden->level[0], *photo = &r->photo->level[0];
  double across = (double)photo->width / (double)golden->width, down = (double)photo->height / (double)golden->height;
  double scale = r->motion < MOTION_SIMILARITY ? 1 : across < down ? across : down;
  double t = tangent * tangent, c = scale * (1 - t) / (1 + t), s = scale * 2 * tangent / (1 + t);
  double gx = 0.5 * (golden->width - 1), gy = 0.5 * (golden->height - 1);
  double px = 0.5 * (photo->width - 1), py = 0.5 * (photo->height - 1);
  return (struct pose){{c, -s, px - c * gx + s * gy, s, c, py - s * gx - c * gy, 0, 0, 1}};
}

static enum status settle(struct refine *r, int level, struct fault *fault) {
  r->cut = 127;
  enum status status = refine_pose(r, level, ROUNDS, 0.05, fault);
  r->cut = 127;
  return status ? status : refine_measure(r, level, fault);
}

/* The best of `count` starts, at the coarsest level; no further than the first clear one. */
static enum status begin(struct refine *r, const double *tangents, int count, int level, struct fault *fault) {
  struct refine best = *r;
  struct pose pose = r->placement->pose;
  enum status status = STATUS_OK;
  best.correlation = -1;
  for (int i = 0; i < count && !status && best.correlation < CLEAR; i++) {
    r->placement->pose = start_pose(r, tangents[i]);
    r->light = light_none(r->golden->level[0].width, r->golden->level[0].height);
    r->sigma = 127;
    status = settle(r, level, fault);
    if (!status && r->correlation > best.correlation) best = *r, pose = r->placement->pose;
  }
  *r = best;
  r->placement->pose = pose;
  return status;
}

/* From the best start to the level before `finest`; r->correlation tells how well it went. */
static enum status climb(struct refine *r, const double *tangents, int count, int finest, struct fault *fault) {
  enum motion motion = r->motion;
  int level = start_level(r->golden);
  /* What more the model can do is seen on finer levels. */
  if (r->motion > MOTION_SIMILARITY) r->motion = MOTION_SIMILARITY;
  r->placement->field.columns = 0;
  enum status status = begin(r, tangents, count, level, fault);
  while (!status && r->correlation >= LEAST && --level > finest) status = settle(r, level, fault);
  r->motion = motion;
  return status;
}

enum status direct_alike(struct refine *r, int finest, double *alike, struct fault *fault) {
  enum status status = STATUS_OK;
  *alike = 0;
  for (int i = 0; i < STARTS && !status && r->motion > MOTION_TRANSLATION; i++) {
    status = climb(r, &TURNS[i], 1, finest, fault);
    if (r->correlation > *alike) *alike = r->correlation;
  }
  return status;
}

enum status direct_find(struct refine *r, int finest, double alike, bool *found, struct fault *fault) {
  *found = false;
  if (alike > MOST_ALIKE) return STATUS_OK;
  enum status status = climb(r, TILTS, r->motion == MOTION_TRANSLATION ? 1 : STARTS, finest, fault);
  double least = 0.5 * (1 + alike);
  *found = !status && r->correlation >= (least > LEAST ? least : LEAST);
  return status;
}
