#include "engine/align.h"

#include "engine/agreement.h"
#include "engine/consensus.h"
#include "engine/direct.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* With features two tries: a quick one that finds almost every photo of a product, and a thorough one for the rest.
 * Before them one without. */
enum way { DIRECT, QUICK, THOROUGH };
enum { QUICK_FEATURES = 1500, QUICK_LEVELS = 8, THOROUGH_FEATURES = 8000, THOROUGH_LEVELS = 14 };
static const double QUICK_PIXELS = 0.3e6, THOROUGH_PIXELS = 1.2e6;

/* The pose is refined on the level of at most this many pixels, starting from a coarse one. */
static const double FINAL_PIXELS = 1.0e6, COARSE_PIXELS = 40e3;

/* Where the level above the final one has at least so many pixels, of 1 << EARLY_LEVEL golden pixels a side at most,
 * and leaves the local field no more than FLAT golden pixels to do, the final one would tell nothing else. */
enum { EARLY_LEVEL = 2 };
static const double EARLY_PIXELS = 0.15e6, FLAT = 0.1;

/* The level on which the golden is searched for what repeats. */
static const double REPEATS_PIXELS = 12e3;

/* A pose is believed when golden and photo agree within tiles at least so much, over at least this share. */
static const double LEAST_CORRELATION = 0.55, LEAST_OVERLAP = 0.25;

/* A pose without features must agree better, show most of the golden, and leave the local field so many pixels of the
 * final level at most. */
static const double DIRECT_CORRELATION = 0.85, DIRECT_OVERLAP = 0.85, DIRECT_RESIDUAL = 0.5;

/* Under this correlation a pose is doubted: the thorough way is tried too, and a pose that leaves the local field more
 * to do than LARGE_RESIDUAL pixels of the final level is refused. */
static const double SURE_CORRELATION = 0.75, LARGE_RESIDUAL = 0.85;

/* A pose whose corners move by less, in pixels of the final level and of those above, is where it wants to be. */
static const double STILL = 0.05, COARSE_STILL = 0.02;

static int level_of(const struct pyramid *pyramid, double pixels) {
  int level = 0;
  while (level + 1 < pyramid->count &&
         (double)pyramid->level[level].width * (double)pyramid->level[level].height > pixels)
    level++;
  return level;
}

/* A host copy of a level, in memory that is kept. */
static enum status fetch(struct device *device, const struct kernel_image *level, uint8_t **memory, size_t *size,
                         struct plane *plane, struct fault *fault) {
  size_t need = (size_t)level->width * (size_t)level->height;
  if (need > *size) {
    uint8_t *larger = realloc(*memory, need);
    if (!larger) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
    *memory = larger, *size = need;
  }
  *plane =
      (struct plane){.pixels = *memory, .width = level->width, .height = level->height, .stride = (size_t)level->width};
  return device_download_plane(device, level, plane, fault);
}

/* A level of the golden on the host. */
struct golden_level {
  struct plane luma, mask;
  const struct plane *masked; /* the mask; NULL: all of it takes part */
  uint8_t *memory[2];
};

/* The caller ends with golden_level_free, also after a failure. */
static enum status golden_level_fetch(struct device *device, const struct align_golden *g, int level,
                                      struct golden_level *l, struct fault *fault) {
  size_t size[2] = {0, 0};
  *l = (struct golden_level){.masked = level < g->mask.count ? &l->mask : NULL};
  enum status status = fetch(device, &g->luma.level[level], &l->memory[0], &size[0], &l->luma, fault);
  if (status || !l->masked) return status;
  return fetch(device, &g->mask.level[level], &l->memory[1], &size[1], &l->mask, fault);
}

static void golden_level_free(struct golden_level *l) {
  free(l->memory[0]);
  free(l->memory[1]);
}

static enum status golden_features(struct device *device, const struct align_golden *g, int level, int count,
                                   int levels, struct features **features, struct fault *fault) {
  struct golden_level l;
  enum status status = golden_level_fetch(device, g, level, &l, fault);
  if (!status) status = features_detect(&l.luma, l.masked, count, levels, features, fault);
  golden_level_free(&l);
  return status;
}

/* By whether they are thorough. */
struct of_golden {
  pthread_mutex_t lock;
  struct features *features[2];
};

static enum status of_golden_open(struct of_golden **of_golden, struct fault *fault) {
  struct of_golden *o = *of_golden = calloc(1, sizeof *o);
  if (!o) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  pthread_mutex_init(&o->lock, NULL);
  return STATUS_OK;
}

static void of_golden_close(struct of_golden *o) {
  if (!o) return;
  features_free(o->features[0]);
  features_free(o->features[1]);
  pthread_mutex_destroy(&o->lock);
  free(o);
}

/* Most photos need none. */
static enum status features_of_golden(struct device *device, const struct align_golden *g, bool thorough,
                                      const struct features **features, struct fault *fault) {
  struct of_golden *o = g->features;
  enum status status = STATUS_OK;
  pthread_mutex_lock(&o->lock);
  if (!o->features[thorough])
    status = golden_features(device, g, thorough ? g->thorough_level : g->quick_level,
                             thorough ? THOROUGH_FEATURES : QUICK_FEATURES, thorough ? THOROUGH_LEVELS : QUICK_LEVELS,
                             &o->features[thorough], fault);
  *features = o->features[thorough];
  pthread_mutex_unlock(&o->lock);
  return status;
}

/* Pixels of a level that the sums can count: inside the border, and in the mask. */
static enum status count_pixels(struct device *device, const struct align_golden *g, int level, double *counted,
                                struct fault *fault) {
  const struct kernel_image *image = &g->luma.level[level];
  *counted = (double)(image->width - 2) * (double)(image->height - 2);
  if (level >= g->mask.count) return STATUS_OK;
  uint8_t *memory = NULL;
  size_t size = 0, count = 0;
  struct plane mask;
  enum status status = fetch(device, &g->mask.level[level], &memory, &size, &mask, fault);
  for (int32_t y = 1; !status && y < mask.height - 1; y++)
    for (int32_t x = 1; x < mask.width - 1; x++) count += mask.pixels[(size_t)y * mask.stride + (size_t)x] != 0;
  *counted = (double)count;
  free(memory);
  return status;
}

static int early_level_of(const struct align_golden *g) {
  int early = g->final_level + 1;
  if (early > EARLY_LEVEL || early >= g->luma.count) return g->final_level;
  const struct kernel_image *level = &g->luma.level[early];
  return (double)level->width * (double)level->height >= EARLY_PIXELS ? early : g->final_level;
}

static struct refine refine_of(struct device *device, const struct align_golden *g, const struct pyramid *photo,
                               struct tiles *tiles, struct placement *placement) {
  return (struct refine){.device = device,
                         .tiles = tiles,
                         .golden = &g->luma,
                         .mask = &g->mask,
                         .photo = photo,
                         .motion = g->motion,
                         .placement = placement,
                         .light = light_none(g->width, g->height),
                         .cut = 127,
                         .sigma = 127};
}

struct refine align_refine(struct device *device, const struct align_golden *g, struct alignment *a) {
  struct refine r = refine_of(device, g, &a->photo, &a->tiles, &a->placement);
  r.light = a->light, r.sigma = a->sigma;
  return r;
}

/* The middle of what takes part, golden pixels. */
static struct pose_point middle_of(const struct golden_level *l, int level) {
  double x = 0, y = 0, count = 0;
  for (int32_t j = 0; j < l->luma.height; j++)
    for (int32_t i = 0; i < l->luma.width; i++)
      if (!l->masked || l->masked->pixels[(size_t)j * l->masked->stride + (size_t)i]) x += i, y += j, count++;
  double size = (double)(1 << level), half = 0.5 * size - 0.5;
  return count > 0 ? (struct pose_point){x / count * size + half, y / count * size + half} : (struct pose_point){0, 0};
}

static enum status find_symmetries(struct device *device, struct align_golden *g, struct refine *r,
                                   struct fault *fault) {
  int level = level_of(&g->luma, REPEATS_PIXELS), fine = level_of(&g->luma, COARSE_PIXELS);
  struct golden_level l;
  enum status status = golden_level_fetch(device, g, level, &l, fault);
  if (!status) status = repeats_find(r, &l.luma, l.masked, level, fine, &g->repeats, fault);
  r->motion = g->motion;
  if (!status) {
    struct pose_point middle = middle_of(&l, level);
    status = symmetries_find(r, middle.x, middle.y, fine, &g->repeats, &g->symmetries, fault);
  }
  golden_level_free(&l);
  return status;
}

static enum status find_alike(struct device *device, struct align_golden *g, struct fault *fault) {
  struct tiles tiles = {0};
  struct placement placement = {.pose = pose_identity()};
  struct refine r = refine_of(device, g, &g->luma, &tiles, &placement);
  enum status status = direct_alike(&r, level_of(&g->luma, COARSE_PIXELS), &g->alike, fault);
  tiles_free(device, &tiles);
  return status;
}

enum status align_golden_look(struct device *device, struct align_golden *g, struct fault *fault) {
  struct tiles tiles = {0};
  struct placement placement = {.pose = pose_identity()};
  struct refine r = refine_of(device, g, &g->luma, &tiles, &placement);
  enum status status = find_symmetries(device, g, &r, fault);
  tiles_free(device, &tiles);
  return status;
}

enum status align_golden_open(struct device *device, const struct plane *luma, const struct plane *mask,
                              enum motion motion, double local_px, struct align_golden *g, struct fault *fault) {
  memset(g, 0, sizeof *g);
  g->plane = luma, g->width = luma->width, g->height = luma->height;
  g->motion = motion, g->local_px = local_px;
  enum status status = pyramid_build(device, &g->luma, luma, PYRAMID_LEVELS, fault);
  if (!status && mask) status = pyramid_build_mask(device, &g->mask, mask, PYRAMID_LEVELS, fault);
  if (!status) {
    g->final_level = level_of(&g->luma, FINAL_PIXELS);
    g->quick_level = level_of(&g->luma, QUICK_PIXELS);
    g->thorough_level = level_of(&g->luma, THOROUGH_PIXELS);
    g->early_level = early_level_of(g);
    for (int i = 0; i < 2 && !status; i++)
      status = count_pixels(device, g, i ? g->early_level : g->final_level, &g->counted[i], fault);
  }
  if (!status) status = of_golden_open(&g->features, fault);
  if (!status) status = find_alike(device, g, fault);
  if (status) align_golden_close(device, g);
  return status;
}

void align_golden_close(struct device *device, struct align_golden *g) {
  pyramid_release(device, &g->luma);
  pyramid_release(device, &g->mask);
  of_golden_close(g->features);
  memset(g, 0, sizeof *g);
}

/* A rough pose from features of one level each. */
static enum status coarse(struct device *device, const struct align_golden *g, struct alignment *a, bool thorough,
                          struct pose *pose, bool *found, struct fault *fault) {
  int photo_level = level_of(&a->photo, thorough ? THOROUGH_PIXELS : QUICK_PIXELS);
  int golden_level = thorough ? g->thorough_level : g->quick_level;
  const struct features *of_golden = NULL;
  struct features *features = NULL;
  struct feature_match *matches = NULL;
  size_t count = 0;
  struct plane small;
  *found = false;
  enum status status = fetch(device, &a->photo.level[photo_level], &a->small, &a->small_size, &small, fault);
  if (!status)
    status = features_detect(&small, NULL, thorough ? THOROUGH_FEATURES : QUICK_FEATURES,
                             thorough ? THOROUGH_LEVELS : QUICK_LEVELS, &features, fault);
  if (!status) status = features_of_golden(device, g, thorough, &of_golden, fault);
  if (!status) status = features_match(of_golden, features, &matches, &count, fault);
  if (!status) {
    struct consensus best;
    const struct kernel_image *golden = &g->luma.level[golden_level];
    status = consensus_find(matches, count, g->motion, golden->width, golden->height, thorough ? 4 : 3,
                            thorough ? 3000 : 600, found, &best, fault);
    *found = *found && best.inliers >= 8;
    if (!status && *found) *pose = pose_from_levels(&best.pose, golden_level, photo_level);
  }
  free(matches);
  features_free(features);
  return status;
}

/* The nearest affine pose, refined as one. */
static enum status without_perspective(struct refine *r, struct fault *fault) {
  double right = r->golden->level[0].width - 1, bottom = r->golden->level[0].height - 1;
  const struct pose_point from[4] = {{0, 0}, {right, 0}, {0, bottom}, {right, bottom}};
  const double even[4] = {1, 1, 1, 1};
  struct pose_point to[4];
  struct pose affine;
  for (int i = 0; i < 4; i++)
    if (!pose_apply(&r->placement->pose, from[i].x, from[i].y, &to[i])) return STATUS_OK;
  if (!pose_fit(MOTION_AFFINE, from, to, even, 4, &affine)) return STATUS_OK;
  r->motion = MOTION_AFFINE, r->placement->pose = affine;
  return refine_pose(r, r->tiles->level, 3, STILL, fault);
}

/* At one level, from the pose of the level above. */
static enum status settle(const struct align_golden *g, struct alignment *a, struct refine *r, int level, double still,
                          struct fault *fault) {
  enum status status = refine_pose(r, level, 10, still, fault);
  if (!status && g->motion == MOTION_HOMOGRAPHY && !refine_perspective_told(r)) status = without_perspective(r, fault);
  if (!status && !r->still) status = refine_measure(r, level, fault);
  double counted = g->counted[level != g->final_level];
  if (!status) status = agreement_measure(g, a, r, level, fault);
  a->overlap = counted > 0 ? r->seen / counted : 0;
  a->aligned = !status && a->correlation >= LEAST_CORRELATION && a->overlap >= LEAST_OVERLAP;
  return status;
}

static enum status local(const struct align_golden *g, struct alignment *a, struct refine *r, int level,
                         struct fault *fault) {
  enum status status = a->aligned ? refine_field(r, level, 8, g->local_px, &a->residual_px, fault) : STATUS_OK;
  a->light = r->light, a->sigma = r->sigma;
  return status;
}

static bool is_sure(const struct alignment *a) {
  return a->aligned && a->correlation >= SURE_CORRELATION;
}

/* At the level above the final one. Where that is not enough all is as before its field. */
static enum status try_early(const struct align_golden *g, struct alignment *a, struct refine *r, bool *done,
                             struct fault *fault) {
  enum status status = settle(g, a, r, g->early_level, COARSE_STILL, fault);
  struct refine before = *r;
  if (!status && is_sure(a)) status = local(g, a, r, g->early_level, fault);
  *done = !status && is_sure(a) && a->residual_px <= FLAT;
  if (*done) return STATUS_OK;
  *r = before, r->motion = g->motion;
  a->placement.field.columns = 0;
  return status;
}

/* From a rough pose to the final level. */
static enum status refine(struct device *device, const struct align_golden *g, struct alignment *a,
                          const struct pose *pose, struct fault *fault) {
  struct refine r = refine_of(device, g, &a->photo, &a->tiles, &a->placement);
  bool done = false;
  a->placement.pose = *pose;
  a->placement.field.columns = 0;
  enum status status = STATUS_OK;
  for (int level = level_of(&g->luma, COARSE_PIXELS); level > g->early_level && !status; level--) {
    r.cut = 127;
    status = refine_pose(&r, level, 10, COARSE_STILL, fault);
  }
  if (!status && g->early_level != g->final_level) status = try_early(g, a, &r, &done, fault);
  if (status || done) return status;
  status = settle(g, a, &r, g->final_level, STILL, fault);
  return status ? status : local(g, a, &r, g->final_level, fault);
}

/* A rough pose without features. */
static enum status direct(struct device *device, const struct align_golden *g, struct alignment *a, struct pose *pose,
                          bool *found, struct fault *fault) {
  struct refine r = refine_of(device, g, &a->photo, &a->tiles, &a->placement);
  enum status status = direct_find(&r, level_of(&g->luma, COARSE_PIXELS), g->alike, found, fault);
  *pose = a->placement.pose;
  return status;
}

/* One way to a pose, to the final level. */
static enum status attempt(struct device *device, const struct align_golden *g, struct alignment *a, enum way way,
                           struct fault *fault) {
  struct pose pose;
  bool found;
  a->aligned = false, a->correlation = -1;
  enum status status = way == DIRECT ? direct(device, g, a, &pose, &found, fault)
                                     : coarse(device, g, a, way == THOROUGH, &pose, &found, fault);
  return !status && found ? refine(device, g, a, &pose, fault) : status;
}

/* Which of the poses a period apart is right. */
static enum status settle_repeats(struct device *device, const struct align_golden *g, struct alignment *a,
                                  struct fault *fault) {
  struct placement tried = {.pose = a->placement.pose};
  struct refine r = refine_of(device, g, &a->photo, &a->aside, &tried);
  bool moved;
  r.light = a->light;
  enum status status = repeats_settle(&r, &g->repeats, level_of(&g->luma, COARSE_PIXELS), &moved, fault);
  return !status && moved ? refine(device, g, a, &tried.pose, fault) : status;
}

/* Which of the poses under which the golden looks nearly the same is right, and whether the photo tells. */
static enum status settle_symmetries(struct device *device, const struct align_golden *g, struct alignment *a,
                                     struct fault *fault) {
  struct placement tried = {.pose = a->placement.pose};
  struct refine r = refine_of(device, g, &a->photo, &a->aside, &tried);
  bool moved, told;
  enum status status = symmetries_settle(&r, &g->symmetries, &moved, &told, fault);
  if (!status && moved) status = refine(device, g, a, &tried.pose, fault);
  a->ambiguous = a->aligned && !told;
  if (a->ambiguous) a->aligned = a->straight = false;
  return status;
}

/* Of a level, in pixels of the golden. */
static double pixel_side(int level) {
  return level > 0 ? (double)(1 << level) : 1;
}

static bool doubtful(const struct align_golden *g, const struct alignment *a) {
  return a->correlation < SURE_CORRELATION && a->residual_px > LARGE_RESIDUAL * pixel_side(g->final_level);
}

/* A wrong start may end in a pose beside the right one, of which the field then has much to mend. */
static bool went_straight(const struct align_golden *g, const struct alignment *a) {
  return a->aligned && a->correlation >= DIRECT_CORRELATION && a->overlap >= DIRECT_OVERLAP &&
         a->residual_px <= DIRECT_RESIDUAL * pixel_side(g->final_level);
}

static enum status by_features(struct device *device, const struct align_golden *g, struct alignment *a,
                               struct fault *fault) {
  enum status status = attempt(device, g, a, QUICK, fault);
  if (status || is_sure(a)) return status;
  bool had = a->aligned;
  double before = a->correlation;
  struct pose quick = a->placement.pose;
  status = attempt(device, g, a, THOROUGH, fault);
  if (!status && had && (!a->aligned || a->correlation < before)) status = refine(device, g, a, &quick, fault);
  return status;
}

enum status align_begin(struct device *device, const struct plane *luma, struct alignment *a, struct fault *fault) {
  a->luma = luma;
  return pyramid_build(device, &a->photo, luma, PYRAMID_LEVELS, fault);
}

enum status align_photo(struct device *device, const struct align_golden *g, struct alignment *a, const char **why,
                        struct fault *fault) {
  enum status status = STATUS_OK;
  *why = "";
  a->aligned = a->straight = a->ambiguous = false;
  if (!a->by_features) status = attempt(device, g, a, DIRECT, fault);
  a->straight = !status && went_straight(g, a);
  if (!status && !a->straight) status = by_features(device, g, a, fault);
  if (!status && a->aligned && g->wait) status = g->wait(g->context, fault);
  if (!status && a->aligned && g->repeats.count) status = settle_repeats(device, g, a, fault);
  if (!status && a->aligned && g->symmetries.count) status = settle_symmetries(device, g, a, fault);
  if (!status && a->aligned && doubtful(g, a)) a->aligned = false;
  if (!status && !a->aligned) *why = "the golden sample was not found in the photo";
  return status;
}

enum status align_again(struct device *device, const struct align_golden *g, struct alignment *a, const char **why,
                        struct fault *fault) {
  const struct pose pose = a->placement.pose;
  enum status status = refine(device, g, a, &pose, fault);
  return status || is_sure(a) ? status : align_photo(device, g, a, why, fault);
}

void alignment_free(struct device *device, struct alignment *a) {
  pyramid_release(device, &a->photo);
  tiles_free(device, &a->tiles);
  tiles_free(device, &a->aside);
  field_free(&a->placement.field);
  free(a->small);
  memset(a, 0, sizeof *a);
}
