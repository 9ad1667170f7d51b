#include "cli/commands.h"
#include "cli/output.h"

#include "models/golden.h"

#include <stdio.h>

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

static enum status run(const void *values, int *exit_code, struct fault *fault) {
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
    .run = run,
};
