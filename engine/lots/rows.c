#include "engine/lots/rows.h"

#include "engine/lots/ahead.h"
#include "engine/lots/id_set.h"
#include "engine/lots/lines.h"
#include "engine/lots/reviews.h"
#include "models/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
  struct id_set jobs;
  enum status (*each)(void *context, const struct row *row, struct fault *fault);
  void *context;
  struct rows_tally *tally;
  struct fault *fault;
  bool as_found;          /* whatever people decided */
  struct reviews reviews; /* of the place */
  const char *name;       /* of the place, for messages */
};

static enum status give(struct reading *in, struct row *row, struct fault *fault) {
  struct id128 id;
  bool known = false;
  size_t index;
  if (id128_parse(row->job_id, &id) && !id_set_add(&in->jobs, &id, &index, &known))
    return fault_set(fault, STATUS_MEMORY, "out of memory for the jobs' ids");
  if (known) {
    in->tally->repeated++;
    return STATUS_OK;
  }
  if (!reviews_apply(&in->reviews, row)) return fault_set(fault, STATUS_MEMORY, "out of memory for the reviews");
  in->tally->overruled += row->overruled;
  row->sequence = ++in->tally->rows;
  return in->each(in->context, row, fault);
}

static bool blank(const char *line, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (!strchr(" \t\r", line[i]) || !line[i]) return false;
  return true;
}

/* --- Read ahead: what is found, from where --- */

struct file {
  int fd;
  const char *name; /* for messages */
};

static enum status read_lines(void *source, struct ahead *ahead, struct fault *fault) {
  const struct file *file = source;
  struct lines lines = {.fd = file->fd, .file = file->name};
  const char *line;
  size_t size = 0;
  enum status status;
  while (!(status = lines_next(&lines, &line, &size, fault)) && line)
    if (!blank(line, size) && !ahead_put(ahead, lines.number, line, size)) break;
  lines_free(&lines);
  return status;
}

struct outcomes {
  struct store *store;
  struct ahead *ahead;
  enum status status;
  struct fault *fault;
};

/* A job that no worker came back from. */
static bool put_set_aside(struct outcomes *in, const struct store_outcome *outcome) {
  struct job job = {0};
  bool found = false;
  json_t *json = json_loadb(outcome->line, outcome->size, 0, NULL);
  const char *id = json_string_value(json_object_get(json, "job"));
  in->status = id ? store_find_job(in->store, id, &job, &found, in->fault) : STATUS_OK;
  json_decref(json);
  return !in->status && (!found || ahead_put_job(in->ahead, outcome->sequence, &job));
}

static bool put_outcome(void *context, const struct store_outcome *outcome) {
  struct outcomes *in = context;
  if (outcome->state == JOB_SET_ASIDE) return put_set_aside(in, outcome);
  return outcome->state != JOB_DONE || ahead_put(in->ahead, outcome->sequence, outcome->line, outcome->size);
}

static enum status read_outcomes(void *source, struct ahead *ahead, struct fault *fault) {
  struct outcomes in = {.store = source, .ahead = ahead, .fault = fault};
  enum status status = store_lines(in.store, 0, put_outcome, &in, fault);
  return status ? status : in.status;
}

/* --- Taken --- */

/* A photo that was not judged. */
static struct row row_without_result(const struct job *job, const char *reason) {
  struct row row = {.photo = job->photo,
                    .photo_id = job->photo_id,
                    .job_id = job->id,
                    .golden_sha256 = job->golden_sha256,
                    .verdict = VERDICT_CANNOT_JUDGE,
                    .reason = reason,
                    .camera = "",
                    .fingerprint = "",
                    .score = NAN,
                    .residual_px = NAN,
                    .overlap = NAN,
                    .unevenness = NAN};
  for (size_t i = JOB_TEXT_LOT; i < JOB_TEXTS; i++) row.keys[ROW_LOT + i - JOB_TEXT_LOT] = job_text_get(job, i);
  row.has_time = job->captured && job_time_parse(job->captured, &row.time_ms);
  return row;
}

static enum status take_set_aside(struct reading *in, const struct job *job, struct fault *fault) {
  struct row row = row_without_result(job, "each try to judge it ended without a result");
  return give(in, &row, fault);
}

static enum status take(void *context, const struct ahead_item *item, struct fault *fault) {
  struct reading *in = context;
  return item->job ? take_set_aside(in, item->job, fault) : give(in, item->row, fault);
}

static void refused_line(void *context, int64_t number, struct fault *fault) {
  const struct reading *in = context;
  fault_prefix(fault, "%s:%" PRId64, in->name, number);
}

static void refused_outcome(void *context, int64_t number, struct fault *fault) {
  const struct reading *in = context;
  fault_prefix(fault, "store %s: outcome %" PRId64, in->name, number);
}

static enum status take_lines(struct reading *in, int fd, const char *name) {
  struct stat entry;
  struct file file = {fd, name};
  const struct ahead_calls calls = {.read = read_lines,
                                    .source = &file,
                                    .waits = fstat(fd, &entry) || !S_ISREG(entry.st_mode),
                                    .take = take,
                                    .refused = refused_line,
                                    .context = in};
  in->name = name;
  return ahead_run(&calls, in->fault);
}

static enum status read_file(struct reading *in, const char *path) {
  if (!strcmp(path, "-")) return take_lines(in, STDIN_FILENO, "standard input");
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fault_set(in->fault, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: %s", path, strerror(errno));
  enum status status = take_lines(in, fd, path);
  close(fd);
  return status;
}

static enum status take_outcomes(struct reading *in, struct store *store) {
  const struct ahead_calls calls = {
      .read = read_outcomes, .source = store, .take = take, .refused = refused_outcome, .context = in};
  in->name = store_name(store);
  return ahead_run(&calls, in->fault);
}

bool rows_is_database(const char *place) {
  return !strncmp(place, "postgresql://", 13) || !strncmp(place, "postgres://", 11);
}

static enum status read_store(struct reading *in, const char *place) {
  struct store *store = NULL;
  enum status status =
      rows_is_database(place) ? store_connect(NULL, place, &store, in->fault) : store_open(place, &store, in->fault);
  if (!status && !in->as_found) status = reviews_read_store(store, &in->reviews, in->fault);
  if (!status) status = take_outcomes(in, store);
  store_close(store);
  return status;
}

char *rows_store(const char *place) {
  char *database = NULL;
  struct stat status;
  if (asprintf(&database, "%s/store.db", place) < 0) return NULL;
  bool is_store = !stat(database, &status);
  free(database);
  return is_store ? strdup(place) : NULL;
}

/* --- What results.jsonl has no line of --- */

struct aside {
  struct reading *in;
  struct store *store;
  enum status status;
};

static bool take_if_set_aside(void *context, const struct store_outcome *outcome) {
  struct aside *aside = context;
  struct fault *fault = aside->in->fault;
  struct job job = {0};
  bool found = false;
  if (outcome->state != JOB_SET_ASIDE) return true;
  aside->status = store_find_job(aside->store, outcome->id, &job, &found, fault);
  if (!aside->status && found) aside->status = take_set_aside(aside->in, &job, fault);
  job_free(&job);
  return !aside->status;
}

/* Of the submission that came last: that of the command which wrote results.jsonl. */
static enum status take_last_set_aside(struct reading *in, struct store *store) {
  struct aside aside = {.in = in, .store = store};
  struct store_submission last;
  size_t count = 0;
  enum status status = store_submissions(store, NULL, 1, &last, &count, in->fault);
  if (status || !count || !last.counts.set_aside) return status;
  status = store_outcomes(store, last.id, STORE_BY_POSITION, -1, SIZE_MAX, take_if_set_aside, &aside, in->fault);
  return status ? status : aside.status;
}

static enum status read_set_aside(struct reading *in, const char *place) {
  struct store *store = NULL;
  char *within = NULL;
  if (asprintf(&within, "%s/store", place) < 0) return fault_set(in->fault, STATUS_MEMORY, "out of memory");
  char *folder = rows_store(within);
  enum status status = folder ? store_open(folder, &store, in->fault) : STATUS_OK;
  if (!status && store) status = take_last_set_aside(in, store);
  store_close(store);
  free(folder);
  free(within);
  return status;
}

/* --- What has no result yet --- */

struct waiting {
  enum status (*each)(void *context, const struct row *row, struct fault *fault);
  void *context;
  int64_t *count;
};

static enum status take_waiting(void *context, const struct job *job, struct fault *fault) {
  struct waiting *in = context;
  struct row row = row_without_result(job, "it has no result yet");
  row.sequence = INT64_MAX;
  ++*in->count;
  return in->each(in->context, &row, fault);
}

static enum status read_waiting_of_run(struct waiting *in, const char *place, struct fault *fault) {
  struct store *store = NULL;
  struct store_submission last;
  char *within = NULL;
  size_t count = 0;
  if (asprintf(&within, "%s/store", place) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  char *folder = rows_store(within);
  enum status status = folder ? store_open(folder, &store, fault) : STATUS_OK;
  if (!status && store) status = store_submissions(store, NULL, 1, &last, &count, fault);
  if (!status && count) status = store_not_done(store, last.id, take_waiting, in, fault);
  store_close(store);
  free(folder);
  free(within);
  return status;
}

static enum status read_waiting(struct waiting *in, const char *place, struct fault *fault) {
  struct store *store = NULL;
  bool is_database = rows_is_database(place);
  char *folder = is_database ? NULL : rows_store(place);
  if (!is_database && !folder) return read_waiting_of_run(in, place, fault);
  enum status status = is_database ? store_connect(NULL, place, &store, fault) : store_open(folder, &store, fault);
  if (!status) status = store_not_done(store, NULL, take_waiting, in, fault);
  store_close(store);
  free(folder);
  return status;
}

enum status rows_read_waiting(const char *const *places, size_t places_count,
                              enum status (*each)(void *context, const struct row *row, struct fault *fault),
                              void *context, int64_t *count, struct fault *fault) {
  struct waiting in = {each, context, count};
  enum status status = STATUS_OK;
  *count = 0;
  for (size_t i = 0; i < places_count && !status; i++) status = read_waiting(&in, places[i], fault);
  return status;
}

/* --- Places --- */

static enum status read_place(struct reading *in, const char *place) {
  struct stat entry;
  if (!strcmp(place, "-")) return read_file(in, place);
  if (rows_is_database(place)) return read_store(in, place);
  if (stat(place, &entry))
    return fault_set(in->fault, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: %s", place, strerror(errno));
  if (!S_ISDIR(entry.st_mode)) return read_file(in, place);
  char *store = rows_store(place);
  if (store) {
    enum status status = read_store(in, store);
    free(store);
    return status;
  }
  char *file = NULL;
  enum status status = in->as_found ? STATUS_OK : reviews_read(place, &in->reviews, in->fault);
  if (status) return status;
  if (asprintf(&file, "%s/results.jsonl", place) < 0) return fault_set(in->fault, STATUS_MEMORY, "out of memory");
  status = stat(file, &entry)
               ? fault_set(in->fault, STATUS_MISSING, "%s: neither store.db nor results.jsonl is in this folder", place)
               : read_file(in, file);
  free(file);
  return status ? status : read_set_aside(in, place);
}

/* What people decided stands beside the results that they saw. */
static enum status read_reviewed(struct reading *in, const char *place) {
  enum status status = read_place(in, place);
  reviews_free(&in->reviews);
  return status;
}

static enum status read_all(struct reading *in, const char *const *places, size_t count) {
  *in->tally = (struct rows_tally){0};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < count && !status; i++) status = read_reviewed(in, places[i]);
  id_set_free(&in->jobs);
  return status;
}

enum status rows_read(const char *const *places, size_t count,
                      enum status (*each)(void *context, const struct row *row, struct fault *fault), void *context,
                      struct rows_tally *tally, struct fault *fault) {
  struct fault unused = {0};
  struct reading in = {.each = each, .context = context, .tally = tally, .fault = fault ? fault : &unused};
  return read_all(&in, places, count);
}

enum status rows_read_as_found(const char *const *places, size_t count,
                               enum status (*each)(void *context, const struct row *row, struct fault *fault),
                               void *context, struct rows_tally *tally, struct fault *fault) {
  struct fault unused = {0};
  struct reading in = {
      .each = each, .context = context, .tally = tally, .fault = fault ? fault : &unused, .as_found = true};
  return read_all(&in, places, count);
}
