#include "cli/bench/season_photos.h"

#include "cli/bench/make_set.h"
#include "cli/bench/own_program.h"
#include "cli/folders.h"
#include "models/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GOLDENS = 5, PATH_SIZE = 4200, LOT_COUNT = 20 };

static void path_of(const char *folder, const char *name, char path[PATH_SIZE]) {
  snprintf(path, PATH_SIZE, "%s/%s", folder, name);
}

/* Runs a command of assay; `out` is a file of the folder, or NULL: nothing that anyone reads. */
static enum status command(const char *folder, const char *const *arguments, const char *out, struct fault *fault) {
  char path[PATH_SIZE];
  int code = 0;
  path_of(folder, out ? out : "output", path);
  enum status status = own_program("assay", arguments, path, &code, fault);
  /* 1 and 2 are verdicts. */
  if (!status && code > 2)
    status = fault_set(fault, STATUS_INTERNAL, "assay %s %s ended with exit code %d", arguments[0],
                       arguments[1] ? arguments[1] : "", code);
  return status;
}

static enum status read_text(const char *folder, const char *name, char **text, struct fault *fault) {
  char path[PATH_SIZE];
  size_t size;
  uint8_t *bytes = NULL;
  path_of(folder, name, path);
  enum status status = file_read(AT_FDCWD, path, path, true, (size_t)1 << 30, &bytes, &size, fault);
  *text = status ? NULL : calloc(size + 1, 1);
  if (*text)
    memcpy(*text, bytes, size);
  else if (!status)
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  free(bytes);
  return status;
}

/* ---- the commands ---- */

static enum status seal(const char *folder, const char *sealed, struct fault *fault) {
  char spec[PATH_SIZE], photos[GOLDENS][PATH_SIZE];
  const char *arguments[32] = {"golden", "create", sealed,   "--name", "plate",   "--spec",
                               spec,     "--by",   "season", "--why",  "a trial", "--photo"};
  path_of(folder, "golden.yaml", spec);
  for (int i = 0, count = 12; i < GOLDENS; i++) {
    snprintf(photos[i], PATH_SIZE, "%s/golden/%03d.jpg", folder, i);
    arguments[count++] = photos[i];
  }
  return command(folder, arguments, NULL, fault);
}

static enum status judge_photos(const struct season_photos_options *options, const char *folder, const char *sealed,
                                const char *inspection, struct fault *fault) {
  char manifest[PATH_SIZE], threads[16];
  path_of(folder, "manifest.csv", manifest);
  snprintf(threads, sizeof threads, "%ld", options->common->threads);
  const char *arguments[] = {
      "run",   sealed, "--manifest", manifest, "--out", inspection, options->common->threads ? "--threads" : NULL,
      threads, NULL};
  return command(folder, arguments, NULL, fault);
}

static enum status settle(const struct season_photos_options *options, const char *folder, const char *sealed,
                          const char *inspection, struct fault *fault) {
  char report[PATH_SIZE], history[PATH_SIZE];
  path_of(folder, "report.html", report);
  path_of(folder, "history.jsonl", history);
  const char *judge[] = {"lot", "judge", inspection, "--golden", sealed, "--history", history, "--json", NULL};
  const char *drift[] = {"lot", "drift", inspection, "--budget", options->budget, "--json", NULL};
  const char *shifts[] = {"lot", "compare", inspection, "--by", "shift", "--json", NULL};
  const char *page[] = {"lot", "report", inspection, "--golden", sealed, "--out", report, NULL};
  enum status status = command(folder, judge, "judge.jsonl", fault);
  if (!status) status = command(folder, drift, "drift.jsonl", fault);
  if (!status) status = command(folder, shifts, "compare.jsonl", fault);
  return status ? status : command(folder, page, NULL, fault);
}

/* ---- what came of it ---- */

/* Calls `each` with the objects of a file of JSON lines. */
static enum status each_line(const char *folder, const char *name,
                             enum status (*each)(void *context, const json_t *line, struct fault *fault), void *context,
                             struct fault *fault) {
  char *text, *rest = NULL;
  enum status status = read_text(folder, name, &text, fault);
  for (char *line = status ? NULL : strtok_r(text, "\n", &rest); line && !status; line = strtok_r(NULL, "\n", &rest)) {
    json_t *object = json_loads(line, 0, NULL);
    status = object ? each(context, object, fault)
                    : fault_set(fault, STATUS_INTERNAL, "%s: a line is no JSON: %s", name, line);
    json_decref(object);
  }
  free(text);
  return status;
}

static enum status count_lot(void *context, const json_t *line, struct fault *fault) {
  struct season_photos *trial = context;
  (void)fault;
  const char *outcome = json_string_value(json_object_get(line, "outcome"));
  if (!json_object_get(line, "lot") || !outcome) return STATUS_OK;
  trial->lots++;
  trial->rejected += !strcmp(outcome, "rejected");
  return STATUS_OK;
}

static int64_t time_of(const json_t *line, const char *key) {
  const char *text = json_string_value(json_object_get(line, key));
  struct tm parts = {0};
  return text && strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) ? (int64_t)timegm(&parts) * 1000 : 0;
}

/* From which key on: all of what is planted, or the group alone. */
enum { ALL_KEYS = 0, GROUP_KEYS = 2 };

static bool agrees(const json_t *line, const json_t *plant, size_t from) {
  static const char *const keys[] = {"quantity", "name", "key", "factory", "line", "shift", "lot"};
  for (size_t i = from; i < sizeof keys / sizeof *keys; i++) {
    const json_t *said = json_object_get(line, keys[i]), *planted = json_object_get(plant, keys[i]);
    /* A lot that was planted has a factory too, which the truth does not say. */
    if (json_is_string(planted) && !json_equal(said, planted)) return false;
  }
  return true;
}

struct holding {
  struct season_photos *trial;
  const json_t *plants;
  const char *page; /* of the report */
};

static enum status hold(void *context, const json_t *line, struct fault *fault) {
  const struct holding *h = context;
  const char *id = json_string_value(json_object_get(line, "finding"));
  if (!id) return STATUS_OK;
  if (!strstr(h->page, id)) return fault_set(fault, STATUS_INTERNAL, "finding %s is missing from the report", id);
  for (size_t k = 0; k < PLANTS; k++) {
    const json_t *plant = json_array_get(h->plants, k);
    if (h->trial->found[k] || !agrees(line, plant, ALL_KEYS)) continue;
    int64_t when = json_integer_value(json_object_get(plant, "time_ms"));
    h->trial->found[k] = true;
    /* Findings are written to the second. */
    h->trial->held[k] = time_of(line, "since_lower") <= when && when < time_of(line, "since_upper") + 1000;
    return STATUS_OK;
  }
  bool beside = false;
  for (size_t k = 0; k < PLANTS; k++) beside |= agrees(line, json_array_get(h->plants, k), GROUP_KEYS);
  json_array_append(beside ? h->trial->beside : h->trial->unplanted, json_object_get(line, "text"));
  return STATUS_OK;
}

static enum status hold_all(const char *folder, struct season_photos *trial, struct fault *fault) {
  char *page = NULL, path[PATH_SIZE];
  path_of(folder, "season.json", path);
  struct holding h = {.trial = trial, .plants = json_load_file(path, 0, NULL)};
  enum status status = h.plants ? read_text(folder, "report.html", &page, fault)
                                : fault_set(fault, STATUS_INTERNAL, "%s: expected JSON", path);
  h.page = page;
  if (!status) status = each_line(folder, "drift.jsonl", hold, &h, fault);
  if (!status) status = each_line(folder, "judge.jsonl", count_lot, trial, fault);
  if (!status && trial->lots != LOT_COUNT)
    status =
        fault_set(fault, STATUS_INTERNAL, "lot judge gave a verdict on %d of %d lots", (int)trial->lots, LOT_COUNT);
  json_decref((json_t *)h.plants);
  free(page);
  return status;
}

enum status season_photos_run(const struct season_photos_options *options, struct season_photos *trial,
                              struct fault *fault) {
  char seed[24], photos[24], *folder = NULL, sealed[PATH_SIZE], inspection[PATH_SIZE];
  snprintf(seed, sizeof seed, "%ld", options->seed);
  snprintf(photos, sizeof photos, "%ld", options->photos);
  const char *synth[] = {"--season",     "--product",         "plate",     "--seed", seed,        "--count", photos,
                         "--megapixels", options->megapixels, "--goldens", "5",      "--threads", "2",       NULL};
  *trial = (struct season_photos){.beside = json_array(), .unplanted = json_array()};
  enum status status = trial->beside && trial->unplanted ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = make_set(synth, &folder, fault);
  if (!status) {
    path_of(folder, "sealed", sealed);
    path_of(folder, "inspection", inspection);
    status = seal(folder, sealed, fault);
  }
  if (!status) status = judge_photos(options, folder, sealed, inspection, fault);
  if (!status) status = settle(options, folder, sealed, inspection, fault);
  if (!status) status = hold_all(folder, trial, fault);
  if (folder) folder_remove(folder);
  free(folder);
  if (status) season_photos_free(trial);
  return status;
}

void season_photos_free(struct season_photos *trial) {
  json_decref(trial->beside);
  json_decref(trial->unplanted);
  *trial = (struct season_photos){0};
}
