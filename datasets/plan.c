#include "datasets/plan.h"

#include "datasets/drawn_season.h"
#include "datasets/spoil.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const factories[8] = {"Porto", "Brno", "Pune", "Suzhou", "Izmir", "Penang", "Leon", "Sfax"};
static const char *const shifts[3] = {"early", "late", "night"};

struct plan_names plan_names(const struct unit *unit) {
  struct plan_names names;
  const struct production_names *season = unit->season ? &unit->season->names : NULL;
  snprintf(names.unit, sizeof names.unit, "U%05d", unit->index + 1);
  snprintf(names.factory, sizeof names.factory, "%s", season ? season->factory : factories[unit->factory]);
  snprintf(names.shift, sizeof names.shift, "%s", season ? season->shift : shifts[unit->shift]);
  if (season) {
    snprintf(names.line, sizeof names.line, "%s", season->line);
    snprintf(names.lot, sizeof names.lot, "%s", season->lot);
  } else {
    snprintf(names.line, sizeof names.line, "%d", unit->line + 1);
    snprintf(names.lot, sizeof names.lot, "L%03d", unit->lot + 1);
  }
  return names;
}

/* Seconds after 2026-03-02T06:00:00Z, within that year. */
static void format_time(long seconds, char *text, size_t size) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  seconds += 6 * 3600;
  long day = 1 + seconds / 86400;
  int month = 2, year = 2026;
  while (day >= days[month]) {
    day -= days[month];
    if (++month == 12) month = 0, year++;
  }
  seconds %= 86400;
  snprintf(text, size, "%04d-%02d-%02dT%02ld:%02ld:%02ldZ", year, month + 1, (int)day + 1, seconds / 3600,
           seconds / 60 % 60, seconds % 60);
}

struct draw {
  double key;
  int unit;
};

static int compare_draws(const void *a, const void *b) {
  const struct draw *x = a, *y = b;
  if (x->key != y->key) return x->key > y->key ? -1 : 1;
  return x->unit - y->unit;
}

/* Weighted sampling without replacement (Efraimidis and Spirakis): the largest log(u) / weight. */
static enum status choose_defective(const struct options *options, struct unit *units, struct fault *fault) {
  struct draw *draws = malloc(sizeof *draws * (size_t)options->count);
  if (!draws) return fault_set(fault, STATUS_MEMORY, "out of memory for %d units", options->count);
  struct random random = random_stream((uint64_t)options->seed, 'D', 0);
  for (int i = 0; i < options->count; i++) {
    if (units[i].spoil != SPOIL_NONE) {
      draws[i] = (struct draw){-HUGE_VAL, i};
      continue;
    }
    double weight = options->drift & DRIFT_SHIFT && units[i].shift == 2 ? 4 : 1;
    draws[i] = (struct draw){number_log(1 - random_uniform(&random)) / weight, i};
  }
  qsort(draws, (size_t)options->count, sizeof *draws, compare_draws);
  for (int i = 0; i < options->defects; i++)
    units[draws[i].unit].defects = 1 + random_below(&random, options->per_photo);
  free(draws);
  return STATUS_OK;
}

enum status plan_make(const struct options *options, struct unit **units, struct fault *fault) {
  *units = calloc((size_t)options->count, sizeof **units);
  if (!*units) return fault_set(fault, STATUS_MEMORY, "out of memory for %d units", options->count);
  enum spoil kinds[SPOIL_END];
  int kind_count = 0;
  for (enum spoil kind = SPOIL_BLURRED; kind < SPOIL_END; kind++)
    if (spoil_wanted(options, kind)) kinds[kind_count++] = kind;
  int lines = options->factories * options->lines, last_lot = (options->count - 1) / options->lot_size;
  for (int i = 0; i < options->count; i++) {
    struct unit *unit = &(*units)[i];
    int within = i % options->lot_size, size = options->lot_size;
    if (options->count < size) size = options->count;
    *unit = (struct unit){.index = i, .lot = i / options->lot_size};
    if (i < kind_count * options->spoiled) unit->spoil = kinds[i % kind_count];
    unit->factory = unit->lot % options->factories;
    unit->line = unit->lot / options->factories % options->lines;
    long second = 86400L * within / size;
    unit->shift = (int)(second / 28800);
    format_time(second + 86400L * (unit->lot / lines), unit->captured, sizeof unit->captured);
    /* The last line to start has the worn tool; it wears from its first unit to the set's last. */
    bool worn = unit->factory == options->factories - 1 || options->factories > last_lot + 1;
    if (options->drift & DRIFT_DIMENSION && worn && unit->line == 0) unit->creep = 0.3 * i / options->count;
    unit->other_ink = options->drift & DRIFT_COLOUR && unit->lot == last_lot;
  }
  return choose_defective(options, *units, fault);
}

void plan_photo_size(const struct options *options, int *width, int *height) {
  double w = sqrt(options->megapixels * 1e6 * 4 / 3);
  *width = 4 * (int)(w / 4 + 0.5);
  *height = *width / 4 * 3;
}

static void turned_extent(const struct scene *scene, double angle, double extent[2]) {
  double c = fabs(number_cos(angle)), s = fabs(number_sin(angle));
  extent[0] = scene->width * c + scene->height * s, extent[1] = scene->width * s + scene->height * c;
}

static double radians(double degrees) {
  return degrees * NUMBER_PI / 180;
}

double plan_nominal_scale(const struct options *options, const struct scene *scene) {
  int width, height;
  plan_photo_size(options, &width, &height);
  double scale = 1e9;
  for (int i = 0; i <= 64; i++) {
    double extent[2];
    turned_extent(scene, radians(options->rotate) * i / 64, extent);
    scale = fmin(scale, fmin(0.95 * width / extent[0], 0.95 * height / extent[1]));
  }
  return scale / (1 + options->scale / 100) / (1 + 0.01 * options->tilt + 0.01 * options->distortion) * 1.02;
}

static double either_way(struct random *random, double most) {
  return random_range(random, -most, most);
}

static void take_pose(const struct options *options, const struct scene *scene, struct random *random, double share,
                      struct shot *shot) {
  struct pose *pose = &shot->pose;
  pose->rotate = share * radians(either_way(random, options->rotate));
  for (int i = 0; i < 2; i++) pose->tilt[i] = share * radians(either_way(random, options->tilt));
  pose->scale = plan_nominal_scale(options, scene) * (1 + share * either_way(random, options->scale) / 100);
  double extent[2], frame[2] = {shot->width, shot->height};
  turned_extent(scene, pose->rotate, extent);
  for (int i = 0; i < 2; i++) {
    /* The whole product stays in the photo: there the shift is cut. */
    double room = fmax(0, (0.97 * frame[i] - extent[i] * pose->scale) / 2);
    double most = fmin(room, share * options->shift / 100 * frame[i]);
    pose->centre[i] = (frame[i] - 1) / 2 + either_way(random, most);
  }
}

/* What a lamp of another temperature gives of red and blue for the same green: Wien's law at 600, 540 and 450 nm. */
static void warm(double kelvin, double cast[3]) {
  static const double wavelengths[3] = {600e-9, 540e-9, 450e-9};
  double inverse = 0.014388 * (1 / 5500.0 - 1 / (5500.0 + kelvin));
  for (int c = 0; c < 3; c++) cast[c] *= number_exp(inverse / wavelengths[c] - inverse / wavelengths[1]);
}

static void take_light(const struct options *options, struct random *random, struct light *light) {
  light->gradient = random_range(random, 0, options->gradient / 100);
  light->direction = random_range(random, 0, 2 * NUMBER_PI);
  light->highlight = random_range(random, 0, options->gradient / 100 * 0.2);
  for (int i = 0; i < 2; i++) light->spot[i] = either_way(random, i ? 0.25 : 0.35);
  light->size = random_range(random, 0.35, 0.6);
  light->exposure = 0.80 * random_range(random, 0.94, 1.06);
  light->cast[0] = 1 + either_way(random, options->cast / 100);
  light->cast[1] = 1;
  light->cast[2] = 1 + either_way(random, options->cast / 100);
}

/* What the best plane leaves of the product's points, px. */
static double largest_departure(const struct scene *scene, const struct shot *shot) {
  enum { ACROSS = 9, DOWN = 7, POINTS = ACROSS * DOWN };
  struct mapping mapping;
  double flat[POINTS][2], photo[POINTS][2], homography[9], most = 0;
  mapping_make(&mapping, &shot->pose, scene->width, scene->height, shot->width, shot->height);
  for (int i = 0; i < POINTS; i++) {
    flat[i][0] = scene->width * (i % ACROSS) / (ACROSS - 1), flat[i][1] = scene->height * (i / ACROSS) / (DOWN - 1);
    mapping_project(&mapping, flat[i][0], flat[i][1], photo[i]);
  }
  if (homography_fit((const double(*)[2])flat, (const double(*)[2])photo, POINTS, homography) < 0) return 0;
  for (int i = 0; i < POINTS; i++) {
    double at[2];
    homography_apply(homography, flat[i][0], flat[i][1], at);
    most =
        fmax(most, sqrt((at[0] - photo[i][0]) * (at[0] - photo[i][0]) + (at[1] - photo[i][1]) * (at[1] - photo[i][1])));
  }
  return most;
}

/* A quarter to nine tenths of a wave, of an amplitude of `bend` pixels, or less where the best plane leaves more than
 * that; the first golden photo's product is nearly flat. */
static void bend_product(const struct options *options, const struct scene *scene, int index, struct shot *shot) {
  struct random random = random_stream((uint64_t)options->seed, 'B', (uint64_t)(int64_t)index);
  struct pose *pose = &shot->pose;
  pose->bend = (index == -1 ? 0.1 : 1) * options->bend / pose->scale;
  pose->waves = random_range(&random, 0.25, 0.9);
  pose->bend_phase = random_range(&random, 0, 2 * NUMBER_PI);
  pose->bend_along = random_range(&random, 0, 2 * NUMBER_PI);
  pose->bend_towards = random_range(&random, 0, 2 * NUMBER_PI);
  double departure = largest_departure(scene, shot);
  if (departure > options->bend) pose->bend *= options->bend / departure;
}

bool plan_loose(const struct options *options, const struct scene *scene, const struct unit *unit,
                struct change *change, double box[4]) {
  int part = options->loose > 0 ? scene_loose_part(scene) : -1;
  if (part < 0 || unit->index < 0 || !(unit->index & 1) || unit->spoil != SPOIL_NONE) return false;
  struct random random = random_stream((uint64_t)options->seed, 'L', (uint64_t)unit->index);
  double direction = random_range(&random, 0, 2 * NUMBER_PI), reach = 1.2 + options->loose;
  int slot = change->part_count++;
  change->parts[slot].part = part;
  change->parts[slot].dx = options->loose * number_cos(direction);
  change->parts[slot].dy = options->loose * number_sin(direction);
  const struct part *p = &scene->parts[part];
  box[0] = p->x0 - reach, box[1] = p->y0 - reach, box[2] = p->x1 + reach, box[3] = p->y1 + reach;
  return true;
}

void plan_shot(const struct options *options, const struct scene *scene, const struct unit *unit, int index,
               struct shot *shot) {
  *shot = (struct shot){0};
  plan_photo_size(options, &shot->width, &shot->height);
  struct random random = random_stream((uint64_t)options->seed, 'P', (uint64_t)(int64_t)index);
  struct random camera =
      random_stream((uint64_t)options->seed, 'K', (uint64_t)unit->factory * 64 + (uint64_t)unit->line);
  take_pose(options, scene, &random, index == -1 ? 0.1 : 1, shot);
  shot->pose.distortion = either_way(&camera, options->distortion / 100);
  take_light(options, &random, &shot->light);
  shot->gamma = 1;
  if (index >= 0) {
    struct random lamp = random_stream((uint64_t)options->seed, 'L', (uint64_t)index);
    shot->gamma = random_range(&lamp, options->gamma[0], options->gamma[1]);
    warm(either_way(&lamp, options->kelvin), shot->light.cast);
  }
  shot->light.falloff = random_range(&camera, 0.03, 0.12);
  shot->blur = random_range(&random, options->blur[0], options->blur[1]);
  /* At mid grey, 0.2 of full light, sRGB rises by 1.12 of its range for a full step of light. */
  double share = fmax(options->noise, 0.01) / (255 * 1.124);
  shot->electrons = 0.2 / (share * share);
  shot->read = options->noise > 0 ? 4 : 0;
  shot->sharpen = 0.5;
  for (int c = 0; c < 3; c++) shot->tint[c] = 1;
  static const double other_ink[3] = {0.93, 1, 1.06};
  if (unit->other_ink && options->card)
    panels_tint(scene, other_ink, shot); /* the reference is not printed */
  else if (unit->other_ink)
    memcpy(shot->tint, other_ink, sizeof shot->tint);
  for (int i = 0; i < 2; i++) {
    shot->table_offset[i] = (float)random_range(&random, 0, TEXTURE_SIZE);
    shot->grain_offset[0][i] = (float)random_range(&random, 0, TEXTURE_SIZE);
  }
  shot->seed = random_bits(&random);
  for (int i = 2; i < 2 * GRAIN_TILES; i++)
    shot->grain_offset[i / 2][i % 2] = (float)random_range(&random, 0, TEXTURE_SIZE);
  if (options->bend > 0) bend_product(options, scene, index, shot);
  if (unit->spoil != SPOIL_NONE) spoil_shot(options, scene, unit->spoil, index, shot);
  mapping_make(&shot->mapping, &shot->pose, scene->width, scene->height, shot->width, shot->height);
}

void plan_dimensions(const struct options *options, const struct scene *scene, const struct unit *unit, int index,
                     struct change *change, double *values) {
  struct random random = random_stream((uint64_t)options->seed, 'M', (uint64_t)(int64_t)index);
  for (int i = 0; i < scene->dimension_count; i++) {
    const struct dimension *dimension = &scene->dimensions[i];
    double own = 0.01 * random_normal(&random) + unit->creep;
    double off = unit->season ? unit->season->off[i] : own;
    values[i] = dimension->nominal + off;
    struct tweak *tweak = &change->tweaks[change->tweak_count++];
    if (dimension->b < 0) {
      *tweak = (struct tweak){.item = dimension->a, .dw = off};
    } else {
      /* Both items lie at the same height: the distance grows along x. */
      double right = scene->items[dimension->b].x > scene->items[dimension->a].x ? 1 : -1;
      *tweak = (struct tweak){.item = dimension->b, .dx = right * off};
    }
  }
}
