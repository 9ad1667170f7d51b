#include "ipc/compute.h"

#include "models/photo.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DESKS = 8 }; /* a thread keeps so many goldens at hand */

struct desk {
  struct golden_entry *golden;
  void *opened;
  uint64_t used;
};

struct queue {
  struct task *first, **end;
};

struct compute {
  const struct judge *judge;
  struct goldens *goldens;
  const struct roots *roots;
  void (*wake)(void *context);
  void *wake_context;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  struct queue todo, finished;
  bool stopped;
  pthread_t *threads;
  int thread_count;
};

void task_free(struct task *task) {
  if (!task) return;
  job_free(&task->job);
  free(task->path);
  free(task->bytes);
  free(task->line);
  free(task);
}

static void push(struct queue *queue, struct task *task) {
  task->next = NULL;
  *queue->end = task;
  queue->end = &task->next;
}

static struct task *pop(struct queue *queue) {
  struct task *task = queue->first;
  if (!task) return NULL;
  queue->first = task->next;
  if (!queue->first) queue->end = &queue->first;
  task->next = NULL;
  return task;
}

static struct task *take_all(struct queue *queue) {
  struct task *all = queue->first;
  queue->first = NULL;
  queue->end = &queue->first;
  return all;
}

/* --- One thread --- */

static void close_desk(struct compute *compute, struct desk *desk) {
  if (!desk->golden) return;
  compute->judge->close_desk(compute->judge->context, desk->opened);
  goldens_let_go(compute->goldens, desk->golden);
  *desk = (struct desk){0};
}

static enum status find_desk(struct compute *compute, struct desk *desks, const struct job *job, struct desk **found,
                             struct fault *fault) {
  static _Thread_local uint64_t uses;
  struct desk *oldest = &desks[0];
  for (int i = 0; i < DESKS; i++) {
    *found = &desks[i];
    desks[i].used = desks[i].golden ? desks[i].used : 0;
    if (desks[i].golden && !strcmp(golden_entry_sha256(desks[i].golden), job->golden_sha256)) {
      desks[i].used = ++uses;
      return STATUS_OK;
    }
    if (desks[i].used < oldest->used) oldest = &desks[i];
  }
  close_desk(compute, oldest);
  *found = oldest;
  struct golden_entry *golden;
  enum status status = goldens_take(compute->goldens, job->golden_path, job->golden_sha256, &golden, fault);
  if (status) return status;
  status = compute->judge->open_desk(compute->judge->context, golden_entry_opened(golden), &oldest->opened, fault);
  if (status) {
    goldens_let_go(compute->goldens, golden);
    return status;
  }
  oldest->golden = golden;
  oldest->used = ++uses;
  return STATUS_OK;
}

/* The photo's bytes. A photo that the client could not read either is judged as unreadable; one that only we cannot
 * read, or that is another by now, is handed back. */
static enum status read_photo(const struct roots *roots, struct task *task, struct photo *photo,
                              struct fault *unreadable, struct fault *fault) {
  const struct job *job = &task->job;
  *photo = (struct photo){0};
  if (!task->path) {
    photo->bytes = task->bytes;
    photo->size = task->size;
    task->bytes = NULL;
    memcpy(photo->id, job->photo_id, sizeof photo->id);
  } else if (roots && !*job->photo_id) {
    fault_set(unreadable, STATUS_IO, "it could not be read where it was handed in");
  } else if (roots_read_photo(roots, task->path, photo, unreadable)) {
    *photo = (struct photo){0};
    if (*job->photo_id) {
      *fault = *unreadable;
      return fault_prefix(fault, "the worker cannot read the photo");
    }
  } else if (!*job->photo_id) {
    photo_free(photo);
    *photo = (struct photo){0};
    fault_set(unreadable, STATUS_IO, "it could not be read when it was submitted");
  } else if (strcmp(photo->id, job->photo_id)) {
    photo_free(photo);
    return fault_set(fault, STATUS_INVALID, "%s: the file was changed after it was submitted", task->path);
  }
  free(photo->path);
  photo->path = strdup(job->photo);
  if (photo->path) return STATUS_OK;
  photo_free(photo);
  return fault_set(fault, STATUS_MEMORY, "out of memory");
}

static enum status judge_task(struct compute *compute, struct desk *desks, struct task *task, struct fault *fault) {
  const struct judge *judge = compute->judge;
  struct fault unreadable = {0};
  struct photo photo;
  struct desk *desk;
  enum status status = find_desk(compute, desks, &task->job, &desk, fault);
  if (!status) status = read_photo(compute->roots, task, &photo, &unreadable, fault);
  if (status) return status;
  status = judge->judge(judge->context, desk->opened, &photo, unreadable.status ? unreadable.text : NULL, &task->job,
                        &task->line, fault);
  photo_free(&photo);
  return status;
}

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void *work(void *argument) {
  struct compute *compute = argument;
  struct desk desks[DESKS] = {{0}};
  pthread_mutex_lock(&compute->mutex);
  for (;;) {
    while (!compute->stopped && !compute->todo.first) pthread_cond_wait(&compute->changed, &compute->mutex);
    struct task *task = compute->stopped ? NULL : pop(&compute->todo);
    if (!task) break;
    pthread_mutex_unlock(&compute->mutex);
    int64_t began = now_us();
    task->fault = (struct fault){0};
    if (judge_task(compute, desks, task, &task->fault)) {
      free(task->line);
      task->line = NULL;
    }
    task->took_us = now_us() - began;
    pthread_mutex_lock(&compute->mutex);
    push(&compute->finished, task);
    pthread_mutex_unlock(&compute->mutex);
    compute->wake(compute->wake_context);
    pthread_mutex_lock(&compute->mutex);
  }
  pthread_mutex_unlock(&compute->mutex);
  for (int i = 0; i < DESKS; i++) close_desk(compute, &desks[i]);
  return NULL;
}

/* --- All of them --- */

enum status compute_open(const struct judge *judge, struct goldens *goldens, const struct roots *roots, int threads,
                         void (*wake)(void *context), void *context, struct compute **opened, struct fault *fault) {
  *opened = NULL;
  struct compute *compute = calloc(1, sizeof *compute);
  if (!compute || !(compute->threads = calloc((size_t)threads, sizeof *compute->threads))) {
    free(compute);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  compute->judge = judge;
  compute->goldens = goldens;
  compute->roots = roots;
  compute->wake = wake;
  compute->wake_context = context;
  compute->todo.end = &compute->todo.first;
  compute->finished.end = &compute->finished.first;
  pthread_mutex_init(&compute->mutex, NULL);
  pthread_cond_init(&compute->changed, NULL);
  for (; compute->thread_count < threads; compute->thread_count++) {
    int code = pthread_create(&compute->threads[compute->thread_count], NULL, work, compute);
    if (!code) continue;
    compute_close(compute);
    return fault_set(fault, STATUS_INTERNAL, "cannot start %d threads: %s", threads, strerror(code));
  }
  *opened = compute;
  return STATUS_OK;
}

void compute_put(struct compute *compute, struct task *task) {
  pthread_mutex_lock(&compute->mutex);
  push(&compute->todo, task);
  pthread_cond_signal(&compute->changed);
  pthread_mutex_unlock(&compute->mutex);
}

struct task *compute_finished(struct compute *compute) {
  pthread_mutex_lock(&compute->mutex);
  struct task *all = take_all(&compute->finished);
  pthread_mutex_unlock(&compute->mutex);
  return all;
}

struct task *compute_withdraw(struct compute *compute) {
  pthread_mutex_lock(&compute->mutex);
  struct task *all = take_all(&compute->todo);
  pthread_mutex_unlock(&compute->mutex);
  return all;
}

void compute_close(struct compute *compute) {
  if (!compute) return;
  pthread_mutex_lock(&compute->mutex);
  compute->stopped = true;
  pthread_cond_broadcast(&compute->changed);
  pthread_mutex_unlock(&compute->mutex);
  for (int i = 0; i < compute->thread_count; i++) pthread_join(compute->threads[i], NULL);
  pthread_cond_destroy(&compute->changed);
  pthread_mutex_destroy(&compute->mutex);
  free(compute->threads);
  free(compute);
}
