#include "engine/read/read.h"

#include "engine/read/codes.h"
#include "engine/read/soften.h"
#include "engine/read/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void seen_free(struct seen *seen) {
  free(seen->data);
  *seen = (struct seen){0};
}

void read_work_free(struct read_work *work) {
  window_free(&work->picture);
  text_reader_close(work->reader);
  *work = (struct read_work){0};
}

/* One look at a zone: so many times the photo's own pixels. */
struct look {
  double enlarge;
  bool slanted, inverted;
};

/* Codes of few pixels a module are read better enlarged; one that is noisy, smaller; bars that lie slanted, turned. */
static const struct look code_looks[] = {{1, false, false}, {2, false, false}, {0.5, false, false}, {1, true, false},
                                         {2, true, false},  {1, false, true},  {2, false, true}};
static const struct look text_looks[] = {{1, false, false}, {2, false, false}, {0.5, false, false}};
enum { CODE_LOOKS = sizeof code_looks / sizeof *code_looks, TEXT_LOOKS = sizeof text_looks / sizeof *text_looks };

/* Beyond the zone, golden pixels and share of its shorter side: the quiet zone that codes need around them, and for a
 * text as much as keeps its outermost strokes whole. */
static const double CODE_MARGIN = 8, CODE_SHARE = 0.1, TEXT_MARGIN = 3;

static struct window window_of(const struct demand *demand, const struct look *look, double photo_scale) {
  double width = demand->box[2] - demand->box[0], height = demand->box[3] - demand->box[1];
  double margin = demand->text ? TEXT_MARGIN : CODE_MARGIN + CODE_SHARE * (width < height ? width : height);
  return (struct window){.middle = {0.5 * (demand->box[0] + demand->box[2]), 0.5 * (demand->box[1] + demand->box[3])},
                         .size = {width + 2 * margin, height + 2 * margin},
                         .scale = look->enlarge * photo_scale,
                         .slanted = look->slanted};
}

static void invert(struct plane *plane) {
  size_t count = plane->stride * (size_t)plane->height;
  for (size_t i = 0; i < count; i++) plane->pixels[i] = (uint8_t)(255 - plane->pixels[i]);
}

/* The golden through a photo's eyes: taken at its scale where that is smaller, blurred, then enlarged. */
static enum status take_as(const struct window *window, const struct plane *luma, const struct read_as *as,
                           struct window_picture *picture, struct fault *fault) {
  struct window small = *window;
  struct window_picture first = {.room = 0};
  small.scale = as->scale < 1 ? as->scale : 1;
  small.slanted = false;
  enum status status = window_take(&small, luma, NULL, &first, fault);
  if (!status && as->sharpness < 1) status = soften(&first.plane, as->sharpness, fault);
  if (!status) {
    /* From golden pixels to those of the picture just made. */
    double scale = first.scale, x = 0.5 * (first.plane.width - 1), y = 0.5 * (first.plane.height - 1);
    const struct placement there = {
        .pose = {{scale, 0, x - scale * small.middle[0], 0, scale, y - scale * small.middle[1], 0, 0, 1}}};
    status = window_take(window, &first.plane, &there, picture, fault);
  }
  window_free(&first);
  return status;
}

static enum status keep(const char *data, size_t size, enum code_kind kind, struct seen *seen, struct fault *fault) {
  char *copy = malloc(size + 1);
  if (!copy) return fault_set(fault, STATUS_MEMORY, "zone: out of memory");
  memcpy(copy, data, size);
  copy[size] = 0;
  free(seen->data);
  seen->data = copy, seen->size = size, seen->kind = kind;
  return STATUS_OK;
}

static bool lies_in(const struct demand *demand, struct pose_point p) {
  return p.x >= demand->box[0] && p.y >= demand->box[1] && p.x <= demand->box[2] && p.y <= demand->box[3];
}

static bool is_kind(const struct demand *demand, enum code_kind kind) {
  return demand->zone->code.kind == CODE_ANY || demand->zone->code.kind == kind;
}

/* Codes of the demanded kind, and those of any that stand there in its place. */
static enum status read_codes(const struct demand *demand, const struct window *window,
                              const struct window_picture *picture, enum code_kind kind, struct seen *seen,
                              struct fault *fault) {
  struct codes codes;
  enum status status = codes_read(&picture->plane, kind, &codes, fault);
  for (size_t i = 0; i < codes.count && !status && !seen->fits; i++) {
    const struct code_found *code = &codes.items[i];
    if (!lies_in(demand, window_golden(window, picture, code->x, code->y))) continue;
    seen->fits = is_kind(demand, code->kind) && demand_fits(demand, code->data, code->size);
    if (seen->fits || !seen->data) status = keep(code->data, code->size, code->kind, seen, fault);
  }
  codes_free(&codes);
  return status;
}

static enum status need_reader(const struct demand *demand, struct read_work *work, struct fault *fault) {
  const char *language = demand->zone->text.language;
  if (work->reader && !strcmp(work->language, language)) return STATUS_OK;
  text_reader_close(work->reader);
  work->reader = NULL;
  memcpy(work->language, language, sizeof work->language);
  return text_reader_open(language, &work->reader, fault);
}

static enum status read_text(const struct demand *demand, struct read_work *work, struct seen *seen,
                             struct fault *fault) {
  char *text = NULL;
  enum status status = text_reader_read(work->reader, &work->picture.plane, &text, fault);
  if (status) return status;
  size_t size = strlen(text);
  seen->fits = size && demand_fits(demand, text, size);
  if (seen->fits || (size && !seen->data)) status = keep(text, size, CODE_NONE, seen, fault);
  free(text);
  return status;
}

enum status read_demand(const struct demand *demand, const struct plane *luma, const struct placement *placement,
                        const struct read_as *as, struct read_work *work, struct seen *seen, struct fault *fault) {
  const struct look *looks = demand->text ? text_looks : code_looks;
  int count = demand->text ? TEXT_LOOKS : CODE_LOOKS;
  double scale = as ? as->scale : 1;
  *seen = (struct seen){.share = 1};
  if (placement)
    scale = pose_scale_at(&placement->pose, 0.5 * (demand->box[0] + demand->box[2]),
                          0.5 * (demand->box[1] + demand->box[3]));
  enum status status = demand->text ? need_reader(demand, work, fault) : STATUS_OK;
  /* Other kinds are looked for only where the demanded one is nowhere. */
  int rounds = demand->text || demand->zone->code.kind == CODE_ANY ? 1 : 2;
  for (int i = 0; i < rounds * count && !status && !seen->fits && !(i >= count && seen->data); i++) {
    const struct look *look = &looks[i % count];
    struct window window = window_of(demand, look, scale > 0 ? scale : 1);
    status = as ? take_as(&window, luma, as, &work->picture, fault)
                : window_take(&window, luma, placement, &work->picture, fault);
    if (status) break;
    if (i == 0) seen->share = work->picture.seen;
    if (look->inverted) invert(&work->picture.plane);
    enum code_kind kind = i < count ? demand->zone->code.kind : CODE_ANY;
    status = demand->text ? read_text(demand, work, seen, fault)
                          : read_codes(demand, &window, &work->picture, kind, seen, fault);
  }
  if (status) seen_free(seen);
  return status;
}

enum status read_possible(const struct demands *demands, struct fault *fault) {
  struct read_work work = {.reader = NULL};
  enum status status = STATUS_OK;
  char about[256];
  for (size_t i = 0; i < demands->count && !status; i++) {
    const struct demand *d = &demands->items[i];
    status = d->text ? need_reader(d, &work, fault) : codes_here(about, sizeof about, fault);
    if (status) fault_prefix(fault, "zone %s", d->zone->name);
  }
  read_work_free(&work);
  return status;
}
