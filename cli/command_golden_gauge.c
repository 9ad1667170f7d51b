#include "cli/commands.h"
#include "cli/output.h"

#include "engine/decode.h"
#include "engine/measure/candidates.h"
#include "engine/measure/scale_find.h"
#include "engine/measure/value.h"
#include "models/golden.h"
#include "models/spec_schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Lines that are so near to parallel are worth a distance, others an angle. */
static const double PARALLEL = 1.5;

struct sheet {
  struct device device;
  struct device_memory memory;
  struct measuring measuring;
  struct placement placement;
  struct scale scale;
  struct golden *golden;
  struct image image;
  struct spec_dimension gauges[CANDIDATES_MOST];
  size_t count;
  bool mm, json;
  char why[256]; /* there is no mm */
};

/* In mm where the golden photo itself tells the scale. */
static enum status find_scale(struct sheet *s, struct fault *fault) {
  const struct spec *spec = &s->golden->spec;
  const struct scale_request request = {
      .spec = spec, .calibration = s->golden->calibration, .photo = &s->image, .pose = &s->placement.pose};
  s->scale = scale_pixels();
  if (spec->scale != SCALE_FIXTURE && spec->scale != SCALE_MARKER) return STATUS_OK;
  const enum status status = scale_find(&request, &s->scale, &s->mm, s->why, sizeof s->why, fault);
  if (!s->mm) s->scale = scale_pixels();
  return status;
}

static enum status open_sheet(struct sheet *s, const char *path, struct fault *fault) {
  s->placement.pose = pose_identity();
  enum status status = golden_open(path, &s->golden, fault);
  if (!status) status = device_open(kernel_cpu_level(NULL), &s->device, fault);
  if (status) return status;
  const struct photo *photo = &s->golden->photos[0];
  status = decode_photo(photo->bytes, photo->size, NULL, &s->image, NULL, fault);
  if (!status) status = find_scale(s, fault);
  if (!status) status = candidates_find(&s->device, &s->image.planes[0], s->gauges, &s->count, fault);
  struct kernel_image luma;
  if (!status) status = device_upload_plane(&s->device, &s->memory, &s->image.planes[0], &luma, fault);
  const struct gauge_photo on = {.device = &s->device,
                                 .luma = &luma,
                                 .placement = &s->placement,
                                 .scale = &s->scale,
                                 .curved = s->golden->spec.curve == CURVE_SRGB};
  return status ? status : gauges_measure(&s->measuring, &on, s->gauges, s->count, fault);
}

static void close_sheet(struct sheet *s) {
  measuring_free(&s->measuring, &s->device);
  device_release(&s->device, &s->memory);
  if (s->device.context) device_close(&s->device);
  image_free(&s->image);
  if (s->golden) golden_close(s->golden);
}

/* To 0.01, as it is printed. */
static double hundredths(double value) {
  return output_rounded(value, 2);
}

static void print_yaml(const struct spec_dimension *g) {
  const double angle = hundredths(g->gauge == GAUGE_ELLIPSE ? g->turn : g->box.angle);
  printf("  - {name: %s, gauge: %s, ", g->name, spec_gauges[g->gauge - 1]);
  if (g->gauge == GAUGE_CIRCLE)
    printf("centre: [%.2f, %.2f], radius: %.2f, search: %.0f}\n", g->centre[0], g->centre[1], g->radius, g->search);
  else if (g->gauge == GAUGE_ELLIPSE)
    printf("centre: [%.2f, %.2f], radii: [%.2f, %.2f], angle: %.2f, search: %.0f}\n", g->centre[0], g->centre[1],
           g->radii[0], g->radii[1], angle, g->search);
  else if (g->gauge == GAUGE_LINE)
    printf("along: width, box: {centre: [%.2f, %.2f], size: [%.0f, %.0f], angle: %.2f}}\n", g->box.centre[0],
           g->box.centre[1], g->box.size[0], g->box.size[1], angle);
  else
    printf("box: {centre: [%.2f, %.2f], size: [%.2f, %.2f], angle: %.2f}, search: %.0f}\n", g->box.centre[0],
           g->box.centre[1], g->box.size[0], g->box.size[1], angle, g->search);
}

static json_t *pair_json(const double *pair) {
  return json_pack("[f, f]", hundredths(pair[0]), hundredths(pair[1]));
}

static enum status print_gauge(const struct sheet *s, const struct spec_dimension *g, struct fault *fault) {
  if (!s->json) {
    print_yaml(g);
    return STATUS_OK;
  }
  json_t *json = json_pack("{s:s, s:s}", "name", g->name, "gauge", spec_gauges[g->gauge - 1]);
  const bool circle = g->gauge == GAUGE_CIRCLE, ellipse = g->gauge == GAUGE_ELLIPSE, line = g->gauge == GAUGE_LINE;
  if (circle || ellipse) json_object_set_new(json, "centre", pair_json(g->centre));
  if (circle) json_object_set_new(json, "radius", json_real(hundredths(g->radius)));
  if (ellipse) json_object_set_new(json, "radii", pair_json(g->radii));
  if (ellipse) json_object_set_new(json, "angle", json_real(hundredths(g->turn)));
  if (line) json_object_set_new(json, "along", json_string("width"));
  if (!circle && !ellipse)
    json_object_set_new(json, "box",
                        json_pack("{s:o, s:o, s:f}", "centre", pair_json(g->box.centre), "size", pair_json(g->box.size),
                                  "angle", hundredths(g->box.angle)));
  if (!line) json_object_set_new(json, "search", json_real(hundredths(g->search)));
  return output_json(json, fault);
}

/* A measure with its value as limits to begin with: ten times its uncertainty to either side. */
static enum status print_measure(const struct sheet *s, enum measure_kind kind, const struct spec_dimension *a,
                                 const struct spec_dimension *b, struct fault *fault) {
  struct spec_dimension measure = {.measure = kind, .lower = NAN, .upper = NAN};
  struct measured m;
  const struct value_call call = {&s->measuring, &s->placement, &s->scale, 0};
  const char *word = spec_measures[kind - MEASURE_RADIUS], *unit = kind == MEASURE_ANGLE ? "deg" : s->mm ? "mm" : "px";
  char of[160], name[160], lower[48] = "";
  memcpy(measure.of[0], a->name, sizeof measure.of[0]);
  if (b) memcpy(measure.of[1], b->name, sizeof measure.of[1]);
  value_measure(&call, &measure, &m);
  if (!m.found) return STATUS_OK;
  const double room = 10 * m.budget.expanded;
  const bool two_sided = kind != MEASURE_CONCENTRICITY && m.value > room;
  snprintf(name, sizeof name, "%s_%s%s%s", word, a->name, b ? "_" : "", b ? b->name : "");
  if (s->json)
    return output_json(json_pack("{s:s, s:s, s:o, s:f, s:f, s:s}", "name", name, "measure", word, "of",
                                 b ? json_pack("[s, s]", a->name, b->name) : json_pack("[s]", a->name), "value",
                                 output_rounded(m.value, 5), "uncertainty", output_rounded(m.budget.expanded, 5),
                                 "unit", unit),
                       fault);
  snprintf(of, sizeof of, b ? "[%s, %s]" : "%s", a->name, b ? b->name : "");
  if (two_sided) snprintf(lower, sizeof lower, "lower: %.4f, ", m.value - room);
  printf("  - {name: %s, measure: %s, of: %s, %supper: %.4f, unit: %s} # %.4f +- %.4f\n", name, word, of, lower,
         m.value + room, unit, m.value, m.budget.expanded);
  return STATUS_OK;
}

static double turn_between(const struct spec_dimension *a, const struct spec_dimension *b) {
  double turn = fabs(a->box.angle - b->box.angle);
  return turn > 90 ? 180 - turn : turn;
}

static bool is_round(const struct spec_dimension *g) {
  return g->gauge == GAUGE_CIRCLE;
}

static double apart(const struct spec_dimension *a, const struct spec_dimension *b) {
  return hypot(a->centre[0] - b->centre[0], a->centre[1] - b->centre[1]);
}

/* Of the circles that do not share a's centre the nearest and the largest; a itself where there is none. */
struct others {
  size_t nearest, largest;
};

static bool share_centre(const struct spec_dimension *a, const struct spec_dimension *b) {
  return apart(a, b) < 0.1 * fmin(a->radius, b->radius);
}

static struct others others_of(const struct sheet *s, size_t i) {
  const struct spec_dimension *a = &s->gauges[i];
  struct others o = {i, i};
  for (size_t k = 0; k < s->count; k++) {
    const struct spec_dimension *b = &s->gauges[k];
    if (k == i || !is_round(b) || share_centre(a, b)) continue;
    if (o.nearest == i || apart(a, b) < apart(a, &s->gauges[o.nearest])) o.nearest = k;
    if (b->radius > s->gauges[o.largest].radius) o.largest = k;
  }
  return o;
}

static bool is_worth(const struct sheet *s, size_t i, size_t k) {
  const struct others o = others_of(s, i);
  return o.nearest == k || o.largest == k;
}

/* Two circles are worth a distance where one is the other's nearest, or the largest: all pairs of many holes would be
 * more than anyone reads. Those of one centre are worth how well they share it. */
static enum status print_circles(const struct sheet *s, size_t i, struct fault *fault) {
  const struct spec_dimension *a = &s->gauges[i];
  enum status status = print_measure(s, MEASURE_DIAMETER, a, NULL, fault);
  for (size_t k = i + 1; k < s->count && !status; k++) {
    const struct spec_dimension *b = &s->gauges[k];
    if (!is_round(b)) continue;
    if (share_centre(a, b))
      status = print_measure(s, MEASURE_CONCENTRICITY, a, b, fault);
    else if (is_worth(s, i, k) || is_worth(s, k, i))
      status = print_measure(s, MEASURE_DISTANCE, a, b, fault);
  }
  return status;
}

static enum status print_lines(const struct sheet *s, size_t i, struct fault *fault) {
  const struct spec_dimension *a = &s->gauges[i];
  enum status status = STATUS_OK;
  for (size_t k = i + 1; k < s->count && !status; k++) {
    const struct spec_dimension *b = &s->gauges[k];
    if (b->gauge != GAUGE_LINE) continue;
    if (turn_between(a, b) < PARALLEL)
      status = print_measure(s, MEASURE_DISTANCE, a, b, fault);
    else if (turn_between(a, b) < 89)
      status = print_measure(s, MEASURE_ANGLE, a, b, fault);
  }
  return status;
}

static enum status print_measures(const struct sheet *s, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < s->count && !status; i++) {
    const struct spec_dimension *a = &s->gauges[i];
    if (is_round(a)) {
      status = print_circles(s, i, fault);
    } else if (a->gauge == GAUGE_LINE) {
      status = print_lines(s, i, fault);
    } else {
      status = print_measure(s, MEASURE_WIDTH, a, NULL, fault);
      if (!status) status = print_measure(s, MEASURE_LENGTH, a, NULL, fault);
    }
  }
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct common_options *common = values;
  struct sheet s;
  (void)exit_code;
  memset(&s, 0, sizeof s);
  s.json = common->json;
  enum status status = open_sheet(&s, common->operands.items[0], fault);
  if (!status && !s.json) {
    printf("# Found on the golden photo; keep what matters, name it, and set its limits.\n");
    if (*s.why) printf("# In px: %s.\n", s.why);
    printf("dimensions:\n");
  }
  for (size_t i = 0; i < s.count && !status; i++) status = print_gauge(&s, &s.gauges[i], fault);
  if (!status) status = print_measures(&s, fault);
  if (!status) status = output_flush(fault);
  close_sheet(&s);
  return status;
}

const struct command command_golden_gauge = {
    .name = "golden gauge",
    .summary = "gauges that the golden photo offers, as YAML for the spec",
    .text =
        "Looks for holes, rings, slots, ellipses, rectangles, the product's outline and straight edges on the golden\n"
        "photo, measures them there, and prints gauges and measures as they stand in golden.yaml, each with its\n"
        "value and expanded uncertainty (95.45 %) as a comment. The limits printed are ten uncertainties to either\n"
        "side: set your own. In mm under a fixture or where the golden photo shows its marker, else in px.\n"
        "With --json one object a line: a gauge with the keys that it has in golden.yaml, or\n"
        "{\"name\", \"measure\", \"of\": [..], \"value\", \"uncertainty\", \"unit\"}.",
    .example = "  assay golden gauge bracket > dimensions.yaml",
    .operands = {.usage = "DIR", .least = 1, .most = 1},
    .values_size = sizeof(struct common_options),
    .run = run,
};
