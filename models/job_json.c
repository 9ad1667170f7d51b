#include "models/digest.h"
#include "models/job.h"
#include "models/utf8.h"

#include <stdlib.h>
#include <string.h>

static void write_text(struct text *text, const char *key, const char *value) {
  if (!value || !*value) return;
  text_put(text, text->size && text->bytes[text->size - 1] != '{' ? ",\"" : "\"");
  text_put(text, key);
  text_put(text, "\":");
  text_json_string(text, value);
}

void job_write(const struct job *job, struct text *text) {
  text_put(text, "{");
  write_text(text, "id", job->id);
  write_text(text, "golden_sha256", job->golden_sha256);
  write_text(text, "photo_id", job->photo_id);
  for (size_t i = 0; i < JOB_TEXTS; i++) write_text(text, job_texts[i].key, job_text_get(job, i));
  text_put(text, "}");
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
