#include "cli/opened_golden.h"

#include "cli/message.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

/* Places where an inspector may be: the GPUs from 0, then the CPU. */
enum { MOST_GPUS = 16, CPU = MOST_GPUS, PLACES };

struct opened_golden {
  const struct inspect_options *options;
  bool fallback;
  struct golden *golden;
  int gpus;
  pthread_mutex_t mutex; /* over what follows */
  struct inspector *inspectors[PLACES];
  bool lost[PLACES];
  int turn;
};

void opened_golden_free(struct opened_golden *opened) {
  if (!opened) return;
  for (int i = 0; i < PLACES; i++) inspector_close(opened->inspectors[i]);
  golden_close(opened->golden);
  pthread_mutex_destroy(&opened->mutex);
  free(opened);
}

const struct golden *opened_golden_of(const struct opened_golden *opened) {
  return opened->golden;
}

/* The next GPU in turn that is not lost, else the CPU. */
static int next_place(struct opened_golden *opened) {
  for (int i = 0; i < opened->gpus; i++) {
    int gpu = opened->turn++ % opened->gpus;
    if (!opened->lost[gpu]) return gpu;
  }
  return CPU;
}

static enum status open_inspector(struct opened_golden *opened, int place, struct fault *fault) {
  struct inspect_options options = *opened->options;
  /* What was asked for, unless it is GPUs, each by its number, or what takes their place. */
  if (opened->gpus) options.backend = place == CPU ? "cpu" : "cuda";
  options.gpu = place == CPU ? 0 : place;
  enum status status = inspector_open(opened->golden, &options, &opened->inspectors[place], fault);
  /* It was there before. */
  if (status == STATUS_UNAVAILABLE && opened->gpus && place != CPU) status = fault->status = STATUS_DEVICE;
  return status;
}

/* Whether there is another place to go to after a failure. */
static bool may_move(struct opened_golden *opened, int place, enum status status, const struct fault *fault) {
  if (status != STATUS_DEVICE || !opened->fallback || place == CPU) return false;
  if (!opened->lost[place]) message_warning("GPU %d: %s; its work is done elsewhere", place, fault->text);
  opened->lost[place] = true;
  return true;
}

/* Called with the mutex held. */
static enum status find_inspector(struct opened_golden *opened, int *place, struct fault *fault) {
  for (;;) {
    *place = next_place(opened);
    if (opened->inspectors[*place]) return STATUS_OK;
    enum status status = open_inspector(opened, *place, fault);
    if (!status || !may_move(opened, *place, status, fault)) return status;
  }
}

enum status opened_golden_make(const char *path, const struct inspect_options *options, int gpus, bool fallback,
                               struct opened_golden **opened, struct fault *fault) {
  struct fault own;
  int place;
  if (!fault) fault = &own;
  struct opened_golden *made = calloc(1, sizeof *made);
  if (!made) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  pthread_mutex_init(&made->mutex, NULL);
  made->options = options;
  made->fallback = fallback;
  made->gpus = gpus > MOST_GPUS ? MOST_GPUS : gpus;
  enum status status = golden_open(path, &made->golden, fault);
  if (!status) status = find_inspector(made, &place, fault);
  if (status) {
    opened_golden_free(made);
    return status;
  }
  made->turn = 0;
  /* A service holds a golden for days, and what opening it took would stay the allocator's. */
  malloc_trim(0);
  *opened = made;
  return STATUS_OK;
}

enum status opened_golden_inspect(struct opened_golden *opened, struct opened_inspection *at, struct fault *fault) {
  struct fault own;
  enum status status;
  bool again;
  if (!fault) fault = &own;
  do {
    pthread_mutex_lock(&opened->mutex);
    status = find_inspector(opened, &at->place, fault);
    if (!status) status = inspection_open(opened->inspectors[at->place], &at->inspection, fault);
    again = status && may_move(opened, at->place, status, fault);
    pthread_mutex_unlock(&opened->mutex);
  } while (again);
  return status;
}

enum status opened_golden_elsewhere(struct opened_golden *opened, struct opened_inspection *at, struct fault *fault) {
  pthread_mutex_lock(&opened->mutex);
  bool again = may_move(opened, at->place, fault->status, fault);
  pthread_mutex_unlock(&opened->mutex);
  if (!again) return fault->status;
  inspection_close(at->inspection);
  at->inspection = NULL;
  return opened_golden_inspect(opened, at, fault);
}
