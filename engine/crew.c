#include "engine/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

struct run {
  const struct crew *crew;
  size_t count;
  atomic_size_t next;
  atomic_bool failed;
};

/* What one thread comes to. */
struct share {
  struct run *run;
  pthread_t thread;
  bool begun;
  size_t at; /* the piece that failed */
  enum status status;
  struct fault fault;
};

static void *work(void *argument) {
  struct share *share = argument;
  struct run *run = share->run;
  while (!share->status && !atomic_load(&run->failed)) {
    share->at = atomic_fetch_add(&run->next, 1);
    if (share->at >= run->count) break;
    share->status = run->crew->piece(run->crew->context, share->at, &share->fault);
  }
  if (share->status) atomic_store(&run->failed, true);
  return NULL;
}

enum status crew_run(const struct crew *crew, size_t count, struct fault *fault) {
  struct run run = {.crew = crew, .count = count};
  struct share shares[CREW_MOST] = {{.run = &run}};
  size_t threads = crew->threads < 1 ? 1 : crew->threads > CREW_MOST ? CREW_MOST : (size_t)crew->threads;
  if (threads > count) threads = count;
  /* What the system gives no thread for, the others do. */
  for (size_t i = 1; i < threads; i++) {
    shares[i].run = &run;
    shares[i].begun = !pthread_create(&shares[i].thread, NULL, work, &shares[i]);
  }
  work(&shares[0]);
  const struct share *first = shares[0].status ? &shares[0] : NULL;
  for (size_t i = 1; i < threads; i++) {
    if (!shares[i].begun) continue;
    pthread_join(shares[i].thread, NULL);
    if (shares[i].status && (!first || shares[i].at < first->at)) first = &shares[i];
  }
  if (first && fault) *fault = first->fault;
  return first ? first->status : STATUS_OK;
}

int crew_processors(void) {
  cpu_set_t set;
  int count = sched_getaffinity(0, sizeof set, &set) ? 0 : CPU_COUNT(&set);
  return count > 0 ? count : 1;
}
