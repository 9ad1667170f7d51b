#include "datasets/production_plan.h"

#include "datasets/number.h"
#include "models/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CREEP_UNITS = 300 };
static const int64_t begins = 1772348400000 /* 2026-03-01T07:00 */, lasts = 30LL * 86400 * 1000;
static const double creep = 0.02;

const double production_sigma[PRODUCTION_DIMENSIONS] = {0.03, 0.02};
const double production_within_de = 0.8, production_between_de = 0.2, production_shift_de = 2.5;
const double production_scratch_rate = 0.01, production_stain_rate = 0.005, production_missing_rate = 0.002,
             production_unjudged_rate = 0.003;

/* Seven lots for the first two factories, six for the third. */
static int line_of(int lot) {
  static const int line[PRODUCTION_LOTS] = {0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 2};
  return line[lot];
}

bool production_night(const struct production_unit *unit) {
  int64_t hour = unit->time / 3600000 % 24;
  return hour < 6 || hour >= 18;
}

static int by_time(const void *a, const void *b) {
  const struct production_unit *x = a, *y = b;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return x->line - y->line;
}

/* Each line makes its lots one after another, at its own even pace with some jitter. */
static void schedule(struct production *p, struct random *random) {
  int lots[PRODUCTION_LINES] = {0};
  for (int lot = 0; lot < PRODUCTION_LOTS; lot++) lots[line_of(lot)]++;
  for (int line = 0; line < PRODUCTION_LINES; line++) p->line_units[line] = lots[line] * p->options->photos;
  int made[PRODUCTION_LINES] = {0};
  for (int lot = 0; lot < PRODUCTION_LOTS; lot++) {
    int line = line_of(lot);
    double pace = (double)lasts / p->line_units[line];
    for (int i = 0; i < p->options->photos; i++) {
      int number = made[line] + i;
      int64_t time = begins + (int64_t)((number + 0.8 * random_uniform(random)) * pace) / 1000 * 1000;
      p->units[p->count++] = (struct production_unit){.time = time, .line = line, .lot = lot, .number = number};
    }
    made[line] += p->options->photos;
  }
  qsort(p->units, p->count, sizeof *p->units, by_time);
}

enum status production_plan(const struct production_options *options, struct production *p, struct fault *fault) {
  *p = (struct production){.options = options};
  p->units = calloc((size_t)PRODUCTION_LOTS * (size_t)options->photos, sizeof *p->units);
  if (!p->units) return fault_set(fault, STATUS_MEMORY, "out of memory for a season");
  struct random random = random_stream(options->seed, STREAM_PLAN, 0);
  schedule(p, &random);
  for (int line = 0; line < PRODUCTION_LINES; line++)
    for (int d = 0; d < PRODUCTION_DIMENSIONS; d++) p->line_level[line][d] = 0.3 * random_normal(&random);
  for (int lot = 0; lot < PRODUCTION_LOTS; lot++)
    for (int i = 0; i < 3 * PRODUCTION_ZONES; i++)
      p->lot_colour[lot][i / 3][i % 3] = production_between_de * random_normal(&random);
  p->creep_line = random_below(&random, PRODUCTION_LINES);
  p->creep_dimension = random_below(&random, PRODUCTION_DIMENSIONS);
  p->creep_sign = random_below(&random, 2) ? 1 : -1;
  p->creep_onset = (int)(random_range(&random, 0.2, 0.65) * p->line_units[p->creep_line]);
  p->night_factory = random_below(&random, PRODUCTION_FACTORIES);
  p->night_from = begins + (int64_t)(random_range(&random, 0.05, 0.25) * (double)lasts);
  p->material_lot = random_below(&random, PRODUCTION_LOTS);
  p->material_zone = random_below(&random, PRODUCTION_ZONES);
  double length = 0;
  for (int i = 0; i < 3; i++) p->material[i] = random_normal(&random), length += p->material[i] * p->material[i];
  for (int i = 0; i < 3; i++) p->material[i] *= production_shift_de / sqrt(length);
  return STATUS_OK;
}

void production_plan_free(struct production *p) {
  free(p->units);
  *p = (struct production){0};
}

static bool creeps(const struct production *p, const struct production_unit *u, int dimension) {
  return !p->options->in_control && u->line == p->creep_line && dimension == p->creep_dimension &&
         u->number >= p->creep_onset;
}

double production_level(const struct production *p, const struct production_unit *u, int dimension) {
  double level = p->line_level[u->line][dimension];
  if (!creeps(p, u, dimension)) return level;
  return level + p->creep_sign * creep * fmin(u->number - p->creep_onset, CREEP_UNITS);
}

bool production_scratches(const struct production *p, const struct production_unit *u) {
  return !p->options->in_control && u->line / 2 == p->night_factory && production_night(u) && u->time >= p->night_from;
}

bool production_other_material(const struct production *p, const struct production_unit *u, int zone) {
  return !p->options->in_control && u->lot == p->material_lot && zone == p->material_zone;
}

struct production_names production_names(const struct production_unit *u) {
  struct production_names names;
  snprintf(names.factory, sizeof names.factory, "F%d", u->line / 2 + 1);
  snprintf(names.line, sizeof names.line, "%c", 'A' + u->line % 2);
  snprintf(names.lot, sizeof names.lot, "L%02d", u->lot + 1);
  snprintf(names.shift, sizeof names.shift, production_night(u) ? "night" : "day");
  return names;
}

void production_tell(const struct production *p, int every, const char *const dimensions[PRODUCTION_DIMENSIONS],
                     const char *const zones[PRODUCTION_ZONES], struct production_plant plants[PLANTS]) {
  const struct production_unit creeping = {.line = p->creep_line}, nightly = {.line = 2 * p->night_factory},
                               swapped = {.lot = p->material_lot};
  struct production_names line = production_names(&creeping), night = production_names(&nightly),
                          lot = production_names(&swapped);
  memset(plants, 0, PLANTS * sizeof *plants);
  plants[PLANT_CREEP] = (struct production_plant){.kind = "dimension", .key = "line"};
  plants[PLANT_SCRATCHES] = (struct production_plant){.kind = "defect", .key = "shift"};
  plants[PLANT_MATERIAL] = (struct production_plant){.kind = "zone", .key = "lot"};
  snprintf(plants[PLANT_CREEP].quantity, sizeof plants->quantity, "%s", dimensions[p->creep_dimension]);
  snprintf(plants[PLANT_CREEP].factory, sizeof plants->factory, "%s", line.factory);
  snprintf(plants[PLANT_CREEP].line, sizeof plants->line, "%s", line.line);
  snprintf(plants[PLANT_SCRATCHES].quantity, sizeof plants->quantity, "scratch");
  snprintf(plants[PLANT_SCRATCHES].factory, sizeof plants->factory, "%s", night.factory);
  snprintf(plants[PLANT_SCRATCHES].shift, sizeof plants->shift, "night");
  snprintf(plants[PLANT_MATERIAL].quantity, sizeof plants->quantity, "%s", zones[p->material_zone]);
  snprintf(plants[PLANT_MATERIAL].lot, sizeof plants->lot, "%s", lot.lot);
  for (size_t i = p->count; i-- > 0;) {
    const struct production_unit *u = &p->units[i];
    if (u->number % every) continue;
    if (creeps(p, u, p->creep_dimension)) plants[PLANT_CREEP].time_ms = u->time;
    if (production_scratches(p, u)) plants[PLANT_SCRATCHES].time_ms = u->time;
    if (production_other_material(p, u, p->material_zone)) plants[PLANT_MATERIAL].time_ms = u->time;
  }
}

static void put(struct text *out, const char *key, const char *value) {
  text_put(out, key);
  text_json_string(out, *value ? value : NULL);
}

enum status production_write_plants(const char *path, const struct production_plant plants[PLANTS],
                                    struct fault *fault) {
  struct text out = {0};
  for (int i = 0; i < PLANTS; i++) {
    put(&out, i ? ",\n{\"quantity\":" : "[{\"quantity\":", plants[i].kind);
    put(&out, ",\"name\":", plants[i].quantity);
    put(&out, ",\"key\":", plants[i].key);
    put(&out, ",\"factory\":", plants[i].factory);
    put(&out, ",\"line\":", plants[i].line);
    put(&out, ",\"shift\":", plants[i].shift);
    put(&out, ",\"lot\":", plants[i].lot);
    text_put(&out, ",\"time_ms\":");
    text_json_integer(&out, plants[i].time_ms);
    text_put(&out, "}");
  }
  text_put(&out, "]\n");
  char *text = text_take(&out);
  FILE *file = text ? fopen(path, "w") : NULL;
  bool good = file && fputs(text, file) >= 0;
  if (file && fclose(file)) good = false;
  free(text);
  return good ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
}
