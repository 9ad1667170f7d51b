#include "cli/folders.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *environment(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

const char *folder_temporary(void) {
  const char *base = environment("TMPDIR");
  return base ? base : "/tmp";
}

char *folder_data(void) {
  char *path = NULL;
  const char *data = environment("XDG_DATA_HOME"), *home = environment("HOME");
  int length = data ? asprintf(&path, "%s/assay", data) : asprintf(&path, "%s/.local/share/assay", home ? home : "");
  return length < 0 ? NULL : path;
}

char *folder_goldens(void) {
  char *path = NULL;
  const char *cache = environment("XDG_CACHE_HOME"), *home = environment("HOME");
  int length =
      cache ? asprintf(&path, "%s/assay/goldens", cache) : asprintf(&path, "%s/.cache/assay/goldens", home ? home : "");
  return length < 0 ? NULL : path;
}

enum status folder_make(const char *path, struct fault *fault) {
  char *part = strdup(path);
  if (!part) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = STATUS_OK;
  for (char *end = part + 1; !status && *part; end++) {
    if (*end != '/' && *end) continue;
    char kept = *end;
    *end = 0;
    struct stat info;
    if (mkdir(part, 0777) && (errno != EEXIST || stat(part, &info) || !S_ISDIR(info.st_mode)))
      status = fault_set(fault, STATUS_IO, "%s: the folder cannot be made: %s", part,
                         errno == EEXIST ? "there is a file of this name" : strerror(errno));
    *end = kept;
    if (!kept) break;
  }
  free(part);
  return status;
}

enum status folder_make_temporary(char **path, struct fault *fault) {
  if (asprintf(path, "%s/assay-XXXXXX", folder_temporary()) < 0) {
    *path = NULL;
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  if (mkdtemp(*path)) return STATUS_OK;
  enum status status =
      fault_set(fault, STATUS_IO, "%s: no temporary folder can be made: %s (TMPDIR names another place)",
                folder_temporary(), strerror(errno));
  free(*path);
  *path = NULL;
  return status;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where) {
  (void)info, (void)type, (void)where;
  remove(path);
  return 0;
}

void folder_remove(const char *path) {
  nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
