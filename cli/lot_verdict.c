#include "cli/lot_verdict.h"

#include "cli/lot_summary.h"
#include "cli/text.h"

#include <math.h>
#include <stdlib.h>

/* Shares and probabilities: the digits that mean something, the same everywhere. */
static json_t *number(double value) {
  return isfinite(value) ? json_real(rint(value * 1e9) / 1e9 + 0.0) : json_null();
}

static json_t *integer(int64_t value) {
  return json_integer((json_int_t)value);
}

/* The operating characteristic: which shares nonconforming are accepted how often. */
static json_t *curve_to_json(const struct plan *plan) {
  static const double accepted[] = {0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.01};
  json_t *points = json_array();
  for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
    json_array_append_new(
        points, json_pack("{s:o, s:f}", "share", number(plan_quality_at(plan, accepted[i])), "accepts", accepted[i]));
  return points;
}

static json_t *class_to_json(const struct judge_terms *terms, const struct judge_class *judged, int class_) {
  const struct plan *plan = &judged->plan;
  bool planned = terms->aql[class_] > 0;
  return json_pack("{s:s, s:s, s:o, s:s?, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}",
                   "class", severity_name((enum severity)class_), "outcome", lot_outcome_name(judged->outcome), "aql",
                   number(terms->aql[class_]), "inspection", planned ? switching_state_name(judged->inspection) : NULL,
                   "letter", planned ? json_stringn(&plan->letter, 1) : json_null(), "plan_letter",
                   planned ? json_stringn(&plan->plan_letter, 1) : json_null(), "sample_size",
                   (json_int_t)plan->sample_size, "accept", (json_int_t)plan->accept, "reject",
                   (json_int_t)plan->reject, "nonconforming", (json_int_t)judged->nonconforming, "unjudged",
                   (json_int_t)judged->unjudged, "missing", (json_int_t)judged->missing, "all_nonconforming",
                   (json_int_t)judged->all_nonconforming, "share_lower", number(judged->share.lower), "share_upper",
                   number(judged->share.upper), "producer_risk_at_aql", number(judged->producer_risk),
                   "consumer_quality_at_10_percent", number(judged->consumer_quality), "curve",
                   planned ? curve_to_json(plan) : json_null());
}

static json_t *unjudged_to_json(const struct lots *lots, const struct lot *lot) {
  json_t *list = json_array();
  for (size_t i = 0; i < lot->unjudged.count; i++) {
    const struct lot_photo *photo = &lot->unjudged.items[i];
    if (!lots_unit(lots, photo->unit).unjudged) continue; /* judged since, by a newer golden */
    json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "photo", photo->photo, "unit",
                                          lots_unit_name(lots, photo->unit), "reason", photo->text));
  }
  return list;
}

static json_t *incomplete_to_json(const struct lots *lots, const struct lot *lot) {
  json_t *list = json_array();
  for (size_t i = 0; i < lot->units; i++) {
    uint32_t unit = lots->by_lot[lot->first_unit + i];
    if (lots_unit(lots, unit).incomplete) json_array_append_new(list, json_string(lots_unit_name(lots, unit)));
  }
  return list;
}

static json_t *rounded(double likeness) {
  return json_real((double)(int64_t)(10 * likeness + 0.5) / 10);
}

static json_t *cameras_to_json(const struct lot *lot) {
  json_t *list = json_array();
  for (size_t i = 0; i < lot->cameras.count; i++)
    json_array_append_new(list, json_string(names_text(&lot->cameras, (uint32_t)i)));
  return list;
}

static json_t *gaps_to_json(const struct lots *lots, const struct lot *lot) {
  json_t *list = json_array();
  for (size_t i = 0; i < lot->gap_count; i++)
    json_array_append_new(list, json_pack("{s:s, s:I}", "after_unit", lots_unit_name(lots, lot->gaps[i].after),
                                          "missing", (json_int_t)lot->gaps[i].missing));
  return list;
}

static json_t *reused_to_json(const struct lots *lots, const struct lot *lot) {
  json_t *list = json_array();
  for (size_t i = 0; i < lot->reused.count; i++) {
    const struct lot_photo *photo = &lot->reused.items[i];
    const struct lot *first = &lots->items[lots->entries[photo->other].lot];
    json_array_append_new(list,
                          json_pack("{s:s, s:s, s:s, s:s?, s:s, s:o}", "photo", photo->photo, "unit",
                                    lots_unit_name(lots, photo->unit), "first_unit", lots_unit_name(lots, photo->other),
                                    "first_lot", first->name, "same", photo->likeness > 0 ? "scene" : "bytes",
                                    "likeness", photo->likeness > 0 ? rounded(photo->likeness) : json_null()));
  }
  return list;
}

static json_t *disordered_to_json(const struct lots *lots, const struct lot *lot) {
  json_t *list = json_array();
  for (size_t i = 0; i < lot->time_count; i++)
    if (lot->times[i].disordered) json_array_append_new(list, json_string(lots_unit_name(lots, lot->times[i].owner)));
  return list;
}

json_t *lot_verdict_to_json(const struct lots *lots, const struct judge_terms *terms, const struct judge_lot *verdict) {
  const struct lot *lot = &lots->items[verdict->lot];
  json_t *classes = json_array();
  for (int i = 0; i < LOT_CLASSES; i++) json_array_append_new(classes, class_to_json(terms, &verdict->classes[i], i));
  return json_pack("{s:s?, s:s?, s:s, s:o, s:I, s:I, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}",
                   row_key_name(lots->by), lot->name, lots->by == ROW_FACTORY ? "supplier" : "factory", lot->supplier,
                   "outcome", lot_outcome_name(verdict->outcome), "size",
                   verdict->size_known ? integer(verdict->size) : json_null(), "units", (json_int_t)verdict->units,
                   "photos", (json_int_t)lot->photos, "level", plan_level_name(terms->level), "standard", PLAN_STANDARD,
                   "drawn", verdict->drawn, "resubmitted", verdict->resubmitted, "classes", classes, "unjudged",
                   unjudged_to_json(lots, lot), "incomplete", incomplete_to_json(lots, lot), "reused",
                   reused_to_json(lots, lot), "time_disordered", disordered_to_json(lots, lot), "missing_numbers",
                   gaps_to_json(lots, lot), "cameras", cameras_to_json(lot), "overruled", (json_int_t)lot->overruled);
}

static void print_name(FILE *out, const char *before, const char *name) {
  char *clean = text_clean(name, 0, false);
  fprintf(out, "%s%s", before, clean ? clean : "?");
  free(clean);
}

static const char *plural(long long count) {
  return count == 1 ? "" : "s";
}

static void print_class(FILE *out, const struct judge_terms *terms, const struct judge_class *judged, int class_) {
  const struct plan *plan = &judged->plan;
  const long long sample = plan->sample_size - judged->missing;
  fprintf(out, "  %-8s  %-12s  %lld defective in %lld unit%s, up to %lld allowed", severity_name((enum severity)class_),
          lot_outcome_words(judged->outcome), (long long)judged->nonconforming, sample, plural(sample),
          (long long)plan->accept);
  if (judged->unjudged) fprintf(out, "; %lld could not be judged", (long long)judged->unjudged);
  if (judged->missing)
    fprintf(out, "; %lld of the sample of %lld not photographed", (long long)judged->missing,
            (long long)plan->sample_size);
  if (terms->aql[class_] > 0)
    fprintf(out, "\n%24sAQL %g %%, %s inspection, code letter %c", "", terms->aql[class_],
            switching_state_name(judged->inspection), plan->plan_letter);
  fprintf(out, "\n%24sdefective in the whole lot: %.2f to %.2f %% (95 %%)\n", "", 100 * judged->share.lower,
          100 * judged->share.upper);
  if (terms->aql[class_] > 0)
    fprintf(out, "%24sthis plan rejects %.1f %% of lots with %g %% defective, and accepts one in ten with %.1f %%\n",
            "", 100 * judged->producer_risk, terms->aql[class_], 100 * judged->consumer_quality);
}

enum { MOST_LISTED = 10 };

static void print_photos(FILE *out, const struct lots *lots, const struct lot *lot) {
  size_t listed = 0, more = 0;
  for (size_t i = 0; i < lot->unjudged.count; i++) {
    const struct lot_photo *photo = &lot->unjudged.items[i];
    if (!lots_unit(lots, photo->unit).unjudged) continue;
    if (listed == MOST_LISTED) {
      more++;
      continue;
    }
    listed++;
    print_name(out, "  not judged: ", photo->photo);
    print_name(out, ": ", photo->text);
    fputc('\n', out);
  }
  if (more) fprintf(out, "  and %zu more; --json lists them all\n", more);
  for (size_t i = 0; i < lot->reused.count && i < MOST_LISTED; i++) {
    const struct lot_photo *photo = &lot->reused.items[i];
    const struct lot *first = &lots->items[lots->entries[photo->other].lot];
    print_name(out, "  reused: ", photo->photo);
    print_name(out, " of unit ", lots_unit_name(lots, photo->unit));
    print_name(out,
               photo->likeness > 0 ? " shows the same scene as a photo of unit " : " has the bytes of a photo of unit ",
               lots_unit_name(lots, photo->other));
    print_name(out, " of lot ", first->name ? first->name : "-");
    fputc('\n', out);
  }
  size_t named = 0;
  for (size_t i = 0; i < lot->time_count && named < MOST_LISTED; i++) {
    if (!lot->times[i].disordered) continue;
    named++;
    print_name(out, "  time out of order: the photo of unit ", lots_unit_name(lots, lot->times[i].owner));
    fputs(" has a time that does not follow its number\n", out);
  }
  if (lot->disordered > named) fprintf(out, "  time out of order: %zu photos in all\n", lot->disordered);
  for (size_t i = 0; i < lot->gap_count && i < MOST_LISTED; i++) {
    print_name(out, "  missing: after the photo of unit ", lots_unit_name(lots, lot->gaps[i].after));
    fprintf(out, " %llu numbers have no photo\n", (unsigned long long)lot->gaps[i].missing);
  }
  if (lot->gap_count > MOST_LISTED) fprintf(out, "  missing: %zu gaps in the numbers of photos\n", lot->gap_count);
  for (size_t i = 0; i < lot->cameras.count && lot->cameras.count > 1 && i < MOST_LISTED; i++)
    print_name(out, i ? ", " : "  several cameras: ", names_text(&lot->cameras, (uint32_t)i));
  if (lot->cameras.count > 1) fputc('\n', out);
  if (lot->reused.count > MOST_LISTED) fprintf(out, "  reused: %zu in all\n", lot->reused.count);
}

void lot_verdict_print(FILE *out, const struct lots *lots, const struct judge_terms *terms,
                       const struct judge_lot *verdict) {
  const struct lot *lot = &lots->items[verdict->lot];
  bool coloured = text_coloured(out);
  print_name(out, row_key_name(lots->by), "");
  print_name(out, " ", lot->name ? lot->name : "without name");
  print_name(out, ", factory ", lot->supplier ? lot->supplier : "unknown");
  fprintf(out, ": %s%s%s\n", coloured ? text_style(lot_outcome_style(verdict->outcome)) : "",
          lot_outcome_words(verdict->outcome), coloured ? text_style(STYLE_PLAIN) : "");
  if (verdict->size_known)
    fprintf(out, "  %lld of %lld units photographed", (long long)verdict->units, (long long)verdict->size);
  else
    fprintf(out, "  %lld unit%s photographed, taken as the sample (lot size not given)", (long long)verdict->units,
            plural(verdict->units));
  fprintf(out, ", %lld photo%s%s\n", (long long)lot->photos, plural(lot->photos),
          verdict->drawn ? "; smaller samples are drawn from them, always the same ones" : "");
  char why[160];
  lot_reason(verdict, why, sizeof why);
  if (*why) fprintf(out, "  %s\n", why);
  for (int i = 0; i < LOT_CLASSES; i++) print_class(out, terms, &verdict->classes[i], i);
  if (verdict->incomplete)
    fprintf(out, "  %lld units lack a view that most units have\n", (long long)verdict->incomplete);
  if (lot->overruled)
    fprintf(out, "  overruled in review, not counted: %lld of the findings\n", (long long)lot->overruled);
  print_photos(out, lots, lot);
}
