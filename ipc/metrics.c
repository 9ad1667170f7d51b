#include "ipc/metrics.h"

#include "ipc/clock.h"
#include "models/store.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT_PAUSE = 20 /* jobs are counted again after so many times what counting took */ };

struct metrics {
  struct metrics_options options;
  pthread_mutex_t mutex;
  struct store *store; /* opened when first asked for */
  struct store_counts counts;
  int64_t count_again;
};

enum status metrics_open(const struct metrics_options *options, struct metrics **opened, struct fault *fault) {
  *opened = calloc(1, sizeof **opened);
  if (!*opened) return fault_set(fault, STATUS_MEMORY, "out of memory");
  (*opened)->options = *options;
  pthread_mutex_init(&(*opened)->mutex, NULL);
  return STATUS_OK;
}

void metrics_close(struct metrics *metrics) {
  if (!metrics) return;
  store_close(metrics->store);
  pthread_mutex_destroy(&metrics->mutex);
  free(metrics);
}

/* A large store takes a while to be counted, and must not be kept busy by who looks at it. */
static enum status count_jobs(struct metrics *metrics, struct store_counts *counts, struct fault *fault) {
  enum status status = STATUS_OK;
  pthread_mutex_lock(&metrics->mutex);
  int64_t began = clock_ms();
  if (began >= metrics->count_again) {
    if (!metrics->store)
      status = store_connect(metrics->options.store, metrics->options.database, &metrics->store, fault);
    if (!status) status = store_count(metrics->store, NULL, &metrics->counts, fault);
    int64_t now = clock_ms();
    metrics->count_again = now + COUNT_PAUSE * (now - began);
  }
  *counts = metrics->counts;
  pthread_mutex_unlock(&metrics->mutex);
  return status;
}

struct row {
  const char *name, *type, *help;
  double value;
};

static void write_rows(FILE *out, const struct row *rows, size_t count) {
  for (size_t i = 0; i < count; i++)
    fprintf(out, "# HELP assay_%s %s\n# TYPE assay_%s %s\nassay_%s %.15g\n", rows[i].name, rows[i].help, rows[i].name,
            rows[i].type, rows[i].name, rows[i].value);
}

static void write_jobs(FILE *out, const struct store_counts *counts) {
  const struct {
    const char *state;
    int64_t count;
  } states[] = {{"waiting", counts->waiting},
                {"leased", counts->leased},
                {"done", counts->done},
                {"set_aside", counts->set_aside},
                {"cancelled", counts->cancelled}};
  fputs("# HELP assay_jobs Jobs in the store, by state.\n# TYPE assay_jobs gauge\n", out);
  for (size_t i = 0; i < sizeof states / sizeof *states; i++)
    fprintf(out, "assay_jobs{state=\"%s\"} %lld\n", states[i].state, (long long)states[i].count);
}

static double of(const atomic_llong *figure) {
  return (double)atomic_load(figure);
}

static void write_figures(FILE *out, const struct metrics *metrics) {
  const struct broker_figures *f = metrics->options.figures;
  const struct guard_figures doors = guard_figures(metrics->options.guard);
  const struct row rows[] = {
      {"messages_total", "counter", "Messages that came.", of(&f->messages)},
      {"messages_refused_total", "counter", "Messages that were not understood or not allowed.",
       of(&f->refused_messages)},
      {"jobs_accepted_total", "counter", "Jobs handed in and stored.", of(&f->jobs_accepted)},
      {"jobs_refused_total", "counter", "Jobs handed in and refused.", of(&f->jobs_refused)},
      {"jobs_leased_total", "counter", "Jobs given to workers.", of(&f->jobs_leased)},
      {"jobs_done_total", "counter", "Results stored.", of(&f->jobs_done)},
      {"jobs_lost_total", "counter", "Leases that ended without a result.", of(&f->jobs_lost)},
      {"jobs_cancelled_total", "counter", "Jobs cancelled.", of(&f->jobs_cancelled)},
      {"jobs_retried_total", "counter", "Jobs put back into the queue on request.", of(&f->jobs_retried)},
      {"results_doubled_total", "counter", "Results that came for jobs that had one.", of(&f->results_doubled)},
      {"outcomes_sent_total", "counter", "Outcomes sent to clients.", of(&f->outcomes_sent)},
      {"photo_bytes_total", "counter", "Bytes of photos that came over the wire.", of(&f->photo_bytes)},
      {"commits_total", "counter", "Transactions of the store.", of(&f->commits)},
      {"commit_seconds_total", "counter", "How long they took to be durable.", of(&f->commit_us) / 1e6},
      {"store_failures_total", "counter", "Rounds in which the store failed.", of(&f->store_failures)},
      {"clients", "gauge", "Clients connected.", of(&f->clients)},
      {"workers", "gauge", "Workers connected.", of(&f->workers)},
      {"jobs_held", "gauge", "Jobs in workers' hands.", of(&f->held)},
      {"connections_total", "counter", "Connections accepted.", (double)doors.accepted},
      {"keys_refused_total", "counter", "Connections with a key that is not in the allow-list.", (double)doors.refused},
      {"handshakes_failed_total", "counter", "Connections that did not speak the protocol, or not in time.",
       (double)doors.broken_off},
      {"doors_closed_total", "counter", "How often new connections were turned away for their number.",
       (double)doors.closed},
      {"connections_ended_total", "counter", "Connections ended because more came than was read.", (double)doors.ended},
  };
  write_rows(out, rows, sizeof rows / sizeof *rows);
}

enum status metrics_answer(void *context, const struct http_request *request, struct http_answer *answer,
                           struct fault *fault) {
  (void)request;
  struct metrics *metrics = context;
  struct store_counts counts;
  struct fault trouble = {0};
  /* The other figures are wanted most when the store fails. */
  bool counted = !count_jobs(metrics, &counts, &trouble);
  FILE *out = open_memstream(&answer->body, &answer->size);
  if (!out) return fault_set(fault, STATUS_MEMORY, "out of memory");
  if (counted) write_jobs(out, &counts);
  write_figures(out, metrics);
  if (fclose(out)) return fault_set(fault, STATUS_MEMORY, "out of memory");
  answer->type = "text/plain; version=0.0.4; charset=utf-8";
  return STATUS_OK;
}

enum status metrics_health(void *context, const struct http_request *request, struct http_answer *answer,
                           struct fault *fault) {
  (void)request;
  const struct metrics *metrics = context;
  int64_t silent = clock_ms() - (int64_t)atomic_load(&metrics->options.figures->beat);
  if (silent > metrics->options.silence_ms)
    return fault_set(fault, STATUS_UNAVAILABLE, "the broker's thread has taken no round for %lld ms",
                     (long long)silent);
  if (atomic_load(&metrics->options.figures->store_failing))
    return fault_set(fault, STATUS_UNAVAILABLE, "the store fails; the log tells the cause");
  int size = asprintf(&answer->body, "{\"status\": \"ok\"}\n");
  if (size < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  answer->size = (size_t)size;
  answer->type = "application/json";
  return STATUS_OK;
}
