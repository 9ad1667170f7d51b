#include "models/spec_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The node to point at for a key: its value, or the map where it is missing. */
static const yaml_node_t *place(const struct spec_reader *in, const yaml_node_t *map, const char *key) {
  const yaml_node_t *value = spec_member(in, map, key);
  return value ? value : map;
}

/* Which keys belong to a gauge or a measure. */
static enum status check_kind(struct spec_reader *in, const yaml_node_t *node, const struct spec_dimension *dimension) {
  bool gauge = dimension->gauge != GAUGE_NONE, measure = dimension->measure != MEASURE_NONE;
  if (gauge == measure)
    return spec_fail(in, node, NULL, "%s; expected either gauge or measure", gauge ? "gauge and measure" : "neither");
  unsigned kind = measure ? SPEC_OF_MEASURE : SPEC_OF(dimension->gauge);
  const char *before = measure ? "a measure" : "gauge: ";
  const char *word = measure ? "" : spec_gauges[dimension->gauge - GAUGE_LINE];
  for (const struct spec_field *field = spec_dimension_fields; field->key; field++) {
    const yaml_node_t *value = spec_member(in, node, field->key);
    if (value && field->only && !(field->only & kind))
      return spec_fail(in, value, field->key, "does not belong to %s%s; expected none", before, word);
    if (value || !(field->needs & kind)) continue;
    char expected[256];
    spec_expected(field, expected, sizeof expected);
    return spec_fail(in, node, field->key, "missing in %s%s; expected %s", before, word, expected);
  }
  return STATUS_OK;
}

static const struct spec_dimension *gauge_named(const struct spec *spec, const char *name) {
  for (size_t i = 0; i < spec->dimension_count; i++)
    if (spec->dimensions[i].gauge != GAUGE_NONE && !strcmp(spec->dimensions[i].name, name)) return &spec->dimensions[i];
  return NULL;
}

/* What a gauge can stand for in a measure. */
enum role { ROLE_NONE, ROLE_LINE, ROLE_ROUND, ROLE_OUTLINE, ROLE_PAIR, ROLE_WIDTHS, ROLE_COUNT };

static enum role role_of(const struct spec_dimension *gauge) {
  switch (gauge->gauge) {
  case GAUGE_LINE:
    return ROLE_LINE;
  case GAUGE_CIRCLE:
  case GAUGE_ARC:
    return ROLE_ROUND;
  case GAUGE_ELLIPSE:
  case GAUGE_RECTANGLE:
  case GAUGE_SLOT:
    return ROLE_OUTLINE;
  case GAUGE_CALLIPER:
    return gauge->edges == EDGES_SINGLE ? ROLE_LINE : ROLE_PAIR;
  case GAUGE_WIDTH:
    return ROLE_WIDTHS;
  case GAUGE_COUNT:
    return ROLE_COUNT;
  case GAUGE_NONE:
    break;
  }
  return ROLE_NONE;
}

static bool has_centre(enum role role) {
  return role == ROLE_ROUND || role == ROLE_OUTLINE;
}

/* Whether a measure can be taken of gauges in these roles; else `expected` says of which. */
static bool roles_fit(enum measure_kind measure, const enum role *r, int count, const char **expected) {
  switch (measure) {
  case MEASURE_NONE:
    return true;
  case MEASURE_RADIUS:
  case MEASURE_DIAMETER:
    *expected = "one circle or arc";
    return count == 1 && r[0] == ROLE_ROUND;
  case MEASURE_DISTANCE:
    *expected = "a line or an outline and then a line, or two outlines";
    return count == 2 && (r[0] == ROLE_LINE || has_centre(r[0])) &&
           (r[1] == ROLE_LINE || (has_centre(r[0]) && has_centre(r[1])));
  case MEASURE_ANGLE:
  case MEASURE_PARALLELISM:
    *expected = "two lines";
    return count == 2 && r[0] == ROLE_LINE && r[1] == ROLE_LINE;
  case MEASURE_CONCENTRICITY:
    *expected = "two outlines";
    return count == 2 && has_centre(r[0]) && has_centre(r[1]);
  case MEASURE_POSITION:
    *expected = "an outline, a line, and a line or an outline";
    return count == 3 && has_centre(r[0]) && r[1] == ROLE_LINE && (r[2] == ROLE_LINE || has_centre(r[2]));
  case MEASURE_WIDTH:
    *expected = "one calliper of a pair, width, rectangle, slot or ellipse";
    return count == 1 && (r[0] == ROLE_PAIR || r[0] == ROLE_WIDTHS || r[0] == ROLE_OUTLINE);
  case MEASURE_LENGTH:
    *expected = "one rectangle, slot or ellipse";
    return count == 1 && r[0] == ROLE_OUTLINE;
  case MEASURE_COUNT:
    *expected = "one count";
    return count == 1 && r[0] == ROLE_COUNT;
  }
  return false;
}

static enum status check_gauges(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec,
                                const struct spec_dimension *dimension) {
  const yaml_node_t *of = spec_member(in, node, "of");
  enum role roles[3] = {ROLE_NONE, ROLE_NONE, ROLE_NONE};
  int count = 0;
  for (; count < 3 && dimension->of[count][0]; count++) {
    const struct spec_dimension *gauge = gauge_named(spec, dimension->of[count]);
    if (!gauge) return spec_fail(in, of, "of", "%s; expected the name of a gauge", dimension->of[count]);
    roles[count] = role_of(gauge);
  }
  const char *expected = "", **names = (const char *[]){dimension->of[0], dimension->of[1], dimension->of[2]};
  if (roles_fit(dimension->measure, roles, count, &expected)) return STATUS_OK;
  return spec_fail(in, of, "of", "%s%s%s%s%s; expected %s", names[0], count > 1 ? ", " : "", names[1],
                   count > 2 ? ", " : "", names[2], expected);
}

static enum status check_unit(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec,
                              struct spec_dimension *dimension) {
  const yaml_node_t *unit = spec_member(in, node, "unit");
  bool angle = dimension->measure == MEASURE_ANGLE, count = dimension->measure == MEASURE_COUNT;
  if (!unit && !angle && !count) return spec_fail(in, node, "unit", "missing in a measure; expected mm or px");
  if (!unit) snprintf(dimension->unit, sizeof dimension->unit, "%s", angle ? "deg" : "1");
  bool degrees = !strcmp(dimension->unit, "deg"), one = !strcmp(dimension->unit, "1");
  if (angle != degrees || count != one)
    return spec_fail(in, unit, "unit", "%s; expected %s", dimension->unit,
                     angle   ? "deg for an angle"
                     : count ? "1 for a count"
                             : "mm or px");
  if (!strcmp(dimension->unit, "mm") && spec->scale == SCALE_NONE)
    return spec_fail(in, unit, "unit",
                     "mm without a scale; expected scale.source: fixture, marker or reference, or unit: px");
  return STATUS_OK;
}

static enum status check_limits(struct spec_reader *in, const yaml_node_t *node,
                                const struct spec_dimension *dimension) {
  bool position = dimension->measure == MEASURE_POSITION, at = spec_member(in, node, "at");
  if (position != at)
    return spec_fail(in, place(in, node, "at"), "at",
                     position ? "missing; expected x, y in the datum's axes"
                              : "given without measure: position; expected none");
  if (dimension->lower > dimension->upper) /* false where one is NAN */
    return spec_fail(in, place(in, node, "upper"), "upper", "less than lower; expected lower <= upper");
  return STATUS_OK;
}

static enum status check_sector(struct spec_reader *in, const yaml_node_t *node,
                                const struct spec_dimension *dimension) {
  double turn = dimension->sector[1] - dimension->sector[0];
  if (dimension->gauge != GAUGE_ARC || (turn > 0 && turn <= 360)) return STATUS_OK;
  return spec_fail(in, place(in, node, "sector"), "sector",
                   "%g degrees; expected the second larger than the first by at most 360", turn);
}

enum status spec_check_dimension(struct spec_reader *in, const yaml_node_t *node, struct spec *spec, size_t index) {
  struct spec_dimension *dimension = &spec->dimensions[index];
  for (size_t i = 0; i < index; i++)
    if (!strcmp(spec->dimensions[i].name, dimension->name))
      return spec_fail(in, place(in, node, "name"), "name",
                       "%s is the name of an earlier dimension too; expected another", dimension->name);
  enum status status = check_kind(in, node, dimension);
  if (!status && dimension->measure == MEASURE_NONE) return check_sector(in, node, dimension);
  if (!status) status = check_gauges(in, node, spec, dimension);
  if (!status) status = check_unit(in, node, spec, dimension);
  return status ? status : check_limits(in, node, dimension);
}
