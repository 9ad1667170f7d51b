#include "cli/evidence.h"

#include "cli/picture_pixels.h"
#include "models/file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <turbojpeg.h>
#include <unistd.h>

enum { QUALITY = 80 };

char *evidence_path(const char *folder, const char *key, enum evidence_file file) {
  static const char *const endings[] = {".json", ".jpg", ".photo.jpg", ".map.jpg"};
  char *path = NULL;
  return asprintf(&path, "%s/%s%s", folder, key, endings[file]) < 0 ? NULL : path;
}

/* Two threads or runs may write the same file at once: each has its own beside it. */
static enum status write_whole(const char *path, const void *bytes, size_t size, struct fault *fault) {
  char *beside = NULL;
  if (asprintf(&beside, "%s.XXXXXX", path) < 0) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  int fd = mkostemp(beside, O_CLOEXEC);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
  bool written = file && fwrite(bytes, 1, size, file) == size && !fchmod(fd, 0644);
  if (file ? fclose(file) : fd >= 0 && close(fd)) written = false;
  if (written && rename(beside, path)) written = false;
  enum status status = written ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  if (!written && fd >= 0) unlink(beside);
  free(beside);
  return status;
}

/* Takes the surface over. */
static enum status write_jpeg(const char *path, cairo_surface_t *surface, struct fault *fault) {
  if (!surface) return fault_set(fault, STATUS_MEMORY, "%s: out of memory for the picture", path);
  unsigned char *jpeg = NULL;
  unsigned long size = 0;
  enum status status = STATUS_OK;
  tjhandle handle = tjInitCompress();
  cairo_surface_flush(surface);
  if (!handle || tjCompress2(handle, cairo_image_surface_get_data(surface), cairo_image_surface_get_width(surface),
                             cairo_image_surface_get_stride(surface), cairo_image_surface_get_height(surface),
                             TJPF_BGRX, &jpeg, &size, TJSAMP_444, QUALITY, TJFLAG_ACCURATEDCT))
    status = fault_set(fault, STATUS_MEMORY, "%s: the picture cannot be made: %s", path, tjGetErrorStr2(handle));
  if (!status) status = write_whole(path, jpeg, size, fault);
  tjFree(jpeg);
  if (handle) tjDestroy(handle);
  cairo_surface_destroy(surface);
  return status;
}

/* Never enlarged: the page does that. */
static void fit(int32_t width, int32_t height, int *out_width, int *out_height) {
  int32_t longer = width > height ? width : height;
  int32_t side = longer < EVIDENCE_SIDE ? longer : EVIDENCE_SIDE;
  *out_width = (int)(((int64_t)width * side + longer / 2) / longer);
  *out_height = (int)(((int64_t)height * side + longer / 2) / longer);
  if (*out_width < 1) *out_width = 1;
  if (*out_height < 1) *out_height = 1;
}

static enum status keep_image(const char *folder, const char *key, enum evidence_file file, const struct image *image,
                              struct fault *fault) {
  int width, height;
  fit(image->width, image->height, &width, &height);
  char *path = evidence_path(folder, key, file);
  if (!path) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = write_jpeg(
      path, picture_of_image(image, (struct picture_area){0, 0, image->width, image->height}, width, height), fault);
  free(path);
  return status;
}

static enum status keep_map(const char *folder, const char *key, const struct plane *map, struct fault *fault) {
  int width, height;
  fit(map->width, map->height, &width, &height);
  char *path = evidence_path(folder, key, EVIDENCE_MAP);
  if (!path) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status =
      write_jpeg(path, picture_of_map(map, (struct picture_area){0, 0, map->width, map->height}, width, height), fault);
  free(path);
  return status;
}

/* What the golden is, for people who do not have its folder. */
static enum status describe(const struct golden *golden, const struct image *image, char **text, struct fault *fault) {
  char *spec_path = NULL;
  uint8_t *spec = NULL;
  size_t size = 0;
  json_t *history = NULL, *json = NULL;
  enum status status = STATUS_OK;
  if (asprintf(&spec_path, "%s/golden.yaml", golden->path) < 0) {
    spec_path = NULL;
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  if (!status) status = file_read(AT_FDCWD, spec_path, spec_path, false, SPEC_MAX_BYTES, &spec, &size, fault);
  if (!status) status = golden_history(golden->path, &history, fault);
  if (!status) {
    const json_t *seal = json_array_get(history, json_array_size(history) - 1);
    json = json_pack("{s:s, s:I, s:s, s:O?, s:O?, s:O?, s:i, s:i, s:s%}", "name", golden->spec.name, "version",
                     (json_int_t)golden->version, "sha256", golden->sha256, "by", json_object_get(seal, "who"), "when",
                     json_object_get(seal, "when"), "why", json_object_get(seal, "why"), "width", (int)image->width,
                     "height", (int)image->height, "spec", size ? (const char *)spec : "", size);
    *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
    if (!*text) status = fault_set(fault, STATUS_MEMORY, "%s: out of memory", golden->path);
  }
  json_decref(json);
  json_decref(history);
  free(spec);
  free(spec_path);
  return status;
}

enum status evidence_keep_golden(const char *folder, const struct golden *golden, const struct image *image,
                                 struct fault *fault) {
  char *path = evidence_path(folder, golden->sha256, EVIDENCE_GOLDEN), *text = NULL;
  enum status status = path ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status && access(path, F_OK)) {
    status = keep_image(folder, golden->sha256, EVIDENCE_GOLDEN_PHOTO, image, fault);
    if (!status) status = describe(golden, image, &text, fault);
    if (!status) status = write_whole(path, text, strlen(text), fault);
  }
  free(text);
  free(path);
  return status;
}

enum status evidence_keep_photo(const char *folder, const char *job_id, const struct inspect_evidence *evidence,
                                struct fault *fault) {
  enum status status = keep_image(folder, job_id, EVIDENCE_PHOTO, evidence->photo, fault);
  return status ? status : keep_map(folder, job_id, evidence->map, fault);
}
