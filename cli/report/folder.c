#include "cli/report/folder.h"

#include "cli/engine_judge.h"
#include "cli/folders.h"
#include "models/digest.h"
#include "models/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FULL_PICTURE_BYTES = 64 << 20 };

static uint8_t *read_full(const struct report_folders *folders, const struct report_pictured *pictured, size_t *size) {
  uint8_t *bytes = NULL;
  struct job job = {.photo = pictured->photo};
  snprintf(job.id, sizeof job.id, "%s", pictured->job_id);
  for (size_t i = 0; i < folders->count && !bytes; i++) {
    char *folder = NULL;
    if (asprintf(&folder, "%s/pictures", folders->items[i]) < 0) return NULL;
    char *path = engine_judge_picture_path(folder, &job);
    if (path) file_read(AT_FDCWD, path, path, true, FULL_PICTURE_BYTES, &bytes, size, NULL);
    free(path);
    free(folder);
  }
  return bytes;
}

static enum status write_full(const char *folder, const char *id, const uint8_t *bytes, size_t size,
                              struct fault *fault) {
  char *path = NULL;
  if (asprintf(&path, "%s/%s.png", folder, id) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  FILE *file = fopen(path, "we");
  bool written = file && fwrite(bytes, 1, size, file) == size;
  if (file && fclose(file)) written = false;
  enum status status = written ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  free(path);
  return status;
}

/* A path below the report's folder, whose parts stand in a URL: '%' first, as it is what escapes. */
static void put_link(struct text *out, const char *folder, const char *id) {
  const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
  struct text link = {0};
  for (; *name; name++) {
    char code[4];
    snprintf(code, sizeof code, "%%%02X", (unsigned)(unsigned char)*name);
    bool plain = (*name >= '0' && *name <= '9') || (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                 *name == '-' || *name == '_' || *name == '.';
    text_add(&link, plain ? name : code, plain ? 1 : 3);
  }
  text_put(&link, "/");
  text_put(&link, id);
  text_put(&link, ".png");
  char *path = text_take(&link);
  text_json_string(out, path);
  out->failed |= !path;
  free(path);
}

static enum status fill(const char *folder, const struct report_data *data, const struct report_folders *folders,
                        struct text *out, struct fault *fault) {
  enum status status = folder_make(folder, fault);
  const char *separator = "";
  for (size_t i = 0; i < data->pictured_count && !status; i++) {
    const struct report_pictured *pictured = &data->pictured[i];
    size_t size = 0;
    /* The id comes from results: only what is a digest becomes part of a path. */
    bool known = digest_is_hex(pictured->job_id, JOB_ID_CHARS);
    uint8_t *bytes = known ? read_full(folders, pictured, &size) : NULL;
    if (!bytes) continue;
    status = write_full(folder, pictured->job_id, bytes, size, fault);
    free(bytes);
    text_put(out, separator);
    text_json_string(out, pictured->job_id);
    text_put(out, ":");
    put_link(out, folder, pictured->job_id);
    separator = ",";
  }
  return status;
}

enum status report_folder_fill(const char *report, const struct report_data *data, const struct report_folders *folders,
                               struct text *out, struct fault *fault) {
  const char *slash = strrchr(report, '/'), *dot = strrchr(slash ? slash : report, '.');
  char *folder = NULL;
  if (asprintf(&folder, "%.*s-pictures", (int)(dot ? dot - report : (ptrdiff_t)strlen(report)), report) < 0)
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  text_put(out, "{");
  enum status status = fill(folder, data, folders, out, fault);
  text_put(out, "}");
  free(folder);
  return status;
}
