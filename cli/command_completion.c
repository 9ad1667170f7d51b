#include "cli/commands.h"
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_option_names(const struct option *table, FILE *out) {
  for (; table && table->name; table++) fprintf(out, " --%s", table->name);
}

/* What may follow an option that takes one of some words, or any text; after others a file may follow. */
static void print_values(const struct option *table, FILE *out) {
  for (; table && table->name; table++) {
    if (table->kind == OPTION_FLAG || !table->argument) continue;
    fprintf(out, "      --%s) ", table->name);
    if (table->kind == OPTION_WORD) {
      fputs("choices='", out);
      for (const char *at = table->argument; *at; at++) fputc(*at == '|' ? ' ' : *at, out);
      fputs("' ", out);
    } else {
      fputs("choices= ", out);
    }
    fputs(";;\n", out);
  }
}

static void print_command(const struct command *command, FILE *out) {
  fprintf(out, "  '%s '*)\n    choices='", command->name);
  print_option_names(command->options, out);
  print_option_names(common_options, out);
  fputs("'\n    case $before in\n", out);
  print_values(command->options, out);
  print_values(common_options, out);
  fputs("    esac ;;\n", out);
}

static size_t words_of(const char *name) {
  size_t words = 1;
  for (; *name; name++) words += *name == ' ';
  return words;
}

/* Longer names first: "bench accuracy light" is another command than "bench accuracy". */
static void print_commands(FILE *out) {
  const struct command *command;
  for (size_t words = 3; words; words--)
    for (size_t i = 0; (command = command_number(i)); i++)
      if (words_of(command->name) == words) print_command(command, out);
}

/* `line` is what stands before the word to be completed; the words that may follow complete the name of a command. */
static void print_script(FILE *out) {
  fputs("# bash completion of assay, by `assay completion`.\n"
        "_assay() {\n"
        "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} choices= name= names=(\n",
        out);
  const struct command *command;
  for (size_t i = 0; (command = command_number(i)); i++) fprintf(out, "    '%s'\n", command->name);
  fputs("  )\n"
        "  local line=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n"
        "  line=${line:+$line }\n"
        "  case $line in\n",
        out);
  print_commands(out);
  fputs("  esac\n"
        "  COMPREPLY=()\n"
        "  if [[ $word == -* || ( $before == --* && -n $choices && $choices != *--help* ) ]]; then\n"
        "    COMPREPLY=($(compgen -W \"$choices\" -- \"$word\"))\n"
        "    return\n"
        "  fi\n"
        "  for name in \"${names[@]}\"; do\n"
        "    [[ $name == \"$line\"* ]] || continue\n"
        "    name=${name#\"$line\"}\n"
        "    name=${name%% *}\n"
        "    [[ $name == \"$word\"* && \" ${COMPREPLY[*]} \" != *\" $name \"* ]] && COMPREPLY+=(\"$name\")\n"
        "  done\n"
        "}\n"
        "complete -o bashdefault -o default -F _assay assay\n",
        out);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct common_options *common = values;
  if (!common->json) {
    print_script(stdout);
    return STATUS_OK;
  }
  char *script = NULL;
  size_t size;
  FILE *out = open_memstream(&script, &size);
  if (!out) return fault_set(fault, STATUS_MEMORY, "out of memory");
  print_script(out);
  enum status status = fclose(out) ? fault_set(fault, STATUS_MEMORY, "out of memory")
                                   : output_json(json_pack("{s:s}", "bash", script), fault);
  free(script);
  return status;
}

const struct command command_completion = {
    .name = "completion",
    .summary = "completion of commands and options for bash",
    .text = "Prints what bash needs to complete the names of commands, options and their values. An installed program\n"
            "has it already.\n\n"
            "With --json one line {\"bash\"}.",
    .example = "  assay completion >> ~/.bash_completion",
    .operands = {.usage = "", .least = 0, .most = 0},
    .values_size = sizeof(struct common_options),
    .run = run,
};
