#include "ipc/watch_command.h"

#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A file in memory that holds the line: unlike a pipe, it never makes us wait. */
static int file_of(const char *line) {
  int file = memfd_create("finding", MFD_CLOEXEC);
  if (file < 0) return -1;
  size_t size = strlen(line);
  bool good = write(file, line, size) == (ssize_t)size && write(file, "\n", 1) == 1 && !lseek(file, 0, SEEK_SET);
  if (good) return file;
  close(file);
  return -1;
}

enum status watch_command_start(struct watch_commands *commands, const char *command, const char *line,
                                struct fault *fault) {
  if (commands->count == WATCH_COMMANDS)
    return fault_set(fault, STATUS_LIMIT, "--on-finding: %d commands still run; this finding starts none",
                     WATCH_COMMANDS);
  char shell[] = "/bin/sh", option[] = "-c";
  char *text = strdup(command);
  int file = file_of(line);
  posix_spawn_file_actions_t actions;
  if (!text || file < 0 || posix_spawn_file_actions_init(&actions)) {
    if (file >= 0) close(file);
    free(text);
    return fault_set(fault, STATUS_MEMORY, "--on-finding: out of memory");
  }
  char *const arguments[] = {shell, option, text, NULL};
  posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t child;
  int code = posix_spawn(&child, shell, &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(file);
  free(text);
  if (code) return fault_set(fault, STATUS_IO, "--on-finding: cannot start /bin/sh: %s", strerror(code));
  commands->running[commands->count++] = child;
  return STATUS_OK;
}

void watch_commands_reap(struct watch_commands *commands, void (*note)(const char *text)) {
  size_t left = 0;
  for (size_t i = 0; i < commands->count; i++) {
    int how;
    pid_t ended = waitpid(commands->running[i], &how, WNOHANG);
    if (!ended) {
      commands->running[left++] = commands->running[i];
    } else if (ended > 0 && how && note) {
      char text[96];
      snprintf(text, sizeof text, "--on-finding: the command ended with %d",
               WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how));
      note(text);
    }
  }
  commands->count = left;
}

void watch_commands_end(struct watch_commands *commands) {
  watch_commands_reap(commands, NULL);
  commands->count = 0;
}
