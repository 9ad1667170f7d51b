#include "datasets/production.h"

#include "datasets/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FACTORIES = 3, LINES = 6, LOTS = 20, DIMENSIONS = 2, ZONES = 2, CREEP_UNITS = 300 };
enum { STREAM_PLAN, STREAM_UNITS };
static const int64_t begins = 1772348400000 /* 2026-03-01T07:00 */, lasts = 30LL * 86400 * 1000;
static const double creep = 0.02, shift_de = 2.5, within_de = 0.8, between_de = 0.2, scratch_rate = 0.01,
                    scratch_planted = 0.03, zone_limit = 6;

static const struct {
  const char *name;
  double middle, sigma; /* mm; the limits stand 5 sigma off */
} dimensions[DIMENSIONS] = {{"width", 40.35, 0.03}, {"hole", 2.2, 0.02}};
static const char *const zones[ZONES] = {"body", "cap"};
static const struct {
  enum defect_class class_;
  double rate;
} defects[] = {{CLASS_SCRATCH, scratch_rate}, {CLASS_STAIN, 0.005}, {CLASS_MISSING, 0.002}};
static const double unjudged_rate = 0.003;

struct unit {
  int64_t time;
  int line, lot, number; /* number: on its line, from 0 */
};

struct production {
  const struct production_options *options;
  struct unit *units;
  size_t count;
  int line_units[LINES];
  double line_level[LINES][DIMENSIONS]; /* sigma */
  double lot_colour[LOTS][ZONES][3];
  int creep_line, creep_dimension, creep_onset, night_factory, material_lot, material_zone;
  double creep_sign, material[3];
  int64_t night_from;
};

/* Seven lots for the first two factories, six for the third. */
static int line_of(int lot) {
  static const int line[LOTS] = {0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 2};
  return line[lot];
}

static bool at_night(int64_t time) {
  int64_t hour = time / 3600000 % 24;
  return hour < 6 || hour >= 18;
}

static int by_time(const void *a, const void *b) {
  const struct unit *x = a, *y = b;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return x->line - y->line;
}

/* Each line makes its lots one after another, at its own even pace with some jitter. */
static void schedule(struct production *p, struct random *random) {
  int lots[LINES] = {0};
  for (int lot = 0; lot < LOTS; lot++) lots[line_of(lot)]++;
  for (int line = 0; line < LINES; line++) p->line_units[line] = lots[line] * p->options->photos;
  int made[LINES] = {0};
  for (int lot = 0; lot < LOTS; lot++) {
    int line = line_of(lot);
    double pace = (double)lasts / p->line_units[line];
    for (int i = 0; i < p->options->photos; i++) {
      int number = made[line] + i;
      int64_t time = begins + (int64_t)((number + 0.8 * random_uniform(random)) * pace) / 1000 * 1000;
      p->units[p->count++] = (struct unit){.time = time, .line = line, .lot = lot, .number = number};
    }
    made[line] += p->options->photos;
  }
  qsort(p->units, p->count, sizeof *p->units, by_time);
}

static void plan(struct production *p) {
  struct random random = random_stream(p->options->seed, STREAM_PLAN, 0);
  schedule(p, &random);
  for (int line = 0; line < LINES; line++)
    for (int d = 0; d < DIMENSIONS; d++) p->line_level[line][d] = 0.3 * random_normal(&random);
  for (int lot = 0; lot < LOTS; lot++)
    for (int i = 0; i < 3 * ZONES; i++) p->lot_colour[lot][i / 3][i % 3] = between_de * random_normal(&random);
  p->creep_line = random_below(&random, LINES);
  p->creep_dimension = random_below(&random, DIMENSIONS);
  p->creep_sign = random_below(&random, 2) ? 1 : -1;
  p->creep_onset = (int)(random_range(&random, 0.2, 0.65) * p->line_units[p->creep_line]);
  p->night_factory = random_below(&random, FACTORIES);
  p->night_from = begins + (int64_t)(random_range(&random, 0.05, 0.25) * (double)lasts);
  p->material_lot = random_below(&random, LOTS);
  p->material_zone = random_below(&random, ZONES);
  double length = 0;
  for (int i = 0; i < 3; i++) p->material[i] = random_normal(&random), length += p->material[i] * p->material[i];
  for (int i = 0; i < 3; i++) p->material[i] *= shift_de / sqrt(length);
}

/* --- The truth --- */

static bool creeps(const struct production *p, const struct unit *u, int dimension) {
  return !p->options->in_control && u->line == p->creep_line && dimension == p->creep_dimension &&
         u->number >= p->creep_onset;
}

static bool scratches(const struct production *p, const struct unit *u) {
  return !p->options->in_control && u->line / 2 == p->night_factory && at_night(u->time) && u->time >= p->night_from;
}

static bool other_material(const struct production *p, const struct unit *u, int zone) {
  return !p->options->in_control && u->lot == p->material_lot && zone == p->material_zone;
}

static void name_factory(char text[16], int factory) {
  snprintf(text, 16, "F%d", factory + 1);
}

static void name_line(char text[16], int line) {
  snprintf(text, 16, "%c", 'A' + line % 2);
}

static void name_lot(char text[16], int lot) {
  snprintf(text, 16, "L%02d", lot + 1);
}

static void tell_plants(const struct production *p, struct production_plant plants[PLANTS]) {
  memset(plants, 0, PLANTS * sizeof *plants);
  plants[PLANT_CREEP] = (struct production_plant){.kind = "dimension", .key = "line"};
  plants[PLANT_SCRATCHES] = (struct production_plant){.kind = "defect", .key = "shift"};
  plants[PLANT_MATERIAL] = (struct production_plant){.kind = "zone", .key = "lot"};
  snprintf(plants[PLANT_CREEP].quantity, 16, "%s", dimensions[p->creep_dimension].name);
  name_factory(plants[PLANT_CREEP].factory, p->creep_line / 2);
  name_line(plants[PLANT_CREEP].line, p->creep_line);
  snprintf(plants[PLANT_SCRATCHES].quantity, 16, "scratch");
  name_factory(plants[PLANT_SCRATCHES].factory, p->night_factory);
  snprintf(plants[PLANT_SCRATCHES].shift, 16, "night");
  snprintf(plants[PLANT_MATERIAL].quantity, 16, "%s", zones[p->material_zone]);
  name_lot(plants[PLANT_MATERIAL].lot, p->material_lot);
  for (size_t i = p->count; i-- > 0;) {
    const struct unit *u = &p->units[i];
    if (creeps(p, u, p->creep_dimension)) plants[PLANT_CREEP].time_ms = u->time;
    if (scratches(p, u)) plants[PLANT_SCRATCHES].time_ms = u->time;
    if (other_material(p, u, p->material_zone)) plants[PLANT_MATERIAL].time_ms = u->time;
  }
}

/* --- Results --- */

static double measure(const struct production *p, const struct unit *u, struct random *random,
                      struct dimension_result *out) {
  double most = 0;
  for (int d = 0; d < DIMENSIONS; d++) {
    double off = p->line_level[u->line][d] + random_normal(random), middle = dimensions[d].middle;
    if (creeps(p, u, d)) off += p->creep_sign * creep * fmin(u->number - p->creep_onset, CREEP_UNITS);
    double sigma = dimensions[d].sigma, use = fabs(off) / 5;
    out[d] = (struct dimension_result){.unit = "mm",
                                       .value = middle + off * sigma,
                                       .uncertainty = 0.2 * sigma,
                                       .lower = middle - 5 * sigma,
                                       .upper = middle + 5 * sigma,
                                       .verdict = use > 1 ? VERDICT_FAIL : VERDICT_PASS};
    snprintf(out[d].name, sizeof out[d].name, "%s", dimensions[d].name);
    most = fmax(most, use);
  }
  return most;
}

static double colour(const struct production *p, const struct unit *u, struct random *random, struct zone_result *out) {
  double most = 0;
  for (int z = 0; z < ZONES; z++) {
    double squares = 0;
    for (int i = 0; i < 3; i++) {
      double off = p->lot_colour[u->lot][z][i] + within_de * random_normal(random);
      if (other_material(p, u, z)) off += p->material[i];
      squares += off * off;
    }
    out[z] = (struct zone_result){.delta_e = sqrt(squares), .limit = zone_limit};
    snprintf(out[z].name, sizeof out[z].name, "%s", zones[z]);
    most = fmax(most, out[z].delta_e / zone_limit);
  }
  return most;
}

static double damage(const struct production *p, const struct unit *u, struct random *random, struct region *out,
                     size_t *count) {
  double most = 0;
  *count = 0;
  for (size_t d = 0; d < sizeof defects / sizeof *defects; d++) {
    double rate = defects[d].class_ == CLASS_SCRATCH && scratches(p, u) ? scratch_planted : defects[d].rate;
    bool there = random_uniform(random) < rate;
    int x = random_below(random, 600), y = random_below(random, 20);
    double peak = random_range(random, 1.2, 3);
    if (!there) continue;
    /* Sorted by y: each class has its band. */
    struct region region = {
        .area_px = 40, .peak = peak, .class_ = defects[d].class_, .severity = SEVERITY_MAJOR, .confidence = 0.95};
    const int32_t box[4] = {x, (int32_t)d * 100 + y, 12, 5};
    memcpy(region.box, box, sizeof box);
    memcpy(region.golden_box, box, sizeof box);
    snprintf(region.zone, sizeof region.zone, "body");
    out[(*count)++] = region;
    most = fmax(most, peak);
  }
  return most;
}

static char *text_of_time(int64_t time) {
  char text[32];
  time_t seconds = (time_t)(time / 1000);
  struct tm parts;
  gmtime_r(&seconds, &parts);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return strdup(text);
}

static bool make_job(const struct unit *u, size_t index, struct job *job) {
  char factory[16], line[16], lot[16], photo[32];
  name_factory(factory, u->line / 2);
  name_line(line, u->line);
  name_lot(lot, u->lot);
  snprintf(photo, sizeof photo, "photos/%07zu.jpg", index);
  *job = (struct job){.photo = strdup(photo),
                      .lot = strdup(lot),
                      .factory = strdup(factory),
                      .line = strdup(line),
                      .shift = strdup(at_night(u->time) ? "night" : "day"),
                      .captured = text_of_time(u->time)};
  memset(job->golden_sha256, 'a', SHA256_CHARS);
  for (uint64_t part = 0; part < 4; part++)
    snprintf(job->photo_id + 16 * part, sizeof job->photo_id - 16 * part, "%016llx",
             (unsigned long long)number_mix(4 * (uint64_t)index + part));
  job_identify(job);
  return job->photo && job->lot && job->factory && job->line && job->shift && job->captured;
}

static void judge(struct result *result, double use) {
  result->score = use < 2 ? 100 * (1 - use / 2) : 0;
  result->verdict = use > 1 ? VERDICT_FAIL : VERDICT_PASS;
  result->aligned = true;
  result->homography[0] = result->homography[4] = result->homography[8] = result->overlap = 1;
  result->residual_px = 0.05;
  if (result->region_count) result_add_reason(result, REASON_REGION, "%zu regions", result->region_count);
  for (int d = 0; d < DIMENSIONS; d++)
    if (result->dimensions[d].verdict == VERDICT_FAIL)
      result_add_reason(result, REASON_DIMENSION, "%s out of tolerance", result->dimensions[d].name);
}

static enum status make_result(const struct production *p, size_t index, struct result *result, struct fault *fault) {
  const struct unit *u = &p->units[index];
  struct random random = random_stream(p->options->seed, STREAM_UNITS, index);
  struct job job;
  bool good = make_job(u, index, &job);
  enum status status = good ? result_begin(result, job.photo, job.photo_id, &job, fault)
                            : fault_set(fault, STATUS_MEMORY, "out of memory for a result");
  job_free(&job);
  if (status) return status;
  result->has_golden = true;
  snprintf(result->golden_name, sizeof result->golden_name, "bracket");
  result->golden_version = 1;
  memset(result->golden_sha256, 'a', SHA256_CHARS);
  snprintf(result->backend, sizeof result->backend, "cpu");
  result->regions = calloc(sizeof defects / sizeof *defects, sizeof *result->regions);
  result->dimensions = calloc(DIMENSIONS, sizeof *result->dimensions);
  result->zones = calloc(ZONES, sizeof *result->zones);
  if (!result->regions || !result->dimensions || !result->zones) {
    result_free(result);
    return fault_set(fault, STATUS_MEMORY, "out of memory for a result");
  }
  if (random_uniform(&random) < unjudged_rate) {
    result_add_reason(result, REASON_BLURRED, "the photo is blurred; take it again with the camera held still");
    return STATUS_OK;
  }
  double use = measure(p, u, &random, result->dimensions);
  use = fmax(use, colour(p, u, &random, result->zones));
  use = fmax(use, damage(p, u, &random, result->regions, &result->region_count));
  result->dimension_count = DIMENSIONS;
  result->zone_count = ZONES;
  judge(result, use);
  return STATUS_OK;
}

enum status production_make(const struct production_options *options, struct production_plant plants[PLANTS],
                            enum status (*each)(void *context, const struct result *result, struct fault *fault),
                            void *context, struct fault *fault) {
  struct production p = {.options = options};
  p.units = calloc((size_t)LOTS * (size_t)options->photos, sizeof *p.units);
  if (!p.units) return fault_set(fault, STATUS_MEMORY, "out of memory for a season");
  plan(&p);
  if (plants) tell_plants(&p, plants);
  enum status status = STATUS_OK;
  for (size_t i = 0; i < p.count && !status; i++) {
    struct result result;
    status = make_result(&p, i, &result, fault);
    if (status) break;
    status = each(context, &result, fault);
    result_free(&result);
  }
  free(p.units);
  return status;
}
