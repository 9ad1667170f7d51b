#include "datasets/set.h"

#include "datasets/jpeg.h"
#include "datasets/truth.h"

#include <cairo.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct set {
  const struct options *options;
  struct scene scene;
  struct artwork artwork;
  struct studio studio;
  struct unit *units;
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

static enum status write_text(const char *folder, const char *name, const char *text, struct fault *fault) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  if (!file) return fault_set(fault, STATUS_IO, "%s: cannot be written: %s", path, strerror(errno));
  bool failed = fputs(text, file) < 0;
  failed |= fclose(file) != 0;
  return failed ? fault_set(fault, STATUS_IO, "%s: writing failed: %s", path, strerror(errno)) : STATUS_OK;
}

static enum status make_folders(const char *out, struct fault *fault) {
  if (strlen(out) > 4000) return fault_set(fault, STATUS_USAGE, "--out: the path is longer than 4000 bytes");
  if (mkdir(out, 0777) && errno != EEXIST) return fault_set(fault, STATUS_IO, "%s: %s", out, strerror(errno));
  DIR *folder = opendir(out);
  if (!folder) return fault_set(fault, STATUS_IO, "%s: %s", out, strerror(errno));
  int entries = 0;
  while (readdir(folder)) entries++;
  closedir(folder);
  if (entries > 2) return fault_set(fault, STATUS_USAGE, "--out: %s is not empty; a new or empty folder expected", out);
  static const char *const names[] = {"golden", "photos", "masks"};
  for (int i = 0; i < 3; i++) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", out, names[i]);
    if (mkdir(path, 0777)) return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  }
  return STATUS_OK;
}

static enum status write_mask(const char *out, const char *name, const struct shot *shot, const struct defect *defect,
                              struct fault *fault) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%s", out, name);
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, shot->width, shot->height);
  unsigned char *data = cairo_image_surface_get_data(surface);
  int stride = cairo_image_surface_get_stride(surface), width = defect->box.x1 - defect->box.x0;
  for (int y = defect->box.y0; data && y < defect->box.y1; y++)
    memcpy(data + (size_t)y * (size_t)stride + defect->box.x0,
           defect->mask + (size_t)(y - defect->box.y0) * (size_t)width, (size_t)width);
  cairo_surface_mark_dirty(surface);
  cairo_status_t failed = cairo_surface_write_to_png(surface, path);
  cairo_surface_destroy(surface);
  return failed ? fault_set(fault, STATUS_IO, "%s: %s", path, cairo_status_to_string(failed)) : STATUS_OK;
}

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

static enum status expose(const struct set *set, const struct shot *shot, const struct view *view,
                          struct darkroom *darkroom, uint8_t *rgb, struct fault *fault) {
  enum { BAND = 128 };
  size_t stride = 3 * (size_t)shot->width;
  enum status status = STATUS_OK;
  for (int y = 0; y < shot->height && status == STATUS_OK; y += BAND) {
    struct rectangle band = {0, y, shot->width, y + BAND < shot->height ? y + BAND : shot->height};
    status = camera_render(&set->studio, shot, view, band, true, darkroom, rgb + (size_t)y * stride, stride, fault);
  }
  return status;
}

struct worker {
  struct set *set;
  struct darkroom darkroom;
  uint8_t *rgb;
};

static enum status write_photo(struct worker *worker, struct truth *truth, const struct view *view,
                               struct random *random, struct fault *fault) {
  const struct set *set = worker->set;
  const struct options *options = set->options;
  char path[4200];
  truth->quality = (int)(random_range(random, options->quality[0], options->quality[1] + 1));
  if (truth->quality > options->quality[1]) truth->quality = (int)options->quality[1];
  enum status status = expose(set, truth->shot, view, &worker->darkroom, worker->rgb, fault);
  snprintf(path, sizeof path, "%s/%s", options->out, truth->photo);
  if (status == STATUS_OK)
    status = jpeg_write(path, worker->rgb, truth->shot->width, truth->shot->height, truth->quality,
                        truth->unit->captured, fault);
  for (int i = 0; i < truth->defect_count && status == STATUS_OK; i++)
    status = write_mask(options->out, truth->masks[i], truth->shot, &truth->defects[i], fault);
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
  plan_shot(options, &set->scene, unit, stream, &shot);
  struct truth truth = {.scene = &set->scene, .unit = unit, .shot = &shot, .golden = &set->golden};
  if (index < 0)
    snprintf(truth.photo, sizeof truth.photo, "golden/%03d.jpg", job);
  else
    snprintf(truth.photo, sizeof truth.photo, "photos/%05d.jpg", index);
  struct random random = random_stream((uint64_t)options->seed, 'J', (uint64_t)(int64_t)stream);
  struct view view = {.artwork = &set->artwork};
  struct change change = {0};
  plan_dimensions(options, &set->scene, unit, stream, &change, truth.dimensions);
  enum status status = patch_dimensions(&set->scene, &change, &view, fault);
  for (int i = 0; i < unit->defects && status == STATUS_OK; i++) {
    snprintf(truth.masks[i], sizeof truth.masks[i], "masks/%05d-%d.png", index, i);
    status = defect_plant(options, &set->studio, &shot, &view, &change, &random, truth.defects, i, &worker->darkroom,
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

static enum status run_workers(struct set *set, struct fault *fault) {
  int count = set->options->threads < set->total ? set->options->threads : set->total, started = 0;
  struct worker *workers = calloc((size_t)count, sizeof *workers);
  pthread_t *threads = calloc((size_t)count, sizeof *threads);
  enum status status =
      workers && threads ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for %d threads", count);
  size_t bytes = 3 * (size_t)set->golden.width * (size_t)set->golden.height;
  for (int i = 0; i < count && status == STATUS_OK; i++) {
    workers[i].set = set;
    workers[i].rgb = malloc(bytes);
    if (!workers[i].rgb)
      status = fault_set(fault, STATUS_MEMORY, "out of memory for a photo of %zu bytes", bytes);
    else if (pthread_create(&threads[i], NULL, work, &workers[i]))
      status = fault_set(fault, STATUS_MEMORY, "cannot start thread %d", i + 1);
    else
      started++;
  }
  if (status != STATUS_OK) atomic_store(&set->failed, 1);
  for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
  for (int i = 0; workers && i < count; i++) {
    darkroom_free(&workers[i].darkroom);
    free(workers[i].rgb);
  }
  free(workers);
  free(threads);
  if (status == STATUS_OK && set->fault_at >= 0) {
    *fault = set->fault;
    status = fault->status;
  }
  return status;
}

/* A gauge a dimension, found in golden pixels, and its limits: only where the camera stands fixed, for then the scale
 * does not come from the product. */
static void write_dimensions(const struct set *set, FILE *out) {
  const struct options *options = set->options;
  const struct scene *scene = &set->scene;
  if (options->scale > 0 || options->tilt > 0 || options->distortion > 0 || !scene->dimension_count) return;
  double scale = set->golden.pose.scale;
  fprintf(out, "scale: {source: fixture, mm_per_px: %.9f}\ndimensions:\n", 1 / scale);
  for (int i = 0; i < scene->dimension_count; i++) {
    const struct dimension *d = &scene->dimensions[i];
    const struct item *items[2] = {&scene->items[d->a], d->b < 0 ? NULL : &scene->items[d->b]};
    if (items[0]->kind != ITEM_HOLE) continue;
    for (int k = 0; k < 2 && items[k]; k++) {
      double centre[2];
      mapping_project(&set->golden.mapping, items[k]->x, items[k]->y, centre);
      fprintf(out, "  - {name: %s_%c, gauge: circle, centre: [%.2f, %.2f], radius: %.2f, search: %.1f}\n", d->name,
              'a' + k, centre[0], centre[1], items[k]->w / 2 * scale, fmax(1.0 * scale, 5));
    }
    if (items[1])
      fprintf(out, "  - {name: %s, measure: distance, of: [%s_a, %s_b]", d->name, d->name, d->name);
    else
      fprintf(out, "  - {name: %s, measure: diameter, of: %s_a", d->name, d->name);
    fprintf(out, ", lower: %.3f, upper: %.3f, unit: mm}\n", d->nominal - 0.1, d->nominal + 0.1);
  }
}

static void write_zone(const struct set *set, FILE *out) {
  static const double inset = 0.8; /* mm: the cut edge itself is not compared */
  double right = set->scene.width - inset, bottom = set->scene.height - inset;
  const double corners[4][2] = {{inset, inset}, {right, inset}, {right, bottom}, {inset, bottom}};
  fprintf(out, "zones:\n  - {name: product, polygon: [");
  for (int i = 0; i < 4; i++) {
    double at[2];
    mapping_project(&set->golden.mapping, corners[i][0], corners[i][1], at);
    fprintf(out, "%s[%.1f, %.1f]", i ? ", " : "", at[0], at[1]);
  }
  fprintf(out, "], severity: major}\n");
}

static enum status write_spec(const struct set *set, struct fault *fault) {
  static const char *const products[] = {"label", "board", "plate"};
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return fault_set(fault, STATUS_MEMORY, "out of memory for golden.yaml");
  fprintf(memory, "name: synth-%s-%d\nalignment: {model: homography}\noutside: ignore\ncolour: {reference: none}\n",
          products[set->options->product], set->options->seed);
  write_zone(set, memory);
  write_dimensions(set, memory);
  bool failed = ferror(memory) != 0;
  failed |= fclose(memory) != 0;
  enum status status = failed ? fault_set(fault, STATUS_MEMORY, "out of memory for golden.yaml")
                              : write_text(set->options->out, "golden.yaml", text, fault);
  free(text);
  return status;
}

static enum status write_lists(const struct set *set, struct fault *fault) {
  const struct options *options = set->options;
  static const char *const names[] = {"golden_truth.jsonl", "truth.jsonl", "manifest.csv"};
  enum status status = STATUS_OK;
  for (int list = 0; list < 3 && status == STATUS_OK; list++) {
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory) return fault_set(fault, STATUS_MEMORY, "out of memory for %s", names[list]);
    if (list == 2) fputs("photo,lot,factory,line,shift,unit,captured\n", memory);
    for (int i = 0; i < (list ? options->count : options->goldens); i++) {
      const struct unit *u = &set->units[list ? i : 0];
      if (list < 2)
        fputs(set->lines[list ? options->goldens + i : i], memory);
      else
        fprintf(memory, "photos/%05d.jpg,L%03d,%s,%d,%s,U%05d,%s\n", i, u->lot + 1, plan_factories[u->factory],
                u->line + 1, plan_shifts[u->shift], i + 1, u->captured);
    }
    bool failed = ferror(memory) != 0;
    failed |= fclose(memory) != 0;
    status = failed ? fault_set(fault, STATUS_MEMORY, "out of memory for %s", names[list])
                    : write_text(options->out, names[list], text, fault);
    free(text);
  }
  return status;
}

static enum status prepare(struct set *set, struct fault *fault) {
  const struct options *options = set->options;
  uint64_t seed = (uint64_t)options->seed;
  enum status status = make_folders(options->out, fault);
  if (status == STATUS_OK) status = plan_make(options, &set->units, fault);
  if (status == STATUS_OK) status = scene_make(&set->scene, (enum product)options->product, seed, fault);
  if (status != STATUS_OK) return status;
  int width, height;
  plan_photo_size(options, &width, &height);
  status = artwork_make(&set->artwork, &set->scene, 3 * plan_nominal_scale(options, &set->scene), fault);
  if (status == STATUS_OK) status = studio_make(&set->studio, &set->artwork, width, seed, fault);
  if (status != STATUS_OK) return status;
  struct unit approved = {.index = -1};
  plan_shot(options, &set->scene, &approved, -1, &set->golden);
  set->total = options->goldens + options->count;
  set->lines = calloc((size_t)set->total, sizeof *set->lines);
  if (!set->lines) return fault_set(fault, STATUS_MEMORY, "out of memory for %d photos", set->total);
  return STATUS_OK;
}

enum status set_make(const struct options *options, set_progress *progress, struct fault *fault) {
  struct set set = {.options = options, .progress = progress, .fault_at = -1, .lock = PTHREAD_MUTEX_INITIALIZER};
  enum status status = prepare(&set, fault);
  if (status == STATUS_OK) status = run_workers(&set, fault);
  if (status == STATUS_OK) status = write_spec(&set, fault);
  if (status == STATUS_OK) status = write_lists(&set, fault);
  for (int i = 0; set.lines && i < set.total; i++) free(set.lines[i]);
  free(set.lines);
  free(set.units);
  studio_free(&set.studio);
  artwork_free(&set.artwork);
  scene_free(&set.scene);
  return status;
}
