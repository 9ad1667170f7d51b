#include "cli/bench/bench.h"
#include "cli/bench/jobs.h"
#include "cli/bench/served_photos.h"
#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/output.h"
#include "cli/parallel.h"

#include <stdio.h>

struct service_bench_options {
  struct common_options common;
  long jobs, megapixels, photos, rounds;
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
    {.name = "megapixels",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct service_bench_options, megapixels),
     .argument = "M",
     .fallback = "0",
     .help = "instead of tiny jobs: drawn photos of this size, judged",
     .least = 0,
     .most = 100},
    {.name = "photos",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct service_bench_options, photos),
     .argument = "N",
     .fallback = "60",
     .help = "how many photos are judged each way in a round",
     .least = 1,
     .most = 999999},
    {.name = "rounds",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct service_bench_options, rounds),
     .argument = "N",
     .fallback = "5",
     .help = "each way once a round",
     .least = 1,
     .most = 99},
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

/* --- Photos --- */

static const char *const ways[SERVED_WAYS] = {"engine alone", "by path over ipc://", "as bytes over tcp:// with keys"};
static const char *const fields[SERVED_WAYS] = {"plain", "by_path", "as_bytes"};

static json_t *of_ways(const double values[SERVED_WAYS]) {
  json_t *object = json_object();
  for (int way = 0; way < SERVED_WAYS; way++) json_object_set_new(object, fields[way], json_real(values[way]));
  return object;
}

static enum status report_photos(const struct served_photos *how, const struct served_figures *f, bool json,
                                 struct fault *fault) {
  char processor[128];
  bench_processor(processor, sizeof processor);
  if (json)
    return output_json(json_pack("{s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "processor", processor, "photos",
                                 (json_int_t)how->photos, "rounds", (json_int_t)how->rounds, "threads",
                                 (json_int_t)how->threads, "photos_per_s", of_ways(f->rate), "ratio", of_ways(f->kept),
                                 "processor_s", of_ways(f->processor), "processor_ratio", of_ways(f->spared)),
                       fault);
  printf("%s\n%zu photos each way, medians of %zu rounds in turn, %zu threads that judge\n\n%-32s %10s %8s %14s %8s\n",
         processor, how->photos, how->rounds, how->threads, "", "photos/s", "ratio", "processor, ms", "ratio");
  for (int way = 0; way < SERVED_WAYS; way++)
    printf("%-32s %10.2f %8.3f %14.1f %8.3f\n", ways[way], f->rate[way], f->kept[way], f->processor[way] * 1e3,
           f->spared[way]);
  return STATUS_OK;
}

static enum status run_photos(const struct service_bench_options *given, const char *folder, struct fault *fault) {
  if (given->common.operands.count == 1)
    return fault_set(fault, STATUS_USAGE, "a golden without photos; expected both, or --megapixels");
  const struct served_photos how = {.operands = &given->common.operands,
                                    .megapixels = (double)given->megapixels,
                                    .photos = (size_t)given->photos,
                                    .rounds = (size_t)given->rounds,
                                    .threads = parallel_threads(given->common.threads),
                                    .folder = folder,
                                    .backend = given->common.backend,
                                    .cpu = given->common.cpu};
  struct served_figures figures;
  enum status status = served_photos_run(&how, &figures, fault);
  return status ? status : report_photos(&how, &figures, given->common.json, fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct service_bench_options *given = values;
  const char *folder = given->folder ? given->folder : folder_temporary();
  struct bench_jobs figures;
  if (given->megapixels || given->common.operands.count) return run_photos(given, folder, fault);
  enum status status = bench_jobs_run(folder, given->jobs, &figures, fault);
  return status ? status : report(given, &figures, fault);
}

const struct command command_bench_service = {
    .name = "bench service",
    .summary = "how many jobs a second go through the service, and what it costs where photos are judged",
    .text =
        "Starts a broker with a new store, a worker whose judging takes no time, and a client that hands jobs in and\n"
        "waits for their results; each a process of its own. Each result is on disk before it is delivered.\n\n"
        "With photos, or --megapixels, it judges the same photos by the engine alone and through a broker and a "
        "worker,\n"
        "by path over ipc:// and as bytes over tcp:// with keys; every photo is new to the service. The ratios are to\n"
        "the engine alone with as many threads; that of the processor times, over all processes, holds on a machine\n"
        "that has other work, too.\n\n"
        "With --json: {\"processor\", \"jobs\", \"seconds\", \"jobs_per_s\", \"broker_s\", \"broker_mib\",\n"
        "\"client_mib\", \"commits\", \"commit_ms\", \"fsync_ms\"}; with photos {\"processor\", \"photos\",\n"
        "\"rounds\", \"threads\", \"photos_per_s\": {\"plain\", \"by_path\", \"as_bytes\"}, and likewise \"ratio\",\n"
        "\"processor_s\", \"processor_ratio\"}.",
    .example = "  assay bench service --jobs 100000 --folder /srv\n  assay bench service --megapixels 12 --threads 2",
    .operands = {.usage = "[GOLDEN PHOTO...]", .least = 0, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct service_bench_options),
    .run = run,
};
