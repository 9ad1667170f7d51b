/* assay: finds the command, reads its options, runs it and turns what came of it into an exit code. */
#include "cli/command.h"
#include "cli/message.h"
#include "cli/output.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static void print_commands(FILE *out) {
  fputs("usage: assay COMMAND [ARGUMENT...] [options]\n\n"
        "Tells whether production photos still match the approved golden sample.\n\n"
        "commands:\n",
        out);
  for (size_t i = 0; commands[i]; i++) fprintf(out, "  %-20s  %s\n", commands[i]->name, commands[i]->summary);
  fputs(
      "\nassay COMMAND --help tells more about each. assay --version prints the version.\n\n"
      "Exit codes: 0 all pass; 1 something failed the inspection; 2 something could not be judged and nothing failed;\n"
      "64 wrong usage; 65 nothing can be judged (bad golden, spec or list); 69 service not there; 70 internal error;\n"
      "74 I/O error; 130 stopped by Ctrl-C.\n",
      out);
}

/* How many words of the command line name the command: 0 where it does not match. */
static int words_matched(const struct command *command, int argc, char **argv) {
  const char *name = command->name;
  for (int words = 0; words < argc; name += strcspn(name, " "), name += *name == ' ') {
    size_t length = strcspn(name, " ");
    if (strlen(argv[words]) != length || memcmp(argv[words], name, length) != 0) return 0;
    words++;
    if (!name[length]) return words;
  }
  return 0;
}

/* "bench accuracy light" is another command than "bench accuracy". */
static const struct command *find_command(int argc, char **argv, int *words) {
  const struct command *found = NULL;
  *words = 0;
  for (size_t i = 0; commands[i]; i++) {
    int matched = words_matched(commands[i], argc, argv);
    if (matched > *words) found = commands[i], *words = matched;
  }
  return found;
}

static int no_such_command(int argc, char **argv) {
  bool family = false;
  size_t length = strlen(argv[0]);
  for (size_t i = 0; commands[i]; i++)
    if (!strncmp(commands[i]->name, argv[0], length) && commands[i]->name[length] == ' ') {
      if (!family) fprintf(stderr, "assay %s needs one of:\n", argv[0]);
      fprintf(stderr, "  %-20s  %s\n", commands[i]->name, commands[i]->summary);
      family = true;
    }
  if (!family)
    message_error("no command \"%s\"; assay --help lists what there is", argv[0]);
  else if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
    return 0;
  return 64;
}

static int run_command(const struct command *command, int argc, char **argv) {
  struct fault fault = {0};
  int exit_code = 0;
  struct common_options *values = calloc(1, command->values_size);
  enum status status = values ? options_parse(command->options, &command->operands, argc, argv, values, &fault)
                              : fault_set(&fault, STATUS_MEMORY, "out of memory");
  bool wrong_usage = status == STATUS_USAGE;
  if (!status && values && values->help)
    command_print_help(command, stdout);
  else if (!status)
    status = command->run(values, &exit_code, &fault);
  if (!status) status = output_flush(&fault);
  if (status) {
    exit_code = status_exit_code(status);
    message_fault(&fault);
  }
  if (wrong_usage) message_note("assay %s --help tells how", command->name);
  if (values) options_free(command->options, values);
  free(values);
  return exit_code;
}

int main(int argc, char **argv) {
  output_init();
  /* Only for the width of characters: numbers keep their point. */
  if (!setlocale(LC_CTYPE, "C.UTF-8")) setlocale(LC_CTYPE, "");
  struct fault fault = {0};
  if (argc < 2) {
    print_commands(stderr);
    return 64;
  }
  argc--;
  argv++;
  bool version = !strcmp(argv[0], "--version");
  if (version || !strcmp(argv[0], "--help") || !strcmp(argv[0], "-h") || !strcmp(argv[0], "help")) {
    if (version)
      puts("assay " ASSAY_VERSION);
    else
      print_commands(stdout);
    if (!output_flush(&fault)) return 0;
    message_fault(&fault);
    return status_exit_code(fault.status);
  }
  int words;
  const struct command *command = find_command(argc, argv, &words);
  return command ? run_command(command, argc - words, argv + words) : no_such_command(argc, argv);
}
