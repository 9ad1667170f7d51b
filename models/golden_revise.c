#include "models/file.h"
#include "models/golden_build.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The version there is. */
struct before {
  int folder;
  struct seal seal;
  uint8_t *bytes;
  size_t size;
  struct golden *golden;
  struct golden_past past;
};

static void end_before(struct before *before) {
  golden_past_free(&before->past);
  golden_close(before->golden);
  seal_free(&before->seal);
  free(before->bytes);
  if (before->folder >= 0) close(before->folder);
}

/* Opens the golden's folder, locked. Whoever waited for the lock may find that the folder was exchanged for the next
 * version meanwhile, and is deleted: then it is begun again with that. */
static enum status open_locked(const char *path, int *folder, struct fault *fault) {
  for (;;) {
    struct stat mine, there;
    enum status status = golden_folder_open(path, folder, fault);
    if (status) return status;
    while (flock(*folder, LOCK_EX))
      if (errno != EINTR) return fault_set(fault, STATUS_IO, "%s: cannot be locked: %s", path, strerror(errno));
    if (fstat(*folder, &mine) || stat(path, &there))
      return fault_set(fault, STATUS_IO, "%s: cannot be opened: %s", path, strerror(errno));
    if (mine.st_dev == there.st_dev && mine.st_ino == there.st_ino) return STATUS_OK;
    close(*folder);
  }
}

static enum status read_before(const char *path, struct before *before, struct fault *fault) {
  *before = (struct before){.folder = -1};
  enum status status = open_locked(path, &before->folder, fault);
  if (!status) status = golden_seal_in(before->folder, path, &before->seal, &before->bytes, &before->size, fault);
  if (!status) status = golden_load(path, NULL, &before->golden, fault);
  if (!status) status = golden_past_read(before->folder, path, &before->seal, &before->past, fault);
  return status;
}

static enum status add_spec(const struct golden_revise *how, const struct before *before, struct golden_build *build,
                            struct spec *spec, struct fault *fault) {
  char *named = NULL, *shown = NULL;
  uint8_t *bytes = NULL;
  size_t size = how->spec_size;
  if (asprintf(&shown, "%s/" SEAL_SPEC, how->path) < 0)
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", how->path);
  enum status status = STATUS_OK;
  if (!how->spec_text)
    status = file_read(before->folder, SEAL_SPEC, shown, false, SPEC_MAX_BYTES, &bytes, &size, fault);
  const char *text = how->spec_text ? how->spec_text : (const char *)bytes;
  if (!status) status = spec_parse(text, size, shown, spec, fault);
  if (!status && strcmp(spec->name, before->seal.name)) {
    status = golden_spec_named(text, size, shown, before->seal.name, &named, fault);
    text = named;
    size = named ? strlen(named) : 0;
  }
  if (!status) status = golden_build_add(build, SEAL_SPEC, text, size, fault);
  free(named);
  free(bytes);
  free(shown);
  return status;
}

/* The approved photos keep their names and their order; the added ones follow. */
static enum status add_photos(const struct golden_revise *how, const struct before *before, struct golden_build *build,
                              struct fault *fault) {
  enum status status = STATUS_OK;
  size_t photo = 0;
  for (size_t i = 0; i < before->seal.file_count && !status; i++) {
    if (!seal_file_in(&before->seal.files[i], SEAL_PHOTOS)) continue;
    const struct photo *kept = &before->golden->photos[photo++];
    status = golden_build_add(build, before->seal.files[i].name, kept->bytes, kept->size, fault);
  }
  for (size_t i = 0; i < how->photo_count && !status; i++) {
    struct photo added;
    status = photo_read(how->photos[i], 0, &added, fault);
    if (!status) status = golden_build_add_photo(build, how->photos[i], added.bytes, added.size, fault);
    photo_free(&added);
  }
  return status;
}

static const struct photo *mask_before(const struct golden *golden, const char *mask) {
  for (size_t i = 0; i < golden->spec.zone_count; i++)
    if (golden->spec.zones[i].mask && !strcmp(golden->spec.zones[i].mask, mask)) return &golden->masks[i];
  return NULL;
}

static enum status add_mask(const struct golden_revise *how, const struct before *before, const char *mask,
                            struct golden_build *build, struct fault *fault) {
  char name[SEAL_FILE_CHARS + 16], *path = NULL;
  snprintf(name, sizeof name, SEAL_MASKS "%s", mask);
  if (seal_find(&build->seal, name)) return STATUS_OK;
  const struct photo *kept = how->mask_folder ? NULL : mask_before(before->golden, mask);
  if (kept) return golden_build_add(build, name, kept->bytes, kept->size, fault);
  if (!how->mask_folder)
    return fault_set(fault, STATUS_MISSING, "%s: %s; expected a mask that the golden has, or a folder with new ones",
                     how->path, name);
  if (asprintf(&path, "%s/%s", how->mask_folder, mask) < 0)
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", how->path);
  struct photo added;
  enum status status = photo_read(path, 0, &added, fault);
  if (!status) status = golden_build_add(build, name, added.bytes, added.size, fault);
  photo_free(&added);
  free(path);
  return status;
}

static enum status add_calibration(const struct golden_revise *how, const struct before *before, const char *name,
                                   struct golden_build *build, struct fault *fault) {
  char *path = NULL;
  uint8_t *bytes = NULL;
  size_t size = 0;
  enum status status = STATUS_OK;
  if (how->mask_folder) {
    if (asprintf(&path, "%s/%s", how->mask_folder, name) < 0)
      return fault_set(fault, STATUS_MEMORY, "%s: out of memory", how->path);
    status = golden_build_add_calibration(build, path, fault);
    free(path);
    return status;
  }
  if (!before->golden->calibration)
    return fault_set(fault, STATUS_MISSING, "%s: %s; expected a calibration that the golden has, or a folder with it",
                     how->path, name);
  status =
      file_read(before->folder, SEAL_CALIBRATION, SEAL_CALIBRATION, false, CALIBRATION_MAX_BYTES, &bytes, &size, fault);
  if (!status) status = golden_build_add(build, SEAL_CALIBRATION, bytes, size, fault);
  free(bytes);
  return status;
}

static enum status add_seal(struct golden_build *build, int64_t version, const uint8_t *bytes, size_t size,
                            const uint8_t *signature, size_t signature_size, struct fault *fault) {
  char name[48];
  snprintf(name, sizeof name, "history/%" PRId64 ".json", version);
  enum status status = golden_build_write(build, name, bytes, size, fault);
  if (status || !signature) return status;
  snprintf(name, sizeof name, "history/%" PRId64 ".sig", version);
  return golden_build_write(build, name, signature, signature_size, fault);
}

static enum status add_history(const struct before *before, struct golden_build *build, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < before->past.count && !status; i++) {
    const struct golden_past_seal *seal = &before->past.seals[i];
    status = add_seal(build, (int64_t)i + 1, seal->bytes, seal->size, seal->signature, seal->signature_size, fault);
  }
  if (status) return status;
  uint8_t *signature;
  size_t size;
  status = file_read(before->folder, "seal.sig", "seal.sig", false, SEAL_MAX_BYTES, &signature, &size, fault);
  if (status == STATUS_MISSING) status = STATUS_OK;
  if (!status) status = add_seal(build, before->seal.version, before->bytes, before->size, signature, size, fault);
  free(signature);
  return status;
}

static enum status revise(const struct golden_revise *how, struct fault *fault) {
  struct before before;
  struct golden_build build = {0};
  struct spec spec = {0};
  enum status status = read_before(how->path, &before, fault);
  if (!status) status = golden_build_begin(&build, how->path, fault);
  if (status) goto end;
  build.seal.version = before.seal.version + 1;
  digest_sha256(before.bytes, before.size, build.seal.previous);
  memcpy(build.seal.name, before.seal.name, sizeof build.seal.name);
  status = add_spec(how, &before, &build, &spec, fault);
  if (!status) status = add_photos(how, &before, &build, fault);
  for (size_t i = 0; i < spec.zone_count && !status; i++)
    if (spec.zones[i].mask) status = add_mask(how, &before, spec.zones[i].mask, &build, fault);
  if (!status && spec.calibration) status = add_calibration(how, &before, spec.calibration, &build, fault);
  if (!status) status = add_history(&before, &build, fault);
  if (!status) status = golden_build_seal(&build, how->by, how->why, how->key_file, fault);
  if (!status) status = golden_build_finish(&build, true, fault);
  if (!status) status = golden_build_take_over(&build, before.folder, &before.seal, fault);
end:
  golden_build_end(&build);
  spec_free(&spec);
  end_before(&before);
  return status;
}

enum status golden_revise(const struct golden_revise *how, struct fault *fault) {
  struct golden_revise real = *how;
  if (!how->why) return fault_set(fault, STATUS_USAGE, "%s: why: missing; expected a text", how->path);
  /* A link to the golden must not be what is exchanged. */
  char *path = realpath(how->path, NULL);
  if (!path && (errno == ENOENT || errno == ENOTDIR))
    return fault_set(fault, STATUS_MISSING, "%s: no such folder; expected a golden", how->path);
  if (!path) return fault_set(fault, STATUS_IO, "%s: cannot be opened: %s", how->path, strerror(errno));
  real.path = path;
  enum status status = revise(&real, fault);
  free(path);
  return status;
}
