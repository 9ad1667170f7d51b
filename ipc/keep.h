/* How long photos that were sent are kept: a thread beside the broker that now and then removes those that came too
 * long ago and whose jobs are done. */
#ifndef ASSAY_IPC_KEEP_H
#define ASSAY_IPC_KEEP_H

#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

struct keep_options {
  const char *store, *database;   /* as in broker_options */
  int64_t seconds;                /* that a photo is kept after it was handed in last; longer while a job wants it */
  void (*note)(const char *text); /* what goes wrong, once until it is well again; may be NULL */
};

struct keep;

/* Begins at once, and then looks every hour. Of several brokers that share a store one does it. */
enum status keep_start(const struct keep_options *options, struct keep **keep, struct fault *fault);
void keep_end(struct keep *keep); /* NULL is nothing */

/* One round; *removed: how many photos. */
enum status keep_once(const struct keep_options *options, size_t *removed, struct fault *fault);

#endif
