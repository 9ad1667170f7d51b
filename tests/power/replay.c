#include "tests/power/replay.h"

#include "tests/power/record.h"
#include "tests/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SECTOR = 512 };

static void must(bool good, const char *what) {
  if (good) return;
  fprintf(stderr, "replay: %s: %s\n", what, strerror(errno));
  abort();
}

/* A write, or a new size (bytes NULL), that was not synced. */
struct change {
  const uint8_t *bytes; /* in the log */
  uint64_t offset;
  size_t size;
};

struct file {
  uint64_t inode;
  uint8_t *bytes; /* on disk */
  size_t size;
  struct change *changes;
  size_t change_count, change_room;
};

/* What is known by a name: a file, or a folder (file NULL). */
struct name {
  char *path;
  struct file *file;
};

/* A change of names, that was not synced: `gone` (may be NULL) is no more, `fresh` (path NULL: none) is there. */
struct naming {
  char *gone;
  struct name fresh;
};

struct names {
  struct name *items;
  size_t count;
};

struct replay {
  uint8_t *log;
  size_t size, at;
  struct file **files; /* all there were; the last of an inode is the one */
  size_t file_count;
  struct names live, disk;
  struct naming *namings;
  size_t naming_count;
};

static void *grow(void *items, size_t count, size_t size) {
  void *more = realloc(items, (count + 1) * size);
  must(more, "memory");
  return more;
}

/* --- Names --- */

static struct name *find_name(const struct names *names, const char *path) {
  for (size_t i = 0; i < names->count; i++)
    if (!strcmp(names->items[i].path, path)) return &names->items[i];
  return NULL;
}

static void drop_name(struct names *names, const char *path) {
  struct name *name = find_name(names, path);
  if (!name) return;
  free(name->path);
  *name = names->items[--names->count];
}

static void set_name(struct names *names, const char *path, struct file *file) {
  drop_name(names, path);
  names->items = grow(names->items, names->count, sizeof *names->items);
  names->items[names->count].path = strdup(path);
  must(names->items[names->count].path, "memory");
  names->items[names->count++].file = file;
}

static void apply_naming(struct names *names, const struct naming *naming) {
  if (naming->gone) drop_name(names, naming->gone);
  if (naming->fresh.path) set_name(names, naming->fresh.path, naming->fresh.file);
}

static void add_naming(struct replay *replay, const char *gone, const char *fresh, struct file *file) {
  replay->namings = grow(replay->namings, replay->naming_count, sizeof *replay->namings);
  struct naming *naming = &replay->namings[replay->naming_count++];
  *naming = (struct naming){gone ? strdup(gone) : NULL, {fresh ? strdup(fresh) : NULL, file}};
  apply_naming(&replay->live, naming);
}

static void free_naming(struct naming *naming) {
  free(naming->gone);
  free(naming->fresh.path);
}

static bool is_in(const char *path, const char *folder) {
  const char *slash = strrchr(path, '/');
  size_t size = slash ? (size_t)(slash - path) : 0;
  return size == strlen(folder) && !strncmp(path, folder, size);
}

/* A rename is one change; it is on disk when the folder that the new name is in is synced. */
static void sync_names(struct replay *replay, const char *folder) {
  size_t kept = 0;
  for (size_t i = 0; i < replay->naming_count; i++) {
    struct naming *naming = &replay->namings[i];
    if (is_in(naming->fresh.path ? naming->fresh.path : naming->gone, folder)) {
      apply_naming(&replay->disk, naming);
      free_naming(naming);
    } else {
      replay->namings[kept++] = *naming;
    }
  }
  replay->naming_count = kept;
}

/* --- Files --- */

static struct file *file_of(const struct replay *replay, uint64_t inode) {
  for (size_t i = replay->file_count; i > 0; i--)
    if (replay->files[i - 1]->inode == inode) return replay->files[i - 1];
  must(false, "a file that was not opened");
  return NULL;
}

static void open_file(struct replay *replay, const char *path, uint64_t inode) {
  if (find_name(&replay->live, path)) return;
  struct file *file = calloc(1, sizeof *file);
  must(file, "memory");
  file->inode = inode;
  replay->files = grow(replay->files, replay->file_count, sizeof *replay->files);
  replay->files[replay->file_count++] = file;
  add_naming(replay, NULL, path, file);
}

static void add_change(struct file *file, const uint8_t *bytes, uint64_t offset, size_t size) {
  if (file->change_count == file->change_room) {
    file->change_room = file->change_room ? 2 * file->change_room : 16;
    file->changes = realloc(file->changes, file->change_room * sizeof *file->changes);
    must(file->changes, "memory");
  }
  file->changes[file->change_count++] = (struct change){bytes, offset, size};
}

static void resize(uint8_t **bytes, size_t *size, size_t wanted) {
  if (wanted > *size) {
    *bytes = realloc(*bytes, wanted);
    must(*bytes, "memory");
    memset(*bytes + *size, 0, wanted - *size);
  }
  *size = wanted;
}

static void apply_change(uint8_t **bytes, size_t *size, const struct change *change) {
  if (!change->bytes) {
    resize(bytes, size, change->offset);
    return;
  }
  if (change->offset + change->size > *size) resize(bytes, size, change->offset + change->size);
  memcpy(*bytes + change->offset, change->bytes, change->size);
}

static void sync_file(struct file *file) {
  for (size_t i = 0; i < file->change_count; i++) apply_change(&file->bytes, &file->size, &file->changes[i]);
  file->change_count = 0;
}

/* --- The log --- */

struct replay *replay_open(const char *log) {
  struct replay *replay = calloc(1, sizeof *replay);
  FILE *file = fopen(log, "rb");
  struct stat status;
  must(replay && file && !fstat(fileno(file), &status), log);
  replay->log = malloc((size_t)status.st_size + 1);
  must(replay->log, "memory");
  replay->size = fread(replay->log, 1, (size_t)status.st_size, file);
  fclose(file);
  return replay;
}

static void free_names(struct names *names) {
  for (size_t i = 0; i < names->count; i++) free(names->items[i].path);
  free(names->items);
}

void replay_close(struct replay *replay) {
  for (size_t i = 0; i < replay->file_count; i++) {
    free(replay->files[i]->bytes);
    free(replay->files[i]->changes);
    free(replay->files[i]);
  }
  for (size_t i = 0; i < replay->naming_count; i++) free_naming(&replay->namings[i]);
  free_names(&replay->live);
  free_names(&replay->disk);
  free(replay->files);
  free(replay->namings);
  free(replay->log);
  free(replay);
}

size_t replay_size(const struct replay *replay) {
  return replay->size;
}

static void take(struct replay *replay, const struct record *record, const uint8_t *bytes, enum replay_disk disk) {
  char text[8194] = "";
  bool is_text = record->kind != RECORD_WRITE;
  if (is_text) {
    must(record->size < sizeof text, "a path");
    memcpy(text, bytes, record->size);
    text[record->size] = 0;
  }
  switch ((enum record_kind)record->kind) {
  case RECORD_OPEN:
    open_file(replay, text, record->inode);
    return;
  case RECORD_WRITE:
    add_change(file_of(replay, record->inode), bytes, record->offset, record->size);
    return;
  case RECORD_TRUNCATE:
    add_change(file_of(replay, record->inode), NULL, record->offset, 0);
    return;
  case RECORD_SYNC:
    if (disk != DISK_LIES) sync_file(file_of(replay, record->inode));
    return;
  case RECORD_SYNC_NAMES:
    if (disk != DISK_LIES) sync_names(replay, text);
    return;
  case RECORD_MAKE:
    add_naming(replay, NULL, text, NULL);
    return;
  case RECORD_REMOVE:
    add_naming(replay, text, NULL, NULL);
    return;
  case RECORD_RENAME: {
    const char *to = text + strlen(text) + 1;
    const struct name *name = find_name(&replay->live, text);
    must(name, "a rename of what is not there");
    add_naming(replay, text, to, name->file);
    return;
  }
  }
  must(false, "a record");
}

void replay_to(struct replay *replay, size_t offset, enum replay_disk disk) {
  struct record record;
  while (replay->at + sizeof record <= offset) {
    memcpy(&record, replay->log + replay->at, sizeof record);
    if (replay->at + sizeof record + record.size > offset) return;
    take(replay, &record, replay->log + replay->at + sizeof record, disk);
    replay->at += sizeof record + record.size;
  }
}

/* --- The cut --- */

static void scatter(uint8_t **bytes, size_t *size, const struct change *change, uint64_t *random) {
  if (!change->bytes) {
    if (support_random(random) & 1) apply_change(bytes, size, change);
    return;
  }
  for (size_t done = 0; done < change->size;) {
    size_t part = SECTOR - (change->offset + done) % SECTOR;
    if (part > change->size - done) part = change->size - done;
    const struct change sector = {change->bytes + done, change->offset + done, part};
    if (support_random(random) & 1) apply_change(bytes, size, &sector);
    done += part;
  }
}

static void write_file(const struct file *file, enum replay_disk disk, uint64_t *random, const char *path) {
  size_t size = file->size;
  uint8_t *bytes = calloc(1, size + 1);
  must(bytes, "memory");
  if (size) memcpy(bytes, file->bytes, size);
  for (size_t i = 0; disk == DISK_SCATTERS && i < file->change_count; i++)
    scatter(&bytes, &size, &file->changes[i], random);
  FILE *out = fopen(path, "wb");
  must(out && fwrite(bytes, 1, size, out) == size && !fclose(out), path);
  free(bytes);
}

static int by_path(const void *a, const void *b) {
  return strcmp(((const struct name *)a)->path, ((const struct name *)b)->path);
}

void replay_cut(const struct replay *replay, enum replay_disk disk, uint64_t *random, const char *folder) {
  struct names names = {0};
  for (size_t i = 0; i < replay->disk.count; i++)
    set_name(&names, replay->disk.items[i].path, replay->disk.items[i].file);
  for (size_t i = 0; disk == DISK_SCATTERS && i < replay->naming_count; i++)
    if (support_random(random) & 1) apply_naming(&names, &replay->namings[i]);
  if (names.count) qsort(names.items, names.count, sizeof *names.items, by_path);
  must(!mkdir(folder, 0777), folder);
  for (size_t i = 0; i < names.count; i++) {
    char *path = support_text("%s/%s", folder, names.items[i].path);
    char *slash = strrchr(path, '/');
    struct stat status;
    *slash = 0;
    /* A name in a folder whose own name is not on disk is not on disk either. */
    bool reachable = !stat(path, &status);
    *slash = '/';
    if (reachable && names.items[i].file) write_file(names.items[i].file, disk, random, path);
    if (reachable && !names.items[i].file) must(!mkdir(path, 0777), path);
    free(path);
  }
  free_names(&names);
}
