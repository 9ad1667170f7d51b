/* Results as JUnit's XML, for build servers: a test case a photo and one a class of each lot. */
#ifndef ASSAY_CLI_REPORT_JUNIT_H
#define ASSAY_CLI_REPORT_JUNIT_H

#include "engine/lots/row.h"
#include "models/text.h"

#include <jansson.h>

/* All zero is empty; ends with text_free of `cases`. */
struct report_junit {
  struct text cases;
  size_t count, failures, errors;
};

/* A photo: one that failed is a failure, one that could not be judged an error. Texts are escaped, and what XML 1.0
 * cannot hold (control characters, bytes that are no UTF-8) is U+FFFD. */
void report_junit_photo(struct report_junit *junit, const struct row *row);

/* The document: the lots' verdicts (report_judge), of which a rejected or discontinued class is a failure and one held
 * an error, and the photos. */
void report_junit_write(struct text *out, const json_t *lots, const char *by, const struct report_junit *photos);

#endif
