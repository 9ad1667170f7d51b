/* The report as one HTML file that asks for nothing from outside. */
#ifndef ASSAY_CLI_REPORT_PAGE_H
#define ASSAY_CLI_REPORT_PAGE_H

#include "models/status.h"
#include "models/text.h"

#include <stdbool.h>
#include <stdio.h>

/* The languages that there are, as words for an option's help: "en|zh". */
extern const char report_languages[];

/* Writes the page. `data` and `pictures` are JSON objects; they are put into the page as data, in which nothing can be
 * markup. `language` is one of those above. Thread-safe. STATUS_IO, STATUS_MEMORY. */
enum status report_page_write(FILE *file, const char *language, const struct text *data, const struct text *pictures,
                              struct fault *fault);

#endif
