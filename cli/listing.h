/* The list of commands as people see it: by groups, by family ("assay lot"), and what a mistyped one was meant to be.
 */
#ifndef ASSAY_CLI_LISTING_H
#define ASSAY_CLI_LISTING_H

#include "cli/command.h"

#include <stdio.h>

/* The command that the first of `argc` words name, and by how many; the longest name wins, since "bench accuracy light"
 * is another command than "bench accuracy". NULL: none. */
const struct command *listing_find(int argc, char **argv, int *words);

void listing_print(FILE *out);

/* Prints the commands that begin with `word`, unless `out` is NULL; returns how many there are. */
size_t listing_print_family(const char *word, FILE *out);

/* The command whose name is nearest to the first one, two or three words, or whose last word is nearest to the first
 * where that names no family ("report" for "lot report"); NULL where none is near. */
const struct command *listing_nearest(int argc, char **argv);

#endif
