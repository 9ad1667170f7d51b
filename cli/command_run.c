#include "cli/commands.h"
#include "cli/engine_judge.h"
#include "cli/folders.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/parallel.h"
#include "cli/results.h"
#include "cli/submission.h"

#include "ipc/local.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run_options {
  struct common_options common;
  struct submission_options given;
  const char *out;
};

static const struct option options[] = {
    SUBMISSION_OPTIONS(struct run_options),
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct run_options, out),
     .argument = "FOLDER",
     .help = "gets results.jsonl, summary.json, pictures/ and evidence/ (of photos that failed; for assay lot report), "
             "groups/ (for assay lot image) and store/, which lets the same command go on after a stop"},
    {.name = NULL}};

/* What is in the out folder; all NULL without one. */
struct places {
  char *store, *pictures, *evidence, *groups, *results, *summary;
};

static void free_places(struct places *places) {
  free(places->store);
  free(places->pictures);
  free(places->evidence);
  free(places->groups);
  free(places->results);
  free(places->summary);
}

static enum status make_places(const char *out, struct places *places, struct fault *fault) {
  if (!out) return STATUS_OK;
  const struct {
    char **path;
    const char *name;
    bool folder;
  } all[] = {{&places->store, "store", true},
             {&places->pictures, "pictures", true},
             {&places->evidence, "evidence", true},
             {&places->groups, "groups", true},
             {&places->results, "results.jsonl", false},
             {&places->summary, "summary.json", false}};
  enum status status = STATUS_OK;
  for (size_t i = 0; !status && i < sizeof all / sizeof *all; i++) {
    if (asprintf(all[i].path, "%s/%s", out, all[i].name) < 0) {
      *all[i].path = NULL;
      status = fault_set(fault, STATUS_MEMORY, "out of memory");
    } else if (all[i].folder) {
      status = folder_make(*all[i].path, fault);
    }
  }
  return status;
}

struct batch {
  const struct run_options *given;
  struct submission submission;
  struct engine_judge setup;
  struct group_keeper keeper;
  struct results results;
  struct places places;
  bool begun;               /* what gets the results */
  struct client_run client; /* its context is the batch */
};

/* What gets the results is begun with the first job: by then the store is ours. Where another run has it, or it cannot
 * be opened, what lies in the folder stays as it is. */
static enum status begin_output(struct batch *batch, struct fault *fault) {
  if (batch->begun) return STATUS_OK;
  if (batch->places.results) {
    batch->results.file = fopen(batch->places.results, "we");
    if (!batch->results.file) return fault_set(fault, STATUS_IO, "%s: %s", batch->places.results, strerror(errno));
  }
  if (!batch->results.json) report_begin(&batch->results.report, stdout, submission_widest(&batch->submission));
  batch->begun = true;
  return STATUS_OK;
}

static enum status next(void *context, struct client_job *job, bool *end, struct fault *fault) {
  struct batch *batch = context;
  enum status status = begin_output(batch, fault);
  return status ? status : submission_next(&batch->submission, false, false, job, end, fault);
}

static enum status outcome(void *context, const struct client_outcome *outcome, struct fault *fault) {
  struct batch *batch = context;
  return results_take(&batch->results, outcome, fault);
}

static void refused(void *context, int64_t position, const char *code, const char *text) {
  struct batch *batch = context;
  results_refuse(&batch->results, position, code, text);
}

static enum status prepare_goldens(struct batch *batch, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; !status && i < batch->submission.golden_count; i++)
    status = engine_judge_prepare(&batch->setup, batch->submission.goldens[i].path, batch->submission.goldens[i].sha256,
                                  fault);
  return status;
}

static enum status write_summary(const struct batch *batch, struct fault *fault) {
  if (!batch->results.json) {
    putchar('\n');
    summary_print(&batch->results.summary, stdout);
  }
  if (!batch->places.summary) return STATUS_OK;
  json_t *json = summary_to_json(&batch->results.summary);
  char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
  json_decref(json);
  if (!text) return fault_set(fault, STATUS_MEMORY, "out of memory for the summary");
  FILE *file = fopen(batch->places.summary, "we");
  bool written = file && fprintf(file, "%s\n", text) > 0;
  if (file && fclose(file)) written = false;
  free(text);
  return written ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: %s", batch->places.summary, strerror(errno));
}

static enum status stopped(const struct batch *batch, struct fault *fault) {
  return fault_set(fault, STATUS_STOPPED, "stopped after %zu of %zu photos; %s", batch->results.received,
                   batch->submission.count,
                   batch->given->out ? "the same command goes on from there"
                                     : "nothing is kept (with --out FOLDER the same command would go on from there)");
}

static enum status judge_all(struct batch *batch, struct fault *fault) {
  const struct judge judge = engine_judge(&batch->setup);
  const struct local_options local = {.store = batch->places.store,
                                      .judge = &judge,
                                      .threads = (int)parallel_threads(batch->given->common.threads),
                                      .stop_fd = interrupt_descriptor()};
  batch->client = (struct client_run){.next = next, .outcome = outcome, .refused = refused, .context = batch};
  progress_begin("judging", batch->submission.count);
  enum status status = local_run(&local, &batch->client, fault);
  progress_end();
  return status == STATUS_STOPPED ? stopped(batch, fault) : status;
}

static enum status run_batch(struct batch *batch, int *exit_code, struct fault *fault) {
  const struct run_options *given = batch->given;
  batch->setup.inspect.groups = given->out != NULL;
  enum status status = submission_read(&given->common.operands, &given->given, given->out, &batch->submission, fault);
  if (!status) status = prepare_goldens(batch, fault);
  if (!status) status = make_places(given->out, &batch->places, fault);
  if (!status) status = results_begin(&batch->results, batch->submission.count, fault);
  batch->results.json = given->common.json;
  batch->results.submission = &batch->submission;
  batch->setup.pictures = batch->places.pictures;
  batch->setup.evidence = batch->places.evidence;
  batch->keeper = (struct group_keeper){.folder = batch->places.groups, .mutex = PTHREAD_MUTEX_INITIALIZER};
  if (batch->places.groups) batch->setup.groups = &batch->keeper;
  if (!status) status = engine_judge_keep(&batch->setup, fault);
  interrupt_watch();
  if (!status) status = judge_all(batch, fault);
  if (!status) status = write_summary(batch, fault);
  *exit_code =
      batch->results.set_aside ? status_exit_code(STATUS_INTERNAL) : tally_exit_code(&batch->results.summary.total);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct run_options *given = values;
  struct batch batch = {.given = given,
                        .setup = {.inspect = {.backend = given->common.backend, .cpu = given->common.cpu}}};
  batch.setup.gpus = inspect_gpus(&batch.setup.inspect);
  enum status status = run_batch(&batch, exit_code, fault);
  engine_judge_end(&batch.setup);
  if (batch.results.file && fclose(batch.results.file) && !status)
    status = fault_set(fault, STATUS_IO, "%s: %s", batch.places.results, strerror(errno));
  results_end(&batch.results);
  submission_free(&batch.submission);
  free_places(&batch.places);
  return status;
}

const struct command command_run = {
    .name = "run",
    .summary = "judge photos against a golden sample",
    .text =
        "Folders are searched for photos, level by level in the order of their names. A photo that is missing or\n"
        "damaged is a result (cannot_judge, unreadable), not an error. Results are in the order given.\n\n"
        "Ctrl-C stops after the photos being judged; with --out the same command goes on where it stopped, and a\n"
        "photo that is judged is not judged again. Ctrl-C once more kills.\n\n"
        "A photo on which the program died again and again is set aside: an error, no line, exit code 70. assay serve\n"
        "--data FOLDER/store and assay retry have it tried again.\n\n"
        "Exit code 0 all pass, 1 something failed, 2 something could not be judged and nothing failed. The fail\n"
        "share of the summary is of the photos that were judged.",
    .example = "  assay run goldens/label photos/ --lot L-2231 --factory North --shift night --out inspection\n"
               "  assay run goldens/label --manifest photos.csv --json",
    .operands = {.usage = "GOLDEN PHOTO|FOLDER... | --manifest FILE.csv", .least = 0, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct run_options),
    .run = run,
};
