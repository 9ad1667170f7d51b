/* A command of the program: what it is called, what it takes, what it does. cli/commands.c lists them, by groups. */
#ifndef ASSAY_CLI_COMMAND_H
#define ASSAY_CLI_COMMAND_H

#include "cli/options.h"
#include "models/result.h"
#include "models/status.h"

#include <stdio.h>

struct command {
  const char *name;    /* "run"; "golden create" */
  const char *summary; /* for the list of commands */
  const char *text;    /* for --help: what it does, in lines ready to print */
  const char *example; /* command lines that work, one a line */
  struct operands operands;
  const struct option *options; /* its own, ended by a NULL name; common_options come on top */
  size_t values_size;           /* of its own struct, which begins with struct common_options */
  /* Does the work. `exit_code` is 0 beforehand; a command that gives verdicts sets it. */
  enum status (*run)(const void *values, int *exit_code, struct fault *fault);
  void (*more_help)(FILE *out); /* printed after the options; may be NULL */
};

/* What a reader of the list looks for together. */
struct command_group {
  const char *title;
  const struct command *const *commands; /* ended by NULL */
};

/* Ended by a NULL title, in the order of the list. */
extern const struct command_group command_groups[];

/* The commands of all groups one after another; NULL after the last. */
const struct command *command_number(size_t index);

void command_print_help(const struct command *command, FILE *out);

/* What the verdicts of a batch come to as an exit code: 0 all pass, 1 some fail, 2 some cannot be judged. */
struct tally {
  size_t pass, fail, cannot_judge;
};
void tally_add(struct tally *tally, enum verdict verdict);
int tally_exit_code(const struct tally *tally);

enum { EXIT_STOPPED = 130 };

#endif
