#include "cli/bench/served_photos.h"

#include "cli/bench/bench.h"
#include "cli/bench/photos.h"
#include "cli/bench/remote.h"
#include "cli/bench/service.h"
#include "cli/interrupt.h"
#include "cli/message.h"

#include "models/file.h"
#include "models/golden.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DRAWN = 3, TAG = 8 };

struct trial {
  const struct served_photos *how;
  struct remote remote;
  struct photo *given; /* what the copies are made of */
  size_t given_count;
  char *golden;
  struct words words; /* the golden and the copies */
  struct service_bench bench;
  double *rate[SERVED_WAYS], *processor[SERVED_WAYS], *kept[SERVED_WAYS], *spared[SERVED_WAYS];
  size_t round;
};

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
}

/* --- Golden and photos --- */

static enum status draw(struct trial *trial, struct fault *fault) {
  struct photo drawn[DRAWN + 1] = {0};
  char *picture = NULL;
  if (asprintf(&trial->golden, "%s/golden", trial->remote.folder) < 0) trial->golden = NULL;
  if (asprintf(&picture, "%s/golden.jpg", trial->remote.folder) < 0) picture = NULL;
  enum status status = trial->golden && picture ? STATUS_OK : no_memory(fault);
  if (!status) status = bench_photos_draw(trial->how->megapixels, drawn, DRAWN + 1, 1, NULL, fault);
  if (!status) status = file_write(AT_FDCWD, picture, picture, 0600, drawn[0].bytes, drawn[0].size, fault);
  const char *const photos[] = {picture};
  const struct golden_create how = {.path = trial->golden,
                                    .name = "bench",
                                    .photos = photos,
                                    .photo_count = 1,
                                    .by = "bench",
                                    .why = "drawn for a benchmark"};
  if (!status) status = golden_create(&how, fault);
  for (size_t i = 0; i < DRAWN; i++) trial->given[i] = drawn[i + 1];
  photo_free(&drawn[0]);
  free(picture);
  return status;
}

static enum status take_given(struct trial *trial, struct fault *fault) {
  const struct words *operands = trial->how->operands;
  trial->given_count = operands->count ? operands->count - 1 : DRAWN;
  trial->given = calloc(trial->given_count, sizeof *trial->given);
  if (!trial->given) return no_memory(fault);
  if (!operands->count) return draw(trial, fault);
  enum status status = STATUS_OK;
  if (!(trial->golden = realpath(operands->items[0], NULL)))
    status = fault_set(fault, STATUS_IO, "%s: %s", operands->items[0], strerror(errno));
  for (size_t i = 0; i < trial->given_count && !status; i++)
    status = photo_read(operands->items[i + 1], 0, &trial->given[i], fault);
  return status;
}

/* Behind the end of a photo no reader looks: a tag there makes another photo of it, so that none is known already. */
static enum status write_copy(struct trial *trial, size_t i, struct fault *fault) {
  const struct photo *photo = &trial->given[i % trial->given_count];
  char *path = NULL, *bytes = malloc(photo->size + TAG);
  if (asprintf(&path, "%s/photos/%zu-%05zu.jpg", trial->remote.folder, trial->round, i) < 0) path = NULL;
  enum status status = bytes && path ? STATUS_OK : no_memory(fault);
  if (!status) {
    char tag[TAG + 1];
    snprintf(tag, sizeof tag, "%02zu%06zu", trial->round % 100, i % 1000000);
    memcpy(bytes, photo->bytes, photo->size);
    memcpy(bytes + photo->size, tag, TAG);
    status = file_write(AT_FDCWD, path, path, 0600, bytes, photo->size + TAG, fault);
  }
  free(bytes);
  free((char *)trial->words.items[i + 1]);
  trial->words.items[i + 1] = path;
  return status;
}

static enum status write_copies(struct trial *trial, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < trial->how->photos && !status; i++) {
    if (trial->words.items[i + 1]) unlink(trial->words.items[i + 1]);
    status = write_copy(trial, i, fault);
  }
  return status;
}

static enum status set_up(struct trial *trial, struct fault *fault) {
  const struct served_photos *how = trial->how;
  char *photos = NULL;
  trial->words = (struct words){calloc(how->photos + 1, sizeof *trial->words.items), how->photos + 1};
  double **lists[] = {trial->rate, trial->processor, trial->kept, trial->spared};
  bool good = trial->words.items;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (int way = 0; way < SERVED_WAYS; way++) good &= !!(lists[i][way] = calloc(how->rounds, sizeof(double)));
  if (!good) return no_memory(fault);
  enum status status = remote_open(&trial->remote, how->folder, fault);
  if (!status && asprintf(&photos, "%s/photos", trial->remote.folder) < 0) photos = NULL;
  if (!status && !photos) status = no_memory(fault);
  if (!status && mkdir(photos, 0700)) status = fault_set(fault, STATUS_IO, "%s: %s", photos, strerror(errno));
  free(photos);
  if (!status) status = take_given(trial, fault);
  if (status) return status;
  trial->words.items[0] = trial->golden;
  trial->bench = (struct service_bench){.operands = &trial->words, .count = how->photos};
  trial->bench.setup.inspect = (struct inspect_options){.backend = how->backend, .cpu = how->cpu};
  trial->bench.setup.gpus = inspect_gpus(&trial->bench.setup.inspect);
  return engine_judge_prepare(&trial->bench.setup, trial->golden, trial->bench.sha256, fault);
}

static void tear_down(struct trial *trial) {
  engine_judge_end(&trial->bench.setup);
  remote_close(&trial->remote);
  for (size_t i = 0; i < trial->given_count && trial->given; i++) photo_free(&trial->given[i]);
  free(trial->given);
  for (size_t i = 1; i < trial->words.count && trial->words.items; i++) free((char *)trial->words.items[i]);
  free(trial->words.items);
  free(trial->golden);
  for (int way = 0; way < SERVED_WAYS; way++) {
    free(trial->rate[way]), free(trial->processor[way]);
    free(trial->kept[way]), free(trial->spared[way]);
  }
}

/* --- Rounds --- */

/* The first few make the worker open the golden, and are not counted. */
static enum status serve_round(struct trial *trial, enum served_way way, double *rate, double *processor,
                               struct fault *fault) {
  const bool tcp = way == SERVED_AS_BYTES;
  const struct service_options given = remote_access(&trial->remote, tcp);
  struct service_access access = {0};
  struct service_bench first = trial->bench;
  first.count = trial->how->threads;
  first.round = 1000000 + SERVED_WAYS * trial->round + way;
  trial->bench.round = SERVED_WAYS * trial->round + way;
  enum status status = remote_start_worker(&trial->remote, tcp, trial->how->threads, trial->how->backend, fault);
  if (!status) status = service_access_open(&given, &access, fault);
  if (!status) status = service_connect(&access, fault);
  if (!status) status = service_bench_remote(&first, access.client, tcp, rate, fault);
  double before = remote_processor(&trial->remote);
  if (!status) status = service_bench_remote(&trial->bench, access.client, tcp, rate, fault);
  *processor = (remote_processor(&trial->remote) - before) / (double)trial->how->photos;
  service_access_close(&access);
  remote_stop_worker(&trial->remote);
  return status;
}

static enum status plain_round(struct trial *trial, double *rate, double *processor, struct fault *fault) {
  double before = remote_processor(&trial->remote);
  enum status status = service_bench_plain(&trial->bench, trial->how->threads, rate, fault);
  *processor = (remote_processor(&trial->remote) - before) / (double)trial->how->photos;
  return status;
}

static enum status measure_round(struct trial *trial, struct fault *fault) {
  double rate[SERVED_WAYS], processor[SERVED_WAYS];
  const size_t round = trial->round;
  enum status status = write_copies(trial, fault);
  if (!status) status = plain_round(trial, &rate[SERVED_PLAIN], &processor[SERVED_PLAIN], fault);
  for (int way = SERVED_BY_PATH; way < SERVED_WAYS && !status; way++)
    status = serve_round(trial, way, &rate[way], &processor[way], fault);
  for (int way = 0; way < SERVED_WAYS && !status; way++) {
    trial->rate[way][round] = rate[way];
    trial->processor[way][round] = processor[way];
    trial->kept[way][round] = rate[way] / rate[SERVED_PLAIN];
    trial->spared[way][round] = processor[SERVED_PLAIN] / processor[way];
  }
  trial->round++;
  return status;
}

enum status served_photos_run(const struct served_photos *how, struct served_figures *figures, struct fault *fault) {
  struct trial trial = {.how = how};
  interrupt_watch();
  enum status status = set_up(&trial, fault);
  progress_begin("rounds", how->rounds);
  while (!status && trial.round < how->rounds) {
    status = measure_round(&trial, fault);
    progress_set(trial.round, how->rounds);
  }
  progress_end();
  for (int way = 0; way < SERVED_WAYS && !status; way++) {
    figures->rate[way] = bench_median(trial.rate[way], how->rounds);
    figures->processor[way] = bench_median(trial.processor[way], how->rounds);
    figures->kept[way] = bench_median(trial.kept[way], how->rounds);
    figures->spared[way] = bench_median(trial.spared[way], how->rounds);
  }
  tear_down(&trial);
  return status;
}
