/* All results that drift is looked for in, as columns in order of capture time: what each photo came to, and each
 * quantity that may drift. About 20 bytes a photo, 8 a measured value and 12 more a zone's colour. */
#ifndef ASSAY_ENGINE_DRIFT_SEASON_H
#define ASSAY_ENGINE_DRIFT_SEASON_H

#include "engine/lots/names.h"
#include "engine/lots/row.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a photo comes from: numbers in the season's names; the text of what is unknown is NULL. */
struct season_cell {
  uint32_t golden, factory, line, shift, lot;
};

enum quantity_kind {
  QUANTITY_DIMENSION, /* its value */
  QUANTITY_ZONE,      /* the zone's colour difference from the golden, delta E 2000 */
  QUANTITY_DEFECT,    /* whether the photo shows a defect of a class */
  QUANTITY_UNJUDGED,  /* whether it could not be judged, but for a dimension too near to its limit */
  QUANTITY_SCORE,     /* of those judged; it and the next sum up what the others say */
  QUANTITY_FAILED     /* whether it failed, of those judged */
};

enum { COLOUR_AXES = 3 };

/* A quantity of one golden. Measured ones own their values: `base` + values[i], of the photo rows[i]. A zone's also
 * own, where all results tell it, how far its mean colour is off the golden's in L*, a* and b*. */
struct season_quantity {
  enum quantity_kind kind;
  uint32_t golden;
  char name[64];       /* of the dimension, zone or class; else "" */
  char unit[8];        /* "mm", "px", "deg", "dE" or "" */
  double lower, upper; /* the limits that the last result had; NAN where there is none */
  double base;
  uint32_t *rows;
  float *values;
  float *off; /* COLOUR_AXES a value, NULL where not known */
  double golden_lab[COLOUR_AXES];
  size_t count, room;
};

/* All zero is empty; end with season_free. */
struct season {
  struct names names;
  struct names cell_names;
  struct season_cell *cells;
  size_t cell_count, cell_room;
  int64_t *times;    /* ms since 1970 */
  uint32_t *cell;    /* of each photo */
  float *scores;     /* NAN for cannot_judge */
  uint16_t *classes; /* bit 1 << class */
  uint16_t *regions; /* how many */
  uint8_t *verdicts;
  size_t count, room;
  size_t timeless;                    /* photos without `captured`: they stand where they were read */
  struct season_quantity *quantities; /* by golden, then kind, then as first seen; see season_sort */
  size_t quantity_count, quantity_room;
  bool sorted;
};

/* Takes a row. STATUS_MEMORY, STATUS_LIMIT (4e9 photos). */
enum status season_add(struct season *season, const struct row *row, struct fault *fault);

/* Brings all into order of time and makes the quantities that are counted; needed after season_add and before anything
 * is read from the season. More rows may be added afterwards. */
enum status season_sort(struct season *season, struct fault *fault);

void season_free(struct season *season);

/* One value a photo, in order of time, for those photos of the golden that have one: 0 or 1 where it is counted. */
struct season_points {
  double *values;
  double *off; /* of a zone whose quantity has it: COLOUR_AXES a point; else NULL */
  uint32_t *rows;
  size_t count;
};
bool quantity_counted(enum quantity_kind kind);
bool quantity_sums_up(enum quantity_kind kind);
const char *quantity_kind_name(enum quantity_kind kind); /* "dimension" */
/* The caller ends with season_points_free. */
enum status season_points(const struct season *season, const struct season_quantity *quantity,
                          struct season_points *points, struct fault *fault);
void season_points_free(struct season_points *points);

/* The value of one photo for a counted quantity or the score; NAN where it has none. */
double season_value(const struct season *season, const struct season_quantity *quantity, size_t row);

#endif
