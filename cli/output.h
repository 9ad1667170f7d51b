/* Standard output: what was written must have arrived, else the command fails with an I/O error. */
#ifndef ASSAY_CLI_OUTPUT_H
#define ASSAY_CLI_OUTPUT_H

#include "models/result.h"
#include "models/status.h"

#include <jansson.h>

/* Takes care of closed standard streams and broken pipes; call first. A standard output that is closed is replaced by
 * one that fails, so that no file opened later gets its number. */
void output_init(void);

/* One line of JSON: keys in the order they were set. Takes `json` over (NULL: out of memory). */
enum status output_json(json_t *json, struct fault *fault);
/* The line of a result. */
enum status output_result(const struct result *result, struct fault *fault);

/* A number to so many decimals; never -0. */
double output_rounded(double value, int decimals);

/* A member of a JSON object as text, "" where it is none. */
const char *output_text_of(const json_t *object, const char *key);

/* Flushes; STATUS_IO where anything written so far got lost. */
enum status output_flush(struct fault *fault);

#endif
