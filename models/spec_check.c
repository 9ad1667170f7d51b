#include "models/spec_reader.h"

#include <math.h>
#include <string.h>

/* Goes to item `index` of a list for messages about it. */
static const yaml_node_t *enter_item(struct spec_reader *in, const yaml_node_t *root, const char *list, size_t index) {
  in->path[0] = 0;
  spec_enter(in, list, -1);
  spec_enter(in, NULL, (long)index);
  return spec_item(in, spec_member(in, root, list), index);
}

/* The node to point at for a key: its value, or the map where it is missing. */
static const yaml_node_t *place(const struct spec_reader *in, const yaml_node_t *map, const char *key) {
  const yaml_node_t *value = spec_member(in, map, key);
  return value ? value : map;
}

static double area_of(const struct spec_zone *zone) {
  double doubled = 0;
  for (size_t i = 0; i < zone->point_count; i++) {
    const struct spec_point *a = &zone->polygon[i], *b = &zone->polygon[(i + 1) % zone->point_count];
    doubled += a->x * b->y - b->x * a->y;
  }
  return fabs(doubled) / 2;
}

static enum status check_zone(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec, size_t index) {
  const struct spec_zone *zone = &spec->zones[index];
  for (size_t i = 0; i < index; i++)
    if (!strcmp(spec->zones[i].name, zone->name))
      return spec_fail(in, place(in, node, "name"), "name", "%s is the name of an earlier zone too; expected another",
                       zone->name);
  if (!strcmp(zone->name, "none") || !strcmp(zone->name, "fixture"))
    return spec_fail(in, place(in, node, "name"), "name",
                     "%s; expected another name, this one is a word of colour.reference", zone->name);
  if (!zone->polygon && !zone->mask) return spec_fail(in, node, "polygon", "missing; expected polygon or mask");
  if (zone->polygon && zone->mask)
    return spec_fail(in, place(in, node, "mask"), "mask", "given beside polygon; expected only one of them");
  if (zone->polygon && !(area_of(zone) > 0))
    return spec_fail(in, place(in, node, "polygon"), "polygon", "its area is 0; expected corners in their order");
  return STATUS_OK;
}

static enum status check_colour(struct spec_reader *in, const yaml_node_t *root, struct spec *spec) {
  const yaml_node_t *node = spec_member(in, spec_member(in, root, "colour"), "reference");
  bool none = !strcmp(spec->colour_zone, "none"), fixture = !strcmp(spec->colour_zone, "fixture");
  spec->colour = none ? COLOUR_NONE : fixture ? COLOUR_FIXTURE : COLOUR_ZONE;
  if (spec->colour != COLOUR_ZONE) {
    spec->colour_zone[0] = 0;
    return STATUS_OK;
  }
  for (size_t i = 0; i < spec->zone_count; i++)
    if (!strcmp(spec->zones[i].name, spec->colour_zone)) return STATUS_OK;
  in->path[0] = 0;
  return spec_fail(in, node, "colour.reference", "%s; expected none, fixture or the name of a zone", spec->colour_zone);
}

static enum status check_light(struct spec_reader *in, const yaml_node_t *root, const struct spec *spec) {
  if (spec->light_gain[0] <= spec->light_gain[1]) return STATUS_OK;
  in->path[0] = 0;
  return spec_fail(in, spec_member(in, spec_member(in, root, "light"), "gain"), "light.gain",
                   "the first is larger than the second; expected the smallest gain, then the largest");
}

static enum status check_scale(struct spec_reader *in, const yaml_node_t *root, const struct spec *spec) {
  const yaml_node_t *node = spec_member(in, root, "scale");
  bool given = !isnan(spec->mm_per_px);
  in->path[0] = 0;
  if (spec->scale == SCALE_FIXTURE && !given)
    return spec_fail(in, node, "scale.mm_per_px", "missing; expected a number above 0 with source: fixture");
  if (spec->scale != SCALE_FIXTURE && given)
    return spec_fail(in, place(in, node, "mm_per_px"), "scale.mm_per_px",
                     "given without a fixture; expected source: fixture beside it");
  return STATUS_OK;
}

/* Which keys belong to a line, a circle or a measure. */
static enum status check_kind(struct spec_reader *in, const yaml_node_t *node, const struct spec_dimension *dimension) {
  bool gauge = dimension->gauge != GAUGE_NONE, measure = dimension->measure != MEASURE_NONE;
  if (gauge == measure)
    return spec_fail(in, node, NULL, "%s; expected either gauge or measure", gauge ? "gauge and measure" : "neither");
  unsigned kind = measure ? SPEC_OF_MEASURE : dimension->gauge == GAUGE_LINE ? SPEC_OF_LINE : SPEC_OF_CIRCLE;
  const char *word = measure ? "a measure" : dimension->gauge == GAUGE_LINE ? "gauge: line" : "gauge: circle";
  for (const struct spec_field *field = spec_dimension_fields; field->key; field++) {
    const yaml_node_t *value = spec_member(in, node, field->key);
    if (value && field->only && !(field->only & kind))
      return spec_fail(in, value, field->key, "does not belong to %s; expected none", word);
    if (value || !(field->needs & kind)) continue;
    char expected[256];
    spec_expected(field, expected, sizeof expected);
    return spec_fail(in, node, field->key, "missing in %s; expected %s", word, expected);
  }
  return STATUS_OK;
}

static enum gauge_kind gauge_named(const struct spec *spec, const char *name) {
  for (size_t i = 0; i < spec->dimension_count; i++)
    if (spec->dimensions[i].gauge != GAUGE_NONE && !strcmp(spec->dimensions[i].name, name))
      return spec->dimensions[i].gauge;
  return GAUGE_NONE;
}

static enum status check_gauges(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec,
                                const struct spec_dimension *dimension) {
  const yaml_node_t *of = spec_member(in, node, "of");
  enum gauge_kind kinds[2] = {GAUGE_NONE, GAUGE_NONE};
  for (size_t i = 0; i < 2; i++) {
    if (!dimension->of[i][0]) continue;
    kinds[i] = gauge_named(spec, dimension->of[i]);
    if (kinds[i] == GAUGE_NONE) return spec_fail(in, of, "of", "%s; expected the name of a gauge", dimension->of[i]);
  }
  bool two = dimension->of[1][0], right = false;
  const char *expected = "";
  switch (dimension->measure) {
  case MEASURE_NONE:
    return STATUS_OK;
  case MEASURE_RADIUS:
  case MEASURE_DIAMETER:
    right = !two && kinds[0] == GAUGE_CIRCLE;
    expected = "one circle";
    break;
  case MEASURE_DISTANCE:
    right = two && (kinds[1] == GAUGE_LINE || kinds[0] == GAUGE_CIRCLE);
    expected = "a line or circle and then a line, or two circles";
    break;
  case MEASURE_ANGLE:
    right = two && kinds[0] == GAUGE_LINE && kinds[1] == GAUGE_LINE;
    expected = "two lines";
    break;
  }
  if (right) return STATUS_OK;
  return spec_fail(in, of, "of", "%s%s%s; expected %s", dimension->of[0], two ? ", " : "", dimension->of[1], expected);
}

static enum status check_limits(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec,
                                const struct spec_dimension *dimension) {
  const yaml_node_t *unit = spec_member(in, node, "unit");
  bool angle = dimension->measure == MEASURE_ANGLE, degrees = !strcmp(dimension->unit, "deg");
  if (angle != degrees)
    return spec_fail(in, unit, "unit", "%s; expected %s", dimension->unit, angle ? "deg for an angle" : "mm or px");
  if (!strcmp(dimension->unit, "mm") && spec->scale == SCALE_NONE)
    return spec_fail(in, unit, "unit",
                     "mm without a scale; expected scale.source: fixture, marker or reference, or unit: px");
  if (dimension->lower > dimension->upper) /* false where one is NAN */
    return spec_fail(in, place(in, node, "upper"), "upper", "less than lower; expected lower <= upper");
  return STATUS_OK;
}

static enum status check_dimension(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec,
                                   size_t index) {
  const struct spec_dimension *dimension = &spec->dimensions[index];
  for (size_t i = 0; i < index; i++)
    if (!strcmp(spec->dimensions[i].name, dimension->name))
      return spec_fail(in, place(in, node, "name"), "name",
                       "%s is the name of an earlier dimension too; expected another", dimension->name);
  enum status status = check_kind(in, node, dimension);
  if (status || dimension->measure == MEASURE_NONE) return status;
  status = check_gauges(in, node, spec, dimension);
  return status ? status : check_limits(in, node, spec, dimension);
}

enum status spec_check(struct spec_reader *in, const yaml_node_t *root, struct spec *spec) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < spec->zone_count && !status; i++)
    status = check_zone(in, enter_item(in, root, "zones", i), spec, i);
  if (!status) status = check_colour(in, root, spec);
  if (!status) status = check_light(in, root, spec);
  if (!status) status = check_scale(in, root, spec);
  for (size_t i = 0; i < spec->dimension_count && !status; i++) {
    const yaml_node_t *node = enter_item(in, root, "dimensions", i);
    spec->dimensions[i].line = (int)node->start_mark.line + 1;
    status = check_dimension(in, node, spec, i);
  }
  spec->aql.set = spec_member(in, root, "aql");
  return status;
}
