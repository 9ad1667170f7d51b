/* What the service has found in its results, remembered in the store, so that each is told once also when the service
 * is started again. Threads and errors as in store.h. */
#ifndef ASSAY_MODELS_STORE_FINDINGS_H
#define ASSAY_MODELS_STORE_FINDINGS_H

#include "models/store.h"

struct store_finding {
  const char *about;    /* golden and quantity: what another finding of the same change has too */
  const char *factory;  /* NULL: more than one */
  int64_t lower, upper; /* when it began, ms since 1970: a 95 % interval */
  const char *line;     /* JSON, one line */
};

/* Stores a finding, not told yet. *known: one about the same, in the same
 * factory, that began at the same time (the intervals meet) was there; then nothing is stored. */
enum status store_add_finding(struct store *store, const struct store_finding *finding, int64_t now, bool *known,
                              struct fault *fault);

/* Gives those that were not told, in order; false from `each` ends. A finding is told when store_told returns. */
enum status store_untold(struct store *store, bool (*each)(void *context, int64_t number, const char *line),
                         void *context, struct fault *fault);
enum status store_told(struct store *store, int64_t number, struct fault *fault);

/* How many results were looked at when findings were last looked for; 0 at first. */
enum status store_looked(struct store *store, int64_t *results, struct fault *fault);
enum status store_set_looked(struct store *store, int64_t results, struct fault *fault);

#endif
