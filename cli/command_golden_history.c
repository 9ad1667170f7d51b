#include "cli/commands.h"
#include "cli/output.h"
#include "cli/table.h"

#include "models/golden.h"

#include <stdio.h>

static void print_history(const json_t *history) {
  const struct column columns[] = {{.title = "version", .width = 7, .right = true},
                                   {.title = "when", .width = 20},
                                   {.title = "who", .width = 20},
                                   {.title = "why"}};
  const struct table table = {stdout, columns, sizeof columns / sizeof *columns, text_coloured(stdout)};
  table_head(&table);
  size_t i;
  const json_t *seal;
  json_array_foreach(history, i, seal) {
    char version[24];
    snprintf(version, sizeof version, "%lld", (long long)json_integer_value(json_object_get(seal, "version")));
    table_row(&table, (const struct cell[]){{.text = version},
                                            {.text = output_text_of(seal, "when")},
                                            {.text = output_text_of(seal, "who")},
                                            {.text = output_text_of(seal, "why")}});
  }
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct common_options *common = values;
  json_t *history = NULL;
  enum status status = golden_history(common->operands.items[0], &history, fault);
  if (status) return status;
  if (!common->json) print_history(history);
  size_t i;
  json_t *seal;
  json_array_foreach(history, i, seal) {
    if (!status && common->json) status = output_json(json_incref(seal), fault);
  }
  json_decref(history);
  return status;
}

const struct command command_golden_history = {
    .name = "golden history",
    .summary = "the versions of a golden: when, who and why",
    .text = "All seals, the oldest first; each is checked to be cited by the next. With --json one seal a line.",
    .example = "  assay golden history goldens/label",
    .operands = {.usage = "DIR", .least = 1, .most = 1},
    .values_size = sizeof(struct common_options),
    .run = run,
};
