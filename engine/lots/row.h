/* A row: what statistics need of one photo's result, read from its line of JSON (models/result.h) some thirty times
 * faster than a struct result is. */
#ifndef ASSAY_ENGINE_LOTS_ROW_H
#define ASSAY_ENGINE_LOTS_ROW_H

#include "models/result.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What rows may be grouped by. The words are those of a result's job; ROW_GOLDEN is the golden's name. */
enum row_key {
  ROW_LOT,
  ROW_FACTORY,
  ROW_LINE,
  ROW_SHIFT,
  ROW_STAGE,
  ROW_UNIT,
  ROW_VIEW,
  ROW_CAPTURED,
  ROW_GOLDEN,
  ROW_KEYS
};

const char *row_key_name(enum row_key key);
bool row_key_parse(const char *name, enum row_key *key);

struct row_region {
  int32_t golden_box[4]; /* x, y, width, height in golden pixels */
  int64_t area_px;
  double peak, confidence;
  enum defect_class class_;
  enum severity severity;
  const char *zone; /* "" outside all zones */
  int number;       /* see row_region_number; 0: not worked out */
};

struct row_dimension {
  const char *name, *unit;
  double value, uncertainty, lower, upper; /* NAN where not known or not set */
  enum verdict verdict;
};

struct row_zone {
  const char *name;
  double delta_e, uncertainty, limit; /* NAN where not known or not set */
  bool has_lab;
  double lab[3], golden_lab[3]; /* CIELAB of the means */
};

/* Belongs to whoever gave it, with all it points to, and is valid as long as that says. */
struct row {
  int64_t sequence;                      /* grows in the order of reading, from 1 */
  const char *photo, *photo_id, *job_id; /* photo_id and job_id are "" where unknown */
  const char *keys[ROW_KEYS];            /* NULL where unknown */
  int64_t golden_version;                /* 0 where unknown */
  const char *golden_sha256;             /* "" where unknown */
  bool has_time;
  int64_t time_ms; /* `captured` in milliseconds since 1970; local time counts as UTC */
  enum verdict verdict;
  uint32_t reasons;   /* bit 1 << code for each reason given */
  const char *reason; /* the text of the first, "" where there is none */
  double score;       /* NAN for cannot_judge */
  bool aligned;
  double residual_px, overlap;      /* NAN where not aligned */
  const char *camera, *fingerprint; /* "" where unknown */
  int light_channels;               /* 0: not known */
  double gain[3], offset[3], unevenness;
  const struct row_region *regions;
  size_t region_count;
  const struct row_dimension *dimensions;
  size_t dimension_count;
  const struct row_zone *zones;
  size_t zone_count;
  int reviewed, overruled; /* findings that people decided about, and that they took out (reviews.h) */
};

/* The number of a region in tables and pictures: from 1 by falling peak, the one that stands first where those are the
 * same; that in the result, also where others were overruled. */
int row_region_number(const struct row *row, size_t index);

/* Reads lines one after another. One thread at a time. */
struct row_parser;

/* NULL: out of memory. */
struct row_parser *row_parser_new(void);
void row_parser_free(struct row_parser *parser);

/* What the parser may read, but does not use, behind a line. */
enum { ROW_PADDING = 64, ROW_MAX_BYTES = 64 << 20 };

/* Reads a line of `size` bytes, behind which ROW_PADDING more can be read. *row is valid until the next call; its
 * `sequence` is 0. Every field that a row has is checked for type and range, unknown fields are ignored.
 * STATUS_INVALID (the message begins with the field), STATUS_LIMIT, STATUS_MEMORY. */
enum status row_parse(struct row_parser *parser, const char *line, size_t size, struct row **row, struct fault *fault);

#ifdef __cplusplus
}
#endif

#endif
