#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/service.h"
#include "cli/table.h"

#include "ipc/client.h"
#include "ipc/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_EVERY_MS = 1000, REMEMBERED = 11 /* looks back that rates are taken over */ };

struct status_options {
  struct common_options common;
  struct service_options service;
  bool watch;
  long submissions;
};

static const struct option options[] = {{.name = "watch",
                                         .kind = OPTION_FLAG,
                                         .offset = offsetof(struct status_options, watch),
                                         .help = "look every second until Ctrl-C, and show rates"},
                                        {.name = "submissions",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct status_options, submissions),
                                         .argument = "N",
                                         .help = "also list the latest N submissions, who handed them in and how far "
                                                 "they are: ours, or as an admin all",
                                         .least = 1,
                                         .most = PROTOCOL_MAX_SUBMISSIONS},
                                        SERVICE_OPTIONS(struct status_options),
                                        {.name = NULL}};

/* The last looks, the latest overwriting the oldest. */
struct looks {
  struct look {
    int64_t at;
    long long done, accepted;
  } items[REMEMBERED];
  size_t count;
};

static long long number_of(const json_t *json, const char *key) {
  return json_integer_value(json_object_get(json, key));
}

static void remember(struct looks *looks, const json_t *status) {
  const json_t *past = json_object_get(status, "since_start");
  looks->items[looks->count++ % REMEMBERED] =
      (struct look){clock_ms(), number_of(past, "done"), number_of(past, "accepted")};
}

/* A second; false where there is nothing to compare with, or the broker began anew. */
static bool rates(const struct looks *looks, double *done, double *accepted) {
  if (looks->count < 2) return false;
  const struct look *last = &looks->items[(looks->count - 1) % REMEMBERED];
  const struct look *first = &looks->items[looks->count > REMEMBERED ? looks->count % REMEMBERED : 0];
  double seconds = (double)(last->at - first->at) / 1e3;
  if (seconds <= 0 || last->done < first->done || last->accepted < first->accepted) return false;
  *done = (double)(last->done - first->done) / seconds;
  *accepted = (double)(last->accepted - first->accepted) / seconds;
  return true;
}

static void print_workers(const json_t *workers) {
  const struct column columns[] = {{.title = "worker", .width = 40},
                                   {.title = "has", .width = 6, .right = true},
                                   {.title = "done", .width = 8, .right = true},
                                   {.title = "handed back", .width = 11, .right = true},
                                   {.title = "heard of, s ago", .width = 15, .right = true}};
  const struct table table = {stdout, columns, sizeof columns / sizeof *columns, text_coloured(stdout)};
  table_head(&table);
  size_t i;
  const json_t *worker;
  json_array_foreach(workers, i, worker) {
    char holds[24], done[24], lost[24], seen[32];
    snprintf(holds, sizeof holds, "%lld", number_of(worker, "holds"));
    snprintf(done, sizeof done, "%lld", number_of(worker, "done"));
    snprintf(lost, sizeof lost, "%lld", number_of(worker, "lost"));
    snprintf(seen, sizeof seen, "%.1f", (double)number_of(worker, "seen_ms") / 1000);
    table_row(
        &table,
        (const struct cell[]){
            {.text = output_text_of(worker, "name")}, {.text = holds}, {.text = done}, {.text = lost}, {.text = seen}});
  }
}

static void print_submissions(const json_t *submissions) {
  const struct column columns[] = {{.title = "submission", .width = PROTOCOL_ID_CHARS},
                                   {.title = "by", .width = 16},
                                   {.title = "handed in", .width = 20},
                                   {.title = "waiting", .width = 8, .right = true},
                                   {.title = "in work", .width = 7, .right = true},
                                   {.title = "done", .width = 8, .right = true},
                                   {.title = "set aside", .width = 9, .right = true},
                                   {.title = "cancelled", .width = 9, .right = true}};
  static const char *const counts[] = {"waiting", "leased", "done", "set_aside", "cancelled"};
  enum { COUNTS = sizeof counts / sizeof *counts, BEFORE = 3 };
  const struct table table = {stdout, columns, sizeof columns / sizeof *columns, text_coloured(stdout)};
  table_head(&table);
  size_t i;
  const json_t *one;
  json_array_foreach(submissions, i, one) {
    char at[CLOCK_TEXT_MAX], numbers[COUNTS][24];
    struct cell cells[BEFORE + COUNTS] = {
        {.text = output_text_of(one, "submission")}, {.text = output_text_of(one, "client")}, {.text = at}};
    clock_text(number_of(one, "at"), at);
    memcpy(at + strlen("2026-01-01T00:00:00"), "Z", sizeof "Z"); /* no thousandths for people */
    for (int j = 0; j < COUNTS; j++) {
      snprintf(numbers[j], sizeof numbers[j], "%lld", number_of(json_object_get(one, "jobs"), counts[j]));
      cells[BEFORE + j].text = numbers[j];
    }
    table_row(&table, cells);
  }
}

static void print_past(const json_t *past) {
  if (!past) return;
  printf("since its start %.0f s ago: %lld accepted, %lld refused, %lld done, %lld lost by workers",
         (double)number_of(past, "ms") / 1e3, number_of(past, "accepted"), number_of(past, "refused"),
         number_of(past, "done"), number_of(past, "lost"));
  long long failures = number_of(past, "store_failures");
  if (failures) printf(", the store failed %lld times", failures);
  putchar('\n');
}

static void print_status(const json_t *status, const struct looks *looks) {
  const json_t *jobs = json_object_get(status, "jobs"), *workers = json_object_get(status, "workers");
  double done, accepted;
  printf("broker     %s\nclients    %lld\nwaiting    %lld\nin work    %lld\ndone       %lld\nset aside  %lld\n"
         "cancelled  %lld\n",
         output_text_of(status, "broker"), number_of(status, "clients"), number_of(jobs, "waiting"),
         number_of(jobs, "leased"), number_of(jobs, "done"), number_of(jobs, "set_aside"),
         number_of(jobs, "cancelled"));
  if (number_of(jobs, "suspects"))
    printf("%lld of those that wait were lost before and are given out one by one\n", number_of(jobs, "suspects"));
  print_past(json_object_get(status, "since_start"));
  if (rates(looks, &done, &accepted)) {
    printf("a second   %.1f done, %.1f handed in", done, accepted);
    if (done > 0 && number_of(jobs, "waiting"))
      printf("; what waits is done in %.0f s", (double)number_of(jobs, "waiting") / done);
    putchar('\n');
  }
  if (json_array_size(workers)) {
    putchar('\n');
    print_workers(workers);
  } else {
    puts("no worker: nothing is judged until one is started (assay worker)");
  }
  const json_t *submissions = json_object_get(status, "submissions");
  if (json_array_size(submissions)) {
    putchar('\n');
    print_submissions(submissions);
  }
}

/* Zeros alone would look like a submission of which nothing came. */
static enum status check_found(const char *submission, const json_t *status, struct fault *fault) {
  static const char *const counts[] = {"waiting", "leased", "done", "set_aside", "cancelled"};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    if (!submission || number_of(json_object_get(status, "jobs"), counts[i])) return STATUS_OK;
  return fault_set(fault, STATUS_MISSING, "submission %s: the service has no job of it", submission);
}

static enum status show(const struct status_options *given, json_t *answer, struct looks *looks, struct fault *fault) {
  remember(looks, answer);
  if (given->common.json) return output_json(json_incref(answer), fault);
  /* From the top of the terminal, and nothing left of what was there. */
  if (given->watch && isatty(STDOUT_FILENO)) fputs("\033[H\033[J", stdout);
  print_status(answer, looks);
  if (given->watch && !isatty(STDOUT_FILENO)) putchar('\n');
  return output_flush(fault);
}

static enum status look(const struct status_options *given, struct client *client, struct fault *fault) {
  const char *submission = given->common.operands.count ? given->common.operands.items[0] : NULL;
  struct looks looks = {.count = 0};
  enum status status = STATUS_OK;
  do {
    json_t *answer = NULL;
    if (looks.count) status = client_pause(client, LOOK_EVERY_MS, fault);
    if (!status)
      status = given->submissions ? client_submissions(client, (size_t)given->submissions, &answer, fault)
                                  : client_status(client, submission, &answer, fault);
    if (!status && !given->watch) status = check_found(submission, answer, fault);
    if (!status) status = show(given, answer, &looks, fault);
    json_decref(answer);
  } while (!status && given->watch);
  return given->watch && status == STATUS_STOPPED ? STATUS_OK : status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct status_options *given = values;
  struct service_access access = {0};
  interrupt_watch();
  enum status status = service_check_submission(&given->common.operands, fault);
  if (!status && given->submissions && given->common.operands.count)
    status = fault_set(fault, STATUS_USAGE, "--submissions lists several; it goes without a SUBMISSION");
  if (!status) status = service_access_open(&given->service, &access, fault);
  if (!status) status = service_connect(&access, fault);
  if (!status) status = look(given, access.client, fault);
  service_access_close(&access);
  return status;
}

const struct command command_status = {
    .name = "status",
    .summary = "how the service stands",
    .text =
        "Counts of jobs, of one submission or of all, what failed, and the workers. With --watch again and again,\n"
        "with rates over the last ten seconds. --submissions tells whose jobs wait, and which to cancel or retry.\n\n"
        "With --json one line {\"broker\", \"jobs\": {\"waiting\", \"leased\", \"done\", ...}, \"clients\", "
        "\"workers\",\n"
        "\"since_start\", \"submissions\" where asked for} a look.",
    .example = "  assay status --watch\n"
               "  assay status --broker tcp://10.0.0.5:7420 --key desk.key --broker-key broker.key.pub",
    .operands = {.usage = "[SUBMISSION]", .least = 0, .most = 1},
    .options = options,
    .values_size = sizeof(struct status_options),
    .run = run,
};
