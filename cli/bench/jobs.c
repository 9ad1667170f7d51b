#include "cli/bench/jobs.h"

#include "cli/bench/bench.h"
#include "cli/folders.h"
#include "cli/message.h"

#include "ipc/broker.h"
#include "ipc/client.h"
#include "ipc/worker.h"
#include "models/digest.h"
#include "models/file.h"
#include "models/golden.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FSYNCS = 50, BLOCK = 4096, PHOTOS = 100 };

struct place {
  char *folder, *store, *photos, *golden, *endpoint;
  char sha256[SHA256_CHARS + 1];
  char ids[PHOTOS][PHOTO_ID_CHARS + 1];
  int stop_fds[2]; /* of broker and worker */
  int figures[2];  /* a pipe: the broker's commits and their time */
  pid_t broker, worker;
};

static enum status cannot(struct fault *fault, const char *what) {
  return fault_set(fault, STATUS_INTERNAL, "benchmark: cannot %s: %s", what, strerror(errno));
}

/* --- A judge that takes no time --- */

static enum status open_golden(void *context, const char *path, const char *sha256, void **golden,
                               struct fault *fault) {
  (void)context, (void)path, (void)sha256, (void)fault;
  *golden = context;
  return STATUS_OK;
}
static void close_golden(void *context, void *golden) {
  (void)context, (void)golden;
}
static enum status open_desk(void *context, void *golden, void **desk, struct fault *fault) {
  (void)context, (void)golden, (void)fault;
  *desk = context;
  return STATUS_OK;
}
static void close_desk(void *context, void *desk) {
  (void)context, (void)desk;
}

static enum status judge(void *context, void *desk, const struct photo *photo, const char *unreadable,
                         const struct job *job, char **line, struct fault *fault) {
  (void)context, (void)desk;
  struct result result;
  enum status status = result_begin(&result, photo->path, photo->id, job, fault);
  if (status) return status;
  result.verdict = unreadable ? VERDICT_CANNOT_JUDGE : VERDICT_PASS;
  *line = result_write(&result);
  result_free(&result);
  return *line ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
}

static const struct judge idle = {NULL, open_golden, close_golden, open_desk, close_desk, judge};

/* --- Broker and worker, as processes --- */

static int run_broker(const struct place *place) {
  void *context = NULL;
  struct broker *broker = NULL;
  struct fault fault = {0};
  const char *endpoint = place->endpoint;
  enum status status = socket_context_open(&context, &fault);
  const struct broker_options options = {.context = context,
                                         .store = place->store,
                                         .endpoints = &endpoint,
                                         .endpoint_count = 1,
                                         .audit = true,
                                         .stop_fd = place->stop_fds[0]};
  if (!status) status = broker_open(&options, &broker, &fault);
  if (!status) status = broker_run(broker, &fault);
  long long figures[2] = {0};
  if (!status) {
    figures[0] = atomic_load(&broker_figures(broker)->commits);
    figures[1] = atomic_load(&broker_figures(broker)->commit_us);
    (void)!write(place->figures[1], figures, sizeof figures);
  }
  broker_close(broker);
  socket_context_close(context);
  if (status) message_fault(&fault);
  return status != STATUS_OK;
}

static int run_worker(const struct place *place) {
  void *context = NULL;
  struct fault fault = {0};
  enum status status = socket_context_open(&context, &fault);
  const struct worker_options options = {
      .context = context, .endpoint = place->endpoint, .judge = &idle, .threads = 1, .stop_fd = place->stop_fds[1]};
  if (!status) status = worker_run(&options, &fault);
  socket_context_close(context);
  if (status) message_fault(&fault);
  return status != STATUS_OK;
}

static enum status spawn(int (*run)(const struct place *), const struct place *place, pid_t *process,
                         struct fault *fault) {
  fflush(NULL);
  *process = fork();
  if (*process < 0) return cannot(fault, "start a process");
  if (*process) return STATUS_OK;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGINT, SIG_IGN); /* who started us ends us */
  _exit(run(place));
}

/* *seconds: of processor time that it used. */
static enum status stop(pid_t process, int stop_fd, double *seconds, struct fault *fault) {
  const uint64_t one = 1;
  int end = 0;
  struct rusage used = {0};
  if (process <= 0) return STATUS_OK;
  (void)!write(stop_fd, &one, sizeof one);
  while (wait4(process, &end, 0, &used) < 0 && errno == EINTR) {
  }
  *seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
             (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  if (WIFEXITED(end) && !WEXITSTATUS(end)) return STATUS_OK;
  return fault_set(fault, STATUS_INTERNAL, "benchmark: a part of the service failed");
}

/* --- The client --- */

struct handing {
  const struct place *place;
  int64_t count, given, done;
};

static enum status next(void *context, struct client_job *job, bool *end, struct fault *fault) {
  struct handing *in = context;
  if ((*end = in->given == in->count)) return STATUS_OK;
  int64_t number = in->given++;
  bool good = asprintf(&job->job.photo, "tiny/%08lld.jpg", (long long)number) > 0;
  good = good && asprintf(&job->path, "%s/%d.jpg", in->place->photos, (int)(number % PHOTOS)) > 0;
  job->job.golden_path = strdup(in->place->golden);
  if (!good || !job->job.golden_path) return fault_set(fault, STATUS_MEMORY, "out of memory");
  memcpy(job->job.golden_sha256, in->place->sha256, sizeof in->place->sha256);
  memcpy(job->job.photo_id, in->place->ids[number % PHOTOS], sizeof in->place->ids[0]);
  job_identify(&job->job);
  return STATUS_OK;
}

static enum status outcome(void *context, const struct client_outcome *outcome, struct fault *fault) {
  struct handing *in = context;
  if (strcmp(outcome->state, "done") != 0)
    return fault_set(fault, STATUS_INTERNAL, "benchmark: %.*s", (int)outcome->size, outcome->line);
  progress_set((size_t)++in->done, (size_t)in->count);
  return STATUS_OK;
}

static enum status hand_in(const struct place *place, struct bench_jobs *figures, struct fault *fault) {
  void *context = NULL;
  struct client *client = NULL;
  json_t *ignored = NULL;
  struct handing in = {.place = place, .count = figures->jobs};
  enum status status = socket_context_open(&context, fault);
  const struct client_options options = {
      .context = context, .endpoint = place->endpoint, .connect_ms = 20000, .stop_fd = -1};
  struct client_run run = {.next = next, .outcome = outcome, .context = &in};
  if (!status) status = client_open(&options, &client, fault);
  if (!status) status = client_status(client, NULL, &ignored, fault);
  json_decref(ignored);
  double began = bench_now();
  progress_begin("jobs", (size_t)figures->jobs);
  if (!status) status = client_submit(client, &run, fault);
  progress_end();
  figures->seconds = (bench_now() - began) / 1e3;
  client_close(client);
  socket_context_close(context);
  return status;
}

/* --- What is measured besides --- */

static double peak_mib(pid_t process) {
  char path[64], line[256];
  long kb = 0;
  snprintf(path, sizeof path, "/proc/%ld/status", (long)process);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file))
    if (!strncmp(line, "VmHWM:", 6)) kb = strtol(line + 6, NULL, 10);
  if (file) fclose(file);
  return (double)kb / 1024;
}

static enum status time_fsync(const struct place *place, double *ms, struct fault *fault) {
  char path[4096], block[BLOCK] = {0};
  double times[FSYNCS];
  snprintf(path, sizeof path, "%s/fsync", place->folder);
  int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return cannot(fault, "make a file");
  bool good = true;
  for (int i = 0; i < FSYNCS && good; i++) {
    double began = bench_now();
    good = write(file, block, sizeof block) == BLOCK && !fsync(file);
    times[i] = bench_now() - began;
  }
  close(file);
  *ms = good ? bench_median(times, FSYNCS) : 0;
  return good ? STATUS_OK : cannot(fault, "write a file");
}

static enum status write_photos(struct place *place, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < PHOTOS && !status; i++) {
    char bytes[64], *path = NULL;
    int size = snprintf(bytes, sizeof bytes, "photo %d that is none", i);
    digest_blake2b(bytes, (size_t)size, place->ids[i]);
    if (asprintf(&path, "%s/%d.jpg", place->photos, i) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
    status = file_write(AT_FDCWD, path, path, 0600, bytes, (size_t)size, fault);
    free(path);
  }
  return status;
}

static enum status make_golden(struct place *place, struct fault *fault) {
  char *photo = NULL;
  struct golden *golden = NULL;
  if (asprintf(&photo, "%s/0.jpg", place->photos) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  const char *const photos[] = {photo};
  const struct golden_create how = {
      .path = place->golden, .name = "bench", .photos = photos, .photo_count = 1, .by = "bench", .why = "to be cited"};
  enum status status = golden_create(&how, fault);
  if (!status) status = golden_open(place->golden, &golden, fault);
  if (!status) memcpy(place->sha256, golden->sha256, sizeof place->sha256);
  golden_close(golden);
  free(photo);
  return status;
}

static enum status open_place(const char *parent, struct place *place, struct fault *fault) {
  bool good = asprintf(&place->folder, "%s/assay-bench-XXXXXX", parent) > 0;
  if (!good) place->folder = NULL;
  if (good && !mkdtemp(place->folder)) return cannot(fault, "make a folder");
  good = good && asprintf(&place->store, "%s/store", place->folder) > 0 &&
         asprintf(&place->photos, "%s/photos", place->folder) > 0 &&
         asprintf(&place->golden, "%s/golden", place->folder) > 0 &&
         asprintf(&place->endpoint, "ipc://%s/broker", place->folder) > 0;
  if (!good) return fault_set(fault, STATUS_MEMORY, "out of memory");
  if (mkdir(place->photos, 0700)) return cannot(fault, "make a folder");
  for (int i = 0; i < 2; i++)
    if ((place->stop_fds[i] = eventfd(0, EFD_CLOEXEC)) < 0) return cannot(fault, "make an eventfd");
  if (pipe2(place->figures, O_CLOEXEC)) return cannot(fault, "make a pipe");
  enum status status = write_photos(place, fault);
  return status ? status : make_golden(place, fault);
}

static void close_place(struct place *place) {
  for (int i = 0; i < 2; i++) {
    if (place->stop_fds[i] >= 0) close(place->stop_fds[i]);
    if (place->figures[i] >= 0) close(place->figures[i]);
  }
  if (place->folder) folder_remove(place->folder);
  free(place->folder);
  free(place->store);
  free(place->photos);
  free(place->golden);
  free(place->endpoint);
}

enum status bench_jobs_run(const char *folder, int64_t jobs, struct bench_jobs *figures, struct fault *fault) {
  struct place place = {.stop_fds = {-1, -1}, .figures = {-1, -1}};
  struct fault unused = {0};
  double worker_s;
  long long commits[2] = {0};
  *figures = (struct bench_jobs){.jobs = jobs};
  enum status status = open_place(folder, &place, fault);
  if (!status) status = time_fsync(&place, &figures->fsync_ms, fault);
  if (!status) status = spawn(run_broker, &place, &place.broker, fault);
  if (!status) status = spawn(run_worker, &place, &place.worker, fault);
  if (!status) status = hand_in(&place, figures, fault);
  figures->broker_mib = place.broker > 0 ? peak_mib(place.broker) : 0;
  figures->client_mib = peak_mib(getpid());
  enum status worker = stop(place.worker, place.stop_fds[1], &worker_s, status ? &unused : fault);
  if (!status) status = worker;
  enum status broker = stop(place.broker, place.stop_fds[0], &figures->broker_s, status ? &unused : fault);
  if (!status) status = broker;
  if (!status && read(place.figures[0], commits, sizeof commits) == sizeof commits && commits[0]) {
    figures->commits = (double)commits[0];
    figures->commit_ms = (double)commits[1] / 1e3 / (double)commits[0];
  }
  close_place(&place);
  return status;
}
