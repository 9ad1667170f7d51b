#include "cli/photos.h"

#include "cli/message.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Deeper than any photo set. */
enum { DEPTH_MAX = 32 };

/* The folders that lead to where the walk is. */
struct trail {
  const struct trail *above;
  struct stat folder;
  int depth;
};

static bool has_extension(const char *name) {
  const char *dot = strrchr(name, '.');
  if (!dot || !dot[1]) return false;
  for (const char *at = PHOTO_EXTENSIONS; *at; at += strspn(at, " ")) {
    size_t length = strcspn(at, " ");
    if (strlen(dot + 1) == length && !strncasecmp(dot + 1, at, length)) return true;
    at += length;
  }
  return false;
}

/* The signatures of the formats that decode_photo reads. */
static bool has_signature(const char *path) {
  unsigned char head[12] = {0};
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (file < 0) return false;
  ssize_t size = read(file, head, sizeof head);
  close(file);
  if (size < (ssize_t)sizeof head) return false;
  bool portable = head[0] == 'P' && (head[1] == '5' || head[1] == '6') && strchr(" \t\r\n", head[2]);
  return portable || !memcmp(head, "\xFF\xD8\xFF", 3) || !memcmp(head, "\x89PNG\r\n\x1A\n", 8) ||
         !memcmp(head, "II*\0", 4) || !memcmp(head, "MM\0*", 4) || (!memcmp(head, "BM", 2) && !head[6] && !head[7]) ||
         (!memcmp(head, "RIFF", 4) && !memcmp(head + 8, "WEBP", 4)) ||
         (!memcmp(head + 4, "ftyp", 4) && (!memcmp(head + 8, "hei", 3) || !memcmp(head + 8, "mif1", 4)));
}

static enum status append(struct photo_paths *paths, char *path, struct fault *fault) {
  if (paths->count == paths->capacity) {
    size_t capacity = paths->capacity ? 2 * paths->capacity : 64;
    char **items = realloc(paths->items, capacity * sizeof *items);
    if (!items) {
      free(path);
      return fault_set(fault, STATUS_MEMORY, "out of memory for the list of photos");
    }
    paths->items = items;
    paths->capacity = capacity;
  }
  paths->items[paths->count++] = path;
  return STATUS_OK;
}

static int visible(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

static int bytewise(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_same(const struct stat *one, const struct stat *other) {
  return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static bool leads_here(const struct trail *trail, const struct stat *folder) {
  for (; trail; trail = trail->above)
    if (is_same(&trail->folder, folder)) return true;
  return false;
}

static enum status walk(struct photo_paths *paths, const char *folder, const struct trail *trail, struct fault *fault);

static bool is_written_by_us(const struct photo_paths *paths, const struct stat *folder) {
  struct stat own;
  for (size_t i = 0; i < sizeof paths->leave_out / sizeof *paths->leave_out; i++)
    if (paths->leave_out[i] && !stat(paths->leave_out[i], &own) && is_same(&own, folder)) return true;
  return false;
}

/* A link back to a folder above holds nothing that is not found without it. */
static enum status enter(struct photo_paths *paths, const char *path, const struct stat *info,
                         const struct trail *above, struct fault *fault) {
  const struct trail trail = {above, *info, above->depth + 1};
  const bool ours = is_written_by_us(paths, info);
  if (!ours && !leads_here(above, info)) return walk(paths, path, &trail, fault);
  message_warning(ours ? "%s: passed over: pictures that are written here are no photos to be judged"
                       : "%s: passed over: a link back to a folder above",
                  path);
  return STATUS_OK;
}

/* Takes `path` over. */
static enum status add_entry(struct photo_paths *paths, char *path, const char *name, const struct trail *trail,
                             struct fault *fault) {
  struct stat info;
  enum status status = STATUS_OK;
  bool there = !stat(path, &info);
  if (there && S_ISDIR(info.st_mode))
    status = enter(paths, path, &info, trail, fault);
  else if (has_extension(name) || (there && S_ISREG(info.st_mode) && has_signature(path)))
    return append(paths, path, fault);
  free(path);
  return status;
}

static enum status walk(struct photo_paths *paths, const char *folder, const struct trail *trail, struct fault *fault) {
  if (trail->depth > DEPTH_MAX)
    return fault_set(fault, STATUS_INVALID, "%s: more than %d folders deep; expected photos nearer to the folder given",
                     folder, DEPTH_MAX);
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, visible, bytewise);
  if (count < 0)
    return fault_set(fault, errno == ENOMEM ? STATUS_MEMORY : STATUS_IO, "%s: the folder cannot be read: %s", folder,
                     strerror(errno));
  size_t length = strlen(folder);
  const char *slash = length && folder[length - 1] == '/' ? "" : "/";
  enum status status = STATUS_OK;
  for (int i = 0; i < count; i++) {
    char *path = NULL;
    if (!status && asprintf(&path, "%s%s%s", folder, slash, entries[i]->d_name) < 0)
      status = fault_set(fault, STATUS_MEMORY, "out of memory for the list of photos");
    else if (!status)
      status = add_entry(paths, path, entries[i]->d_name, trail, fault);
    free(entries[i]);
  }
  free(entries);
  return status;
}

enum status photo_paths_add(struct photo_paths *paths, const char *path, size_t *found, struct fault *fault) {
  size_t before = paths->count;
  struct stat info;
  enum status status;
  if (!stat(path, &info) && S_ISDIR(info.st_mode)) {
    const struct trail trail = {.folder = info};
    status = walk(paths, path, &trail, fault);
  } else {
    char *copy = strdup(path);
    status =
        copy ? append(paths, copy, fault) : fault_set(fault, STATUS_MEMORY, "out of memory for the list of photos");
  }
  if (found) *found = paths->count - before;
  return status;
}

enum status photo_paths_add_all(struct photo_paths *paths, const char *const *given, size_t count,
                                struct fault *fault) {
  const char *bare = NULL;
  for (size_t i = 0; i < count; i++) {
    size_t found;
    enum status status = photo_paths_add(paths, given[i], &found, fault);
    if (status) return status;
    if (found) continue;
    if (bare) message_warning("%s: no photo in this folder", bare);
    bare = given[i];
  }
  if (!bare) return STATUS_OK;
  if (!paths->count)
    return fault_set(fault, STATUS_INVALID, "%s: no photo in this folder; known are " PHOTO_EXTENSIONS, bare);
  message_warning("%s: no photo in this folder", bare);
  return STATUS_OK;
}

void photo_paths_free(struct photo_paths *paths) {
  for (size_t i = 0; i < paths->count; i++) free(paths->items[i]);
  free(paths->items);
  *paths = (struct photo_paths){0};
}
