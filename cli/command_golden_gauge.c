#include "cli/commands.h"
#include "cli/output.h"

#include "engine/decode.h"
#include "engine/measure/candidates.h"
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
};

static enum status open_sheet(struct sheet *s, const char *path, struct fault *fault) {
  s->placement.pose = pose_identity();
  enum status status = golden_open(path, &s->golden, fault);
  if (!status) status = device_open(kernel_cpu_level(NULL), &s->device, fault);
  if (status) return status;
  const struct photo *photo = &s->golden->photos[0];
  bool fixture = s->golden->spec.scale == SCALE_FIXTURE;
  s->scale = fixture ? scale_fixture(s->golden->spec.mm_per_px, 0) : scale_pixels();
  status = decode_photo(photo->bytes, photo->size, NULL, &s->image, NULL, fault);
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

static void print_gauge(const struct spec_dimension *g) {
  const char *kind = spec_gauges[g->gauge - 1];
  printf("  - {name: %s, gauge: %s, ", g->name, kind);
  if (g->gauge == GAUGE_CIRCLE)
    printf("centre: [%.2f, %.2f], radius: %.2f, search: %.0f}\n", g->centre[0], g->centre[1], g->radius, g->search);
  else if (g->gauge == GAUGE_ELLIPSE)
    printf("centre: [%.2f, %.2f], radii: [%.2f, %.2f], angle: %.2f, search: %.0f}\n", g->centre[0], g->centre[1],
           g->radii[0], g->radii[1], g->turn, g->search);
  else if (g->gauge == GAUGE_LINE)
    printf("along: width, box: {centre: [%.2f, %.2f], size: [%.0f, %.0f], angle: %.2f}}\n", g->box.centre[0],
           g->box.centre[1], g->box.size[0], g->box.size[1], g->box.angle);
  else
    printf("box: {centre: [%.2f, %.2f], size: [%.2f, %.2f], angle: %.2f}, search: %.0f}\n", g->box.centre[0],
           g->box.centre[1], g->box.size[0], g->box.size[1], g->box.angle, g->search);
}

/* A measure with its value as limits to begin with: ten times its uncertainty to either side. */
static void print_measure(const struct sheet *s, const char *word, enum measure_kind kind, const char *unit,
                          const struct spec_dimension *a, const struct spec_dimension *b) {
  struct spec_dimension measure = {.measure = kind, .lower = NAN, .upper = NAN};
  struct measured m;
  const struct value_call call = {&s->measuring, &s->placement, &s->scale, 0};
  char of[160];
  memcpy(measure.of[0], a->name, sizeof measure.of[0]);
  if (b) memcpy(measure.of[1], b->name, sizeof measure.of[1]);
  value_measure(&call, &measure, &m);
  if (!m.found) return;
  double room = 10 * m.budget.expanded;
  snprintf(of, sizeof of, b ? "[%s, %s]" : "%s", a->name, b ? b->name : "");
  printf("  - {name: %s_%s%s%s, measure: %s, of: %s, lower: %.4f, upper: %.4f, unit: %s} # %.4f +- %.4f\n", word,
         a->name, b ? "_" : "", b ? b->name : "", word, of, m.value > room ? m.value - room : 0, m.value + room, unit,
         m.value, m.budget.expanded);
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

/* Two circles are worth a distance where one is the other's nearest, or the largest: all pairs of many holes would be
 * more than anyone reads. Those of one centre are worth how well they share it. */
static void print_circles(const struct sheet *s, const char *unit, size_t i) {
  const struct spec_dimension *a = &s->gauges[i];
  size_t nearest = i, largest = i;
  for (size_t k = 0; k < s->count; k++) {
    const struct spec_dimension *b = &s->gauges[k];
    if (k == i || !is_round(b)) continue;
    const bool one = apart(a, b) < 0.1 * fmin(a->radius, b->radius);
    if (one && k > i) print_measure(s, "concentricity", MEASURE_CONCENTRICITY, unit, a, b);
    if (one) continue;
    if (nearest == i || apart(a, b) < apart(a, &s->gauges[nearest])) nearest = k;
    if (b->radius > s->gauges[largest].radius) largest = k;
  }
  if (largest != i) print_measure(s, "distance", MEASURE_DISTANCE, unit, a, &s->gauges[largest]);
  if (nearest != i && nearest != largest) print_measure(s, "distance", MEASURE_DISTANCE, unit, a, &s->gauges[nearest]);
}

static void print_lines(const struct sheet *s, const char *unit, size_t i) {
  const struct spec_dimension *a = &s->gauges[i];
  for (size_t k = i + 1; k < s->count; k++) {
    const struct spec_dimension *b = &s->gauges[k];
    if (b->gauge != GAUGE_LINE) continue;
    if (turn_between(a, b) < PARALLEL)
      print_measure(s, "distance", MEASURE_DISTANCE, unit, a, b);
    else if (turn_between(a, b) < 89)
      print_measure(s, "angle", MEASURE_ANGLE, "deg", a, b);
  }
}

static void print_measures(const struct sheet *s, const char *unit) {
  for (size_t i = 0; i < s->count; i++) {
    const struct spec_dimension *a = &s->gauges[i];
    if (is_round(a)) {
      print_measure(s, "diameter", MEASURE_DIAMETER, unit, a, NULL);
      print_circles(s, unit, i);
    } else if (a->gauge == GAUGE_LINE) {
      print_lines(s, unit, i);
    } else {
      print_measure(s, "width", MEASURE_WIDTH, unit, a, NULL);
      print_measure(s, "length", MEASURE_LENGTH, unit, a, NULL);
    }
  }
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct common_options *common = values;
  struct sheet s;
  (void)exit_code;
  memset(&s, 0, sizeof s);
  enum status status = open_sheet(&s, common->operands.items[0], fault);
  if (!status) {
    printf("# Found on the golden photo; keep what matters, name it, and set its limits.\ndimensions:\n");
    for (size_t i = 0; i < s.count; i++) print_gauge(&s.gauges[i]);
    print_measures(&s, s.golden->spec.scale == SCALE_FIXTURE ? "mm" : "px");
    status = output_flush(fault);
  }
  close_sheet(&s);
  return status;
}

const struct command command_golden_gauge = {
    .name = "golden gauge",
    .summary = "gauges that the golden photo offers, as YAML for the spec",
    .text =
        "Looks for holes, rings, slots, ellipses, rectangles, the product's outline and straight edges on the golden\n"
        "photo, measures them there, and prints gauges and measures as they stand in golden.yaml, each with its\n"
        "value and expanded uncertainty as a comment. The limits printed are ten uncertainties to either side: set\n"
        "your own. In mm under a fixture, else in px.",
    .example = "  assay golden gauge bracket > dimensions.yaml",
    .operands = {.usage = "DIR", .least = 1, .most = 1},
    .values_size = sizeof(struct common_options),
    .run = run,
};
