#include "cli/commands.h"
#include "cli/output.h"

#include "models/spec.h"

#include <jansson.h>
#include <stdio.h>

static void print_schema(FILE *out) {
  (void)spec_help(out);
}

static enum status print_keys(struct fault *fault) {
  json_t *keys = spec_keys();
  if (!keys) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = STATUS_OK;
  for (size_t i = 0; i < json_array_size(keys) && !status; i++)
    status = output_json(json_incref(json_array_get(keys, i)), fault);
  json_decref(keys);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct common_options *common = values;
  (void)exit_code;
  if (common->json) return print_keys(fault);
  enum status status = spec_help(stdout);
  return status ? fault_set(fault, status, "the schema of the spec cannot be printed") : STATUS_OK;
}

const struct command command_golden_spec = {
    .name = "golden spec",
    .summary = "the keys of golden.yaml: types, ranges, units, defaults",
    .text = "Prints the schema of the spec and an example.\n\n"
            "With --json a line a key: {\"key\": \"zones[].name\", \"expected\", \"only\", \"required\", \"default\",\n"
            "\"help\"}.",
    .example = "  assay golden spec",
    .operands = {.usage = "", .least = 0, .most = 0},
    .values_size = sizeof(struct common_options),
    .run = run,
    .more_help = print_schema,
};
