#include "cli/bench/own_program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MOST_ARGUMENTS = 68, PATH_SIZE = 4096, NAME_SIZE = 32 };

static enum status find_program(const char *name, char *path, struct fault *fault) {
  ssize_t length = readlink("/proc/self/exe", path, PATH_SIZE - NAME_SIZE);
  if (length < 0) return fault_set(fault, STATUS_IO, "/proc/self/exe: %s", strerror(errno));
  path[length] = 0;
  char *slash = strrchr(path, '/');
  snprintf(slash ? slash + 1 : path, NAME_SIZE, "%s", name);
  if (access(path, X_OK))
    return fault_set(fault, STATUS_MISSING, "%s: %s; expected the program, which ./bootstrap build leaves there", path,
                     strerror(errno));
  return STATUS_OK;
}

static int start(const char *path, char **arguments, const char *out, pid_t *child) {
  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  if (out) error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (!error) error = posix_spawn(child, path, &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

enum status own_program(const char *name, const char *const *arguments, const char *out, int *code,
                        struct fault *fault) {
  char path[PATH_SIZE], *own[MOST_ARGUMENTS + 2] = {path};
  pid_t child;
  int state = 0;
  enum status status = find_program(name, path, fault);
  if (status) return status;
  for (int i = 0; i < MOST_ARGUMENTS && arguments[i]; i++) own[i + 1] = (char *)(uintptr_t)arguments[i];
  int error = start(path, own, out, &child);
  if (error) return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(error));
  while (waitpid(child, &state, 0) < 0)
    if (errno != EINTR) return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  if (!WIFEXITED(state)) return fault_set(fault, STATUS_INTERNAL, "%s ended without an exit code", path);
  *code = WEXITSTATUS(state);
  return STATUS_OK;
}
