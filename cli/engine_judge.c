#include "cli/engine_judge.h"

#include "cli/message.h"
#include "cli/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct opened_golden {
  struct golden *golden;
  struct inspector *inspector;
  struct opened_golden *next; /* of those prepared */
};

struct desk {
  const struct opened_golden *golden;
  struct inspection *inspection;
};

static void free_golden(struct opened_golden *opened) {
  inspector_close(opened->inspector);
  golden_close(opened->golden);
  free(opened);
}

static enum status make_golden(const struct engine_judge *setup, const char *path, struct opened_golden **opened,
                               struct fault *fault) {
  struct opened_golden *made = calloc(1, sizeof *made);
  if (!made) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  enum status status = golden_open(path, &made->golden, fault);
  if (!status) status = inspector_open(made->golden, &setup->inspect, &made->inspector, fault);
  if (status) {
    free_golden(made);
    return status;
  }
  *opened = made;
  return STATUS_OK;
}

enum status engine_judge_prepare(struct engine_judge *setup, const char *path, char sha256[SHA256_CHARS + 1],
                                 struct fault *fault) {
  struct opened_golden *opened = NULL;
  enum status status = make_golden(setup, path, &opened, fault);
  if (status) return status;
  opened->next = setup->prepared;
  setup->prepared = opened;
  memcpy(sha256, opened->golden->sha256, SHA256_CHARS + 1);
  return STATUS_OK;
}

void engine_judge_end(struct engine_judge *setup) {
  while (setup->prepared) {
    struct opened_golden *opened = setup->prepared;
    setup->prepared = opened->next;
    free_golden(opened);
  }
}

static bool is_prepared(const struct engine_judge *setup, const struct opened_golden *golden) {
  for (const struct opened_golden *at = setup->prepared; at; at = at->next)
    if (at == golden) return true;
  return false;
}

static void close_golden(void *context, void *golden) {
  if (golden && !is_prepared(context, golden)) free_golden(golden);
}

static enum status open_golden(void *context, const char *path, const char *sha256, void **golden,
                               struct fault *fault) {
  const struct engine_judge *setup = context;
  for (struct opened_golden *at = setup->prepared; at; at = at->next)
    if (!strcmp(at->golden->sha256, sha256)) {
      *golden = at;
      return STATUS_OK;
    }
  struct opened_golden *opened = NULL;
  enum status status = make_golden(setup, path, &opened, fault);
  if (!status && strcmp(opened->golden->sha256, sha256) != 0) {
    status = fault_set(fault, STATUS_INVALID, "%s: the seal changed while the golden was opened", path);
    free_golden(opened);
  }
  if (!status) *golden = opened;
  return status;
}

static void close_desk(void *context, void *desk) {
  (void)context;
  struct desk *closed = desk;
  if (!closed) return;
  inspection_close(closed->inspection);
  free(closed);
}

static enum status open_desk(void *context, void *golden, void **desk, struct fault *fault) {
  const struct opened_golden *opened = golden;
  struct desk *made = calloc(1, sizeof *made);
  if (!made) return fault_set(fault, STATUS_MEMORY, "out of memory");
  made->golden = opened;
  enum status status = inspection_open(opened->inspector, &made->inspection, fault);
  if (status) {
    close_desk(context, made);
    return status;
  }
  *desk = made;
  return STATUS_OK;
}

char *engine_judge_picture_path(const char *folder, const struct job *job) {
  enum { NAME_MAX_BYTES = 120, ID_DIGITS = 8 };
  const char *slash = strrchr(job->photo, '/'), *name = slash ? slash + 1 : job->photo;
  const char *dot = strrchr(name, '.');
  size_t length = dot && dot > name ? (size_t)(dot - name) : strlen(name);
  if (length > NAME_MAX_BYTES) length = NAME_MAX_BYTES;
  char *path = NULL;
  if (asprintf(&path, "%s/%.*s-%.*s.png", folder, (int)length, name, (int)ID_DIGITS, job->id) < 0) return NULL;
  return path;
}

static void make_picture(const struct engine_judge *setup, const struct desk *desk, const struct job *job,
                         const struct result *result) {
  struct inspect_evidence evidence;
  if (!inspect_evidence(desk->inspection, &evidence)) return;
  const struct golden *golden = desk->golden->golden;
  char name[sizeof golden->spec.name + 32];
  snprintf(name, sizeof name, "%s, version %lld", golden->spec.name, (long long)golden->version);
  const struct picture picture = {result, &evidence, name};
  char *path = engine_judge_picture_path(setup->pictures, job);
  struct fault fault = {0};
  if (!path)
    message_warning("%s: no picture: out of memory", job->photo);
  else if (picture_write(&picture, path, &fault))
    message_warning("%s", fault.text);
  free(path);
}

/* The engine says of a photo without bytes that it is unreadable, with all that a result has; why is known here. */
static void say_why(struct result *result, const char *why) {
  if (result->reason_count) snprintf(result->reasons[0].text, sizeof result->reasons[0].text, "%s", why);
}

static enum status judge(void *context, void *desk, const struct photo *photo, const char *unreadable,
                         const struct job *job, char **line, struct fault *fault) {
  const struct engine_judge *setup = context;
  const struct desk *at = desk;
  struct result result = {0};
  enum status status = inspect_photo(at->inspection, photo, job, &result, fault);
  if (!status && unreadable) say_why(&result, unreadable);
  if (!status) {
    if (result.verdict == VERDICT_FAIL && setup->pictures) make_picture(setup, at, job, &result);
    *line = result_write(&result);
    if (!*line) status = fault_set(fault, STATUS_MEMORY, "%s: out of memory for the result", job->photo);
  }
  result_free(&result);
  return status;
}

struct judge engine_judge(const struct engine_judge *setup) {
  /* The functions only read it; the table has one type of context for all judges. */
  return (struct judge){.context = (void *)(uintptr_t)setup,
                        .open_golden = open_golden,
                        .close_golden = close_golden,
                        .open_desk = open_desk,
                        .close_desk = close_desk,
                        .judge = judge};
}
