#include "models/seal.h"
#include "models/text.h"
#include "models/utf8.h"

#include <stdlib.h>
#include <string.h>

void seal_free(struct seal *seal) {
  free(seal->who);
  free(seal->why);
  free(seal->files);
  *seal = (struct seal){0};
}

bool seal_text_valid(const char *text) {
  size_t size = strlen(text);
  return size && size <= SEAL_TEXT_MAX && utf8_printable(text, size);
}

bool seal_file_in(const struct seal_file *file, const char *folder) {
  return !strncmp(file->name, folder, strlen(folder));
}

/* Names cannot lead out of the golden: one known folder, then a plain name. */
static bool name_allowed(const char *name) {
  if (!strcmp(name, SEAL_SPEC) || !strcmp(name, SEAL_CALIBRATION)) return true;
  size_t folder = 0;
  if (!strncmp(name, SEAL_PHOTOS, strlen(SEAL_PHOTOS))) folder = strlen(SEAL_PHOTOS);
  if (!strncmp(name, SEAL_MASKS, strlen(SEAL_MASKS))) folder = strlen(SEAL_MASKS);
  const char *plain = name + folder;
  size_t size = strlen(plain);
  return folder && size && size <= SEAL_FILE_CHARS && plain[0] != '.' && !strchr(plain, '/') &&
         utf8_printable(plain, size);
}

const struct seal_file *seal_find(const struct seal *seal, const char *name) {
  for (size_t i = 0; i < seal->file_count; i++)
    if (!strcmp(seal->files[i].name, name)) return &seal->files[i];
  return NULL;
}

static struct seal_file *new_file(struct seal *seal, const char *name, struct fault *fault) {
  if (!name_allowed(name) || seal_find(seal, name) || seal->file_count >= SEAL_MAX_FILES) {
    fault_set(fault, STATUS_INVALID, "%s: cannot be sealed; expected at most %d files of different names in %s and %s",
              name, SEAL_MAX_FILES, SEAL_PHOTOS, SEAL_MASKS);
    return NULL;
  }
  if (seal->file_count == seal->file_room) {
    size_t room = seal->file_room ? 2 * seal->file_room : 16;
    struct seal_file *files = realloc(seal->files, room * sizeof *files);
    if (!files) {
      fault_set(fault, STATUS_MEMORY, "seal: out of memory");
      return NULL;
    }
    seal->files = files;
    seal->file_room = room;
  }
  struct seal_file *file = &seal->files[seal->file_count++];
  *file = (struct seal_file){0};
  memcpy(file->name, name, strlen(name) + 1);
  return file;
}

enum status seal_add(struct seal *seal, const char *name, const void *bytes, size_t size, struct fault *fault) {
  struct fault unheard;
  if (!fault) fault = &unheard;
  struct seal_file *file = new_file(seal, name, fault);
  if (!file) return fault->status;
  file->size = size;
  digest_sha256(bytes, size, file->sha256);
  return STATUS_OK;
}

static void put(struct text *out, const char *key, const char *value) {
  text_put(out, key);
  text_json_string(out, value);
}

static void put_integer(struct text *out, const char *key, int64_t value) {
  text_put(out, key);
  text_json_integer(out, value);
}

/* The text, with its size; NULL where memory ended. */
static char *take(struct text *out, size_t *size) {
  *size = out->size;
  return text_take(out);
}

char *seal_write(const struct seal *seal, size_t *size) {
  struct text out = {0};
  text_put(&out, "{\n  \"files\": [");
  for (size_t i = 0; i < seal->file_count; i++) {
    put(&out, i ? ",\n    {\n      \"name\": " : "\n    {\n      \"name\": ", seal->files[i].name);
    put(&out, ",\n      \"sha256\": ", seal->files[i].sha256);
    put_integer(&out, ",\n      \"size\": ", (int64_t)seal->files[i].size);
    text_put(&out, "\n    }");
  }
  put_integer(&out, "\n  ],\n  \"format\": ", 1);
  put(&out, ",\n  \"name\": ", seal->name);
  text_put(&out, ",\n  \"photos\": [");
  bool first = true;
  for (size_t i = 0; i < seal->file_count; i++) {
    if (!seal_file_in(&seal->files[i], SEAL_PHOTOS)) continue;
    put(&out, first ? "\n    " : ",\n    ", seal->files[i].name);
    first = false;
  }
  put(&out, "\n  ],\n  \"previous\": ", seal->previous[0] ? seal->previous : NULL);
  put_integer(&out, ",\n  \"version\": ", seal->version);
  put(&out, ",\n  \"when\": ", seal->when);
  put(&out, ",\n  \"who\": ", seal->who);
  put(&out, ",\n  \"why\": ", seal->why);
  text_put(&out, "\n}\n");
  return take(&out, size);
}

char *seal_sign(const struct signing_key *key, const void *seal, size_t seal_size, size_t *size) {
  char signature[SIGNATURE_TEXT_CHARS + 1];
  struct text out = {0};
  signing_key_sign(key, seal, seal_size, signature);
  put(&out, "{\n  \"algorithm\": ", "ed25519");
  put(&out, ",\n  \"public_key\": ", key->public_text);
  put(&out, ",\n  \"signature\": ", signature);
  text_put(&out, "\n}\n");
  return take(&out, size);
}
