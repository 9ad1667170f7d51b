/* Runs a command for each finding without waiting for it. */
#ifndef ASSAY_IPC_WATCH_COMMAND_H
#define ASSAY_IPC_WATCH_COMMAND_H

#include "models/status.h"

#include <stddef.h>
#include <sys/types.h>

enum { WATCH_COMMANDS = 32 /* at the same time */ };

/* All zero is none. */
struct watch_commands {
  pid_t running[WATCH_COMMANDS];
  size_t count;
};

/* Starts /bin/sh -c COMMAND with the line and a newline on its standard input, its output to standard error.
 * STATUS_LIMIT where WATCH_COMMANDS still run. */
enum status watch_command_start(struct watch_commands *commands, const char *command, const char *line,
                                struct fault *fault);
/* Takes note of those that have ended; one that failed is told to `note` (may be NULL). */
void watch_commands_reap(struct watch_commands *commands, void (*note)(const char *text));
/* Those that still run are left to themselves. */
void watch_commands_end(struct watch_commands *commands);

#endif
