#include "datasets/defect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void defect_free(struct defect *defect) {
  free(defect->mask);
  defect->mask = NULL;
}

/* The photo's pixels that the box can reach, or false when some lie outside the photo. */
static bool box_in_photo(const struct shot *shot, const double box[4], struct rectangle *rectangle) {
  enum { STEPS = 8, GROW = 6 };
  double low[2] = {1e9, 1e9}, high[2] = {-1e9, -1e9};
  for (int i = 0; i < 4 * STEPS; i++) {
    double t = (double)(i % STEPS) / STEPS, photo[2];
    int side = i / STEPS;
    double u = side == 0   ? t
               : side == 1 ? 1
               : side == 2 ? 1 - t
                           : 0,
           v = side == 0   ? 0
               : side == 1 ? t
               : side == 2 ? 1
                           : 1 - t;
    mapping_project(&shot->mapping, box[0] + u * (box[2] - box[0]), box[1] + v * (box[3] - box[1]), photo);
    for (int k = 0; k < 2; k++) low[k] = fmin(low[k], photo[k]), high[k] = fmax(high[k], photo[k]);
  }
  *rectangle = (struct rectangle){(int)floor(low[0]) - GROW, (int)floor(low[1]) - GROW, (int)ceil(high[0]) + GROW + 1,
                                  (int)ceil(high[1]) + GROW + 1};
  return rectangle->x0 >= 0 && rectangle->y0 >= 0 && rectangle->x1 <= shot->width && rectangle->y1 <= shot->height;
}

static bool boxes_meet(const double a[4], const double b[4]) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

struct bench {
  const struct studio *studio;
  const struct shot *shot;
  struct view *view;
  struct darkroom *darkroom;
  uint8_t *before, *after;
  struct rectangle rectangle;
};

static enum status render(struct bench *bench, uint8_t *rgb, struct fault *fault) {
  size_t stride = 3 * (size_t)(bench->rectangle.x1 - bench->rectangle.x0);
  return camera_render(bench->studio, bench->shot, bench->view, bench->rectangle, false, bench->darkroom, rgb, stride,
                       fault);
}

static enum status look(struct bench *bench, const struct proposal *proposal, bool chroma, struct defect *defect,
                        struct fault *fault) {
  enum status status = view_patch(bench->view, &proposal->change, proposal->box, fault);
  if (status == STATUS_OK) status = render(bench, bench->after, fault);
  defect_free(defect);
  if (status == STATUS_OK)
    status = defect_measure(bench->before, bench->after, bench->rectangle, chroma, defect, fault);
  return status;
}

static bool is_large_enough(const struct options *options, const struct proposal *proposal, const struct defect *d) {
  double least = options->min_size;
  if (!proposal->strokes) return d->width >= least && d->thickness >= 0.7 * least;
  return d->length >= 1.5 * least && d->thickness >= least / 3 && d->piece >= 0.785 * least * least;
}

/* Tries one proposal; its strength is brought to a contrast drawn at random. STATUS_MISSING: not good enough, and the
 * view is as it was. */
static enum status try_proposal(const struct options *options, struct bench *bench, struct proposal *proposal,
                                enum defect_class class, double target, struct defect *defect, struct fault *fault) {
  int patches = bench->view->count;
  enum status status = render(bench, bench->before, fault);
  if (status != STATUS_OK) return status;
  for (int step = 0; step < 6; step++) {
    view_truncate(bench->view, patches);
    status = look(bench, proposal, class == DEFECT_COLOUR, defect, fault);
    if (status != STATUS_OK && status != STATUS_MISSING) return status;
    double contrast = status == STATUS_OK ? defect->contrast : target / 2;
    if (!proposal->strength || (contrast > 0.93 * target && contrast < 1.1 * target)) break;
    *proposal->strength = fmin(0.97, *proposal->strength * fmin(fmax(target / contrast, 0.4), 2.5));
  }
  if (status == STATUS_OK && defect->contrast >= options->min_contrast && is_large_enough(options, proposal, defect))
    return STATUS_OK;
  view_truncate(bench->view, patches);
  defect_free(defect);
  return STATUS_MISSING;
}

static const char *severity_of(const struct defect *defect) {
  if (defect->class == DEFECT_MISSING || defect->class == DEFECT_PRINT) return "critical";
  return defect->area < 150 && defect->contrast < 50 ? "minor" : "major";
}

static enum status prepare(struct bench *bench, struct fault *fault) {
  size_t count =
      3 * (size_t)(bench->rectangle.x1 - bench->rectangle.x0) * (size_t)(bench->rectangle.y1 - bench->rectangle.y0);
  free(bench->before), free(bench->after);
  bench->before = malloc(count), bench->after = malloc(count);
  return bench->before && bench->after ? STATUS_OK
                                       : fault_set(fault, STATUS_MEMORY, "out of memory while planting a defect");
}

static bool is_clear(const struct proposal *proposal, const struct defect *others, int count) {
  for (int i = 0; i < count; i++)
    if (boxes_meet(proposal->box, others[i].product_box)) return false;
  return true;
}

static enum defect_class choose_class(unsigned classes, struct random *random) {
  int chosen = 0, seen = 0;
  for (int i = 0; i < DEFECT_CLASSES; i++)
    if (classes >> i & 1 && random_below(random, ++seen) == 0) chosen = i;
  return (enum defect_class)chosen;
}

enum status defect_plant(const struct options *options, const struct studio *studio, const struct shot *shot,
                         struct view *view, struct change *change, struct random *random, const struct defect *others,
                         int other_count, struct darkroom *darkroom, struct defect *defect, struct fault *fault) {
  enum { TRIES = 600, TRIES_A_CLASS = 30 };
  struct bench bench = {.studio = studio, .shot = shot, .view = view, .darkroom = darkroom};
  enum defect_class class = DEFECT_MISSING;
  enum status status = STATUS_MISSING;
  *defect = (struct defect){0};
  for (int i = 0; i < TRIES && status == STATUS_MISSING; i++) {
    if (i % TRIES_A_CLASS == 0) class = choose_class(options->classes, random);
    struct proposal proposal;
    double strong = fmax(options->min_contrast * 1.4, class == DEFECT_COLOUR ? 50 : 90);
    double target = random_log_range(random, options->min_contrast * 1.1, strong);
    if (!defect_propose(options, view, shot->pose.scale, class, change, random, &proposal)) continue;
    if (!is_clear(&proposal, others, other_count) || !box_in_photo(shot, proposal.box, &bench.rectangle)) continue;
    status = prepare(&bench, fault);
    if (status == STATUS_OK) status = try_proposal(options, &bench, &proposal, class, target, defect, fault);
    if (status != STATUS_OK) continue;
    *change = proposal.change;
    defect->class = class;
    for (int k = 0; k < 4; k++) defect->product_box[k] = proposal.box[k];
    snprintf(defect->where, sizeof defect->where, "%s", proposal.where);
    defect->severity = severity_of(defect);
  }
  free(bench.before), free(bench.after);
  if (status == STATUS_MISSING)
    return fault_set(
        fault, STATUS_INVALID,
        "no defect of the wanted classes with at least %g px and %g grey levels finds a place on this product",
        options->min_size, options->min_contrast);
  return status;
}
