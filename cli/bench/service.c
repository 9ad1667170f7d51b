#include "cli/bench/service.h"

#include "cli/bench/bench.h"
#include "cli/interrupt.h"
#include "cli/submission.h"

#include "ipc/local.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The list of jobs, as `assay run` makes it; each is a unit of its own, so that none has been judged before. */
static enum status list_jobs(const struct service_bench *bench, struct submission *submission, struct fault *fault) {
  const struct submission_options none = {0};
  size_t photos = bench->operands->count - 1;
  struct words words = {calloc(bench->count + 1, sizeof *words.items), bench->count + 1};
  if (!words.items) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  words.items[0] = bench->operands->items[0];
  for (size_t i = 0; i < bench->count; i++) words.items[i + 1] = bench->operands->items[1 + i % photos];
  enum status status = submission_read(&words, &none, NULL, submission, fault);
  if (!status && submission->count != bench->count)
    status = fault_set(fault, STATUS_USAGE, "a folder among the photos; expected files");
  for (size_t i = 0; i < submission->count && !status; i++)
    if (asprintf(&submission->jobs[i].unit, "%zu-%zu", bench->round, i) < 0) {
      submission->jobs[i].unit = NULL;
      status = fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
    }
  if (!status) memcpy(submission->goldens[0].sha256, bench->sha256, sizeof bench->sha256);
  free(words.items);
  return status;
}

/* ---- by the engine alone ---- */

struct crew {
  struct judge judge;
  void *golden;
  struct submission submission;
  pthread_mutex_t lock; /* of the submission and the fault */
  enum status status;
  struct fault fault;
};

static enum status judge_next(struct crew *crew, void *desk, bool *end, struct fault *fault) {
  struct client_job job;
  pthread_mutex_lock(&crew->lock);
  enum status status = crew->status ? crew->status : submission_next(&crew->submission, false, false, &job, end, fault);
  pthread_mutex_unlock(&crew->lock);
  if (status || *end) return status;
  struct photo photo = {0};
  char *line = NULL;
  status = photo_read(job.path, 0, &photo, fault);
  if (!status) status = crew->judge.judge(crew->judge.context, desk, &photo, NULL, &job.job, &line, fault);
  free(line);
  free(job.path);
  photo_free(&photo);
  job_free(&job.job);
  return status;
}

static void *work(void *argument) {
  struct crew *crew = argument;
  struct fault fault = {0};
  void *desk = NULL;
  bool end = false;
  enum status status = crew->judge.open_desk(crew->judge.context, crew->golden, &desk, &fault);
  while (!status && !end) status = judge_next(crew, desk, &end, &fault);
  crew->judge.close_desk(crew->judge.context, desk);
  pthread_mutex_lock(&crew->lock);
  if (status && !crew->status) crew->status = status, crew->fault = fault;
  pthread_mutex_unlock(&crew->lock);
  return NULL;
}

static enum status run_crew(struct crew *crew, size_t threads, struct fault *fault) {
  size_t started = 0;
  pthread_t *ids = calloc(threads, sizeof *ids);
  if (!ids) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  while (started < threads && !pthread_create(&ids[started], NULL, work, crew)) started++;
  for (size_t i = 0; i < started; i++) pthread_join(ids[i], NULL);
  free(ids);
  if (started < threads) return fault_set(fault, STATUS_MEMORY, "no thread could be started");
  if (crew->status && fault) *fault = crew->fault;
  return crew->status;
}

enum status service_bench_plain(struct service_bench *bench, size_t threads, double *rate, struct fault *fault) {
  struct crew crew = {.judge = engine_judge(&bench->setup), .lock = PTHREAD_MUTEX_INITIALIZER};
  enum status status = list_jobs(bench, &crew.submission, fault);
  if (!status)
    status = crew.judge.open_golden(crew.judge.context, bench->operands->items[0], bench->sha256, &crew.golden, fault);
  double begin = bench_now();
  if (!status) status = run_crew(&crew, threads, fault);
  *rate = (double)bench->count / (bench_now() - begin) * 1e3;
  crew.judge.close_golden(crew.judge.context, crew.golden);
  submission_free(&crew.submission);
  return status;
}

/* ---- end to end ---- */

struct served {
  struct submission submission;
  size_t received;
  bool bytes;
  struct service_memory memory;
};

static double resident_mb(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (!file) return 0;
  if (fscanf(file, "%*s %ld", &pages) != 1) pages = 0;
  fclose(file);
  return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static enum status next(void *context, struct client_job *job, bool *end, struct fault *fault) {
  struct served *served = context;
  return submission_next(&served->submission, served->bytes, true, job, end, fault);
}

static enum status outcome(void *context, const struct client_outcome *outcome, struct fault *fault) {
  struct served *served = context;
  if (strcmp(outcome->state, "done") != 0)
    return fault_set(fault, STATUS_INTERNAL, "a job came to nothing: %.*s", (int)outcome->size, outcome->line);
  if (++served->received == SERVICE_EARLY) served->memory.early = resident_mb();
  served->memory.late = resident_mb();
  return STATUS_OK;
}

enum status service_bench_served(struct service_bench *bench, size_t threads, double *rate,
                                 struct service_memory *memory, struct fault *fault) {
  struct served served = {.received = 0};
  const struct judge judge = engine_judge(&bench->setup);
  const struct local_options local = {.judge = &judge, .threads = (int)threads, .stop_fd = interrupt_descriptor()};
  struct client_run client = {.next = next, .outcome = outcome, .context = &served};
  enum status status = list_jobs(bench, &served.submission, fault);
  double begin = bench_now();
  if (!status) status = local_run(&local, &client, fault);
  *rate = (double)bench->count / (bench_now() - begin) * 1e3;
  if (!status && client.refusals)
    status = fault_set(fault, STATUS_INTERNAL, "the broker refused %lld jobs", (long long)client.refusals);
  if (memory) *memory = served.memory;
  submission_free(&served.submission);
  return status;
}

enum status service_bench_remote(struct service_bench *bench, struct client *client, bool bytes, double *rate,
                                 struct fault *fault) {
  struct served served = {.bytes = bytes};
  struct client_run run = {.next = next, .outcome = outcome, .context = &served};
  enum status status = list_jobs(bench, &served.submission, fault);
  double begin = bench_now();
  if (!status) status = client_submit(client, &run, fault);
  *rate = (double)bench->count / (bench_now() - begin) * 1e3;
  if (!status && run.refusals)
    status = fault_set(fault, STATUS_INTERNAL, "the broker refused %lld jobs", (long long)run.refusals);
  submission_free(&served.submission);
  return status;
}
