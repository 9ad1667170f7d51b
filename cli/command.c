#include "cli/command.h"

const struct command *command_number(size_t index) {
  for (const struct command_group *group = command_groups; group->title; group++)
    for (const struct command *const *command = group->commands; *command; command++)
      if (!index--) return *command;
  return NULL;
}

void command_print_help(const struct command *command, FILE *out) {
  fprintf(out, "usage: assay %s%s%s [options]\n\n%s\n", command->name, *command->operands.usage ? " " : "",
          command->operands.usage, command->text);
  if (command->options && command->options->name) {
    fputs("\noptions:\n", out);
    options_print(command->options, out);
  }
  fputs("\ncommon options:\n", out);
  options_print(common_options, out);
  if (command->more_help) {
    fputc('\n', out);
    command->more_help(out);
  }
  fprintf(out, "\nexample:\n%s\n", command->example);
}

void tally_add(struct tally *tally, enum verdict verdict) {
  switch (verdict) {
  case VERDICT_PASS:
    tally->pass++;
    break;
  case VERDICT_FAIL:
    tally->fail++;
    break;
  case VERDICT_CANNOT_JUDGE:
    tally->cannot_judge++;
    break;
  }
}

int tally_exit_code(const struct tally *tally) {
  return tally->fail ? 1 : tally->cannot_judge ? 2 : 0;
}
