#include "cli/engine_judge.h"

#include "cli/evidence.h"
#include "cli/message.h"
#include "cli/opened_golden.h"
#include "cli/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of those that were prepared. */
struct prepared_golden {
  struct opened_golden *opened;
  struct prepared_golden *next;
};

struct desk {
  struct opened_golden *golden;
  struct opened_inspection at;
  struct group_desk group;
};

static enum status make_golden(const struct engine_judge *setup, const char *path, struct opened_golden **opened,
                               struct fault *fault) {
  return opened_golden_make(path, &setup->inspect, setup->gpus, !setup->return_on_device_error, opened, fault);
}

enum status engine_judge_prepare(struct engine_judge *setup, const char *path, char sha256[SHA256_CHARS + 1],
                                 struct fault *fault) {
  struct prepared_golden *prepared = calloc(1, sizeof *prepared);
  if (!prepared) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  enum status status = make_golden(setup, path, &prepared->opened, fault);
  if (status) {
    free(prepared);
    return status;
  }
  prepared->next = setup->prepared;
  setup->prepared = prepared;
  memcpy(sha256, opened_golden_of(prepared->opened)->sha256, SHA256_CHARS + 1);
  return STATUS_OK;
}

static enum status keep_golden(const struct engine_judge *setup, struct opened_golden *golden, struct fault *fault) {
  struct opened_inspection at = {0};
  enum status status = opened_golden_inspect(golden, &at, fault);
  if (!status && setup->evidence)
    status = evidence_keep_golden(setup->evidence, opened_golden_of(golden), inspection_golden(at.inspection), fault);
  if (!status && setup->groups)
    status = group_keeper_golden(setup->groups, opened_golden_of(golden), at.inspection, fault);
  inspection_close(at.inspection);
  return status;
}

enum status engine_judge_keep(const struct engine_judge *setup, struct fault *fault) {
  enum status status = STATUS_OK;
  for (const struct prepared_golden *at = setup->prepared; at && !status; at = at->next)
    status = keep_golden(setup, at->opened, fault);
  return status;
}

void engine_judge_end(struct engine_judge *setup) {
  while (setup->prepared) {
    struct prepared_golden *prepared = setup->prepared;
    setup->prepared = prepared->next;
    opened_golden_free(prepared->opened);
    free(prepared);
  }
}

static bool is_prepared(const struct engine_judge *setup, const struct opened_golden *golden) {
  for (const struct prepared_golden *at = setup->prepared; at; at = at->next)
    if (at->opened == golden) return true;
  return false;
}

static void close_golden(void *context, void *golden) {
  if (golden && !is_prepared(context, golden)) opened_golden_free(golden);
}

static enum status open_golden(void *context, const char *path, const char *sha256, void **golden,
                               struct fault *fault) {
  const struct engine_judge *setup = context;
  for (struct prepared_golden *at = setup->prepared; at; at = at->next)
    if (!strcmp(opened_golden_of(at->opened)->sha256, sha256)) {
      *golden = at->opened;
      return STATUS_OK;
    }
  struct opened_golden *opened = NULL;
  enum status status = make_golden(setup, path, &opened, fault);
  if (!status && strcmp(opened_golden_of(opened)->sha256, sha256) != 0) {
    status = fault_set(fault, STATUS_INVALID, "%s: the seal changed while the golden was opened", path);
    opened_golden_free(opened);
  }
  /* Those that were prepared are kept by engine_judge_keep. */
  struct fault trouble = {0};
  if (!status && (setup->evidence || setup->groups) && keep_golden(setup, opened, &trouble))
    message_warning("%s", trouble.text);
  if (!status) *golden = opened;
  return status;
}

/* Of the photo judged last; what cannot be kept is warned of and does not change the result. */
static void keep_group(const struct engine_judge *setup, struct desk *desk, const struct job *job) {
  const struct golden *golden = opened_golden_of(desk->golden);
  struct fault fault = {0};
  if (!setup->groups || !desk->at.inspection) return;
  enum status status = job ? group_keeper_add(setup->groups, &desk->group, golden, desk->at.inspection, job, &fault)
                           : group_keeper_flush(setup->groups, &desk->group, golden, desk->at.inspection, &fault);
  if (status) message_warning("%s", fault.text);
}

static void close_desk(void *context, void *desk) {
  struct desk *closed = desk;
  if (!closed) return;
  keep_group(context, closed, NULL);
  group_desk_free(&closed->group);
  inspection_close(closed->at.inspection);
  free(closed);
}

static enum status open_desk(void *context, void *golden, void **desk, struct fault *fault) {
  struct desk *made = calloc(1, sizeof *made);
  if (!made) return fault_set(fault, STATUS_MEMORY, "out of memory");
  made->golden = golden;
  enum status status = opened_golden_inspect(golden, &made->at, fault);
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

static void make_picture(const struct engine_judge *setup, const struct job *job, const struct picture *picture) {
  char *path = engine_judge_picture_path(setup->pictures, job);
  struct fault fault = {0};
  if (!path)
    message_warning("%s: no picture: out of memory", job->photo);
  else if (picture_write(picture, path, &fault))
    message_warning("%s", fault.text);
  free(path);
}

static void keep_evidence(const struct engine_judge *setup, const struct desk *desk, const struct job *job,
                          const struct result *result) {
  struct inspect_evidence evidence;
  if (result->verdict != VERDICT_FAIL || (!setup->pictures && !setup->evidence)) return;
  if (!inspect_evidence(desk->at.inspection, &evidence)) return;
  const struct golden *golden = opened_golden_of(desk->golden);
  char name[sizeof golden->spec.name + 32];
  snprintf(name, sizeof name, "%s, version %lld", golden->spec.name, (long long)golden->version);
  const struct picture picture = {result, &evidence, name, 1};
  struct fault fault = {0};
  if (setup->pictures) make_picture(setup, job, &picture);
  if (setup->evidence && evidence_keep_photo(setup->evidence, job->id, &evidence, &fault))
    message_warning("%s", fault.text);
}

/* The engine says of a photo without bytes that it is unreadable, with all that a result has; why is known here. */
static void say_why(struct result *result, const char *why) {
  if (result->reason_count) snprintf(result->reasons[0].text, sizeof result->reasons[0].text, "%s", why);
}

/* Again on another GPU or the CPU for as long as a GPU fails, where that is wished. */
static enum status inspect(struct desk *desk, const struct photo *photo, const struct job *job, struct result *result,
                           struct fault *fault) {
  for (;;) {
    enum status status = inspect_photo(desk->at.inspection, photo, job, result, fault);
    if (status != STATUS_DEVICE || opened_golden_elsewhere(desk->golden, &desk->at, fault)) return status;
    result_free(result);
    *result = (struct result){0};
    /* The photos that waited on the device are gone with it. */
    group_desk_free(&desk->group);
  }
}

static enum status judge(void *context, void *desk, const struct photo *photo, const char *unreadable,
                         const struct job *job, char **line, struct fault *fault) {
  const struct engine_judge *setup = context;
  struct desk *at = desk;
  struct result result = {0};
  enum status status = inspect(at, photo, job, &result, fault);
  if (!status && unreadable) say_why(&result, unreadable);
  if (!status) {
    keep_evidence(setup, at, job, &result);
    keep_group(setup, at, job);
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
