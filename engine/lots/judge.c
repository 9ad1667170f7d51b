#include "engine/lots/judge.h"

#include "engine/statistics/distributions.h"
#include "models/digest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A unit of the lot, in the order in which a sample is drawn. */
struct drawn {
  struct id128 digest; /* the first half of it */
  uint32_t unit;
};

/* Units in the order of reading; where more were photographed than the sample needs, in that of their digests. */
struct sample {
  uint32_t *units;
  size_t count;
};

static int by_digest(const void *a, const void *b) {
  const struct drawn *x = a, *y = b;
  if (x->digest.high != y->digest.high) return x->digest.high < y->digest.high ? -1 : 1;
  if (x->digest.low != y->digest.low) return x->digest.low < y->digest.low ? -1 : 1;
  return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static bool collect(const struct lots *lots, const struct lot *lot, struct sample *sample) {
  sample->units = calloc(lot->units + 1, sizeof *sample->units);
  if (!sample->units) return false;
  sample->count = lot->units;
  memcpy(sample->units, lots->by_lot + lot->first_unit, lot->units * sizeof *sample->units);
  return true;
}

static bool shuffle(const struct lots *lots, struct sample *sample) {
  struct drawn *drawn = calloc(sample->count + 1, sizeof *drawn);
  if (!drawn) return false;
  for (size_t i = 0; i < sample->count; i++) {
    const char *name = lots_unit_name(lots, sample->units[i]);
    char digest[DIGEST_CHARS + 1];
    digest_blake2b(name, strlen(name), digest);
    id128_parse(digest, &drawn[i].digest);
    drawn[i].unit = sample->units[i];
  }
  qsort(drawn, sample->count, sizeof *drawn, by_digest);
  for (size_t i = 0; i < sample->count; i++) sample->units[i] = drawn[i].unit;
  free(drawn);
  return true;
}

/* The plan for a lot of unknown size: the largest sample that `units` are enough for. */
static enum status plan_by_units(int64_t units, const struct judge_terms *terms, double aql,
                                 enum plan_inspection inspection, struct plan *plan, struct fault *fault) {
  /* A lot size of each code letter at the level; past the last bound the letter stays. */
  static const int64_t sizes[] = {1000000000, 500000, 150000, 35000, 10000, 3200, 1200, 500,
                                  280,        150,    90,     50,    25,    15,   8};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    status = plan_find(sizes[i], terms->level, aql, inspection, plan, fault);
    if (status || (plan->sample_size <= units && !plan->whole)) break;
  }
  return status;
}

static enum status choose_plan(const struct judge_lot *verdict, const struct judge_terms *terms, double aql,
                               enum switching_state inspection, struct plan *plan, struct fault *fault) {
  enum plan_inspection table = inspection == SWITCHING_NORMAL ? PLAN_NORMAL : PLAN_TIGHTENED;
  if (verdict->size_known) return plan_find(verdict->size, terms->level, aql, table, plan, fault);
  return plan_by_units(verdict->units, terms, aql, table, plan, fault);
}

static void count_units(const struct lots *lots, const struct sample *sample, enum severity class_,
                        struct judge_class *judged) {
  int64_t taken = judged->plan.sample_size, seen = 0;
  for (size_t i = 0; i < sample->count; i++) {
    struct lot_unit unit = lots_unit(lots, sample->units[i]);
    bool counts = unit.defective && unit.severity == class_;
    bool may_count = !counts && (unit.unjudged || unit.incomplete) && (!unit.defective || unit.severity > class_);
    judged->all_nonconforming += counts;
    if (seen == taken) continue;
    seen++;
    judged->nonconforming += counts;
    judged->unjudged += may_count;
  }
  judged->missing = taken - seen;
  int64_t known = seen - judged->unjudged;
  judged->share = rate_share_interval(judged->nonconforming, known, 0.95);
}

static enum lot_outcome outcome_of(const struct judge_class *judged) {
  if (judged->inspection == SWITCHING_DISCONTINUED) return LOT_DISCONTINUED;
  if (judged->nonconforming >= judged->plan.reject) return LOT_REJECTED;
  if (judged->nonconforming + judged->unjudged + judged->missing <= judged->plan.accept) return LOT_ACCEPTED;
  return LOT_HELD;
}

static void add_risks(struct judge_class *judged, double aql) {
  judged->producer_risk = aql > 0 ? 1 - plan_accepts_process(&judged->plan, aql / 100) : NAN;
  judged->consumer_quality = plan_quality_at(&judged->plan, 0.10);
}

/* None is accepted: all units that were photographed count, and as many are needed as the other classes need. */
static void plan_of_none(const struct judge_lot *verdict, struct plan *plan) {
  int64_t needed = 1;
  for (int i = 0; i < LOT_CLASSES; i++)
    if (verdict->classes[i].plan.sample_size > needed) needed = verdict->classes[i].plan.sample_size;
  if (verdict->units > needed) needed = verdict->units;
  *plan = (struct plan){.letter = '-', .plan_letter = '-', .sample_size = needed, .accept = 0, .reject = 1};
  plan->whole = verdict->size_known && needed >= verdict->size;
}

static enum status plan_classes(const struct judge_terms *terms, const struct history *history, const struct lot *lot,
                                struct judge_lot *verdict, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < LOT_CLASSES && !status; i++) {
    struct judge_class *judged = &verdict->classes[i];
    if (terms->aql[i] == 0) continue;
    judged->inspection = history_inspection(history, lot->supplier, lot->name, (enum severity)i);
    status = choose_plan(verdict, terms, terms->aql[i], judged->inspection, &judged->plan, fault);
  }
  for (int i = 0; i < LOT_CLASSES && !status; i++)
    if (terms->aql[i] == 0) plan_of_none(verdict, &verdict->classes[i].plan);
  return status;
}

static enum lot_outcome worst(const struct judge_lot *verdict) {
  static const int order[] = {[LOT_ACCEPTED] = 0, [LOT_HELD] = 1, [LOT_DISCONTINUED] = 2, [LOT_REJECTED] = 3};
  enum lot_outcome outcome = LOT_ACCEPTED;
  for (int i = 0; i < LOT_CLASSES; i++)
    if (order[verdict->classes[i].outcome] > order[outcome]) outcome = verdict->classes[i].outcome;
  return outcome;
}

static enum status judge_classes(const struct lots *lots, const struct judge_terms *terms, struct sample *sample,
                                 struct judge_lot *verdict, struct fault *fault) {
  for (int i = 0; i < LOT_CLASSES; i++)
    verdict->drawn |= terms->aql[i] > 0 && verdict->classes[i].plan.sample_size < verdict->units;
  if (verdict->drawn && !shuffle(lots, sample)) return fault_set(fault, STATUS_MEMORY, "out of memory for a sample");
  for (size_t i = 0; i < sample->count; i++) {
    struct lot_unit unit = lots_unit(lots, sample->units[i]);
    verdict->unjudged += unit.unjudged;
    verdict->incomplete += unit.incomplete;
  }
  for (int i = 0; i < LOT_CLASSES; i++) {
    count_units(lots, sample, (enum severity)i, &verdict->classes[i]);
    add_risks(&verdict->classes[i], terms->aql[i]);
    verdict->classes[i].outcome = outcome_of(&verdict->classes[i]);
  }
  verdict->outcome = worst(verdict);
  return STATUS_OK;
}

static enum status remember(const struct judge_terms *terms, const struct lot *lot, const struct judge_lot *verdict,
                            struct history *history, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < LOT_CLASSES && !status; i++)
    if (terms->aql[i] > 0)
      status = history_add(history, lot->supplier, lot->name, (enum severity)i, verdict->classes[i].inspection,
                           verdict->classes[i].outcome, verdict->resubmitted, fault);
  return status;
}

enum status judge_lot(const struct lots *lots, size_t index, const struct judge_terms *terms, struct history *history,
                      bool resubmitted, struct judge_lot *verdict, struct fault *fault) {
  const struct lot *lot = &lots->items[index];
  struct sample sample = {0};
  *verdict = (struct judge_lot){.lot = index, .units = (int64_t)lot->units, .resubmitted = resubmitted};
  verdict->size_known = terms->size > 0;
  verdict->size = verdict->size_known && terms->size > verdict->units ? terms->size : verdict->units;
  enum status status = collect(lots, lot, &sample) ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = plan_classes(terms, history, lot, verdict, fault);
  if (!status) status = judge_classes(lots, terms, &sample, verdict, fault);
  if (!status) status = remember(terms, lot, verdict, history, fault);
  free(sample.units);
  return status;
}

struct ordered {
  const struct lot *lot;
  size_t index;
};

static int by_time(const void *a, const void *b) {
  const struct ordered *x = a, *y = b;
  if (x->lot->has_time != y->lot->has_time) return x->lot->has_time ? -1 : 1;
  if (x->lot->has_time && x->lot->first_ms != y->lot->first_ms) return x->lot->first_ms < y->lot->first_ms ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

size_t *judge_order(const struct lots *lots) {
  struct ordered *all = calloc(lots->count + 1, sizeof *all);
  size_t *order = calloc(lots->count + 1, sizeof *order);
  for (size_t i = 0; all && i < lots->count; i++) all[i] = (struct ordered){&lots->items[i], i};
  if (all && order) {
    qsort(all, lots->count, sizeof *all, by_time);
    for (size_t i = 0; i < lots->count; i++) order[i] = all[i].index;
  }
  if (!all) {
    free(order);
    order = NULL;
  }
  free(all);
  return order;
}
