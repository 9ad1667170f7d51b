#include "cli/bench/bench.h"
#include "cli/bench/jobs.h"
#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/output.h"

#include <stdio.h>

struct service_bench_options {
  struct common_options common;
  long jobs;
  const char *folder;
};

static const struct option options[] = {
    {.name = "jobs",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct service_bench_options, jobs),
     .argument = "N",
     .fallback = "100000",
     .help = "tiny jobs by path, judged in no time: what broker, store and wire take",
     .least = 100,
     .most = 10000000},
    {.name = "folder",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct service_bench_options, folder),
     .argument = "FOLDER",
     .help = "on whose disk the store is made (default: $TMPDIR or /tmp)"},
    {.name = NULL}};

static enum status report(const struct service_bench_options *given, const struct bench_jobs *f, struct fault *fault) {
  char processor[128];
  bench_processor(processor, sizeof processor);
  double rate = (double)f->jobs / f->seconds;
  if (given->common.json)
    return output_json(json_pack("{s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "processor", processor, "jobs",
                                 (json_int_t)f->jobs, "seconds", f->seconds, "jobs_per_s", rate, "broker_s",
                                 f->broker_s, "broker_mib", f->broker_mib, "client_mib", f->client_mib, "commits",
                                 f->commits, "commit_ms", f->commit_ms, "fsync_ms", f->fsync_ms),
                       fault);
  printf("%s\n%lld tiny jobs by path over ipc://, SQLite, one worker, one client, in %.2f s\n\n", processor,
         (long long)f->jobs, f->seconds);
  printf("%-36s %10.0f\n", "jobs a second", rate);
  printf("%-36s %10.0f\n", "the broker's processor time, us a job", f->broker_s * 1e6 / (double)f->jobs);
  printf("%-36s %10.1f\n", "the broker's memory at most, MiB", f->broker_mib);
  printf("%-36s %10.1f\n", "the client's memory at most, MiB", f->client_mib);
  printf("%-36s %10.0f\n", "transactions", f->commits);
  printf("%-36s %10.2f\n", "a commit, ms", f->commit_ms);
  printf("%-36s %10.2f\n", "this disk's fsync of 4 KiB, ms", f->fsync_ms);
  return STATUS_OK;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct service_bench_options *given = values;
  struct bench_jobs figures;
  enum status status = bench_jobs_run(given->folder ? given->folder : folder_temporary(), given->jobs, &figures, fault);
  return status ? status : report(given, &figures, fault);
}

const struct command command_bench_service = {
    .name = "bench service",
    .summary = "how many jobs a second go through the service, and its memory",
    .text =
        "Starts a broker with a new store, a worker whose judging takes no time, and a client that hands jobs in and\n"
        "waits for their results; each a process of its own. Each result is on disk before it is delivered.\n\n"
        "With --json: {\"processor\", \"jobs\", \"seconds\", \"jobs_per_s\", \"broker_s\", \"broker_mib\",\n"
        "\"client_mib\", \"commits\", \"commit_ms\", \"fsync_ms\"}.",
    .example = "  assay bench service --jobs 100000 --folder /srv",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct service_bench_options),
    .run = run,
};
