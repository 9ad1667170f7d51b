#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/parallel.h"

#include "engine/inspect.h"
#include "engine/statistics/rates.h"
#include "models/file.h"
#include "models/golden.h"
#include "models/number.h"
#include "models/spec_edit.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct calibrate_options {
  struct common_options common;
  const char *rate, *by, *why, *key;
  bool dry;
};

#define FIELD(name) offsetof(struct calibrate_options, name)
static const struct option options[] = {
    {.name = "rate",
     .kind = OPTION_TEXT,
     .offset = FIELD(rate),
     .argument = "R",
     .help = "false alarms a photo that are tolerable: 0.01 is one in a hundred good photos",
     .required = true},
    {.name = "by", .kind = OPTION_TEXT, .offset = FIELD(by), .argument = "WHO", .help = "who (default: the login)"},
    {.name = "why",
     .kind = OPTION_TEXT,
     .offset = FIELD(why),
     .argument = "TEXT",
     .help = "the reason, for the seal (default: the rate and the number of photos)"},
    {.name = "key", .kind = OPTION_TEXT, .offset = FIELD(key), .argument = "FILE", .help = "secret key that signs"},
    {.name = "dry-run", .kind = OPTION_FLAG, .offset = FIELD(dry), .help = "only say what would be set"},
    {.name = NULL}};

/* What the strongest of the photos that shall pass may still use is not quite the limit. */
static const double MARGIN = 1.05, STEP = 1.08, LEAST_SCALE = 0.25, MOST_SCALE = 4, ENOUGH = 0.95;

enum { ROUNDS = 8 };

struct calibration_run {
  const struct common_options *common;
  const struct golden *golden;
  struct photo *given; /* good photos that are not in the golden */
  size_t given_count, count;
  double scale;
  double *use; /* of each photo; NAN where it cannot be judged */
  struct fault *faults;
};

/* Photos 1.. of the golden, each left out in turn, then those that were given. */
static const struct photo *photo_of(const struct calibration_run *run, size_t index) {
  size_t own = run->golden->photo_count - 1;
  return index < own ? &run->golden->photos[index + 1] : &run->given[index - own];
}

/* The golden without one of its photos (0: with all), on which nothing but pixels is judged. The caller frees photos
 * and zones. */
static bool golden_without(const struct calibration_run *run, size_t out, struct golden *golden) {
  *golden = *run->golden;
  size_t zones = golden->spec.zone_count;
  golden->photos = malloc(golden->photo_count * sizeof *golden->photos);
  golden->spec.zones = malloc((zones + 1) * sizeof *golden->spec.zones);
  if (!golden->photos || !golden->spec.zones) return false;
  memcpy(golden->photos, run->golden->photos, golden->photo_count * sizeof *golden->photos);
  if (zones) memcpy(golden->spec.zones, run->golden->spec.zones, zones * sizeof *golden->spec.zones);
  if (out)
    memmove(&golden->photos[out], &golden->photos[out + 1], (--golden->photo_count - out) * sizeof *golden->photos);
  golden->spec.dimension_count = 0;
  golden->spec.tolerance.delta_e = 100;
  golden->spec.tolerance.scale = run->scale;
  /* A zone's own scale keeps its proportion to the rest. */
  double before = run->golden->spec.tolerance.scale, change = run->scale / (isnan(before) ? 1 : before);
  for (size_t i = 0; i < zones; i++) {
    struct spec_zone *zone = &golden->spec.zones[i];
    zone->tolerance.delta_e = 100, zone->tolerance.scale *= change;
    zone->code.kind = CODE_NONE, zone->text.language[0] = 0;
  }
  return true;
}

static enum status measure(struct calibration_run *run, size_t index, struct fault *fault) {
  struct golden golden = {.photos = NULL};
  struct inspector *inspector = NULL;
  struct inspection *inspection = NULL;
  struct result result = {0};
  const struct inspect_options inspect = {.backend = run->common->backend, .cpu = run->common->cpu};
  bool own = index < run->golden->photo_count - 1;
  enum status status = golden_without(run, own ? index + 1 : 0, &golden)
                           ? STATUS_OK
                           : fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  if (!status) status = inspector_open(&golden, &inspect, &inspector, fault);
  if (!status) status = inspection_open(inspector, &inspection, fault);
  if (!status) status = inspect_photo(inspection, photo_of(run, index), NULL, &result, fault);
  double use = result.verdict == VERDICT_CANNOT_JUDGE ? NAN : 2 - result.score / 50;
  for (size_t i = 0; i < result.region_count && !isnan(use); i++)
    if (result.regions[i].peak > use) use = result.regions[i].peak;
  run->use[index] = use;
  result_free(&result);
  inspection_close(inspection);
  inspector_close(inspector);
  free(golden.photos), free(golden.spec.zones);
  return status;
}

static void work(void *context, size_t index) {
  struct calibration_run *run = context;
  run->faults[index].status = measure(run, index, &run->faults[index]);
}

static enum status finish(void *context, size_t index, struct fault *fault) {
  struct calibration_run *run = context;
  progress_set(index + 1, run->count);
  if (!run->faults[index].status) return STATUS_OK;
  *fault = run->faults[index];
  return fault->status;
}

static enum status measure_all(struct calibration_run *run, struct fault *fault) {
  const struct parallel parallel = {.count = run->count,
                                    .threads = parallel_threads(run->common->threads),
                                    .work = work,
                                    .finish = finish,
                                    .context = run};
  progress_begin("judging good photos", run->count);
  enum status status = parallel_run(&parallel, fault);
  progress_end();
  return status;
}

static int falling(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

static size_t alarms_of(const struct calibration_run *run) {
  size_t count = 0;
  for (size_t i = 0; i < run->count; i++) count += run->use[i] > 1;
  return count;
}

/* How sure it is that no more than `rate` of good photos alarm, where `alarms` of n did: 1 - P(so few | rate). */
static double confidence_of(double rate, size_t alarms, size_t n) {
  double term = pow(1 - rate, (double)n), sum = term;
  for (size_t k = 1; k <= alarms; k++) {
    term *= (double)(n - k + 1) / (double)k * rate / (1 - rate);
    sum += term;
  }
  return sum < 1 ? 1 - sum : 0;
}

/* What was found. */
struct outcome {
  size_t photos, alarms;
  double rate, scale, confidence, upper;
  bool kept; /* the photos use less, but are too few to narrow the tolerance */
};

static enum status check_judged(const struct calibration_run *run, struct outcome *out, struct fault *fault) {
  out->photos = 0;
  for (size_t i = 0; i < run->count; i++) {
    if (isnan(run->use[i]))
      message_warning("%s cannot be judged and is left out", photo_of(run, i)->path);
    else
      out->photos++;
  }
  if (out->photos) return STATUS_OK;
  return fault_set(fault, STATUS_INVALID,
                   "no good photo to calibrate from; expected some PHOTO, or a golden of several approved ones");
}

/* The scale at which no more than the allowed number of the good photos alarm. */
static enum status find_scale(struct calibration_run *run, struct outcome *out, struct fault *fault) {
  double *use = malloc(run->count * sizeof *use), first = run->golden->spec.tolerance.scale;
  run->scale = first = isnan(first) ? 1 : first;
  enum status status = use ? measure_all(run, fault) : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = check_judged(run, out, fault);
  size_t allowed = 0, n = 0;
  for (size_t i = 0; i < run->count && !status; i++)
    if (!isnan(run->use[i])) use[n++] = run->use[i];
  if (!status) {
    qsort(use, n, sizeof *use, falling);
    while (allowed + 1 < n && confidence_of(out->rate, allowed + 1, n) >= ENOUGH) allowed++;
    run->scale = first * MARGIN * use[allowed];
    if (run->scale < LEAST_SCALE) run->scale = LEAST_SCALE;
    /* The strongest of a few says little of the next: they may widen the tolerance, but not narrow it. */
    out->kept = run->scale < first && confidence_of(out->rate, allowed, n) < ENOUGH;
    if (out->kept) run->scale = first;
  }
  /* Areas grow and shrink with the limits, so that the first guess may fall short. */
  for (int round = 0; round < ROUNDS && !status; round++) {
    if (run->scale > MOST_SCALE)
      status = fault_set(fault, STATUS_INVALID,
                         "the good photos use %.1f times the tolerance; expected at most %.0f: look at them, at the "
                         "golden's zones and at its approved photos first",
                         run->scale / first, MOST_SCALE);
    run->scale = rint(run->scale * 1000) / 1000;
    if (!status) status = measure_all(run, fault);
    out->alarms = alarms_of(run);
    if (out->alarms <= allowed) break;
    run->scale *= STEP;
  }
  out->scale = run->scale;
  out->confidence = confidence_of(out->rate, out->alarms, n);
  out->upper = rate_share_interval((int64_t)out->alarms, (int64_t)n, 0.9).upper;
  free(use);
  return status;
}

static enum status seal(const struct calibrate_options *given, const struct outcome *out, struct fault *fault) {
  const char *golden = given->common.operands.items[0];
  char *path = NULL, *edited = NULL, why[160];
  uint8_t *text = NULL;
  size_t size = 0;
  if (asprintf(&path, "%s/golden.yaml", golden) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  snprintf(why, sizeof why, "calibrated for %g false alarms a photo from %zu good photos: scale %.3f", out->rate,
           out->photos, out->scale);
  enum status status = file_read(AT_FDCWD, path, path, true, SPEC_MAX_BYTES, &text, &size, fault);
  if (!status) status = spec_edit_scale((const char *)text, size, path, out->scale, &edited, fault);
  const struct golden_revise how = {.path = golden,
                                    .spec_text = edited,
                                    .spec_size = edited ? strlen(edited) : 0,
                                    .by = given->by,
                                    .why = given->why ? given->why : why,
                                    .key_file = given->key};
  if (!status) status = golden_revise(&how, fault);
  free(path), free(text), free(edited);
  return status;
}

static enum status tell(const struct calibrate_options *given, const struct outcome *out, struct fault *fault) {
  struct golden *golden = NULL;
  enum status status = golden_open(given->common.operands.items[0], &golden, fault);
  if (status) return status;
  double needed = ceil(log(1 - ENOUGH) / log(1 - out->rate));
  if (given->common.json) {
    status = output_json(json_pack("{s:s, s:I, s:s, s:I, s:I, s:f, s:f, s:f, s:f}", "golden", golden->spec.name,
                                   "version", (json_int_t)golden->version, "sha256", golden->sha256, "photos",
                                   (json_int_t)out->photos, "alarms", (json_int_t)out->alarms, "rate", out->rate,
                                   "scale", out->scale, "confidence", out->confidence, "upper", out->upper),
                         fault);
  } else {
    printf("tolerance.scale %.3f: %zu of %zu good photos alarm\n"
           "with a confidence of %.0f %% there are at most %g false alarms a photo; with 95 %%, at most %.3g\n",
           out->scale, out->alarms, out->photos, 100 * out->confidence, out->rate, out->upper);
    if (out->confidence < ENOUGH && !out->alarms)
      printf("for 95 %% at that rate it takes %.0f good photos without an alarm%s\n", needed,
             out->kept ? "; these, which use less, are too few to narrow the tolerance" : "");
    printf("golden %s, version %lld%s\nseal %s\n", golden->spec.name, (long long)golden->version,
           given->dry ? " (not changed)" : "", golden->sha256);
  }
  golden_close(golden);
  return status;
}

static enum status read_photos(const struct calibrate_options *given, struct calibration_run *run,
                               struct fault *fault) {
  size_t count = given->common.operands.count - 1;
  run->given = calloc(count + 1, sizeof *run->given);
  if (!run->given) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = STATUS_OK;
  for (size_t i = 0; i < count && !status; i++) {
    status = photo_read(given->common.operands.items[i + 1], 0, &run->given[i], fault);
    run->given_count += !status;
  }
  run->count = run->golden->photo_count - 1 + count;
  run->use = calloc(run->count + 1, sizeof *run->use), run->faults = calloc(run->count + 1, sizeof *run->faults);
  if (!status && (!run->use || !run->faults)) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct calibrate_options *given = values;
  struct calibration_run work_on = {.common = &given->common};
  struct golden *golden = NULL;
  struct outcome out = {.photos = 0};
  if (!number_parse(given->rate, strlen(given->rate), &out.rate) || !(out.rate > 0 && out.rate < 1))
    return fault_set(fault, STATUS_USAGE, "--rate %s: expected a number above 0 and below 1", given->rate);
  enum status status = golden_open(given->common.operands.items[0], &golden, fault);
  work_on.golden = golden;
  if (!status) status = read_photos(given, &work_on, fault);
  if (!status) status = find_scale(&work_on, &out, fault);
  if (!status && !given->dry) status = seal(given, &out, fault);
  if (!status) status = tell(given, &out, fault);
  for (size_t i = 0; i < work_on.given_count; i++) photo_free(&work_on.given[i]);
  free(work_on.given), free(work_on.use), free(work_on.faults);
  golden_close(golden);
  return status;
}

const struct command command_golden_calibrate = {
    .name = "golden calibrate",
    .summary = "set the tolerance from good photos alone, for a rate of false alarms",
    .text =
        "Judges good photos: the approved ones but the first, each against the golden without it, and every PHOTO.\n"
        "Then sets tolerance.scale, which widens or narrows all tolerances, so that no more of them alarm than --rate\n"
        "allows, makes a new sealed version, and says with what confidence the number of good photos supports the\n"
        "rate: with n photos and no alarm it is 1 - (1 - R)^n, so that 95 % at 0.01 take 299 of them; the bound is\n"
        "Clopper and Pearson's, one-sided. Photos that are too few for 95 % may widen the tolerance, but do not "
        "narrow\n"
        "it.\n\n"
        "With --json: {\"golden\", \"version\", \"sha256\", \"photos\", \"alarms\", \"rate\", \"scale\",\n"
        "\"confidence\", \"upper\"}.",
    .example = "  assay golden calibrate goldens/label good/*.jpg --rate 0.01",
    .operands = {.usage = "DIR [PHOTO...]", .least = 1, .most = 100000},
    .options = options,
    .values_size = sizeof(struct calibrate_options),
    .run = run,
};
