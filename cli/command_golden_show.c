#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/table.h"

#include "engine/reach.h"
#include "models/golden.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct show_options {
  struct common_options common;
  bool trial;
};

static const struct option options[] = {
    {.name = "trial",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct show_options, trial),
     .help = "also how small and pale spots may be to be found: judges the golden photo with spots drawn into it, some "
             "fourteen times a zone"},
    {.name = NULL}};

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

/* ---- how far the tolerance reaches ---- */

static json_t *number_json(double value) {
  return isnan(value) ? json_null() : json_real(rint(value * 1000) / 1000);
}

static json_t *reach_to_json(const struct reach *r, const struct spec *spec, bool trial) {
  double mm = spec->scale == SCALE_FIXTURE ? spec->mm_per_px : NAN;
  json_t *json = json_pack("{s:s?, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "zone", r->zone, "pixels",
                           (json_int_t)r->pixels, "bright", number_json(r->bright), "dark", number_json(r->dark),
                           "bright_most", number_json(r->bright_most), "dark_most", number_json(r->dark_most),
                           "displaced_px", number_json(r->displaced), "displaced_mm", number_json(r->displaced * mm),
                           "spot_delta_e", number_json(r->spot_colour));
  if (!trial || !json) return json;
  json_t *found = json_array();
  for (int i = 0; i < REACH_SIZES; i++)
    json_array_append_new(found,
                          json_pack("{s:f, s:o}", "size_px", reach_sizes[i], "contrast", number_json(r->found[i])));
  json_object_set_new(json, "found", found);
  return json;
}

static const char *number_text(double value, int decimals, char text[24]) {
  if (isnan(value))
    snprintf(text, 24, "-");
  else
    snprintf(text, 24, "%.*f", decimals, value);
  return text;
}

static void print_reach(const struct reach *reaches, size_t count, const struct spec *spec) {
  static const struct column columns[] = {{"zone", 20, false, false},   {"brighter", 9, true, false},
                                          {"darker", 9, true, false},   {"brighter*", 9, true, false},
                                          {"darker*", 9, true, false},  {"edge, px", 9, true, false},
                                          {"edge, mm", 9, true, false}, {"colour, dE", 10, true, false}};
  enum { COLUMNS = sizeof columns / sizeof *columns };
  const struct table table = {stdout, columns, COLUMNS, text_coloured(stdout)};
  double mm = spec->scale == SCALE_FIXTURE ? spec->mm_per_px : NAN;
  printf("\ntolerance: grey levels by which even ground may be off (*: what a twentieth of all pixels is allowed more "
         "than),\nhow far an edge may lie off, and the least coloured spot that counts (CIEDE2000)\n\n");
  table_head(&table);
  for (size_t i = 0; i < count; i++) {
    const struct reach *r = &reaches[i];
    char text[COLUMNS][24];
    const struct cell cells[COLUMNS] = {{r->zone ? r->zone : "(outside all zones)", STYLE_PLAIN},
                                        {number_text(r->bright, 1, text[1]), STYLE_PLAIN},
                                        {number_text(r->dark, 1, text[2]), STYLE_PLAIN},
                                        {number_text(r->bright_most, 1, text[3]), STYLE_PLAIN},
                                        {number_text(r->dark_most, 1, text[4]), STYLE_PLAIN},
                                        {number_text(r->displaced, 2, text[5]), STYLE_PLAIN},
                                        {number_text(r->displaced * mm, 3, text[6]), STYLE_PLAIN},
                                        {number_text(r->spot_colour, 1, text[7]), STYLE_PLAIN}};
    table_row(&table, cells);
  }
}

static void print_found(const struct reach *reaches, size_t count) {
  printf("\nspots in the golden photo, light or dark, of which 95 %% are found from so many grey levels on\n\n%-20s",
         "zone");
  for (int k = 0; k < REACH_SIZES; k++) printf("  %6.0f px", reach_sizes[k]);
  for (size_t i = 0; i < count; i++) {
    char text[24];
    printf("\n%-20s", reaches[i].zone ? reaches[i].zone : "(outside all zones)");
    for (int k = 0; k < REACH_SIZES; k++) printf("  %9s", number_text(reaches[i].found[k], 0, text));
  }
  putchar('\n');
}

static enum status show(const struct show_options *given, const struct golden *golden, const struct reach *reaches,
                        size_t count, struct fault *fault) {
  if (!given->common.json) {
    print_golden(golden);
    if (count) print_reach(reaches, count, &golden->spec);
    if (count && given->trial) print_found(reaches, count);
    return output_flush(fault);
  }
  json_t *json = golden_to_json(golden), *tolerance = json_array();
  for (size_t i = 0; i < count; i++)
    json_array_append_new(tolerance, reach_to_json(&reaches[i], &golden->spec, given->trial));
  json_object_set_new(json, "tolerance", tolerance);
  return output_json(json, fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct show_options *given = values;
  const struct inspect_options inspect = {.backend = given->common.backend, .cpu = given->common.cpu};
  struct golden *golden = NULL;
  struct inspector *inspector = NULL;
  struct reach *reaches = NULL;
  size_t count = 0;
  struct fault trouble = {0};
  enum status status = golden_open(given->common.operands.items[0], &golden, fault);
  /* What is in it is shown even where nothing can be judged by it here. */
  if (!status && inspector_open(golden, &inspect, &inspector, &trouble))
    message_warning("its tolerance is not known: %s", trouble.text);
  if (!status && inspector) status = reach_of(inspector, &reaches, &count, fault);
  if (!status && inspector && given->trial) status = reach_try(inspector, reaches, count, fault);
  if (!status) status = show(given, golden, reaches, count, fault);
  free(reaches);
  inspector_close(inspector);
  golden_close(golden);
  return status;
}

const struct command command_golden_show = {
    .name = "golden show",
    .summary = "what a golden holds, and how far its tolerance reaches",
    .text =
        "Name, version, seal, photos, zones and dimensions; the seal is verified first. Then, for each zone, how far\n"
        "the tolerance reaches that follows from the approved photos, the spec, its scale and its limit samples: grey\n"
        "levels, the displacement of edges, colour. A difference counts from there on where it covers some 14 px;\n"
        "a smaller one must be stronger. --trial tries it.\n\n"
        "With --json: {\"name\", \"version\", \"sha256\", \"model\", \"outside\", \"photos\", \"zones\", "
        "\"dimensions\",\n"
        "\"tolerance\": [{\"zone\" (null: outside all), \"pixels\", \"bright\", \"dark\", \"bright_most\", "
        "\"dark_most\",\n"
        "\"displaced_px\", \"displaced_mm\", \"spot_delta_e\", \"found\" (--trial): [{\"size_px\", \"contrast\"}]}]}; "
        "null\n"
        "where it is not known.",
    .example = "  assay golden show goldens/label\n  assay golden show goldens/label --trial",
    .operands = {.usage = "DIR", .least = 1, .most = 1},
    .options = options,
    .values_size = sizeof(struct show_options),
    .run = run,
};
