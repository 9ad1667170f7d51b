#include "models/job.h"
#include "models/seal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status bad(struct fault *fault, const char *shown, const char *field, const char *expected) {
  return fault_set(fault, STATUS_INVALID, "%s: %s: expected %s", shown, field, expected);
}

static const char *text_of(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

static enum status read_text(const json_t *json, const char *key, const char *shown, char **text, struct fault *fault) {
  const char *value = text_of(json, key);
  if (!value || !seal_text_valid(value)) return bad(fault, shown, key, "a text");
  *text = strdup(value);
  return *text ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "%s: out of memory", shown);
}

static enum status read_file(const json_t *json, const char *shown, struct seal *seal, struct fault *fault) {
  const char *name = text_of(json, "name"), *sha256 = text_of(json, "sha256");
  const json_t *size = json_object_get(json, "size");
  if (!name || !sha256 || !digest_is_hex(sha256, DIGEST_CHARS) || !json_is_integer(size) ||
      json_integer_value(size) < 0)
    return bad(fault, shown, "files", "name, size and sha256 of each");
  struct fault why = {0};
  enum status status = seal_add(seal, name, NULL, 0, &why);
  if (status) return fault_set(fault, status, "%s: files: %s", shown, why.text);
  struct seal_file *file = &seal->files[seal->file_count - 1];
  file->size = (size_t)json_integer_value(size);
  memcpy(file->sha256, sha256, sizeof file->sha256);
  return STATUS_OK;
}

/* "photos" repeats, for people, which files are photos and in which order. */
static enum status check_photos(const json_t *photos, const char *shown, const struct seal *seal, struct fault *fault) {
  size_t count = 0;
  for (size_t i = 0; i < seal->file_count; i++) {
    if (!seal_file_in(&seal->files[i], SEAL_PHOTOS)) continue;
    const char *name = json_string_value(json_array_get(photos, count++));
    if (!name || strcmp(name, seal->files[i].name)) return bad(fault, shown, "photos", "the photos of files, in order");
  }
  if (!count || json_array_size(photos) != count)
    return bad(fault, shown, "photos", "the photos of files, at least one");
  return STATUS_OK;
}

static enum status read_files(const json_t *json, const char *shown, struct seal *seal, struct fault *fault) {
  const json_t *files = json_object_get(json, "files");
  enum status status = STATUS_OK;
  for (size_t i = 0; i < json_array_size(files) && !status; i++)
    status = read_file(json_array_get(files, i), shown, seal, fault);
  if (status) return status;
  if (!seal_find(seal, SEAL_SPEC)) return bad(fault, shown, "files", SEAL_SPEC " among them");
  return check_photos(json_object_get(json, "photos"), shown, seal, fault);
}

static enum status read_identity(const json_t *json, const char *shown, struct seal *seal, struct fault *fault) {
  const json_t *version = json_object_get(json, "version"), *previous = json_object_get(json, "previous");
  const char *name = text_of(json, "name"), *when = text_of(json, "when"), *before = json_string_value(previous);
  if (json_integer_value(json_object_get(json, "format")) != 1)
    return bad(fault, shown, "format", "1, the only one that this version of assay knows");
  if (!name || !seal_text_valid(name) || strlen(name) >= sizeof seal->name)
    return bad(fault, shown, "name", "a text of 1 to 127 bytes");
  seal->version = json_integer_value(version);
  if (seal->version < 1) return bad(fault, shown, "version", "a whole number from 1");
  if (!when || strlen(when) >= sizeof seal->when || !job_time_valid(when))
    return bad(fault, shown, "when", "a time in UTC such as 2026-03-01T21:14:05Z");
  bool first = seal->version == 1;
  if (first ? !json_is_null(previous) : !before || !digest_is_hex(before, DIGEST_CHARS))
    return bad(fault, shown, "previous", first ? "null in version 1" : "the SHA-256 of the version before");
  memcpy(seal->name, name, strlen(name) + 1);
  memcpy(seal->when, when, strlen(when) + 1);
  if (!first) memcpy(seal->previous, before, sizeof seal->previous);
  return STATUS_OK;
}

static enum status parse(const void *bytes, size_t size, const char *shown, json_t **json, struct fault *fault) {
  json_error_t error;
  *json = json_loadb(bytes ? bytes : "", size, JSON_REJECT_DUPLICATES, &error);
  if (json_is_object(*json)) return STATUS_OK;
  json_decref(*json);
  if (*json) return bad(fault, shown, "the whole", "a JSON object");
  if (json_error_code(&error) == json_error_out_of_memory || !*error.text)
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", shown);
  return fault_set(fault, STATUS_INVALID, "%s:%d:%d: not valid JSON: %s", shown, error.line, error.column, error.text);
}

enum status seal_read(const void *bytes, size_t size, const char *shown, struct seal *seal, struct fault *fault) {
  *seal = (struct seal){0};
  json_t *json;
  enum status status = parse(bytes, size, shown, &json, fault);
  if (status) return status;
  status = read_identity(json, shown, seal, fault);
  if (!status) status = read_text(json, "who", shown, &seal->who, fault);
  if (!status) status = read_text(json, "why", shown, &seal->why, fault);
  if (!status) status = read_files(json, shown, seal, fault);
  if (status) seal_free(seal);
  json_decref(json);
  return status;
}

enum status seal_verify(const void *signature, size_t signature_size, const void *seal, size_t seal_size,
                        const char *shown, char signed_by[KEY_TEXT_CHARS + 1], struct fault *fault) {
  json_t *json;
  enum status status = parse(signature, signature_size, shown, &json, fault);
  if (status) return status;
  const char *algorithm = text_of(json, "algorithm"), *key = text_of(json, "public_key"),
             *value = text_of(json, "signature");
  if (!algorithm || strcmp(algorithm, "ed25519"))
    status = bad(fault, shown, "algorithm", "ed25519");
  else if (!key || strlen(key) != KEY_TEXT_CHARS || !value || !signature_valid(key, value, seal, seal_size))
    status = fault_set(fault, STATUS_INVALID, "%s: the signature is not one of this seal.json", shown);
  else
    snprintf(signed_by, KEY_TEXT_CHARS + 1, "%s", key);
  json_decref(json);
  return status;
}
