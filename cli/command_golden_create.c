#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"

#include "engine/inspect.h"
#include "models/golden.h"

#include <stdio.h>
#include <string.h>

struct golden_create_options {
  struct common_options common;
  const char *name, *spec, *by, *why, *key;
  struct words photos;
  bool lost; /* not even the golden photo itself is found by its features */
};

static const struct option options[] = {
    {.name = "name",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct golden_create_options, name),
     .argument = "NAME",
     .help = "what the golden is called in results; wins over the spec's name, and may be left out where it has one"},
    {.name = "photo",
     .kind = OPTION_LIST,
     .offset = offsetof(struct golden_create_options, photos),
     .argument = "FILE",
     .help = "approved photos; the first is the golden image, further ones show how good products differ",
     .required = true},
    {.name = "spec",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct golden_create_options, spec),
     .argument = "FILE",
     .help = "the spec (assay golden spec --help); without it a spec of defaults is written"},
    {.name = "by",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct golden_create_options, by),
     .argument = "WHO",
     .help = "who approves (default: the login)"},
    {.name = "why",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct golden_create_options, why),
     .argument = "TEXT",
     .help = "the reason, for the seal (default: created)"},
    {.name = "key",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct golden_create_options, key),
     .argument = "FILE",
     .help = "secret key that signs the seal"},
    {.name = NULL}};

/* The photo lies under another name in the golden that is not there yet; the user knows it by the name given. */
static void name_as_given(const struct golden_create_options *given, const struct golden *golden, struct fault *fault) {
  for (size_t i = 0; i < golden->photo_count && i < given->photos.count; i++) {
    const char *path = golden->photos[i].path, *at = strstr(fault->text, path);
    if (!at) continue;
    struct fault told = *fault;
    const char *rest = told.text + (at - fault->text) + strlen(path);
    fault_set(fault, told.status, "%.*s%s%s", (int)(at - fault->text), told.text, given->photos.items[i], rest);
    return;
  }
}

static enum status find_itself(const struct inspector *inspector, const struct photo *photo, bool *found,
                               struct fault *fault) {
  struct inspection *inspection = NULL;
  struct result result = {0};
  enum status status = inspection_open(inspector, &inspection, fault);
  if (!status) status = inspect_align(inspection, photo, &result, fault);
  *found = result.aligned;
  result_free(&result);
  inspection_close(inspection);
  return status;
}

/* A golden that no photo could be compared with must not be sealed. */
static enum status check_usable(void *context, const struct golden *golden, struct fault *fault) {
  struct golden_create_options *given = context;
  bool found = false;
  const struct inspect_options inspect = {.backend = given->common.backend, .cpu = given->common.cpu};
  struct inspector *inspector = NULL;
  enum status status = inspector_open(golden, &inspect, &inspector, fault);
  if (!status) status = find_itself(inspector, &golden->photos[0], &found, fault);
  given->lost = !found;
  if (!status) status = inspector_check(inspector, fault);
  inspector_close(inspector);
  if (status) name_as_given(given, golden, fault);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  struct golden_create_options context = *(const struct golden_create_options *)values, *given = &context;
  const struct golden_create how = {.path = given->common.operands.items[0],
                                    .name = given->name,
                                    .photos = given->photos.items,
                                    .photo_count = given->photos.count,
                                    .spec_file = given->spec,
                                    .by = given->by,
                                    .why = given->why,
                                    .key_file = given->key,
                                    .check = check_usable,
                                    .context = given};
  enum status status = golden_create(&how, fault);
  struct golden *golden = NULL;
  if (!status) status = golden_open(how.path, &golden, fault);
  if (status) return status;
  if (given->common.json)
    status = output_json(json_pack("{s:s, s:s, s:I, s:s, s:i}", "path", how.path, "name", golden->spec.name, "version",
                                   (json_int_t)golden->version, "sha256", golden->sha256, "photos",
                                   (int)golden->photo_count),
                         fault);
  else
    printf("%s: sealed golden %s, version %lld, %zu photo%s\nseal %s\n", how.path, golden->spec.name,
           (long long)golden->version, golden->photo_count, golden->photo_count == 1 ? "" : "s", golden->sha256);
  if (context.lost)
    message_warning(
        "%s: %s: not even this photo is found in itself, so that every photo will be refused; expected more "
        "structure in what is compared (print, edges, holes), or larger zones",
        how.path, given->photos.items[0]);
  golden_close(golden);
  return status;
}

const struct command command_golden_create = {
    .name = "golden create",
    .summary = "seal approved photos and a spec as a golden sample",
    .text =
        "Makes the folder DIR: the approved photos, the spec and the seal over them. DIR must not exist. Every photo\n"
        "must decode and align to the first; else nothing is made. The folder appears whole or not at all.",
    .example = "  assay golden create goldens/label --name label-front --photo approved/*.jpg --spec label.yaml \\\n"
               "    --by \"Mei Tan\" --why \"approved sample of 3 March\"",
    .operands = {.usage = "DIR", .least = 1, .most = 1},
    .options = options,
    .values_size = sizeof(struct golden_create_options),
    .run = run,
};
