#include "engine/severity.h"

#include <string.h>

/* Whether `name` is in the list, which is empty for all. */
static bool named(const char (*names)[64], size_t room, const char *name) {
  if (!names[0][0]) return true;
  for (size_t i = 0; i < room && names[i][0]; i++)
    if (!strcmp(names[i], name)) return true;
  return false;
}

/* Bounds that are not given are NAN, to which nothing compares. */
static bool within(double value, double least, double below) {
  return !(value < least) && !(value >= below);
}

static bool fits(const struct spec_severity *rule, const struct region *r) {
  enum { ROOM = sizeof rule->classes / sizeof *rule->classes };
  bool sized = rule->larger_than >= 0 || rule->smaller_than >= 0;
  if (sized && rule->unit == 0 && !r->has_size) return false;
  double longer = r->golden_box[2] > r->golden_box[3] ? r->golden_box[2] : r->golden_box[3];
  return named((const char(*)[64])rule->classes, ROOM, class_name(r->class_)) &&
         named((const char(*)[64])rule->zones, ROOM, r->zone) &&
         within(rule->unit == 0 ? r->size_mm : longer, rule->larger_than, rule->smaller_than) &&
         within(r->peak, rule->stronger_than, rule->weaker_than);
}

enum severity severity_of(const struct spec *spec, const struct spec_zone *zone, const struct region *region) {
  for (size_t i = 0; i < spec->severity_count; i++)
    if (fits(&spec->severities[i], region)) return spec->severities[i].severity;
  return zone ? zone->severity : SEVERITY_MAJOR;
}
