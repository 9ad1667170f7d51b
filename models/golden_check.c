#include "models/file.h"
#include "models/golden_build.h"
#include "models/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum status append_seal(json_t *history, const uint8_t *bytes, size_t size) {
  char sha256[DIGEST_CHARS + 1];
  digest_sha256(bytes, size, sha256);
  json_t *seal = json_loadb((const char *)bytes, size, 0, NULL);
  int failed = json_object_set_new(seal, "sha256", json_string(sha256));
  if (failed) json_decref(seal);
  return failed || json_array_append_new(history, seal) ? STATUS_MEMORY : STATUS_OK;
}

static enum status history_once(const char *path, json_t **history, struct fault *fault) {
  struct seal seal;
  struct golden_past past = {0};
  uint8_t *bytes;
  size_t size;
  int folder;
  *history = NULL;
  enum status status = golden_seal_open(path, &folder, &seal, &bytes, &size, fault);
  if (status) return status;
  status = golden_past_read(folder, path, &seal, &past, fault);
  if (status) goto end;
  *history = json_array();
  if (!*history) status = STATUS_MEMORY;
  for (size_t i = 0; i < past.count && !status; i++)
    status = append_seal(*history, past.seals[i].bytes, past.seals[i].size);
  if (!status) status = append_seal(*history, bytes, size);
  if (status) {
    json_decref(*history);
    *history = NULL;
    fault_set(fault, status, "%s: out of memory", path);
  }
end:
  golden_past_free(&past);
  seal_free(&seal);
  free(bytes);
  close(folder);
  return status;
}

enum status golden_history(const char *path, json_t **history, struct fault *fault) {
  for (;;) {
    const int held = golden_hold(path);
    enum status status = history_once(path, history, fault);
    if (!golden_exchanged(path, held) || !status) return status;
  }
}

/* What golden check found out. */
struct findings {
  json_t *problems;
  enum status first;
  struct fault *fault;
  char signed_by[KEY_TEXT_CHARS + 1], sha256[DIGEST_CHARS + 1];
};

static void note(struct findings *found, enum status status, const struct fault *now) {
  if (!status) return;
  json_array_append_new(found->problems, json_string(now->text));
  if (found->first) return;
  found->first = status;
  if (found->fault) *found->fault = *now;
}

static void check_signature(int folder, const char *path, const char *trusted_keys, const uint8_t *seal,
                            size_t seal_size, struct findings *found) {
  char *shown = NULL;
  uint8_t *bytes = NULL;
  size_t size;
  bool trusted = false;
  struct fault now = {0};
  enum status status = STATUS_MEMORY;
  if (asprintf(&shown, "%s/seal.sig", path) < 0) {
    shown = NULL;
    fault_set(&now, status, "%s: out of memory", path);
  } else {
    status = file_read(folder, "seal.sig", shown, false, SEAL_MAX_BYTES, &bytes, &size, &now);
    if (!status) status = seal_verify(bytes, size, seal, seal_size, shown, found->signed_by, &now);
  }
  if (status == STATUS_MISSING) status = STATUS_OK;
  note(found, status, &now);
  if (!trusted_keys || status) goto end;
  if (!found->signed_by[0]) {
    status =
        fault_set(&now, STATUS_INVALID, "%s: is not signed; expected a signature by a key of %s", path, trusted_keys);
  } else {
    status = trusted_key_find(trusted_keys, found->signed_by, &trusted, &now);
    if (!status && !trusted)
      status = fault_set(&now, STATUS_INVALID, "%s: signed by %s; expected a key of %s", path, found->signed_by,
                         trusted_keys);
  }
  note(found, status, &now);
end:
  free(bytes);
  free(shown);
}

static void check_past(int folder, const char *path, const struct seal *seal, struct findings *found) {
  struct golden_past past;
  struct fault now = {0};
  note(found, golden_past_read(folder, path, seal, &past, &now), &now);
  golden_past_free(&past);
}

static enum status note_unsealed(void *context, const char *name, struct fault *fault) {
  char *shown = utf8_repair(name);
  bool failed = !shown || json_array_append_new(context, json_string(shown));
  free(shown);
  return failed ? fault_set(fault, STATUS_MEMORY, "out of memory") : STATUS_OK;
}

static enum status check_once(const char *path, const char *trusted_keys, json_t **report, struct fault *fault) {
  struct findings found = {.problems = json_array(), .fault = fault};
  json_t *unsealed = json_array();
  struct golden *golden = NULL;
  struct seal seal = {0};
  uint8_t *bytes = NULL;
  size_t size;
  int folder;
  *report = NULL;
  if (!found.problems || !unsealed) {
    json_decref(found.problems), json_decref(unsealed);
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  }
  found.first = golden_load(path, found.problems, &golden, fault);
  golden_close(golden);
  struct fault now = {0};
  enum status status = golden_seal_open(path, &folder, &seal, &bytes, &size, &now);
  const bool known = !status;
  if (!found.first) note(&found, status, &now);
  if (known) {
    digest_sha256(bytes, size, found.sha256);
    check_signature(folder, path, trusted_keys, bytes, size, &found);
    check_past(folder, path, &seal, &found);
    note(&found, golden_unsealed(folder, &seal, note_unsealed, unsealed, &now), &now);
    close(folder);
  }
  *report = json_pack("{s:b, s:s?, s:o, s:s?, s:s?, s:o, s:o}", "ok", !found.first, "name", known ? seal.name : NULL,
                      "version", known ? json_integer((json_int_t)seal.version) : json_null(), "sha256",
                      known ? found.sha256 : NULL, "signed_by", found.signed_by[0] ? found.signed_by : NULL, "problems",
                      found.problems, "unsealed", unsealed);
  free(bytes);
  seal_free(&seal);
  if (!*report) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  return found.first;
}

enum status golden_check(const char *path, const char *trusted_keys, json_t **report, struct fault *fault) {
  for (;;) {
    const int held = golden_hold(path);
    enum status status = check_once(path, trusted_keys, report, fault);
    if (!golden_exchanged(path, held) || !status) return status;
    json_decref(*report);
    *report = NULL;
  }
}
