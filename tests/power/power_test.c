/* The power fails: of the store's files there is what was synced. Every job and every result that a client had been
 * told of by then is there.
 *
 * A broker runs with recorder.c preloaded; whatever a client is told is noted with the length of the log at that
 * moment. Then the folder is made as it would be after a cut at random places of the log, and opened. ASSAY_TEST_ALL=1
 * takes 200 places in place of 24. */
#include "tests/power/replay.h"

#include "models/blobs.h"
#include "models/store.h"
#include "tests/ipc/bench.h"
#include "tests/power/record.h"
#include "tests/support.h"

#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { JOBS = 270, BATCH = 3, PLACES = 16, ALL_PLACES = 200 };

struct told {
  char id[JOB_ID_CHARS + 1], photo_id[PHOTO_ID_CHARS + 1];
  size_t accepted, done; /* length of the log by then */
  bool as_bytes;
  char *line;
};

struct bench {
  void *context;
  char *folder, *store, *endpoint, *golden, *photos, *cache, *log, *cuts;
  char sha256[DIGEST_CHARS + 1];
  pid_t broker;
  struct told told[JOBS];
  int count, results; /* handed in, with a result */
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int stop_fd;
  enum status reading;
};

static size_t log_size(const struct bench *bench) {
  struct stat status;
  return stat(bench->log, &status) ? 0 : (size_t)status.st_size;
}

static void start_broker(struct bench *bench) {
  setenv("LD_PRELOAD", POWER_RECORDER, 1);
  setenv(RECORD_FOLDER, bench->store, 1);
  setenv(RECORD_LOG, bench->log, 1);
  char *asan = getenv("ASAN_OPTIONS"), *kept = asan ? strdup(asan) : NULL;
  char *options = support_text("%s%sverify_asan_link_order=0", kept ? kept : "", kept ? ":" : "");
  setenv("ASAN_OPTIONS", options, 1);
  bench->broker = bench_spawn(NULL, (const char *const[]){"broker", bench->store, bench->endpoint, NULL});
  unsetenv("LD_PRELOAD");
  if (kept)
    setenv("ASAN_OPTIONS", kept, 1);
  else
    unsetenv("ASAN_OPTIONS");
  free(options);
  free(kept);
}

/* --- Being told --- */

static struct told *find(struct bench *bench, const char *id) {
  for (int i = 0; i < bench->count; i++)
    if (!strcmp(bench->told[i].id, id)) return &bench->told[i];
  return NULL;
}

static enum status take_result(void *context, const struct client_outcome *outcome, struct fault *fault) {
  struct bench *bench = context;
  (void)fault;
  pthread_mutex_lock(&bench->mutex);
  struct told *told = find(bench, outcome->job);
  assert_non_null(told);
  assert_string_equal(outcome->state, "done");
  told->line = strndup(outcome->line, outcome->size);
  told->done = log_size(bench);
  bench->results++;
  pthread_cond_signal(&bench->changed);
  pthread_mutex_unlock(&bench->mutex);
  return STATUS_OK;
}

static void *read_results(void *argument) {
  struct bench *bench = argument;
  struct fault fault = {0};
  struct client *client;
  struct client_options options = {
      .context = bench->context, .endpoint = bench->endpoint, .times = &bench_times, .stop_fd = bench->stop_fd};
  const struct client_query query = {.follow = true, .outcome = take_result, .context = bench};
  bench->reading = client_open(&options, &client, &fault);
  if (!bench->reading) bench->reading = client_results(client, &query, &fault);
  client_close(client);
  return NULL;
}

struct handing {
  struct bench *bench;
  struct bench_set *sets; /* by path, as bytes */
  int left;
};

static enum status next_job(void *context, struct client_job *job, bool *end, struct fault *fault) {
  struct handing *in = context;
  struct bench *bench = in->bench;
  if (!in->left--) {
    *end = true;
    return STATUS_OK;
  }
  enum status status = bench_next(&in->sets[in->left % BATCH == 1], job, end, fault);
  if (status) return status;
  pthread_mutex_lock(&bench->mutex);
  struct told *told = &bench->told[bench->count++];
  memcpy(told->id, job->job.id, sizeof told->id);
  memcpy(told->photo_id, job->job.photo_id, sizeof told->photo_id);
  told->as_bytes = !job->path;
  told->accepted = SIZE_MAX;
  pthread_mutex_unlock(&bench->mutex);
  return STATUS_OK;
}

static void hand_in(struct bench *bench) {
  struct fault fault = {0};
  struct bench_set sets[2];
  struct client *client;
  struct client_options options = {
      .context = bench->context, .endpoint = bench->endpoint, .times = &bench_times, .stop_fd = -1};
  bench_set_init(&sets[0], bench->golden, bench->sha256, bench->photos, JOBS, "PATH");
  bench_set_init(&sets[1], bench->golden, bench->sha256, NULL, JOBS, "BYTE");
  assert_int_equal(client_open(&options, &client, &fault), STATUS_OK);
  while (bench->count < JOBS) {
    int first = bench->count;
    struct handing handing = {bench, sets, BATCH};
    struct client_run run = {.next = next_job, .context = &handing};
    if (client_submit(client, &run, &fault)) fail_msg("%s", fault.text);
    assert_int_equal(run.accepted, BATCH);
    size_t now = log_size(bench);
    for (int i = first; i < bench->count; i++) bench->told[i].accepted = now;
  }
  client_close(client);
  bench_set_free(&sets[0]);
  bench_set_free(&sets[1]);
}

static void run_service(struct bench *bench) {
  struct bench_side worker;
  pthread_t reader;
  uint64_t one = 1;
  start_broker(bench);
  bench_start_worker(&worker, bench->context, bench->endpoint, bench->cache, 2);
  assert_int_equal(pthread_create(&reader, NULL, read_results, bench), 0);
  hand_in(bench);
  pthread_mutex_lock(&bench->mutex);
  while (bench->results < JOBS) pthread_cond_wait(&bench->changed, &bench->mutex);
  pthread_mutex_unlock(&bench->mutex);
  assert_int_equal(write(bench->stop_fd, &one, sizeof one), sizeof one);
  pthread_join(reader, NULL);
  assert_int_equal(bench->reading, STATUS_STOPPED);
  bench_stop(&worker);
  bench_kill(bench->broker, SIGKILL);
}

static int set_up(void **state) {
  struct fault fault = {0};
  struct bench *bench = calloc(1, sizeof *bench);
  assert_non_null(bench);
  char *made = support_folder();
  bench->folder = realpath(made, NULL);
  assert_non_null(bench->folder);
  free(made);
  bench->store = support_text("%s/store", bench->folder);
  bench->endpoint = support_text("ipc://%s/socket", bench->folder);
  bench->golden = support_text("%s/golden", bench->folder);
  bench->photos = support_text("%s/photos", bench->folder);
  bench->cache = support_text("%s/cache", bench->folder);
  bench->log = support_text("%s/log", bench->folder);
  /* What is only looked at needs no disk. */
  char memory[] = "/dev/shm/assay-test-XXXXXX";
  bench->cuts = mkdtemp(memory) ? strdup(memory) : support_folder();
  assert_non_null(bench->cuts);
  bench->stop_fd = eventfd(0, EFD_CLOEXEC);
  pthread_mutex_init(&bench->mutex, NULL);
  pthread_cond_init(&bench->changed, NULL);
  mkdir(bench->photos, 0777);
  mkdir(bench->store, 0777); /* who makes the data folder sees to its own name */
  bench_golden(bench->golden, bench->sha256);
  assert_int_equal(socket_context_open(&bench->context, &fault), STATUS_OK);
  run_service(bench);
  *state = bench;
  return 0;
}

static int tear_down(void **state) {
  struct bench *bench = *state;
  socket_context_close(bench->context);
  support_remove(bench->folder);
  support_remove(bench->cuts);
  for (int i = 0; i < bench->count; i++) free(bench->told[i].line);
  free(bench->store);
  free(bench->endpoint);
  free(bench->golden);
  free(bench->photos);
  free(bench->cache);
  free(bench->log);
  close(bench->stop_fd);
  free(bench);
  return 0;
}

/* --- After the cut --- */

struct lines {
  char *items[JOBS];
  size_t count;
};

static bool keep_line(void *context, const struct store_outcome *outcome) {
  struct lines *lines = context;
  assert_true(lines->count < JOBS);
  lines->items[lines->count] = strndup(outcome->line, outcome->size);
  lines->count++;
  return true;
}

static bool has_line(const struct lines *lines, const char *line) {
  for (size_t i = 0; i < lines->count; i++)
    if (!strcmp(lines->items[i], line)) return true;
  return false;
}

static bool has_job(struct store *store, const struct told *told) {
  struct job job;
  struct photo photo;
  bool found = false;
  if (store_find_job(store, told->id, &job, &found, NULL) || !found) return false;
  job_free(&job);
  if (!told->as_bytes) return true;
  if (blob_get(store_folder(store), told->photo_id, "photo", &photo, NULL)) return false;
  photo_free(&photo);
  return true;
}

/* How much of what had been told by `at` is not in the store of the folder. */
static int missing(const struct bench *bench, const char *folder, size_t at, int *told) {
  struct fault fault = {0};
  struct store *store = NULL;
  struct lines *lines = calloc(1, sizeof *lines);
  int lost = 0;
  assert_non_null(lines);
  *told = 0;
  bool opened = !store_open(folder, &store, &fault) && !store_lines(store, 0, keep_line, lines, &fault);
  if (!opened) print_message("%s\n", fault.text);
  for (int i = 0; i < bench->count; i++) {
    const struct told *one = &bench->told[i];
    if (one->accepted <= at) ++*told, lost += !opened || !has_job(store, one);
    if (one->done <= at) ++*told, lost += !opened || !has_line(lines, one->line);
  }
  store_close(store);
  for (size_t i = 0; i < lines->count; i++) free(lines->items[i]);
  free(lines);
  return lost;
}

static int by_size(const void *a, const void *b) {
  size_t one = *(const size_t *)a, other = *(const size_t *)b;
  return one < other ? -1 : one > other;
}

static void cut_at_random_places(struct bench *bench, enum replay_disk disk, uint64_t random) {
  const char *all = getenv("ASSAY_TEST_ALL");
  int count = all && !strcmp(all, "1") ? ALL_PLACES : PLACES, most = 0;
  size_t places[ALL_PLACES];
  struct replay *replay = replay_open(bench->log);
  for (int i = 0; i < count; i++) places[i] = support_random(&random) % (replay_size(replay) + 1);
  qsort(places, (size_t)count, sizeof *places, by_size);
  for (int i = 0; i < count; i++) {
    int told;
    char *folder = support_text("%s/cut-%d", bench->cuts, i);
    replay_to(replay, places[i], disk);
    replay_cut(replay, disk, &random, folder);
    int lost = missing(bench, folder, places[i], &told);
    if (lost) fail_msg("cut at byte %zu of %zu: %d of %d are missing", places[i], replay_size(replay), lost, told);
    most = told;
    support_remove(folder);
  }
  assert_true(most > JOBS);
  print_message("%d cuts in %zu bytes of log, the last after %d words of the broker: nothing is missing\n", count,
                replay_size(replay), most);
  replay_close(replay);
}

static void what_was_told_is_there_where_only_what_was_synced_is(void **state) {
  cut_at_random_places(*state, DISK_HOLDS_BACK, 7);
}

static void what_was_told_is_there_whatever_else_reached_the_disk(void **state) {
  cut_at_random_places(*state, DISK_SCATTERS, 8);
}

static void a_disk_that_lies_is_found_out(void **state) {
  struct bench *bench = *state;
  struct replay *replay = replay_open(bench->log);
  uint64_t random = 9;
  int told;
  char *folder = support_text("%s/lies", bench->cuts);
  replay_to(replay, replay_size(replay), DISK_LIES);
  replay_cut(replay, DISK_LIES, &random, folder);
  assert_int_equal(missing(bench, folder, replay_size(replay), &told), 2 * JOBS);
  support_remove(folder);
  replay_close(replay);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_told_is_there_where_only_what_was_synced_is),
      cmocka_unit_test(what_was_told_is_there_whatever_else_reached_the_disk),
      cmocka_unit_test(a_disk_that_lies_is_found_out),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
