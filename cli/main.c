/* assay: finds the command, reads its options, runs it and turns what came of it into an exit code. */
#include "cli/command.h"
#include "cli/listing.h"
#include "cli/message.h"
#include "cli/output.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static int finish(int exit_code) {
  struct fault fault = {0};
  if (!output_flush(&fault)) return exit_code;
  message_fault(&fault);
  return status_exit_code(fault.status);
}

static bool asks_for_help(const char *word) {
  return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static int no_such_command(int argc, char **argv) {
  if (argc > 1 && asks_for_help(argv[1]) && listing_print_family(argv[0], stdout)) return finish(0);
  if (argc == 1 && listing_print_family(argv[0], stderr)) return 64;
  const struct command *nearest = listing_nearest(argc, argv);
  bool family = listing_print_family(argv[0], nearest ? NULL : stderr) > 0 && argc > 1;
  char hint[96] = "; assay --help lists what there is";
  if (nearest) snprintf(hint, sizeof hint, "; did you mean assay %s?", nearest->name);
  message_error("no command \"%s%s%s\"%s", argv[0], family ? " " : "", family ? argv[1] : "",
                family && !nearest ? "" : hint);
  return 64;
}

/* `assay help [COMMAND]`. */
static int help(int argc, char **argv) {
  int words;
  const struct command *command = listing_find(argc, argv, &words);
  if (command)
    command_print_help(command, stdout);
  else if (!argc)
    listing_print(stdout);
  else if (!listing_print_family(argv[0], stdout))
    return no_such_command(argc, argv);
  return finish(0);
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
  if (argc < 2) {
    listing_print(stderr);
    return 64;
  }
  argc--;
  argv++;
  if (!strcmp(argv[0], "--version")) {
    puts("assay " ASSAY_VERSION);
    return finish(0);
  }
  if (asks_for_help(argv[0]) || !strcmp(argv[0], "help")) return help(argc - 1, argv + 1);
  int words;
  const struct command *command = listing_find(argc, argv, &words);
  return command ? run_command(command, argc - words, argv + words) : no_such_command(argc, argv);
}
