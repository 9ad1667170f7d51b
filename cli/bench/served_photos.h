/* What a service costs where photos are judged: the engine alone, against broker and worker as processes of their own,
 * with the photos by path over ipc:// and as bytes over tcp:// with keys. */
#ifndef ASSAY_CLI_BENCH_SERVED_PHOTOS_H
#define ASSAY_CLI_BENCH_SERVED_PHOTOS_H

#include "cli/options.h"
#include "models/status.h"

#include <stddef.h>

enum served_way { SERVED_PLAIN, SERVED_BY_PATH, SERVED_AS_BYTES, SERVED_WAYS };

struct served_photos {
  const struct words *operands; /* a golden's folder and photos; none: they are drawn */
  double megapixels;            /* of the drawn ones */
  size_t photos, rounds, threads;
  const char *folder; /* the parent of a new one, removed at the end: it holds `photos` copies, no two the same */
  const char *backend, *cpu;
};

struct served_figures {
  double rate[SERVED_WAYS];      /* photos a second, the median of the rounds */
  double processor[SERVED_WAYS]; /* seconds of processor time a photo, of all processes; likewise */
  double kept[SERVED_WAYS];      /* of the rate of the engine alone in the same round; likewise */
  double spared[SERVED_WAYS];    /* the same of the processor times: below 1 is what the service takes for itself */
};

enum status served_photos_run(const struct served_photos *how, struct served_figures *figures, struct fault *fault);

#endif
