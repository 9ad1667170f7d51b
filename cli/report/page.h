/* The report as one HTML file that asks for nothing from outside. */
#ifndef ASSAY_CLI_REPORT_PAGE_H
#define ASSAY_CLI_REPORT_PAGE_H

#include "models/text.h"

#include <stdbool.h>

/* The languages that there are, as words for an option's help: "en|zh". */
extern const char report_languages[];

/* Adds the page to `out`. `live`: it may send to where it came from, for the queue for review. `data` and `pictures`
 * are JSON objects; they are put into the page as data, in which nothing can be markup. `language` is one of those
 * above. Thread-safe. Out of memory is out->failed. */
void report_page(struct text *out, const char *language, bool live, const struct text *data,
                 const struct text *pictures);

#endif
