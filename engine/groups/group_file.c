#include "engine/groups/group_file.h"

#include "models/digest.h"
#include "models/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMAT = 1, SEAL_DIGITS = 16, MOST_ZONES = 253 };

/* No group image is larger: GROUP_MOST_PHOTOS ids, and planes of GROUP_SIDE a side. */
static const size_t MOST_BYTES = (size_t)64 << 20;

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are in little endian");

static const char *const text_names[GROUP_TEXTS] = {"factory", "line", "shift", "lot"};

const char *group_text_name(enum group_text text) {
  return text_names[text];
}

void group_free(struct group *group) {
  for (int i = 0; i < GROUP_TEXTS; i++) free(group->texts[i]);
  for (size_t i = 0; i < group->zone_count; i++) free(group->zones[i]);
  free(group->zones);
  free(group->ids);
  free(group->labels);
  group_image_free(&group->image);
  memset(group, 0, sizeof *group);
}

char *group_golden_path(const char *folder, const char *golden_sha256) {
  char *path = NULL;
  return asprintf(&path, "%s/%s.golden.group", folder, golden_sha256) < 0 ? NULL : path;
}

char *group_path(const char *folder, const char *golden_sha256, const char *const texts[GROUP_TEXTS]) {
  json_t *key = json_pack("[s?, s?, s?, s?]", texts[0], texts[1], texts[2], texts[3]);
  char *text = key ? json_dumps(key, JSON_COMPACT) : NULL, *path = NULL, digest[DIGEST_CHARS + 1];
  json_decref(key);
  if (!text) return NULL;
  digest_blake2b(text, strlen(text), digest);
  free(text);
  if (asprintf(&path, "%s/%.*s-%.*s.group", folder, (int)SEAL_DIGITS, golden_sha256, (int)SEAL_DIGITS, digest) < 0)
    return NULL;
  return path;
}

/* ---- writing ---- */

static char *head_of(const struct group *group) {
  const struct group_image *image = &group->image;
  json_t *zones = json_array();
  for (size_t i = 0; i < group->zone_count; i++) json_array_append_new(zones, json_string(group->zones[i]));
  json_t *head = json_pack("{s:i, s:s, s:s, s:I, s:i, s:i, s:b, s:I, s:I, s:b, s:o}", "assay_group", (int)FORMAT,
                           "golden", group->golden, "golden_name", group->golden_name, "golden_version",
                           (json_int_t)group->golden_version, "width", (int)image->width, "height", (int)image->height,
                           "colour", (int)image->colour, "photos", (json_int_t)image->photos, "ids",
                           (json_int_t)group->id_count, "labels", group->labels != NULL, "zones", zones);
  bool made = head != NULL;
  for (int i = 0; i < GROUP_TEXTS && made; i++)
    made = !json_object_set_new(head, text_names[i], group->texts[i] ? json_string(group->texts[i]) : json_null());
  char *text = made ? json_dumps(head, JSON_COMPACT) : NULL;
  json_decref(head);
  return text;
}

static size_t pixels_of(const struct group_layer *layer) {
  return (size_t)layer->width * (size_t)layer->height;
}

static bool write_all(FILE *file, const char *head, const struct group *group) {
  bool good = fputs(head, file) >= 0 && fputc('\n', file) != EOF;
  for (int i = 0; i < GROUP_PLANES && good; i++) {
    const struct group_layer *layer = &group->image.layer[i];
    size_t n = pixels_of(layer);
    good = fwrite(layer->square, sizeof *layer->square, n, file) == n &&
           fwrite(layer->sum, sizeof *layer->sum, n, file) == n &&
           fwrite(layer->count, sizeof *layer->count, n, file) == n;
  }
  size_t labels = group->labels ? pixels_of(&group->image.layer[GROUP_LUMA]) : 0;
  if (good && labels) good = fwrite(group->labels, 1, labels, file) == labels;
  if (good && group->id_count) good = fwrite(group->ids, GROUP_ID_BYTES, group->id_count, file) == group->id_count;
  return good;
}

enum status group_write(const char *path, const struct group *group, struct fault *fault) {
  char *beside = NULL, *head = head_of(group);
  if (!head || asprintf(&beside, "%s.XXXXXX", path) < 0) {
    free(head);
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  }
  int fd = mkostemp(beside, O_CLOEXEC);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
  bool written = file && write_all(file, head, group) && !fchmod(fd, 0644);
  if (file ? fclose(file) : fd >= 0 && close(fd)) written = false;
  if (written && rename(beside, path)) written = false;
  enum status status = written ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  if (!written && fd >= 0) unlink(beside);
  free(beside);
  free(head);
  return status;
}

/* ---- reading ---- */

struct head {
  int format, width, height, colour, labels;
  json_int_t photos, ids, version;
  const char *golden, *name;
  json_t *zones;
};

static bool read_head(json_t *json, struct head *head) {
  return !json_unpack(json, "{s:i, s:s, s:s, s:I, s:i, s:i, s:b, s:I, s:I, s:b, s:o}", "assay_group", &head->format,
                      "golden", &head->golden, "golden_name", &head->name, "golden_version", &head->version, "width",
                      &head->width, "height", &head->height, "colour", &head->colour, "photos", &head->photos, "ids",
                      &head->ids, "labels", &head->labels, "zones", &head->zones) &&
         head->format == FORMAT && digest_is_hex(head->golden, SHA256_CHARS) && head->photos >= 0 &&
         head->photos <= GROUP_MOST_PHOTOS && head->ids >= 0 && head->ids <= GROUP_MOST_PHOTOS &&
         json_is_array(head->zones) && json_array_size(head->zones) <= MOST_ZONES;
}

static enum status take_texts(json_t *json, const struct head *head, struct group *group, struct fault *fault) {
  snprintf(group->golden, sizeof group->golden, "%s", head->golden);
  snprintf(group->golden_name, sizeof group->golden_name, "%s", head->name);
  group->golden_version = head->version;
  bool good = true;
  for (int i = 0; i < GROUP_TEXTS; i++) {
    const char *text = json_string_value(json_object_get(json, text_names[i]));
    group->texts[i] = text ? strdup(text) : NULL;
    if (text && !group->texts[i]) good = false;
  }
  size_t count = json_array_size(head->zones);
  group->zones = count ? calloc(count, sizeof *group->zones) : NULL;
  if (count && !group->zones) good = false;
  for (size_t i = 0; i < count && good; i++) {
    const char *name = json_string_value(json_array_get(head->zones, i));
    group->zones[i] = strdup(name ? name : "");
    if (!group->zones[i])
      good = false;
    else
      group->zone_count++;
  }
  return good ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "group image: out of memory");
}

static bool take(const uint8_t **at, const uint8_t *end, void *to, size_t bytes) {
  if ((size_t)(end - *at) < bytes) return false;
  if (bytes) memcpy(to, *at, bytes);
  *at += bytes;
  return true;
}

static enum status take_body(const uint8_t *at, const uint8_t *end, const struct head *head, struct group *group,
                             struct fault *fault) {
  struct group_image *image = &group->image;
  enum status status = group_image_begin(image, head->width, head->height, head->colour, fault);
  if (status) return status;
  image->photos = head->photos;
  bool good = true;
  for (int i = 0; i < GROUP_PLANES && good; i++) {
    struct group_layer *layer = &image->layer[i];
    size_t n = pixels_of(layer);
    good = take(&at, end, layer->square, n * sizeof *layer->square) &&
           take(&at, end, layer->sum, n * sizeof *layer->sum) && take(&at, end, layer->count, n * sizeof *layer->count);
  }
  size_t labels = head->labels ? pixels_of(&image->layer[GROUP_LUMA]) : 0, ids = (size_t)head->ids;
  if (!good || (size_t)(end - at) != labels + ids * GROUP_ID_BYTES)
    return fault_set(fault, STATUS_INVALID, "damaged: it has not the size that its first line says");
  group->labels = labels ? malloc(labels) : NULL;
  group->ids = ids ? malloc(ids * GROUP_ID_BYTES) : NULL;
  if ((labels && !group->labels) || (ids && !group->ids))
    return fault_set(fault, STATUS_MEMORY, "group image: out of memory");
  group->id_count = ids;
  take(&at, end, group->labels, labels);
  take(&at, end, group->ids, ids * GROUP_ID_BYTES);
  return STATUS_OK;
}

enum status group_read(const char *path, struct group *group, struct fault *fault) {
  *group = (struct group){.golden_version = 0};
  uint8_t *bytes = NULL;
  size_t size = 0;
  enum status status = file_read(AT_FDCWD, path, path, false, MOST_BYTES, &bytes, &size, fault);
  if (status) return status;
  const uint8_t *line = size ? memchr(bytes, '\n', size) : NULL;
  json_t *json = line ? json_loadb((const char *)bytes, (size_t)(line - bytes), 0, NULL) : NULL;
  struct head head;
  if (!json || !read_head(json, &head))
    status = fault_set(fault, STATUS_INVALID, "not a group image of this version of assay");
  if (!status) status = take_texts(json, &head, group, fault);
  if (!status) status = take_body(line + 1, bytes + size, &head, group, fault);
  if (status) {
    fault_prefix(fault, "%s", path);
    group_free(group);
  }
  json_decref(json);
  free(bytes);
  return status;
}
