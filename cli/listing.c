#include "cli/listing.h"
#include "cli/nearest.h"

#include <string.h>

enum { MOST_WORDS = 3, WORDS_SIZE = 64 };

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

const struct command *listing_find(int argc, char **argv, int *words) {
  const struct command *found = NULL, *command;
  *words = 0;
  for (size_t i = 0; (command = command_number(i)); i++) {
    int matched = words_matched(command, argc, argv);
    if (matched > *words) found = command, *words = matched;
  }
  return found;
}

static void print_line(const struct command *command, FILE *out) {
  fprintf(out, "  %-20s  %s\n", command->name, command->summary);
}

void listing_print(FILE *out) {
  fputs("usage: assay COMMAND [ARGUMENT...] [options]\n\n"
        "Tells whether production photos still match the approved golden sample.\n",
        out);
  for (const struct command_group *group = command_groups; group->title; group++) {
    fprintf(out, "\n%s:\n", group->title);
    for (const struct command *const *command = group->commands; *command; command++) print_line(*command, out);
  }
  fputs(
      "\nassay COMMAND --help tells more about each. assay --version prints the version.\n\n"
      "Exit codes: 0 all pass; 1 something failed the inspection; 2 something could not be judged and nothing failed;\n"
      "64 wrong usage; 65 nothing can be judged (bad golden, spec or list); 69 service not there; 70 internal error;\n"
      "74 I/O error; 130 stopped by Ctrl-C.\n",
      out);
}

size_t listing_print_family(const char *word, FILE *out) {
  size_t count = 0, length = strlen(word);
  const struct command *command;
  for (size_t i = 0; (command = command_number(i)); i++)
    if (!strncmp(command->name, word, length) && command->name[length] == ' ') {
      if (out && !count) fprintf(out, "assay %s needs one of:\n", word);
      if (out) print_line(command, out);
      count++;
    }
  return count;
}

const struct command *listing_nearest(int argc, char **argv) {
  struct nearest nearest = {0};
  const struct command *found = NULL, *command;
  char given[WORDS_SIZE] = "";
  bool family = listing_print_family(argv[0], NULL) > 0;
  for (int words = 1; words <= MOST_WORDS && words <= argc; words++) {
    size_t used = strlen(given);
    int written = snprintf(given + used, sizeof given - used, "%s%s", used ? " " : "", argv[words - 1]);
    if (written < 0 || (size_t)written >= sizeof given - used) break;
    for (size_t i = 0; (command = command_number(i)); i++) {
      const char *before = nearest.word, *last = strrchr(command->name, ' ');
      nearest_consider(&nearest, given, strlen(given), command->name);
      if (last && words == 1 && !family) nearest_consider(&nearest, given, strlen(given), last + 1);
      if (nearest.word != before) found = command;
    }
  }
  return found;
}
