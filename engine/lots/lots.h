/* Lots of units, gathered from rows: several photos (views) make a unit, and a unit is as bad as its worst photo. */
#ifndef ASSAY_ENGINE_LOTS_LOTS_H
#define ASSAY_ENGINE_LOTS_LOTS_H

#include "engine/lots/id_set.h"
#include "engine/lots/names.h"
#include "engine/lots/photo_order.h"
#include "engine/lots/reuse.h"
#include "engine/lots/row.h"

enum { LOT_CLASSES = 3 /* by enum severity */, LOT_MAX_VIEWS = 64 };

/* A photo that could not be judged, or one whose bytes or scene are those of another. Owns its texts. */
struct lot_photo {
  char *photo;
  char *text;      /* why it could not be judged */
  uint32_t unit;   /* index */
  uint32_t other;  /* reused: the unit that had it first */
  double likeness; /* reused: T of the two scenes (reuse.h); 0: the same bytes */
};

struct lot_photos {
  struct lot_photo *items;
  size_t count, room;
};

/* What is known of a unit from its photos against one golden. A newer version of the golden replaces an older one's. */
struct lot_unit_part {
  int64_t version;
  uint64_t views;
  uint32_t golden, next; /* next: index of the unit's next part + 1; 0 ends */
  uint16_t kinds;        /* bit 1 << enum defect_class of each region */
  uint8_t classes;       /* bit 1 << severity */
  bool unjudged;         /* a photo could not be judged */
};

struct lot_unit_entry {
  uint32_t lot, first_part; /* first_part: index + 1; 0: none */
};

struct lot_owner {
  uint32_t unit, view;
};

/* A fingerprint, and whose it is; its number is that of the photo's bytes. */
struct lot_print {
  struct lot_owner owner;
  char *photo;
};

struct lot {
  char *supplier, *name;     /* NULL: unknown. A lot is told apart by both. */
  int64_t photos, overruled; /* overruled: findings (reviews.h) */
  size_t units, first_unit;  /* first_unit: where its units begin in by_lot */
  bool has_time;
  int64_t first_ms, last_ms; /* of the photos' times */
  int64_t first_sequence;
  struct names views;
  struct names cameras;    /* more than one: mixed; those of photos that say it */
  uint64_t expected_views; /* those that more than half of the units have; set by lots_end */
  struct lot_photos unjudged, reused;
  struct photo_time *times; /* where check_times: of the photos that have a number; owner: the unit */
  size_t time_count, time_room;
  size_t disordered;      /* of them: set by lots_end */
  struct photo_gap *gaps; /* numbers that no photo has: set by lots_end */
  size_t gap_count;
};

/* All zero is empty, but for `by`, `across` and `check_times`; end with lots_free. Memory: some 150 bytes a unit, 40
 * a photo and 200 more for one with a fingerprint. */
struct lots {
  enum row_key by; /* what a lot is: ROW_LOT */
  bool check_times;
  /* Lots are told apart by `by` alone, over all suppliers; photos used twice are not looked for. Lines of two factories
   * that have one name are two lines (lots_line_name). */
  bool across;
  struct lot *items;
  size_t count;
  struct names keys;              /* supplier and lot */
  struct names units;             /* lot and unit; a unit's number is its index */
  struct lot_unit_entry *entries; /* by unit */
  size_t unit_count, unit_room;
  uint32_t *by_lot; /* units lot by lot, in the order of reading; set by lots_end */
  struct lot_unit_part *parts;
  size_t part_count, part_room;
  struct names goldens;
  struct id_set photo_ids;
  struct lot_owner *owners; /* by photo_id: who had these bytes first */
  size_t owner_room;
  struct names seals;
  struct reuse_print *prints;
  struct lot_print *print_owners; /* of each */
  size_t print_count, print_room, print_owner_room;
  uint32_t last;
};

/* A row's photo counts for the lot and unit that its job names; without a unit each photo is a unit of its own. What
 * a photo failed by counts with the severity of its regions; a failure without regions (a dimension) is major.
 * The same bytes or, by its fingerprint, the same scene under another unit, or as another view of the same, are listed
 * as reused.
 * STATUS_MEMORY; STATUS_LIMIT where a lot has more than LOT_MAX_VIEWS views. */
enum status lots_add(struct lots *lots, const struct row *row, struct fault *fault);
/* The lot of the row that was added last. */
uint32_t lots_last(const struct lots *lots);
/* What a line is called where those of several factories stand beside each other. The caller frees it; NULL: out of
 * memory. */
char *lots_line_name(const char *factory, const char *line);
/* Call once after the last row: orders the units lot by lot, and finds scenes used again. */
enum status lots_end(struct lots *lots, struct fault *fault);
void lots_free(struct lots *lots);

/* A unit as it counts: in the class of its most serious defect (ISO 2859-1, 3.1.8 to 3.1.10). */
struct lot_unit {
  bool defective;
  enum severity severity; /* where defective */
  unsigned kinds;         /* bit 1 << enum defect_class of each region */
  bool unjudged;          /* a photo could not be judged, so that it may be worse */
  bool incomplete;        /* a view that most units of the lot have is missing: the same follows */
};
struct lot_unit lots_unit(const struct lots *lots, uint32_t unit);
const char *lots_unit_name(const struct lots *lots, uint32_t unit);

#endif
