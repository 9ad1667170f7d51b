/* The result of one photo, and how it is written as JSON (the contract with those who read assay's output). */
#ifndef ASSAY_MODELS_RESULT_H
#define ASSAY_MODELS_RESULT_H

#include "models/job.h"
#include "models/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_CANNOT_JUDGE };

enum reason_code {
  REASON_REGION,
  REASON_DIMENSION,
  REASON_COLOUR,
  REASON_CODE,
  REASON_MOVED_LABEL,
  REASON_UNREADABLE,
  REASON_NOT_ALIGNED,
  REASON_WRONG_PRODUCT,
  REASON_BLURRED,
  REASON_OVEREXPOSED,
  REASON_CROPPED,
  REASON_TURNED_OVER,
  REASON_TOO_SMALL,
  REASON_LAMP_FAILED,
  REASON_LIGHT_OR_MATERIAL
};

enum defect_class {
  CLASS_MISSING,
  CLASS_EXTRA,
  CLASS_OPEN,
  CLASS_SHORT,
  CLASS_MOUSEBITE,
  CLASS_SPUR,
  CLASS_COPPER,
  CLASS_PIN_HOLE,
  CLASS_SCRATCH,
  CLASS_STAIN,
  CLASS_COLOUR,
  CLASS_MOVED,
  CLASS_TEXTURE,
  CLASS_CODE,
  CLASS_PRINT
};

enum severity { SEVERITY_CRITICAL, SEVERITY_MAJOR, SEVERITY_MINOR };

struct reason {
  enum reason_code code;
  char text[384]; /* for the user: what was seen, where, and how to retake the photo */
};

/* A connected area where the photo leaves the golden's tolerance. Boxes are x, y, width, height in whole pixels. */
struct region {
  int32_t box[4];        /* photo pixels (EXIF turned, full size) */
  int32_t golden_box[4]; /* golden pixels */
  int64_t area_px;       /* golden pixels */
  bool has_size;         /* size_mm is known (the spec has a scale) */
  double size_mm;        /* largest extent */
  double peak;           /* largest difference in units of tolerance; 1 is the limit */
  enum defect_class class_;
  enum severity severity;
  char zone[64];     /* name of the zone, "" outside all zones */
  double confidence; /* 0..1 */
};

struct dimension_result {
  char name[64];
  char unit[8];                                                    /* "mm", "px", "deg" or "" */
  double value, uncertainty /* expanded, 95.45 % */, lower, upper; /* a limit that is not set is NAN */
  enum verdict verdict;
};

/* The colour of a zone, against the golden's and relative to the colour reference. */
struct zone_result {
  char name[64];
  double delta_e;     /* CIEDE2000 of the zone's means */
  double uncertainty; /* of it, 95.45 %; NAN where not known */
  double limit;       /* the largest that passes; NAN where none is set */
  /* cannot_judge: beyond the limit, but no more than rounding and noise make of the same material */
  enum verdict verdict;
  /* The means: CIELAB, the photo's under the golden's light. */
  bool has_lab;
  double lab[3], golden_lab[3];
};

/* Where a rigid zone lies against the rest of the product. */
struct part_result {
  char name[64];
  double dx, dy; /* of its middle, golden pixels */
  double turn;   /* degrees, clockwise on the screen */
  double limit;  /* largest displacement that passes, golden pixels */
};

/* What a zone demands to be read. */
struct reading_result {
  char zone[64];
  char demand[24];    /* the spec's word for a kind of code, or "text" */
  char expected[512]; /* value or pattern; "" where anything will do: written as null */
  char kind[24];      /* what was read: a code's kind or "text"; "" nothing: written as null */
  char read[512];     /* what it says, cut to fit, control characters replaced */
  enum verdict verdict;
};

struct result_timing {
  double decode, align, compare, measure, total; /* milliseconds */
};

enum {
  RESULT_MAX_REASONS = 16,
  RESULT_MAX_REGIONS = 1024,
  RESULT_MAX_DIMENSIONS = 1024,
  RESULT_MAX_ZONES = 1024,
  RESULT_MAX_PARTS = 250,
  RESULT_MAX_READINGS = 500
};
enum { RESULT_CAMERA_MAX = 95, RESULT_FINGERPRINT_BITS = 1024 };

/* All zero is an empty result. Owns its pointers; end with result_free. */
struct result {
  char *photo;                       /* path as given */
  char photo_id[PHOTO_ID_CHARS + 1]; /* "" where the photo could not be read at all: written as null */
  bool has_golden;
  char golden_name[128];
  int64_t golden_version;
  char golden_sha256[SHA256_CHARS + 1];
  struct job *job; /* NULL: no job */
  enum verdict verdict;
  struct reason *reasons; /* at most RESULT_MAX_REASONS, most important first */
  size_t reason_count;
  double score;         /* 0..100, 50 is the limit; ignored for cannot_judge */
  bool aligned;         /* alignment.status ok */
  double homography[9]; /* row by row, golden pixel -> photo pixel, the ninth 1; valid where aligned */
  double residual_px, overlap;
  bool has_local; /* of the smooth local displacement, golden pixels: */
  double local_mean, local_largest, local_at[2];
  bool has_light;
  int light_channels; /* 1 (grey) or 3 (red, green, blue) */
  double gain[3], offset[3], unevenness;
  /* How much of the difference from the golden is light and camera, and how much is left for the product (and noise):
   * root mean squares over places of some 16 pixels, grey levels. Known where has_split. */
  bool has_split;
  double light_rms, product_rms;
  struct region *regions; /* sorted by golden y, then x */
  size_t region_count;
  struct dimension_result *dimensions; /* in the order of the spec */
  size_t dimension_count;
  struct zone_result *zones; /* those whose colour is judged, in the order of the spec */
  size_t zone_count;
  struct part_result *parts; /* the rigid zones that were found, in the order of the spec */
  size_t part_count;
  struct reading_result *readings; /* of the zones that demand something, in the order of the spec, codes first */
  size_t reading_count;
  char camera[RESULT_CAMERA_MAX + 1];                /* EXIF make and model; "" where unknown */
  char fingerprint[RESULT_FINGERPRINT_BITS / 4 + 1]; /* hex (engine/fingerprint.h); "" where there is none */
  char backend[8];                                   /* "cpu" or "cuda" */
  struct result_timing timing;
  char assay[24]; /* versions; "" where unknown: written as null. The engine names the two libraries. */
  char libjpeg_turbo[24], opencv[24];
};

/* Starts a result for a photo: copies path, id (NULL or "": unknown) and job (may be NULL), and names this version of
 * assay. The verdict is cannot_judge until one is set. On failure `result` holds nothing. */
enum status result_begin(struct result *result, const char *photo, const char *photo_id, const struct job *job,
                         struct fault *fault);
/* Adds a reason (a printf format); past RESULT_MAX_REASONS, or out of memory, it is dropped and false is returned. */
bool result_add_reason(struct result *result, enum reason_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void result_free(struct result *result);

/* The JSON object of the contract as one line, without the newline: what is printed, stored and sent. Every writer uses
 * it, so that the bytes are the same everywhere. Keys in the contract's order; numbers rounded (pixels 1e-4, mm 1e-5,
 * scores and timing 0.01, delta E 0.001, homography 9 significant digits, other ratios 1e-4), no -0, reals always with
 * a point or an exponent ("98.0"), what is not finite or not known is null; bytes of a path that are no UTF-8 are
 * U+FFFD; "zones" ({"name", "delta_e", "uncertainty", "limit", "verdict", "lab", "golden_lab"}, after "dimensions") is
 * there only where a zone's colour was judged (without the last two, or more, in results of earlier versions),
 * "parts" ({"name", "dx_px", "dy_px", "turn_deg", "limit_px"}, after it) only where rigid zones were found, and "local"
 * ({"mean_px", "largest_px", "at"}) of "alignment" where there is a local displacement.
 * "readings" ({"zone", "demand", "expected", "kind", "read", "verdict"}, after these) only where zones demand a code or
 * a text.
 * "camera" and "fingerprint" (before "versions") only where known. The caller frees the string; NULL: out of memory.
 * Thread-safe, the same in every locale. */
char *result_write(const struct result *result);

/* The same as a tree, for reading its fields; the caller ends with json_decref. NULL: out of memory. Do not print it:
 * jansson would write other digits than result_write. */
json_t *result_to_json(const struct result *result);

/* Reads what result_write wrote (for stores and reports): result_write of it gives the same bytes. Every field is
 * checked for type and range; unknown fields are ignored. On failure `result` holds nothing. */
enum status result_from_json(const json_t *json, struct result *result, struct fault *fault);

/* The contract's words. The _parse functions return false where the word is none of them. */
const char *verdict_name(enum verdict verdict);
const char *reason_name(enum reason_code code);
const char *class_name(enum defect_class class_);
const char *severity_name(enum severity severity);
bool verdict_parse(const char *name, enum verdict *verdict);
bool severity_parse(const char *name, enum severity *severity);
bool reason_parse(const char *name, enum reason_code *code);
bool class_parse(const char *name, enum defect_class *class_);

#endif
