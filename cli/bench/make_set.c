#include "cli/bench/make_set.h"

#include "cli/folders.h"

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MOST_OPTIONS = 64, PATH_SIZE = 4096 };

static enum status find_program(char *path, struct fault *fault) {
  ssize_t length = readlink("/proc/self/exe", path, PATH_SIZE - 16);
  if (length < 0) return fault_set(fault, STATUS_IO, "/proc/self/exe: %s", strerror(errno));
  path[length] = 0;
  char *slash = strrchr(path, '/');
  strcpy(slash ? slash + 1 : path, "assay-synth");
  if (access(path, X_OK))
    return fault_set(fault, STATUS_MISSING,
                     "%s: %s; expected the maker of photo sets, which "
                     "./bootstrap build leaves there",
                     path, strerror(errno));
  return STATUS_OK;
}

static enum status run(const char *path, char **arguments, struct fault *fault) {
  pid_t child;
  int state = 0, error = posix_spawn(&child, path, NULL, NULL, arguments, environ);
  if (error) return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(error));
  while (waitpid(child, &state, 0) < 0)
    if (errno != EINTR) return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  if (state) return fault_set(fault, STATUS_USAGE, "assay-synth did not make the set");
  return STATUS_OK;
}

enum status make_set(const char *const *options, char **folder, struct fault *fault) {
  char path[PATH_SIZE];
  char *arguments[MOST_OPTIONS + 4] = {path};
  int count = 1;
  *folder = NULL;
  for (int i = 0; options[i] && count < MOST_OPTIONS; i++) arguments[count++] = (char *)(uintptr_t)options[i];
  enum status status = find_program(path, fault);
  if (!status) status = folder_make_temporary(folder, fault);
  if (status) return status;
  arguments[count++] = "--out", arguments[count++] = *folder;
  status = run(path, arguments, fault);
  if (!status) return STATUS_OK;
  folder_remove(*folder);
  free(*folder);
  *folder = NULL;
  return status;
}
