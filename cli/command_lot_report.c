#include "cli/actions.h"
#include "cli/commands.h"
#include "cli/lot_terms.h"
#include "cli/message.h"
#include "cli/report/csv.h"
#include "cli/report/data.h"
#include "cli/report/folder.h"
#include "cli/report/json.h"
#include "cli/report/junit.h"
#include "cli/report/page.h"
#include "cli/report/pictures.h"
#include "engine/lots/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct report_options {
  struct common_options common;
  struct lot_terms terms;
  const char *out, *language, *format, *history, *for_, *factory, *resubmission_of;
  long photos, pictures;
  bool full;
};

#define FIELD(name) offsetof(struct report_options, name)
static const struct option options[] = {
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = FIELD(out),
     .argument = "FILE",
     .required = true,
     .help = "the report"},
    {.name = "format",
     .kind = OPTION_WORD,
     .offset = FIELD(format),
     .argument = "html|csv|json|junit",
     .help = "a page; a line a photo; the page's data; test cases for a build server (default: by FILE's ending, .csv, "
             ".json or .xml, else html)"},
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
    {.name = "full",
     .kind = OPTION_FLAG,
     .offset = FIELD(full),
     .help = "also the full pictures of these, in a folder beside the page: FILE without its ending, -pictures"},
    {.name = "for",
     .kind = OPTION_WORD,
     .offset = FIELD(for_),
     .argument = "us|factory",
     .fallback = "us",
     .help = "factory: without internal notes and risks, with a form for corrective actions (also FILE without its "
             "ending, -actions.csv), of one factory"},
    {.name = "factory",
     .kind = OPTION_TEXT,
     .offset = FIELD(factory),
     .argument = "NAME",
     .help = "only this factory's results; what drifted in them also beside the other factories'"},
    {.name = "resubmission-of",
     .kind = OPTION_TEXT,
     .offset = FIELD(resubmission_of),
     .argument = "LOT",
     .help = "a lot that was reworked: shown before and after"},
    LOT_TERMS_OPTIONS(struct report_options),
    {.name = "history",
     .kind = OPTION_TEXT,
     .offset = FIELD(history),
     .argument = "FILE",
     .help = "of assay lot judge: what the switching rules remember; it is read and not changed"},
    {.name = NULL}};

struct gathering {
  const struct report_options *given;
  const char *format;
  struct report_data data;
  struct text csv;
  struct report_junit junit;
};

static const char *format_of(const struct report_options *given) {
  static const char *const endings[][2] = {{".csv", "csv"}, {".json", "json"}, {".xml", "junit"}};
  const char *dot = strrchr(given->out, '.');
  if (given->format) return given->format;
  for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
    if (!strcasecmp(dot, endings[i][0])) return endings[i][1];
  return "html";
}

static enum status take_row(void *context, const struct row *row, struct fault *fault) {
  struct gathering *in = context;
  const char *factory = row->keys[ROW_FACTORY];
  if (in->given->factory && (!factory || strcmp(factory, in->given->factory) != 0))
    return report_take_other(&in->data, row, fault);
  if (!strcmp(in->format, "csv")) report_csv_row(&in->csv, row);
  if (!strcmp(in->format, "junit")) report_junit_photo(&in->junit, row);
  return report_take(&in->data, row, fault);
}

static enum status take_waiting(void *context, const struct row *row, struct fault *fault) {
  struct gathering *in = context;
  const char *factory = row->keys[ROW_FACTORY];
  if (in->given->factory && (!factory || strcmp(factory, in->given->factory) != 0)) return STATUS_OK;
  return report_take_waiting(&in->data, row, fault);
}

/* The file appears whole or not at all. */
static enum status write_file(const char *path, const struct text *text, struct fault *fault) {
  if (text->failed) return fault_set(fault, STATUS_MEMORY, "out of memory for the report");
  char *beside = NULL;
  if (asprintf(&beside, "%s.part", path) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  FILE *file = fopen(beside, "we");
  bool written = file && fwrite(text->bytes, 1, text->size, file) == text->size;
  if (file && fclose(file)) written = false;
  if (written && rename(beside, path)) written = false;
  enum status status = written ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  if (!written && file) unlink(beside);
  free(beside);
  return status;
}

static enum status make_page(const struct gathering *in, const struct report_folders *folders, const struct text *json,
                             struct text *out, struct fault *fault) {
  struct text pictures = {0};
  size_t shown = 0, failed = in->data.count[VERDICT_FAIL];
  enum status status = report_pictures_json(&in->data, folders, &pictures, &shown, fault);
  if (!status && in->given->full) {
    text_put(&pictures, ",\"full\":");
    status = report_folder_fill(in->given->out, &in->data, folders, &pictures, fault);
  }
  text_put(&pictures, "}");
  if (!status) report_page(out, in->given->language, false, json, &pictures);
  if (!status && shown < failed)
    message_note("%zu of %zu photos that failed have pictures in the report", shown, failed);
  text_free(&pictures);
  return status;
}

static enum status make_report(const struct gathering *in, const json_t *lots, struct text *out, struct fault *fault) {
  const struct words *places = &in->given->common.operands;
  bool page = !strcmp(in->format, "html");
  struct report_folders folders = {0};
  struct text json = {0};
  enum status status = report_folders_find(places->items, places->count, &folders, fault);
  if (!status) status = report_json(&in->data, lots, &folders, page ? &json : out, fault);
  if (!status && page) status = make_page(in, &folders, &json, out, fault);
  text_free(&json);
  report_folders_free(&folders);
  return status;
}

static enum status write_report(struct gathering *in, const json_t *lots, struct fault *fault) {
  const char *format = in->format;
  struct text out = {0};
  enum status status = STATUS_OK;
  if (!strcmp(format, "junit"))
    report_junit_write(&out, lots, row_key_name(in->data.lots.by), &in->junit);
  else if (strcmp(format, "csv") != 0)
    status = make_report(in, lots, &out, fault);
  if (!strcmp(format, "json")) text_put(&out, "\n");
  if (!status) status = write_file(in->given->out, strcmp(format, "csv") != 0 ? &out : &in->csv, fault);
  text_free(&out);
  return status;
}

/* FILE without its ending, -actions.csv. */
static enum status write_form(const struct gathering *in, struct fault *fault) {
  const char *out = in->given->out, *slash = strrchr(out, '/'), *dot = strrchr(slash ? slash : out, '.');
  char *path = NULL;
  if (asprintf(&path, "%.*s-actions.csv", (int)(dot ? (size_t)(dot - out) : strlen(out)), out) < 0)
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  struct text form = {0};
  actions_form(&in->data.recurrents, &form);
  enum status status = write_file(path, &form, fault);
  text_free(&form);
  free(path);
  return status;
}

/* The name of a cell's factory; NULL where a cell before it has the same, or it has none. */
static const char *new_factory(const struct season *season, size_t cell) {
  for (size_t i = 0; i < cell; i++)
    if (season->cells[i].factory == season->cells[cell].factory) return NULL;
  return names_text(&season->names, season->cells[cell].factory);
}

static enum status check_factory(const struct gathering *in, struct fault *fault) {
  const struct season *season = &in->data.whole;
  struct text known = {0};
  if (!in->given->factory || in->data.lots.count || !season->cell_count) return STATUS_OK;
  for (size_t i = 0; i < season->cell_count; i++) {
    const char *name = new_factory(season, i);
    if (name && known.size) text_put(&known, ", ");
    if (name) text_put(&known, name);
  }
  enum status status =
      fault_set(fault, STATUS_USAGE, "--factory %s: no result is of this factory; expected one of: %s",
                in->given->factory, known.bytes && !known.failed ? known.bytes : "none, no result names its factory");
  text_free(&known);
  return status;
}

/* A factory must not see what is another one's. */
static enum status check_factories(const struct gathering *in, struct fault *fault) {
  const struct lots *lots = &in->data.lots;
  for (size_t i = 1; i < lots->count && in->data.for_factory; i++) {
    const char *a = lots->items[i].supplier ? lots->items[i].supplier : "",
               *b = lots->items[0].supplier ? lots->items[0].supplier : "";
    if (strcmp(a, b) != 0)
      return fault_set(fault, STATUS_USAGE, "--for factory: results of factories %s and %s; choose one with --factory",
                       *b ? b : "(unknown)", *a ? a : "(unknown)");
  }
  return STATUS_OK;
}

/* What the report says first, for who does not open it now. */
static void tell(const struct gathering *in, const json_t *lots) {
  size_t accepted = 0, rejected = 0, index, count = json_array_size(lots);
  const json_t *lot;
  json_array_foreach(lots, index, lot) {
    const char *outcome = json_string_value(json_object_get(lot, "outcome"));
    accepted += outcome && !strcmp(outcome, "accepted");
    rejected += outcome && (!strcmp(outcome, "rejected") || !strcmp(outcome, "discontinued"));
  }
  message_note("%s: %zu of %zu lot%s accepted, %zu rejected, %zu held", in->given->out, accepted, count,
               count == 1 ? "" : "s", rejected, count - accepted - rejected);
}

static enum status judge_and_write(struct gathering *in, const struct judge_terms *terms, int *exit_code,
                                   struct fault *fault) {
  struct history history = {0};
  json_t *lots = NULL;
  enum status status = lot_terms_history(&in->given->common.operands, in->given->history, false, &history, fault);
  if (!status) status = report_judge(&in->data, terms, &history, &lots, exit_code, fault);
  if (!status) status = write_report(in, lots, fault);
  if (!status && in->data.for_factory) status = write_form(in, fault);
  if (!status) tell(in, lots);
  json_decref(lots);
  history_free(&history);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct report_options *given = values;
  const struct words *places = &given->common.operands;
  struct gathering in = {.given = given,
                         .format = format_of(given),
                         .data = {.limits = {(size_t)given->photos, (size_t)given->pictures},
                                  .lots = {.by = ROW_LOT, .check_times = true},
                                  .for_factory = !strcmp(given->for_, "factory"),
                                  .only_factory = given->factory,
                                  .resubmission_of = given->resubmission_of}};
  struct judge_terms terms;
  struct rows_tally tally;
  int64_t waiting = 0;
  row_key_parse(given->terms.by, &in.data.lots.by);
  report_csv_head(&in.csv);
  enum status status = lot_terms_read(&given->terms, &terms, fault);
  if (!status) status = rows_read(places->items, places->count, take_row, &in, &tally, fault);
  if (!status) status = rows_read_waiting(places->items, places->count, take_waiting, &in, &waiting, fault);
  if (!status) lot_terms_tell_waiting(waiting);
  for (size_t i = 0; i < places->count && !status; i++)
    status = reviews_read(places->items[i], &in.data.reviews, fault);
  if (!status) status = check_factory(&in, fault);
  if (!status) status = report_end(&in.data, fault);
  if (!status && given->resubmission_of)
    status = lot_terms_find(&in.data.lots, "resubmission-of", given->resubmission_of, fault);
  if (!status) lot_terms_check_size(&given->terms, &in.data.lots);
  if (!status) status = check_factories(&in, fault);
  if (!status) status = judge_and_write(&in, &terms, exit_code, fault);
  text_free(&in.csv);
  text_free(&in.junit.cases);
  report_data_free(&in.data);
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
