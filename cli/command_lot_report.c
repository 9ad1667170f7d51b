#include "cli/commands.h"
#include "cli/lot_terms.h"
#include "cli/lot_verdict.h"
#include "cli/message.h"
#include "cli/report/data.h"
#include "cli/report/drift.h"
#include "cli/report/page.h"
#include "cli/report/pictures.h"
#include "engine/lots/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct report_options {
  struct common_options common;
  struct lot_terms terms;
  const char *out, *language, *format, *history;
  long photos, pictures;
};

#define FIELD(name) offsetof(struct report_options, name)
static const struct option options[] = {
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = FIELD(out),
     .argument = "FILE",
     .required = true,
     .help = "the report"},
    {.name = "language",
     .kind = OPTION_WORD,
     .offset = FIELD(language),
     .argument = report_languages,
     .fallback = "en",
     .help = "of the page"},
    {.name = "photos",
     .kind = OPTION_NUMBER,
     .offset = FIELD(photos),
     .argument = "N",
     .fallback = "5000",
     .least = 0,
     .most = 100000,
     .help = "photos listed one by one, those that failed first; all are counted"},
    {.name = "pictures",
     .kind = OPTION_NUMBER,
     .offset = FIELD(pictures),
     .argument = "N",
     .fallback = "200",
     .least = 0,
     .most = 5000,
     .help = "photos that failed shown with their pictures, some 100 kB each"},
    LOT_TERMS_OPTIONS(struct report_options),
    {.name = "history",
     .kind = OPTION_TEXT,
     .offset = FIELD(history),
     .argument = "FILE",
     .help = "of assay lot judge: what the switching rules remember; it is read and not changed"},
    {.name = NULL}};

static enum status take_row(void *data, const struct row *row, struct fault *fault) {
  return report_take(data, row, fault);
}

static enum status put_lots(const struct report_data *data, const struct judge_terms *terms, struct history *history,
                            struct text *out, int *exit_code, struct fault *fault) {
  size_t *order = judge_order(&data->lots);
  enum status status = order ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for the lots");
  text_put(out, "\"lots\":[");
  for (size_t i = 0; i < data->lots.count && !status; i++) {
    struct judge_lot verdict;
    status = judge_lot(&data->lots, order[i], terms, history, false, &verdict, fault);
    if (status) break;
    *exit_code = lot_worse_exit_code(*exit_code, lot_outcome_exit_code(verdict.outcome));
    json_t *json = lot_verdict_to_json(&data->lots, terms, &verdict);
    char *line = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    if (i) text_put(out, ",");
    if (line)
      text_put(out, line);
    else
      status = fault_set(fault, STATUS_MEMORY, "out of memory for the lots");
    free(line);
    json_decref(json);
  }
  text_put(out, "]");
  free(order);
  return status;
}

static void put_photos(const struct report_data *data, struct text *out) {
  static const enum verdict order[] = {VERDICT_FAIL, VERDICT_CANNOT_JUDGE, VERDICT_PASS};
  text_put(out, ",\"counts\":{");
  for (size_t i = 0; i < REPORT_VERDICTS; i++) {
    if (i) text_put(out, ",");
    text_json_string(out, verdict_name(order[i]));
    text_put(out, ":");
    text_json_integer(out, (int64_t)data->count[order[i]]);
  }
  text_put(out, "},\"photos\":[");
  bool any = false;
  for (size_t i = 0; i < REPORT_VERDICTS; i++) {
    if (any && data->listed[order[i]]) text_put(out, ",");
    text_add(out, data->photos[order[i]].bytes, data->photos[order[i]].size);
    any |= data->listed[order[i]] > 0;
  }
  text_put(out, "]");
}

static void put_summary(const struct report_data *data, struct text *out) {
  json_t *json = summary_to_json(&data->summary);
  char *line = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
  text_put(out, ",\"summary\":");
  text_put(out, line ? line : "");
  out->failed |= !line;
  free(line);
  json_decref(json);
}

static void put_head(const struct report_data *data, struct text *out) {
  char made[32] = "";
  time_t now = time(NULL);
  struct tm parts;
  if (gmtime_r(&now, &parts)) strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%SZ", &parts);
  text_put(out, "{\"made\":");
  text_json_string(out, made);
  text_put(out, ",\"assay\":");
  text_json_string(out, ASSAY_VERSION);
  text_put(out, ",\"by\":");
  text_json_string(out, row_key_name(data->lots.by));
  text_put(out, ",");
}

static enum status make_data(const struct report_data *data, const struct judge_terms *terms, struct history *history,
                             const struct report_folders *folders, struct text *out, int *exit_code,
                             struct fault *fault) {
  put_head(data, out);
  enum status status = put_lots(data, terms, history, out, exit_code, fault);
  if (status) return status;
  put_photos(data, out);
  put_summary(data, out);
  text_put(out, ",\"goldens\":");
  status = report_goldens_json(data, folders, out, fault);
  text_put(out, ",\"drift\":");
  if (!status) status = report_drift_json(&data->season, out, fault);
  text_put(out, "}");
  return !status && out->failed ? fault_set(fault, STATUS_MEMORY, "out of memory for the report") : status;
}

/* The file appears whole or not at all. */
static enum status write_page(const struct report_options *given, const struct text *data, const struct text *pictures,
                              struct fault *fault) {
  char *beside = NULL;
  if (asprintf(&beside, "%s.part", given->out) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  FILE *file = fopen(beside, "we");
  enum status status = file ? report_page_write(file, given->language, data, pictures, fault)
                            : fault_set(fault, STATUS_IO, "%s: %s", beside, strerror(errno));
  if (file && fclose(file) && !status) status = fault_set(fault, STATUS_IO, "%s: %s", beside, strerror(errno));
  if (!status && rename(beside, given->out))
    status = fault_set(fault, STATUS_IO, "%s: %s", given->out, strerror(errno));
  if (status && file) unlink(beside);
  free(beside);
  return status;
}

static enum status write_report(const struct report_options *given, const struct report_data *data,
                                const struct judge_terms *terms, struct history *history, int *exit_code,
                                struct fault *fault) {
  const struct words *places = &given->common.operands;
  struct report_folders folders = {0};
  struct text json = {0}, pictures = {0};
  size_t shown = 0;
  enum status status = report_folders_find(places->items, places->count, &folders, fault);
  if (!status) status = make_data(data, terms, history, &folders, &json, exit_code, fault);
  if (!status) status = report_pictures_json(data, &folders, &pictures, &shown, fault);
  if (!status) status = write_page(given, &json, &pictures, fault);
  if (!status && data->count[VERDICT_FAIL] > shown)
    message_note("%zu of %zu photos that failed are shown with pictures", shown, data->count[VERDICT_FAIL]);
  text_free(&json);
  text_free(&pictures);
  report_folders_free(&folders);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct report_options *given = values;
  const struct words *places = &given->common.operands;
  struct report_data data = {.limits = {(size_t)given->photos, (size_t)given->pictures}, .lots = {.by = ROW_LOT}};
  struct judge_terms terms;
  struct rows_tally tally;
  struct history history = {0};
  char *path = NULL;
  row_key_parse(given->terms.by, &data.lots.by);
  enum status status = lot_terms_read(&given->terms, &terms, fault);
  if (!status) status = rows_read(places->items, places->count, take_row, &data, &tally, fault);
  if (!status) status = report_end(&data, fault);
  if (!status) status = lot_terms_history(places, given->history, &path, fault);
  if (!status && path) status = history_read(path, &history, fault);
  if (!status) status = write_report(given, &data, &terms, &history, exit_code, fault);
  history_free(&history);
  report_data_free(&data);
  free(path);
  return status;
}

const struct command command_lot_report = {
    .name = "lot report",
    .summary = "one HTML file with verdicts, evidence, charts and defect map",
    .text =
        "The page opens without a network: the verdict on each lot as assay lot judge gives it, every photo that\n"
        "failed beside its golden, what was measured, control charts and what drifted, where defects recur, and the\n"
        "spec. Pictures come from the folder of assay run --out. It prints to PDF from the browser.\n\n"
        "Exit code 0 all lots accepted, 1 one rejected or discontinued, 2 one held and none rejected.",
    .example = "  assay lot report inspection --out report.html --size 3000 --golden goldens/label\n"
               "  assay lot report results.jsonl --out report.html --language zh",
    .operands = {.usage = "STORE|FILE.jsonl...", .least = 1, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct report_options),
    .run = run,
};
