#include "models/file.h"
#include "models/golden_build.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_VERSIONS = 100000 };

void golden_past_free(struct golden_past *past) {
  for (size_t i = 0; past->seals && i < past->count; i++) {
    free(past->seals[i].bytes);
    free(past->seals[i].signature);
    seal_free(&past->seals[i].seal);
  }
  free(past->seals);
  *past = (struct golden_past){0};
}

static enum status read_one(int history, const char *path, int64_t version, const struct seal *next,
                            struct golden_past_seal *one, struct fault *fault) {
  char name[32], sha256[DIGEST_CHARS + 1], *shown = NULL;
  snprintf(name, sizeof name, "%" PRId64 ".json", version);
  if (asprintf(&shown, "%s/history/%s", path, name) < 0)
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  enum status status = file_read(history, name, shown, false, SEAL_MAX_BYTES, &one->bytes, &one->size, fault);
  if (status == STATUS_MISSING)
    status = fault_set(fault, STATUS_INVALID, "%s: missing; expected the seal that version %" PRId64 " cites", shown,
                       next->version);
  if (status) goto end;
  digest_sha256(one->bytes, one->size, sha256);
  if (strcmp(sha256, next->previous)) {
    status = fault_set(fault, STATUS_INVALID, "%s: SHA-256 %s; expected %s as version %" PRId64 " cites it", shown,
                       sha256, next->previous, next->version);
    goto end;
  }
  status = seal_read(one->bytes, one->size, shown, &one->seal, fault);
  if (!status && one->seal.version != version)
    status = fault_set(fault, STATUS_INVALID, "%s: version: %" PRId64 "; expected %" PRId64, shown, one->seal.version,
                       version);
  if (status) goto end;
  snprintf(name, sizeof name, "%" PRId64 ".sig", version);
  status = file_read(history, name, name, false, SEAL_MAX_BYTES, &one->signature, &one->signature_size, fault);
  if (status == STATUS_MISSING) status = STATUS_OK;
end:
  free(shown);
  return status;
}

enum status golden_past_read(int folder, const char *path, const struct seal *current, struct golden_past *past,
                             struct fault *fault) {
  *past = (struct golden_past){0};
  if (current->version == 1) return STATUS_OK;
  if (current->version > MAX_VERSIONS)
    return fault_set(fault, STATUS_LIMIT, "%s: version %" PRId64 "; at most %d are accepted", path, current->version,
                     MAX_VERSIONS);
  int history = openat(folder, "history", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (history < 0) return fault_set(fault, STATUS_INVALID, "%s/history: missing; expected the earlier seals", path);
  enum status status = STATUS_OK;
  past->count = (size_t)current->version - 1;
  past->seals = calloc(past->count, sizeof *past->seals);
  if (!past->seals) {
    close(history);
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  }
  for (size_t i = past->count; i-- > 0 && !status;)
    status = read_one(history, path, (int64_t)i + 1, i + 1 < past->count ? &past->seals[i + 1].seal : current,
                      &past->seals[i], fault);
  close(history);
  if (status) golden_past_free(past);
  return status;
}
