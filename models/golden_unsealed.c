#include "models/golden_build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_ROOM = 300 /* a folder of ours, a slash and what a file system takes for a name */ };

static int all_but_dots(const struct dirent *entry) {
  return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static int bytewise(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_earlier_seal(const char *name, int64_t version) {
  char *end;
  long long number = strtoll(name, &end, 10);
  return name[0] >= '1' && name[0] <= '9' && number < version && (!strcmp(end, ".json") || !strcmp(end, ".sig"));
}

static bool is_ours(const struct seal *seal, const char *prefix, const char *entry, const char *name) {
  if (!strcmp(prefix, "history/")) return is_earlier_seal(entry, seal->version);
  bool plain = !*prefix && (!strcmp(entry, "seal.json") || !strcmp(entry, "seal.sig") || !strcmp(entry, "cache"));
  return plain || seal_find(seal, name);
}

static bool is_searched(const char *prefix, const char *entry) {
  return !*prefix && (!strcmp(entry, "photos") || !strcmp(entry, "masks") || !strcmp(entry, "history"));
}

static enum status search(int folder, const struct seal *seal, const char *prefix, golden_unsealed_each *each,
                          void *context, struct fault *fault);

static enum status look(int folder, const struct seal *seal, const char *prefix, const char *entry,
                        golden_unsealed_each *each, void *context, struct fault *fault) {
  char name[NAME_ROOM];
  snprintf(name, sizeof name, "%s%s", prefix, entry);
  if (is_searched(prefix, entry)) {
    int part = openat(folder, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    snprintf(name, sizeof name, "%s/", entry);
    enum status status = part < 0 ? STATUS_OK : search(part, seal, name, each, context, fault);
    if (part >= 0) close(part);
    return status;
  }
  return is_ours(seal, prefix, entry, name) ? STATUS_OK : each(context, name, fault);
}

static enum status search(int folder, const struct seal *seal, const char *prefix, golden_unsealed_each *each,
                          void *context, struct fault *fault) {
  struct dirent **entries = NULL;
  int count = scandirat(folder, ".", &entries, all_but_dots, bytewise);
  if (count < 0)
    return fault_set(fault, errno == ENOMEM ? STATUS_MEMORY : STATUS_IO, "the golden's folder cannot be read: %s",
                     strerror(errno));
  enum status status = STATUS_OK;
  for (int i = 0; i < count; i++) {
    if (!status) status = look(folder, seal, prefix, entries[i]->d_name, each, context, fault);
    free(entries[i]);
  }
  free(entries);
  return status;
}

enum status golden_unsealed(int folder, const struct seal *seal, golden_unsealed_each *each, void *context,
                            struct fault *fault) {
  return search(folder, seal, "", each, context, fault);
}
