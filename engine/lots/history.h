/* What lots came to, supplier by supplier and class by class: the memory of the switching rules, kept in a store, or in
 * a file, as JSON lines, one record a lot and class in the order of judging:
 *
 *   {"supplier", "lot", "class", "inspection", "outcome", "resubmitted"}
 *   {"supplier", "class", "resumed": why}        inspection goes on after it was discontinued
 *
 * One thread at a time. */
#ifndef ASSAY_ENGINE_LOTS_HISTORY_H
#define ASSAY_ENGINE_LOTS_HISTORY_H

#include "engine/lots/switching.h"
#include "models/result.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

enum lot_outcome { LOT_ACCEPTED, LOT_REJECTED, LOT_HELD, LOT_DISCONTINUED };

const char *lot_outcome_name(enum lot_outcome outcome);

struct history_record {
  char *supplier, *lot; /* NULL: unknown; a resumption has no lot */
  enum severity class_;
  bool resumed;
  char *why;
  enum switching_state inspection;
  enum lot_outcome outcome;
  bool resubmitted;
};

struct store;

/* All zero is empty and remembers nothing beyond the call; end with history_free. */
struct history {
  struct history_record *records;
  size_t count, room;
  int lock;            /* a descriptor + 1; 0: none */
  char *path;          /* where history_write writes it: a file */
  struct store *store; /* or a store */
};

enum { HISTORY_MAX_BYTES = 64 << 20 };

/* Reads the file; one that is not there is an empty history. Keeps FILE.lock locked, and waits for whoever has it,
 * until history_free. STATUS_INVALID names file, line and field. */
enum status history_read(const char *path, struct history *history, struct fault *fault);
/* The same of a store, by its folder, or by a database's URI. `keep`: it will be written; locked in the same way, and
 * the store stays open. A folder's store that has none yet takes over the lots.jsonl that an older program left there.
 */
enum status history_read_store(const char *folder, const char *database, bool keep, struct history *history,
                               struct fault *fault);
/* Writes it to where it was read, which remembers it whole or as it was; nowhere where it was read from nowhere. */
enum status history_write(const struct history *history, struct fault *fault);
void history_free(struct history *history);

/* The inspection that a lot is under: the one that it was judged under before, else what the rules make of all that
 * was judged. */
enum switching_state history_inspection(const struct history *history, const char *supplier, const char *lot,
                                        enum severity class_);

/* Remembers a lot, in the place of what was remembered of it before. Records keep their inspection; only lots
 * judged later follow what a change here means for them. */
enum status history_add(struct history *history, const char *supplier, const char *lot, enum severity class_,
                        enum switching_state inspection, enum lot_outcome outcome, bool resubmitted,
                        struct fault *fault);

/* The supplier has acted: in every class that is discontinued inspection goes on tightened. *resumed counts them. */
enum status history_resume(struct history *history, const char *supplier, const char *why, size_t *resumed,
                           struct fault *fault);

#endif
