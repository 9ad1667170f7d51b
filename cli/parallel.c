#include "cli/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

struct crew {
  const struct parallel *parallel;
  pthread_mutex_t lock;
  pthread_cond_t worked, finished;
  size_t next, finish; /* the next index to work on, the next to finish */
  bool *ready;         /* by index */
  bool stopped;
};

static void *work(void *argument) {
  struct crew *crew = argument;
  const struct parallel *parallel = crew->parallel;
  pthread_mutex_lock(&crew->lock);
  for (;;) {
    while (!crew->stopped && crew->next < parallel->count && crew->next >= crew->finish + 4 * parallel->threads)
      pthread_cond_wait(&crew->finished, &crew->lock);
    if (crew->stopped || crew->next == parallel->count) break;
    size_t index = crew->next++;
    pthread_mutex_unlock(&crew->lock);
    parallel->work(parallel->context, index);
    pthread_mutex_lock(&crew->lock);
    crew->ready[index] = true;
    pthread_cond_signal(&crew->worked);
  }
  pthread_mutex_unlock(&crew->lock);
  return NULL;
}

static enum status finish_in_order(struct crew *crew, struct fault *fault) {
  enum status status = STATUS_OK;
  pthread_mutex_lock(&crew->lock);
  while (!status && crew->finish < crew->parallel->count) {
    while (!crew->ready[crew->finish]) pthread_cond_wait(&crew->worked, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
    status = crew->parallel->finish(crew->parallel->context, crew->finish, fault);
    pthread_mutex_lock(&crew->lock);
    crew->finish++;
    pthread_cond_broadcast(&crew->finished);
  }
  crew->stopped = true;
  pthread_cond_broadcast(&crew->finished);
  pthread_mutex_unlock(&crew->lock);
  return status;
}

enum status parallel_run(const struct parallel *parallel, struct fault *fault) {
  if (!parallel->count) return STATUS_OK;
  struct crew crew = {.parallel = parallel, .ready = calloc(parallel->count, sizeof *crew.ready)};
  pthread_t *threads = calloc(parallel->threads, sizeof *threads);
  pthread_mutex_init(&crew.lock, NULL);
  pthread_cond_init(&crew.worked, NULL);
  pthread_cond_init(&crew.finished, NULL);
  size_t started = 0;
  enum status status = STATUS_OK;
  if (!crew.ready || !threads) {
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
    goto end;
  }
  while (started < parallel->threads && started < parallel->count &&
         !pthread_create(&threads[started], NULL, work, &crew))
    started++;
  /* One thread does for all where the system gives no more. */
  if (started)
    status = finish_in_order(&crew, fault);
  else
    status = fault_set(fault, STATUS_MEMORY, "no thread could be started");
end:
  for (size_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  pthread_cond_destroy(&crew.finished);
  pthread_cond_destroy(&crew.worked);
  pthread_mutex_destroy(&crew.lock);
  free(threads);
  free(crew.ready);
  return status;
}

size_t parallel_threads(long wanted) {
  if (wanted > 0) return (size_t)wanted;
  cpu_set_t set;
  int count = sched_getaffinity(0, sizeof set, &set) ? 0 : CPU_COUNT(&set);
  return count > 0 ? (size_t)count : 1;
}
