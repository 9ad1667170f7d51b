/* What people add to a store: their decisions about findings, and what became of lots. Threads and errors as in
 * store.h. */
#ifndef ASSAY_MODELS_STORE_PEOPLE_H
#define ASSAY_MODELS_STORE_PEOPLE_H

#include "models/store.h"

/* --- Reviews: decisions about findings. They are only ever added; the last one of a finding holds --- */

struct store_review {
  const char *job;  /* its id */
  int region;       /* the finding's number, from 1 for the strongest of the result */
  bool overruled;   /* else confirmed */
  const char *line; /* JSON, one line: who, why and what the finding was (see engine/lots/reviews.h) */
};

enum status store_add_review(struct store *store, const struct store_review *review, int64_t now, struct fault *fault);
/* Gives all of them in the order in which they were added; another status from `each` ends, and is returned. */
enum status store_reviews(struct store *store,
                          enum status (*each)(void *context, const struct store_review *review, struct fault *fault),
                          void *context, struct fault *fault);

/* The result line of a job, which the caller frees; *line is NULL where there is none. */
enum status store_find_result(struct store *store, const char *job, char **line, struct fault *fault);

/* --- What lots came to: lines of JSON in order (see engine/lots/history.h) --- */

/* Waits for whoever has them locked, and keeps them locked until the store is closed. */
enum status store_lock_lots(struct store *store, struct fault *fault);
enum status store_lots(struct store *store,
                       enum status (*each)(void *context, const char *line, size_t size, struct fault *fault),
                       void *context, struct fault *fault);
/* Replaces all of them. */
enum status store_set_lots(struct store *store, const char *const *lines, size_t count, struct fault *fault);

#endif
