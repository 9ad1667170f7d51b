#include "cli/web_review.h"

#include "engine/lots/reviews.h"
#include "ipc/audit.h"
#include "ipc/clock.h"
#include "models/store_people.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct web_review {
  char *folder, *database;
  struct audit *audit;
};

enum status web_review_open(const char *folder, const char *database, struct web_review **opened, struct fault *fault) {
  struct web_review *review = calloc(1, sizeof *review);
  *opened = NULL;
  if (!review) return fault_set(fault, STATUS_MEMORY, "out of memory");
  review->folder = strdup(folder);
  review->database = database ? strdup(database) : NULL;
  enum status status = review->folder && (review->database || !database)
                           ? audit_open(folder, &review->audit, fault)
                           : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (status)
    web_review_close(review);
  else
    *opened = review;
  return status;
}

void web_review_close(struct web_review *review) {
  if (!review) return;
  audit_close(review->audit);
  free(review->folder);
  free(review->database);
  free(review);
}

static enum status read_entry(const json_t *json, struct review_entry *entry, struct fault *fault) {
  const char *decision = json_string_value(json_object_get(json, "decision"));
  const json_t *region = json_object_get(json, "region");
  *entry = (struct review_entry){.job = json_string_value(json_object_get(json, "job")),
                                 .who = json_string_value(json_object_get(json, "who")),
                                 .why = json_string_value(json_object_get(json, "why"))};
  if (!json_is_object(json)) return fault_set(fault, STATUS_INVALID, "expected a JSON object");
  if (!entry->job || strlen(entry->job) != JOB_ID_CHARS || strspn(entry->job, "0123456789abcdef") != JOB_ID_CHARS)
    return fault_set(fault, STATUS_INVALID, "job: expected the id of a job");
  if (!json_is_integer(region) || json_integer_value(region) < 1 || json_integer_value(region) > INT32_MAX)
    return fault_set(fault, STATUS_INVALID, "region: expected a finding's number, from 1");
  entry->region = (int)json_integer_value(region);
  if (!decision || (strcmp(decision, "confirmed") != 0 && strcmp(decision, "overruled") != 0))
    return fault_set(fault, STATUS_INVALID, "decision: expected confirmed or overruled");
  entry->overruled = !strcmp(decision, "overruled");
  return STATUS_OK;
}

static enum status keep(const struct web_review *review, const struct review_entry *entry, int64_t now, char **line,
                        struct fault *fault) {
  struct store *store = NULL;
  char *result = NULL;
  enum status status = store_connect(review->folder, review->database, &store, fault);
  if (!status) status = store_find_result(store, entry->job, &result, fault);
  if (!status && !result) status = fault_set(fault, STATUS_MISSING, "job %s: there is no result of it", entry->job);
  if (!status) status = review_write(entry, result, line, fault);
  const struct store_review kept = {
      .job = entry->job, .region = entry->region, .overruled = entry->overruled, .line = status ? "" : *line};
  if (!status) status = store_add_review(store, &kept, now, fault);
  free(result);
  store_close(store);
  return status;
}

static void tell(const struct web_review *review, const struct review_entry *entry) {
  audit_write(review->audit, "review", json_pack("{s:s, s:s?}", "name", entry->who, "address", entry->from),
              json_pack("{s:s, s:i, s:s, s:s}", "job", entry->job, "region", entry->region, "decision",
                        entry->overruled ? "overruled" : "confirmed", "why", entry->why));
}

enum status web_review_answer(struct web_review *review, const struct http_request *request, struct http_answer *answer,
                              struct fault *fault) {
  char at[CLOCK_TEXT_MAX], from[HTTP_PEER_CHARS + 1];
  int64_t now = clock_wall_ms();
  struct review_entry entry;
  char *line = NULL;
  json_t *json = json_loadb(request->body ? request->body : "", request->size, JSON_REJECT_DUPLICATES, NULL);
  enum status status = read_entry(json, &entry, fault);
  clock_text(now, at);
  entry.at = at;
  entry.from = http_peer(request, from) ? from : NULL;
  if (!status) status = keep(review, &entry, now, &line, fault);
  if (!status) {
    tell(review, &entry);
    answer->body = line;
    answer->size = strlen(line);
    answer->type = "application/json";
    line = NULL;
  }
  free(line);
  json_decref(json);
  return status;
}
