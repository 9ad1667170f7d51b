#include "cli/commands.h"
#include "cli/engine_judge.h"
#include "cli/folders.h"
#include "cli/group_keeper.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/message.h"
#include "cli/parallel.h"
#include "cli/service.h"
#include "cli/supervisor.h"

#include "ipc/worker.h"

#include <stdlib.h>
#include <string.h>

struct worker_command_options {
  struct common_options common;
  struct service_options service;
  struct words roots;
  const char *cache, *pictures, *out, *name, *on_device_error;
  struct log_options log;
};

static const struct option options[] = {
    SERVICE_OPTIONS(struct worker_command_options),
    {.name = "root",
     .kind = OPTION_LIST,
     .offset = offsetof(struct worker_command_options, roots),
     .argument = "FOLDER",
     .help = "photos and goldens by path are read below it only (default: anywhere for an ipc:// broker, nowhere for "
             "tcp://)"},
    {.name = "cache",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct worker_command_options, cache),
     .argument = "FOLDER",
     .help = "keeps goldens that come from the broker (default: for a tcp:// broker $XDG_CACHE_HOME/assay/goldens or "
             "~/.cache/assay/goldens; else goldens that this machine sees as folders only)"},
    {.name = "pictures",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct worker_command_options, pictures),
     .argument = "FOLDER",
     .help = "writes a picture of each photo that failed"},
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct worker_command_options, out),
     .argument = "FOLDER",
     .help = "gets evidence/ (pictures of photos that failed, for assay lot report) and groups/ (for assay lot image); "
             "the broker's --data where it is on this machine, so that both find it beside the store"},
    {.name = "name",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct worker_command_options, name),
     .argument = "NAME",
     .help = "for people who look at the status (default: host and process)"},
    {.name = "on-device-error",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct worker_command_options, on_device_error),
     .argument = "fallback|return",
     .help = "when a GPU fails, is lost, taken or full: fallback judges on another GPU or the CPU; return hands all "
             "jobs back, uncounted, and ends with exit code 70 (default: fallback)"},
    LOG_OPTIONS(struct worker_command_options, "warning"),
    {.name = NULL}};

static enum status read_policy(const char *word, bool *returns, struct fault *fault) {
  *returns = word && strcmp(word, "return") == 0;
  if (!word || *returns || strcmp(word, "fallback") == 0) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "--on-device-error %s; expected fallback or return", word);
}

/* What the work will be done on. A GPU that is asked for by name and not there is found out before a job is taken. */
static enum status look_round(const struct engine_judge *setup, const char *endpoint, struct fault *fault) {
  char why[256];
  struct fault trouble = {0};
  enum status status = inspect_try(&setup->inspect, why, sizeof why, &trouble);
  if (status == STATUS_DEVICE && !setup->return_on_device_error) {
    message_warning("%s; it is tried again with each golden, and the CPU does the work until then", trouble.text);
  } else if (status) {
    if (fault) *fault = trouble;
    return status;
  } else {
    message_note("working for the broker at %s on %s", endpoint, why);
  }
  return STATUS_OK;
}

/* What is kept for reports. */
struct kept {
  char *evidence, *groups;
  struct group_keeper keeper;
};

static enum status make_kept(const char *out, struct kept *kept, struct engine_judge *setup, struct fault *fault) {
  if (!out) return STATUS_OK;
  if (asprintf(&kept->evidence, "%s/evidence", out) < 0) kept->evidence = NULL;
  if (asprintf(&kept->groups, "%s/groups", out) < 0) kept->groups = NULL;
  if (!kept->evidence || !kept->groups) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = folder_make(kept->evidence, fault);
  if (!status) status = folder_make(kept->groups, fault);
  kept->keeper = (struct group_keeper){.folder = kept->groups, .mutex = PTHREAD_MUTEX_INITIALIZER};
  setup->evidence = kept->evidence, setup->groups = &kept->keeper, setup->inspect.groups = true;
  return status;
}

/* A broker elsewhere must not make us read what it likes. */
static enum status open_roots(const struct worker_command_options *given, const char *endpoint, struct roots **roots,
                              struct fault *fault) {
  if (!given->roots.count && !strstr(endpoint, "tcp://")) return STATUS_OK;
  return roots_open(given->roots.items, given->roots.count, roots, fault);
}

/* Where goldens from the broker are kept; a broker elsewhere does not share its folders with us. The caller frees
 * *cache, which stays NULL where there is none. */
static enum status make_cache(const struct worker_command_options *given, const char *endpoint, char **cache,
                              struct fault *fault) {
  if (!given->cache && !strstr(endpoint, "tcp://")) return STATUS_OK;
  *cache = given->cache ? strdup(given->cache) : folder_goldens();
  if (!*cache) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = folder_make(*cache, fault);
  return status && !given->cache ? fault_prefix(fault, "--cache names no folder, and its default is not good") : status;
}

static enum status work(const struct worker_command_options *given, const struct service_access *access,
                        struct fault *fault) {
  struct engine_judge setup = {.inspect = {.backend = given->common.backend, .cpu = given->common.cpu},
                               .pictures = given->pictures};
  struct kept kept = {0};
  const struct judge judge = engine_judge(&setup);
  void *context = NULL;
  struct roots *roots = NULL;
  char *cache = NULL;
  log_begin(&given->log);
  setup.gpus = inspect_gpus(&setup.inspect);
  enum status status = read_policy(given->on_device_error, &setup.return_on_device_error, fault);
  if (!status) status = look_round(&setup, access->endpoint, fault);
  if (!status) status = open_roots(given, access->endpoint, &roots, fault);
  if (!status && given->pictures) status = folder_make(given->pictures, fault);
  if (!status) status = make_kept(given->out, &kept, &setup, fault);
  if (!status) status = make_cache(given, access->endpoint, &cache, fault);
  if (!status) status = socket_context_open(&context, fault);
  if (status) goto end;
  interrupt_watch();
  supervisor_ready();
  const struct worker_options how = {.context = context,
                                     .endpoint = access->endpoint,
                                     .security = &access->security,
                                     .roots = roots,
                                     .name = given->name,
                                     .cache = cache,
                                     .judge = &judge,
                                     .threads = (int)parallel_threads(given->common.threads),
                                     .stop_fd = interrupt_descriptor()};
  status = worker_run(&how, fault);
  supervisor_stopping();
  socket_context_close(context);
end:
  roots_close(roots);
  free(cache);
  free(kept.evidence);
  free(kept.groups);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct worker_command_options *given = values;
  struct service_access access = {0};
  enum status status = service_access_open(&given->service, &access, fault);
  if (!status) status = work(given, &access, fault);
  service_access_close(&access);
  return status;
}

const struct command command_worker = {
    .name = "worker",
    .summary = "judges photos for a broker",
    .text =
        "Asks the broker for jobs and judges them until Ctrl-C; then finishes what it has begun and gives the rest\n"
        "back. A broker that is not there is waited for. Any number of workers may run, on any machine that\n"
        "reaches the broker.",
    .example = "  assay worker --threads 4\n"
               "  assay worker --broker tcp://10.0.0.5:7420 --key worker.key --broker-key broker.key.pub --cache "
               "/var/cache/assay",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct worker_command_options),
    .run = run,
};
