#include "cli/report/json.h"

#include "cli/actions.h"
#include "cli/lot_terms.h"
#include "cli/lot_verdict.h"
#include "cli/report/drift.h"
#include "cli/report/groups.h"
#include "engine/drift/findings.h"

#include <stdlib.h>
#include <time.h>

/* What tells the buyer's risk is not for the one who is judged. */
static void leave_out_risks(json_t *lots) {
  size_t i, k;
  json_t *lot, *class_;
  json_array_foreach(lots, i, lot) json_array_foreach(json_object_get(lot, "classes"), k, class_) {
    json_object_del(class_, "producer_risk_at_aql");
    json_object_del(class_, "consumer_quality_at_10_percent");
    json_object_del(class_, "curve");
  }
}

enum status report_judge(const struct report_data *data, const struct judge_terms *terms, struct history *history,
                         json_t **lots, int *exit_code, struct fault *fault) {
  size_t *order = judge_order(&data->lots);
  *lots = json_array();
  enum status status = order && *lots ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for the lots");
  for (size_t i = 0; i < data->lots.count && !status; i++) {
    struct judge_lot verdict;
    status = judge_lot(&data->lots, order[i], terms, history, false, &verdict, fault);
    if (status) break;
    *exit_code = lot_worse_exit_code(*exit_code, lot_outcome_exit_code(verdict.outcome));
    if (json_array_append_new(*lots, lot_verdict_to_json(&data->lots, terms, &verdict)))
      status = fault_set(fault, STATUS_MEMORY, "out of memory for the lots");
  }
  free(order);
  if (!status && data->for_factory) leave_out_risks(*lots);
  return status;
}

/* NULL is out of memory, as everywhere with jansson. */
static void put_json(struct text *out, const char *key, const json_t *json) {
  char *written = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
  text_put(out, key);
  text_put(out, written ? written : "null");
  out->failed |= !written;
  free(written);
}

static void put_text(struct text *out, const char *key, const char *value) {
  text_put(out, key);
  text_json_string(out, value);
}

/* Who overruled what, and why, is the buyer's own. */
static void put_reviews(const struct report_data *data, struct text *out) {
  text_put(out, ",\"reviews\":[");
  for (size_t i = 0; i < data->reviews.count && !data->for_factory; i++) {
    if (i) text_put(out, ",");
    text_put(out, data->reviews.items[i].line);
  }
  text_put(out, "]");
}

static void put_head(const struct report_data *data, struct text *out) {
  char made[32] = "";
  time_t now = time(NULL);
  struct tm parts;
  if (gmtime_r(&now, &parts)) strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%SZ", &parts);
  put_text(out, "{\"made\":", made);
  put_text(out, ",\"assay\":", ASSAY_VERSION);
  put_text(out, ",\"by\":", row_key_name(data->lots.by));
  text_put(out, data->for_factory ? ",\"for_factory\":true" : ",\"for_factory\":false");
  put_text(out, ",\"resubmission_of\":", data->resubmission_of);
  put_text(out, ",\"review_key\":", data->review_key);
  put_reviews(data, out);
}

static void put_photos(const struct report_data *data, struct text *out) {
  static const enum verdict order[] = {VERDICT_FAIL, VERDICT_CANNOT_JUDGE, VERDICT_PASS};
  for (size_t i = 0; i < REPORT_VERDICTS; i++) {
    text_put(out, i ? ",\"" : ",\"counts\":{\"");
    text_put(out, verdict_name(order[i]));
    text_put(out, "\":");
    text_json_integer(out, (int64_t)data->count[order[i]]);
  }
  text_put(out, "},\"photos\":[");
  const char *separator = "";
  size_t room = data->limits.photos;
  for (size_t i = 0; i < REPORT_VERDICTS; i++) {
    const struct report_list *list = &data->lists[order[i]];
    size_t listed = list->count < room ? list->count : room;
    room -= listed;
    if (!listed) continue;
    text_put(out, separator);
    text_add(out, list->json.bytes, list->ends[listed - 1]);
    separator = ",";
  }
  text_put(out, "]");
}

static void put_time(struct text *out, const char *key, bool known, int64_t ms) {
  char text[20];
  finding_time(ms, text);
  put_text(out, key, known ? text : NULL);
}

static void put_place(struct text *out, const struct place *place) {
  char sentence[1024];
  place_describe(place, sentence, sizeof sentence);
  put_text(out, "{\"text\":", sentence);
  put_text(out, ",\"golden\":", place->golden);
  put_text(out, ",\"factory\":", place->factory);
  put_text(out, ",\"line\":", place->line);
  text_put(out, place->everywhere ? ",\"everywhere\":true" : ",\"everywhere\":false");
  put_text(out, ",\"class\":", class_name(place->class_));
  put_text(out, ",\"zone\":", place->zone);
  for (int i = 0; i < 4; i++) {
    text_put(out, i ? "," : ",\"golden_box\":[");
    text_json_integer(out, place->box[i]);
  }
  text_put(out, "],\"photos\":");
  text_json_integer(out, (int64_t)place->photos);
  text_put(out, ",\"judged\":");
  text_json_integer(out, (int64_t)place->judged);
  text_put(out, ",\"in_a_row\":");
  text_json_integer(out, (int64_t)place->in_a_row);
  put_time(out, ",\"first\":", place->has_time, place->first_ms);
  put_time(out, ",\"last\":", place->has_time, place->last_ms);
  text_put(out, ",\"probability\":");
  text_json_significant(out, place->probability, 3);
  text_put(out, ",\"examples\":[");
  for (int i = 0; i < PLACE_EXAMPLES && place->examples[i]; i++) put_text(out, i ? "," : "", place->examples[i]);
  text_put(out, "]}");
}

static enum status put_places(const struct places *places, struct text *out, struct fault *fault) {
  struct place *found;
  size_t count;
  text_put(out, ",\"places\":[");
  enum status status = places_find(places, &found, &count, fault);
  for (size_t i = 0; i < count; i++) {
    if (i) text_put(out, ",");
    put_place(out, &found[i]);
  }
  text_put(out, "]");
  free(found);
  return status;
}

enum status report_json(const struct report_data *data, const json_t *lots, const struct report_folders *folders,
                        struct text *out, struct fault *fault) {
  json_t *summary = summary_to_json(&data->summary);
  put_head(data, out);
  put_json(out, ",\"lots\":", lots);
  put_photos(data, out);
  put_json(out, ",\"summary\":", summary);
  json_decref(summary);
  text_put(out, ",\"goldens\":");
  enum status status = report_goldens_json(data, folders, out, fault);
  if (!status) {
    text_put(out, ",\"comparisons\":");
    status = report_comparisons_json(data, out, fault);
  }
  if (!status) {
    text_put(out, ",\"group_images\":");
    status = report_groups_json(data, folders, out, fault);
  }
  if (!status && data->for_factory) {
    json_t *actions = actions_json(&data->recurrents);
    put_json(out, ",\"actions\":", actions);
    json_decref(actions);
  }
  if (!status) status = put_places(&data->places, out, fault);
  text_put(out, ",\"drift\":");
  if (!status) status = report_drift_json(data, out, fault);
  text_put(out, "}");
  return !status && out->failed ? fault_set(fault, STATUS_MEMORY, "out of memory for the report") : status;
}
