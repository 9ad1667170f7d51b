/* What reads a golden: check, show, history, spec. */
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/table.h"

#include "models/golden.h"

#include <stdio.h>
#include <string.h>

struct golden_check_options {
  struct common_options common;
  const char *trusted;
};

static const struct option check_options[] = {{.name = "trusted",
                                               .kind = OPTION_TEXT,
                                               .offset = offsetof(struct golden_check_options, trusted),
                                               .argument = "KEYS",
                                               .help = "file of public keys, one a line, that may sign the seal"},
                                              {.name = NULL}};

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

static void print_report(const char *path, const json_t *report) {
  if (json_is_true(json_object_get(report, "ok")))
    printf("%s: golden %s, version %lld: sound\nseal %s\n", path, text_of(report, "name"),
           (long long)json_integer_value(json_object_get(report, "version")), text_of(report, "sha256"));
  else
    printf("%s: not sound\n", path);
  const char *signer = text_of(report, "signed_by");
  if (*signer) printf("signed by %s\n", signer);
  size_t i;
  const json_t *problem;
  json_array_foreach(json_object_get(report, "problems"), i, problem) {
    const char *text = json_string_value(problem);
    printf("  %s\n", text ? text : "");
  }
}

static enum status run_check(const void *values, int *exit_code, struct fault *fault) {
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
    .text = "Every sealed file must have its size and SHA-256, none may be missing, and each seal must cite the one\n"
            "before it. Exit code 65 when the golden is not sound.",
    .example = "  assay golden check goldens/label --trusted approvers.keys",
    .operands = {.usage = "DIR", .least = 1, .most = 1},
    .options = check_options,
    .values_size = sizeof(struct golden_check_options),
    .run = run_check,
};

static const char *motion_name(enum motion motion) {
  switch (motion) {
  case MOTION_TRANSLATION:
    return "translation";
  case MOTION_RIGID:
    return "rigid";
  case MOTION_SIMILARITY:
    return "similarity";
  case MOTION_AFFINE:
    return "affine";
  case MOTION_HOMOGRAPHY:
    return "homography";
  }
  return "";
}

static json_t *golden_to_json(const struct golden *golden) {
  const struct spec *spec = &golden->spec;
  json_t *photos = json_array(), *zones = json_array(), *dimensions = json_array();
  for (size_t i = 0; i < golden->photo_count; i++)
    json_array_append_new(photos, json_pack("{s:s, s:s, s:I}", "path", golden->photos[i].path, "photo_id",
                                            golden->photos[i].id, "size", (json_int_t)golden->photos[i].size));
  for (size_t i = 0; i < spec->zone_count; i++)
    json_array_append_new(zones, json_pack("{s:s, s:b, s:s}", "name", spec->zones[i].name, "ignore",
                                           spec->zones[i].ignore, "severity", severity_name(spec->zones[i].severity)));
  for (size_t i = 0; i < spec->dimension_count; i++)
    json_array_append_new(dimensions, json_string(spec->dimensions[i].name));
  return json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:o}", "name", spec->name, "version",
                   (json_int_t)golden->version, "sha256", golden->sha256, "model", motion_name(spec->motion), "outside",
                   spec->outside_ignored ? "ignore" : "compare", "photos", photos, "zones", zones, "dimensions",
                   dimensions);
}

static void print_golden(const struct golden *golden) {
  const struct spec *spec = &golden->spec;
  printf("golden     %s, version %lld\nseal       %s\nalignment  %s\noutside    %s\n", spec->name,
         (long long)golden->version, golden->sha256, motion_name(spec->motion),
         spec->outside_ignored ? "ignore" : "compare");
  for (size_t i = 0; i < golden->photo_count; i++)
    printf("%-11s%s, %zu bytes\n", i ? "" : "photos", golden->photos[i].path, golden->photos[i].size);
  for (size_t i = 0; i < spec->zone_count; i++)
    printf("%-11s%s, %s\n", i ? "" : "zones", spec->zones[i].name,
           spec->zones[i].ignore ? "ignored" : severity_name(spec->zones[i].severity));
  for (size_t i = 0; i < spec->dimension_count; i++)
    printf("%-11s%s\n", i ? "" : "dimensions", spec->dimensions[i].name);
}

static enum status run_show(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct common_options *common = values;
  struct golden *golden = NULL;
  enum status status = golden_open(common->operands.items[0], &golden, fault);
  if (status) return status;
  if (common->json)
    status = output_json(golden_to_json(golden), fault);
  else
    print_golden(golden);
  golden_close(golden);
  return status;
}

const struct command command_golden_show = {
    .name = "golden show",
    .summary = "what a golden holds",
    .text = "Name, version, seal, photos, zones and dimensions. The seal is verified first.",
    .example = "  assay golden show goldens/label",
    .operands = {.usage = "DIR", .least = 1, .most = 1},
    .values_size = sizeof(struct common_options),
    .run = run_show,
};

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
                                            {.text = text_of(seal, "when")},
                                            {.text = text_of(seal, "who")},
                                            {.text = text_of(seal, "why")}});
  }
}

static enum status run_history(const void *values, int *exit_code, struct fault *fault) {
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
    .run = run_history,
};

static void print_schema(FILE *out) {
  (void)spec_help(out);
}

static enum status run_spec(const void *values, int *exit_code, struct fault *fault) {
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
    .run = run_spec,
    .more_help = print_schema,
};
