#include "cli/bench/synthetic.h"

#include "cli/message.h"
#include "cli/parallel.h"
#include "engine/inspect.h"
#include "models/file.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- opening ---- */

static enum status no_memory(const char *folder, struct fault *fault) {
  return fault_set(fault, STATUS_MEMORY, "%s: out of memory", folder);
}

static enum status read_text(const char *folder, const char *name, char **text, size_t *size, struct fault *fault) {
  char *path;
  if (asprintf(&path, "%s/%s", folder, name) < 0) return no_memory(folder, fault);
  uint8_t *bytes = NULL;
  enum status status = file_read(AT_FDCWD, path, path, true, (size_t)1 << 30, &bytes, size, fault);
  free(path);
  *text = (char *)bytes;
  return status;
}

static enum status read_truth(struct synthetic *set, struct fault *fault) {
  char *text = NULL;
  size_t size = 0;
  enum status status = read_text(set->folder, "truth.jsonl", &text, &size, fault);
  if (!status && !(set->truth = json_array())) status = no_memory(set->folder, fault);
  for (size_t at = 0; at < size && !status;) {
    const char *end = memchr(text + at, '\n', size - at);
    size_t length = end ? (size_t)(end - text) - at : size - at;
    json_t *line = json_loadb(text + at, length, 0, NULL);
    if (!line || json_array_append_new(set->truth, line))
      status = fault_set(fault, STATUS_INVALID, "%s/truth.jsonl: expected a JSON object a line", set->folder);
    at += length + 1;
  }
  free(text);
  return status;
}

static enum status read_goldens(struct synthetic *set, size_t most, struct fault *fault) {
  set->golden.photos = calloc(most, sizeof *set->golden.photos);
  if (!set->golden.photos) return no_memory(set->folder, fault);
  for (size_t i = 0; i < most; i++) {
    char *path;
    if (asprintf(&path, "%s/golden/%03zu.jpg", set->folder, i) < 0) return no_memory(set->folder, fault);
    bool there = !i || access(path, R_OK) == 0;
    enum status status = there ? photo_read(path, 0, &set->golden.photos[i], fault) : STATUS_OK;
    free(path);
    if (status || !there) return status;
    set->golden.photo_count++;
  }
  return STATUS_OK;
}

enum status synthetic_open(const char *folder, size_t goldens, const char *spec, struct synthetic *set,
                           struct fault *fault) {
  *set = (struct synthetic){.folder = folder, .golden.version = 1};
  memset(set->golden.sha256, '0', SHA256_CHARS);
  char *text = NULL;
  size_t size = spec ? strlen(spec) : 0;
  enum status status = spec ? STATUS_OK : read_text(folder, "golden.yaml", &text, &size, fault);
  if (!status) status = spec_parse(spec ? spec : text, size, "golden.yaml", &set->golden.spec, fault);
  free(text);
  if (!status && !(set->golden.path = strdup(folder))) status = no_memory(folder, fault);
  if (!status) status = read_truth(set, fault);
  if (!status) status = read_goldens(set, goldens, fault);
  if (status) synthetic_close(set);
  return status;
}

void synthetic_close(struct synthetic *set) {
  for (size_t i = 0; i < set->golden.photo_count; i++) photo_free(&set->golden.photos[i]);
  free(set->golden.photos);
  free(set->golden.path);
  spec_free(&set->golden.spec);
  json_decref(set->truth);
  *set = (struct synthetic){.folder = NULL};
}

/* ---- judging ---- */

struct judging {
  const struct synthetic *set;
  const struct synthetic_visit *visit;
  struct inspector *inspector;
  size_t count;
  struct result *results;
  struct fault *faults;
  pthread_mutex_t mutex; /* over the inspections that no thread works with */
  struct inspection **idle;
  size_t idle_count;
};

static enum status take(struct judging *j, struct inspection **work, struct fault *fault) {
  pthread_mutex_lock(&j->mutex);
  *work = j->idle_count ? j->idle[--j->idle_count] : NULL;
  pthread_mutex_unlock(&j->mutex);
  return *work ? STATUS_OK : inspection_open(j->inspector, work, fault);
}

static void give_back(struct judging *j, struct inspection *work) {
  pthread_mutex_lock(&j->mutex);
  j->idle[j->idle_count++] = work;
  pthread_mutex_unlock(&j->mutex);
}

static const json_t *truth_of(const struct judging *j, size_t index) {
  return json_array_get(j->set->truth, index);
}

static enum status judge(struct judging *j, size_t index, struct fault *fault) {
  const char *name = json_string_value(json_object_get(truth_of(j, index), "photo"));
  if (!name) return fault_set(fault, STATUS_INVALID, "%s/truth.jsonl:%zu: no photo", j->set->folder, index + 1);
  char *path;
  if (asprintf(&path, "%s/%s", j->set->folder, name) < 0) return no_memory(j->set->folder, fault);
  struct inspection *work = NULL;
  struct photo photo = {0};
  enum status status = photo_read(path, 0, &photo, fault);
  if (!status) status = take(j, &work, fault);
  if (!status) status = inspect_photo(work, &photo, NULL, &j->results[index], fault);
  if (work) give_back(j, work);
  photo_free(&photo);
  free(path);
  return status;
}

static void work(void *context, size_t index) {
  struct judging *j = context;
  j->faults[index].status = judge(j, index, &j->faults[index]);
}

static enum status finish(void *context, size_t index, struct fault *fault) {
  struct judging *j = context;
  enum status status = j->faults[index].status;
  progress_set(index + 1, j->count);
  if (status)
    *fault = j->faults[index];
  else
    status = j->visit->visit(j->visit->context, truth_of(j, index), &j->results[index], fault);
  result_free(&j->results[index]);
  return status;
}

enum status synthetic_judge(const struct synthetic *set, const struct common_options *common,
                            const struct synthetic_visit *visit, struct fault *fault) {
  struct judging j = {.set = set, .visit = visit, .count = json_array_size(set->truth)};
  const struct inspect_options how = {.backend = common->backend, .cpu = common->cpu};
  size_t threads = parallel_threads(common->threads);
  enum status status = inspector_open(&set->golden, &how, &j.inspector, fault);
  if (status) return status;
  pthread_mutex_init(&j.mutex, NULL);
  j.results = calloc(j.count + 1, sizeof *j.results), j.faults = calloc(j.count + 1, sizeof *j.faults);
  j.idle = calloc(threads, sizeof(struct inspection *));
  if (!j.results || !j.faults || !j.idle) status = no_memory(set->folder, fault);
  const struct parallel parallel = {
      .count = j.count, .threads = threads, .work = work, .finish = finish, .context = &j};
  progress_begin("judging", j.count);
  if (!status) status = parallel_run(&parallel, fault);
  progress_end();
  for (size_t i = 0; j.idle && i < j.idle_count; i++) inspection_close(j.idle[i]);
  for (size_t i = 0; j.results && i < j.count; i++) result_free(&j.results[i]);
  free(j.results), free(j.faults), free(j.idle);
  pthread_mutex_destroy(&j.mutex);
  inspector_close(j.inspector);
  return status;
}
