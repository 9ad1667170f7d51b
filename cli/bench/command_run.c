#include "cli/bench/bench.h"
#include "cli/bench/service.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/parallel.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

struct run_options {
  struct common_options common;
  long photos, rounds;
};

static const struct option options[] = {{.name = "photos",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct run_options, photos),
                                         .argument = "N",
                                         .fallback = "100",
                                         .help = "how many are judged in a round, the files in turn",
                                         .least = 1,
                                         .most = 1000000},
                                        {.name = "rounds",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct run_options, rounds),
                                         .argument = "N",
                                         .fallback = "3",
                                         .help = "each of four ways once a round",
                                         .least = 1,
                                         .most = 999},
                                        {.name = NULL}};

/* The engine alone and end to end, each with one thread and with all. */
enum way { PLAIN_ONE, SERVED_ONE, PLAIN_ALL, SERVED_ALL, WAYS };

static const char *const ways[WAYS] = {"engine alone, 1 thread", "end to end, 1 thread", "engine alone, all threads",
                                       "end to end, all threads"};
static const char *const fields[WAYS] = {"plain_one", "served_one", "plain_all", "served_all"};

struct figures {
  double *rates[WAYS];
  double *speedups, *costs; /* ratios within a round */
  struct service_memory memory;
  size_t rounds;
};

static enum status take_memory(struct figures *f, size_t rounds, struct fault *fault) {
  for (int way = 0; way < WAYS; way++) f->rates[way] = calloc(rounds, sizeof(double));
  f->speedups = calloc(rounds, sizeof(double)), f->costs = calloc(rounds, sizeof(double));
  for (int way = 0; way < WAYS; way++)
    if (!f->rates[way]) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  return f->speedups && f->costs ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
}

static void free_figures(struct figures *f) {
  for (int way = 0; way < WAYS; way++) free(f->rates[way]);
  free(f->speedups), free(f->costs);
}

/* Where one thread is all, it is measured once. */
static enum status measure_round(struct service_bench *bench, size_t threads, struct figures *f, struct fault *fault) {
  double rate[WAYS] = {0};
  size_t round = f->rounds;
  enum status status = service_bench_plain(bench, 1, &rate[PLAIN_ONE], fault);
  if (!status) status = service_bench_served(bench, 1, &rate[SERVED_ONE], threads > 1 ? NULL : &f->memory, fault);
  rate[PLAIN_ALL] = rate[PLAIN_ONE], rate[SERVED_ALL] = rate[SERVED_ONE];
  if (!status && threads > 1) status = service_bench_plain(bench, threads, &rate[PLAIN_ALL], fault);
  if (!status && threads > 1) status = service_bench_served(bench, threads, &rate[SERVED_ALL], &f->memory, fault);
  if (status) return status;
  for (int way = 0; way < WAYS; way++) f->rates[way][round] = rate[way];
  f->speedups[round] = rate[SERVED_ALL] / rate[SERVED_ONE];
  f->costs[round] = 100 * (1 - rate[SERVED_ALL] / rate[PLAIN_ALL]);
  f->rounds++;
  return STATUS_OK;
}

static enum status report(const struct run_options *given, size_t threads, struct figures *f, struct fault *fault) {
  double median[WAYS], speedup = bench_median(f->speedups, f->rounds), cost = bench_median(f->costs, f->rounds);
  struct rusage usage;
  char processor[128];
  bench_processor(processor, sizeof processor);
  getrusage(RUSAGE_SELF, &usage);
  double peak = (double)usage.ru_maxrss * 1024 / 1e6;
  for (int way = 0; way < WAYS; way++) median[way] = bench_median(f->rates[way], f->rounds);
  if (given->common.json) {
    json_t *rates = json_object();
    for (int way = 0; way < WAYS; way++) json_object_set_new(rates, fields[way], json_real(median[way]));
    json_t *early = f->memory.early > 0 ? json_real(f->memory.early) : json_null();
    return output_json(json_pack("{s:s, s:I, s:I, s:I, s:o, s:f, s:f, s:{s:o, s:f, s:f}}", "processor", processor,
                                 "photos", (json_int_t)given->photos, "rounds", (json_int_t)given->rounds, "threads",
                                 (json_int_t)threads, "photos_per_s", rates, "speedup", speedup, "service_cost_percent",
                                 cost, "memory_mb", "after_100", early, "after_last", f->memory.late, "peak", peak),
                       fault);
  }
  printf("%s\n%ld photos a round, medians of %ld rounds in turn\n\n%-28s %10s\n", processor, given->photos,
         given->rounds, "", "photos/s");
  for (int way = 0; way < (threads > 1 ? WAYS : PLAIN_ALL); way++) printf("%-28s %10.2f\n", ways[way], median[way]);
  putchar('\n');
  if (threads > 1) printf("%.2f times as fast with %zu threads; ", speedup, threads);
  printf("broker and store cost %.1f %%\n", cost);
  if (f->memory.early > 0) printf("memory: %.0f MB after %d photos, ", f->memory.early, (int)SERVICE_EARLY);
  printf("%s%.0f MB after the last, %.0f MB at most\n", f->memory.early > 0 ? "" : "memory: ", f->memory.late, peak);
  return STATUS_OK;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct run_options *given = values;
  struct figures figures = {.rounds = 0};
  struct service_bench bench = {.operands = &given->common.operands, .count = (size_t)given->photos};
  size_t threads = parallel_threads(given->common.threads);
  bench.setup.inspect = (struct inspect_options){.backend = given->common.backend, .cpu = given->common.cpu};
  bench.setup.gpus = inspect_gpus(&bench.setup.inspect);
  enum status status = take_memory(&figures, (size_t)given->rounds, fault);
  if (!status) status = engine_judge_prepare(&bench.setup, bench.operands->items[0], bench.sha256, fault);
  interrupt_watch();
  progress_begin("rounds", (size_t)given->rounds);
  while (!status && figures.rounds < (size_t)given->rounds) {
    status = measure_round(&bench, threads, &figures, fault);
    progress_set(figures.rounds, (size_t)given->rounds);
  }
  progress_end();
  if (!status) status = report(given, threads, &figures, fault);
  engine_judge_end(&bench.setup);
  free_figures(&figures);
  return status;
}

const struct command command_bench_run = {
    .name = "bench run",
    .summary = "what broker and store cost, and what a second thread brings",
    .text = "Judges the same photos by the engine alone, which reads each, judges it and writes its result down, and\n"
            "end to end as assay run does, through client, broker, worker and store; with one thread and with all.\n"
            "Prints photos a second, the ratios within a round, and the memory of this process, which holds client,\n"
            "broker and worker.\n\n"
            "With --json: {\"processor\", \"photos\", \"rounds\", \"threads\", \"photos_per_s\": {\"plain_one\", "
            "\"served_one\",\n"
            "\"plain_all\", \"served_all\"}, \"speedup\", \"service_cost_percent\", \"memory_mb\": {\"after_100\", "
            "\"after_last\",\n\"peak\"}}.",
    .example = "  assay bench run goldens/label photos/*.jpg\n"
               "  assay bench run goldens/label photos/*.jpg --photos 1000 --rounds 1",
    .operands = {.usage = "GOLDEN PHOTO...", .least = 2, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct run_options),
    .run = run,
};
