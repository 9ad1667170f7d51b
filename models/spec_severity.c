/* How severe findings are, by rules over what they are, where, how large and how strong. */
#include "models/spec_reader.h"

#include <math.h>
#include <string.h>

const char *const spec_severity_words[] = {"critical", "major", "minor", NULL};
const char *const spec_size_units[] = {"mm", "px", NULL};

#define BOUND .type = SPEC_NUMBER, .least = 0, .most = 1e6
const struct spec_field spec_severity_fields[] = {
    {.key = "severity",
     .type = SPEC_WORD,
     COLUMN(spec_severity, severity),
     .words = spec_severity_words,
     .required = true,
     .help = "of the findings that fit"},
    {.key = "class",
     .type = SPEC_NAMES,
     COLUMN(spec_severity, classes),
     .count = 8,
     .unit = "class",
     .help =
         "what they are: missing, extra, scratch, stain, colour, moved, texture, code, print; of artwork open, short, "
         "mousebite, spur, copper, pin-hole"},
    {.key = "zone",
     .type = SPEC_NAMES,
     COLUMN(spec_severity, zones),
     .count = 8,
     .unit = "zone",
     .help = "where their middle lies"},
    {.key = "larger_than", BOUND, COLUMN(spec_severity, larger_than), .help = "their longer side is at least this"},
    {.key = "smaller_than", BOUND, COLUMN(spec_severity, smaller_than), .help = "their longer side is below this"},
    {.key = "unit",
     .type = SPEC_WORD,
     COLUMN(spec_severity, unit),
     .words = spec_size_units,
     .fallback = "mm",
     .help = "of larger_than and smaller_than: millimetres, which need scale: {source: fixture}, or golden pixels"},
    {.key = "stronger_than",
     BOUND,
     COLUMN(spec_severity, stronger_than),
     .unit = "times the tolerance",
     .help = "they reach at least this"},
    {.key = "weaker_than",
     BOUND,
     COLUMN(spec_severity, weaker_than),
     .unit = "times the tolerance",
     .help = "they stay below this"},
    {0}};

static bool is_zone(const struct spec *spec, const char *name) {
  for (size_t i = 0; i < spec->zone_count; i++)
    if (!strcmp(spec->zones[i].name, name)) return true;
  return false;
}

static const yaml_node_t *place(const struct spec_reader *in, const yaml_node_t *map, const char *key) {
  const yaml_node_t *value = spec_member(in, map, key);
  return value ? value : map;
}

enum status spec_check_severity(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec,
                                size_t index) {
  const struct spec_severity *rule = &spec->severities[index];
  enum { ROOM = 8 };
  _Static_assert(sizeof rule->classes == ROOM * sizeof *rule->classes, "as many classes");
  _Static_assert(sizeof rule->zones == ROOM * sizeof *rule->zones, "and zones");
  enum defect_class class_;
  for (size_t i = 0; i < ROOM && rule->classes[i][0]; i++)
    if (!class_parse(rule->classes[i], &class_))
      return spec_fail(in, place(in, node, "class"), "class", "%s; expected classes of findings, as missing or scratch",
                       rule->classes[i]);
  for (size_t i = 0; i < ROOM && rule->zones[i][0]; i++)
    if (!is_zone(spec, rule->zones[i]))
      return spec_fail(in, place(in, node, "zone"), "zone", "%s; expected names of zones", rule->zones[i]);
  bool sized = !isnan(rule->larger_than) || !isnan(rule->smaller_than);
  if (sized && rule->unit == 0 && spec->scale != SCALE_FIXTURE)
    return spec_fail(
        in, node, "unit",
        "millimetres without a fixed scale; expected scale: {source: fixture, mm_per_px: ...} or unit: px");
  if (rule->larger_than >= rule->smaller_than)
    return spec_fail(in, place(in, node, "larger_than"), "larger_than", "%g; expected less than smaller_than, %g",
                     rule->larger_than, rule->smaller_than);
  if (rule->stronger_than >= rule->weaker_than)
    return spec_fail(in, place(in, node, "stronger_than"), "stronger_than", "%g; expected less than weaker_than, %g",
                     rule->stronger_than, rule->weaker_than);
  return STATUS_OK;
}
