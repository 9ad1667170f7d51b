/* Aligned columns of text, row by row as they come. */
#ifndef ASSAY_CLI_TABLE_H
#define ASSAY_CLI_TABLE_H

#include "cli/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct column {
  const char *title;
  size_t width;  /* terminal columns; longer cells are cut. 0: the last column, as long as it is */
  bool right;    /* aligned to the right */
  bool keep_end; /* a cell that is too long keeps its end (file names) */
};

struct cell {
  const char *text;
  enum text_style style;
};

struct table {
  FILE *out;
  const struct column *columns;
  size_t count;
  bool coloured;
};

/* The titles and a rule under them. */
void table_head(const struct table *table);
void table_row(const struct table *table, const struct cell *cells);

/* Columns of the terminal behind a stream; 0 where it is none. */
size_t table_terminal_width(FILE *stream);

#endif
