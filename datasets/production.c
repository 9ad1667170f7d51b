#include "datasets/production.h"

#include "datasets/lab.h"
#include "datasets/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double zone_limit = 6, scratch_planted = 0.03;

static const struct {
  const char *name;
  double middle; /* mm; the limits stand 5 sigma off */
} dimensions[PRODUCTION_DIMENSIONS] = {{"width", 40.35}, {"hole", 2.2}};
static const char *const zones[PRODUCTION_ZONES] = {"body", "cap"};
static const enum defect_class classes[] = {CLASS_SCRATCH, CLASS_STAIN, CLASS_MISSING};
enum { CLASSES = sizeof classes / sizeof *classes };

static double measure(const struct production *p, const struct production_unit *u, struct random *random,
                      struct dimension_result *out) {
  double most = 0;
  for (int d = 0; d < PRODUCTION_DIMENSIONS; d++) {
    double off = production_level(p, u, d) + random_normal(random), middle = dimensions[d].middle;
    double sigma = production_sigma[d], use = fabs(off) / 5;
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

/* CIELAB of both zones, as approved. */
static const double approved[3] = {58, 9, 14};

/* How colours spread about it, and which the other material's is: differences in Lab. */
struct colours {
  struct lab_ways ways;
  double material[3];
};

static struct colours colours_of(const struct production *p) {
  struct colours colours;
  lab_ways(approved, &colours.ways);
  lab_go(&colours.ways, p->material, colours.material);
  lab_stretch(approved, production_shift_de, colours.material);
  return colours;
}

static double colour(const struct production *p, const struct colours *colours, const struct production_unit *u,
                     struct random *random, struct zone_result *out) {
  double most = 0;
  for (int z = 0; z < PRODUCTION_ZONES; z++) {
    double far[3], off[3];
    out[z] = (struct zone_result){.limit = zone_limit, .has_lab = true};
    for (int i = 0; i < 3; i++) far[i] = p->lot_colour[u->lot][z][i] + production_within_de * random_normal(random);
    lab_go(&colours->ways, far, off);
    for (int i = 0; i < 3; i++) {
      if (production_other_material(p, u, z)) off[i] += colours->material[i];
      out[z].golden_lab[i] = approved[i], out[z].lab[i] = approved[i] + off[i];
    }
    out[z].delta_e = lab_difference(out[z].golden_lab, out[z].lab);
    out[z].verdict = out[z].delta_e > zone_limit ? VERDICT_FAIL : VERDICT_PASS;
    snprintf(out[z].name, sizeof out[z].name, "%s", zones[z]);
    most = fmax(most, out[z].delta_e / zone_limit);
  }
  return most;
}

static double damage(const struct production *p, const struct production_unit *u, struct random *random,
                     struct region *out, size_t *count) {
  double most = 0;
  const double rates[CLASSES] = {production_scratches(p, u) ? scratch_planted : production_scratch_rate,
                                 production_stain_rate, production_missing_rate};
  *count = 0;
  for (size_t d = 0; d < CLASSES; d++) {
    bool there = random_uniform(random) < rates[d];
    int x = random_below(random, 600), y = random_below(random, 20);
    double peak = random_range(random, 1.2, 3);
    if (!there) continue;
    /* Sorted by y: each class has its band. */
    struct region region = {
        .area_px = 40, .peak = peak, .class_ = classes[d], .severity = SEVERITY_MAJOR, .confidence = 0.95};
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

static bool make_job(const struct production_unit *u, size_t index, struct job *job) {
  const struct production_names names = production_names(u);
  char photo[32];
  snprintf(photo, sizeof photo, "photos/%07zu.jpg", index);
  *job = (struct job){.photo = strdup(photo),
                      .lot = strdup(names.lot),
                      .factory = strdup(names.factory),
                      .line = strdup(names.line),
                      .shift = strdup(names.shift),
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
  for (int d = 0; d < PRODUCTION_DIMENSIONS; d++)
    if (result->dimensions[d].verdict == VERDICT_FAIL)
      result_add_reason(result, REASON_DIMENSION, "%s out of tolerance", result->dimensions[d].name);
}

static enum status make_result(const struct production *p, const struct colours *colours, size_t index,
                               struct result *result, struct fault *fault) {
  const struct production_unit *u = &p->units[index];
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
  result->regions = calloc(CLASSES, sizeof *result->regions);
  result->dimensions = calloc(PRODUCTION_DIMENSIONS, sizeof *result->dimensions);
  result->zones = calloc(PRODUCTION_ZONES, sizeof *result->zones);
  if (!result->regions || !result->dimensions || !result->zones) {
    result_free(result);
    return fault_set(fault, STATUS_MEMORY, "out of memory for a result");
  }
  if (random_uniform(&random) < production_unjudged_rate) {
    result_add_reason(result, REASON_BLURRED, "the photo is blurred; take it again with the camera held still");
    return STATUS_OK;
  }
  double use = measure(p, u, &random, result->dimensions);
  use = fmax(use, colour(p, colours, u, &random, result->zones));
  use = fmax(use, damage(p, u, &random, result->regions, &result->region_count));
  result->dimension_count = PRODUCTION_DIMENSIONS;
  result->zone_count = PRODUCTION_ZONES;
  judge(result, use);
  return STATUS_OK;
}

enum status production_make(const struct production_options *options, struct production_plant plants[PLANTS],
                            enum status (*each)(void *context, const struct result *result, struct fault *fault),
                            void *context, struct fault *fault) {
  const char *const names[PRODUCTION_DIMENSIONS] = {dimensions[0].name, dimensions[1].name};
  struct production p;
  enum status status = production_plan(options, &p, fault);
  struct colours colours = {0};
  if (!status) colours = colours_of(&p);
  if (!status && plants) production_tell(&p, 1, names, zones, plants);
  for (size_t i = 0; i < p.count && !status; i++) {
    struct result result;
    status = make_result(&p, &colours, i, &result, fault);
    if (status) break;
    status = each(context, &result, fault);
    result_free(&result);
  }
  production_plan_free(&p);
  return status;
}
