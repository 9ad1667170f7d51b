#include "cli/commands.h"

#include "models/spec.h"

#include <stdio.h>

static void print_schema(FILE *out) {
  (void)spec_help(out);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)values, (void)exit_code;
  enum status status = spec_help(stdout);
  return status ? fault_set(fault, status, "the schema of the spec cannot be printed") : STATUS_OK;
}

const struct command command_golden_spec = {
    .name = "golden spec",
    .summary = "the keys of golden.yaml: types, ranges, units, defaults",
    .text = "Prints the schema of the spec and an example.",
    .example = "  assay golden spec",
    .operands = {.usage = "", .least = 0, .most = 0},
    .values_size = sizeof(struct common_options),
    .run = run,
    .more_help = print_schema,
};
