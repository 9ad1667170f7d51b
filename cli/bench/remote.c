#include "cli/bench/remote.h"

#include "cli/folders.h"

#include "ipc/curve.h"
#include "models/file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
}

/* Its messages go into a file of the folder; `out` (-1: none) becomes its standard output. */
static enum status start(const struct remote *remote, const char *const *words, int out, pid_t *process,
                         struct fault *fault) {
  char *log = NULL;
  if (asprintf(&log, "%s/%s.log", remote->folder, words[1]) < 0) return no_memory(fault);
  fflush(NULL);
  *process = fork();
  if (!*process) {
    int messages = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN); /* who started it ends it */
    if (out >= 0) dup2(out, STDOUT_FILENO);
    if (messages >= 0) dup2(messages, STDERR_FILENO);
    execv("/proc/self/exe", (char *const *)words);
    _exit(70);
  }
  free(log);
  if (*process > 0) return STATUS_OK;
  *process = 0;
  return fault_set(fault, STATUS_INTERNAL, "benchmark: cannot start a process: %s", strerror(errno));
}

static void stop(pid_t *process) {
  if (*process <= 0) return;
  kill(*process, SIGTERM);
  while (waitpid(*process, NULL, 0) < 0 && errno == EINTR) {
  }
  *process = 0;
}

/* A key of ours that may do everything, and the broker's list with it. */
static enum status make_keys(struct remote *remote, const char *list, struct fault *fault) {
  struct curve_key key;
  char lines[512];
  enum status status = curve_key_make(&key, fault);
  if (!status) status = curve_key_write(&key, remote->key, NULL, fault);
  int size = snprintf(lines, sizeof lines, "client curve25519-public %s bench\nworker curve25519-public %s bench\n",
                      key.public_text, key.public_text);
  if (!status) status = file_write(AT_FDCWD, list, list, 0600, lines, (size_t)size, fault);
  curve_key_wipe(&key);
  return status;
}

/* By the last line that the broker left behind. */
static enum status say_why(const struct remote *remote, struct fault *fault) {
  char line[400] = "";
  char *log = NULL;
  FILE *file = asprintf(&log, "%s/serve.log", remote->folder) < 0 ? NULL : fopen(log, "r");
  while (file && fgets(line, sizeof line, file)) line[strcspn(line, "\n")] = 0;
  if (file) fclose(file);
  free(log);
  return fault_set(fault, STATUS_INTERNAL, "benchmark: the broker does not start: %s", line);
}

/* What `serve --json` says of itself. */
static enum status read_announcement(struct remote *remote, int from, struct fault *fault) {
  FILE *file = fdopen(from, "r");
  char line[4096];
  json_t *said = file && fgets(line, sizeof line, file) ? json_loads(line, 0, NULL) : NULL;
  const char *tcp = json_string_value(json_array_get(json_object_get(said, "listening"), 1));
  const char *key = json_string_value(json_object_get(said, "key"));
  if (tcp && key) remote->tcp = strdup(tcp), remote->broker_key = strdup(key);
  json_decref(said);
  if (file)
    fclose(file);
  else
    close(from);
  return remote->tcp && remote->broker_key ? STATUS_OK : say_why(remote, fault);
}

static enum status start_broker(struct remote *remote, const char *data, const char *list, struct fault *fault) {
  const char *const words[] = {"assay",    "serve",     "--data",   data,
                               "--listen", remote->ipc, "--listen", "tcp://127.0.0.1:*",
                               "--allow",  list,        "--json",   NULL};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) return fault_set(fault, STATUS_INTERNAL, "benchmark: no pipe: %s", strerror(errno));
  enum status status = start(remote, words, ends[1], &remote->broker, fault);
  close(ends[1]);
  if (!status) return read_announcement(remote, ends[0], fault);
  close(ends[0]);
  return status;
}

enum status remote_open(struct remote *remote, const char *parent, struct fault *fault) {
  char *data = NULL, *list = NULL;
  if (asprintf(&remote->folder, "%s/assay-bench-XXXXXX", parent) < 0) {
    remote->folder = NULL;
    return no_memory(fault);
  }
  if (!mkdtemp(remote->folder)) {
    enum status status = fault_set(fault, STATUS_IO, "%s: cannot make a folder: %s", parent, strerror(errno));
    free(remote->folder);
    remote->folder = NULL;
    return status;
  }
  enum status status = STATUS_OK;
  if (asprintf(&data, "%s/data", remote->folder) < 0) data = NULL;
  if (asprintf(&list, "%s/allow", remote->folder) < 0) list = NULL;
  if (asprintf(&remote->key, "%s/key", remote->folder) < 0) remote->key = NULL;
  if (asprintf(&remote->ipc, "ipc://%s/broker", remote->folder) < 0) remote->ipc = NULL;
  if (!data || !list || !remote->key || !remote->ipc) status = no_memory(fault);
  if (!status) status = make_keys(remote, list, fault);
  if (!status) status = start_broker(remote, data, list, fault);
  free(data);
  free(list);
  return status;
}

void remote_close(struct remote *remote) {
  stop(&remote->worker);
  stop(&remote->broker);
  if (remote->folder) folder_remove(remote->folder);
  free(remote->folder);
  free(remote->key);
  free(remote->ipc);
  free(remote->tcp);
  free(remote->broker_key);
  *remote = (struct remote){0};
}

struct service_options remote_access(const struct remote *remote, bool tcp) {
  if (!tcp) return (struct service_options){.broker = remote->ipc};
  return (struct service_options){.broker = remote->tcp, .key = remote->key, .broker_key = remote->broker_key};
}

enum status remote_start_worker(struct remote *remote, bool tcp, size_t threads, const char *backend,
                                struct fault *fault) {
  const struct service_options access = remote_access(remote, tcp);
  const char *words[20] = {"assay", "worker", "--broker", access.broker};
  char number[24], cache[4096];
  size_t count = 4;
  snprintf(number, sizeof number, "%zu", threads);
  snprintf(cache, sizeof cache, "%s/cache", remote->folder);
  const char *const more[][2] = {{"--threads", number},
                                 {"--cache", cache},
                                 {"--backend", backend},
                                 {"--key", access.key},
                                 {"--broker-key", access.broker_key}};
  for (size_t i = 0; i < sizeof more / sizeof *more; i++)
    if (more[i][1]) words[count++] = more[i][0], words[count++] = more[i][1];
  return start(remote, words, -1, &remote->worker, fault);
}

void remote_stop_worker(struct remote *remote) {
  stop(&remote->worker);
}

static double processor_of(pid_t process) {
  clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
  struct timespec used;
  if ((process && clock_getcpuclockid(process, &clock)) || clock_gettime(clock, &used)) return 0;
  return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

double remote_processor(const struct remote *remote) {
  return processor_of(0) + (remote->broker > 0 ? processor_of(remote->broker) : 0) +
         (remote->worker > 0 ? processor_of(remote->worker) : 0);
}
