#include "models/golden_build.h"
#include "models/file.h"
#include "models/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static enum status no_memory(const struct golden_build *build, struct fault *fault) {
  fault_set(fault, STATUS_MEMORY, "%s: out of memory", build->path ? build->path : "golden");
  return STATUS_MEMORY;
}

static enum status io_fault(const char *path, const char *what, struct fault *fault) {
  return fault_set(fault, STATUS_IO, "%s: %s: %s", path, what, strerror(errno));
}

/* Splits the path and names the temporary folder, hidden and beside it, so that a rename can put it in its place. */
static enum status make_names(struct golden_build *build, const char *path, char **parent, struct fault *fault) {
  size_t size = strlen(path);
  while (size > 1 && path[size - 1] == '/') size--;
  build->path = strndup(path, size);
  if (!build->path) return no_memory(build, fault);
  const char *slash = strrchr(build->path, '/');
  build->base = slash ? slash + 1 : build->path;
  size_t before = slash ? (size_t)(slash - build->path) : 0;
  *parent = slash ? strndup(build->path, before ? before : 1) : strdup(".");
  if (!*parent) return no_memory(build, fault);
  if (!*build->base || !strcmp(build->base, ".") || !strcmp(build->base, ".."))
    return fault_set(fault, STATUS_USAGE, "%s: cannot be a golden; expected the name of a folder", path);
  unsigned char random[6];
  char hex[2 * sizeof random + 1];
  randombytes_buf(random, sizeof random);
  sodium_bin2hex(hex, sizeof hex, random, sizeof random);
  if (asprintf(&build->temporary, "%.*s.%.100s.%s", (int)(build->base - build->path), build->path, build->base, hex) <
      0) {
    build->temporary = NULL;
    return no_memory(build, fault);
  }
  build->temporary_base = build->temporary + (build->base - build->path);
  return STATUS_OK;
}

enum status golden_build_begin(struct golden_build *build, const char *path, struct fault *fault) {
  *build = (struct golden_build){0};
  char *parent = NULL;
  enum status status = make_names(build, path, &parent, fault);
  if (status) goto end;
  int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    status = errno == ENOENT ? fault_set(fault, STATUS_MISSING, "%s: no such folder", parent)
                             : io_fault(parent, "cannot be opened", fault);
    goto end;
  }
  build->parent = folder;
  if (mkdirat(build->parent, build->temporary_base, 0777)) {
    status = io_fault(parent, "a folder cannot be made in it", fault);
    free(build->temporary);
    build->temporary = NULL;
    goto end;
  }
  folder = openat(build->parent, build->temporary_base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0)
    status = io_fault(build->temporary, "cannot be opened", fault);
  else
    build->folder = folder;
end:
  free(parent);
  return status;
}

static enum status make_folder(struct golden_build *build, const char *name, bool *there, struct fault *fault) {
  if (*there) return STATUS_OK;
  if (mkdirat(build->folder, name, 0777)) return io_fault(build->temporary, "a folder cannot be made in it", fault);
  *there = true;
  return STATUS_OK;
}

static enum status make_folder_of(struct golden_build *build, const char *name, struct fault *fault) {
  if (!strncmp(name, SEAL_PHOTOS, strlen(SEAL_PHOTOS))) return make_folder(build, "photos", &build->has_photos, fault);
  if (!strncmp(name, SEAL_MASKS, strlen(SEAL_MASKS))) return make_folder(build, "masks", &build->has_masks, fault);
  if (!strncmp(name, "history/", 8)) return make_folder(build, "history", &build->has_history, fault);
  return STATUS_OK;
}

enum status golden_build_write(struct golden_build *build, const char *name, const void *bytes, size_t size,
                               struct fault *fault) {
  enum status status = make_folder_of(build, name, fault);
  if (status) return status;
  status = file_write(build->folder, name, name, 0666, bytes, size, fault);
  return status ? fault_prefix(fault, "%s", build->path) : STATUS_OK;
}

enum status golden_build_add(struct golden_build *build, const char *name, const void *bytes, size_t size,
                             struct fault *fault) {
  enum status status = seal_add(&build->seal, name, bytes, size, fault);
  return status ? status : golden_build_write(build, name, bytes, size, fault);
}

enum status golden_build_add_calibration(struct golden_build *build, const char *path, struct fault *fault) {
  struct calibration calibration;
  uint8_t *bytes = NULL;
  size_t size = 0;
  enum status status = file_read(AT_FDCWD, path, path, true, CALIBRATION_MAX_BYTES, &bytes, &size, fault);
  if (status) return status;
  status = calibration_read(bytes, size, path, &calibration, fault);
  if (!status) status = golden_build_add(build, SEAL_CALIBRATION, bytes, size, fault);
  calibration_free(&calibration);
  free(bytes);
  return status;
}

/* Some file systems do not tell upper from lower case. */
static bool is_taken(const struct seal *seal, const char *name) {
  for (size_t i = 0; i < seal->file_count; i++)
    if (!strcasecmp(seal->files[i].name, name)) return true;
  return false;
}

enum status golden_build_add_photo(struct golden_build *build, const char *path, const void *bytes, size_t size,
                                   struct fault *fault) {
  enum { STEM = 80, EXTENSION = 12 };
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
  if (!dot || dot == base || strlen(dot) > EXTENSION) dot = base + strlen(base);
  char stem[STEM + 1], extension[EXTENSION + 1], name[SEAL_FILE_CHARS];
  snprintf(stem, sizeof stem, "%.*s", (int)(dot - base), base);
  snprintf(extension, sizeof extension, "%s", dot);
  char *const parts[] = {stem, extension};
  for (size_t i = 0; i < 2; i++)
    for (char *c = parts[i]; *c; c++)
      if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.", *c)) *c = '_';
  if (stem[0] == '.' || !stem[0]) stem[0] = '_', stem[stem[1] ? strlen(stem) : 1] = 0;
  snprintf(name, sizeof name, SEAL_PHOTOS "%s%s", stem, extension);
  for (int copy = 2; is_taken(&build->seal, name); copy++)
    snprintf(name, sizeof name, SEAL_PHOTOS "%s-%d%s", stem, copy, extension);
  return golden_build_add(build, name, bytes, size, fault);
}

static char *login(void) {
  char buffer[4096], *name = NULL;
  struct passwd entry, *found = NULL;
  if (!getpwuid_r(getuid(), &entry, buffer, sizeof buffer, &found) && found && seal_text_valid(found->pw_name))
    return strdup(found->pw_name);
  return asprintf(&name, "uid %u", (unsigned)getuid()) < 0 ? NULL : name;
}

static enum status sign(struct golden_build *build, const char *key_file, const char *text, size_t size,
                        struct fault *fault) {
  struct signing_key key;
  size_t signature_size;
  enum status status = signing_key_read(key_file, &key, fault);
  if (status) return status;
  char *signature = seal_sign(&key, text, size, &signature_size);
  signing_key_wipe(&key);
  status =
      signature ? golden_build_write(build, "seal.sig", signature, signature_size, fault) : no_memory(build, fault);
  free(signature);
  return status;
}

enum status golden_build_seal(struct golden_build *build, const char *by, const char *why, const char *key_file,
                              struct fault *fault) {
  struct seal *seal = &build->seal;
  if ((by && !seal_text_valid(by)) || !seal_text_valid(why))
    return fault_set(fault, STATUS_USAGE, "who and why: expected texts of 1 to %d bytes in one line", SEAL_TEXT_MAX);
  time_t now = time(NULL);
  struct tm utc;
  gmtime_r(&now, &utc);
  strftime(seal->when, sizeof seal->when, "%Y-%m-%dT%H:%M:%SZ", &utc);
  seal->who = by ? strdup(by) : login();
  seal->why = strdup(why);
  size_t size;
  char *text = seal->who && seal->why ? seal_write(seal, &size) : NULL;
  if (!text) return no_memory(build, fault);
  enum status status = golden_build_write(build, "seal.json", text, size, fault);
  if (!status && key_file) status = sign(build, key_file, text, size, fault);
  free(text);
  return status;
}

static enum status sync_folder(const struct golden_build *build, const char *name, struct fault *fault) {
  int folder = openat(build->folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool synced = folder >= 0 && !fsync(folder);
  enum status status = synced ? STATUS_OK : io_fault(build->temporary, "cannot be synced", fault);
  if (folder >= 0) close(folder);
  return status;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where) {
  (void)info, (void)type, (void)where;
  return remove(path);
}

static enum status is_there(const struct golden_build *build, struct fault *fault) {
  return fault_set(fault, STATUS_INVALID, "%s: is there already; a golden is made in a new folder", build->path);
}

static enum status put_in_place(struct golden_build *build, bool replace, struct fault *fault) {
  unsigned how = replace ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (!renameat2(build->parent, build->temporary_base, build->parent, build->base, how)) return STATUS_OK;
  if (errno == EEXIST) return is_there(build, fault);
  if (errno != EINVAL) return io_fault(build->path, "cannot be put in its place", fault);
  if (replace)
    return fault_set(fault, STATUS_IO, "%s: this file system cannot exchange two folders at once; expected a local one",
                     build->path);
  /* A file system without RENAME_NOREPLACE: a plain rename refuses all but an empty folder. */
  struct stat info;
  if (!fstatat(build->parent, build->base, &info, AT_SYMLINK_NOFOLLOW)) return is_there(build, fault);
  if (!renameat(build->parent, build->temporary_base, build->parent, build->base)) return STATUS_OK;
  return io_fault(build->path, "cannot be put in its place", fault);
}

enum status golden_build_finish(struct golden_build *build, bool replace, struct fault *fault) {
  enum status status = sync_folder(build, ".", fault);
  if (!status && build->has_photos) status = sync_folder(build, "photos", fault);
  if (!status && build->has_masks) status = sync_folder(build, "masks", fault);
  if (!status && build->has_history) status = sync_folder(build, "history", fault);
  if (!status) status = put_in_place(build, replace, fault);
  if (status) return status;
  if (!replace) {
    free(build->temporary);
    build->temporary = NULL;
  }
  if (fsync(build->parent)) return io_fault(build->path, "its folder cannot be synced", fault);
  return STATUS_OK;
}

struct taking_over {
  struct golden_build *build;
  int old;
};

static enum status take_over(void *context, const char *name, struct fault *fault) {
  struct taking_over *in = context;
  enum status status = make_folder_of(in->build, name, fault);
  if (status || !renameat2(in->old, name, in->build->folder, name, RENAME_NOREPLACE)) return status;
  return io_fault(name, "cannot be moved", fault);
}

enum status golden_build_take_over(struct golden_build *build, int old_folder, const struct seal *old,
                                   struct fault *fault) {
  struct taking_over in = {build, old_folder};
  struct fault why = {0};
  enum status status = golden_unsealed(old_folder, old, take_over, &in, &why);
  if (!status) return STATUS_OK;
  fault_set(fault, STATUS_IO, "%s: version %" PRId64 " is sealed, but what else lay in the folder is in %s now: %s",
            build->path, build->seal.version, build->temporary, why.text);
  free(build->temporary);
  build->temporary = NULL;
  return STATUS_IO;
}

void golden_build_end(struct golden_build *build) {
  if (build->folder) close(build->folder);
  if (build->parent) close(build->parent);
  if (build->temporary) nftw(build->temporary, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
  free(build->path);
  free(build->temporary);
  seal_free(&build->seal);
  *build = (struct golden_build){0};
}
