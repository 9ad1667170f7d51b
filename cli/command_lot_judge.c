#include "cli/commands.h"
#include "cli/lot_summary.h"
#include "cli/lot_terms.h"
#include "cli/lot_verdict.h"
#include "cli/message.h"
#include "cli/output.h"
#include "engine/lots/rows.h"

#include <stdlib.h>
#include <string.h>

struct judge_options {
  struct common_options common;
  struct lot_terms terms;
  const char *history, *resume, *why;
  struct words resubmitted;
  bool details;
};

static const struct option options[] = {
    LOT_TERMS_OPTIONS(struct judge_options),
    {.name = "history",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct judge_options, history),
     .argument = "FILE",
     .help = "remembers the switching rules here (a store does so by itself)"},
    {.name = "resubmitted",
     .kind = OPTION_LIST,
     .offset = offsetof(struct judge_options, resubmitted),
     .argument = "LOT",
     .help = "lots that came again: they do not count for the switching rules"},
    {.name = "resume",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct judge_options, resume),
     .argument = "FACTORY",
     .help = "it has acted: where its inspection is discontinued, go on with tightened inspection"},
    {.name = "why",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct judge_options, why),
     .argument = "TEXT",
     .help = "with --resume: what it did"},
    {.name = "details",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct judge_options, details),
     .help = "plan, shares and risks of each lot, and each photo that stands out; one lot always has them"},
    {.name = NULL}};

static enum status take_row(void *lots, const struct row *row, struct fault *fault) {
  return lots_add(lots, row, fault);
}

static bool is_resubmitted(const struct judge_options *given, const char *lot) {
  for (size_t i = 0; lot && i < given->resubmitted.count; i++)
    if (!strcmp(given->resubmitted.items[i], lot)) return true;
  return false;
}

static enum status judge_all(const struct judge_options *given, const struct lots *lots,
                             const struct judge_terms *terms, struct history *history, int *exit_code,
                             struct fault *fault) {
  size_t *order = judge_order(lots);
  struct judge_lot *verdicts = calloc(lots->count + 1, sizeof *verdicts);
  bool details = given->details || lots->count == 1, people = !given->common.json;
  enum status status = order && verdicts ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for the lots");
  for (size_t i = 0; i < lots->count && !status; i++) {
    bool resubmitted = is_resubmitted(given, lots->items[order[i]].name);
    status = judge_lot(lots, order[i], terms, history, resubmitted, &verdicts[i], fault);
    if (status) break;
    *exit_code = lot_worse_exit_code(*exit_code, lot_outcome_exit_code(verdicts[i].outcome));
    if (!people) status = output_json(lot_verdict_to_json(lots, terms, &verdicts[i]), fault);
  }
  if (!status && people) lot_summary_sort(lots, verdicts, lots->count);
  if (!status && people && lots->count > 1) lot_summary_print(stdout, lots, verdicts, lots->count);
  for (size_t i = 0; i < lots->count && !status && people && details; i++) {
    if (lots->count > 1) putchar('\n');
    lot_verdict_print(stdout, lots, terms, &verdicts[i]);
  }
  free(verdicts);
  free(order);
  return status;
}

static enum status resume(const struct judge_options *given, struct history *history, struct fault *fault) {
  size_t resumed = 0;
  if (!given->resume) return STATUS_OK;
  enum status status = history_resume(history, given->resume, given->why, &resumed, fault);
  if (!status && !resumed) message_warning("%s: nothing is discontinued, so nothing is resumed", given->resume);
  return status;
}

static enum status judge_with_history(const struct judge_options *given, const struct lots *lots,
                                      const struct judge_terms *terms, int *exit_code, struct fault *fault) {
  struct history history = {0};
  enum status status = lot_terms_history(&given->common.operands, given->history, true, &history, fault);
  if (!status && !history.path && !history.store)
    message_note("every factory begins with normal inspection; --history FILE remembers its lots and tightens it after "
                 "rejections");
  if (!status) status = resume(given, &history, fault);
  if (!status) status = judge_all(given, lots, terms, &history, exit_code, fault);
  if (!status) status = history_write(&history, fault);
  history_free(&history);
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  const struct judge_options *given = values;
  struct judge_terms terms;
  struct lots lots = {.by = ROW_LOT, .check_times = true};
  struct rows_tally tally;
  const struct words *places = &given->common.operands;
  int64_t waiting = 0;
  if (!given->resume != !given->why)
    return fault_set(fault, STATUS_USAGE, "--resume and --why belong together: who has acted, and how");
  row_key_parse(given->terms.by, &lots.by);
  enum status status = lot_terms_read(&given->terms, &terms, fault);
  if (!status) status = rows_read(places->items, places->count, take_row, &lots, &tally, fault);
  if (!status) status = rows_read_waiting(places->items, places->count, take_row, &lots, &waiting, fault);
  if (!status) lot_terms_tell_waiting(waiting);
  if (!status) status = lots_end(&lots, fault);
  if (!status && !lots.count) status = fault_set(fault, STATUS_INVALID, "no results: there is no lot to judge");
  for (size_t i = 0; i < given->resubmitted.count && !status; i++)
    status = lot_terms_find(&lots, "resubmitted", given->resubmitted.items[i], fault);
  if (!status) lot_terms_check_size(&given->terms, &lots);
  if (!status) status = judge_with_history(given, &lots, &terms, exit_code, fault);
  lots_free(&lots);
  return status;
}

const struct command command_lot_judge = {
    .name = "lot judge",
    .summary = "accept or reject lots by their photos' results",
    .text =
        "Several photos (views) make a unit, which counts in the class of its most serious defect. Major and minor\n"
        "defects are judged by single sampling, " PLAN_STANDARD ", normal or tightened after its switching rules, per\n"
        "factory and class; of critical defects none is accepted. A photo that could not be judged counts as neither\n"
        "and is listed; where it could turn the verdict the lot is held. Where more units were photographed than the\n"
        "plan's sample has, the sample is drawn from them by the digests of their names. Photos used twice (the same\n"
        "bytes), units that lack a view, and photos whose times do not follow their numbers are named.\n\n"
        "Exit code 0 all lots accepted, 1 one rejected or discontinued, 2 one held and none rejected.",
    .example = "  assay lot judge inspection/store --size 3000 --golden goldens/label\n"
               "  assay lot judge results.jsonl --size 1200 --major 1.5 --history north.jsonl --json",
    .operands = {.usage = "STORE|FILE.jsonl...", .least = 1, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct judge_options),
    .run = run,
};
