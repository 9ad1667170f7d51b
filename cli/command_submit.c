#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/results.h"
#include "cli/service.h"
#include "cli/submission.h"

#include "ipc/link.h"
#include "models/golden.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct submit_options {
  struct common_options common;
  struct submission_options given;
  struct service_options service;
  const char *send;
  long priority;
  bool wait;
};

static const struct option options[] = {
    SUBMISSION_OPTIONS(struct submit_options),
    {.name = "wait",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct submit_options, wait),
     .help = "wait for the results and print each as it comes"},
    {.name = "priority",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct submit_options, priority),
     .argument = "N",
     .fallback = "0",
     .help = "higher is earlier",
     .least = -PROTOCOL_MAX_PRIORITY,
     .most = PROTOCOL_MAX_PRIORITY},
    {.name = "send",
     .kind = OPTION_WORD,
     .offset = offsetof(struct submit_options, send),
     .argument = "bytes|path",
     .help = "send the photos, or only where they are, for workers that see the same folders (default: path for an "
             "ipc:// broker, else bytes)"},
    SERVICE_OPTIONS(struct submit_options),
    {.name = NULL}};

struct batch {
  const struct submit_options *given;
  bool bytes;
  struct submission submission;
  struct results results;
  struct client_run client; /* its context is the batch */
  char id[PROTOCOL_ID_CHARS + 1];
};

static enum status next(void *context, struct client_job *job, bool *end, struct fault *fault) {
  struct batch *batch = context;
  enum status status = submission_next(&batch->submission, batch->bytes, true, job, end, fault);
  job->priority = (int32_t)batch->given->priority;
  if (!status && !*end && !*job->job.photo_id && !batch->given->wait)
    message_warning("%s cannot be read; its result will say so", job->job.photo);
  return status;
}

static enum status outcome(void *context, const struct client_outcome *outcome, struct fault *fault) {
  struct batch *batch = context;
  return results_take(&batch->results, outcome, fault);
}

static void refused(void *context, int64_t position, const char *code, const char *text) {
  struct batch *batch = context;
  results_refuse(&batch->results, position, code, text);
}

/* The seals of the goldens; their paths become absolute, as the broker may ask for one and another process looks. */
static enum status seal_goldens(struct submission *submission, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; !status && i < submission->golden_count; i++) {
    struct submission_golden *entry = &submission->goldens[i];
    struct golden *golden = NULL;
    status = golden_open(entry->path, &golden, fault);
    if (!status) memcpy(entry->sha256, golden->sha256, sizeof entry->sha256);
    golden_close(golden);
    char *real = status ? NULL : realpath(entry->path, NULL);
    if (!status && !real) status = fault_set(fault, STATUS_IO, "%s: %s", entry->path, strerror(errno));
    for (size_t j = 0; !status && j < submission->count; j++) {
      if (submission->golden_of[j] != i) continue;
      free(submission->jobs[j].golden_path);
      submission->jobs[j].golden_path = strdup(real);
      if (!submission->jobs[j].golden_path) status = fault_set(fault, STATUS_MEMORY, "out of memory");
    }
    free(real);
  }
  return status;
}

static enum status print_accepted(const struct batch *batch, struct fault *fault) {
  if (batch->given->common.json)
    return output_json(json_pack("{s:s, s:I, s:I}", "submission", batch->id, "accepted",
                                 (json_int_t)batch->client.accepted, "refused", (json_int_t)batch->client.refusals),
                       fault);
  printf("submission %s: %lld accepted, %lld refused\n", batch->id, (long long)batch->client.accepted,
         (long long)batch->client.refusals);
  return STATUS_OK;
}

static enum status hand_in(struct batch *batch, struct service_access *access, struct fault *fault) {
  const bool wait = batch->given->wait, table = wait && !batch->given->common.json;
  batch->client = (struct client_run){
      .submission = batch->id, .next = next, .outcome = wait ? outcome : NULL, .refused = refused, .context = batch};
  enum status status = service_connect(access, fault);
  if (!status && table) report_begin(&batch->results.report, stdout, submission_widest(&batch->submission));
  if (!status && wait) {
    message_note("submission %s", batch->id);
    progress_begin("judged", batch->submission.count);
  }
  if (!status) status = client_submit(access->client, &batch->client, fault);
  progress_end();
  service_disconnect(access);
  if (!status && !wait) status = print_accepted(batch, fault);
  if (!status && table) {
    putchar('\n');
    summary_print(&batch->results.summary, stdout);
  }
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct submit_options *given = values;
  struct batch batch = {.given = given, .results = {.json = given->common.json, .as_they_come = true}};
  struct service_access access = {0};
  enum status status = service_access_open(&given->service, &access, fault);
  if (!status) status = submission_read(&given->common.operands, &given->given, NULL, &batch.submission, fault);
  if (!status) status = seal_goldens(&batch.submission, fault);
  batch.results.submission = &batch.submission;
  if (!status) status = results_begin(&batch.results, batch.submission.count, fault);
  interrupt_watch();
  if (!status) {
    batch.bytes = given->send ? !strcmp(given->send, "bytes") : strncmp(access.endpoint, "ipc://", 6) != 0;
    link_random_id(batch.id);
    status = hand_in(&batch, &access, fault);
  }
  if (batch.results.set_aside)
    *exit_code = status_exit_code(STATUS_INTERNAL);
  else if (given->wait)
    *exit_code = tally_exit_code(&batch.results.summary.total);
  results_end(&batch.results);
  submission_free(&batch.submission);
  service_access_close(&access);
  return status;
}

const struct command command_submit = {
    .name = "submit",
    .summary = "hand photos in to the service",
    .text =
        "As assay run, but a broker keeps the jobs and workers elsewhere judge them. A photo is on disk there when\n"
        "this ends. Handing the same photos in again does nothing twice.\n\n"
        "With --json and without --wait one line {\"submission\", \"accepted\", \"refused\"}.",
    .example =
        "  assay submit goldens/label photos/ --lot L-2231 --wait --broker tcp://10.0.0.5:7420 --key desk.key \\\n"
        "    --broker-key broker.key.pub",
    .operands = {.usage = "GOLDEN PHOTO|FOLDER... | --manifest FILE.csv", .least = 0, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct submit_options),
    .run = run,
};
