#include "models/seal.h"
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
  if (!strcmp(name, SEAL_SPEC)) return true;
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

static char *dump(json_t *object, size_t *size) {
  char *text = object ? json_dumps(object, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
  json_decref(object);
  if (!text) return NULL;
  *size = strlen(text) + 1;
  char *line = realloc(text, *size + 1);
  if (!line) {
    free(text);
    return NULL;
  }
  memcpy(line + *size - 1, "\n", 2);
  return line;
}

static int add_file(json_t *files, json_t *photos, const struct seal_file *file) {
  int failed = json_array_append_new(
      files, json_pack("{s:s, s:I, s:s}", "name", file->name, "size", (json_int_t)file->size, "sha256", file->sha256));
  if (seal_file_in(file, SEAL_PHOTOS)) failed |= json_array_append_new(photos, json_string(file->name));
  return failed;
}

char *seal_write(const struct seal *seal, size_t *size) {
  json_t *files = json_array(), *photos = json_array();
  int failed = !files || !photos;
  for (size_t i = 0; i < seal->file_count && !failed; i++) failed = add_file(files, photos, &seal->files[i]);
  if (failed) {
    json_decref(files);
    json_decref(photos);
    return NULL;
  }
  return dump(json_pack("{s:o, s:i, s:s, s:o, s:s?, s:I, s:s, s:s, s:s}", "files", files, "format", 1, "name",
                        seal->name, "photos", photos, "previous", seal->previous[0] ? seal->previous : NULL, "version",
                        (json_int_t)seal->version, "when", seal->when, "who", seal->who, "why", seal->why),
              size);
}

char *seal_sign(const struct signing_key *key, const void *seal, size_t seal_size, size_t *size) {
  char signature[SIGNATURE_TEXT_CHARS + 1];
  signing_key_sign(key, seal, seal_size, signature);
  return dump(
      json_pack("{s:s, s:s, s:s}", "algorithm", "ed25519", "public_key", key->public_text, "signature", signature),
      size);
}
