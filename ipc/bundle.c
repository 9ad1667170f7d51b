#include "ipc/bundle.h"

#include "models/file.h"
#include "models/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEAL "seal.json"

/* --- The seal --- */

static enum status read_seal(const char *folder, const char *sha256, struct span bytes, struct seal *seal,
                             struct fault *fault) {
  char hex[DIGEST_CHARS + 1], shown[512];
  digest_sha256(bytes.bytes, bytes.size, hex);
  snprintf(shown, sizeof shown, "%s/%s", folder, SEAL);
  *seal = (struct seal){0};
  if (strcmp(hex, sha256))
    return fault_set(fault, STATUS_INVALID, "%s: its SHA-256 is %s, not the expected %s", shown, hex, sha256);
  return seal_read(bytes.bytes, bytes.size, shown, seal, fault);
}

static enum status check_file(const char *folder, const struct seal_file *file, struct span bytes,
                              struct fault *fault) {
  char hex[DIGEST_CHARS + 1];
  digest_sha256(bytes.bytes, bytes.size, hex);
  if (bytes.size == file->size && !strcmp(hex, file->sha256)) return STATUS_OK;
  return fault_set(fault, STATUS_INVALID, "%s/%s: not as it was sealed", folder, file->name);
}

/* --- Reading --- */

static enum status read_below(const char *folder, const char *name, size_t limit, struct span *span,
                              struct fault *fault) {
  char *path = NULL;
  uint8_t *bytes;
  if (asprintf(&path, "%s/%s", folder, name) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = file_read(AT_FDCWD, path, path, false, limit, &bytes, &span->size, fault);
  span->bytes = status ? NULL : bytes;
  free(path);
  return status;
}

bool bundle_is(const char *folder, const char *sha256) {
  struct span seal = {0};
  char hex[DIGEST_CHARS + 1];
  if (read_below(folder, SEAL, SEAL_MAX_BYTES, &seal, NULL)) return false;
  digest_sha256(seal.bytes, seal.size, hex);
  free((void *)seal.bytes);
  return !strcmp(hex, sha256);
}

/* Takes the bytes over. The arrays have room. */
static enum status add_file(struct bundle *bundle, const char *name, struct span bytes, struct fault *fault) {
  bundle->spans[bundle->count] = bytes;
  bundle->names[bundle->count++] = strdup(name);
  return bundle->names[bundle->count - 1] ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
}

static enum status read_files(const char *folder, const struct seal *seal, struct bundle *bundle, struct fault *fault) {
  enum status status = STATUS_OK;
  size_t left = (size_t)PROTOCOL_MAX_FRAME;
  for (size_t i = 0; i < seal->file_count && !status; i++) {
    const struct seal_file *file = &seal->files[i];
    struct span bytes = {0};
    status = read_below(folder, file->name, left, &bytes, fault);
    if (status == STATUS_LIMIT)
      fault_set(fault, status,
                "golden %s: larger than the %lld bytes that go over the wire; let workers open it by path", folder,
                PROTOCOL_MAX_FRAME);
    left -= bytes.size;
    if (!status) status = add_file(bundle, file->name, bytes, fault);
    if (!status) status = check_file(folder, file, bytes, fault);
  }
  return status;
}

enum status bundle_read(const char *folder, const char *sha256, struct bundle *bundle, struct fault *fault) {
  *bundle = (struct bundle){0};
  struct span bytes = {0};
  struct seal seal = {0};
  enum status status = read_below(folder, SEAL, SEAL_MAX_BYTES, &bytes, fault);
  if (status) return status;
  status = read_seal(folder, sha256, bytes, &seal, fault);
  memcpy(bundle->sha256, sha256, sizeof bundle->sha256);
  bundle->names = calloc(seal.file_count + 1, sizeof *bundle->names);
  bundle->spans = calloc(seal.file_count + 1, sizeof *bundle->spans);
  if (!status && (!bundle->names || !bundle->spans)) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  if (status)
    free((void *)bytes.bytes);
  else
    status = add_file(bundle, SEAL, bytes, fault);
  if (!status) status = read_files(folder, &seal, bundle, fault);
  seal_free(&seal);
  if (status) bundle_free(bundle);
  return status;
}

void bundle_free(struct bundle *bundle) {
  for (size_t i = 0; bundle->names && bundle->spans && i < bundle->count; i++) {
    free(bundle->names[i]);
    free((void *)bundle->spans[i].bytes);
  }
  free(bundle->names);
  free(bundle->spans);
  *bundle = (struct bundle){0};
}

json_t *bundle_header(const struct bundle *bundle) {
  json_t *files = json_array();
  for (size_t i = 0; i < bundle->count; i++) {
    if (!json_array_append_new(files, json_pack("{s:s}", "name", bundle->names[i]))) continue;
    json_decref(files);
    return NULL;
  }
  return json_pack("{s:s, s:o}", "sha256", bundle->sha256, "files", files);
}

/* --- Keeping --- */

static enum status cannot(struct fault *fault, const char *what, const char *path) {
  return fault_set(fault, STATUS_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

static enum status make_folder(const char *path, struct fault *fault) {
  if (!mkdir(path, 0777) || errno == EEXIST) return STATUS_OK;
  return cannot(fault, "make the folder", path);
}

static enum status sync_folder(const char *path, struct fault *fault) {
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return cannot(fault, "open", path);
  enum status status = fsync(folder) ? cannot(fault, "sync", path) : STATUS_OK;
  close(folder);
  return status;
}

/* Makes the folders of a name below `folder`, writes the file, and syncs the folder that it is in. */
static enum status write_below(const char *folder, const char *name, struct span bytes, struct fault *fault) {
  char *path = NULL;
  if (asprintf(&path, "%s/%s", folder, name) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  char *rest = path + strlen(folder) + 1, *slash;
  enum status status = STATUS_OK;
  while (!status && (slash = strchr(rest, '/'))) {
    *slash = 0;
    status = make_folder(path, fault);
    *slash = '/';
    rest = slash + 1;
  }
  if (!status) status = file_write(AT_FDCWD, path, path, 0666, bytes.bytes, bytes.size, fault);
  if (!status) {
    *strrchr(path, '/') = 0;
    status = sync_folder(path, fault);
  }
  free(path);
  return status;
}

/* Removes what an unfinished bundle left: the files it may have written, then their folders, deepest first. */
static void remove_draft(const char *draft, const struct seal *seal) {
  char *path = NULL;
  for (size_t i = 0; i < seal->file_count; i++) {
    if (asprintf(&path, "%s/%s", draft, seal->files[i].name) < 0) return;
    unlink(path);
    for (char *slash; (slash = strrchr(path, '/')) && slash > path + strlen(draft);) {
      *slash = 0;
      rmdir(path);
    }
    free(path);
  }
  if (asprintf(&path, "%s/%s", draft, SEAL) < 0) return;
  unlink(path);
  free(path);
  rmdir(draft);
}

static struct span frame_of(const struct message *message, size_t frame) {
  struct span span;
  span.bytes = message_bytes(message, frame, &span.size);
  return span;
}

static bool is_complete(const struct message *message, const json_t *names, const struct seal *seal) {
  if (json_array_size(names) != message->frame_count || seal->file_count + 1 != message->frame_count) return false;
  bool same = true;
  for (size_t i = 0; i < message->frame_count && same; i++)
    same = !strcmp(json_string_value(json_object_get(json_array_get(names, i), "name")),
                   i ? seal->files[i - 1].name : SEAL);
  return same;
}

static enum status write_draft(const char *draft, const struct message *message, const struct seal *seal,
                               struct fault *fault) {
  enum status status = make_folder(draft, fault);
  for (size_t i = 0; i < seal->file_count && !status; i++) {
    const struct seal_file *file = &seal->files[i];
    status = check_file("GOLDEN", file, frame_of(message, i + 1), fault);
    if (!status) status = write_below(draft, file->name, frame_of(message, i + 1), fault);
  }
  return status ? status : write_below(draft, SEAL, frame_of(message, 0), fault);
}

enum status bundle_keep(const char *parent, const struct message *message, struct fault *fault) {
  const char *sha256 = json_string_value(json_object_get(message->header, "sha256"));
  const json_t *names = json_object_get(message->header, "files");
  char *draft = NULL, *folder = NULL;
  struct seal seal = {0};
  enum status status = STATUS_OK;
  if (!message->frame_count) return fault_set(fault, STATUS_INVALID, "GOLDEN: no files came with it");
  if (asprintf(&folder, "%s/%s", parent, sha256) < 0) folder = NULL;
  uint64_t number; /* no other writer's, on whatever machine */
  randombytes_buf(&number, sizeof number);
  if (!folder || asprintf(&draft, "%s/draft-%016" PRIx64, parent, number) < 0) {
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
    goto end;
  }
  if (bundle_is(folder, sha256)) goto end;
  status = read_seal("GOLDEN", sha256, frame_of(message, 0), &seal, fault);
  if (!status && !is_complete(message, names, &seal))
    status = fault_set(fault, STATUS_INVALID, "GOLDEN: expected seal.json and then the files in the seal's order");
  if (!status) status = make_folder(parent, fault);
  if (status) goto end;
  status = write_draft(draft, message, &seal, fault);
  if (!status && rename(draft, folder) && !bundle_is(folder, sha256)) status = cannot(fault, "rename", draft);
  if (!status) status = sync_folder(parent, fault);
  remove_draft(draft, &seal);
end:
  seal_free(&seal);
  free(draft);
  free(folder);
  return status;
}
