#include "models/spec_schema.h"

static const char *const materials[] = {"dark", "light", "never", NULL};
static const char *const motions[] = {"translation", "rigid", "similarity", "affine", "homography", NULL};
static const char *const outsides[] = {"compare", "ignore", NULL};
static const char *const scales[] = {"none", "fixture", "marker", "reference", NULL};
static const char *const markers[] = {"aruco", "charuco", "chessboard", NULL};
static const char *const dictionaries[] = {
    "4x4_50",        "4x4_100",        "4x4_250",        "4x4_1000", "5x5_50",         "5x5_100",
    "5x5_250",       "5x5_1000",       "6x6_50",         "6x6_100",  "6x6_250",        "6x6_1000",
    "7x7_50",        "7x7_100",        "7x7_250",        "7x7_1000", "aruco_original", "apriltag_16h5",
    "apriltag_25h9", "apriltag_36h10", "apriltag_36h11", NULL};
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

static const struct spec_field artwork_fields[] = {
    {.key = "material",
     .type = SPEC_WORD,
     COLUMN(spec, artwork),
     .words = materials,
     .fallback = "dark",
     .help =
         "of a golden with two levels only (film, mask, board, one-colour print): the level that is the material, "
         "whose connections tell open, short, mousebite, spur, copper and pin-hole; never compares such a golden as "
         "any other"},
    {0}};

static const struct spec_field colour_fields[] = {{.key = "reference",
                                                   .type = SPEC_TEXT,
                                                   COLUMN(spec, colour_zone),
                                                   .fallback = "none",
                                                   .help = "none, fixture (locked camera and lamp) or a zone whose "
                                                           "colour is known to stay (also one that is ignored); "
                                                           "none holds the zones against each other"},
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
    {.key = "clipped",
     .type = SPEC_NUMBER,
     COLUMN(spec, light_clipped),
     .least = 0,
     .most = 1,
     .fallback = "0.06",
     .help = "largest share of what is compared that may be white in a brighter photo and not in the golden"},
    {0}};

static const struct spec_field photo_fields[] = {
    {.key = "sharpness",
     .type = SPEC_NUMBER,
     COLUMN(spec, least_sharpness),
     .least = 0,
     .most = 1,
     .fallback = "0.42",
     .help = "least steepness of edges against the golden photo's; under it a photo is blurred and not judged"},
    {.key = "overlap",
     .type = SPEC_NUMBER,
     COLUMN(spec, least_overlap),
     .least = 0.25,
     .most = 1,
     .fallback = "0.7",
     .help = "least share of what is compared that the photo must show, else it is cropped and not judged"},
    {.key = "scale",
     .type = SPEC_NUMBER,
     COLUMN(spec, least_scale),
     .least = 0.125,
     .most = 8,
     .fallback = "0.5",
     .help = "least size of the product in the photo against the golden photo's, else it is too small and not judged"},
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
                                                     {.key = "delta_e",
                                                      .type = SPEC_NUMBER,
                                                      COLUMN(spec_tolerance, delta_e),
                                                      .least = 0,
                                                      .above = true,
                                                      .most = 100,
                                                      .unit = "CIEDE2000",
                                                      .help = "how far the mean colour of a zone may be from the "
                                                              "golden's, as colour.reference tells it from light"},
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
     .words = spec_severity_words,
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
    {.key = "marker",
     .type = SPEC_WORD,
     COLUMN(spec, marker.kind),
     .words = markers,
     .first_word = MARKER_ARUCO,
     .help = "printed target in the plane of what is measured, whole in every photo; with source: marker"},
    {.key = "dictionary",
     .type = SPEC_TEXT,
     COLUMN(spec, marker.dictionary),
     .words = dictionaries,
     .help = "of the codes of an aruco or charuco"},
    {.key = "id",
     .type = SPEC_NUMBER,
     COLUMN(spec, marker.id),
     .least = 0,
     .most = 10000,
     .help = "which code of the dictionary the aruco shows"},
    {.key = "size",
     .type = SPEC_NUMBER,
     COLUMN(spec, marker.size),
     .least = 0,
     .above = true,
     .most = 10000,
     .unit = "mm",
     .help = "side of the black square round a code of an aruco or charuco"},
    {.key = "columns",
     .type = SPEC_NUMBER,
     COLUMN(spec, marker.columns),
     .least = 2,
     .most = 100,
     .help = "chessboard: inner corners, where four squares meet; charuco: squares"},
    {.key = "rows", .type = SPEC_NUMBER, COLUMN(spec, marker.rows), .least = 2, .most = 100, .help = "as columns"},
    {.key = "square",
     .type = SPEC_NUMBER,
     COLUMN(spec, marker.square),
     .least = 0,
     .above = true,
     .most = 10000,
     .unit = "mm",
     .help = "side of a square of a chessboard or charuco"},
    {.key = "of",
     .type = SPEC_NAMES,
     .unit = "gauge",
     COLUMN(spec, reference_of),
     .count = 2,
     .help = "two gauges (lines or circles), or one circle, not on the product: a distance or diameter that is known; "
             "with source: reference"},
    {.key = "length",
     .type = SPEC_NUMBER,
     COLUMN(spec, reference_length),
     .least = 0,
     .above = true,
     .most = 100000,
     .unit = "mm",
     .help = "the known distance or diameter"},
    {.key = "within",
     .type = SPEC_NUMBER,
     COLUMN(spec, scale_within),
     .least = 0,
     .most = 10,
     .unit = "per cent",
     .fallback = "0",
     .help = "by how much the known size (mm_per_px, marker, length) may be off, either way"},
    {.key = "height",
     .type = SPEC_NUMBER,
     COLUMN(spec, height),
     .least = -100000,
     .most = 100000,
     .unit = "mm",
     .fallback = "0",
     .help = "by how much the plane of what is measured is nearer to the camera than the marker's; needs calibration "
             "or distance"},
    {.key = "height_within",
     .type = SPEC_NUMBER,
     COLUMN(spec, height_within),
     .least = 0,
     .most = 100000,
     .unit = "mm",
     .fallback = "0",
     .help = "by how much the height may be off, either way; it widens the uncertainty"},
    {.key = "distance",
     .type = SPEC_NUMBER,
     COLUMN(spec, camera_distance),
     .least = 0,
     .above = true,
     .most = 1e6,
     .unit = "mm",
     .help = "from the lens to the marker's plane, where there is a height and no calibration"},
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
    {.key = "artwork", .type = SPEC_MAP, .fields = artwork_fields, .help = "how a golden with two levels is compared"},
    {.key = "colour", .type = SPEC_MAP, .fields = colour_fields, .help = "how colour is told from light"},
    {.key = "light", .type = SPEC_MAP, .fields = light_fields, .help = "what may be taken for lighting"},
    {.key = "photo", .type = SPEC_MAP, .fields = photo_fields, .help = "what a photo must show to be judged"},
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
    {.key = "severity",
     .type = SPEC_LIST,
     COLUMN(spec, severities),
     .count_offset = offsetof(struct spec, severity_count),
     .count = SPEC_MAX_RULES,
     .item_size = sizeof(struct spec_severity),
     .fields = spec_severity_fields,
     .help =
         "rules for how severe a finding is: the first that fits decides, else the severity of its zone, else major"},
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
    "severity:\n"
    "  - {class: missing, zone: body, severity: critical}\n"
    "  - {class: [scratch, stain], smaller_than: 2, unit: mm, severity: minor}\n"
    "scale: {source: fixture, mm_per_px: 0.1}\n"
    "dimensions:\n"
    "  - {name: hole, gauge: circle, centre: [312, 307], radius: 22.5, search: 12}\n"
    "  - {name: left, gauge: line, box: {centre: [113, 260], size: [40, 80], angle: 0}}\n"
    "  - {name: right, gauge: line, box: {centre: [515, 260], size: [40, 80], angle: 0}}\n"
    "  - {name: hole_radius, measure: radius, of: hole, lower: 2.1, upper: 2.3, unit: mm}\n"
    "  - {name: width, measure: distance, of: [left, right], lower: 40.2, upper: 40.5, unit: mm}\n"
    "aql: {level: II, critical: 0, major: 2.5, minor: 4.0}\n";
