/* Text for people: widths on a terminal, colours, and names that cannot harm the terminal. */
#ifndef ASSAY_CLI_TEXT_H
#define ASSAY_CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Copies UTF-8 text: control characters and bytes that are no UTF-8 become U+FFFD, so that a file name cannot move the
 * cursor. Cut to `columns` terminal columns (0: no limit) with an ellipsis at the end, or at the start where
 * `keep_end`. Returns a new string, NULL when out of memory. Needs an LC_CTYPE of UTF-8, which main sets. */
char *text_clean(const char *text, size_t columns, bool keep_end);

/* Columns that clean text takes on a terminal; wide characters take two. */
size_t text_width(const char *text);

/* Whether what is written to a stream may be coloured: a terminal, and neither NO_COLOR nor TERM=dumb says no. */
bool text_coloured(FILE *stream);

enum text_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW };
/* The escape sequence that starts a style; STYLE_PLAIN ends the others. */
const char *text_style(enum text_style style);

#endif
