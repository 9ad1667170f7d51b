#include "cli/parallel.h"

#include "engine/crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct team {
  const struct parallel *parallel;
  pthread_mutex_t lock;
  pthread_cond_t worked, finished;
  size_t next, finish; /* the next index to work on, the next to finish */
  bool *ready;         /* by index */
  bool stopped;
};

static void *work(void *argument) {
  struct team *team = argument;
  const struct parallel *parallel = team->parallel;
  pthread_mutex_lock(&team->lock);
  for (;;) {
    while (!team->stopped && team->next < parallel->count && team->next >= team->finish + 4 * parallel->threads)
      pthread_cond_wait(&team->finished, &team->lock);
    if (team->stopped || team->next == parallel->count) break;
    size_t index = team->next++;
    pthread_mutex_unlock(&team->lock);
    parallel->work(parallel->context, index);
    pthread_mutex_lock(&team->lock);
    team->ready[index] = true;
    pthread_cond_signal(&team->worked);
  }
  pthread_mutex_unlock(&team->lock);
  return NULL;
}

static enum status finish_in_order(struct team *team, struct fault *fault) {
  enum status status = STATUS_OK;
  pthread_mutex_lock(&team->lock);
  while (!status && team->finish < team->parallel->count) {
    while (!team->ready[team->finish]) pthread_cond_wait(&team->worked, &team->lock);
    pthread_mutex_unlock(&team->lock);
    status = team->parallel->finish(team->parallel->context, team->finish, fault);
    pthread_mutex_lock(&team->lock);
    team->finish++;
    pthread_cond_broadcast(&team->finished);
  }
  team->stopped = true;
  pthread_cond_broadcast(&team->finished);
  pthread_mutex_unlock(&team->lock);
  return status;
}

enum status parallel_run(const struct parallel *parallel, struct fault *fault) {
  if (!parallel->count) return STATUS_OK;
  struct team team = {.parallel = parallel, .ready = calloc(parallel->count, sizeof *team.ready)};
  pthread_t *threads = calloc(parallel->threads, sizeof *threads);
  pthread_mutex_init(&team.lock, NULL);
  pthread_cond_init(&team.worked, NULL);
  pthread_cond_init(&team.finished, NULL);
  size_t started = 0;
  enum status status = STATUS_OK;
  if (!team.ready || !threads) {
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
    goto end;
  }
  while (started < parallel->threads && started < parallel->count &&
         !pthread_create(&threads[started], NULL, work, &team))
    started++;
  /* One thread does for all where the system gives no more. */
  if (started)
    status = finish_in_order(&team, fault);
  else
    status = fault_set(fault, STATUS_MEMORY, "no thread could be started");
end:
  for (size_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  pthread_cond_destroy(&team.finished);
  pthread_cond_destroy(&team.worked);
  pthread_mutex_destroy(&team.lock);
  free(threads);
  free(team.ready);
  return status;
}

size_t parallel_threads(long wanted) {
  return wanted > 0 ? (size_t)wanted : (size_t)crew_processors();
}
