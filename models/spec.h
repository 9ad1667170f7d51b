/* The golden's spec, golden.yaml: what is compared, how, and within which tolerances. Plain data; parsing is
 * spec_parse.c under the one schema table of spec_schema.c, which also gives the defaults, words the errors and prints
 * `assay golden spec --help`. */
#ifndef ASSAY_MODELS_SPEC_H
#define ASSAY_MODELS_SPEC_H

#include "models/result.h"
#include "models/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum motion { MOTION_TRANSLATION, MOTION_RIGID, MOTION_SIMILARITY, MOTION_AFFINE, MOTION_HOMOGRAPHY };
enum scale_source { SCALE_NONE, SCALE_FIXTURE, SCALE_MARKER, SCALE_REFERENCE };
enum marker_kind { MARKER_NONE, MARKER_ARUCO, MARKER_CHARUCO, MARKER_CHESSBOARD };
enum colour_reference { COLOUR_NONE, COLOUR_FIXTURE, COLOUR_ZONE };

/* SPEC_MAX_ZONES leaves a map of zone numbers room for "outside" in one byte. */
enum {
  SPEC_MAX_BYTES = 1 << 20,
  SPEC_MAX_ZONES = 250,
  SPEC_MAX_DIMENSIONS = 1000,
  SPEC_MAX_POINTS = 10000,
  SPEC_MAX_APPROVALS = 1000,
  SPEC_MAX_RULES = 100
};

/* Whether a golden of two levels is compared as artwork, and which level is the material. */
enum artwork_material { ARTWORK_DARK, ARTWORK_LIGHT, ARTWORK_NEVER };

struct spec_point {
  double x, y; /* golden pixels */
};

/* How far a pixel may be from the golden. Each is NAN where the spec leaves it to assay. Grey levels of 0..255. */
struct spec_tolerance {
  double absolute;           /* least tolerance, grey levels */
  double relative;           /* times the golden's own variation at the pixel */
  double edge;               /* how far an edge may lie off, golden pixels */
  double delta_e;            /* how far the mean colour of a zone may be, CIEDE2000 */
  double bright[2], dark[2]; /* absolute and relative of what is brighter, and darker, than the golden */
  double scale;              /* times all of these but delta_e */
};

/* A code that a zone demands. */
enum code_kind {
  CODE_NONE,
  CODE_ANY,
  CODE_QR,
  CODE_EAN_13,
  CODE_EAN_8,
  CODE_UPC_A,
  CODE_UPC_E,
  CODE_128,
  CODE_93,
  CODE_39,
  CODE_CODABAR,
  CODE_INTERLEAVED,
  CODE_DATABAR,
  CODE_DATABAR_EXPANDED,
  CODE_KINDS
};
struct spec_code {
  enum code_kind kind;
  char value[512], pattern[512]; /* at most one of them; "": anything that can be read */
};

/* A text that a zone demands. */
struct spec_text {
  char language[64];             /* Tesseract's: "chi_sim+eng"; "": none is demanded */
  char value[512], pattern[512]; /* one of them */
};

struct spec_zone {
  char name[64];
  struct spec_point *polygon; /* at least 3 points, or NULL where a mask is given */
  size_t point_count;
  char *mask;  /* or NULL: name of a picture in the golden's masks/, of the golden photo's size: not 0 is inside */
  bool ignore; /* not compared, not used for alignment or light */
  enum severity severity; /* default major */
  bool rigid;   /* its displacement against the rest of the product is measured, and it takes no part in the pose */
  double moves; /* the largest that passes, in the unit: 0 mm, 1 golden pixels */
  int moves_unit;
  struct spec_code code;
  struct spec_text text;
  bool same_print; /* its print must equal the golden's: only the zone's own tolerance widens assay's own */
  struct spec_tolerance tolerance;
};

/* A rule for the severity of findings: it fits those for which all that it names holds. */
struct spec_severity {
  enum severity severity;
  char classes[8][64], zones[8][64]; /* "" from the first unused one on; none: all */
  double larger_than, smaller_than;  /* largest extent; NAN where not given */
  int unit;                          /* of these: 0 mm, 1 golden pixels */
  double stronger_than, weaker_than; /* peak, units of tolerance; NAN where not given */
};

/* A target of known size in the product's plane. Numbers that are not given are NAN. */
struct spec_marker {
  enum marker_kind kind;
  char dictionary[16];  /* of its codes: "4x4_50" */
  double id;            /* ArUco: the code's number */
  double columns, rows; /* chessboard: inner corners; ChArUco: squares */
  double square;        /* mm */
  double size;          /* mm: the black square round a code */
};

struct spec_gauge_box {
  double centre[2], size[2], angle; /* px, px (width, height), degrees clockwise on the screen */
};

/* A difference that somebody took as acceptable: a limit sample. */
struct spec_approval {
  double box[4];   /* golden pixels: x, y, width, height */
  double use;      /* how far it went, in tolerances */
  char photo[65];  /* id of the photo that shows it */
  char class_[16]; /* of artwork: what it does to the connections; "": anything */
};

enum gauge_kind {
  GAUGE_NONE,
  GAUGE_LINE,
  GAUGE_CIRCLE,
  GAUGE_ARC,
  GAUGE_ELLIPSE,
  GAUGE_RECTANGLE,
  GAUGE_SLOT,
  GAUGE_CALLIPER, /* edges along the middle of a box */
  GAUGE_WIDTH,    /* pairs of edges all along a box */
  GAUGE_COUNT     /* how many edges or pairs there are along a box */
};
enum measure_kind {
  MEASURE_NONE,
  MEASURE_RADIUS,
  MEASURE_DIAMETER,
  MEASURE_DISTANCE,
  MEASURE_ANGLE,
  MEASURE_PARALLELISM,
  MEASURE_CONCENTRICITY,
  MEASURE_POSITION,
  MEASURE_WIDTH,
  MEASURE_LENGTH,
  MEASURE_COUNT
};
enum gauge_polarity { POLARITY_ANY, POLARITY_DARK_TO_LIGHT, POLARITY_LIGHT_TO_DARK };
enum gauge_select { SELECT_STRONGEST, SELECT_FIRST, SELECT_LAST };
enum gauge_edge_rule { EDGE_OF_STEP, EDGE_AT_HALF };
enum gauge_edges { EDGES_PAIR, EDGES_SINGLE };
enum measure_statistic { STATISTIC_MEAN, STATISTIC_LEAST, STATISTIC_MOST };
enum photo_curve { CURVE_UNKNOWN, CURVE_LINEAR, CURVE_SRGB };
enum measure_rule { RULE_GUARDED, RULE_SIMPLE };

/* A gauge (an edge to be found) or a measure (a value over gauges, with limits). */
struct spec_dimension {
  char name[64];
  enum gauge_kind gauge;
  double centre[2], radius, search; /* circle, arc; search also ellipse, rectangle, slot */
  double radii[2], turn;            /* ellipse */
  double sector[2];                 /* arc: degrees clockwise on the screen from the right */
  struct spec_gauge_box box;        /* the others */
  int along;                        /* 0 the longer side, 1 width, 2 height */
  enum gauge_polarity polarity;     /* across the box, or outward */
  enum gauge_select select;
  enum gauge_edges edges;
  enum gauge_edge_rule edge;
  double contrast; /* least, grey levels */
  enum measure_kind measure;
  char of[3][64]; /* names of gauges; "" where fewer are enough */
  double at[2];   /* position: where the feature should be in the datum's axes, in the unit */
  enum measure_statistic statistic;
  enum measure_rule rule;
  double lower, upper; /* NAN where not given */
  char unit[8];        /* mm, px, deg, 1 */
  int line;            /* in the spec, for messages */
};

struct spec_aql {
  bool set;
  char level[8];
  double critical, major, minor;
};

struct spec {
  char name[128];
  enum motion motion;
  double local_px;               /* alignment.local: bound of the smooth local displacement, golden pixels; default 5 */
  bool outside_ignored;          /* outside: ignore */
  enum artwork_material artwork; /* artwork.material: default dark */
  enum colour_reference colour;
  char colour_zone[64];
  double light_gain[2];   /* light.gain: smallest and largest brightness gain that may be taken away; default 0.4 2.5 */
  double light_clipped;   /* light.clipped: largest share of what is compared that may be white in the photo alone */
  double least_sharpness; /* photo.sharpness: least steepness of edges against the golden's; default 0.42 */
  double least_overlap;   /* photo.overlap: least share of what is compared that a photo shows; default 0.7 */
  double least_scale;     /* photo.scale: least size of the product against the golden's; default 0.5 */
  enum photo_curve curve; /* photo.curve: how levels follow light */
  double light_unevenness; /* light.unevenness: largest share by which the gain may vary over the photo; default 0.6 */
  struct spec_tolerance tolerance; /* for all zones that do not set their own */
  bool robust;                     /* statistics: robust */
  double min_area_px;              /* regions.min_area: smaller findings are dropped; NAN: assay's default */
  struct spec_zone *zones;         /* where they overlap, an ignored one counts before all, else the last */
  size_t zone_count;
  struct spec_severity *severities; /* the first that fits decides; else the zone's severity */
  size_t severity_count;
  struct spec_approval *approvals; /* approved: */
  size_t approval_count;
  enum scale_source scale;
  double mm_per_px; /* NAN where not given */
  struct spec_marker marker;
  char reference_of[2][64];     /* gauges between whose edges the length is known, or one circle's; "" where none */
  double reference_length;      /* mm, or NAN */
  double scale_within;          /* per cent by which the known size may be off either way */
  double height, height_within; /* mm by which what is measured lies nearer the camera than the marker, and +- */
  double camera_distance;       /* mm from the lens to the marker's plane, or NAN */
  char *calibration;            /* or NULL: name of a file beside the spec; calibration.json of the golden */
  struct spec_dimension *dimensions;
  size_t dimension_count;
  struct spec_aql aql;
};

/* The word of the spec for a kind of code; "" for CODE_NONE. */
const char *code_kind_name(enum code_kind kind);

/* Sets the defaults: what a golden without a spec has. */
void spec_init(struct spec *spec);
void spec_free(struct spec *spec);

/* Parses YAML text (UTF-8, at most 1 MiB). `file` is only for messages, which read
 * "FILE:LINE:COLUMN: FIELD: what was found; expected what". An unknown key, a wrong type, a number out of range
 * ("1,5", "nan", "0x10" are no numbers), a word that is none of the allowed ones, a key given twice, an alias, a
 * second document are errors. On failure `spec` holds nothing. Never reads files. */
enum status spec_parse(const char *text, size_t size, const char *file, struct spec *spec, struct fault *fault);

/* Writes the schema for people: each key with type, range, unit, default and meaning, and an example. */
enum status spec_help(FILE *out);
/* The same as an array of {"key": "zones[].name", "expected", "only": the kinds of dimension that may have it,
 * "required", "default", "help"}, null where there is none. The caller ends with json_decref. NULL: out of memory. */
json_t *spec_keys(void);

#endif
