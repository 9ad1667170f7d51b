#include "cli/bench/bench.h"
#include "cli/bench/many_results.h"
#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct results_bench_options {
  struct common_options common;
  long results;
  const char *store;
};

static const struct option options[] = {
    {.name = "results",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct results_bench_options, results),
     .argument = "N",
     .fallback = "1000000",
     .help = "of a synthetic season of 20 lots",
     .least = 1000,
     .most = 100000000},
    {.name = "store",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct results_bench_options, store),
     .argument = "FOLDER",
     .help = "make the store there and leave it; one that is there is read as it is (default: a temporary one)"},
    {.name = NULL}};

/* What one command took. */
struct taken {
  double seconds, processor_s, mib;
};

static double seconds_of(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* In a process of its own, so that its memory is its own. */
static void become(const char *const *arguments) {
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0) _exit(127);
  execv("/proc/self/exe", (char *const *)(uintptr_t)arguments);
  _exit(127);
}

static enum status time_command(const char *name, const char *store, struct taken *taken, struct fault *fault) {
  const char *const arguments[] = {"assay", "lot", name, store, "--json", NULL};
  struct rusage used = {0};
  int end = 0;
  double begun = bench_now();
  fflush(NULL);
  pid_t process = fork();
  if (!process) become(arguments);
  while (process > 0 && wait4(process, &end, 0, &used) < 0 && errno == EINTR) {
  }
  *taken = (struct taken){(bench_now() - begun) / 1000, seconds_of(used.ru_utime) + seconds_of(used.ru_stime),
                          (double)used.ru_maxrss / 1024};
  /* 1 and 2 say that lots are rejected or held, and that something drifts. */
  bool good = process > 0 && WIFEXITED(end) && WEXITSTATUS(end) <= 2;
  return good ? STATUS_OK : fault_set(fault, STATUS_INTERNAL, "assay lot %s %s failed", name, store);
}

static const char *const timed[] = {"judge", "drift", "compare"};
enum { TIMED = sizeof timed / sizeof *timed };

static enum status report(const struct results_bench_options *given, const struct taken taken[TIMED],
                          struct fault *fault) {
  char processor[128];
  struct taken all = {0};
  bench_processor(processor, sizeof processor);
  json_t *json = given->common.json
                     ? json_pack("{s:s, s:I}", "processor", processor, "results", (json_int_t)given->results)
                     : NULL;
  if (!json)
    printf("%s\n%ld results in SQLite\n\n%-12s %10s %14s %10s\n", processor, given->results, "assay lot", "seconds",
           "processor, s", "MiB");
  for (size_t i = 0; i < TIMED; i++) {
    if (!json) printf("%-12s %10.2f %14.2f %10.0f\n", timed[i], taken[i].seconds, taken[i].processor_s, taken[i].mib);
    all.seconds += taken[i].seconds, all.processor_s += taken[i].processor_s;
    if (taken[i].mib > all.mib) all.mib = taken[i].mib;
    if (json)
      json_object_set_new(json, timed[i],
                          json_pack("{s:f, s:f, s:f}", "seconds", taken[i].seconds, "processor_s", taken[i].processor_s,
                                    "mib", taken[i].mib));
  }
  if (json) return output_json(json, fault);
  printf("%-12s %10.2f %14.2f %10.0f\n", "all three", all.seconds, all.processor_s, all.mib);
  return output_flush(fault);
}

static enum status time_all(const struct results_bench_options *given, const char *store, struct fault *fault) {
  struct taken taken[TIMED];
  enum status status = STATUS_OK;
  for (size_t i = 0; i < TIMED && !status; i++) status = time_command(timed[i], store, &taken[i], fault);
  return status ? status : report(given, taken, fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct results_bench_options *given = values;
  struct stat entry;
  char *made = NULL;
  enum status status = given->store ? STATUS_OK : folder_make_temporary(&made, fault);
  const char *store = given->store ? given->store : made;
  if (!status && store && (made || stat(store, &entry))) status = many_results_make(store, given->results, fault);
  if (!status) status = time_all(given, store, fault);
  if (made) folder_remove(made);
  free(made);
  return status;
}

const struct command command_bench_results = {
    .name = "bench results",
    .summary = "how long lots, drift and comparison take over many results",
    .text = "Makes a store of results (three factories of two lines and two shifts, 20 lots, each photo with a\n"
            "fingerprint), and times assay lot judge, drift and compare over all of it, each in a process of its own:\n"
            "seconds, processor time, and the most memory it had.\n\n"
            "With --json: {\"processor\", \"results\", \"judge\": {\"seconds\", \"processor_s\", \"mib\"}, \"drift\", "
            "\"compare\"}.",
    .example = "  assay bench results\n  assay bench results --results 100000 --store /srv/many",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct results_bench_options),
    .run = run,
};
