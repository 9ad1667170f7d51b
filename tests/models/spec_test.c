#include "models/spec.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void parse(const char *text, struct spec *spec) {
  struct fault fault = {0};
  if (spec_parse(text, strlen(text), "golden.yaml", spec, &fault)) fail_msg("%s", fault.text);
}

/* Spec text, and how its error must begin after "golden.yaml:". */
struct refusal {
  const char *text, *message;
};

static void check_refusals(const struct refusal *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct spec spec;
    struct fault fault = {0};
    enum status status = spec_parse(cases[i].text, strlen(cases[i].text), "golden.yaml", &spec, &fault);
    char *expected = support_text("golden.yaml:%s", cases[i].message);
    if (status != STATUS_INVALID || strncmp(fault.text, expected, strlen(expected)))
      fail_msg("%s\n  gave:     %s\n  expected: %s", cases[i].text, fault.text, expected);
    free(expected);
    assert_null(spec.zones);
    assert_null(spec.dimensions);
  }
}
#define CHECK_REFUSALS(cases) check_refusals(cases, sizeof(cases) / sizeof *(cases))

static void defaults_are_those_of_the_design(void **state) {
  (void)state;
  struct spec spec, parsed;
  spec_init(&spec);
  parse("# nothing but a remark\n", &parsed);
  const struct spec *const both[] = {&spec, &parsed};
  for (int i = 0; i < 2; i++) {
    assert_string_equal(both[i]->name, "");
    assert_int_equal(both[i]->motion, MOTION_HOMOGRAPHY);
    assert_true(both[i]->local_px == 5);
    assert_int_equal(both[i]->artwork, ARTWORK_DARK);
    assert_false(both[i]->outside_ignored);
    assert_int_equal(both[i]->colour, COLOUR_NONE);
    assert_string_equal(both[i]->colour_zone, "");
    assert_true(both[i]->light_gain[0] == 0.4 && both[i]->light_gain[1] == 2.5 && both[i]->light_unevenness == 0.6);
    assert_true(isnan(both[i]->tolerance.absolute) && isnan(both[i]->tolerance.relative));
    assert_true(isnan(both[i]->tolerance.edge) && isnan(both[i]->min_area_px) && isnan(both[i]->mm_per_px));
    assert_int_equal(both[i]->zone_count + both[i]->dimension_count, 0);
    assert_int_equal(both[i]->scale, SCALE_NONE);
    assert_false(both[i]->aql.set);
  }
  spec_free(&spec);
  spec_free(&parsed);
}

static void the_carton_of_the_design_is_read(void **state) {
  (void)state;
  struct spec spec;
  parse("name: drink-carton-front\n"
        "alignment: {model: homography}          # translation | rigid\n"
        "outside: ignore\n"
        "colour: {reference: none}\n"
        "zones:\n"
        "  - {name: body, polygon: [[100, 110], [300, 110], [300, 240], [100, 240]], severity: major}\n"
        "  - {name: date, polygon: [[230, 115], [298, 115], [298, 170], [230, 170]], ignore: true}\n"
        "aql: {level: II, critical: 0, major: 2.5, minor: 4.0}\n",
        &spec);
  assert_string_equal(spec.name, "drink-carton-front");
  assert_true(spec.outside_ignored);
  assert_int_equal(spec.zone_count, 2);
  assert_string_equal(spec.zones[0].name, "body");
  assert_int_equal(spec.zones[0].point_count, 4);
  assert_true(spec.zones[0].polygon[2].x == 300 && spec.zones[0].polygon[2].y == 240);
  assert_false(spec.zones[0].ignore);
  assert_true(spec.zones[1].ignore);
  assert_int_equal(spec.zones[1].severity, SEVERITY_MAJOR);
  assert_true(isnan(spec.zones[1].tolerance.absolute));
  assert_true(spec.aql.set);
  assert_string_equal(spec.aql.level, "II");
  assert_true(spec.aql.critical == 0 && spec.aql.major == 2.5 && spec.aql.minor == 4);
  spec_free(&spec);
}

static void the_bracket_of_the_design_is_read(void **state) {
  (void)state;
  struct spec spec;
  parse("name: bracket\n"
        "alignment: {model: rigid, local: 2.5}\n"
        "scale: {source: fixture, mm_per_px: 0.1}\n"
        "dimensions:\n"
        "  - {name: hole, gauge: circle, centre: [312, 307], radius: 22.5, search: 12}\n"
        "  - {name: left, gauge: line, box: {centre: [113, 260], size: [40, 80], angle: 0}}\n"
        "  - {name: right, gauge: line, box: {centre: [515, 260], size: [40, 80]}, along: width}\n"
        "  - {name: hole_radius, measure: radius, of: hole, lower: 2.1, upper: 2.3, unit: mm}\n"
        "  - {name: d1, measure: distance, of: [left, right], lower: 40.2, upper: 40.5, unit: mm}\n"
        "  - {name: tilt, measure: angle, of: [left, right], upper: 1, unit: deg}\n",
        &spec);
  assert_int_equal(spec.motion, MOTION_RIGID);
  assert_true(spec.local_px == 2.5);
  assert_int_equal(spec.scale, SCALE_FIXTURE);
  assert_true(spec.mm_per_px == 0.1);
  assert_int_equal(spec.dimension_count, 6);
  const struct spec_dimension *d = spec.dimensions;
  assert_int_equal(d[0].gauge, GAUGE_CIRCLE);
  assert_true(d[0].centre[0] == 312 && d[0].centre[1] == 307 && d[0].radius == 22.5 && d[0].search == 12);
  assert_int_equal(d[0].line, 5);
  assert_int_equal(d[1].gauge, GAUGE_LINE);
  assert_true(d[1].box.centre[0] == 113 && d[1].box.size[1] == 80 && d[1].box.angle == 0 && d[1].along == 0);
  assert_true(d[2].along == 1 && d[2].box.angle == 0);
  assert_int_equal(d[3].measure, MEASURE_RADIUS);
  assert_string_equal(d[3].of[0], "hole");
  assert_string_equal(d[3].of[1], "");
  assert_string_equal(d[3].unit, "mm");
  assert_int_equal(d[4].measure, MEASURE_DISTANCE);
  assert_string_equal(d[4].of[1], "right");
  assert_true(d[4].lower == 40.2 && d[4].upper == 40.5);
  assert_true(isnan(d[5].lower) && d[5].upper == 1);
  spec_free(&spec);
}

static void every_other_key_is_read(void **state) {
  (void)state;
  struct spec spec;
  parse("light: {gain: [0.5, 2], unevenness: 0.3}\n"
        "tolerance: {absolute: 10, relative: 3, edge: 1.5}\n"
        "regions: {min_area: 9}\n"
        "colour: {reference: card}\n"
        "zones:\n"
        "  - name: \"card\"\n"
        "    mask: card.png\n"
        "    severity: critical\n"
        "    tolerance: {edge: 0}\n",
        &spec);
  assert_true(spec.light_gain[0] == 0.5 && spec.light_gain[1] == 2 && spec.light_unevenness == 0.3);
  assert_true(spec.tolerance.absolute == 10 && spec.tolerance.relative == 3 && spec.tolerance.edge == 1.5);
  assert_true(spec.min_area_px == 9);
  assert_int_equal(spec.colour, COLOUR_ZONE);
  assert_string_equal(spec.colour_zone, "card");
  assert_null(spec.zones[0].polygon);
  assert_string_equal(spec.zones[0].mask, "card.png");
  assert_int_equal(spec.zones[0].severity, SEVERITY_CRITICAL);
  assert_true(spec.zones[0].tolerance.edge == 0 && isnan(spec.zones[0].tolerance.absolute));
  spec_free(&spec);
}

static void a_key_that_is_unknown_or_doubled_is_refused(void **state) {
  (void)state;
  const struct refusal cases[] = {
      {"name: a\ntolerence: {absolute: 3}\n", "2:1: tolerence: unknown key; expected keys and values: name, alignment, "
                                              "outside, artwork, colour, light, photo, tolerance, statistics, "
                                              "regions, zones, severity, approved, scale, dimensions, aql"},
      {"zones:\n  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], colour: red}\n", "2:50: zones[0].colour: unknown key"},
      {"name: a\nname: b\n", "2:1: name: given twice, first in line 1; expected once"},
      {"tolerance: {edge: 1,\n  edge: 2}\n", "2:3: tolerance.edge: given twice, first in line 1"},
      {"[1]: 2\n", "1:1: unknown key"},
      {"<<: {name: a}\n", "1:1: <<: unknown key"},
  };
  CHECK_REFUSALS(cases);
}

static void a_value_of_the_wrong_type_is_refused(void **state) {
  (void)state;
  const struct refusal cases[] = {
      {"- a\n", "1:1: a list of 1; expected keys and values: name"},
      {"just text\n", "1:1: just text; expected keys and values: name"},
      {"name: [a]\n", "1:7: name: a list of 1; expected a text of 1 to 127 bytes"},
      {"name:\n", "1:6: name: nothing; expected a text"},
      {"name: ~\n", "1:7: name: ~; expected a text"},
      {"name: \"\"\n", "1:7: name: \"\" (a text); expected a text"},
      {"name: \"a\\0b\"\n", "1:7: name: \"a\" (a text); expected a text"},
      {"alignment: rigid\n", "1:12: alignment: rigid; expected keys and values: model, local"},
      {"alignment: {model: stretch}\n",
       "1:20: alignment.model: stretch; expected translation, rigid, similarity, affine or homography"},
      {"outside: yes\n", "1:10: outside: yes; expected compare or ignore"},
      {"zones: {name: a}\n", "1:8: zones: keys and values; expected a list of at most 250"},
      {"zones: [7]\n", "1:9: zones[0]: 7; expected keys and values: name"},
      {"aql: {level: IV}\n", "1:14: aql.level: IV; expected S-1, S-2, S-3, S-4, I, II or III"},
      {"aql: {major: 3}\n", "1:14: aql.major: 3; expected one of 0 0.01 0.015"},
      {"light: {gain: 2}\n", "1:15: light.gain: 2; expected a list of 2 numbers, each above 0, at most 100"},
      {"light: {gain: [0, 2]}\n", "1:16: light.gain: 0; expected a list of 2 numbers"},
  };
  CHECK_REFUSALS(cases);
}

static void what_is_no_number_is_refused(void **state) {
  (void)state;
  const struct refusal cases[] = {
      {"name: a\nzones: []\ntolerance:\n  absolute: -3\n",
       "4:13: tolerance.absolute: -3; expected a number from 0 to 255 (grey levels)"},
      {"tolerance: {absolute: 255.1}\n", "1:23: tolerance.absolute: 255.1; expected a number from 0 to 255"},
      {"tolerance:\n  absolute: 1,5\n", "2:13: tolerance.absolute: 1,5; expected a number"},
      {"tolerance: {absolute: nan}\n", "1:23: tolerance.absolute: nan; expected a number"},
      {"tolerance: {absolute: .inf}\n", "1:23: tolerance.absolute: .inf; expected a number"},
      {"tolerance: {absolute: 0x10}\n", "1:23: tolerance.absolute: 0x10; expected a number"},
      {"tolerance: {absolute: 1_000}\n", "1:23: tolerance.absolute: 1_000; expected a number"},
      {"tolerance: {absolute: 1e999}\n", "1:23: tolerance.absolute: 1e999; expected a number"},
      {"tolerance: {absolute: \"3\"}\n", "1:23: tolerance.absolute: \"3\" (a text); expected a number"},
      {"tolerance: {absolute: }\n", "1:23: tolerance.absolute: nothing; expected a number"},
      {"tolerance: {absolute: [3]}\n", "1:23: tolerance.absolute: a list of 1; expected a number"},
      {"alignment: {local: 51}\n", "1:20: alignment.local: 51; expected a number from 0 to 50 (px)"},
      {"scale: {source: fixture, mm_per_px: 0}\n",
       "1:37: scale.mm_per_px: 0; expected a number above 0, at most 1000 (mm per pixel)"},
  };
  CHECK_REFUSALS(cases);
}

static void what_is_no_truth_value_is_refused(void **state) {
  (void)state;
  const char *const words[] = {"maybe", "yes", "True", "1", "\"true\"", "~", "[true]"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    char *text = support_text("zones: [{name: a, ignore: %s}]\n", words[i]);
    struct spec spec;
    struct fault fault = {0};
    assert_int_equal(spec_parse(text, strlen(text), "golden.yaml", &spec, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "golden.yaml:1:27: zones[0].ignore: "));
    assert_non_null(strstr(fault.text, "; expected true or false"));
    free(text);
  }
}

static void a_zone_that_makes_no_sense_is_refused(void **state) {
  (void)state;
#define SQUARE "polygon: [[0, 0], [9, 0], [9, 9]]"
  const struct refusal cases[] = {
      {"zones: [{" SQUARE "}]\n", "1:9: zones[0].name: missing; expected a text of 1 to 63 bytes"},
      {"zones: [{name: a}]\n", "1:9: zones[0].polygon: missing; expected polygon or mask"},
      {"zones: [{name: a, " SQUARE ", mask: a.png}]\n", "1:60: zones[0].mask: given beside polygon"},
      {"zones: [{name: a, " SQUARE "}, {name: a, " SQUARE "}]\n", "1:62: zones[1].name: a is the name of an earlier"},
      {"zones: [{name: none, " SQUARE "}]\n", "1:16: zones[0].name: none; expected another name"},
      {"zones: [{name: a, polygon: [[0, 0], [9, 0]]}]\n",
       "1:28: zones[0].polygon: a list of 2; expected a list of 3 to 10000 points [x, y]"},
      {"zones: [{name: a, polygon: [[0, 0], [9, 0], [18, 0]]}]\n", "1:28: zones[0].polygon: its area is 0"},
      {"zones: [{name: a, polygon: [[0, 0], [9, 0], [9]]}]\n", "1:45: zones[0].polygon[2]: a list of 1"},
      {"zones: [{name: a, polygon: [[0, 0], [9, 0], [9, x]]}]\n", "1:49: zones[0].polygon[2]: x; expected"},
      {"zones: [{name: a, polygon: [[0, 0], [9, 0], [9, 100001]]}]\n", "1:49: zones[0].polygon[2]: 100001; expected"},
      {"zones: [{name: a, mask: ../../etc/passwd}]\n", "1:25: zones[0].mask: ../../etc/passwd; expected the name of a"},
      {"zones: [{name: a, mask: /etc/passwd}]\n", "1:25: zones[0].mask: /etc/passwd; expected the name of a file"},
      {"zones: [{name: a, mask: .hidden}]\n", "1:25: zones[0].mask: .hidden; expected the name of a file"},
      {"zones: [{name: a, " SQUARE ", severity: severe}]\n",
       "1:64: zones[0].severity: severe; expected critical, major or minor"},
      {"zones: [{name: a, " SQUARE ", tolerance: {edge: -1}}]\n", "1:72: zones[0].tolerance.edge: -1; expected"},
      {"colour: {reference: card}\n", "1:21: colour.reference: card; expected none, fixture or the name of a zone"},
      {"light: {gain: [3, 2]}\n", "1:15: light.gain: the first is larger than the second"},
  };
  CHECK_REFUSALS(cases);
}

static void every_gauge_and_measure_is_read(void **state) {
  (void)state;
  static const char text[] =
      "dimensions:\n"
      "- {name: l, gauge: line, box: {centre: [1, 2], size: [3, 4]}, polarity: dark_to_light, select: last}\n"
      "- {name: a, gauge: arc, centre: [1, 2], radius: 3, search: 1, sector: [-30, 60], edge: half, contrast: 25}\n"
      "- {name: e, gauge: ellipse, centre: [1, 2], radii: [5, 3], angle: 20, search: 1}\n"
      "- {name: r, gauge: rectangle, box: {centre: [1, 2], size: [30, 40]}, search: 5}\n"
      "- {name: s, gauge: slot, box: {centre: [1, 2], size: [30, 10]}, search: 5}\n"
      "- {name: c, gauge: calliper, box: {centre: [1, 2], size: [30, 10]}, edges: single, along: width}\n"
      "- {name: w, gauge: width, box: {centre: [1, 2], size: [30, 10]}}\n"
      "- {name: n, gauge: count, box: {centre: [1, 2], size: [30, 10]}}\n"
      "- {name: m1, measure: parallelism, of: [l, c], unit: px}\n"
      "- {name: m2, measure: concentricity, of: [a, s], unit: px}\n"
      "- {name: m3, measure: position, of: [e, l, r], at: [3, -4], unit: px, rule: simple}\n"
      "- {name: m4, measure: width, of: w, statistic: max, unit: px}\n"
      "- {name: m5, measure: length, of: r, unit: px}\n"
      "- {name: m6, measure: count, of: n, unit: 1, lower: 3}\n";
  struct spec spec;
  struct fault fault;
  assert_int_equal(spec_parse(text, strlen(text), "golden.yaml", &spec, &fault), STATUS_OK);
  const struct spec_dimension *d = spec.dimensions;
  assert_int_equal(spec.dimension_count, 14);
  assert_true(d[0].polarity == POLARITY_DARK_TO_LIGHT && d[0].select == SELECT_LAST && d[0].contrast == 10);
  assert_true(d[1].gauge == GAUGE_ARC && d[1].sector[0] == -30 && d[1].edge == EDGE_AT_HALF && d[1].contrast == 25);
  assert_true(d[2].gauge == GAUGE_ELLIPSE && d[2].radii[1] == 3 && d[2].turn == 20);
  assert_true(d[5].gauge == GAUGE_CALLIPER && d[5].edges == EDGES_SINGLE && d[5].along == 1);
  assert_true(d[10].measure == MEASURE_POSITION && d[10].at[1] == -4 && d[10].rule == RULE_SIMPLE);
  assert_string_equal(d[10].of[2], "r");
  assert_true(d[11].statistic == STATISTIC_MOST && d[13].measure == MEASURE_COUNT);
  spec_free(&spec);
}

static void a_dimension_that_makes_no_sense_is_refused(void **state) {
  (void)state;
#define CIRCLE "{name: c, gauge: circle, centre: [1, 2], radius: 3, search: 1}"
#define LINE "{name: l, gauge: line, box: {centre: [1, 2], size: [3, 4]}}"
  const struct refusal cases[] = {
      {"dimensions: [{name: a}]\n", "1:14: dimensions[0]: neither; expected either gauge or measure"},
      {"dimensions: [{name: a, gauge: line, measure: angle}]\n", "1:14: dimensions[0]: gauge and measure; expected"},
      {"dimensions: [{name: a, gauge: star}]\n", "1:31: dimensions[0].gauge: star; expected line, circle,"},
      {"dimensions: [{name: a, gauge: arc, centre: [1, 2], radius: 3, search: 1, sector: [20, 10]}]\n",
       "1:82: dimensions[0].sector: -10 degrees; expected the second larger than the first"},
      {"dimensions: [{name: a, gauge: ellipse, centre: [1, 2], radius: 3, search: 1}]\n",
       "1:64: dimensions[0].radius: does not belong to gauge: ellipse"},
      {"dimensions: [{name: a, gauge: circle, centre: [1, 2], search: 1}]\n",
       "1:14: dimensions[0].radius: missing in gauge: circle; expected a number above 0"},
      {"dimensions: [{name: a, gauge: line, box: {size: [3, 4]}}]\n", "1:42: dimensions[0].box.centre: missing"},
      {"dimensions: [{name: a, gauge: line, box: {centre: [1, 2], size: [3, 0]}}]\n",
       "1:69: dimensions[0].box.size: 0"},
      {"dimensions: [{name: a, gauge: line, box: {centre: [1, 2], size: [3, 4]}, radius: 3}]\n",
       "1:82: dimensions[0].radius: does not belong to gauge: line"},
      {"dimensions: [" CIRCLE ", {name: c, measure: radius, of: c, unit: px}]\n", "1:85: dimensions[1].name: c is the"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: d, unit: px}\n",
       "3:34: dimensions[1].of: d; expected the name of a gauge"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: r, unit: px}\n",
       "3:34: dimensions[1].of: r; expected"},
      {"dimensions:\n- " LINE "\n- {name: r, measure: radius, of: l, unit: px}\n",
       "3:34: dimensions[1].of: l; expected one circle or arc"},
      {"dimensions:\n- " LINE "\n- " CIRCLE "\n- {name: r, measure: distance, of: [l, c], unit: px}\n",
       "4:36: dimensions[2].of: l, c; expected a line or an outline and then a line, or two outlines"},
      {"dimensions:\n- " LINE "\n- {name: r, measure: angle, of: l, unit: deg}\n",
       "3:33: dimensions[1].of: l; expected two lines"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: [], unit: px}\n",
       "3:34: dimensions[1].of: an empty list; expected the name of a gauge"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: c}\n",
       "3:3: dimensions[1].unit: missing in a measure; expected mm or px"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: c, unit: inch}\n",
       "3:43: dimensions[1].unit: inch; expected mm, px, deg or 1"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: c, unit: deg}\n",
       "3:43: dimensions[1].unit: deg; expected mm or px"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: c, unit: mm}\n",
       "3:43: dimensions[1].unit: mm without a scale; expected scale.source: fixture, marker or reference, or unit: "
       "px"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: c, unit: px, lower: 3, upper: 2}\n",
       "3:64: dimensions[1].upper: less than lower"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: count, of: c, unit: 1}\n",
       "3:33: dimensions[1].of: c; expected one count"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: c, unit: 1}\n",
       "3:43: dimensions[1].unit: 1; expected mm or px"},
      {"dimensions:\n- " CIRCLE "\n- {name: r, measure: radius, of: c, at: [1, 2], unit: px}\n",
       "3:41: dimensions[1].at: given without measure: position"},
      {"dimensions:\n- " CIRCLE "\n- " LINE "\n- {name: r, measure: position, of: [c, l, c], unit: px}\n",
       "4:3: dimensions[2].at: missing; expected x, y"},
      {"scale: {source: fixture}\n", "1:8: scale.mm_per_px: missing; expected a number above 0 with source: fixture"},
      {"scale: {mm_per_px: 0.1}\n", "1:20: scale.mm_per_px: does not belong here; expected source: fixture"},
      {"scale: {source: marker}\n", "1:8: scale.marker: missing; expected aruco, charuco or chessboard"},
      {"scale: {source: marker, marker: aruco, dictionary: 4x4_50, size: 30}\n", "1:8: scale.id: missing"},
      {"scale: {source: marker, marker: aruco, dictionary: 4x4_51, id: 1, size: 30}\n",
       "1:52: scale.dictionary: 4x4_51"},
      {"scale: {source: marker, marker: aruco, dictionary: 4x4_50, id: 1.5, size: 30}\n",
       "1:64: scale.id: expected a whole number"},
      {"scale: {source: marker, marker: chessboard, columns: 9, rows: 6, square: 5, size: 3}\n",
       "1:83: scale.size: does not belong here; expected marker: aruco or charuco"},
      {"scale: {source: marker, marker: charuco, dictionary: 4x4_50, columns: 5, rows: 7, square: 5, size: 5}\n",
       "1:100: scale.size: not smaller than square"},
      {"scale: {source: marker, marker: chessboard, columns: 9, rows: 6, square: 5, height: 3}\n",
       "1:8: scale.distance: missing; expected it or calibration with a height"},
      {"scale: {source: reference, length: 5}\n", "1:8: scale.of: missing; expected one circle or two gauges"},
      {"scale: {source: reference, length: 5, of: a}\n", "1:43: scale.of: a; expected the name of a gauge"},
      {"scale: {source: reference, length: 5, of: a, height: 1}\n", "1:54: scale.height: does not belong here"},
  };
  CHECK_REFUSALS(cases);
}

static void yaml_that_is_broken_or_clever_is_refused(void **state) {
  (void)state;
  const struct refusal cases[] = {
      {"zones: [1, 2\n", "2:1: not valid YAML: did not find expected ',' or ']'"},
      {"name: \"a\n", "2:1: not valid YAML: found unexpected end of stream"},
      {"\tname: a\n", "1:1: not valid YAML"},
      {"name: a\n---\nname: b\n", "2:1: a second document; expected one"},
      {"tolerance: &t {edge: 1}\n", "1:12: an anchor (&name); expected none"},
      {"name: *t\n", "1:7: an alias (*name); expected the value itself"},
      {"name: !!str a\n", "1:7: a tag (!name); expected none"},
      {"name: !!python/object:os.system a\n", "1:7: a tag (!name); expected none"},
      {"a: [[[[[[[[[[[[[[]]]]]]]]]]]]]]\n", "1:15: nested too deep for a spec"},
      {"name: a\nname: \xFF\n", "2:7: not a text; expected UTF-8"},
      {"\xFF\xFEn\n", "1:1: not a text; expected UTF-8"},
      {"name: a\x01\n", "1:8: the control character 0x01"},
  };
  CHECK_REFUSALS(cases);
  struct spec spec;
  struct fault fault = {0};
  assert_int_equal(spec_parse("name: a\0b", 9, "g", &spec, &fault), STATUS_INVALID);
  assert_string_equal(fault.text, "g:1:8: the control character 0x00; expected YAML text");
}

static void a_giant_or_endlessly_nested_text_is_refused_at_once(void **state) {
  (void)state;
  size_t size = SPEC_MAX_BYTES + 1;
  char *text = malloc(size);
  assert_non_null(text);
  struct spec spec;
  struct fault fault = {0};
  memset(text, '#', size);
  assert_int_equal(spec_parse(text, size, "g", &spec, &fault), STATUS_LIMIT);
  memset(text, '[', size);
  assert_int_equal(spec_parse(text, size - 1, "g", &spec, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "nested too deep"));
  for (size_t i = 0; i + 1 < size; i += 2) text[i] = '?', text[i + 1] = ' ';
  assert_int_equal(spec_parse(text, size - 1, "g", &spec, &fault), STATUS_INVALID);
  for (size_t i = 0; i + 1 < size; i += 2) text[i] = '-', text[i + 1] = ' ';
  assert_int_equal(spec_parse(text, size - 1, "g", &spec, &fault), STATUS_INVALID);
  free(text);
}

static void texts_may_hold_any_language(void **state) {
  (void)state;
  struct spec spec;
  parse("\xEF\xBB\xBFname: \xE9\xA5\xAE\xE6\x96\x99\r\nalignment: {model: affine}\r\n", &spec);
  assert_string_equal(spec.name, "\xE9\xA5\xAE\xE6\x96\x99");
  assert_int_equal(spec.motion, MOTION_AFFINE);
  spec_free(&spec);
}

static void the_material_of_artwork_is_a_word(void **state) {
  (void)state;
  struct spec spec;
  parse("name: a\nartwork: {material: light}\n", &spec);
  assert_int_equal(spec.artwork, ARTWORK_LIGHT);
  spec_free(&spec);
  parse("name: a\nartwork: {material: never}\n", &spec);
  assert_int_equal(spec.artwork, ARTWORK_NEVER);
  spec_free(&spec);
}

static void the_help_names_every_key_and_its_example_is_valid(void **state) {
  (void)state;
  char *help = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&help, &size);
  assert_non_null(out);
  assert_int_equal(spec_help(out), STATUS_OK);
  fclose(out);
  const char *const parts[] = {"    absolute: a number from 0 to 255 (grey levels)\n",
                               "affine or homography; default homography\n",
                               "  mm_per_px: a number above 0",
                               "default [0.4, 2.5]",
                               "outside: compare or ignore; default compare",
                               "with gauge: circle, arc; required",
                               "with measure; required",
                               "mask: ",
                               "min_area: "};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!strstr(help, parts[i])) fail_msg("the help lacks \"%s\":\n%s", parts[i], help);
  const char *example = strstr(help, "Example:\n\n");
  assert_non_null(example);
  struct spec spec;
  parse(example + strlen("Example:\n\n"), &spec);
  assert_int_equal(spec.dimension_count, 5);
  spec_free(&spec);
  free(help);
}

static void a_rigid_zone_says_how_far_it_may_move(void **state) {
  (void)state;
  struct spec spec;
  parse("scale: {source: fixture, mm_per_px: 0.1}\n"
        "zones:\n"
        "  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], rigid: true}\n"
        "  - {name: b, polygon: [[0, 0], [9, 0], [9, 9]], rigid: true, moves: 0.3, moves_unit: mm}\n"
        "  - {name: c, polygon: [[0, 0], [9, 0], [9, 9]]}\n",
        &spec);
  assert_true(spec.zones[0].rigid && spec.zones[0].moves == 1 && spec.zones[0].moves_unit == 1);
  assert_true(spec.zones[1].rigid && spec.zones[1].moves == 0.3 && spec.zones[1].moves_unit == 0);
  assert_false(spec.zones[2].rigid);
  spec_free(&spec);
  const struct refusal cases[] = {
      {"zones: [{name: a, polygon: [[0, 0], [9, 0], [9, 9]], rigid: true, ignore: true}]\n",
       "1:61: zones[0].rigid: given beside ignore"},
      {"zones: [{name: a, polygon: [[0, 0], [9, 0], [9, 9]], rigid: true, moves_unit: mm}]\n",
       "1:79: zones[0].moves_unit: millimetres without a fixed scale"},
  };
  CHECK_REFUSALS(cases);
}

static void a_zone_says_what_must_be_read_in_it(void **state) {
  (void)state;
  struct spec spec;
  parse("zones:\n"
        "  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], code: {kind: ean_13, value: 4006381333931}}\n"
        "  - {name: b, polygon: [[0, 0], [9, 0], [9, 9]], same_print: true,\n"
        "     text: {language: chi_sim+eng, pattern: '注意|WARNING'}}\n",
        &spec);
  assert_int_equal(spec.zones[0].code.kind, CODE_EAN_13);
  assert_string_equal(spec.zones[0].code.value, "4006381333931");
  assert_string_equal(spec.zones[0].text.language, "");
  assert_int_equal(spec.zones[1].code.kind, CODE_NONE);
  assert_string_equal(spec.zones[1].text.pattern, "注意|WARNING");
  assert_true(spec.zones[1].same_print && !spec.zones[0].same_print);
  assert_string_equal(code_kind_name(CODE_DATABAR_EXPANDED), "databar_expanded");
  spec_free(&spec);
  static const struct refusal cases[] = {
      {"zones:\n  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], code: {kind: qr, value: a, pattern: b}}\n",
       "2:86: zones[0].code.pattern: given beside value"},
      {"zones:\n  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], code: {value: a}}\n",
       "2:56: zones[0].code.kind: missing"},
      {"zones:\n  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], code: {kind: data_matrix}}\n",
       "2:63: zones[0].code.kind: data_matrix; expected any, qr, ean_13"},
      {"zones:\n  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], code: {kind: qr, pattern: 'PO-[0-9'}}\n",
       "2:76: zones[0].code.pattern: missing terminating ] for character class, at character 8"},
      {"zones:\n  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], text: {language: ../eng, value: a}}\n",
       "2:67: zones[0].text.language: ../eng; expected names of languages"},
      {"zones:\n  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], text: {language: eng}}\n",
       "2:56: zones[0].text: nothing is demanded"},
      {"zones:\n  - {name: a, polygon: [[0, 0], [9, 0], [9, 9]], ignore: true, same_print: true}\n",
       "2:76: zones[0].same_print: given beside ignore"},
  };
  check_refusals(cases, sizeof cases / sizeof *cases);
}

static void severity_rules_are_read_in_their_order(void **state) {
  (void)state;
  struct spec spec;
  parse("scale: {source: fixture, mm_per_px: 0.1}\n"
        "zones: [{name: body, polygon: [[0, 0], [9, 0], [9, 9]]}]\n"
        "severity:\n"
        "  - {class: [missing, open], zone: body, severity: critical}\n"
        "  - {smaller_than: 2, weaker_than: 1.5, severity: minor}\n"
        "  - {class: scratch, larger_than: 40, unit: px, severity: major}\n",
        &spec);
  assert_int_equal(spec.severity_count, 3);
  assert_int_equal(spec.severities[0].severity, SEVERITY_CRITICAL);
  assert_string_equal(spec.severities[0].classes[1], "open");
  assert_string_equal(spec.severities[0].zones[0], "body");
  assert_true(isnan(spec.severities[0].larger_than) && isnan(spec.severities[0].weaker_than));
  assert_true(spec.severities[1].smaller_than == 2 && spec.severities[1].unit == 0);
  assert_true(spec.severities[2].larger_than == 40 && spec.severities[2].unit == 1);
  spec_free(&spec);
  const struct refusal cases[] = {
      {"severity: [{class: dent, severity: minor}]\n", "1:20: severity[0].class: dent; expected classes"},
      {"severity: [{zone: lid, severity: minor}]\n", "1:19: severity[0].zone: lid; expected names of zones"},
      {"severity: [{class: stain}]\n", "1:12: severity[0].severity: missing; expected critical, major or minor"},
      {"severity: [{smaller_than: 2, severity: minor}]\n", "1:12: severity[0].unit: millimetres without a fixed scale"},
      {"severity: [{larger_than: 3, smaller_than: 2, unit: px, severity: minor}]\n",
       "1:26: severity[0].larger_than: 3; expected less than smaller_than, 2"},
  };
  CHECK_REFUSALS(cases);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_are_those_of_the_design),
      cmocka_unit_test(the_carton_of_the_design_is_read),
      cmocka_unit_test(the_bracket_of_the_design_is_read),
      cmocka_unit_test(every_other_key_is_read),
      cmocka_unit_test(a_key_that_is_unknown_or_doubled_is_refused),
      cmocka_unit_test(a_value_of_the_wrong_type_is_refused),
      cmocka_unit_test(what_is_no_number_is_refused),
      cmocka_unit_test(what_is_no_truth_value_is_refused),
      cmocka_unit_test(a_zone_that_makes_no_sense_is_refused),
      cmocka_unit_test(every_gauge_and_measure_is_read),
      cmocka_unit_test(a_dimension_that_makes_no_sense_is_refused),
      cmocka_unit_test(yaml_that_is_broken_or_clever_is_refused),
      cmocka_unit_test(a_giant_or_endlessly_nested_text_is_refused_at_once),
      cmocka_unit_test(texts_may_hold_any_language),
      cmocka_unit_test(the_material_of_artwork_is_a_word),
      cmocka_unit_test(a_rigid_zone_says_how_far_it_may_move),
      cmocka_unit_test(a_zone_says_what_must_be_read_in_it),
      cmocka_unit_test(severity_rules_are_read_in_their_order),
      cmocka_unit_test(the_help_names_every_key_and_its_example_is_valid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
