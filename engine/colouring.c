#include "engine/colouring.h"

#include "engine/cielab.h"
#include "engine/zone_colour.h"
#include "kernels/math.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The least difference that counts where the spec says nothing: what a buyer sees side by side. */
static const double DEFAULT_LIMIT = 1.6;

/* A cell of so many pixels weighs 1, and so does a value of this; noise weighs less where it is bright. */
static const double WHOLE_CELL = 150, BRIGHT_VALUE = 110;

/* Share of a zone that the photo must show. */
static const double LEAST_SHOWN = 0.5;

/* Held against each other, a zone that is more than so many times as large as all the rest is what the rest is held
 * against: what a small label says of the lamp is not sure enough to judge all of the product by. */
static const double MOST_OF_REST = 4;

/* Ground whose Cb or Cr is so far from what all of it has on the mean has a colour of its own, and such a share of it
 * counts: more than a JPEG's steps and what a lens makes of edges. */
static const double OTHER_CHROMA = 8, LEAST_OTHER = 0.005;

static double log_light(double value) {
  return math_log(cielab_light(value) + TONE_FLOOR);
}

static double weight_of(double value, double full, int64_t pixels) {
  double size = (double)pixels / WHOLE_CELL, bright = (value + 14) / (BRIGHT_VALUE + 14);
  if (value >= full) return 0;
  return (size < 1 ? size : 1) * (bright < 1 ? bright * bright : 1);
}

static bool has_label(const struct cells *cells, int label) {
  for (size_t i = 0; i < cells->count; i++)
    if (cells->cell[i].label == label) return true;
  return false;
}

static bool outweighs_rest(const struct cells *cells, int label) {
  double own = 0, rest = 0;
  for (size_t i = 0; i < cells->count; i++) {
    double pixels = (double)cells->cell[i].pixels;
    if (cells->cell[i].label == label)
      own += pixels;
    else
      rest += pixels;
  }
  return own > MOST_OF_REST * rest;
}

static int label_of(size_t zone) {
  return ZONES_FIRST + (int)zone;
}

bool colouring_judges(const struct spec *spec) {
  int kinds = !spec->outside_ignored;
  for (size_t i = 0; i < spec->zone_count; i++) kinds += !spec->zones[i].ignore;
  return spec->colour != COLOUR_NONE || (spec->zone_count && kinds > 1);
}

static enum status check_sizes(const struct colouring *c, struct fault *fault) {
  for (size_t i = 0; i < c->spec->zone_count; i++) {
    const struct spec_zone *zone = &c->spec->zones[i];
    bool needed = !zone->ignore && !isnan(zone->tolerance.delta_e);
    if ((needed || label_of(i) == c->reference) && !has_label(&c->cells, label_of(i)))
      return fault_set(fault, STATUS_INVALID,
                       "zone %s: no part of it is %d px wide and high and covered by no other zone; expected one, for "
                       "its colour is %s",
                       zone->name, 1 << c->cells.level, needed ? "judged" : "the reference");
  }
  return STATUS_OK;
}

/* The reference may lie on ground that is not compared: then the labels are a copy in `memory`, which the caller frees.
 */
static enum status draw_reference(const struct spec *spec, const struct photo *masks, const struct zones *zones,
                                  struct colouring *c, struct plane *labels, uint8_t **memory, struct fault *fault) {
  size_t size = zones->labels.stride * (size_t)zones->labels.height;
  *labels = zones->labels;
  if (spec->colour != COLOUR_ZONE) return STATUS_OK;
  *memory = labels->pixels = malloc(size);
  if (!labels->pixels) return fault_set(fault, STATUS_MEMORY, "colours: out of memory");
  memcpy(labels->pixels, zones->labels.pixels, size);
  for (size_t i = 0; i < spec->zone_count; i++) {
    if (strcmp(spec->zones[i].name, spec->colour_zone) != 0) continue;
    c->reference = (uint8_t)label_of(i);
    return zones_draw_one(&spec->zones[i], masks ? &masks[i] : NULL, c->reference, labels, fault);
  }
  return STATUS_OK;
}

static void find_chroma(struct colouring *c) {
  double rgb[3], ycc[3];
  for (size_t i = 0; c->judged && i < c->cells.count; i++) {
    for (int k = 0; k < 3; k++) rgb[k] = cielab_value(math_exp(c->samples[i].golden[k]) - TONE_FLOOR);
    image_ycc_of(rgb, ycc);
    c->chroma[i] = (struct chroma){ycc[1], ycc[2]};
  }
}

static enum status take_golden(struct colouring *c, double full, struct fault *fault) {
  c->samples = malloc((c->cells.count + 1) * sizeof *c->samples);
  c->terms = malloc((c->cells.count + 1) * TONE_TERMS * sizeof *c->terms);
  c->chroma = malloc((c->cells.count + 1) * sizeof *c->chroma);
  if (!c->samples || !c->terms || !c->chroma) return fault_set(fault, STATUS_MEMORY, "colours: out of memory");
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct cell *cell = &c->cells.cell[i];
    struct tone_sample *s = &c->samples[i];
    *s = (struct tone_sample){
        .x = cell->x, .y = cell->y, .label = cell->label, .mixed = cell->mixed, .idle = cell->restless};
    for (int k = 0; k < 3; k++)
      s->golden[k] = log_light(cell->colour[k]), s->weight[k] = weight_of(cell->colour[k], full, cell->pixels);
  }
  const struct tone tone = tone_none(c->width, c->height);
  tone_terms(&tone, c->samples, c->cells.count, c->terms);
  find_chroma(c);
  return STATUS_OK;
}

enum status colouring_open(struct device *device, const struct spec *spec, const struct photo *masks,
                           const struct zones *zones, const struct cells_photo *golden, struct colouring *c,
                           struct fault *fault) {
  struct plane labels = {0};
  uint8_t *memory = NULL;
  memset(c, 0, sizeof *c);
  bool grey = golden->cb == golden->luma;
  if (grey && spec->colour == COLOUR_ZONE)
    return fault_set(fault, STATUS_INVALID, "colour.reference: %s: the golden photo is grey; expected one in colour",
                     spec->colour_zone);
  c->judged = colouring_judges(spec) && !grey;
  if (golden->luma->count < 2) return STATUS_OK;
  c->steps = steps_of(golden->image);
  c->photos = 1;
  c->spec = spec, c->width = zones->labels.width, c->height = zones->labels.height;
  enum status status = draw_reference(spec, masks, zones, c, &labels, &memory, fault);
  if (!status) status = cells_open(device, &labels, golden, &c->cells, fault);
  if (!status && c->judged) status = check_sizes(c, fault);
  if (!status) status = take_golden(c, golden->image->full, fault);
  free(memory);
  return status;
}

void colouring_close(struct device *device, struct colouring *c) {
  cells_close(device, &c->cells);
  free(c->samples);
  free(c->terms);
  free(c->chroma);
  free(c->sums);
  memset(c, 0, sizeof *c);
}

static bool is_off(double value, double expected) {
  return value - expected > OTHER_CHROMA || expected - value > OTHER_CHROMA;
}

/* A lamp's or a camera's cast makes chroma that goes with luma. */
bool colouring_is_manifold(const struct colouring *c) {
  double sum[3] = {0, 0, 0}, ycc[3], pixels = 0, other = 0;
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct cell *cell = &c->cells.cell[i];
    if (cell->restless) continue;
    image_ycc_of(cell->colour, ycc);
    for (int k = 0; k < 3; k++) sum[k] += ycc[k] * (double)cell->pixels;
    pixels += (double)cell->pixels;
  }
  for (size_t i = 0; i < c->cells.count && sum[0] > 0; i++) {
    const struct cell *cell = &c->cells.cell[i];
    if (cell->restless) continue;
    image_ycc_of(cell->colour, ycc);
    if (is_off(ycc[1], ycc[0] * sum[1] / sum[0]) || is_off(ycc[2], ycc[0] * sum[2] / sum[0]))
      other += (double)cell->pixels;
  }
  return other > LEAST_OTHER * pixels;
}

/* ---- a photo ---- */

/* The golden's luma against the photo's, as if it were one of three colours. */
static void take_luma(const struct cell *cell, const struct cell_colour *shown, bool seen, double full,
                      struct tone_sample *s) {
  double luma = 0.299 * cell->colour[0] + 0.587 * cell->colour[1] + 0.114 * cell->colour[2], value = shown->colour[0];
  double here = weight_of(luma, IMAGE_FULL, cell->pixels);
  double there = seen ? weight_of(value, full, shown->pixels) : 0;
  s->golden[0] = log_light(luma), s->photo[0] = seen ? log_light(value) : 0;
  s->weight[0] = here < there ? here : there, s->weight[1] = s->weight[2] = 0;
}

static enum status take_photo(const struct colouring *c, bool grey, double full, struct colouring_work *work,
                              struct fault *fault) {
  if (!work->samples) work->samples = malloc((c->cells.count + 1) * sizeof *work->samples);
  if (!work->zones) work->zones = malloc((c->spec->zone_count + 1) * sizeof *work->zones);
  if (!work->label) work->label = malloc(c->spec->zone_count + 1);
  if (!work->samples || !work->zones || !work->label) return fault_set(fault, STATUS_MEMORY, "colours: out of memory");
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct cell_colour *shown = &work->cells.colour[i];
    struct tone_sample *s = &work->samples[i];
    *s = c->samples[i];
    bool seen = 2 * shown->pixels >= c->cells.cell[i].pixels;
    if (grey) {
      take_luma(&c->cells.cell[i], shown, seen, full, s);
      continue;
    }
    for (int k = 0; k < 3; k++) {
      s->photo[k] = seen ? log_light(shown->colour[k]) : 0;
      double weight = seen ? weight_of(shown->colour[k], full, shown->pixels) : 0;
      if (weight < s->weight[k]) s->weight[k] = weight;
    }
  }
  return STATUS_OK;
}

static enum status look(struct device *device, const struct colouring *c, const struct placement *placement,
                        const struct cells_photo *photo, bool grey, struct colouring_work *work, struct fault *fault) {
  enum status status = cells_measure(device, &c->cells, placement, photo, &work->cells, fault);
  return status ? status : take_photo(c, grey, photo->image->full, work, fault);
}

static double limit_of(const struct spec *spec, const struct spec_zone *zone) {
  double own = zone ? zone->tolerance.delta_e : NAN, all = spec->tolerance.delta_e;
  return !isnan(own) ? own : !isnan(all) ? all : DEFAULT_LIMIT;
}

static bool is_measured(const struct colouring *c, size_t zone) {
  int label = label_of(zone);
  if (c->spec->zones[zone].ignore || label == c->reference || !has_label(&c->cells, label)) return false;
  return c->spec->colour != COLOUR_NONE || !outweighs_rest(&c->cells, label);
}

/* The levels are the reference's, but for what rounding makes of an even colour: within that, all of the product says
 * more. */
static void keep_reference(const struct colouring *c, const struct colouring_work *work, struct tone *tone) {
  double sum[3] = {0}, pixels = 0;
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct cell_colour *shown = &work->cells.colour[i];
    if (!c->reference || c->cells.cell[i].label != c->reference) continue;
    pixels += (double)shown->pixels;
    for (int k = 0; k < 3; k++) sum[k] += (double)shown->pixels * shown->colour[k];
  }
  if (!(pixels > 0)) return;
  for (int k = 0; k < 3; k++) sum[k] /= pixels;
  quantised_beyond(&work->steps, sum, tone->reference);
  for (int k = 0; k < 3; k++) tone->level[k] += tone->reference[k];
}

/* `zone` NULL: what lies outside of all. */
static enum status measure_zone(const struct colouring *c, const struct spec_zone *zone, int label,
                                struct colouring_work *work, struct fault *fault) {
  struct tone tone = tone_none(c->width, c->height);
  enum status status = STATUS_OK;
  if (c->spec->colour != COLOUR_FIXTURE)
    status = tone_fit(work->samples, c->terms, c->cells.count, label, c->reference, &tone, fault);
  if (status) return status;
  keep_reference(c, work, &tone);
  const struct zone_colour colour = zone_colour(c, work, label, &tone);
  if (!(colour.shown >= LEAST_SHOWN)) return STATUS_OK;
  struct zone_result *result = &work->zones[work->count];
  work->label[work->count++] = (uint8_t)label;
  snprintf(result->name, sizeof result->name, "%s", zone ? zone->name : "outside");
  result->delta_e = colour.delta_e, result->uncertainty = colour.uncertainty;
  result->has_lab = true;
  memcpy(result->lab, colour.photo, sizeof result->lab);
  memcpy(result->golden_lab, colour.golden, sizeof result->golden_lab);
  result->limit = limit_of(c->spec, zone);
  result->verdict = result->delta_e <= result->limit ? VERDICT_PASS
                    : result->delta_e > colour.noise ? VERDICT_FAIL
                                                     : VERDICT_CANNOT_JUDGE;
  return STATUS_OK;
}

/* What the lamp's colour alone makes of mid grey, its brightness left as it is. */
static double cast_of(const struct tone *tone) {
  static const double luminance[3] = {0.2126729, 0.7151522, 0.0721750};
  double light[3], grey[3], sum = 0;
  for (int k = 0; k < 3; k++) light[k] = math_exp(tone->level[k]), sum += luminance[k] * light[k];
  for (int k = 0; k < 3; k++) grey[k] = 0.2, light[k] *= 0.2 / sum;
  struct cielab a = cielab_of_light(grey), b = cielab_of_light(light);
  return cielab_difference(&a, &b);
}

enum status colouring_tone(struct device *device, const struct colouring *c, const struct placement *placement,
                           const struct cells_photo *photo, struct colouring_work *work, struct tone *tone,
                           struct fault *fault) {
  *tone = tone_none(c->width, c->height);
  if (!c->cells.count) return STATUS_OK;
  enum status status = look(device, c, placement, photo, photo->cb == photo->luma, work, fault);
  return status ? status : tone_fit(work->samples, c->terms, c->cells.count, 0, 0, tone, fault);
}

static void add_samples(struct colouring *c, const struct tone *tone, const struct tone_sample *samples) {
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct tone_sample *s = &samples[i];
    if (!tone_sample_known(s)) continue;
    for (int k = 0; k < 3; k++) c->sums[i][k] += tone_undo(tone, s->x, s->y, k, s->photo[k]);
    c->sums[i][3]++;
  }
}

enum status colouring_add(struct device *device, struct colouring *c, const struct placement *placement,
                          const struct cells_photo *photo, struct colouring_work *work, struct fault *fault) {
  struct tone tone = tone_none(c->width, c->height);
  if (!c->cells.count || !c->judged || photo->cb == photo->luma) return STATUS_OK;
  if (!c->sums) c->sums = calloc(c->cells.count, sizeof *c->sums);
  if (!c->sums) return fault_set(fault, STATUS_MEMORY, "colours: out of memory");
  enum status status = look(device, c, placement, photo, false, work, fault);
  if (!status && c->spec->colour != COLOUR_FIXTURE)
    status = tone_fit(work->samples, c->terms, c->cells.count, 0, 0, &tone, fault);
  if (status) return status;
  add_samples(c, &tone, work->samples);
  c->photos++;
  return STATUS_OK;
}

void colouring_take_mean(struct colouring *c) {
  for (size_t i = 0; c->sums && i < c->cells.count; i++)
    for (int k = 0; k < 3; k++)
      c->samples[i].golden[k] = (c->samples[i].golden[k] + c->sums[i][k]) / (1 + c->sums[i][3]);
  if (c->sums) find_chroma(c);
  free(c->sums);
  c->sums = NULL;
}

static enum status find_cast(const struct colouring *c, struct colouring_work *work, struct fault *fault) {
  work->cast = NAN;
  if (c->spec->colour != COLOUR_NONE) return STATUS_OK;
  struct tone tone = tone_none(c->width, c->height);
  enum status status = tone_fit(work->samples, c->terms, c->cells.count, 0, 0, &tone, fault);
  if (!status) work->cast = cast_of(&tone);
  return status;
}

enum status colouring_measure(struct device *device, const struct colouring *c, const struct placement *placement,
                              const struct cells_photo *photo, struct colouring_work *work, struct fault *fault) {
  work->count = 0, work->measured = false;
  if (!c->cells.count || !c->judged) return STATUS_OK;
  enum status status = look(device, c, placement, photo, false, work, fault);
  work->steps = quantised_of(c->steps, c->photos, steps_of(photo->image));
  for (size_t i = 0; i < c->spec->zone_count && !status; i++)
    if (is_measured(c, i)) status = measure_zone(c, &c->spec->zones[i], label_of(i), work, fault);
  /* Between zones it is only something to hold them against. */
  if (!status && c->spec->colour != COLOUR_NONE && has_label(&c->cells, ZONES_OUTSIDE))
    status = measure_zone(c, NULL, ZONES_OUTSIDE, work, fault);
  if (!status) status = find_cast(c, work, fault);
  work->measured = !status;
  return status;
}

void colouring_work_free(struct device *device, struct colouring_work *work) {
  cells_work_free(device, &work->cells);
  free(work->samples);
  free(work->zones);
  free(work->label);
  memset(work, 0, sizeof *work);
}
