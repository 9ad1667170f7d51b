#include "engine/lots/history.h"
#include "models/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const outcomes[] = {"accepted", "rejected", "held", "discontinued"};

const char *lot_outcome_name(enum lot_outcome outcome) {
  return outcomes[outcome];
}

static bool same(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

static void free_record(struct history_record *record) {
  free(record->supplier);
  free(record->lot);
  free(record->why);
}

void history_free(struct history *history) {
  for (size_t i = 0; i < history->count; i++) free_record(&history->records[i]);
  free(history->records);
  if (history->lock) close(history->lock - 1);
  free(history->path);
  store_close(history->store);
  *history = (struct history){0};
}

static bool is_of(const struct history_record *record, const char *supplier, enum severity class_) {
  return record->class_ == class_ && same(record->supplier, supplier);
}

static struct switching fold(const struct history *history, const char *supplier, enum severity class_) {
  struct switching switching = {0};
  for (size_t i = 0; i < history->count; i++) {
    const struct history_record *record = &history->records[i];
    if (!is_of(record, supplier, class_)) continue;
    if (record->resumed)
      switching_resume(&switching);
    else if (!record->resubmitted && (record->outcome == LOT_ACCEPTED || record->outcome == LOT_REJECTED))
      switching_add(&switching, record->outcome == LOT_ACCEPTED);
  }
  return switching;
}

static struct history_record *find(const struct history *history, const char *supplier, const char *lot,
                                   enum severity class_) {
  for (size_t i = 0; i < history->count; i++) {
    struct history_record *record = &history->records[i];
    if (!record->resumed && is_of(record, supplier, class_) && same(record->lot, lot)) return record;
  }
  return NULL;
}

enum switching_state history_inspection(const struct history *history, const char *supplier, const char *lot,
                                        enum severity class_) {
  const struct history_record *known = find(history, supplier, lot, class_);
  /* A lot that came while inspection was discontinued is judged once it goes on. */
  if (known && known->outcome != LOT_DISCONTINUED) return known->inspection;
  return fold(history, supplier, class_).state;
}

/* Takes the record over; frees it where it fails. */
static enum status append(struct history *history, struct history_record *record, struct fault *fault) {
  if (history->count == history->room) {
    size_t room = history->room ? 2 * history->room : 64;
    struct history_record *records = realloc(history->records, room * sizeof *records);
    if (!records) {
      free_record(record);
      return fault_set(fault, STATUS_MEMORY, "out of memory for the history of lots");
    }
    history->records = records;
    history->room = room;
  }
  history->records[history->count++] = *record;
  return STATUS_OK;
}

static enum status copy_names(struct history_record *record, const char *supplier, const char *lot, const char *why,
                              struct fault *fault) {
  record->supplier = supplier ? strdup(supplier) : NULL;
  record->lot = lot ? strdup(lot) : NULL;
  record->why = why ? strdup(why) : NULL;
  if ((!supplier || record->supplier) && (!lot || record->lot) && (!why || record->why)) return STATUS_OK;
  free_record(record);
  return fault_set(fault, STATUS_MEMORY, "out of memory for the history of lots");
}

enum status history_add(struct history *history, const char *supplier, const char *lot, enum severity class_,
                        enum switching_state inspection, enum lot_outcome outcome, bool resubmitted,
                        struct fault *fault) {
  struct history_record *known = find(history, supplier, lot, class_);
  if (known && known->outcome != LOT_DISCONTINUED) {
    known->inspection = inspection;
    known->outcome = outcome;
    known->resubmitted = resubmitted;
    return STATUS_OK;
  }
  if (known) {
    free_record(known);
    memmove(known, known + 1, (size_t)(history->records + --history->count - known) * sizeof *known);
  }
  struct history_record record = {
      .class_ = class_, .inspection = inspection, .outcome = outcome, .resubmitted = resubmitted};
  enum status status = copy_names(&record, supplier, lot, NULL, fault);
  return status ? status : append(history, &record, fault);
}

enum status history_resume(struct history *history, const char *supplier, const char *why, size_t *resumed,
                           struct fault *fault) {
  *resumed = 0;
  for (int class_ = SEVERITY_CRITICAL; class_ <= SEVERITY_MINOR; class_++) {
    if (fold(history, supplier, (enum severity)class_).state != SWITCHING_DISCONTINUED) continue;
    struct history_record record = {.class_ = (enum severity)class_, .resumed = true};
    enum status status = copy_names(&record, supplier, NULL, why, fault);
    if (!status) status = append(history, &record, fault);
    if (status) return status;
    ++*resumed;
  }
  return STATUS_OK;
}
