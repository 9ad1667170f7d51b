#include "models/digest.h"
#include "models/job.h"
#include "models/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Steals nothing; -1 where memory ends. */
static int set_text(json_t *object, const char *key, const char *value) {
  if (!value || !*value) return json_object_set_new(object, key, json_null());
  if (utf8_valid(value, strlen(value))) return json_object_set_new(object, key, json_string(value));
  char *repaired = utf8_repair(value);
  int failed = repaired ? json_object_set_new(object, key, json_string(repaired)) : -1;
  free(repaired);
  return failed;
}

json_t *job_to_json(const struct job *job) {
  json_t *object = json_object();
  if (!object) return NULL;
  int failed = set_text(object, "id", job->id);
  failed |= set_text(object, "golden_sha256", job->golden_sha256);
  failed |= set_text(object, "photo_id", job->photo_id);
  for (size_t i = 0; i < JOB_TEXTS; i++) failed |= set_text(object, job_texts[i].key, job_text_get(job, i));
  if (!failed) return object;
  json_decref(object);
  return NULL;
}

static bool is_absent(const json_t *value) {
  return !value || json_is_null(value);
}

static enum status read_hex(const json_t *object, const char *key, size_t chars, char *hex, struct fault *fault) {
  const json_t *value = json_object_get(object, key);
  if (is_absent(value)) return STATUS_OK;
  if (!json_is_string(value) || json_string_length(value) != chars || !digest_is_hex(json_string_value(value), chars))
    return fault_set(fault, STATUS_INVALID, "job: %s: expected %zu lower-case hexadecimal digits", key, chars);
  memcpy(hex, json_string_value(value), chars + 1);
  return STATUS_OK;
}

static enum status read_text(const json_t *object, size_t index, struct job *job, struct fault *fault) {
  const char *key = job_texts[index].key, *expected;
  const json_t *value = json_object_get(object, key);
  if (is_absent(value)) return STATUS_OK;
  const char *text = json_string_value(value);
  if (!text || !*text || strlen(text) != json_string_length(value))
    return fault_set(fault, STATUS_INVALID, "job: %s: expected a text that is not empty, or null", key);
  if (!job_text_valid(index, text, &expected))
    return fault_set(fault, STATUS_INVALID, "job: %s: \"%.80s\"; expected %s", key, text, expected);
  *job_text(job, index) = strdup(text);
  if (!*job_text(job, index)) return fault_set(fault, STATUS_MEMORY, "job: out of memory");
  return STATUS_OK;
}

enum status job_from_json(const json_t *json, struct job *job, struct fault *fault) {
  *job = (struct job){0};
  if (!json_is_object(json)) return fault_set(fault, STATUS_INVALID, "job: expected a JSON object");
  enum status status = read_hex(json, "id", JOB_ID_CHARS, job->id, fault);
  if (!status) status = read_hex(json, "golden_sha256", SHA256_CHARS, job->golden_sha256, fault);
  if (!status) status = read_hex(json, "photo_id", PHOTO_ID_CHARS, job->photo_id, fault);
  for (size_t i = 0; i < JOB_TEXTS && !status; i++) status = read_text(json, i, job, fault);
  if (!status && !job->photo) status = fault_set(fault, STATUS_INVALID, "job: photo: missing; expected its path");
  if (status) job_free(job);
  return status;
}
