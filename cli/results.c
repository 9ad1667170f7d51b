#include "cli/results.h"

#include "cli/message.h"
#include "cli/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Stands for an outcome that is no result, and so has no line. */
static char nothing[1];

enum status results_begin(struct results *results, size_t count, struct fault *fault) {
  results->waiting = calloc(count ? count : 1, sizeof *results->waiting);
  results->count = count;
  return results->waiting ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for the results");
}

void results_end(struct results *results) {
  for (size_t i = results->next; results->waiting && i < results->count; i++)
    if (results->waiting[i] != nothing) free(results->waiting[i]);
  free(results->waiting);
  results->waiting = NULL;
  summary_free(&results->summary);
}

static enum status print(struct results *results, const char *line, const struct result *result, struct fault *fault) {
  if (results->file && (fprintf(results->file, "%s\n", line) < 0 || fflush(results->file)))
    return fault_set(fault, STATUS_IO, "results.jsonl: %s", strerror(errno));
  if (results->json) {
    puts(line);
  } else {
    progress_hide();
    report_row(&results->report, result);
  }
  return output_flush(fault);
}

static enum status write_line(struct results *results, const char *line, struct fault *fault) {
  json_error_t error;
  json_t *json = json_loads(line, 0, &error);
  struct result result = {0};
  enum status status = json          ? result_from_json(json, &result, fault)
                       : *error.text ? fault_set(fault, STATUS_INTERNAL, "a result is no JSON: %s", error.text)
                                     : fault_set(fault, STATUS_MEMORY, "out of memory for the results");
  json_decref(json);
  if (!status) status = print(results, line, &result, fault);
  if (!status && !summary_add(&results->summary, result.job, result.verdict))
    status = fault_set(fault, STATUS_MEMORY, "out of memory for the summary");
  result_free(&result);
  return status;
}

static enum status write_ready(struct results *results, struct fault *fault) {
  enum status status = STATUS_OK;
  while (!status && results->next < results->count && results->waiting[results->next]) {
    char *line = results->waiting[results->next++];
    if (line == nothing) continue;
    status = write_line(results, line, fault);
    free(line);
  }
  return status;
}

/* The photo of a job, or `otherwise` where the jobs are not known. */
static const char *photo_at(const struct results *results, int64_t position, const char *otherwise) {
  const struct submission *all = results->submission;
  return all && position >= 0 && (size_t)position < all->count ? all->jobs[position].photo : otherwise;
}

void results_refuse(struct results *results, int64_t position, const char *code, const char *text) {
  results->set_aside++;
  message_error("%s: refused, %s: %s", photo_at(results, position, "a photo"), code, text);
}

/* Says what is known of a job that has no result. */
static void tell_why(const struct results *results, const struct client_outcome *outcome) {
  json_t *json = json_loadb(outcome->line, outcome->size, 0, NULL);
  const json_t *losses = json_object_get(json, "losses");
  const json_t *last = json_array_get(losses, json_array_size(losses) - 1);
  const char *reason = output_text_of(json, "reason"), *error = output_text_of(last, "error");
  const char *photo = output_text_of(json, "photo");
  message_error("%s: no result: %s%s%s", photo_at(results, outcome->position, *photo ? photo : outcome->job),
                *reason ? reason : outcome->state, *error ? ": " : "", error);
  json_decref(json);
}

/* The line of an outcome that is a result, to be freed; `nothing` for one that is none, after a message. */
static enum status take_line(struct results *results, const struct client_outcome *outcome, char **line,
                             struct fault *fault) {
  *line = nothing;
  if (!strcmp(outcome->state, "done")) {
    *line = malloc(outcome->size + 1);
    if (!*line) return fault_set(fault, STATUS_MEMORY, "out of memory for the results");
    memcpy(*line, outcome->line, outcome->size);
    (*line)[outcome->size] = 0;
    return STATUS_OK;
  }
  results->set_aside++;
  tell_why(results, outcome);
  return STATUS_OK;
}

enum status results_show(struct results *results, const struct client_outcome *outcome, struct fault *fault) {
  char *line;
  enum status status = take_line(results, outcome, &line, fault);
  if (status || line == nothing) return status;
  status = write_line(results, line, fault);
  free(line);
  return status;
}

enum status results_take(void *context, const struct client_outcome *outcome, struct fault *fault) {
  struct results *results = context;
  if (outcome->position < 0 || (size_t)outcome->position >= results->count || results->waiting[outcome->position])
    return fault_set(fault, STATUS_INTERNAL, "an outcome came for no job, or twice");
  enum status status;
  if (results->as_they_come) {
    status = results_show(results, outcome, fault);
    results->waiting[outcome->position] = nothing;
  } else {
    char *line = NULL;
    status = take_line(results, outcome, &line, fault);
    results->waiting[outcome->position] = line;
    if (!status) status = write_ready(results, fault);
  }
  progress_set(++results->received, results->count);
  return status;
}
