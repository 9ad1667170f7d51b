#include "models/file.h"
#include "models/golden_build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The golden's own golden.yaml: the user's text, or none, with the name in it. */
static enum status make_spec(const struct golden_create *how, char **text, struct spec *spec, struct fault *fault) {
  uint8_t *bytes = NULL;
  size_t size = 0;
  const char *file = how->spec_file ? how->spec_file : SEAL_SPEC;
  enum status status = STATUS_OK;
  if (how->spec_file) status = file_read(AT_FDCWD, file, file, true, SPEC_MAX_BYTES, &bytes, &size, fault);
  if (status) return status;
  const char *given = bytes ? (const char *)bytes : "", *name = how->name;
  status = spec_parse(given, size, file, spec, fault);
  if (!status && !name) name = spec->name;
  if (!status && !*name)
    status = fault_set(
        fault, STATUS_USAGE,
        "%s: the golden has no name; expected one as an argument (--name NAME) or in the spec (name: NAME)", how->path);
  if (!status) status = golden_spec_named(given, size, file, name, text, fault);
  if (!status && name != spec->name) snprintf(spec->name, sizeof spec->name, "%s", name);
  free(bytes);
  return status;
}

/* The path of a file beside the spec that names it; NULL: out of memory. */
static char *beside_spec(const struct golden_create *how, const char *name) {
  const char *slash = how->spec_file ? strrchr(how->spec_file, '/') : NULL;
  char *path = NULL;
  if (asprintf(&path, "%.*s%s", slash ? (int)(slash + 1 - how->spec_file) : 0, slash ? how->spec_file : "", name) < 0)
    return NULL;
  return path;
}

static enum status add_calibration(const struct golden_create *how, const struct spec *spec, struct golden_build *build,
                                   struct fault *fault) {
  if (!spec->calibration) return STATUS_OK;
  char *path = beside_spec(how, spec->calibration);
  if (!path) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", how->path);
  enum status status = golden_build_add_calibration(build, path, fault);
  free(path);
  return status;
}

static enum status add_masks(const struct golden_create *how, const struct spec *spec, struct golden_build *build,
                             struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < spec->zone_count && !status; i++) {
    const char *mask = spec->zones[i].mask;
    char name[SEAL_FILE_CHARS + 16];
    if (!mask) continue;
    snprintf(name, sizeof name, SEAL_MASKS "%s", mask);
    if (seal_find(&build->seal, name)) continue;
    char *path = beside_spec(how, mask);
    if (!path) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", how->path);
    struct photo photo;
    status = photo_read(path, 0, &photo, fault);
    if (!status) status = golden_build_add(build, name, photo.bytes, photo.size, fault);
    photo_free(&photo);
    free(path);
  }
  return status;
}

static enum status add_photos(const struct golden_create *how, struct golden_build *build, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < how->photo_count && !status; i++) {
    struct photo photo;
    status = photo_read(how->photos[i], 0, &photo, fault);
    if (!status) status = golden_build_add_photo(build, how->photos[i], photo.bytes, photo.size, fault);
    photo_free(&photo);
  }
  return status;
}

static enum status check(const struct golden_create *how, const struct golden_build *build, struct fault *fault) {
  if (!how->check) return STATUS_OK;
  struct golden *golden = NULL;
  enum status status = golden_open(build->temporary, &golden, fault);
  if (!status) status = how->check(how->context, golden, fault);
  golden_close(golden);
  return status;
}

enum status golden_create(const struct golden_create *how, struct fault *fault) {
  struct golden_build build = {0};
  struct spec spec = {0};
  char *text = NULL;
  struct stat info;
  if (!how->photo_count) return fault_set(fault, STATUS_USAGE, "%s: expected at least one photo", how->path);
  if (!lstat(how->path, &info))
    return fault_set(fault, STATUS_INVALID, "%s: is there already; a golden is made in a new folder", how->path);
  enum status status = make_spec(how, &text, &spec, fault);
  if (!status) status = golden_build_begin(&build, how->path, fault);
  if (status) goto end;
  build.seal.version = 1;
  snprintf(build.seal.name, sizeof build.seal.name, "%s", spec.name);
  status = golden_build_add(&build, SEAL_SPEC, text, strlen(text), fault);
  if (!status) status = add_photos(how, &build, fault);
  if (!status) status = add_masks(how, &spec, &build, fault);
  if (!status) status = add_calibration(how, &spec, &build, fault);
  if (!status) status = golden_build_seal(&build, how->by, how->why ? how->why : "created", how->key_file, fault);
  if (!status) status = check(how, &build, fault);
  if (!status) status = golden_build_finish(&build, false, fault);
end:
  golden_build_end(&build);
  spec_free(&spec);
  free(text);
  return status;
}
