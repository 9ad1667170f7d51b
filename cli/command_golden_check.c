#include "cli/commands.h"
#include "cli/output.h"
#include "cli/text.h"

#include "models/golden.h"

#include <stdio.h>
#include <stdlib.h>

struct golden_check_options {
  struct common_options common;
  const char *trusted;
};

static const struct option options[] = {{.name = "trusted",
                                         .kind = OPTION_TEXT,
                                         .offset = offsetof(struct golden_check_options, trusted),
                                         .argument = "KEYS",
                                         .help = "file of public keys, one a line, that may sign the seal"},
                                        {.name = NULL}};

static void print_report(const char *path, const json_t *report) {
  if (json_is_true(json_object_get(report, "ok")))
    printf("%s: golden %s, version %lld: sound\nseal %s\n", path, output_text_of(report, "name"),
           (long long)json_integer_value(json_object_get(report, "version")), output_text_of(report, "sha256"));
  else
    printf("%s: not sound\n", path);
  const char *signer = output_text_of(report, "signed_by");
  if (*signer) printf("signed by %s\n", signer);
  size_t i;
  const json_t *problem;
  json_array_foreach(json_object_get(report, "problems"), i, problem) {
    const char *text = json_string_value(problem);
    printf("  %s\n", text ? text : "");
  }
  json_array_foreach(json_object_get(report, "unsealed"), i, problem) {
    char *name = text_clean(json_string_value(problem), 0, false);
    printf("not sealed and not used: %s\n", name ? name : "");
    free(name);
  }
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct golden_check_options *given = values;
  const char *path = given->common.operands.items[0];
  json_t *report = NULL;
  struct fault bad = {0};
  enum status status = golden_check(path, given->trusted, &report, &bad), written = STATUS_OK;
  if (report && given->common.json)
    written = output_json(json_incref(report), fault);
  else if (report)
    print_report(path, report);
  json_decref(report);
  if (written) return written;
  return status ? fault_set(fault, status, "%s", bad.text) : STATUS_OK;
}

const struct command command_golden_check = {
    .name = "golden check",
    .summary = "verify the seal of a golden, its history and its signature",
    .text =
        "Every sealed file must have its size and SHA-256, none may be missing, and each seal must cite the one\n"
        "before it. Exit code 65 when the golden is not sound. What else lies in the folder is named: it is no part\n"
        "of the golden, and nothing is judged by it.\n\n"
        "With --json: {\"ok\", \"name\", \"version\", \"sha256\", \"signed_by\", \"problems\": [texts],\n"
        "\"unsealed\": [names]}.",
    .example = "  assay golden check goldens/label --trusted approvers.keys",
    .operands = {.usage = "DIR", .least = 1, .most = 1},
    .options = options,
    .values_size = sizeof(struct golden_check_options),
    .run = run,
};
