/* Findings that recur: the same kind of defect in the same zone, or the same dimension, failing in several photos of a
 * factory, lot by lot; and whether lots made after an action still have it. */
#ifndef ASSAY_ENGINE_LOTS_RECURRENT_H
#define ASSAY_ENGINE_LOTS_RECURRENT_H

#include "engine/lots/names.h"
#include "engine/lots/row.h"

enum { RECURRENT_EXAMPLES = 3, RECURRENT_LEAST = 2, RECURRENT_ID_CHARS = 16 };

struct recurrent_count {
  uint32_t batch;
  int64_t photos; /* with the finding */
};

struct recurrent {
  char id[RECURRENT_ID_CHARS + 1]; /* of factory, golden's name and what it is: the same in every report */
  char *factory, *golden;          /* "" where unknown */
  bool dimension;
  enum defect_class class_; /* of a region */
  char *name;               /* zone of a region ("": outside all), or the dimension */
  enum severity severity;   /* the worst seen */
  int64_t photos;
  struct recurrent_count *counts;
  size_t count_count;
  char *examples[RECURRENT_EXAMPLES]; /* photos; NULL: fewer */
  int64_t seen;                       /* number of the last row that was counted */
};

/* The photos of one lot of a factory against one golden. */
struct recurrent_batch {
  uint32_t of;    /* number of factory and golden */
  char *lot;      /* "" where unknown */
  int64_t judged; /* photos that pass or fail */
  bool has_time;
  int64_t first_ms;
};

/* All zero is empty; ends with recurrents_free. */
struct recurrents {
  struct recurrent *items;
  size_t count;
  struct recurrent_batch *batches;
  size_t batch_count;
  struct names keys, batch_keys, origins;
  int64_t rows;
};

enum status recurrents_add(struct recurrents *all, const struct row *row, struct fault *fault);
void recurrents_free(struct recurrents *all);

/* NULL: there is none of this id. */
const struct recurrent *recurrents_find(const struct recurrents *all, const char *id);
size_t recurrent_lots(const struct recurrent *item);
/* Photos judged of the item's factory and golden. */
int64_t recurrent_judged(const struct recurrents *all, const struct recurrent *item);

/* Photos judged in lots that began after `since_ms`, and those of them with the finding (`item` NULL: none has it);
 * `lot` gets the name of the last such lot, NULL where there is none. */
void recurrent_after(const struct recurrents *all, const char *factory, const char *golden,
                     const struct recurrent *item, int64_t since_ms, int64_t *judged, int64_t *with, const char **lot);

/* Whether `with` of `judged` photos are fewer than a share of `share` would give but for a chance of 5 % (binomial). */
bool recurrent_has_gone(int64_t judged, int64_t with, double share);

#endif
