#include "models/spec_schema.h"

static const char *const motions[] = {"translation", "rigid", "similarity", "affine", "homography", NULL};
static const char *const outsides[] = {"compare", "ignore", NULL};
static const char *const severities[] = {"critical", "major", "minor", NULL};
static const char *const scales[] = {"none", "fixture", "marker", "reference", NULL};
static const char *const levels[] = {"S-1", "S-2", "S-3", "S-4", "I", "II", "III", NULL};

/* The preferred AQLs of ISO 2859-1, in per cent nonconforming or nonconformities per 100 items; 0: none is accepted. */
static const double aqls[] = {0,   0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5,  2.5,
                              4.0, 6.5,   10,    15,    25,    40,    65,   100,  150,  250,  400,  650, 1000, -1};

static const struct spec_field alignment_fields[] = {
    {.key = "model",
     .type = SPEC_WORD,
     COLUMN(spec, motion),
     .words = motions,
     .fallback = "homography",
     .help = "how a photo may lie against the golden photo"},
    {.key = "local",
     .type = SPEC_NUMBER,
     COLUMN(spec, local_px),
     .least = 0,
     .most = 50,
     .unit = "px",
     .fallback = "5",
     .help = "largest smooth local displacement that is not a finding"},
    {0}};

static const struct spec_field colour_fields[] = {{.key = "reference",
                                                   .type = SPEC_TEXT,
                                                   COLUMN(spec, colour_zone),
                                                   .fallback = "none",
                                                   .help = "none, fixture (locked camera and lamp) or a zone whose "
                                                           "colour is known to stay; none judges only differences"},
                                                  {0}};

static const struct spec_field light_fields[] = {
    {.key = "gain",
     .type = SPEC_NUMBERS,
     COLUMN(spec, light_gain),
     .count = 2,
     .least = 0,
     .above = true,
     .most = 100,
     .fallback = "[0.4, 2.5]",
     .help = "smallest and largest brightness gain that is taken for lighting"},
    {.key = "unevenness",
     .type = SPEC_NUMBER,
     COLUMN(spec, light_unevenness),
     .least = 0,
     .most = 1,
     .fallback = "0.6",
     .help = "largest share by which the gain may vary over the photo and be taken for lighting"},
    {0}};

static const struct spec_field tolerance_fields[] = {{.key = "absolute",
                                                      .type = SPEC_NUMBER,
                                                      COLUMN(spec_tolerance, absolute),
                                                      .least = 0,
                                                      .most = 255,
                                                      .unit = "grey levels",
                                                      .help = "least tolerance of a pixel"},
                                                     {.key = "relative",
                                                      .type = SPEC_NUMBER,
                                                      COLUMN(spec_tolerance, relative),
                                                      .least = 0,
                                                      .most = 100,
                                                      .unit = "times the golden's own variation",
                                                      .help = "tolerance from how much the approved photos differ"},
                                                     {.key = "edge",
                                                      .type = SPEC_NUMBER,
                                                      COLUMN(spec_tolerance, edge),
                                                      .least = 0,
                                                      .most = 50,
                                                      .unit = "px",
                                                      .help = "how far an edge may lie off"},
                                                     {0}};

static const struct spec_field region_fields[] = {{.key = "min_area",
                                                   .type = SPEC_NUMBER,
                                                   COLUMN(spec, min_area_px),
                                                   .least = 0,
                                                   .most = 1e9,
                                                   .unit = "px",
                                                   .help = "smaller findings are dropped"},
                                                  {0}};

const struct spec_field spec_zone_fields[] = {
    {.key = "name", .type = SPEC_TEXT, COLUMN(spec_zone, name), .required = true, .help = "unique among the zones"},
    {.key = "polygon",
     .type = SPEC_POLYGON,
     COLUMN(spec_zone, polygon),
     .count_offset = offsetof(struct spec_zone, point_count),
     .count = SPEC_MAX_POINTS,
     .least = -SPEC_FARTHEST,
     .most = SPEC_FARTHEST,
     .unit = "px",
     .help = "corners in golden pixels; this or mask"},
    {.key = "mask",
     .type = SPEC_FILE,
     COLUMN(spec_zone, mask),
     .help = "picture of the golden photo's size, beside the spec (kept in masks/ of the golden): not 0 is inside"},
    {.key = "ignore",
     .type = SPEC_TRUTH,
     COLUMN(spec_zone, ignore),
     .fallback = "false",
     .help = "not compared, not used for alignment or light"},
    {.key = "severity",
     .type = SPEC_WORD,
     COLUMN(spec_zone, severity),
     .words = severities,
     .fallback = "major",
     .help = "of what is found in the zone"},
    {.key = "tolerance",
     .type = SPEC_MAP,
     COLUMN(spec_zone, tolerance),
     .fields = tolerance_fields,
     .help = "of the zone; a key that is missing is taken from the spec's own tolerance"},
    {0}};

static const struct spec_field scale_fields[] = {
    {.key = "source",
     .type = SPEC_WORD,
     COLUMN(spec, scale),
     .words = scales,
     .fallback = "none",
     .help = "where millimetres come from; never from the product itself"},
    {.key = "mm_per_px",
     .type = SPEC_NUMBER,
     COLUMN(spec, mm_per_px),
     .least = 0,
     .above = true,
     .most = 1000,
     .unit = "mm per pixel",
     .help = "of the photos as they are taken in the fixture; with source: fixture"},
    {.key = "calibration",
     .type = SPEC_FILE,
     COLUMN(spec, calibration),
     .help = "what assay calibrate wrote, beside the spec (kept as calibration.json of the golden): the camera's lens"},
    {0}};

#define AQL_NUMBER .type = SPEC_NUMBER, .least = 0, .most = 1000, .one_of = aqls
static const struct spec_field aql_fields[] = {
    {.key = "level",
     .type = SPEC_TEXT,
     COLUMN(spec_aql, level),
     .words = levels,
     .fallback = "II",
     .help = "inspection level of ISO 2859-1"},
    {.key = "critical", AQL_NUMBER, COLUMN(spec_aql, critical), .fallback = "0", .help = "AQL of critical findings"},
    {.key = "major", AQL_NUMBER, COLUMN(spec_aql, major), .fallback = "2.5", .help = "AQL of major findings"},
    {.key = "minor", AQL_NUMBER, COLUMN(spec_aql, minor), .fallback = "4.0", .help = "AQL of minor findings"},
    {0}};

const struct spec_field spec_fields[] = {
    {.key = "name", .type = SPEC_TEXT, COLUMN(spec, name), .help = "of the golden; golden create --name wins over it"},
    {.key = "alignment", .type = SPEC_MAP, .fields = alignment_fields, .help = "how photos are laid over the golden"},
    {.key = "outside",
     .type = SPEC_SWITCH,
     COLUMN(spec, outside_ignored),
     .words = outsides,
     .fallback = "compare",
     .help = "what lies outside all zones; ignored ground is not used for alignment or light either"},
    {.key = "colour", .type = SPEC_MAP, .fields = colour_fields, .help = "how colour is told from light"},
    {.key = "light", .type = SPEC_MAP, .fields = light_fields, .help = "what may be taken for lighting"},
    {.key = "tolerance",
     .type = SPEC_MAP,
     COLUMN(spec, tolerance),
     .fields = tolerance_fields,
     .help = "how far a pixel may be from the golden; a key that is missing is chosen by assay"},
    {.key = "regions", .type = SPEC_MAP, .fields = region_fields, .help = "which findings count"},
    {.key = "zones",
     .type = SPEC_LIST,
     COLUMN(spec, zones),
     .count_offset = offsetof(struct spec, zone_count),
     .count = SPEC_MAX_ZONES,
     .item_size = sizeof(struct spec_zone),
     .fields = spec_zone_fields,
     .help = "parts of the product; where they overlap, an ignored one counts before all, else the last"},
    {.key = "scale", .type = SPEC_MAP, .fields = scale_fields, .help = "how pixels become millimetres"},
    {.key = "dimensions",
     .type = SPEC_LIST,
     COLUMN(spec, dimensions),
     .count_offset = offsetof(struct spec, dimension_count),
     .count = SPEC_MAX_DIMENSIONS,
     .item_size = sizeof(struct spec_dimension),
     .fields = spec_dimension_fields,
     .help = "gauges (edges to be found) and measures over them"},
    {.key = "aql", .type = SPEC_MAP, COLUMN(spec, aql), .fields = aql_fields, .help = "how lots are judged"},
    {0}};

const char spec_example[] =
    "name: bracket\n"
    "alignment: {model: rigid}\n"
    "outside: ignore\n"
    "tolerance: {absolute: 12, edge: 1.5}\n"
    "regions: {min_area: 8}\n"
    "zones:\n"
    "  - {name: body, polygon: [[60, 90], [560, 90], [560, 420], [60, 420]], severity: major}\n"
    "  - {name: stamp, polygon: [[230, 115], [298, 115], [298, 170], [230, 170]], ignore: true}\n"
    "scale: {source: fixture, mm_per_px: 0.1}\n"
    "dimensions:\n"
    "  - {name: hole, gauge: circle, centre: [312, 307], radius: 22.5, search: 12}\n"
    "  - {name: left, gauge: line, box: {centre: [113, 260], size: [40, 80], angle: 0}}\n"
    "  - {name: right, gauge: line, box: {centre: [515, 260], size: [40, 80], angle: 0}}\n"
    "  - {name: hole_radius, measure: radius, of: hole, lower: 2.1, upper: 2.3, unit: mm}\n"
    "  - {name: width, measure: distance, of: [left, right], lower: 40.2, upper: 40.5, unit: mm}\n"
    "aql: {level: II, critical: 0, major: 2.5, minor: 4.0}\n";
