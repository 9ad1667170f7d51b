#include "datasets/set.h"

#include "datasets/drawn_season.h"
#include "datasets/jpeg.h"
#include "datasets/panels.h"
#include "datasets/set_files.h"
#include "datasets/spoil.h"
#include "datasets/truth.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* A product, drawn, and the table that it lies on. */
struct stock {
  struct scene scene;
  struct artwork artwork;
  struct studio studio;
};

struct set {
  const struct options *options;
  struct stock stock, small, other; /* the last two where they are asked for */
  struct unit *units;
  struct drawn_season season;
  struct shot golden;
  char **lines; /* of truth, goldens first */
  int total;
  atomic_int next, failed;
  set_progress *progress;
  int done;
  pthread_mutex_t lock;
  struct fault fault;
  int fault_at;
};

/* Patches for the unit's own dimensions. */
static enum status patch_dimensions(const struct scene *scene, const struct change *change, struct view *view,
                                    struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < change->tweak_count && status == STATUS_OK; i++) {
    const struct item *item = &scene->items[change->tweaks[i].item];
    double half = fmax(item->w, item->h) / 2 + 1.5;
    double box[4] = {item->x - half, item->y - half, item->x + half, item->y + half};
    status = view_patch(view, change, box, fault);
  }
  return status;
}

static const struct stock *stock_of(const struct set *set, const struct unit *unit) {
  return unit->spoil == SPOIL_WRONG_PRODUCT ? &set->other : unit->spoil == SPOIL_TOO_SMALL ? &set->small : &set->stock;
}

static enum status expose(const struct studio *studio, const struct shot *shot, const struct view *view,
                          struct darkroom *darkroom, uint8_t *rgb, struct fault *fault) {
  enum { BAND = 256 };
  size_t stride = 3 * (size_t)shot->width;
  enum status status = STATUS_OK;
  for (int y = 0; y < shot->height && status == STATUS_OK; y += BAND) {
    struct rectangle band = {0, y, shot->width, y + BAND < shot->height ? y + BAND : shot->height};
    status = camera_render(studio, shot, view, band, true, darkroom, rgb + (size_t)y * stride, stride, fault);
  }
  return status;
}

struct worker {
  struct set *set;
  struct darkroom darkroom;
  uint8_t *rgb;
  pthread_t thread;
  bool started;
};

static enum status write_photo(struct worker *worker, struct truth *truth, const struct view *view,
                               struct random *random, struct fault *fault) {
  const struct set *set = worker->set;
  const struct options *options = set->options;
  char path[4200];
  truth->quality = (int)(random_range(random, options->quality[0], options->quality[1] + 1));
  if (truth->quality > options->quality[1]) truth->quality = (int)options->quality[1];
  enum status status =
      expose(&stock_of(set, truth->unit)->studio, truth->shot, view, &worker->darkroom, worker->rgb, fault);
  snprintf(path, sizeof path, "%s/%s", options->out, truth->photo);
  if (status == STATUS_OK)
    status = jpeg_write(path, worker->rgb, truth->shot->width, truth->shot->height, truth->quality,
                        truth->unit->captured, fault);
  for (int i = 0; i < truth->defect_count && status == STATUS_OK; i++)
    status = set_write_mask(options->out, truth->masks[i], truth->shot, &truth->defects[i], fault);
  return status;
}

/* Job 0 .. goldens - 1 are the golden photos, the rest the production photos. */
static enum status make_photo(struct worker *worker, int job, struct fault *fault) {
  struct set *set = worker->set;
  const struct options *options = set->options;
  int index = job - options->goldens;
  struct unit approved = {.index = -1, .captured = "2026-02-27T09:00:00Z"};
  const struct unit *unit = index < 0 ? &approved : &set->units[index];
  int stream = index < 0 ? -1 - job : index;
  struct shot shot;
  const struct stock *stock = stock_of(set, unit);
  plan_shot(options, &stock->scene, unit, stream, &shot);
  if (unit->season) drawn_season_shot(&set->season, &stock->scene, unit, &shot);
  int swapped = -1;
  double shown = 0;
  if (index >= 0 && options->material > 0) {
    struct random material = random_stream((uint64_t)options->seed, 'S', (uint64_t)index);
    swapped = panels_swap(&stock->artwork, options->material, &material, &shot);
    enum status seen = panels_shown(&stock->studio, swapped, shot.materials[shot.material_count - 1].tint, &set->golden,
                                    &worker->darkroom, &shown, fault);
    if (seen != STATUS_OK) return seen;
  }
  struct truth truth = {.swapped = swapped,
                        .delta_e = options->material,
                        .shown_delta_e = shown,
                        .scene = &stock->scene,
                        .unit = unit,
                        .shot = &shot,
                        .golden = &set->golden};
  if (index < 0)
    snprintf(truth.photo, sizeof truth.photo, "golden/%03d.jpg", job);
  else
    snprintf(truth.photo, sizeof truth.photo, "photos/%05d.jpg", index);
  struct random random = random_stream((uint64_t)options->seed, 'J', (uint64_t)(int64_t)stream);
  struct view view = {.artwork = &stock->artwork};
  struct change change = {0};
  plan_dimensions(options, &stock->scene, unit, stream, &change, truth.dimensions);
  for (int i = 0; i < stock->scene.dimension_count; i++) {
    const struct dimension *d = &stock->scene.dimensions[i];
    const struct item *item = &stock->scene.items[d->a];
    if (d->b < 0 && item->kind == ITEM_DISC) truth.dimensions[i] += artwork_growth(&stock->artwork, item);
  }
  enum status status = patch_dimensions(&stock->scene, &change, &view, fault);
  double box[4];
  if (status == STATUS_OK && plan_loose(options, &stock->scene, unit, &change, box)) {
    truth.loose = &change;
    status = view_patch(&view, &change, box, fault);
  }
  struct options wanted = *options;
  if (unit->season && unit->season->classes) wanted.classes = unit->season->classes;
  for (int i = 0; i < unit->defects && status == STATUS_OK; i++) {
    snprintf(truth.masks[i], sizeof truth.masks[i], "masks/%05d-%d.png", index, i);
    status = defect_plant(&wanted, &stock->studio, &shot, &view, &change, &random, truth.defects, i, &worker->darkroom,
                          &truth.defects[i], fault);
    if (status == STATUS_OK) truth.defect_count++;
  }
  if (status == STATUS_OK) status = write_photo(worker, &truth, &view, &random, fault);
  if (status == STATUS_OK) status = truth_line(&truth, &set->lines[job], fault);
  for (int i = 0; i < truth.defect_count; i++) defect_free(&truth.defects[i]);
  view_truncate(&view, 0);
  return status;
}

static void *work(void *argument) {
  struct worker *worker = argument;
  struct set *set = worker->set;
  for (;;) {
    int job = atomic_fetch_add(&set->next, 1);
    if (job >= set->total || atomic_load(&set->failed)) return NULL;
    struct fault fault = {0};
    if (make_photo(worker, job, &fault) != STATUS_OK) {
      atomic_store(&set->failed, 1);
      pthread_mutex_lock(&set->lock);
      if (set->fault_at < 0 || job < set->fault_at) set->fault = fault, set->fault_at = job;
      pthread_mutex_unlock(&set->lock);
    }
    pthread_mutex_lock(&set->lock);
    set->done++;
    if (set->progress) set->progress(set->done, set->total);
    pthread_mutex_unlock(&set->lock);
  }
}

static enum status start_worker(struct set *set, struct worker *worker, struct fault *fault) {
  size_t bytes = 3 * (size_t)set->golden.width * (size_t)set->golden.height;
  worker->set = set;
  worker->rgb = malloc(bytes);
  if (!worker->rgb) return fault_set(fault, STATUS_MEMORY, "out of memory for a photo of %zu bytes", bytes);
  worker->started = !pthread_create(&worker->thread, NULL, work, worker);
  return worker->started ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "cannot start another thread");
}

static enum status run_workers(struct set *set, struct fault *fault) {
  int count = set->options->threads < set->total ? set->options->threads : set->total;
  struct worker *workers = calloc((size_t)count, sizeof *workers);
  if (!workers) return fault_set(fault, STATUS_MEMORY, "out of memory for %d threads", count);
  enum status status = STATUS_OK;
  for (int i = 0; i < count && status == STATUS_OK; i++) status = start_worker(set, &workers[i], fault);
  if (status != STATUS_OK) atomic_store(&set->failed, 1);
  for (int i = 0; i < count; i++) {
    if (workers[i].started) pthread_join(workers[i].thread, NULL);
    darkroom_free(&workers[i].darkroom);
    free(workers[i].rgb);
  }
  free(workers);
  if (status != STATUS_OK || set->fault_at < 0) return status;
  return fault_set(fault, set->fault.status, "%s", set->fault.text);
}

/* `scale`: artwork pixels a photo pixel. */
static enum status stock_make(const struct options *options, uint64_t seed, double scale, struct stock *stock,
                              struct fault *fault) {
  int width, height;
  plan_photo_size(options, &width, &height);
  enum status status = scene_make(&stock->scene, (enum product)options->product, seed, fault);
  if (status == STATUS_OK && options->card) panels_add_card(&stock->scene);
  if (status == STATUS_OK && options->season) drawn_season_scene(&stock->scene);
  if (status == STATUS_OK)
    status = artwork_make(&stock->artwork, &stock->scene, scale * plan_nominal_scale(options, &stock->scene), fault);
  if (status == STATUS_OK) status = studio_make(&stock->studio, &stock->artwork, width, seed, fault);
  return status;
}

static void stock_free(struct stock *stock) {
  studio_free(&stock->studio);
  artwork_free(&stock->artwork);
  scene_free(&stock->scene);
}

static enum status prepare(struct set *set, struct fault *fault) {
  const struct options *options = set->options;
  uint64_t seed = (uint64_t)options->seed;
  enum status status = set_write_folders(options->out, fault);
  if (status == STATUS_OK)
    status = options->season ? drawn_season_plan(options, &set->units, &set->season, fault)
                             : plan_make(options, &set->units, fault);
  if (status == STATUS_OK) status = stock_make(options, seed, 3, &set->stock, fault);
  if (status == STATUS_OK && options->season) drawn_season_colours(&set->stock.artwork, &set->season);
  if (status == STATUS_OK && spoil_wanted(options, SPOIL_TOO_SMALL))
    status = stock_make(options, seed, 1, &set->small, fault);
  if (status == STATUS_OK && spoil_wanted(options, SPOIL_WRONG_PRODUCT))
    status = stock_make(options, number_mix(seed + 17), 3, &set->other, fault);
  if (status != STATUS_OK) return status;
  struct unit approved = {.index = -1};
  plan_shot(options, &set->stock.scene, &approved, -1, &set->golden);
  set->total = options->goldens + options->count;
  set->lines = calloc((size_t)set->total, sizeof *set->lines);
  if (!set->lines) return fault_set(fault, STATUS_MEMORY, "out of memory for %d photos", set->total);
  return STATUS_OK;
}

static enum status write_plants(const char *folder, const struct production_plant plants[PLANTS], struct fault *fault) {
  char path[4200];
  snprintf(path, sizeof path, "%s/season.json", folder);
  return production_write_plants(path, plants, fault);
}

enum status set_make(const struct options *options, set_progress *progress, struct fault *fault) {
  struct set set = {.options = options, .progress = progress, .fault_at = -1, .lock = PTHREAD_MUTEX_INITIALIZER};
  enum status status = prepare(&set, fault);
  if (status == STATUS_OK) status = run_workers(&set, fault);
  struct set_facts facts = {options, &set.stock.scene, &set.golden, set.units, set.lines};
  if (status == STATUS_OK) status = set_write_spec(&facts, fault);
  if (status == STATUS_OK) status = set_write_lists(&facts, fault);
  if (status == STATUS_OK && options->season) status = write_plants(options->out, set.season.plants, fault);
  for (int i = 0; set.lines && i < set.total; i++) free(set.lines[i]);
  free(set.lines);
  free(set.units);
  drawn_season_free(&set.season);
  stock_free(&set.stock);
  stock_free(&set.small);
  stock_free(&set.other);
  return status;
}
