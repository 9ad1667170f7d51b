#include "engine/symmetry.h"

#include <math.h>

/* The golden lies on itself: correlation within tiles from which a turn is looked at, followed to finer levels and
 * kept. */
static const double PROMISING = 0.5, FOLLOWED = 0.7, ALIKE = 0.6;

/* Turns are tried every 5 degrees: cosine and sine from the tangent of half of that, without libm. */
enum { TURNS = 72, ROUNDS = 4, FEW_ROUNDS = 4, MOST_PASSES = 3 };
static const double HALF_TURN = 0.043660943;

/* The level on which the turns begin has so many pixels at most, and the same turn is found again within so many pixels
 * of the last level. */
static const double START_PIXELS = 1500, SAME = 3;

/* Grey levels: a pixel whose residual reaches the golden's own spread does not agree; in these bounds. */
static const double LEAST_CUT = 8, MOST_CUT = 127;

/* More of the golden that is not the same is no symmetry. */
static const double MOST_UNLIKE = 0.35;

/* Shares: less of the golden that is not the same tells nothing; a pose of another look must do worse by TELLING of
 * that; MISSING: so much may be otherwise without anything being hidden. */
static const double NOTHING = 0.002, TELLING = 0.35, MISSING = 0.1;

/* ---- the golden ---- */

static void reset(struct refine *r) {
  r->light = light_none(r->golden->level[0].width, r->golden->level[0].height);
  r->sigma = r->cut = 127;
}

/* From the placement's pose at level `from` to `to`; r->correlation is below `least` where it was given up. */
static enum status follow(struct refine *r, int from, int to, double least, struct fault *fault) {
  enum status status = STATUS_OK;
  reset(r);
  for (int level = from; level >= to && !status; level--) {
    r->cut = 127;
    status = refine_pose(r, level, ROUNDS, 0.05, fault);
    r->cut = 127;
    if (!status) status = refine_measure(r, level, fault);
    if (r->correlation < least) break;
  }
  return status;
}

static double cut_of(const struct symmetries *s, double gain) {
  double cut = s->spread * gain;
  return cut < LEAST_CUT ? LEAST_CUT : cut > MOST_CUT ? MOST_CUT : cut;
}

/* Share of what is seen that agrees. */
static enum status agreement(struct refine *r, const struct symmetries *s, double *share, struct fault *fault) {
  double x = 0.5 * (r->golden->level[0].width - 1), y = 0.5 * (r->golden->level[0].height - 1), weight = 0;
  r->cut = cut_of(s, light_gain(&r->light, x, y));
  enum status status = refine_measure(r, s->level, fault);
  const struct tiles *t = r->tiles;
  for (size_t i = 0; i < (size_t)t->columns * (size_t)t->rows && !status; i++)
    weight += (double)t->sums[i * KERNEL_SUMS + SUM_W] / 64;
  *share = !status && r->seen > 0 ? weight / r->seen : 0;
  return status;
}

static enum status measure_spread(struct refine *r, struct symmetries *s, struct fault *fault) {
  double squares = 0, weight = 0;
  r->placement->pose = pose_identity();
  reset(r);
  enum status status = refine_measure(r, s->level, fault);
  const struct tiles *t = r->tiles;
  for (size_t i = 0; i < (size_t)t->columns * (size_t)t->rows && !status; i++) {
    const int64_t *sums = t->sums + i * KERNEL_SUMS;
    double w = (double)sums[SUM_W];
    if (!(w > 0)) continue;
    squares += (double)sums[SUM_GG] - (double)sums[SUM_G] * (double)sums[SUM_G] / w, weight += w;
  }
  s->spread = weight > 0 ? sqrt(squares / weight) : 0;
  return status;
}

static bool are_same(const struct refine *r, const struct symmetries *s, const struct pose *a, const struct pose *b) {
  const struct kernel_image *golden = &r->golden->level[0];
  return pose_corner_error(a, b, golden->width, golden->height) <= SAME * (double)(1 << s->level);
}

static bool is_new(const struct refine *r, const struct symmetries *s, const struct pose *pose) {
  const struct pose identity = pose_identity();
  bool is = !are_same(r, s, pose, &identity);
  for (int i = 0; i < s->count && is; i++) is = !are_same(r, s, pose, &s->items[i].pose);
  return is;
}

static enum status add(struct refine *r, const struct pose *pose, struct symmetries *s, struct fault *fault) {
  double share;
  if (s->count == SYMMETRIES_MOST || !is_new(r, s, pose)) return STATUS_OK;
  r->placement->pose = *pose;
  reset(r);
  enum status status = agreement(r, s, &share, fault);
  if (!status && 1 - share <= MOST_UNLIKE) s->items[s->count++] = (struct symmetry){*pose, share < 1 ? 1 - share : 0};
  return status;
}

static enum status try_turns(struct refine *r, double x, double y, struct symmetries *s, struct fault *fault) {
  double t = HALF_TURN * HALF_TURN, dc = (1 - t) / (1 + t), ds = 2 * HALF_TURN / (1 + t), c = dc, d = ds;
  enum status status = STATUS_OK;
  int start = s->level;
  while (start + 1 < r->golden->count &&
         (double)r->golden->level[start].width * (double)r->golden->level[start].height > START_PIXELS)
    start++;
  for (int i = 1; i < TURNS && !status; i++) {
    r->placement->pose = pose_turn(c, d, x, y);
    reset(r);
    status = refine_measure(r, start, fault);
    if (!status && r->correlation >= PROMISING) status = follow(r, start, s->level, FOLLOWED, fault);
    if (!status && r->correlation >= ALIKE) {
      struct pose found = r->placement->pose;
      status = add(r, &found, s, fault);
    }
    double next = c * dc - d * ds;
    d = d * dc + c * ds, c = next;
  }
  return status;
}

enum status symmetries_find(struct refine *r, double x, double y, int level, const struct repeats *repeats,
                            struct symmetries *s, struct fault *fault) {
  bool turns = r->motion > MOTION_TRANSLATION;
  *s = (struct symmetries){.level = level};
  r->motion = MOTION_RIGID;
  enum status status = measure_spread(r, s, fault);
  for (int i = 0; i < repeats->count && !status; i++)
    for (int side = -1; side <= 1 && !status; side += 2) {
      struct pose by = {{1, 0, side * repeats->shift[i].x, 0, 1, side * repeats->shift[i].y, 0, 0, 1}};
      status = add(r, &by, s, fault);
    }
  return status || !turns ? status : try_turns(r, x, y, s, fault);
}

/* ---- a photo ---- */

/* How well a pose does once it is refined there. */
static enum status try_pose(struct refine *r, const struct symmetries *s, struct pose *pose, double *share,
                            struct fault *fault) {
  r->placement->pose = *pose;
  reset(r);
  enum status status = refine_pose(r, s->level, FEW_ROUNDS, 0.05, fault);
  *pose = r->placement->pose;
  return status ? status : agreement(r, s, share, fault);
}

enum status symmetries_settle(struct refine *r, const struct symmetries *s, bool *moved, bool *told,
                              struct fault *fault) {
  int32_t width = r->golden->level[0].width, height = r->golden->level[0].height;
  struct pose pose = r->placement->pose;
  double best;
  bool better = s->count > 0;
  *moved = false, *told = true;
  if (!better) return STATUS_OK;
  enum status status = try_pose(r, s, &pose, &best, fault);
  for (int pass = 0; pass < MOST_PASSES && better && !status; pass++) {
    const struct pose from = pose;
    double than = best;
    better = false, *told = true;
    for (int i = 0; i < s->count && !status; i++) {
      struct pose to;
      double share;
      if (!pose_compose(&from, &s->items[i].pose, &to) || !pose_plausible(&to, width, height)) continue;
      status = try_pose(r, s, &to, &share, fault);
      if (status) break;
      /* In a photo from aside it may slide into the pose that it is to be told from. */
      if (are_same(r, s, &to, &from)) continue;
      double unlike = s->items[i].unlike;
      if (unlike > NOTHING && than - share < TELLING * unlike && 1 - than > MISSING) *told = false;
      if (share > best + NOTHING * 0.25) best = share, pose = to, better = true;
    }
    *moved = *moved || better;
  }
  r->placement->pose = pose;
  return status;
}
