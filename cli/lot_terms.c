#include "cli/lot_terms.h"
#include "cli/message.h"

#include "engine/lots/rows.h"
#include "models/golden.h"
#include "models/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status set_aql(const char *name, const char *text, double *aql, struct fault *fault) {
  if (!text) return STATUS_OK;
  if (number_parse(text, strlen(text), aql) && *aql >= 0) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "--%s %s: expected an AQL in percent, or 0", name, text);
}

static enum status read_golden(const char *path, struct judge_terms *terms, struct fault *fault) {
  struct golden *golden = NULL;
  enum status status = golden_open(path, &golden, fault);
  if (status) return status;
  const struct spec_aql *aql = &golden->spec.aql;
  if (aql->set) {
    plan_level_parse(aql->level, &terms->level);
    terms->aql[SEVERITY_CRITICAL] = aql->critical;
    terms->aql[SEVERITY_MAJOR] = aql->major;
    terms->aql[SEVERITY_MINOR] = aql->minor;
  } else {
    message_note("%s has no aql in its spec; level II and AQLs of 0 (critical), 2.5 (major) and 4.0 (minor) are taken",
                 path);
  }
  golden_close(golden);
  return STATUS_OK;
}

enum status lot_terms_read(const struct lot_terms *given, struct judge_terms *terms, struct fault *fault) {
  *terms = (struct judge_terms){.level = PLAN_II, .aql = {0, 2.5, 4.0}, .size = given->size};
  enum status status = given->golden ? read_golden(given->golden, terms, fault) : STATUS_OK;
  if (given->level) plan_level_parse(given->level, &terms->level);
  if (!status) status = set_aql("critical", given->critical, &terms->aql[SEVERITY_CRITICAL], fault);
  if (!status) status = set_aql("major", given->major, &terms->aql[SEVERITY_MAJOR], fault);
  if (!status) status = set_aql("minor", given->minor, &terms->aql[SEVERITY_MINOR], fault);
  /* An AQL that has no plan is refused before anything is read. */
  for (int i = 0; i < LOT_CLASSES && !status; i++) {
    struct plan unused;
    if (terms->aql[i] > 0) status = plan_find(1, terms->level, terms->aql[i], PLAN_NORMAL, &unused, fault);
  }
  return status;
}

void lot_terms_check_size(const struct lot_terms *given, const struct lots *lots) {
  const struct lot *first = NULL;
  size_t larger = 0;
  for (size_t i = 0; i < lots->count && given->size; i++) {
    if (lots->items[i].units <= (size_t)given->size) continue;
    if (!larger++) first = &lots->items[i];
  }
  if (first)
    message_warning(
        "--size %ld: of %zu lots more units were photographed, of %s %zu; such a lot is taken to be as large "
        "as that",
        given->size, larger, first->name ? first->name : "the one without name", first->units);
}

enum status lot_terms_find(const struct lots *lots, const char *option, const char *name, struct fault *fault) {
  for (size_t i = 0; i < lots->count; i++)
    if (lots->items[i].name && !strcmp(lots->items[i].name, name)) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "--%s %s: no result is of this %s", option, name, row_key_name(lots->by));
}

void lot_terms_tell_waiting(int64_t count) {
  if (count)
    message_warning("%lld photo%s no result yet, of a run that was stopped or goes on, or for want of workers; a lot "
                    "is held where %s could turn its verdict",
                    (long long)count, count == 1 ? " has" : "s have", count == 1 ? "it" : "they");
}

int lot_outcome_exit_code(enum lot_outcome outcome) {
  return outcome == LOT_ACCEPTED ? 0 : outcome == LOT_HELD ? 2 : 1;
}

int lot_worse_exit_code(int a, int b) {
  return a == 1 || b == 1 ? 1 : a > b ? a : b;
}

enum status lot_terms_history(const struct words *places, const char *file, bool keep, struct history *history,
                              struct fault *fault) {
  const char *place = places->count == 1 ? places->items[0] : NULL;
  *history = (struct history){0};
  if (file) return history_read(file, history, fault);
  if (!place) return STATUS_OK;
  if (rows_is_database(place)) return history_read_store(NULL, place, keep, history, fault);
  char *store = rows_store(place);
  enum status status = store ? history_read_store(store, NULL, keep, history, fault) : STATUS_OK;
  free(store);
  return status;
}
