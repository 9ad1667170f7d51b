#include "cli/report/pictures.h"

#include "cli/report/drawing.h"

#include "models/digest.h"
#include "models/file.h"

#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool add_folder(struct report_folders *folders, char *path) {
  char **items = path ? realloc(folders->items, (folders->count + 1) * sizeof *items) : NULL;
  if (!items) {
    free(path);
    return false;
  }
  folders->items = items;
  items[folders->count++] = path;
  return true;
}

enum status report_folders_find(const char *const *places, size_t count, struct report_folders *folders,
                                struct fault *fault) {
  bool known = true;
  for (size_t i = 0; i < count && known; i++) {
    struct stat entry;
    char *above = NULL;
    if (stat(places[i], &entry)) continue;
    if (S_ISDIR(entry.st_mode)) {
      if (asprintf(&above, "%s/..", places[i]) < 0) above = NULL;
      known = add_folder(folders, strdup(places[i])) && add_folder(folders, above);
      continue;
    }
    const char *slash = strrchr(places[i], '/');
    known = add_folder(folders, slash ? strndup(places[i], (size_t)(slash - places[i]) + 1) : strdup("."));
  }
  return known ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
}

void report_folders_free(struct report_folders *folders) {
  for (size_t i = 0; i < folders->count; i++) free(folders->items[i]);
  free(folders->items);
}

/* The bytes of a file of the evidence; NULL where there is none. The key comes from results: only what is a digest is
 * made a path. */
static uint8_t *read_evidence(const struct report_folders *folders, const char *key, enum evidence_file file,
                              size_t *size) {
  if (!*key || !digest_is_hex(key, strlen(key))) return NULL;
  uint8_t *bytes = NULL;
  for (size_t i = 0; i < folders->count && !bytes; i++) {
    char *folder = NULL;
    if (asprintf(&folder, "%s/evidence", folders->items[i]) < 0) return NULL;
    char *path = evidence_path(folder, key, file);
    if (path) file_read(AT_FDCWD, path, path, true, REPORT_PICTURE_BYTES, &bytes, size, NULL);
    free(path);
    free(folder);
  }
  return bytes;
}

static void put_cited(struct text *out, const struct report_golden *golden) {
  text_put(out, "{\"name\":");
  text_json_string(out, golden->name);
  text_put(out, ",\"version\":");
  text_json_integer(out, golden->version);
  text_put(out, ",\"sha256\":");
  text_json_string(out, golden->sha256);
  text_put(out, "}");
}

enum status report_goldens_json(const struct report_data *data, const struct report_folders *folders, struct text *out,
                                struct fault *fault) {
  /* Who approved it and why, and the spec's text with its remarks, are the buyer's own. */
  static const char *const internal[] = {"by", "why", "spec"};
  text_put(out, "[");
  for (size_t i = 0; i < data->golden_count; i++) {
    size_t size = 0;
    const struct report_golden *golden = &data->goldens[i];
    uint8_t *bytes = read_evidence(folders, golden->sha256, EVIDENCE_GOLDEN, &size);
    json_t *json = bytes ? json_loadb((const char *)bytes, size, 0, NULL) : NULL;
    if (json_is_object(json)) report_drawing_add(json);
    if (json_is_object(json) && data->for_factory)
      for (size_t k = 0; k < sizeof internal / sizeof *internal; k++) json_object_del(json, internal[k]);
    char *known = json_is_object(json) ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(7)) : NULL;
    if (i) text_put(out, ",");
    if (known)
      text_put(out, known);
    else
      put_cited(out, golden);
    free(known);
    json_decref(json);
    free(bytes);
  }
  text_put(out, "]");
  return out->failed ? fault_set(fault, STATUS_MEMORY, "out of memory for the report") : STATUS_OK;
}

/* A data URI as a JSON string; false where there is no such picture. */
static bool put_picture(struct text *out, const struct report_folders *folders, const char *before, const char *key,
                        enum evidence_file file) {
  size_t size = 0;
  uint8_t *bytes = read_evidence(folders, key, file, &size);
  if (!bytes) return false;
  size_t room = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
  char *encoded = malloc(room);
  if (encoded) {
    sodium_bin2base64(encoded, room, bytes, size, sodium_base64_VARIANT_ORIGINAL);
    text_put(out, before);
    text_put(out, "\"data:image/jpeg;base64,");
    text_put(out, encoded);
    text_put(out, "\"");
  } else {
    out->failed = true;
  }
  free(encoded);
  free(bytes);
  return true;
}

static void put_key(struct text *out, bool first, const char *key) {
  if (!first) text_put(out, ",");
  text_json_string(out, key);
  text_put(out, ":");
}

enum status report_pictures_json(const struct report_data *data, const struct report_folders *folders, struct text *out,
                                 size_t *shown, struct fault *fault) {
  bool first = true;
  *shown = 0;
  text_put(out, "{\"goldens\":{");
  for (size_t i = 0; i < data->golden_count; i++) {
    struct text picture = {0};
    if (put_picture(&picture, folders, "", data->goldens[i].sha256, EVIDENCE_GOLDEN_PHOTO)) {
      put_key(out, first, data->goldens[i].sha256);
      text_add(out, picture.bytes, picture.size);
      first = false;
    }
    out->failed |= picture.failed;
    text_free(&picture);
  }
  text_put(out, "},\"photos\":{");
  for (size_t i = 0; i < data->pictured_count; i++) {
    struct text pair = {0};
    if (put_picture(&pair, folders, "[", data->pictured[i].job_id, EVIDENCE_PHOTO)) {
      if (!put_picture(&pair, folders, ",", data->pictured[i].job_id, EVIDENCE_MAP)) text_put(&pair, ",null");
      text_put(&pair, "]");
      put_key(out, !*shown, data->pictured[i].job_id);
      text_add(out, pair.bytes, pair.size);
      ++*shown;
    }
    out->failed |= pair.failed;
    text_free(&pair);
  }
  text_put(out, "}");
  return out->failed ? fault_set(fault, STATUS_MEMORY, "out of memory for the report") : STATUS_OK;
}
