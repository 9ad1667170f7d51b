#include "ipc/worker.h"

#include "ipc/clock.h"
#include "ipc/compute.h"
#include "ipc/events.h"
#include "ipc/fetch.h"
#include "ipc/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
  IN_HAND_US = 500000, /* work for about so long is asked for ahead */
  MOST_IN_HAND = 256,  /* a thread */
  SEND_BATCH = 256,
  MOST_UNSTORED = 2000 /* results that the broker has not stored yet; more work is not asked for */
};
#define BYTES_IN_HAND ((size_t)256 << 20)
#define SEND_BYTES ((size_t)8 << 20)

struct worker {
  const struct worker_options *options;
  struct link link;
  struct goldens *goldens;
  struct compute *compute;
  int wake_fd, threads;
  unsigned session;  /* of the link, that our credits belong to */
  struct task *held; /* all, by next_held */
  size_t queued, unstored, bytes;
  int64_t granted; /* credits that the broker has of us */
  int64_t mean_us; /* of a job, smoothed */
  bool stopping;
  struct fault broken; /* what the judge said where it can judge no more */
  int64_t stop_by;     /* the broker has until then to take what is finished */
};

/* Called by other threads too. */
static void wake(void *context) {
  const struct worker *worker = context;
  uint64_t one = 1;
  while (write(worker->wake_fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

static json_t *list_held(void *context) {
  const struct worker *worker = context;
  json_t *ids = json_array();
  for (const struct task *task = worker->held; task; task = task->next_held)
    json_array_append_new(ids, json_string(task->job.id));
  return ids;
}

static struct task *find_held(const struct worker *worker, const char *id) {
  for (struct task *task = worker->held; task; task = task->next_held)
    if (!strcmp(task->job.id, id)) return task;
  return NULL;
}

static void forget(struct worker *worker, struct task *task) {
  struct task **link = &worker->held;
  while (*link != task) link = &(*link)->next_held;
  *link = task->next_held;
  worker->unstored--;
  worker->bytes -= task->size;
  task_free(task);
}

/* --- What comes from the broker --- */

static enum status read_photo(struct task *task, const struct message *message, const json_t *item, size_t *frame) {
  const char *path = json_string_value(json_object_get(item, "path"));
  size_t parts = (size_t)json_integer_value(json_object_get(item, "size"));
  bool good = true;
  if (!strcmp(json_string_value(json_object_get(item, "photo")), PHOTO_IN_PARTS))
    return parts ? fetch_begin(task, parts) : fault_set(&task->fault, STATUS_INVALID, "the broker sent no size");
  if (!strcmp(json_string_value(json_object_get(item, "photo")), PHOTO_BY_PATH)) {
    if (!path) return fault_set(&task->fault, STATUS_INVALID, "the broker sent no path");
    good = (task->path = strdup(path));
  } else {
    if (*frame >= message->frame_count) return fault_set(&task->fault, STATUS_INVALID, "the broker sent no photo");
    const void *bytes = message_bytes(message, (*frame)++, &task->size);
    if (task->size && (good = (task->bytes = malloc(task->size)))) memcpy(task->bytes, bytes, task->size);
    if (!good) task->size = 0;
  }
  return good ? STATUS_OK : fault_set(&task->fault, STATUS_MEMORY, "out of memory for the photo");
}

/* NULL where the broker cannot even be told which job it is; with a fault it is to be handed back. */
static struct task *read_task(const struct message *message, const json_t *item, size_t *frame) {
  struct task *task = calloc(1, sizeof *task);
  if (!task) return NULL;
  task->state = TASK_QUEUED;
  const json_t *job = json_object_get(item, "job");
  const char *id = json_string_value(json_object_get(job, "id"));
  enum status status = read_photo(task, message, item, frame);
  if (!status && job_from_json(job, &task->job, &task->fault)) task->job = (struct job){0};
  if (!*task->job.id && id) snprintf(task->job.id, sizeof task->job.id, "%s", id);
  if (strlen(task->job.id) == JOB_ID_CHARS) return task;
  task_free(task);
  return NULL;
}

static void take_work(struct worker *worker, const struct message *message) {
  size_t index, frame = 0;
  const json_t *item, *jobs = json_object_get(message->header, "jobs");
  json_array_foreach((json_t *)jobs, index, item) {
    worker->granted--;
    struct task *task = read_task(message, item, &frame);
    /* The lease would be renewed as long as we live: the HELLO does not list it. What is held already goes on. */
    if (!task) link_begin_anew(&worker->link);
    if (!task || find_held(worker, task->job.id)) {
      task_free(task);
      continue;
    }
    task->next_held = worker->held;
    worker->held = task;
    worker->bytes += task->size;
    if (worker->stopping && !task->fault.status)
      fault_set(&task->fault, STATUS_STOPPED, "the worker was being stopped");
    if (task->fault.status) {
      task->state = TASK_FINISHED;
      worker->unstored++;
      continue;
    }
    worker->queued++;
    if (task->state != TASK_FETCHING) compute_put(worker->compute, task);
  }
  if (worker->granted < 0) worker->granted = 0;
}

static void take_stored(struct worker *worker, const json_t *header) {
  size_t index;
  const json_t *id;
  json_array_foreach(json_object_get(header, "jobs"), index, id) {
    struct task *task = find_held(worker, json_string_value(id));
    if (task && (task->state == TASK_FINISHED || task->state == TASK_SENT)) forget(worker, task);
  }
}

static void end_fetching(struct worker *worker, struct task *task) {
  if (!task->fault.status) {
    task->state = TASK_QUEUED;
    compute_put(worker->compute, task);
    return;
  }
  task->state = TASK_FINISHED;
  worker->queued--;
  worker->unstored++;
}

static void take_part(struct worker *worker, const struct message *message) {
  struct task *task = find_held(worker, json_string_value(json_object_get(message->header, "job")));
  if (task && task->state == TASK_FETCHING && fetch_take(task, message)) end_fetching(worker, task);
}

static enum status receive_all(struct worker *worker, struct fault *fault) {
  for (;;) {
    struct message message;
    bool got;
    enum status status = link_receive(&worker->link, &message, &got, fault);
    if (status || !got) {
      message_free(&message);
      return status;
    }
    switch (message.kind) {
    case MESSAGE_WORK:
      take_work(worker, &message);
      break;
    case MESSAGE_PART_SENT:
      take_part(worker, &message);
      break;
    case MESSAGE_STORED:
      take_stored(worker, message.header);
      break;
    case MESSAGE_GOLDEN:
      goldens_arrived(worker->goldens, &message);
      break;
    case MESSAGE_GOLDEN_MISSING:
      goldens_missing(worker->goldens, json_string_value(json_object_get(message.header, "sha256")),
                      json_string_value(json_object_get(message.header, "text")));
      break;
    case MESSAGE_ERROR: /* what it is about may have been our credit */
      link_begin_anew(&worker->link);
      break;
    default:
      break;
    }
    message_free(&message);
  }
}

/* --- What comes from the threads --- */

static void take_finished(struct worker *worker) {
  struct task *next;
  for (struct task *task = compute_finished(worker->compute); task; task = next) {
    next = task->next;
    task->state = TASK_FINISHED;
    worker->queued--;
    worker->unstored++;
    /* Failing is quick, and is no reason to ask for more. */
    if (task->line) worker->mean_us = worker->mean_us ? (7 * worker->mean_us + task->took_us) / 8 : task->took_us;
    if (!task->line && task->fault.status == STATUS_DEVICE) worker->broken = task->fault;
  }
}

static void withdraw(struct worker *worker) {
  struct task *next;
  for (struct task *task = compute_withdraw(worker->compute); task; task = next) {
    next = task->next;
    task->state = TASK_FINISHED;
    worker->queued--;
    worker->unstored++;
    fault_set(&task->fault, STATUS_STOPPED, "the worker was being stopped");
  }
  for (struct task *task = worker->held; task; task = task->next_held) {
    if (task->state != TASK_FETCHING) continue;
    fault_set(&task->fault, STATUS_STOPPED, "the worker was being stopped");
    end_fetching(worker, task);
  }
}

/* --- What goes to the broker --- */

static bool is_due(const struct worker *worker, const struct task *task, int64_t now) {
  return task->state == TASK_FINISHED || (task->state == TASK_SENT && now - task->sent > worker->link.times.resend_ms);
}

/* Whether the job may have had a part in it. */
static bool counts_as_loss(const struct fault *fault) {
  return fault->status != STATUS_STOPPED && fault->status != STATUS_DEVICE;
}

static void tell_of(const struct task *task) {
  if (task->line)
    EVENT(EVENT_DEBUG, "job_judged",
          json_pack("{s:s, s:s, s:I}", "job", task->job.id, "photo", task->job.photo, "us", (json_int_t)task->took_us));
  else if (counts_as_loss(&task->fault))
    EVENT(EVENT_WARNING, "job_handed_back",
          json_pack("{s:s, s:s?, s:o}", "job", task->job.id, "photo", task->job.photo, "error",
                    message_text(task->fault.text)));
  else
    EVENT(EVENT_INFO, "job_handed_back",
          json_pack("{s:s, s:s?, s:o}", "job", task->job.id, "photo", task->job.photo, "error",
                    message_text(task->fault.text)));
}

/* Sends up to a batch of results, or of jobs handed back; false when there is no more to send. */
static bool send_batch(struct worker *worker, bool results) {
  struct task *batch[SEND_BATCH];
  struct span lines[SEND_BATCH];
  size_t count = 0, bytes = 0;
  int64_t now = clock_ms();
  json_t *jobs = json_array();
  for (struct task *task = worker->held; task && count < SEND_BATCH && bytes < SEND_BYTES; task = task->next_held) {
    if (!is_due(worker, task, now) || !task->line == results) continue;
    json_t *item = results ? json_string(task->job.id)
                           : json_pack("{s:s, s:b, s:o}", "job", task->job.id, "lost", counts_as_loss(&task->fault),
                                       "error", message_text(task->fault.text));
    if (json_array_append_new(jobs, item)) break;
    if (results) {
      lines[count] = (struct span){task->line, strlen(task->line)};
      bytes += lines[count].size;
    }
    batch[count++] = task;
  }
  if (!count) {
    json_decref(jobs);
    return false;
  }
  json_t *header = json_pack("{s:o}", "jobs", jobs);
  if (link_send(&worker->link, results ? MESSAGE_DONE : MESSAGE_RETURN, header, lines, results ? count : 0))
    return false;
  for (size_t i = 0; i < count; i++) {
    if (batch[i]->state == TASK_FINISHED) tell_of(batch[i]);
    batch[i]->state = TASK_SENT;
    batch[i]->sent = now;
  }
  return true;
}

static int64_t most_in_hand(const struct worker *worker) {
  if (worker->options->prefetch > 0) return worker->options->prefetch;
  int64_t each = worker->mean_us ? IN_HAND_US / (worker->mean_us + 1) : 2;
  if (each < 2) each = 2;
  if (each > MOST_IN_HAND) each = MOST_IN_HAND;
  return each * worker->threads;
}

static void ask_for_work(struct worker *worker) {
  int64_t most = most_in_hand(worker);
  if (most > PROTOCOL_MAX_WORKER_CREDIT) most = PROTOCOL_MAX_WORKER_CREDIT;
  int64_t room = most - (int64_t)worker->queued - worker->granted;
  if (worker->stopping || worker->unstored > MOST_UNSTORED || worker->bytes > BYTES_IN_HAND) return;
  if (room < 1 || (room < most / 4 && worker->queued)) return;
  if (!link_send(&worker->link, MESSAGE_READY, json_pack("{s:I}", "credit", (json_int_t)room), NULL, 0))
    worker->granted += room;
}

static void send_all(struct worker *worker) {
  if (!worker->link.welcomed) return;
  if (worker->session != worker->link.session) {
    worker->session = worker->link.session;
    worker->granted = 0;
    for (struct task *task = worker->held; task; task = task->next_held)
      if (task->state == TASK_SENT) task->state = TASK_FINISHED;
    goldens_ask_again(worker->goldens);
  }
  while (send_batch(worker, true)) {
  }
  while (send_batch(worker, false)) {
  }
  for (struct task *task = worker->held; task; task = task->next_held)
    if (task->state == TASK_FETCHING) fetch_ask(&worker->link, task);
  char sha256[65];
  while (goldens_wanted(worker->goldens, sha256)) {
    if (!link_send(&worker->link, MESSAGE_GOLDEN_REQUEST, json_pack("{s:s}", "sha256", sha256), NULL, 0)) continue;
    goldens_ask_again(worker->goldens);
    break;
  }
  ask_for_work(worker);
}

/* --- Running --- */

static void begin_to_stop(struct worker *worker) {
  EVENT(EVENT_INFO, "stopping", json_pack("{s:I}", "in_hand", (json_int_t)worker->queued));
  worker->stopping = true;
  withdraw(worker);
  goldens_stop(worker->goldens);
}

/* Nothing is left, or all that is left is what a broker that does not answer would have to take. */
static bool has_stopped(struct worker *worker) {
  if (!worker->stopping || worker->queued) return false;
  int64_t now = clock_ms();
  if (!worker->stop_by) worker->stop_by = now + worker->link.times.silence_ms;
  return !worker->held || now > worker->stop_by;
}

static enum status serve(struct worker *worker, struct fault *fault) {
  while (!has_stopped(worker)) {
    int64_t wait = link_watch(&worker->link);
    if (worker->stopping && wait > 10) wait = 10;
    zmq_pollitem_t items[] = {{.socket = worker->link.socket, .events = ZMQ_POLLIN},
                              {.fd = worker->wake_fd, .events = ZMQ_POLLIN},
                              {.fd = worker->options->stop_fd, .events = ZMQ_POLLIN}};
    bool heed_stop = !worker->stopping && worker->options->stop_fd >= 0;
    int ready = zmq_poll(items, heed_stop ? 3 : 2, wait);
    if (ready < 0 && errno != EINTR) return fault_set(fault, STATUS_INTERNAL, "cannot wait: %s", zmq_strerror(errno));
    uint64_t count;
    if (items[1].revents && read(worker->wake_fd, &count, sizeof count) < 0 && errno != EAGAIN)
      return fault_set(fault, STATUS_INTERNAL, "cannot read an eventfd: %s", strerror(errno));
    enum status status = receive_all(worker, fault);
    if (status) return status;
    take_finished(worker);
    bool told = heed_stop && ready > 0 && items[2].revents;
    if (!worker->stopping && (told || worker->broken.status)) begin_to_stop(worker);
    send_all(worker);
  }
  if (worker->broken.status) *fault = worker->broken;
  return worker->broken.status;
}

enum status worker_run(const struct worker_options *options, struct fault *fault) {
  struct worker worker = {.options = options, .wake_fd = -1, .threads = options->threads};
  struct fault unused;
  if (!fault) fault = &unused;
  if (worker.threads < 1) worker.threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
  if (worker.threads < 1) worker.threads = 1;
  struct link_options link = {.context = options->context,
                              .endpoint = options->endpoint,
                              .role = ROLE_WORKER,
                              .name = options->name,
                              .times = options->times,
                              .security = options->security,
                              .holding = list_held,
                              .holding_context = &worker};
  enum status status = STATUS_OK;
  worker.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (worker.wake_fd < 0) status = fault_set(fault, STATUS_INTERNAL, "cannot make an eventfd: %s", strerror(errno));
  if (!status)
    status = goldens_open(options->judge, options->cache, options->roots, wake, &worker, &worker.goldens, fault);
  if (!status)
    status = compute_open(options->judge, worker.goldens, options->roots, worker.threads, wake, &worker,
                          &worker.compute, fault);
  if (!status) status = link_open(&worker.link, &link, fault);
  if (!status) status = serve(&worker, fault);
  if (worker.goldens) goldens_stop(worker.goldens);
  compute_close(worker.compute);
  link_close(&worker.link);
  goldens_close(worker.goldens);
  for (struct task *task = worker.held; task;) {
    struct task *next = task->next_held;
    task_free(task);
    task = next;
  }
  if (worker.wake_fd >= 0) close(worker.wake_fd);
  return status;
}
