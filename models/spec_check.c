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
  if (zone->rigid && zone->ignore)
    return spec_fail(in, place(in, node, "rigid"), "rigid", "given beside ignore; expected only one of them");
  if (zone->rigid && zone->moves_unit == 0 && spec->scale != SCALE_FIXTURE)
    return spec_fail(in, place(in, node, "moves_unit"), "moves_unit",
                     "millimetres without a fixed scale; expected scale: {source: fixture, mm_per_px: ...} or px");
  if (!zone->polygon && !zone->mask) return spec_fail(in, node, "polygon", "missing; expected polygon or mask");
  if (zone->polygon && zone->mask)
    return spec_fail(in, place(in, node, "mask"), "mask", "given beside polygon; expected only one of them");
  if (zone->polygon && !(area_of(zone) > 0))
    return spec_fail(in, place(in, node, "polygon"), "polygon", "its area is 0; expected corners in their order");
  if (zone->same_print && zone->ignore)
    return spec_fail(in, place(in, node, "same_print"), "same_print", "given beside ignore; expected only one of them");
  return spec_check_reading(in, node, zone);
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

enum status spec_check(struct spec_reader *in, const yaml_node_t *root, struct spec *spec) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < spec->zone_count && !status; i++)
    status = check_zone(in, enter_item(in, root, "zones", i), spec, i);
  if (!status) status = check_colour(in, root, spec);
  if (!status) status = check_light(in, root, spec);
  for (size_t i = 0; i < spec->severity_count && !status; i++)
    status = spec_check_severity(in, enter_item(in, root, "severity", i), spec, i);
  if (!status) status = spec_check_scale(in, spec_member(in, root, "scale"), spec);
  for (size_t i = 0; i < spec->dimension_count && !status; i++) {
    const yaml_node_t *node = enter_item(in, root, "dimensions", i);
    spec->dimensions[i].line = (int)node->start_mark.line + 1;
    status = spec_check_dimension(in, node, spec, i);
  }
  spec->aql.set = spec_member(in, root, "aql");
  return status;
}
