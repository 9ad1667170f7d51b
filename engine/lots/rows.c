#include "engine/lots/rows.h"

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
  struct row_parser *parser;
  struct id_set jobs;
  enum status (*each)(void *context, const struct row *row, struct fault *fault);
  void *context;
  struct rows_tally *tally;
  struct fault *fault;
  enum status status;
  struct store *store;    /* being read */
  bool as_found;          /* whatever people decided */
  struct reviews reviews; /* of the place */
  char *line;             /* a copy of the store's, with room behind it */
  size_t room;
};

static enum status give(struct reading *in, struct row *row) {
  struct id128 id;
  bool known = false;
  size_t index;
  if (id128_parse(row->job_id, &id) && !id_set_add(&in->jobs, &id, &index, &known))
    return fault_set(in->fault, STATUS_MEMORY, "out of memory for the jobs' ids");
  if (known) {
    in->tally->repeated++;
    return STATUS_OK;
  }
  if (!reviews_apply(&in->reviews, row)) return fault_set(in->fault, STATUS_MEMORY, "out of memory for the reviews");
  in->tally->overruled += row->overruled;
  row->sequence = ++in->tally->rows;
  return in->each(in->context, row, in->fault);
}

static bool blank(const char *line, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (!strchr(" \t\r", line[i]) || !line[i]) return false;
  return true;
}

static enum status read_lines(struct reading *in, int fd, const char *name) {
  struct lines lines = {.fd = fd, .file = name};
  const char *line;
  size_t size = 0;
  enum status status;
  while (!(status = lines_next(&lines, &line, &size, in->fault)) && line) {
    if (blank(line, size)) continue;
    struct row *row;
    status = row_parse(in->parser, line, size, &row, in->fault);
    if (status) {
      fault_prefix(in->fault, "%s:%" PRId64, name, lines.number);
      break;
    }
    if ((status = give(in, row))) break;
  }
  lines_free(&lines);
  return status;
}

static enum status read_file(struct reading *in, const char *path) {
  if (!strcmp(path, "-")) return read_lines(in, STDIN_FILENO, "standard input");
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fault_set(in->fault, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: %s", path, strerror(errno));
  enum status status = read_lines(in, fd, path);
  close(fd);
  return status;
}

/* A job that no worker came back from is a photo that was not judged. */
static enum status give_set_aside(struct reading *in, const struct store_outcome *outcome) {
  struct job job = {0};
  bool found = false;
  json_t *json = json_loadb(outcome->line, outcome->size, 0, NULL);
  const char *id = json_string_value(json_object_get(json, "job"));
  enum status status = id ? store_find_job(in->store, id, &job, &found, in->fault) : STATUS_OK;
  json_decref(json);
  if (status || !found) return status;
  struct row row = {.photo = job.photo,
                    .photo_id = job.photo_id,
                    .job_id = job.id,
                    .golden_sha256 = job.golden_sha256,
                    .verdict = VERDICT_CANNOT_JUDGE,
                    .reason = "each try to judge it ended without a result",
                    .score = NAN,
                    .residual_px = NAN,
                    .overlap = NAN,
                    .unevenness = NAN};
  for (size_t i = JOB_TEXT_LOT; i < JOB_TEXTS; i++) row.keys[ROW_LOT + i - JOB_TEXT_LOT] = job_text_get(&job, i);
  row.has_time = job.captured && job_time_parse(job.captured, &row.time_ms);
  status = give(in, &row);
  job_free(&job);
  return status;
}

static enum status copy_line(struct reading *in, const struct store_outcome *outcome) {
  if (outcome->size + ROW_PADDING > in->room) {
    size_t room = 2 * (outcome->size + ROW_PADDING);
    char *line = realloc(in->line, room);
    if (!line) return fault_set(in->fault, STATUS_MEMORY, "out of memory for a result");
    in->line = line;
    in->room = room;
  }
  memcpy(in->line, outcome->line, outcome->size);
  memset(in->line + outcome->size, 0, ROW_PADDING);
  return STATUS_OK;
}

static bool take_outcome(void *context, const struct store_outcome *outcome) {
  struct reading *in = context;
  struct row *row;
  if (outcome->state == JOB_SET_ASIDE) {
    in->status = give_set_aside(in, outcome);
  } else if (outcome->state == JOB_DONE && !(in->status = copy_line(in, outcome))) {
    in->status = row_parse(in->parser, in->line, outcome->size, &row, in->fault);
    if (in->status)
      fault_prefix(in->fault, "store %s: outcome %" PRId64, store_name(in->store), outcome->sequence);
    else
      in->status = give(in, row);
  }
  return !in->status;
}

bool rows_is_database(const char *place) {
  return !strncmp(place, "postgresql://", 13) || !strncmp(place, "postgres://", 11);
}

static enum status read_store(struct reading *in, const char *place) {
  enum status status = rows_is_database(place) ? store_connect(NULL, place, &in->store, in->fault)
                                               : store_open(place, &in->store, in->fault);
  if (!status && !in->as_found) status = reviews_read_store(in->store, &in->reviews, in->fault);
  if (!status) status = store_lines(in->store, 0, take_outcome, in, in->fault);
  store_close(in->store);
  in->store = NULL;
  return status ? status : in->status;
}

char *rows_store(const char *place) {
  char *database = NULL;
  struct stat status;
  if (asprintf(&database, "%s/store.db", place) < 0) return NULL;
  bool is_store = !stat(database, &status);
  free(database);
  return is_store ? strdup(place) : NULL;
}

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
  return status;
}

/* What people decided stands beside the results that they saw. */
static enum status read_reviewed(struct reading *in, const char *place) {
  enum status status = read_place(in, place);
  reviews_free(&in->reviews);
  return status;
}

static enum status read_all(struct reading *in, const char *const *places, size_t count) {
  *in->tally = (struct rows_tally){0};
  in->parser = row_parser_new();
  enum status status = in->parser ? STATUS_OK : fault_set(in->fault, STATUS_MEMORY, "out of memory");
  for (size_t i = 0; i < count && !status; i++) status = read_reviewed(in, places[i]);
  row_parser_free(in->parser);
  id_set_free(&in->jobs);
  free(in->line);
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
