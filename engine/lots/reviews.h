/* Reviews: what people decided about findings. A finding is a region of a job's result, known by its number, from 1 for
 * the strongest, as in tables and pictures. It is confirmed or overruled; of several decisions about one the last
 * holds. The result itself is evidence and stays as it is: rows_read leaves out what was overruled.
 *
 * Kept in the store, a line of JSON each:
 *   {"job", "region", "decision": "confirmed" | "overruled", "who", "why", "at": RFC 3339, "from": address or null,
 *    "photo", "photo_id", "lot", "factory", "golden", "golden_version", "golden_sha256", "class", "severity", "zone",
 *    "peak", "golden_box": [x, y, w, h], "whole_zone": the colour of a zone as a whole} */
#ifndef ASSAY_ENGINE_LOTS_REVIEWS_H
#define ASSAY_ENGINE_LOTS_REVIEWS_H

#include "engine/lots/row.h"
#include "models/store.h"

struct review {
  char *job, *line;
  int region;
  bool overruled;
  size_t order; /* in which they were made, from 0 */
};

/* All zero is empty; ends with reviews_free. */
struct reviews {
  struct review *items; /* by job and region, then by order */
  size_t count, room;
  struct row_region *kept; /* of the row that reviews_apply saw last */
  size_t kept_room;
};

/* Adds those of an open store, or of a place as rows_read takes it: that of a store, or of a folder of assay run --out
 * with its store/. A file has none. */
enum status reviews_read_store(struct store *store, struct reviews *reviews, struct fault *fault);
enum status reviews_read(const char *place, struct reviews *reviews, struct fault *fault);
void reviews_free(struct reviews *reviews);

/* Whether the decision is the last one about its finding. */
bool review_holds(const struct reviews *reviews, size_t index);

/* Takes the regions that were overruled out of the row, whose `overruled` and `reviewed` count. A photo that failed by
 * nothing else passes, with no score (NAN), since what else it would have is not known. The row's regions are then
 * those of `reviews`, until the next call. False: out of memory. */
bool reviews_apply(struct reviews *reviews, struct row *row);

/* A decision to be made. `result` is the result's line; STATUS_INVALID where it has no such finding, or what a person
 * wrote is empty or longer than REVIEW_WHO_MAX or REVIEW_WHY_MAX bytes, or no printable UTF-8. *line is freed by the
 * caller. */
enum { REVIEW_WHO_MAX = 200, REVIEW_WHY_MAX = 1000 };
struct review_entry {
  const char *job;
  int region;
  bool overruled;
  const char *who, *why, *at, *from; /* from: NULL is unknown */
};
enum status review_write(const struct review_entry *entry, const char *result, char **line, struct fault *fault);

#endif
