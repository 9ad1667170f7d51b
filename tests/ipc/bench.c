#include "tests/ipc/bench.h"

#include "models/golden.h"
#include "models/result.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const struct ipc_times bench_times = {
    .heartbeat_ms = 100, .silence_ms = 1000, .reconnect_max_ms = 200, .resend_ms = 1000};

/* Used by peer.c too, which is no cmocka program. */
static void must(bool good, const char *what) {
  if (good) return;
  fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
  abort();
}

static char *join(const char *folder, const char *name) {
  char *path = NULL;
  must(asprintf(&path, "%s/%s", folder, name) > 0, "memory");
  return path;
}

static void write_file(const char *path, const char *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  must(file && fwrite(bytes, 1, size, file) == size && !fclose(file), path);
}

/* A process that is killed meanwhile leaves no half of it. */
static void write_whole(const char *path, const char *bytes, size_t size) {
  char *draft = NULL;
  must(asprintf(&draft, "%s.%ld", path, (long)getpid()) > 0, "memory");
  write_file(draft, bytes, size);
  must(!rename(draft, path), path);
  free(draft);
}

/* --- The judge --- */

atomic_int bench_judged;
static pthread_mutex_t gate_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_changed = PTHREAD_COND_INITIALIZER;
static bool gate_closed;
static int at_gate;

void bench_close_gate(void) {
  pthread_mutex_lock(&gate_mutex);
  gate_closed = true;
  pthread_mutex_unlock(&gate_mutex);
}

void bench_open_gate(void) {
  pthread_mutex_lock(&gate_mutex);
  gate_closed = false;
  pthread_cond_broadcast(&gate_changed);
  pthread_mutex_unlock(&gate_mutex);
}

void bench_await_at_gate(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 60;
  int code = 0;
  pthread_mutex_lock(&gate_mutex);
  while (!at_gate && !code) code = pthread_cond_timedwait(&gate_changed, &gate_mutex, &until);
  pthread_mutex_unlock(&gate_mutex);
  must(!code, "no photo came to the gate");
}

static void wait_at_gate(void) {
  pthread_mutex_lock(&gate_mutex);
  at_gate++;
  pthread_cond_broadcast(&gate_changed);
  while (gate_closed) pthread_cond_wait(&gate_changed, &gate_mutex);
  at_gate--;
  pthread_mutex_unlock(&gate_mutex);
}

static enum status open_golden(void *context, const char *path, const char *sha256, void **opened,
                               struct fault *fault) {
  (void)context;
  struct golden *golden;
  enum status status = golden_open(path, &golden, fault);
  if (status) return status;
  if (!strcmp(golden->sha256, sha256)) {
    *opened = golden;
    return STATUS_OK;
  }
  golden_close(golden);
  return fault_set(fault, STATUS_INVALID, "%s: not the golden that was asked for", path);
}

static void close_golden(void *context, void *golden) {
  (void)context;
  golden_close(golden);
}

static enum status open_desk(void *context, void *golden, void **desk, struct fault *fault) {
  (void)context, (void)fault;
  *desk = golden;
  return STATUS_OK;
}

static void close_desk(void *context, void *desk) {
  (void)context, (void)desk;
}

static bool begins(const struct photo *photo, const char *word) {
  return photo->size >= 4 && !memcmp(photo->bytes, word, 4);
}

static enum status judge(void *context, void *desk, const struct photo *photo, const char *unreadable,
                         const struct job *job, char **line, struct fault *fault) {
  (void)context;
  if (begins(photo, "KILL")) raise(SIGKILL);
  if (begins(photo, "WAIT")) wait_at_gate();
  if (begins(photo, "FAIL")) return fault_set(fault, STATUS_MEMORY, "no room for this photo (caf\xe9\n)");
  if (begins(photo, "SLOW")) nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
  atomic_fetch_add(&bench_judged, 1);
  struct result result;
  enum status status = result_begin(&result, photo->path, photo->id, job, fault);
  if (status) return status;
  result.verdict = unreadable ? VERDICT_CANNOT_JUDGE : photo->id[0] < '8' ? VERDICT_PASS : VERDICT_FAIL;
  if (unreadable) result_add_reason(&result, REASON_UNREADABLE, "%s", unreadable);
  if (!unreadable)
    result_add_reason(&result, REASON_REGION, "against golden %s", ((const struct golden *)desk)->photos[0].id);
  *line = result_write(&result);
  result_free(&result);
  return *line ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
}

const struct judge bench_judge = {NULL, open_golden, close_golden, open_desk, close_desk, judge};

/* --- Goldens and photos --- */

void bench_golden(const char *folder, char sha256[DIGEST_CHARS + 1]) {
  struct fault fault = {0};
  struct golden *golden;
  char *photo = NULL;
  must(asprintf(&photo, "%s-photo.png", folder) > 0, "memory");
  write_file(photo, "the golden's pixels", 19);
  const char *const photos[] = {photo};
  struct golden_create how = {.path = folder,
                              .name = "bench",
                              .photos = photos,
                              .photo_count = 1,
                              .by = "the tests",
                              .why = "to be sent about"};
  must(!golden_create(&how, &fault), fault.text);
  must(!golden_open(folder, &golden, &fault), fault.text);
  memcpy(sha256, golden->sha256, sizeof golden->sha256);
  golden_close(golden);
  unlink(photo);
  free(photo);
}

void bench_set_init(struct bench_set *set, const char *golden, const char *sha256, const char *folder, int64_t count,
                    const char *prefix) {
  *set = (struct bench_set){.golden = golden, .folder = folder, .count = count, .prefix = prefix, .killer = -1};
  snprintf(set->sha256, sizeof set->sha256, "%s", sha256);
  set->lines = calloc((size_t)count, sizeof *set->lines);
  set->states = calloc((size_t)count, sizeof *set->states);
  must(set->lines && set->states, "memory");
}

void bench_set_free(struct bench_set *set) {
  for (int64_t i = 0; i < set->count; i++) {
    free(set->lines[i]);
    free(set->states[i]);
  }
  free(set->lines);
  free(set->states);
}

enum status bench_next(void *context, struct client_job *job, bool *end, struct fault *fault) {
  struct bench_set *set = context;
  if (set->given == set->count) {
    *end = true;
    return STATUS_OK;
  }
  char name[32], bytes[64];
  snprintf(name, sizeof name, "%s-%04d.jpg", set->prefix, (int)set->given);
  int size = snprintf(bytes, sizeof bytes, "%s photo number %d", set->given == set->killer ? "KILL" : set->prefix,
                      (int)set->given);
  enum status status = photo_from_bytes(name, (const uint8_t *)bytes, (size_t)size, &job->photo, fault);
  if (status) return status;
  if (set->folder) {
    job->path = join(set->folder, name);
    if (access(job->path, F_OK)) write_whole(job->path, bytes, (size_t)size);
  }
  job->job.photo = strdup(name);
  job->job.golden_path = strdup(set->golden);
  job->job.lot = strdup("L-7");
  must(job->job.photo && job->job.golden_path && job->job.lot, "memory");
  memcpy(job->job.golden_sha256, set->sha256, sizeof job->job.golden_sha256);
  memcpy(job->job.photo_id, job->photo.id, sizeof job->job.photo_id);
  job_identify(&job->job);
  set->given++;
  return STATUS_OK;
}

enum status bench_outcome(void *context, const struct client_outcome *outcome, struct fault *fault) {
  struct bench_set *set = context;
  if (outcome->position < 0 || outcome->position >= set->count)
    return fault_set(fault, STATUS_INVALID, "position %lld", (long long)outcome->position);
  set->delivered++;
  set->doubles += set->lines[outcome->position] != NULL;
  free(set->lines[outcome->position]);
  free(set->states[outcome->position]);
  set->lines[outcome->position] = strndup(outcome->line, outcome->size);
  set->states[outcome->position] = strdup(outcome->state);
  if (set->each) set->each(set, set->delivered);
  return STATUS_OK;
}

struct client_run bench_run(struct bench_set *set) {
  return (struct client_run){.next = bench_next, .outcome = bench_outcome, .context = set};
}

/* --- Sides --- */

static void *run_broker(void *argument) {
  struct bench_side *side = argument;
  side->status = broker_run(side->broker, &side->fault);
  return NULL;
}

static void *run_worker(void *argument) {
  struct bench_side *side = argument;
  side->status = worker_run(&side->worker, &side->fault);
  return NULL;
}

void bench_start_broker(struct bench_side *side, void *context, const char *store, const char *endpoint) {
  *side = (struct bench_side){.stop_fd = eventfd(0, EFD_CLOEXEC)};
  struct broker_options options = {.context = context,
                                   .store = store,
                                   .endpoints = &endpoint,
                                   .endpoint_count = 1,
                                   .times = &bench_times,
                                   .stop_fd = side->stop_fd};
  enum status status = broker_open(&options, &side->broker, &side->fault);
  must(!status, side->fault.text);
  must(!pthread_create(&side->thread, NULL, run_broker, side), "thread");
}

static void start_worker(struct bench_side *side, const struct worker_options *how) {
  *side = (struct bench_side){.stop_fd = eventfd(0, EFD_CLOEXEC), .worker = *how};
  side->worker.times = &bench_times;
  side->worker.stop_fd = side->stop_fd;
  must(!pthread_create(&side->thread, NULL, run_worker, side), "thread");
}

void bench_start_judging(struct bench_side *side, void *context, const char *endpoint, const struct judge *judge) {
  start_worker(side, &(struct worker_options){.context = context, .endpoint = endpoint, .judge = judge, .threads = 1});
}

void bench_start_worker(struct bench_side *side, void *context, const char *endpoint, const char *cache, int threads) {
  start_worker(
      side, &(struct worker_options){
                .context = context, .endpoint = endpoint, .cache = cache, .judge = &bench_judge, .threads = threads});
}

void bench_stop(struct bench_side *side) {
  uint64_t one = 1;
  must(write(side->stop_fd, &one, sizeof one) == sizeof one, "eventfd");
  pthread_join(side->thread, NULL);
  broker_close(side->broker);
  close(side->stop_fd);
  must(!side->status, side->fault.text);
}

/* --- Processes --- */

pid_t bench_spawn(const char *folder, const char *const *arguments) {
  const char *argv[12] = {BENCH_PEER};
  size_t count = 1;
  for (; arguments[count - 1]; count++) argv[count] = arguments[count - 1];
  int ends[2];
  must(!pipe2(ends, O_CLOEXEC), "pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  if (folder) posix_spawn_file_actions_addchdir_np(&actions, folder);
  extern char **environ;
  pid_t process;
  must(!posix_spawn(&process, BENCH_PEER, &actions, NULL, (char *const *)argv, environ), BENCH_PEER);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  char ready;
  ssize_t got;
  while ((got = read(ends[0], &ready, 1)) < 0 && errno == EINTR) {
  }
  must(got == 1, "a peer did not start");
  close(ends[0]);
  return process;
}

void bench_kill(pid_t process, int signal) {
  int end;
  kill(process, signal);
  while (waitpid(process, &end, 0) < 0 && errno == EINTR) {
  }
}

void bench_close_context(void *context) {
  alarm(30);
  socket_context_close(context);
  alarm(0);
}

enum status bench_client(void *context, const char *endpoint, struct client_run *run, struct fault *fault) {
  struct client *client;
  struct client_options options = {.context = context, .endpoint = endpoint, .times = &bench_times, .stop_fd = -1};
  enum status status = client_open(&options, &client, fault);
  if (!status) status = client_submit(client, run, fault);
  client_close(client);
  return status;
}
