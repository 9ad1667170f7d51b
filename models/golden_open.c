#include "models/file.h"
#include "models/golden_build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int golden_hold(const char *path) {
  return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

bool golden_exchanged(const char *path, int held) {
  struct stat before, after;
  if (held < 0) return false;
  bool known = !fstat(held, &before) && !stat(path, &after);
  close(held);
  return known && (before.st_dev != after.st_dev || before.st_ino != after.st_ino);
}

enum status golden_folder_open(const char *path, int *folder, struct fault *fault) {
  *folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*folder >= 0) return STATUS_OK;
  if (errno == ENOENT || errno == ENOTDIR)
    return fault_set(fault, STATUS_MISSING, "%s: %s; expected a golden", path,
                     errno == ENOENT ? "no such folder" : "not a folder");
  return fault_set(fault, STATUS_IO, "%s: cannot be opened: %s", path, strerror(errno));
}

enum status golden_seal_in(int folder, const char *path, struct seal *seal, uint8_t **bytes, size_t *size,
                           struct fault *fault) {
  char *shown = NULL;
  *seal = (struct seal){0};
  *bytes = NULL;
  *size = 0;
  if (asprintf(&shown, "%s/seal.json", path) < 0) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  enum status status = file_read(folder, "seal.json", shown, false, SEAL_MAX_BYTES, bytes, size, fault);
  if (status == STATUS_MISSING)
    status = fault_set(fault, STATUS_INVALID, "%s: not a golden: it has no seal.json", path);
  if (!status) status = seal_read(*bytes, *size, shown, seal, fault);
  free(shown);
  if (!status) return STATUS_OK;
  free(*bytes);
  *bytes = NULL;
  return status;
}

enum status golden_seal_open(const char *path, int *folder, struct seal *seal, uint8_t **bytes, size_t *size,
                             struct fault *fault) {
  *seal = (struct seal){0};
  *bytes = NULL;
  *size = 0;
  enum status status = golden_folder_open(path, folder, fault);
  if (status) return status;
  status = golden_seal_in(*folder, path, seal, bytes, size, fault);
  if (!status) return STATUS_OK;
  close(*folder);
  *folder = -1;
  return status;
}

/* Opens the folder that holds a sealed file; links are not followed, so that no name leads out of the golden. */
static enum status open_part(int folder, const char *name, const char *shown, int *part, const char **plain,
                             struct fault *fault) {
  const char *slash = strchr(name, '/');
  char first[16];
  *plain = slash ? slash + 1 : name;
  snprintf(first, sizeof first, "%.*s", slash ? (int)(slash - name) : 1, slash ? name : ".");
  *part = openat(folder, first, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (*part >= 0) return STATUS_OK;
  return fault_set(fault, STATUS_INVALID, "%s: is sealed but cannot be reached: %s", shown,
                   errno == ELOOP || errno == ENOTDIR ? "its folder is a link or no folder" : strerror(errno));
}

/* Reads a sealed file once: the bytes that are checked are the ones that are kept. */
static enum status read_sealed(int folder, const char *path, const struct seal_file *file, struct photo *photo,
                               struct fault *fault) {
  char *shown = NULL, sha256[DIGEST_CHARS + 1];
  int part = -1;
  const char *plain;
  uint8_t *bytes = NULL;
  size_t size = 0;
  *photo = (struct photo){0};
  if (asprintf(&shown, "%s/%s", path, file->name) < 0)
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  enum status status = open_part(folder, file->name, shown, &part, &plain, fault);
  if (status) goto end;
  status = file_read(part, plain, shown, false, PHOTO_DEFAULT_LIMIT, &bytes, &size, fault);
  if (status == STATUS_MISSING) status = fault_set(fault, STATUS_INVALID, "%s: is sealed but missing", shown);
  if (status) goto end;
  digest_sha256(bytes, size, sha256);
  if (size != file->size)
    status =
        fault_set(fault, STATUS_INVALID, "%s: changed after sealing: %zu bytes; expected %zu", shown, size, file->size);
  else if (strcmp(sha256, file->sha256))
    status = fault_set(fault, STATUS_INVALID, "%s: changed after sealing: SHA-256 %s; expected %s", shown, sha256,
                       file->sha256);
  if (status) goto end;
  *photo = (struct photo){.path = shown, .bytes = bytes, .size = size};
  digest_blake2b(bytes, size, photo->id);
  shown = NULL;
  bytes = NULL;
end:
  if (part >= 0) close(part);
  free(bytes);
  free(shown);
  return status;
}

static enum status load_spec(int folder, const struct seal *seal, struct golden *golden, struct fault *fault) {
  struct photo file;
  enum status status = read_sealed(folder, golden->path, seal_find(seal, SEAL_SPEC), &file, fault);
  if (!status) status = spec_parse((const char *)file.bytes, file.size, file.path, &golden->spec, fault);
  if (!status && strcmp(golden->spec.name, seal->name))
    status = fault_set(fault, STATUS_INVALID, "%s: name: %s; expected %s as in seal.json", file.path, golden->spec.name,
                       seal->name);
  photo_free(&file);
  return status;
}

static enum status load_masks(int folder, const struct seal *seal, struct golden *golden, struct fault *fault) {
  enum status status = STATUS_OK;
  if (!golden->spec.zone_count) return STATUS_OK;
  golden->masks = calloc(golden->spec.zone_count, sizeof *golden->masks);
  if (!golden->masks) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", golden->path);
  for (size_t i = 0; i < golden->spec.zone_count && !status; i++) {
    char name[SEAL_FILE_CHARS + 16];
    if (!golden->spec.zones[i].mask) continue;
    snprintf(name, sizeof name, SEAL_MASKS "%s", golden->spec.zones[i].mask);
    const struct seal_file *file = seal_find(seal, name);
    if (!file)
      return fault_set(fault, STATUS_INVALID, "%s/" SEAL_SPEC ": zones[%zu].mask: %s is not sealed", golden->path, i,
                       name);
    status = read_sealed(folder, golden->path, file, &golden->masks[i], fault);
  }
  return status;
}

static enum status load_calibration(int folder, const struct seal *seal, struct golden *golden, struct fault *fault) {
  struct photo bytes;
  if (!golden->spec.calibration) return STATUS_OK;
  const struct seal_file *file = seal_find(seal, SEAL_CALIBRATION);
  if (!file)
    return fault_set(fault, STATUS_INVALID, "%s/" SEAL_SPEC ": scale.calibration: " SEAL_CALIBRATION " is not sealed",
                     golden->path);
  golden->calibration = calloc(1, sizeof *golden->calibration);
  if (!golden->calibration) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", golden->path);
  enum status status = read_sealed(folder, golden->path, file, &bytes, fault);
  if (status) return status;
  status = calibration_read(bytes.bytes, bytes.size, bytes.path, golden->calibration, fault);
  photo_free(&bytes);
  return status;
}

/* Remembers the first fault; goes on where someone collects them all. */
static bool note(enum status status, enum status *first, json_t *problems, struct fault *fault,
                 const struct fault *now) {
  if (!status) return true;
  if (!*first) {
    *first = status;
    if (fault) *fault = *now;
  }
  if (!problems || status == STATUS_MEMORY) return false;
  json_array_append_new(problems, json_string(now->text));
  return true;
}

static enum status load_parts(int folder, const struct seal *seal, json_t *problems, struct golden *golden,
                              struct fault *fault) {
  enum status first = STATUS_OK;
  struct fault now = {0};
  golden->photos = calloc(seal->file_count, sizeof *golden->photos);
  if (!golden->photos) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", golden->path);
  if (!note(load_spec(folder, seal, golden, &now), &first, problems, fault, &now)) return first;
  for (size_t i = 0; i < seal->file_count; i++) {
    if (!seal_file_in(&seal->files[i], SEAL_PHOTOS)) continue;
    struct photo *photo = &golden->photos[golden->photo_count++];
    if (!note(read_sealed(folder, golden->path, &seal->files[i], photo, &now), &first, problems, fault, &now))
      return first;
  }
  if (!note(load_masks(folder, seal, golden, &now), &first, problems, fault, &now)) return first;
  note(load_calibration(folder, seal, golden, &now), &first, problems, fault, &now);
  return first;
}

static enum status load_once(const char *path, json_t *problems, struct golden **golden, struct fault *fault) {
  struct seal seal;
  uint8_t *bytes;
  size_t size = 0;
  int folder;
  struct fault now = {0};
  *golden = NULL;
  enum status status = golden_seal_open(path, &folder, &seal, &bytes, &size, &now);
  if (status) {
    enum status first = STATUS_OK;
    note(status, &first, problems, fault, &now);
    return status;
  }
  struct golden *made = calloc(1, sizeof *made);
  if (made) made->path = strdup(path);
  if (made && made->path) {
    made->version = seal.version;
    digest_sha256(bytes, size, made->sha256);
    status = load_parts(folder, &seal, problems, made, fault);
  } else {
    status = fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  }
  if (status) {
    golden_close(made);
    made = NULL;
  }
  *golden = made;
  close(folder);
  free(bytes);
  seal_free(&seal);
  return status;
}

enum status golden_load(const char *path, json_t *problems, struct golden **golden, struct fault *fault) {
  for (;;) {
    const int held = golden_hold(path);
    enum status status = load_once(path, problems, golden, fault);
    if (!golden_exchanged(path, held) || !status) return status;
    if (problems) json_array_clear(problems);
  }
}

enum status golden_open(const char *path, struct golden **golden, struct fault *fault) {
  return golden_load(path, NULL, golden, fault);
}

void golden_close(struct golden *golden) {
  if (!golden) return;
  for (size_t i = 0; i < golden->photo_count; i++) photo_free(&golden->photos[i]);
  for (size_t i = 0; golden->masks && i < golden->spec.zone_count; i++) photo_free(&golden->masks[i]);
  if (golden->calibration) calibration_free(golden->calibration);
  free(golden->calibration);
  free(golden->photos);
  free(golden->masks);
  spec_free(&golden->spec);
  free(golden->path);
  free(golden);
}
