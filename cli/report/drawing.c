#include "cli/report/drawing.h"

#include "models/spec.h"

#include <string.h>

static json_t *pair(const double values[2]) {
  return json_pack("[f, f]", values[0], values[1]);
}

static json_t *zone_json(const struct spec_zone *zone) {
  json_t *polygon = json_array();
  for (size_t i = 0; i < zone->point_count; i++)
    json_array_append_new(polygon, json_pack("[f, f]", zone->polygon[i].x, zone->polygon[i].y));
  return json_pack("{s:s, s:b, s:o}", "name", zone->name, "ignore", zone->ignore, "polygon", polygon);
}

static json_t *gauge_json(const struct spec_dimension *gauge) {
  switch (gauge->gauge) {
  case GAUGE_CIRCLE:
  case GAUGE_ARC:
    return json_pack("{s:s, s:o, s:f}", "name", gauge->name, "centre", pair(gauge->centre), "radius", gauge->radius);
  case GAUGE_ELLIPSE: {
    const double size[2] = {2 * gauge->radii[0], 2 * gauge->radii[1]};
    return json_pack("{s:s, s:o, s:o, s:f}", "name", gauge->name, "centre", pair(gauge->centre), "size", pair(size),
                     "angle", gauge->turn);
  }
  default:
    return json_pack("{s:s, s:o, s:o, s:f}", "name", gauge->name, "centre", pair(gauge->box.centre), "size",
                     pair(gauge->box.size), "angle", gauge->box.angle);
  }
}

void report_drawing_add(json_t *golden) {
  const char *text = json_string_value(json_object_get(golden, "spec"));
  struct spec spec;
  if (!text || spec_parse(text, strlen(text), "golden.yaml", &spec, NULL)) return;
  json_t *zones = json_array(), *gauges = json_array(), *measures = json_array();
  for (size_t i = 0; i < spec.zone_count; i++)
    if (spec.zones[i].point_count) json_array_append_new(zones, zone_json(&spec.zones[i]));
  for (size_t i = 0; i < spec.dimension_count; i++) {
    const struct spec_dimension *one = &spec.dimensions[i];
    if (one->gauge != GAUGE_NONE)
      json_array_append_new(gauges, gauge_json(one));
    else
      json_array_append_new(measures, json_pack("{s:s, s:s, s:s?}", "name", one->name, "of", one->of[0], "to",
                                                *one->of[1] ? one->of[1] : NULL));
  }
  json_object_set_new(golden, "zones", zones);
  json_object_set_new(golden, "gauges", gauges);
  json_object_set_new(golden, "measures", measures);
  spec_free(&spec);
}
